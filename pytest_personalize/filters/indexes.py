"""Columns of a table turned around: from a value, or a range of values, to the set of ids that have it.

An index is built when a filter first asks for a column, lives as long as the column, and follows the table: the few
records that were put since it was built are an overlay, many are a reason to build it anew. What it answers depends on
the records only.
"""

from __future__ import annotations

import operator as compare
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from itertools import chain, repeat
from operator import or_
from typing import Final
from weakref import finalize

from attrs import define, field

from pytest_personalize.data.columns import NumberColumn, TextColumn
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.filters.bits import NOTHING, from_ids
from pytest_personalize.filters.nodes import Operator
from pytest_personalize.remembered import Remembered

Scalar = str | int | float

_MAX_KEPT_SETS: Final = 256
_OVERLAY_FLOOR: Final = 32
_OVERLAY_SHARE: Final = 256
"""An index is rebuilt when more rows came than the floor plus this fraction of the indexed rows."""

_RANGES: Final[Mapping[Operator, Callable[[float, float], bool]]] = {
    Operator.LESS: compare.lt,
    Operator.AT_MOST: compare.le,
    Operator.GREATER: compare.gt,
    Operator.AT_LEAST: compare.ge,
}
_BIT_DIGITS: Final = tuple(bytes(b"01"[byte >> bit & 1] for byte in range(256)) for bit in range(8))


def holds(operator: Operator, values: Sequence[Scalar], wanted: Sequence[Scalar]) -> bool:
    """Whether a condition holds for the values of one field; none of them means null.

    Null is in no list and compares with nothing, so it satisfies NOT IN and != only (developer guide, error
    messages page: INCLUDE with NOT IN equals EXCLUDE with IN). A field of several values is in a list when any of
    them is.
    """
    if operator.is_range:
        return bool(values and wanted) and _RANGES[operator](values[0], wanted[0])  # type: ignore[arg-type]
    for value in values:
        if value in wanted:
            return not operator.is_negative
    return operator.is_negative


def _by_id(ids: array[int], codes: Iterable[int]) -> list[int]:
    """The code of every id, the highest id first; 0 for one without. Later rows of an id replace the earlier ones."""
    found = [0] * (max(ids, default=-1) + 1)
    for index, code in zip(ids, codes, strict=True):
        found[index] = code
    found.reverse()
    return found


class _Texts:
    """The code of every id, and the codes of each value that occurs joined with others by a bar."""

    def __init__(self, column: TextColumn, ids: array[int]) -> None:
        self._vocabulary = column.vocabulary
        self._codes = array("I", _by_id(ids, column.codes))
        self._distinct = len(column.vocabulary)
        self._joined: dict[str, list[int]] | None = None
        if column.categorical:
            self._joined = {}
            for code in [code for code, text in enumerate(column.vocabulary) if "|" in text]:
                for value in column.members(code):
                    self._joined.setdefault(value, []).append(code)
        self._sets: Remembered[object, int] = Remembered(_MAX_KEPT_SETS)

    def among(self, wanted: Sequence[Scalar]) -> int:
        """The ids with any of these values."""
        key = tuple(wanted)
        found = self._sets.get(key)
        return self._sets.keep(key, self._with_values(key)) if found is None else found

    def _with_values(self, values: Sequence[Scalar]) -> int:
        digits = bytearray(b"0") * self._distinct
        for code in chain.from_iterable(map(self._codes_of, map(str, values))):
            if 0 < code < self._distinct:  # 0 is null
                digits[code] = ord("1")
        return int(bytes(map(digits.__getitem__, self._codes)) or b"0", 2)

    def _codes_of(self, value: str) -> Sequence[int]:
        code = self._vocabulary.get(value)
        alone = [] if code is None or (self._joined is not None and "|" in value) else [code]
        return [*alone, *(self._joined or {}).get(value, ())]


