"""What the benchmarks work on: a folder of CSV files that the user names, or made-up rows of the same size and kind."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path

from attrs import frozen

GENRES = ("Action", "Animation", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Horror", "Musical", "War")
EVENT_TYPES = ("click", "watch")
WATCHED = 0.64
FIRST_TIME = 1_500_000_000
SECONDS_BETWEEN = 300


@frozen(kw_only=True)
class Data:
    """Two CSV files, header line first.

    Interactions have USER_ID, ITEM_ID, TIMESTAMP and EVENT_TYPE, items have ITEM_ID, GENRE and YEAR.
    """

    origin: str
    interactions: bytes
    items: bytes

    @property
    def rows(self) -> int:
        """The number of interactions."""
        return count_rows(self.interactions)

    def first(self, rows: int) -> bytes:
        """The file of interactions cut after so many rows."""
        return b"".join(self.interactions.splitlines(keepends=True)[: rows + 1])


def count_rows(table: bytes) -> int:
    """The rows of a CSV file whose values hold no line breaks, without the header."""
    return table.count(b"\n") - 1


def read_folder(folder: Path) -> Data:
    """The data of ``interactions.csv`` and ``items.csv`` in that folder."""
    return Data(
        origin=str(folder),
        interactions=(folder / "interactions.csv").read_bytes(),
        items=(folder / "items.csv").read_bytes(),
    )


@cache
def generate(interactions: int = 158_371, users: int = 610, items: int = 9_742) -> Data:
    """Made-up rows: a few items and users have most of the interactions, time goes on evenly.

    As in the data sets that AWS makes of ratings, every item that a user meets is clicked once, and most are watched in
    the same second.
    """
    source = random.Random(2018)
    by_user = source.choices(range(1, users + 1), cum_weights=_falling(users, 0.6), k=interactions)
    by_item = source.choices(range(1, items + 1), cum_weights=_falling(items, 0.9), k=interactions)
    lines = ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"]
    for number, (user, item) in enumerate(dict.fromkeys(zip(by_user, by_item, strict=True))):
        types = EVENT_TYPES if source.random() < WATCHED else EVENT_TYPES[:1]
        lines += [f"{user},{item},{FIRST_TIME + number * SECONDS_BETWEEN},{kind}" for kind in types]
    del lines[interactions + 1 :]
    catalogue = ["ITEM_ID,GENRE,YEAR"]
    catalogue += [
        f"{item},{'|'.join(source.sample(GENRES, source.randint(1, 3)))},{source.randint(1930, 2018)}"
        for item in range(1, items + 1)
    ]
    return Data(origin="generated", interactions=_encoded(lines), items=_encoded(catalogue))


def _falling(count: int, steepness: float) -> Sequence[float]:
    """Cumulative weights, the n-th in proportion to one over n to the power of ``steepness``."""
    return list(accumulate(1 / rank**steepness for rank in range(1, count + 1)))


def _encoded(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
