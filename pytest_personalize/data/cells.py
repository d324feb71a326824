"""How the cells of one CSV column are checked and stored, many at a time.

A sink may refuse a batch with any ``ValueError``, ``KeyError`` or ``OverflowError``; which cell was wrong, and why, is
found out afterwards cell by cell with ``check_cell``, so that good files pay nothing for good messages.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from typing import Protocol

import attrs
from attrs import define, frozen

from pytest_personalize.data.avro import WHOLE_TYPES, Field
from pytest_personalize.data.columns import (
    NULL_BOOLEAN,
    NULL_FLOAT,
    NULL_INTEGER,
    BooleanColumn,
    Column,
    NumberColumn,
    TextColumn,
    column_for,
)
from pytest_personalize.data.events import MOST_EVENT_TYPES
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.values import (
    ID_FIELDS,
    TEXTUAL_LENGTH_WIDE,
    Unfit,
    bounds_of,
    characters_of,
    limit_of,
    milliseconds,
    parse_text,
    shortened,
)

REFUSALS = (ValueError, KeyError, OverflowError)
"""What a sink raises for a batch that it does not take."""

_DIGITS = {"int": 9, "long": 11}
"""As many digits are in the bounds of the type, and as a time below all that look like milliseconds."""

_TRUTH = {"false": 0, "true": 1}
_TRUTH_OR_NULL = _TRUTH | {"": NULL_BOOLEAN}


def check_cell(field: Field, text: str) -> None:
    """``Unfit``, which says why, for a cell that the sink of its column refuses."""
    parse_text(field, text)
    if field.name in ID_FIELDS and text.isspace():
        raise Unfit(f"The value of {field.name} is blank: an id needs more than white space", "blank-id")


class Sink(Protocol):
    """Where the cells of a column go."""

    @property
    def field(self) -> Field:
        """The schema field of the column."""

    def take(self, texts: Sequence[str]) -> None:
        """Check and store the cells of some rows."""


@frozen
class CodeSink:
    """Strings that are kept as indexes: ids, event types, categories."""

    field: Field
    codes: array[int]
    vocabulary: IdTable

    def take(self, texts: Sequence[str]) -> None:
        """Store the index of each string; only strings that are new have to be checked."""
        if not self.field.nullable and "" in texts:
            raise ValueError("null")
        known = len(self.vocabulary)
        if limit_of(self.field) is None and max(map(len, texts)) > TEXTUAL_LENGTH_WIDE:
            texts = [shortened(text) for text in texts]
        self.vocabulary.intern_into(self.codes, texts)
        _check_texts(self.field, self.vocabulary.since(known))


@frozen
class TextTrial:
    """Strings that are checked and not kept; of ``most`` different ones at the most, where that counts."""

    field: Field
    most: int | None = None
    _seen: set[str] = attrs.field(factory=set, repr=False)

    def take(self, texts: Sequence[str]) -> None:
        """Check each distinct string."""
        distinct = set(texts)
        if not self.field.nullable and "" in distinct:
            raise ValueError("null")
        _check_texts(self.field, distinct)
        if self.most is not None:
            self._seen.update(filter(None, distinct))
            if len(self._seen) > self.most:
                self._seen.clear()
                raise OverflowError("many")


@frozen
class WholeSink:
    """Whole numbers."""

    field: Field
    values: array[int]

    def take(self, texts: Sequence[str]) -> None:
        """Store each number."""
        _check_characters(self.field, texts)
        if self.field.type == "long" and not self.field.nullable:
            self.values.fromlist(list(map(int, texts)))  # the array refuses what is no long
            return
        numbers = [int(text) for text in texts if text or not self.field.nullable]
        low, high = bounds_of(self.field)
        if numbers and not low <= min(numbers) <= max(numbers) <= high:
            raise ValueError("bounds")
        if len(numbers) < len(texts):
            self.values.fromlist([int(text) if text else NULL_INTEGER for text in texts])
        else:
            self.values.fromlist(numbers)


@frozen
class FloatSink:
    """Numbers with fractions."""

    field: Field
    values: array[float]

    def take(self, texts: Sequence[str]) -> None:
        """Store each number."""
        _check_characters(self.field, texts)
        if self.field.nullable and "" in texts:
            numbers = [float(text) if text else NULL_FLOAT for text in texts]
            self.values.fromlist(numbers)
            numbers = [number for number in numbers if number == number]
        else:
            numbers = list(map(float, texts))
            self.values.fromlist(numbers)
        low, high = bounds_of(self.field)
        if numbers and not low <= min(numbers) <= max(numbers) <= high:
            raise ValueError("bounds")


@frozen
class BooleanSink:
    """Truth values, in lower case."""

    field: Field
    values: array[int]

    def take(self, texts: Sequence[str]) -> None:
        """Store each value."""
        truth = _TRUTH_OR_NULL if self.field.nullable else _TRUTH
        self.values.fromlist(list(map(truth.__getitem__, texts)))


@frozen
class NumberTrial:
    """Numbers, or truth values, that are checked and not kept."""

    _sink: WholeSink | FloatSink | BooleanSink

    @property
    def field(self) -> Field:
        """The schema field of the column."""
        return self._sink.field

    def take(self, texts: Sequence[str]) -> None:
        """Check each number."""
        if _surely_small(self.field, texts):
            return
        del self._sink.values[:]
        self._sink.take(texts)


@define
class TimeTrial:
    """The times of events, which are checked and not kept; the first that looks like milliseconds is told of."""

    field: Field
    _told: bool = False

    def take(self, texts: Sequence[str]) -> None:
        """Check each number; a batch with the first one that has to be told of is refused."""
        if _surely_small(self.field, texts):
            return
        times = array("q")
        WholeSink(self.field, times).take(texts)
        if not self._told and any(map(milliseconds, times)):
            raise ValueError("milliseconds")

    def caveat(self, text: str) -> str | None:
        """What is to be said of a sound value, once."""
        said = None if self._told else milliseconds(int(text))
        self._told = self._told or said is not None
        return said


def trial_sink(field: Field) -> TextTrial | NumberTrial:
    """What takes and refuses what the sink of an import does, in constant memory."""
    if field.type == "string":
        return TextTrial(field)
    sink = sink_for(field, column_for(field))
    assert isinstance(sink, WholeSink | FloatSink | BooleanSink)
    return NumberTrial(sink)


def event_trial(field: Field) -> TextTrial | NumberTrial | TimeTrial:
    """The same for a field of events, whose types are of a limited number."""
    match field.name:
        case "EVENT_TYPE":
            return TextTrial(field, MOST_EVENT_TYPES)
        case "TIMESTAMP":
            return TimeTrial(field)
    return trial_sink(field)


def sink_for(field: Field, column: Column) -> Sink:
    """The sink that fills a column."""
    if isinstance(column, TextColumn):
        return CodeSink(field, column.codes, column.vocabulary)
    if isinstance(column, BooleanColumn):
        return BooleanSink(field, column.values)
    assert isinstance(column, NumberColumn)
    return number_sink(field, column.values)


def number_sink(field: Field, values: array[int] | array[float]) -> Sink:
    """The sink that fills an array of numbers."""
    if field.type in WHOLE_TYPES:
        return WholeSink(field, values)  # type: ignore[arg-type]  # an array of the type's own typecode
    return FloatSink(field, values)  # type: ignore[arg-type]


def _surely_small(field: Field, texts: Sequence[str]) -> bool:
    """Whether all are digits, and too few of them for any bound: what most columns of whole numbers are."""
    if field.type not in WHOLE_TYPES or "" in texts:
        return False
    together = "".join(texts)
    return together.isascii() and together.isdigit() and max(map(len, texts)) <= _DIGITS[field.type]


def _check_texts(field: Field, texts: Collection[str]) -> None:
    limit = limit_of(field)
    if limit is not None and max(map(len, texts), default=0) > limit:
        raise ValueError("length")
    if field.name in ID_FIELDS:
        together = "".join(texts)
        if together.split() != [together] and any(map(str.isspace, texts)):  # the first is quick where no id has blanks
            raise ValueError("blank")


def _check_characters(field: Field, texts: Sequence[str]) -> None:
    if "".join(texts).encode().translate(None, characters_of(field).encode()):
        raise ValueError("characters")
