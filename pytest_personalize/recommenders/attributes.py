"""Metadata as labels: what two items, or two users, have in common."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count

from attrs import field, frozen

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.columns import Column, NumberColumn, TextColumn, Value
from pytest_personalize.data.entities import EntityTable

BUCKETS = 8
"""Into how many equally filled buckets numbers are sorted."""

_NO_METADATA = frozenset(
    {
        "CREATION_TIMESTAMP",
        "IMPRESSION",
        "RECOMMENDATION_ID",
        "EVENT_ATTRIBUTION_SOURCE",
        "EVENT_VALUE",
        "EXPIRATION_TIMESTAMP",
    }
)


@frozen(kw_only=True, eq=False)
class Facet:
    """One column read as labels: categories are their own labels, numbers are labelled by bucket."""

    name: str
    column: Column
    edges: tuple[float, ...] = ()

    def labels(self, value: object) -> tuple[str, ...]:
        """The labels of a value as records or requests write it."""
        if value is None:
            return ()
        if isinstance(self.column, TextColumn):
            return tuple(filter(None, str(value).split("|")))
        try:
            return (str(bisect_right(self.edges, float(str(value)))),)
        except ValueError:  # a request may say anything about a numeric column
            return ()

    def named(self, label: str) -> str:
        """A label as a reader understands it: the category, or the bounds of the bucket."""
        if isinstance(self.column, TextColumn):
            return label
        bounds = ("", *(f"{edge:g}" for edge in self.edges), "")
        low, high = bounds[int(label)], bounds[int(label) + 1]
        return " ".join(filter(None, (f"from {low}" if low else "", f"below {high}" if high else "")))

    def by_row(self) -> Iterator[tuple[str, ...]]:
        """The labels of every row."""
        column = self.column
        if isinstance(column, TextColumn):
            return map(column.members, column.codes)
        buckets = [(str(place),) for place in range(len(self.edges) + 1)]
        edges = self.edges
        return (() if value is None else buckets[bisect_right(edges, value)] for value in numbers(column))


def facets(schema: Schema | None, columns: Mapping[str, Column], excluded: Iterable[str] = ()) -> tuple[Facet, ...]:
    """The columns that trainings learn from: categories and numbers (developer guide, training data columns)."""
    if schema is None:
        return ()
    left_out = _NO_METADATA.union(name.upper() for name in excluded)
    found = []
    for schema_field in schema.fields:
        column = columns.get(schema_field.name)
        if column is None or schema_field.name.upper() in left_out:
            continue
        if schema_field.categorical:
            found.append(Facet(name=schema_field.name, column=column))
        elif schema_field.numeric:
            found.append(Facet(name=schema_field.name, column=column, edges=_edges(column)))
    return tuple(found)


def numbers(column: Column) -> Iterator[float | None]:
    """The entries of a numeric column."""
    assert isinstance(column, NumberColumn)
    return map(column.get, range(len(column)))


def _edges(column: Column) -> tuple[float, ...]:
    """The bounds of equally filled buckets."""
    values = sorted(value for value in numbers(column) if value is not None)
    if not values:
        return ()
    return tuple(dict.fromkeys(values[len(values) * n // BUCKETS] for n in range(1, BUCKETS)))


class _Codes(dict[tuple[str, str], int]):
    """Small numbers for labels, in the order in which they are met."""

    def __missing__(self, label: tuple[str, str]) -> int:
        code = self[label] = len(self)
        return code


class _Coded(dict[tuple[str, ...], frozenset[int]]):
    """The labels of a source as sets of small numbers."""

    def __init__(self, name: str, codes: _Codes) -> None:
        self._name = name
        self._codes = codes

    def __missing__(self, own: tuple[str, ...]) -> frozenset[int]:
        found = self[own] = frozenset([self._codes[self._name, text] for text in own])
        return found


class _Unions(dict[tuple[frozenset[int], frozenset[int]], frozenset[int]]):
    """Two sets in one; of equal pairs the same object."""

    def __missing__(self, both: tuple[frozenset[int], frozenset[int]]) -> frozenset[int]:
        found = self[both] = both[0] | both[1]
        return found


@frozen(kw_only=True, eq=False)
class Labels:
    """The labels of every entity that has a record, as sets of small numbers; equal sets are one object."""

    sets: Mapping[int, frozenset[int]] = field(factory=dict)


_NOTHING: frozenset[int] = frozenset()


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """How much two label sets have in common, 0..1: the square of the cosine between them."""
    shared = len(one & other)
    return shared * shared / (len(one) * len(other)) if shared else 0.0


def label(
    ids: Sequence[int] | array[int], found: Iterable[Facet], words: Iterable[Sequence[tuple[str, ...]]] = ()
) -> Labels:
    """Label every entity by its facets, and by words where given; the last of several rows of an id counts.

    Args:
        ids: The entity of every row.
        found: The columns to read.
        words: More labels by row, one sequence a column.
    """
    codes = _Codes()
    names = count()
    sources: list[tuple[str, Iterable[tuple[str, ...]]]] = [(facet.name, facet.by_row()) for facet in found]
    sources += [(f"\0{next(names)}", column) for column in words]
    rows: list[frozenset[int]] = [_NOTHING] * len(ids)
    unions = _Unions()
    for name, labels in sources:
        coded = _Coded(name, codes)
        rows = [unions[both] for both in zip(rows, map(coded.__getitem__, labels), strict=True)]
    return Labels(sets=dict(zip(ids, rows, strict=True)))


def creation_times(table: EntityTable | None) -> dict[int, float]:
    """By id: CREATION_TIMESTAMP, of the records that have one."""
    if table is None or "CREATION_TIMESTAMP" not in table.columns:
        return {}
    times = ((index, as_number(table.value(index, "CREATION_TIMESTAMP"))) for index in table)
    return {index: time for index, time in times if time is not None}


def as_number(value: Value) -> float | None:
    """A value as a number, None when it is not one."""
    return float(value) if isinstance(value, int | float) else None
