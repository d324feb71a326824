"""Rows as CSV text, and those of a dataset as a dataset export job writes them."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import cache
from typing import Final, Literal

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.columns import Column, TextColumn, Value
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.events import BULK, PUT, EventLog
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.records import LOGS, Records

ExportMode = Literal["BULK", "PUT", "ALL"]

_BATCH: Final = 4096
_ORIGINS: Final[dict[str, frozenset[int]]] = {
    "BULK": frozenset({BULK}),
    "PUT": frozenset({PUT}),
    "ALL": frozenset({BULK, PUT}),
}
_QUOTED: Final = re.compile(r'[",\r\n]')

_Cells = Callable[[Sequence[int]], Iterable[str]]
"""The cells of a column in some rows."""


def export_csv(records: Records, dataset_type: str, mode: ExportMode) -> Iterator[str]:
    """The rows of a dataset as CSV text, a few thousand at a time, the header first.

    Rows that are equal in every field are written once. ALL writes only the newest record of an item, user or
    action; BULK and PUT write all versions that came that way (developer guide, exporting data).

    Args:
        records: Where the dataset is.
        dataset_type: INTERACTIONS, ITEMS, USERS, ACTIONS or ACTION_INTERACTIONS.
        mode: The rows to write, by the way they came: imports, the events API, or both.
    """
    schema = records.schemas[dataset_type]
    yield ",".join(schema.names) + "\n"
    rows: Sequence[int]
    if dataset_type in LOGS:
        log = records.log(dataset_type)
        cells = _log_cells(schema, log, records, dataset_type)
        rows = [row for row, origin in enumerate(log.origins) if origin in _ORIGINS[mode]]
        suspects = _simultaneous(log)
    else:
        table = records.table(dataset_type)
        cells = _table_cells(schema, table, records, dataset_type)
        rows = _table_rows(table, mode)
        versions = Counter(table.ids)
        suspects = {row for row in rows if versions[table.ids[row]] > 1}
    yield from _lines(rows, cells, suspects)


def csv_text(header: Sequence[str], rows: Iterable[Iterable[Value]]) -> str:
    """Rows as CSV text that can be imported, quoted where they must be."""
    return "".join(f"{','.join(map(_cell, row))}\n" for row in (header, *rows))


def _lines(rows: Sequence[int], cells: Sequence[_Cells], suspects: Set[int]) -> Iterator[str]:
    """The text of rows; of the suspects, which may have equals, the first of each kind."""
    written: set[str] = set()
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        lines = list(map(",".join, zip(*(column(batch) for column in cells), strict=True)))
        if not suspects.isdisjoint(batch):
            lines = list(_once(batch, lines, suspects, written))
        yield "\n".join([*lines, ""])


def _once(rows: Sequence[int], lines: Sequence[str], suspects: Set[int], written: set[str]) -> Iterator[str]:
    for row, line in zip(rows, lines, strict=True):
        if row in suspects:
            if line in written:
                continue
            written.add(line)
        yield line


def _log_cells(schema: Schema, log: EventLog, records: Records, dataset_type: str) -> list[_Cells]:
    subjects = _coded(log.items, records.subjects(dataset_type))
    special: dict[str, _Cells] = {
        "USER_ID": _coded(log.users, records.users),
        "ITEM_ID": subjects,
        "ACTION_ID": subjects,
        "TIMESTAMP": _plain(log.times.__getitem__),
        "EVENT_TYPE": _coded(log.types, log.event_types),
        "EVENT_VALUE": _plain(lambda row: log.value(row, "EVENT_VALUE")),
    }
    extra = log.extra
    return [_column_cells(extra[field.name]) if field.name in extra else special[field.name] for field in schema.fields]


def _table_cells(schema: Schema, table: EntityTable, records: Records, dataset_type: str) -> list[_Cells]:
    ids = _coded(table.ids, records.subjects(dataset_type))
    columns = table.columns
    return [_column_cells(columns[field.name]) if field.name in columns else ids for field in schema.fields]


def _column_cells(column: Column) -> _Cells:
    if isinstance(column, TextColumn):
        return _coded(column.codes, column.vocabulary)
    return _plain(column.get)


def _coded(codes: array[int], texts: IdTable) -> _Cells:
    """The cells of strings that are kept as indexes; every distinct one is quoted once."""
    cell = cache(lambda code: _text_cell(texts[code]))
    return lambda rows: map(cell, map(codes.__getitem__, rows))


def _plain(read: Callable[[int], Value]) -> _Cells:
    """The cells of numbers and truth values."""
    return lambda rows: (_plain_cell(read(row)) for row in rows)


def _cell(value: Value) -> str:
    return _text_cell(value) if isinstance(value, str) else _plain_cell(value)


def _text_cell(text: str) -> str:
    if _QUOTED.search(text) is None:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _plain_cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def _table_rows(table: EntityTable, mode: ExportMode) -> list[int]:
    if mode == "ALL":
        return [row for row, index in enumerate(table.ids) if table.row_of(index) == row]
    return [row for row, origin in enumerate(table.origins) if origin in _ORIGINS[mode]]


def _simultaneous(log: EventLog) -> set[int]:
    """The rows that share user and second with another one: among them alone can there be equals."""
    found: set[int] = set()
    for user in set(log.users):
        rows = log.rows_of_user(user)
        times = [log.times[row] for row in rows]
        if len(set(times)) < len(times):
            shared = Counter(times)
            found.update(row for row, time in zip(rows, times, strict=True) if shared[time] > 1)
    return found
