"""Item metadata in answers: which columns may be asked for, and how their values are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pytest_personalize.data.records import Records
from pytest_personalize.service.kernel.errors import refusal

MAX_COLUMNS: Final = 10  # developer guide; the service model would let 99 through


def metadata_columns(records: Records, asked: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """Column of the Items schema -> key in the answer, which is lower case; columns are found in any case."""
    found: dict[str, str] = {}
    for dataset, names in asked.items():
        if dataset.upper() != "ITEMS":
            raise refusal("metadata dataset", dataset=dataset)
        if len(names) > MAX_COLUMNS:
            raise refusal("metadata columns", limit=MAX_COLUMNS, count=len(names))
        schema = records.schemas.get("ITEMS")
        for name in names:
            column = None if schema is None else schema.field(name)
            if column is None or column.name == "ITEM_ID":
                raise refusal("metadata column", column=name)
            found[column.name] = column.name.lower()
    return found


def item_metadata(records: Records, item_id: str, columns: Mapping[str, str]) -> dict[str, str]:
    """The metadata of an item as strings (``130.0``); columns without a value are left out."""
    table, index = records.items_table, records.items.get(item_id)
    if table is None or index is None:
        return {}
    values = {key: table.value(index, column) for column, key in columns.items()}
    return {key: _text(value) for key, value in values.items() if value is not None}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
