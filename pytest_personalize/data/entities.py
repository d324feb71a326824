"""Items, users and actions: records with an id of their own."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import compress, count
from typing import Final

from attrs import define, evolve, field

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.columns import Column, Value, column_for
from pytest_personalize.data.events import PUT
from pytest_personalize.data.values import ID_FIELDS

_VERSIONS: Final = count(1)
"""One sequence for all tables: two copies that went separate ways never have a version in common."""


@define(kw_only=True, eq=False)
class EntityTable:
    """Records by interned id. A record is replaced as a whole; older versions stay in their rows.

    Copies share their content until one of them changes.
    """

    ids: array[int] = field(factory=partial(array, "I"))
    """The interned id of every row."""
    origins: array[int] = field(factory=partial(array, "B"))
    """BULK or PUT for every row."""
    columns: dict[str, Column] = field(factory=dict)
    """Every column of the schema but the id, by field name."""
    version: int = field(factory=_VERSIONS.__next__)
    """Grows with every change and is unique in the process: a key for what is worked out from a table."""
    _rows: dict[int, int] = field(factory=dict)
    _shared: bool = False

    @classmethod
    def for_schema(cls, schema: Schema) -> EntityTable:
        """An empty table with the columns of a schema."""
        return cls(columns={f.name: column_for(f) for f in schema.fields if f.name not in ID_FIELDS})

    def row_of(self, index: int) -> int | None:
        """The row of the newest record of an interned id, None when it has no record."""
        return self._rows.get(index)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __contains__(self, index: object) -> bool:
        return index in self._rows

    def value(self, index: int, column: str) -> Value:
        """A value of the newest record of an id by schema field name; None for null and for unknown ids."""
        row = self._rows.get(index)
        return None if row is None else self.columns[column].get(row)

    def put(self, index: int, values: Mapping[str, Value], origin: int = PUT) -> None:
        """Give an id a new record; fields that are not in ``values`` become null."""
        self._own()
        self._rows[index] = len(self.ids)
        self.ids.append(index)
        self.origins.append(origin)
        for name, column in self.columns.items():
            column.append(values.get(name))
        self.version = next(_VERSIONS)

    def fork(self) -> EntityTable:
        """An independent copy; nothing is copied before one of the two changes."""
        self._shared = True
        return evolve(self)

    def empty(self) -> EntityTable:
        """A table with the same columns and codes but no rows, to be filled and handed to ``extend``."""
        return EntityTable(columns={name: column.empty() for name, column in self.columns.items()})

    def select(self, mask: Sequence[object]) -> EntityTable:
        """A new table of the rows whose mask entry is true."""
        table = EntityTable(
            ids=array("I", compress(self.ids, mask)),
            origins=array("B", compress(self.origins, mask)),
            columns={name: column.select(mask) for name, column in self.columns.items()},
        )
        table._notice(table.ids, 0)
        return table

    def extend(self, other: EntityTable) -> None:
        """Add the rows of a table that began as ``empty()`` or a selection of this one, or the reverse."""
        self._own()
        self._notice(other.ids, len(self.ids))
        self.ids.extend(other.ids)
        self.origins.extend(other.origins)
        for name, column in self.columns.items():
            column.extend(other.columns[name])
        self.version = next(_VERSIONS)

    def with_schema(self, schema: Schema) -> EntityTable:
        """The same records under another schema; columns that are new hold null."""
        table = EntityTable.for_schema(schema)
        for name, column in table.columns.items():
            if name in self.columns:
                table.columns[name] = self.columns[name].copy()
            else:
                column.fill(len(self.ids))
        table.ids, table.origins = self.ids[:], self.origins[:]
        table._rows = self._rows.copy()
        return table

    def _notice(self, ids: Iterable[int], first_row: int) -> None:
        self._rows.update(zip(ids, count(first_row), strict=False))

    def _own(self) -> None:
        """Part from the copies that share the content, because this one is about to change."""
        if not self._shared:
            return
        self.ids, self.origins = self.ids[:], self.origins[:]
        self.columns = {name: column.copy() for name, column in self.columns.items()}
        self._rows = self._rows.copy()
        self._shared = False
