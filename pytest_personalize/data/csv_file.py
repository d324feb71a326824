"""CSV files, read once from front to back in constant memory: what is sound goes to the sinks, what is wrong is told.

A file is read in chunks of whole lines. The sinks take a chunk at a time, column by column; only one that is refused
is looked at line by line, to say what is wrong with it. Whoever wants the first problem alone stops there.
"""

from __future__ import annotations

import csv
import io
import re
from codecs import BOM_UTF8
from collections.abc import Generator, Iterator, Sequence
from threading import Lock
from typing import Final, Protocol

from attrs import define, field

from pytest_personalize.data.cells import REFUSALS, Sink, TimeTrial, check_cell
from pytest_personalize.data.errors import CsvError
from pytest_personalize.data.events import MOST_EVENT_TYPES
from pytest_personalize.data.values import Unfit

_CHUNK: Final = 1 << 13
"""Bytes at a time: few enough that rows, and what goes through them, do not wake the cyclic garbage collector."""

_MOST_LINES_OF_A_RECORD: Final = 100
"""How far the end of a quote is looked for, when a record is split over lines."""

_GZIP: Final = b"\x1f\x8b"
"""How the content of a gzip file begins."""

_LINE: Final = re.compile(rb"([^\r\n]*)(?:\r\n?|\n)?")
_QUOTED: Final = re.compile(r'(?:^|(?<=[,\r\n]))"((?:[^"\\]++|\\.|"")*+)"(?=[,\r\n]|$)', re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(["\\])')
_CELL: Final = re.compile(r'"(?:[^"\\]++|\\.|"")*+"|[^,]*', re.DOTALL)
_OTHER_MARKS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""What other files that are called CSV have between their values."""

_DIALECTS: Final = {strict: csv.reader((), strict=strict).dialect for strict in (True, False)}
"""As an argument it takes half the time to make a reader that its options take."""
_ANY_LENGTH: Final = 2**31 - 1
_LIMIT: Final = Lock()
_OPEN_QUOTE: Final = "unexpected end of data"
"""What the CSV reader says of text that ends within quotes."""


Columns = Sequence[tuple[Sink, int]]
"""Where values go, and where in a record they stand."""


class Stream(Protocol):
    """What a file is read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, none at the end."""

    def readline(self) -> bytes:
        """The next bytes up to the end of the line."""


@define
class CsvFile:
    """One pass over a file; ``rows`` counts the records that were read so far, below the header."""

    name: str
    _stream: Stream
    header: Sequence[str] = field(init=False, default=())
    rows: int = field(init=False, default=0)
    _ahead: bytes = field(init=False, default=b"", repr=False)

    def problems(self, sinks: Sequence[Sink]) -> Iterator[CsvError]:
        """Read the file into the sinks of its columns and say all that is wrong with it, in the order of its lines."""
        yield from self.header_problems([sink.field.name for sink in sinks])
        columns = [(sink, self.header.index(name)) for sink in sinks if self._once(name := sink.field.name)]
        line = 2
        for data in self._chunks() if columns else ():
            try:
                line += self._take(data, columns)
            except (*REFUSALS, csv.Error):
                line += yield from self._explained(data, line, columns)

    def header_problems(self, wanted: Sequence[str]) -> Iterator[CsvError]:
        """Read the header line and hold it against the columns that there must be."""
        try:
            self._read_header()
        except CsvError as error:
            yield error
            return
        missing = [column for column in wanted if column not in self.header]
        if missing:
            text = ",".join(self.header)
            mark = next((mark for mark in _OTHER_MARKS if set(wanted) <= set(text.split(mark))), None)
            yield CsvError(
                # printed: CreateDatasetImportJob, 2024; the developer guide has it without the blank
                f"Input csv is missing the following columns: [{', '.join(missing)}]."
                f" The header line is {text[:200]!r};"
                + (
                    f" its names stand between {_OTHER_MARKS[mark]}, and not between commas"
                    if mark
                    else " names must be spelled as in the schema, without blanks"
                ),
                code="separator" if mark else "missing-columns",
                file=self.name,
                line=1,
                row=text,
            )
        for column in wanted:
            if self.header.count(column) > 1:
                text = ",".join(self.header)
                yield CsvError(
                    "The header names a column twice",
                    code="repeated-column",
                    file=self.name,
                    line=1,
                    column=column,
                    row=text,
                    place=_start(text, len(self.header) - 1 - self.header[::-1].index(column)),
                )

    def _read_header(self) -> None:
        data = self._stream.readline()
        if data.startswith(_GZIP):
            text = "The file is compressed with gzip: Amazon Personalize reads plain CSV files"
            raise CsvError(text, code="compressed", file=self.name)
        end = _LINE.match(data)
        assert end is not None  # it matches anything
        self._ahead = data[end.end() :]
        first = end[1].removeprefix(BOM_UTF8)
        try:
            line = first.decode()
        except UnicodeDecodeError as error:
            raise self._not_utf8(first, error, 1) from None
        if "\0" in line:
            raise CsvError("The header has a NUL byte in it", code="nul-byte", file=self.name, line=1)
        try:
            records, _ = read_records(line)
        except csv.Error as error:
            text = f"The header is not well-formed CSV: {error}"
            raise CsvError(text, code="malformed-header", file=self.name, line=1, row=line) from None
        self.header = records[0] if records else []

    def _once(self, column: str) -> bool:
        return self.header.count(column) == 1

    def _chunks(self) -> Iterator[bytes]:
        """What comes after the header, always cut at the end of a line."""
        data = self._ahead
        while data := data + self._stream.read(_CHUNK):
            yield data + self._stream.readline()
            data = b""

    def _take(self, data: bytes, columns: Columns) -> int:
        """Hand a chunk to the sinks and return the number of its lines; raises something when it is not sound."""
        if b"\0" in data:
            raise ValueError("NUL")
        width = len(self.header)
        cells, rows, lines = _split(data, width) or _parsed(data, width)
        if rows:
            for sink, place in columns:
                sink.take(cells[place])
            self.rows += rows
        return lines

    def _explained(self, data: bytes, first: int, columns: Columns) -> Generator[CsvError, None, int]:
        """All that is wrong with a chunk that was refused; returns the number of its lines."""
        lines = data.splitlines(keepends=True)
        found = False
        at = 0
        while at < len(lines):
            row, taken, fault = self._record(lines, at, first + at)
            for problem in (fault,) if fault else self._row_problems(row, _shown(lines[at]), first + at, columns):
                found = True
                yield problem
            at += taken
            self.rows += bool(row)
        if not found:  # the only thing that is not wrong with any single cell
            text = f"There are more than {MOST_EVENT_TYPES} distinct event types"
            yield CsvError(text, code="too-many-event-types", file=self.name)
        return len(lines)

    def _record(self, lines: list[bytes], at: int, line: int) -> tuple[list[str], int, CsvError | None]:
        """The values of the record that begins there, how many lines it takes, and what is wrong with its form.

        When the end of a quote is not on the line, it is looked for on those that follow, also on some that are not
        read yet; if that makes no whole record, the line stands for itself.
        """
        data, shown = lines[at], _shown(lines[at])
        reason = ""
        for taken in range(1, _MOST_LINES_OF_A_RECORD):
            try:
                records, _ = read_records(data.decode())
            except UnicodeDecodeError as error:
                if taken == 1:
                    return [], 1, self._not_utf8(data, error, line)
                break
            except csv.Error as error:
                reason = reason or str(error)
                if str(error) != _OPEN_QUOTE:
                    break
                if at + taken == len(lines) and (more := self._stream.readline()):
                    lines.append(more)
                data += b"".join(lines[at + taken : at + taken + 1])
                continue
            row = records[0] if records else []
            if taken == 1:
                return row, 1, None
            if len(row) == len(self.header):
                text = "A record must not span several lines"
                return row, taken, CsvError(text, code="multiline-record", file=self.name, line=line, row=shown)
            break
        if reason == _OPEN_QUOTE:
            reason = "a quote has no end"
        text = f"The record is not well-formed CSV: {reason}"
        return [], 1, CsvError(text, code="malformed-record", file=self.name, line=line, row=shown)

    def _row_problems(self, row: Sequence[str], shown: str, line: int, columns: Columns) -> Iterator[CsvError]:
        """What is wrong with the values of a record."""
        if not row:
            return
        if len(row) != len(self.header):
            yield CsvError(
                f"The record has {len(row)} values: expected {len(self.header)}, as in the header",
                code="too-few-values" if len(row) < len(self.header) else "too-many-values",
                file=self.name,
                line=line,
                row=shown,
            )
            return

        def problem(text: str, code: str, place: int) -> CsvError:
            name = self.header[place]
            start = _start(shown, place)
            return CsvError(text, code=code, file=self.name, line=line, column=name, row=shown, place=start)

        for place, text in enumerate(row):
            if "\0" in text:
                yield problem("The value has a NUL byte in it", "nul-byte", place)
        for sink, place in columns:
            try:
                check_cell(sink.field, row[place])
            except Unfit as unfit:
                yield problem(str(unfit), unfit.code, place)
                continue
            if isinstance(sink, TimeTrial) and (caveat := sink.caveat(row[place])):
                yield problem(caveat, "milliseconds", place)

    def _not_utf8(self, data: bytes, error: UnicodeDecodeError, line: int) -> CsvError:
        place = len(data[: error.start].decode()) + 1
        text = "The file is not encoded in UTF-8"
        return CsvError(text, code="not-utf8", file=self.name, line=line, row=_shown(data), place=place)


def _split(data: bytes, width: int) -> tuple[Sequence[Sequence[str]], int, int] | None:
    """The cells of some lines by column, the number of records and of lines; None for what needs a CSV reader.

    Without quotes and blank lines a comma is always the end of a cell. The cell that is put between two lines shows
    that each has as many cells as it has to have.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    if b'"' in data or b"\r" in data or b"\n\n" in data or data.startswith(b"\n"):
        return None
    text = data.decode().removesuffix("\n")
    lines = text.count("\n") + 1
    cells = text.replace("\n", ",\n,").split(",")
    if len(cells) != lines * (width + 1) - 1 or cells[width :: width + 1].count("\n") != lines - 1:
        return None
    return [cells[place :: width + 1] for place in range(width)], lines, lines


def _parsed(data: bytes, width: int) -> tuple[Sequence[Sequence[str]], int, int]:
    """As ``_split``, of anything; raises something when it is not well-formed."""
    rows, lines = read_records(data.decode())
    if lines != len(rows):
        raise ValueError("lines")
    rows = [row for row in rows if row]
    cells = list(zip(*rows, strict=True))
    if rows and len(cells) != width:
        raise ValueError("cells")
    return cells, len(rows), lines


def _shown(data: bytes) -> str:
    """A line as it can be shown."""
    return data.decode(errors="replace").rstrip("\r\n")


def _start(line: str, index: int) -> int:
    """Where in a line, counted from 1, the cell of that index begins."""
    at = 0
    for _ in range(index):
        cell = _CELL.match(line, at)
        at = cell.end() + 1 if cell else at
    return at + 1


def read_records(text: str, *, strict: bool = True) -> tuple[list[list[str]], int]:
    """The records of CSV text, and the number of its lines; ``csv.Error`` for what is not well-formed, if ``strict``.

    Quotes within quoted values may be doubled, or stand behind backslashes.
    """
    written = _QUOTED.sub(_without_backslashes, text) if "\\" in text else text
    with _LIMIT:  # how long a value may be is a setting of the whole process, made for other files
        limit = csv.field_size_limit(_ANY_LENGTH)
        try:
            reader = csv.reader(io.StringIO(written, newline=""), _DIALECTS[strict])
            return list(reader), reader.line_num
        finally:
            csv.field_size_limit(limit)


def _without_backslashes(cell: re.Match[str]) -> str:
    """A quoted cell as CSV readers know it: quotes doubled, backslashes alone."""
    inner = _ESCAPED.sub(lambda escaped: '""' if escaped[1] == '"' else "\\", cell[1])
    return f'"{inner}"'
