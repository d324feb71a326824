"""A dataset field as a condition sees it: its values by id, and the ids by value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from attrs import frozen

from pytest_personalize.data.columns import NumberColumn, TextColumn
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.errors import DataError
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.records import Records
from pytest_personalize.filters.bits import from_ids
from pytest_personalize.filters.errors import invalid_expression
from pytest_personalize.filters.indexes import Scalar, index_of, values_in_row
from pytest_personalize.filters.nodes import Dataset, Operator

ID_FIELDS: Final = {"ITEMS": "ITEM_ID", "USERS": "USER_ID", "ACTIONS": "ACTION_ID"}
"""The field that is the id itself, by dataset type."""

_NAMES: Final = {dataset.type: dataset for dataset in Dataset if dataset is not Dataset.CURRENT_USER}


class FilterField(Protocol):
    """One field of the newest records of a table."""

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""

    def values(self, index: int) -> Sequence[Scalar]:
        """The values of a record: several for categories joined by a bar, none for null or no record."""

    def matching(self, operator: Operator, wanted: Sequence[Scalar]) -> int:
        """The set of ids for which a condition holds."""


@frozen(kw_only=True)
class _ColumnField:
    table: EntityTable
    column: TextColumn | NumberColumn

    @property
    def numeric(self) -> bool:
        return isinstance(self.column, NumberColumn)

    def values(self, index: int) -> Sequence[Scalar]:
        row = self.table.row_of(index)
        return () if row is None else values_in_row(self.column, row)

    def matching(self, operator: Operator, wanted: Sequence[Scalar]) -> int:
        return index_of(self.table, self.column).matching(operator, wanted)


@frozen(kw_only=True)
class _IdField:
    # unknown: [filters/ids] whether the service filters on ids, which are fields of the schema. chosen: as on any
    # string field.
    table: EntityTable
    ids: IdTable
    numeric: bool = False

    def values(self, index: int) -> Sequence[Scalar]:
        return () if self.table.row_of(index) is None else (self.ids[index],)

    def matching(self, operator: Operator, wanted: Sequence[Scalar]) -> int:
        known = (self.ids.get(str(text)) for text in wanted)
        ids = from_ids([index for index in known if index is not None and self.table.row_of(index) is not None])
        return ~ids if operator.is_negative else ids


def find_field(records: Records, dataset_type: str, name: str) -> FilterField:
    """The field of a name, ignoring case. Raises FilterError when it does not exist (any more) or is boolean."""
    try:
        table = records.table(dataset_type)
    except DataError:
        raise invalid_expression(f"there is no {_NAMES[dataset_type]} dataset") from None
    column = table.columns.get(name)
    if column is None:
        if name == ID_FIELDS[dataset_type]:
            return _IdField(table=table, ids=records.subjects(dataset_type))
        column = next((known for key, known in table.columns.items() if key.upper() == name), None)
    if column is None:
        raise invalid_expression(f"field {name} not found in the {_NAMES[dataset_type]} schema")
    if isinstance(column, TextColumn | NumberColumn):
        return _ColumnField(table=table, column=column)
    raise invalid_expression(f"field {name} of {_NAMES[dataset_type]} is boolean and cannot be filtered")
