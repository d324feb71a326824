"""The rows of a log by user, oldest first."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate

_OVERLAY_FLOOR = 1024
_OVERLAY_SHARE = 8
"""Appended rows are folded into the base when they are more than the floor and this fraction of the log."""

_NO_ROWS: array[int] = array("I")


class _Base:
    """The first ``length`` rows of a log, grouped (compressed sparse rows); worked out when first needed.

    Rows are never changed once they are in a log, so copies of the log share this, whichever needs it first.
    """

    __slots__ = ("length", "offsets", "rows")

    def __init__(self, length: int) -> None:
        self.length = length
        self.rows: array[int] | None = None
        self.offsets = _NO_ROWS

    def build(self, keys: array[int], times: array[int]) -> array[int]:
        """Sort the rows by key, then time, then row number."""
        if len(keys) != self.length:
            keys, times = keys[: self.length], times[: self.length]
        buckets: list[list[int]] = [[] for _ in range(max(keys, default=-1) + 1)]
        appends = [bucket.append for bucket in buckets]
        for row, append in enumerate(map(appends.__getitem__, keys)):
            append(row)
        time_of = times.__getitem__
        rows = array("I")
        for bucket in buckets:
            bucket.sort(key=time_of)
            rows.extend(array("I", bucket))
        self.offsets = array("I", accumulate(map(len, buckets), initial=0))
        self.rows = rows
        return rows


class Grouping:
    """Row numbers by key, in time order: a compact base, and a small overlay for what came after it."""

    __slots__ = ("_base", "_overlaid", "_overlay")

    def __init__(self) -> None:
        self._base: _Base | None = None
        self._overlay: dict[int, array[int]] = {}
        self._overlaid = 0

    def rows(self, key: int, keys: array[int], times: array[int]) -> array[int]:
        """The rows whose key is this one, given the whole key and time columns of the log."""
        base, start, stop = self._older(key, keys, times)
        older = base[start:stop]
        newer = self._overlay.get(key)
        if newer is None:
            return older
        if not older or times[older[-1]] <= times[newer[0]]:
            return older + newer
        return array("I", sorted(older + newer, key=times.__getitem__))

    def rows_at(self, key: int, time: int, keys: array[int], times: array[int]) -> array[int]:
        """The rows whose key is this one at one moment."""
        base, start, stop = self._older(key, keys, times)
        older = _at(time, base, times, start, stop)
        newer = self._overlay.get(key)
        return older if newer is None else older + _at(time, newer, times, 0, len(newer))

    def _older(self, key: int, keys: array[int], times: array[int]) -> tuple[array[int], int, int]:
        """The rows of the base, and where those of a key begin and end."""
        base = self._base
        if base is None:
            base = self._base = _Base(len(keys))
        rows = base.rows
        if rows is None:
            rows = base.build(keys, times)
        return (rows, base.offsets[key], base.offsets[key + 1]) if key < len(base.offsets) - 1 else (_NO_ROWS, 0, 0)

    def add(self, row: int, key: int, times: array[int]) -> None:
        """Take notice of a row that was just appended."""
        base = self._base
        if base is None:
            return
        if self._overlaid >= max(_OVERLAY_FLOOR, base.length // _OVERLAY_SHARE):
            self.reset()
            return
        self._overlaid += 1
        newer = self._overlay.get(key)
        if newer is None:
            self._overlay[key] = array("I", (row,))
        elif times[newer[-1]] <= times[row]:
            newer.append(row)
        else:
            newer.insert(bisect_right(newer, times[row], key=times.__getitem__), row)

    def reset(self) -> None:
        """Forget everything: the next question groups all rows anew."""
        self._base = None
        self._overlay = {}
        self._overlaid = 0

    def share(self, length: int) -> None:
        """Settle the base at this length of the log, so that copies made now share the work of grouping."""
        if self._base is None:
            self._base = _Base(length)

    def copy(self) -> Grouping:
        """An independent copy on the same base."""
        copy = Grouping()
        copy._base = self._base
        copy._overlay = {key: rows[:] for key, rows in self._overlay.items()}
        copy._overlaid = self._overlaid
        return copy


def _at(time: int, rows: array[int], times: array[int], start: int, stop: int) -> array[int]:
    """Those of the rows from ``start`` to ``stop``, which are in time order, that are of one moment."""
    time_of = times.__getitem__
    first = bisect_left(rows, time, start, stop, key=time_of)
    return rows[first : bisect_right(rows, time, first, stop, key=time_of)]
