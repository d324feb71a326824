"""The rows of a dataset as CSV text, as a dataset export job writes them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, Literal

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.columns import Value
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.events import BULK, PUT, EventLog
from pytest_personalize.data.records import LOGS, Records

ExportMode = Literal["BULK", "PUT", "ALL"]

_BATCH: Final = 4096
_ORIGINS: Final[dict[str, frozenset[int]]] = {
    "BULK": frozenset({BULK}),
    "PUT": frozenset({PUT}),
    "ALL": frozenset({BULK, PUT}),
}
_QUOTED: Final = re.compile(r'[",\r\n]')

_Reader = Callable[[int], Value]


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
    yield ",".join(field.name for field in schema.fields) + "\n"
    rows: Sequence[int]
    if dataset_type in LOGS:
        log = records.log(dataset_type)
        readers = _log_readers(schema, log, records, dataset_type)
        rows = [row for row, origin in enumerate(log.origins) if origin in _ORIGINS[mode]]
        suspects = _simultaneous(log)
    else:
        table = records.table(dataset_type)
        readers = _table_readers(schema, table, records, dataset_type)
        rows = _table_rows(table, mode)
        versions = Counter(table.ids)
        suspects = {row for row in rows if versions[table.ids[row]] > 1}
    yield from _lines(rows, readers, suspects)


def _lines(rows: Sequence[int], readers: Sequence[_Reader], suspects: Collection[int]) -> Iterator[str]:
    """The text of rows; of the suspects, which may have equals, the first of each kind."""
    written: set[str] = set()
    for start in range(0, len(rows), _BATCH):
        lines = []
        for row in rows[start : start + _BATCH]:
            line = ",".join([_cell(reader(row)) for reader in readers])
            if row in suspects:
                if line in written:
                    continue
                written.add(line)
            lines.append(line)
        yield "\n".join([*lines, ""])


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return repr(value)
    if _QUOTED.search(value) is None:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _log_readers(schema: Schema, log: EventLog, records: Records, dataset_type: str) -> list[_Reader]:
    users, subjects = records.users, records.subjects(dataset_type)
    special: dict[str, _Reader] = {
        "USER_ID": lambda row: users[log.users[row]],
        "ITEM_ID": lambda row: subjects[log.items[row]],
        "ACTION_ID": lambda row: subjects[log.items[row]],
        "TIMESTAMP": lambda row: log.times[row],
        "EVENT_TYPE": lambda row: log.event_types[log.types[row]],
        "EVENT_VALUE": lambda row: log.value(row, "EVENT_VALUE"),
    }
    return [special.get(field.name) or log.extra[field.name].get for field in schema.fields]


def _table_readers(schema: Schema, table: EntityTable, records: Records, dataset_type: str) -> list[_Reader]:
    ids = records.subjects(dataset_type)
    return [
        table.columns[field.name].get if field.name in table.columns else lambda row: ids[table.ids[row]]
        for field in schema.fields
    ]


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
