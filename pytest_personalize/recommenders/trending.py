"""Trending: what gains interactions fastest right now."""

from __future__ import annotations

from array import array
from collections import Counter
from types import MappingProxyType
from typing import Final

from pytest_personalize.durations import DAY, HOUR
from pytest_personalize.recommenders.popularity import PopularItems, by_count
from pytest_personalize.recommenders.training import Training, histories

FREQUENCIES: Final = MappingProxyType(
    {"30 minutes": HOUR // 2, "1 hour": HOUR, "2 hours": 2 * HOUR, "3 hours": 3 * HOUR, "1 day": DAY}
)
"""Values of trend_discovery_frequency, in seconds."""

_DEFAULT: Final = "2 hours"


def window(training: Training) -> int:
    """The length of the windows that are compared, in seconds."""
    return FREQUENCIES[(training.hyperparameter("trend_discovery_frequency") or _DEFAULT).casefold()]


def increases(training: Training, upto: float, length: float) -> Counter[int]:
    """By item: interactions in the ``length`` seconds up to ``upto``, less those in the ``length`` seconds before."""
    increase: Counter[int] = Counter()
    for item, time in zip(training.column(training.log.items), training.column(training.log.times), strict=True):
        age = upto - time
        if 0 <= age < length:
            increase[item] += 1
        elif length <= age < 2 * length:
            increase[item] -= 1
    return increase


def trending_items(training: Training) -> PopularItems:
    """Order the items by the growth of their interactions, the same list for everybody, without scores.

    Time is cut into windows that end at the training, or at the newest interaction where that is later. What an item's
    interactions in the last window are more than in the window before, is its growth. Items that grow come first, the
    fastest on top; the list goes on with the others by popularity, and without interactions in these windows it is
    that of popularity (developer guide, Trending-Now).
    """
    counts = histories(training).popularity(training.item_count)
    known = frozenset(training.column(training.log.items))
    newest = max(training.column(training.log.times), default=0)
    growth = increases(training, max(newest, training.settings.now or newest), window(training))
    by_popularity = by_count(counts, list(known))
    order = sorted(by_popularity, key=lambda item: max(0, growth[item]), reverse=True)
    return PopularItems(order=array("I", order), known=known, users=counts, growth=growth)
