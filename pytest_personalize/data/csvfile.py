"""CSV files: read in batches of rows, column by column, all or nothing."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, Literal, TypeVar

from attrs import frozen

from pytest_personalize.caveats import TimestampWarning, warn
from pytest_personalize.data.avro import Field
from pytest_personalize.data.cells import REFUSALS, CodeSink, Sink, check_cell, number_sink, sink_for
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.errors import CsvError
from pytest_personalize.data.events import BULK, MOST_EVENT_TYPES, EventLog
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.records import LOGS, TABLES, Records

ImportMode = Literal["FULL", "INCREMENTAL"]

LEAST_MILLISECONDS: Final = 10**11
"""Timestamps from here on look like milliseconds: as such they begin in 1973, as seconds in the year 5138."""

_BATCH: Final = 512
"""Rows at a time: few enough that the cyclic garbage collector does not wake up, and that they stay in the cache."""

_GZIP: Final = b"\x1f\x8b"
"""How the content of a gzip file begins."""
_LINE_END: Final = re.compile(rb"[\r\n]")

_QUOTED: Final = re.compile(r'(?:^|(?<=[,\r\n]))"((?:[^"\\]++|\\.|"")*+)"(?=[,\r\n]|$)', re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(["\\])')


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
        _warn_of_milliseconds(max(new_events.times, default=0))
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
        _places(name, _header(name, data), columns)


def _warn_of_milliseconds(newest: int) -> None:
    """Such timestamps are imported, as at AWS, where nothing says so either."""
    if LEAST_MILLISECONDS <= newest < 1000 * LEAST_MILLISECONDS:
        meant = datetime.fromtimestamp(newest / 1000, UTC)
        warn(
            f"TIMESTAMP {newest} is read as seconds, far in the future: is it in milliseconds?"
            f" It would then mean {meant:%Y-%m-%d %H:%M:%S} UTC",
            TimestampWarning,
        )


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


@frozen
class _Body:
    """The records of a file, below its header."""

    name: str
    data: bytes
    header: Sequence[str]

    def read(self) -> Any:
        """A new reader of the records, as ``csv.reader`` makes it."""
        lines = _open(self.data)
        lines.readline()
        if b"\\" in self.data:
            text = _QUOTED.sub(_without_backslashes, lines.read())
            lines = io.StringIO(text, newline="")
        return csv.reader(lines, strict=True)


def _open(data: bytes) -> io.TextIOBase:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")


def _without_backslashes(cell: re.Match[str]) -> str:
    """A quoted cell as CSV readers know it: quotes doubled, backslashes alone."""
    inner = _ESCAPED.sub(lambda escaped: '""' if escaped[1] == '"' else "\\", cell[1])
    return f'"{inner}"'


def _read_files(files: Iterable[tuple[str, bytes]], sinks: Sequence[Sink]) -> int:
    return sum(_read_file(name, data, sinks) for name, data in files)


def _read_file(name: str, data: bytes, sinks: Sequence[Sink]) -> int:
    header = _header(name, data)
    try:
        body = _Body(name, data, header)
        places = _places(name, header, [sink.field.name for sink in sinks])
        return _read_body(body, list(zip(sinks, places, strict=True)))
    except UnicodeDecodeError:
        raise _not_utf8(name, data) from None


def _header(name: str, data: bytes) -> list[str]:
    if data.startswith(_GZIP):
        raise CsvError("The file is compressed with gzip: Amazon Personalize reads plain CSV files", file=name)
    try:
        end = _LINE_END.search(data)
        line = data[: end.start() if end else len(data)].decode("utf-8-sig")
        header = next(csv.reader([line], strict=True), [])
    except UnicodeDecodeError:
        raise _not_utf8(name, data) from None
    except csv.Error as error:
        raise CsvError(f"The header is not well-formed CSV: {error}", file=name, line=1) from None
    if "\0" in line:
        raise CsvError("The header has a NUL byte in it", file=name, line=1)
    return header


def _places(name: str, header: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """Where in a row the wanted columns are."""
    missing = [column for column in wanted if column not in header]
    if missing:
        raise CsvError(
            # printed: CreateDatasetImportJob, 2024; the developer guide has it without the blank
            f"Input csv is missing the following columns: [{', '.join(missing)}]."
            f" The header line is {','.join(header)[:200]!r};"
            " names must be spelled as in the schema, without blanks",
            file=name,
            line=1,
        )
    for column in wanted:
        if header.count(column) > 1:
            raise CsvError("The header names a column twice", file=name, line=1, column=column)
    return [header.index(column) for column in wanted]


def _read_body(body: _Body, targets: Sequence[tuple[Sink, int]]) -> int:
    reader = body.read()
    width = len(body.header)
    count = records = 0
    try:
        if b"\0" in body.data:
            raise ValueError("NUL")
        while rows := list(islice(reader, _BATCH)):
            records += len(rows)
            if reader.line_num != records:
                raise ValueError("lines")
            if [] in rows:
                rows = [row for row in rows if row]
            if rows:
                columns = list(zip(*rows, strict=True))
                if len(columns) != width:
                    raise ValueError("cells")
                for sink, place in targets:
                    sink.take(columns[place])
                count += len(rows)
    except UnicodeDecodeError:
        raise
    except (*REFUSALS, csv.Error):
        raise _explained(body, targets) from None
    return count


def _explained(body: _Body, targets: Sequence[tuple[Sink, int]]) -> CsvError:
    """The first thing that is wrong with a file that was refused."""
    reader = body.read()
    while True:
        line = reader.line_num + 2
        try:
            row = next(reader, None)
        except csv.Error as error:
            return CsvError(f"The record is not well-formed CSV: {error}", file=body.name, line=line)
        if row is None:
            break
        problem = _problem(row, line, reader.line_num + 1, body, targets)
        if problem is not None:
            return problem
    # the only thing that is not wrong with any single cell
    return CsvError(f"There are more than {MOST_EVENT_TYPES} distinct event types", file=body.name)


def _problem(
    row: Sequence[str], line: int, last_line: int, body: _Body, targets: Sequence[tuple[Sink, int]]
) -> CsvError | None:
    if not row:
        return None
    if last_line != line:
        return CsvError("A record must not span several lines", file=body.name, line=line)
    if len(row) != len(body.header):
        return CsvError(
            f"The record has {len(row)} values: expected {len(body.header)}, as in the header",
            file=body.name,
            line=line,
        )
    for column, text in zip(body.header, row, strict=True):
        if "\0" in text:
            return CsvError("The value has a NUL byte in it", file=body.name, line=line, column=column)
    for sink, place in targets:
        try:
            check_cell(sink.field, row[place])
        except ValueError as error:
            return CsvError(str(error), file=body.name, line=line, column=sink.field.name)
    return None


def _not_utf8(name: str, data: bytes) -> CsvError:
    line = None
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
    return CsvError("The file is not encoded in UTF-8", file=name, line=line)
