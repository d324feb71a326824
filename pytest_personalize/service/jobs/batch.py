"""What batch inference and batch segment jobs share: input objects, lines, and output that is whole or not there.

Input is JSON Lines, in every object whose address starts with the input path; each object gives one ``.out`` object in
the output folder, a line for a line, in order. A bad line becomes an error record while the rest goes on. What real
jobs wrote is the model for the format: no blanks in inference lines, blanks after colons and between members in segment
lines, scores as Java writes doubles.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any, Final

from attrs import field, frozen

from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.jsontext import read_json
from pytest_personalize.data.stores import ObjectStore, read_parts, write_parts
from pytest_personalize.failure import Failure
from pytest_personalize.service.jobs.lines import NOT_AN_OBJECT, NOT_JSON, count_problem
from pytest_personalize.service.jobs.locations import PROBE, S3DataConfig, input_objects, output_folder
from pytest_personalize.service.kernel.account import Region

Answer = Callable[[Mapping[str, Any]], str]
"""From the members of an input line to the JSON text of its ``output``; raises Failure."""

Progress = Callable[[int, int], None]
"""Told how many lines are done, and how many there are."""

_TOGETHER: Final = 100
"""Lines that go to the store in one part."""


@frozen(kw_only=True)
class LineFormat:
    """Where blanks go in an output line."""

    colon: str
    comma: str
    text: Callable[[object], str] = field(init=False)
    """A value in the style of the line."""

    @text.default
    def _encoder(self) -> Callable[[object], str]:
        return json.JSONEncoder(separators=(self.comma, self.colon), ensure_ascii=False).encode

    def line(self, given: str, output: str | None, error: str | None) -> str:
        """One record; ``given`` and ``output`` are JSON texts. A failed record has no output."""
        colon, comma = self.colon, self.comma
        made = "" if output is None else f'"output"{colon}{output}{comma}'
        return f'{{"input"{colon}{given}{comma}{made}"error"{colon}{json.dumps(error)}}}'


INFERENCE_LINES: Final = LineFormat(colon=":", comma=",")
SEGMENT_LINES: Final = LineFormat(colon=": ", comma=", ")


def java_double(value: float) -> str:
    """A number below ten million as Java's ``Double.toString`` has it, to 7 decimals: ``0.8449224``, ``3.773E-4``."""
    text = f"{value:.7f}"
    if value >= 0.001 and text[-1] != "0":  # as most scores are, in half the time
        return text
    if text.startswith(_SMALL):
        sign, _, decimals = text.partition("0.")
        digits = decimals.lstrip("0")
        return f"{sign}{digits[0]}.{digits[1:].rstrip('0') or '0'}E{len(digits) - 8}" if digits else "0.0"
    text = text.rstrip("0")
    return f"{text}0" if text.endswith(".") else text


_SMALL: Final = ("0.000", "-0.000")


def run_batch(
    region: Region,
    given: S3DataConfig,
    destination: S3DataConfig,
    lines: LineFormat,
    answer: Answer,
    limit: int,
    progress: Progress,
) -> None:
    """Answer every line of every input object and write the outputs; Failure with nothing left behind.

    Neither input nor output is ever in memory as a whole: all input is looked through first, then answered line by line
    into the store. ``limit`` is the most lines that one file may have (quotas page).
    """
    sources = input_objects(region, given)
    folder = output_folder(region, destination)
    if folder.rstrip("/") == given.path.rstrip("/"):
        raise Failure("Invalid S3 output path. It must differ from the input path.")
    store = region.account.store()
    total = sum(_count(store, uri, limit) for uri in sources)
    done = 0

    def records(uri: str) -> Iterator[bytes]:
        nonlocal done
        given_lines = _lines(store, uri)
        while some := list(islice(given_lines, _TOGETHER)):
            yield "".join([_record(line, lines, answer) + "\n" for line in some]).encode()
            done += len(some)
            progress(done, total)

    outputs = {f"{folder}{posixpath.basename(uri)}.out": records(uri) for uri in sources}
    _write_all(store, {f"{folder}{PROBE}": iter((b"",)), **outputs})


def _count(store: ObjectStore, uri: str, limit: int) -> int:
    count = sum(1 for _ in _lines(store, uri))
    if problem := count_problem(uri, count, limit):
        raise problem
    return count


def _lines(store: ObjectStore, uri: str) -> Iterator[str]:
    """The lines of an object that are not blank, read as they are asked for."""
    try:
        for number, line in enumerate(_raw_lines(read_parts(store, uri)), 1):
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            if text.strip():
                yield text
    except UnicodeDecodeError as error:
        raise Failure(f"{uri} is not UTF-8: line {number}: {error}") from None


def _raw_lines(parts: Iterator[bytes]) -> Iterator[bytes]:
    begun = b""
    for part in parts:
        *whole, begun = (begun + part).split(b"\n")
        yield from whole
    yield begun


def _record(line: str, lines: LineFormat, answer: Answer) -> str:
    try:
        members = read_json(line)
    except ValueError:
        return lines.line(lines.text(line.strip()), None, NOT_JSON)
    if not isinstance(members, dict):
        return lines.line(lines.text(members), None, NOT_AN_OBJECT)
    try:
        return lines.line(lines.text(members), answer(members), None)
    except Failure as failure:
        return lines.line(lines.text(members), None, failure.message)


def _write_all(store: ObjectStore, outputs: Mapping[str, Iterator[bytes]]) -> None:
    """Write all of them, or leave none behind."""
    written: list[str] = []
    try:
        for uri, parts in outputs.items():
            written.append(uri)
            write_parts(store, uri, parts)
    except BaseException as error:
        for uri in written:
            with suppress(StoreError):  # it was never written, or the store takes nothing any more
                store.delete(uri)
        if isinstance(error, StoreError):
            raise Failure(f"Invalid S3 output path. {error}") from None
        raise
