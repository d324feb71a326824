"""Exploration: giving items a chance that have not had many interactions yet."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from math import sqrt

from attrs import frozen

from pytest_personalize.durations import DAY

_MULTIPLIER = 1103515245
_INCREMENT = 12345
_MODULUS = 0x7FFFFFFF
"""A linear congruential generator: an answer is to cost microseconds, and ``random.Random`` takes ten to seed."""


@frozen(kw_only=True, eq=False)
class Exploration:
    """Chooses, by seed and user, a few items that are young, and how much they are raised.

    An item's age runs from CREATION_TIMESTAMP, or else its first interaction, to the newest interaction of all
    (developer guide, exploration). The fewer interactions it has, the more it is raised.
    unknown: [runtime/share-of-exploration] how many items are explored at a time. chosen: at most ``picks``
    """

    ages: array[float]
    """Seconds, ascending."""
    items: array[int]
    """The item of every age."""
    popularity: Sequence[int]
    picks: int

    def chosen(self, seed: int, user: int | None, weight: float, days: float) -> list[tuple[int, float]]:
        """Items to raise, and by what share (0..1) of the best item's mass.

        Args:
            seed: Of the request.
            user: Who asks.
            weight: 0 explores nothing, 1 the most.
            days: The age from which items are no longer explored.
        """
        young = bisect_left(self.ages, days * DAY)
        if weight <= 0.0 or not young:
            return []
        state = (seed * _MULTIPLIER + (-1 if user is None else user) * 2654435761 + _INCREMENT) & _MODULUS
        chosen = {}
        for _ in range(self.picks):
            state = (state * _MULTIPLIER + _INCREMENT) & _MODULUS
            item = self.items[(state >> 8) % young]
            state = (state * _MULTIPLIER + _INCREMENT) & _MODULUS
            chosen[item] = weight * state / _MODULUS / sqrt(1 + self.popularity[item])
        return list(chosen.items())


def exploration(birthdays: Mapping[int, float], newest: float, popularity: Sequence[int], picks: int) -> Exploration:
    """Sort the items by age, those of the same age by index.

    Args:
        birthdays: When every item came (epoch seconds).
        newest: The time of the newest interaction.
        popularity: By item: its users.
        picks: How many items one answer explores at most.
    """
    youngest = sorted(birthdays)
    youngest.sort(key=birthdays.__getitem__, reverse=True)
    return Exploration(
        ages=array("d", [newest - birthdays[item] for item in youngest]),
        items=array("I", youngest),
        popularity=popularity,
        picks=picks,
    )