class _Numbers:
    """A bit-sliced index: the rank of each number among the distinct ones, one set of ids for each bit of the rank.

    Any range takes two or three set operations a slice, whatever the number of distinct values.
    """

    def __init__(self, column: NumberColumn, ids: array[int]) -> None:
        null = column.null
        self._distinct = sorted({value for value in set(column.values) if value == value and value != null})
        # from 1, as 0 stands for null and for ids without a record
        ranks = {value: rank for rank, value in enumerate(self._distinct, 1)}
        self._slices = self._slice(_by_id(ids, map(ranks.get, column.values, repeat(0))))
        self._present = reduce(or_, self._slices, NOTHING)
        self._sets: Remembered[object, int] = Remembered(_MAX_KEPT_SETS)

    def _slice(self, by_id: Sequence[int]) -> list[int]:
        # All in C: the ranks as four bytes, highest id first, then each bit of them as the digits of a number.
        data = struct.pack(f"<{len(by_id)}I", *by_id)
        return [
            int(data[bit >> 3 :: 4].translate(_BIT_DIGITS[bit & 7]), 2)
            for bit in range(len(self._distinct).bit_length())
        ]

    def among(self, wanted: Sequence[Scalar]) -> int:
        """The ids with any of these values."""
        found = NOTHING
        for value in wanted:
            rank = bisect_left(self._distinct, value)
            if rank < len(self._distinct) and self._distinct[rank] == value:
                found |= self._below(rank + 1) & ~self._below(rank)
        return found

    def within(self, operator: Operator, limit: Scalar) -> int:
        """The ids whose value is on one side of a limit."""
        bisect = bisect_left if operator in (Operator.LESS, Operator.AT_LEAST) else bisect_right
        below = self._below(bisect(self._distinct, limit))
        return below if operator in (Operator.LESS, Operator.AT_MOST) else self._present & ~below

    def _below(self, rank: int) -> int:
        """The ids whose number has a smaller rank."""
        found = self._sets.get(rank)
        if found is not None:
            return found
        if rank >= len(self._distinct):
            return self._present
        found, equal = NOTHING, self._present
        for bit in reversed(range(len(self._slices))):
            ones = equal & self._slices[bit]
            if (rank + 1) >> bit & 1:
                found |= equal ^ ones
                equal = ones
            else:
                equal ^= ones
        return self._sets.keep(rank, found)


@define(eq=False)
class ColumnIndex:
    """The values of one column of a table by id, and the ids by value."""

    _base: _Texts | _Numbers
    """The rows that the table had when the index was built."""
    _version: int
    _based_on: int
    _seen: int
    _overlay: dict[int, tuple[Scalar, ...]] = field(factory=dict)
    _overlaid: int = NOTHING

    def matching(self, operator: Operator, wanted: Sequence[Scalar]) -> int:
        """The set of ids for which a condition holds."""
        if operator.is_range:
            assert isinstance(self._base, _Numbers)  # who asks for a range of texts is refused before
            ids = self._base.within(operator, wanted[0]) if wanted else NOTHING
        else:
            ids = self._base.among(wanted)
        if operator.is_negative:
            ids = ~ids
        if self._overlay:
            newer = [index for index, values in self._overlay.items() if holds(operator, values, wanted)]
            ids = ids & ~self._overlaid | from_ids(newer)
        return ids

    def follow(self, table: EntityTable, column: TextColumn | NumberColumn) -> bool:
        """Take notice of the rows that came since; False when they are too many."""
        if self._version == table.version:
            return True
        rows = len(table.ids)
        if not self._seen <= rows <= self._based_on + _OVERLAY_FLOOR + self._based_on // _OVERLAY_SHARE:
            return False
        for row, index in enumerate(table.ids[self._seen :], self._seen):
            self._overlay[index] = values_in_row(column, row)
        self._overlaid = from_ids(self._overlay)
        self._seen = rows
        self._version = table.version
        return True


_INDEXES: Final[dict[int, ColumnIndex]] = {}
"""By identity of the column, for as long as the column lives."""


def index_of(table: EntityTable, column: TextColumn | NumberColumn) -> ColumnIndex:
    """The index of a column of a table, up to date with the table."""
    index = _INDEXES.get(id(column))
    if index is not None and index.follow(table, column):
        return index
    if index is None:
        finalize(column, _INDEXES.pop, id(column), None).atexit = False
    base = _Texts(column, table.ids) if isinstance(column, TextColumn) else _Numbers(column, table.ids)
    rows = len(table.ids)
    index = ColumnIndex(base=base, version=table.version, based_on=rows, seen=rows)
    _INDEXES[id(column)] = index
    return index


def values_in_row(column: TextColumn | NumberColumn, row: int) -> tuple[Scalar, ...]:
    """The values of a column in a row: several for categories joined by a bar, none for null."""
    if isinstance(column, TextColumn):
        return column.members(column.codes[row])
    value = column.get(row)
    return () if value is None else (value,)
