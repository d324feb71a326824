"""What a filter leaves over."""

from __future__ import annotations

from typing import Final

from pytest_personalize.filters.bits import to_ids

MAX_CANDIDATES: Final = 1000
CANDIDATE_SHARE: Final = 8
"""Fewer ids than the first, and than this fraction of all, are worth listing: a ranking would be walked down far to
find enough of them. More are sooner met on the way."""


class Selection:
    """The ids that a filter allows.

    Args:
        ids: As a set of bits.
        size: How many ids there are; the complement of a set reaches that far.
    """

    __slots__ = ("_count", "_data", "_size")

    def __init__(self, ids: int, size: int) -> None:
        if ids < 0:
            ids &= (1 << size) - 1
        self._size = size
        self._count = ids.bit_count()
        self._data = ids.to_bytes((max(size, ids.bit_length()) >> 3) + 1, "little")

    def __len__(self) -> int:
        return self._count

    def allows(self, index: int) -> bool:
        """Whether an id passes."""
        return self._data[index >> 3] >> (index & 7) & 1 == 1

    def candidates(self) -> list[int] | None:
        """All ids that pass in ascending order, or None when they are many."""
        few = self._count <= MAX_CANDIDATES and self._count * CANDIDATE_SHARE <= self._size
        return to_ids(self._data) if few else None
