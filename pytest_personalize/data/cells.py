"""How the cells of one CSV column are checked and stored, many at a time.

A sink may refuse a batch with any ``ValueError``, ``KeyError`` or ``OverflowError``; which cell was wrong, and why, is
found out afterwards cell by cell with ``parse_text``, so that good files pay nothing for good messages.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

from pytest_personalize.data.avro import WHOLE_TYPES, Field
from pytest_personalize.data.columns import (
    NULL_BOOLEAN,
    NULL_FLOAT,
    NULL_INTEGER,
    BooleanColumn,
    Column,
    NumberColumn,
    TextColumn,
)
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.values import BOUNDS, CHARACTERS, TEXTUAL_LENGTH_WIDE, limit_of, shortened

REFUSALS = (ValueError, KeyError, OverflowError)
"""What a sink raises for a batch that it does not take."""

_TRUTH = {"false": 0, "true": 1}
_TRUTH_OR_NULL = _TRUTH | {"": NULL_BOOLEAN}


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
        limit = limit_of(self.field)
        if limit is None and max(map(len, texts)) > TEXTUAL_LENGTH_WIDE:
            texts = [shortened(text) for text in texts]
        self.vocabulary.intern_into(self.codes, texts)
        if limit is not None and max(map(len, self.vocabulary.since(known)), default=0) > limit:
            raise ValueError("length")


@frozen
class WholeSink:
    """Whole numbers."""

    field: Field
    values: array[int]

    def take(self, texts: Sequence[str]) -> None:
        """Store each number; the array itself refuses those beyond the bounds of long."""
        _check_characters(self.field, texts)
        start = len(self.values)
        if self.field.nullable and "" in texts:
            self.values.extend(int(text) if text else NULL_INTEGER for text in texts)
        else:
            self.values.extend(map(int, texts))
        if self.field.type == "int":
            low, high = BOUNDS["int"]
            new = [value for value in self.values[start:] if value != NULL_INTEGER]
            if new and not low <= min(new) <= max(new) <= high:
                raise ValueError("bounds")


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
            self.values.extend(numbers)
            numbers = [number for number in numbers if number == number]
        else:
            numbers = list(map(float, texts))
            self.values.extend(numbers)
        low, high = BOUNDS[self.field.type]
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
        self.values.extend(map(truth.__getitem__, texts))


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


def _check_characters(field: Field, texts: Sequence[str]) -> None:
    if "".join(texts).encode().translate(None, CHARACTERS[field.type].encode()):
        raise ValueError("characters")
