"""What a filter leaves over."""

from __future__ import annotations

from typing import Final

from pytest_personalize.filters.bits import to_ids

WORTH_LISTING: Final = 8
"""Of ``count`` ids among ``size`` the best are found by listing all ``count``, or by walking down a ranking of all ids,
past ``size / count`` of them for each result. A full answer of 25 comes sooner by the list while ``count`` squared is
below this many times ``size``.
"""


class Selection:
    """The ids that a filter allows.

    Args:
        ids: As a set of bits.
        size: How many ids there are.
    """

    __slots__ = ("_count", "_data", "_size")

    def __init__(self, ids: int, size: int) -> None:
        # The last bits are for ids that nobody has: one beyond the known ones, or -1.
        width = (size >> 3) + 1
        if ids < 0:
            ids &= (1 << 8 * width) - 1
            self._count = (ids & (1 << size) - 1).bit_count()
        else:
            self._count = ids.bit_count()
        self._size = size
        self._data = ids.to_bytes(width, "little")

    def __len__(self) -> int:
        return self._count

    def allows(self, index: int) -> bool:
        """Whether an id passes; ``UNKNOWN``, or the number of ids, stands for an id of which nothing is recorded."""
        return self._data[index >> 3] >> (index & 7) & 1 == 1

    def candidates(self) -> list[int] | None:
        """All ids that pass in ascending order, or None when they are many."""
        if self._count**2 > WORTH_LISTING * self._size:
            return None
        return to_ids(self._data)[: self._count]
