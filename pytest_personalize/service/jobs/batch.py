"""What batch inference and batch segment jobs share: input objects, lines, and output that is whole or not there.

Input is JSON Lines, in every object whose address starts with the input path; each object gives one ``.out`` object in
the output folder, a line for a line, in order. A bad line becomes an error record while the rest goes on. What real
jobs wrote is the model for the format: no blanks in inference lines, blanks after colons and between members in segment
lines, scores as Java writes doubles.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.jsontext import read_json
from pytest_personalize.data.stores import ObjectStore
from pytest_personalize.failure import Failure
from pytest_personalize.service.jobs.lines import NOT_AN_OBJECT, NOT_JSON, count_problem
from pytest_personalize.service.jobs.locations import PROBE, S3DataConfig, input_objects, output_folder
from pytest_personalize.service.kernel.account import Region

Answer = Callable[[Mapping[str, Any]], str]
"""From the members of an input line to the JSON text of its ``output``; raises Failure."""


@frozen(kw_only=True)
class LineFormat:
    """Where blanks go in an output line."""

    colon: str
    comma: str

    def line(self, given: str, output: str | None, error: str | None) -> str:
        """One record; ``given`` and ``output`` are JSON texts. A failed record has no output."""
        members = {"input": given, "output": output, "error": json.dumps(error)}
        return (
            "{"
            + self.comma.join(f'"{name}"{self.colon}{text}' for name, text in members.items() if text is not None)
            + "}"
        )

    def text(self, value: object) -> str:
        """A value in the style of the line."""
        return json.dumps(value, separators=(self.comma, self.colon), ensure_ascii=False)


INFERENCE_LINES: Final = LineFormat(colon=":", comma=",")
SEGMENT_LINES: Final = LineFormat(colon=": ", comma=", ")


def java_double(value: float) -> str:
    """A number as Java's ``Double.toString`` writes it, to at most 7 decimals: ``0.8449224``, ``3.773E-4``."""
    value = round(value, 7)
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(float(value))
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    first, *rest = map(str, digits)
    return f"{'-' * sign}{first}.{''.join(rest) or '0'}E{len(rest) + int(exponent)}"


def run_batch(
    region: Region, given: S3DataConfig, destination: S3DataConfig, lines: LineFormat, answer: Answer, limit: int
) -> None:
    """Answer every line of every input object and write the outputs; Failure with nothing left behind.

    ``limit`` is the most lines that one file may have (quotas page).
    """
    sources = input_objects(region, given)
    folder = output_folder(region, destination)
    if folder.rstrip("/") == given.path.rstrip("/"):
        raise Failure("Invalid S3 output path. It must differ from the input path.")
    store = region.account.store()
    outputs: dict[str, bytes] = {f"{folder}{PROBE}": b""}
    for uri in sources:
        outputs[f"{folder}{posixpath.basename(uri)}.out"] = _answered(store, uri, lines, answer, limit)
    _write_all(store, outputs)


def _answered(store: ObjectStore, uri: str, lines: LineFormat, answer: Answer, limit: int) -> bytes:
    try:
        text = store.get(uri).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Failure(f"{uri} is not UTF-8: {error}") from None
    given = [line for line in text.split("\n") if line.strip()]
    if problem := count_problem(uri, len(given), limit):
        raise problem
    return "".join(_record(line, lines, answer) + "\n" for line in given).encode()


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


def _write_all(store: ObjectStore, outputs: Mapping[str, bytes]) -> None:
    written: list[str] = []
    try:
        for uri, content in outputs.items():
            written.append(uri)
            store.put(uri, content)
    except StoreError as error:
        for uri in written:
            try:
                store.delete(uri)
            except StoreError:
                continue  # it was never written, or the store takes nothing any more
        raise Failure(f"Invalid S3 output path. {error}") from None
