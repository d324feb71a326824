"""CSV files: read in batches of rows, column by column, all or nothing."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, Literal, TypeVar

from attrs import define

from pytest_personalize.caveats import TimestampWarning, warn
from pytest_personalize.data.avro import Field, Schema
from pytest_personalize.data.cells import CodeSink, Sink, event_trial, number_sink, sink_for, trial_sink
from pytest_personalize.data.csv_file import CsvFile, Stream
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.errors import CsvError
from pytest_personalize.data.events import BULK, EventLog
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.records import LOGS, TABLES, Records
from pytest_personalize.data.values import milliseconds
from pytest_personalize.failure import raise_first

ImportMode = Literal["FULL", "INCREMENTAL"]

_LONGEST_KEPT: Final = 1 << 12
"""Bytes of a header line that is remembered."""


def import_csv(files: Iterable[tuple[str, bytes]], records: Records, dataset_type: str, mode: ImportMode) -> int:
    r"""Read CSV files into a dataset: every row of every file, or nothing.

    Columns are found by their names in the header, which must cover the schema; other columns are ignored. Empty
    cells are null. Quotes within quoted text are written ``\"`` or ``""``.

    Args:
        files: Name and content of each file.
        records: Where the dataset is.
        dataset_type: INTERACTIONS, ITEMS, USERS, ACTIONS or ACTION_INTERACTIONS.
        mode: FULL replaces the rows of former imports and keeps what was put through the events API, INCREMENTAL
            adds to both (developer guide, bulk import).

    Returns:
        The number of rows read.

    Raises:
        CsvError: A file is not well-formed or does not fit the schema; ``records`` is as it was.
    """
    scratch = records.fork()
    fields = scratch.schemas[dataset_type].fields
    if dataset_type in LOGS:
        log = scratch.log(dataset_type)
        new_events = log.empty()
        rows = _read_files(files, [_log_sink(field, new_events, scratch, dataset_type) for field in fields])
        new_events.origins.extend(bytes((BULK,)) * rows)
        new_events.types.extend([0] * (rows - len(new_events.types)))  # all of them, where the schema has no EVENT_TYPE
        if caveat := milliseconds(max(new_events.times, default=0)):
            warn(caveat, TimestampWarning)
        setattr(records, LOGS[dataset_type], _merged(log, new_events, mode))
    else:
        table = scratch.table(dataset_type)
        new_records = table.empty()
        rows = _read_files(files, [_table_sink(field, new_records, scratch, dataset_type) for field in fields])
        new_records.origins.extend(bytes((BULK,)) * rows)
        setattr(records, TABLES[dataset_type], _merged(table, new_records, mode))
    records.users, records.items, records.actions = scratch.users, scratch.items, scratch.actions
    return rows


def read_ids(files: Iterable[tuple[str, bytes]], column: str = "USER_ID") -> IdTable:
    """The distinct ids of a column, such as those of the users in the file of a data deletion job.

    Raises:
        CsvError: A file is not well-formed, or has no such column.
    """
    ids = IdTable()
    _read_files(files, [CodeSink(Field(name=column, type="string"), array("I"), ids)])
    return ids


def check_headers(files: Iterable[tuple[str, bytes]], columns: Sequence[str]) -> None:
    """Look at the header lines alone.

    Raises:
        CsvError: A file is compressed, or its header is not well-formed or lacks one of the columns.
    """
    for name, data in files:
        end = data.find(b"\n", 0, _LONGEST_KEPT)
        if end < 0 or not _is_sound(data[: end + 1], tuple(columns)):
            raise_first(CsvFile(name, io.BytesIO(data)).header_problems(columns))


@lru_cache(maxsize=256)
def _is_sound(header: bytes, columns: tuple[str, ...]) -> bool:
    """Whether there is nothing wrong with a header line; kept, as the files of a test run begin alike."""
    return not any(CsvFile("", io.BytesIO(header)).header_problems(columns))


@define
class CsvTrial:
    """An import that keeps nothing, in constant memory: it only says what is wrong.

    Args:
        name: Of the file.
        stream: Where the file is read from.
        schema: What it has to fit.
    """

    name: str
    stream: Stream
    schema: Schema
    rows: int = 0

    def problems(self) -> Iterator[CsvError]:
        """All that is wrong, in the order of the lines."""
        trial = event_trial if self.schema.dataset_type in LOGS else trial_sink
        file = CsvFile(self.name, self.stream)
        yield from file.problems([trial(field) for field in self.schema.fields])
        self.rows = file.rows


_Rows = TypeVar("_Rows", EventLog, EntityTable)


def _merged(current: _Rows, new: _Rows, mode: ImportMode) -> _Rows:
    if mode == "INCREMENTAL":
        current.extend(new)
        return current
    fresh = current.empty()
    put = current.select(current.origins)  # as a mask: BULK is 0, and nothing else is
    # The newest record of an id is the one that counts (developer guide); events have their times.
    for part in (put, new) if isinstance(current, EntityTable) else (new, put):
        fresh.extend(part)
    return fresh


def _log_sink(field: Field, log: EventLog, records: Records, dataset_type: str) -> Sink:
    if field.name in log.extra:
        return sink_for(field, log.extra[field.name])
    match field.name:
        case "USER_ID":
            return CodeSink(field, log.users, records.users)
        case "ITEM_ID" | "ACTION_ID":
            return CodeSink(field, log.items, records.subjects(dataset_type))
        case "TIMESTAMP":
            return number_sink(field, log.times)
        case "EVENT_TYPE":
            return CodeSink(field, log.types, log.event_types)
    return number_sink(field, log.values)


def _table_sink(field: Field, table: EntityTable, records: Records, dataset_type: str) -> Sink:
    if field.name in table.columns:
        return sink_for(field, table.columns[field.name])
    return CodeSink(field, table.ids, records.subjects(dataset_type))


def _read_files(files: Iterable[tuple[str, bytes]], sinks: Sequence[Sink]) -> int:
    return sum(_read_file(CsvFile(name, io.BytesIO(data)), sinks) for name, data in files)


def _read_file(file: CsvFile, sinks: Sequence[Sink]) -> int:
    raise_first(file.problems(sinks))
    return file.rows
