"""Sets of interned ids as whole numbers: bit i is set when id i is in the set.

Union, intersection and difference of 10,000 ids take well below a microsecond that way, and the complement (``~``) has
all bits beyond the known ids set, which is right for ids of which a dataset knows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection

EVERYTHING = -1
NOTHING = 0

_NOT_ZERO = re.compile(rb"[^\0]", re.DOTALL)
_BITS_OF_BYTE = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def from_ids(ids: Collection[int]) -> int:
    """The set of some ids."""
    if not ids:
        return NOTHING
    data = bytearray((max(ids) >> 3) + 1)
    for index in ids:
        data[index >> 3] |= 1 << (index & 7)
    return int.from_bytes(data, "little")


def to_ids(data: bytes) -> list[int]:
    """The ids of a set in ascending order, from its little-endian bytes."""
    return [(match.start() << 3) + bit for match in _NOT_ZERO.finditer(data) for bit in _BITS_OF_BYTE[match[0][0]]]
