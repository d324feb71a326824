"""The measures behind the offline metrics, as the developer guide defines them; pure functions of ranked lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log2


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean, 0.0 of nothing."""
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def precision(hits: Sequence[bool], k: int) -> float:
    """The share of hits among the first ``k`` places; short lists count as if they went on without hits."""
    return sum(hits[:k]) / k


def reciprocal_rank(hits: Sequence[bool], k: int) -> float:
    """One over the rank of the first hit, 0.0 when there is none among the first ``k`` places."""
    return next((1 / rank for rank, hit in enumerate(hits[:k], 1) if hit), 0.0)


def discounted_gain(gains: Iterable[float]) -> float:
    """The sum of the gains, each divided by the logarithm of one more than its rank."""
    return sum(gain / log2(1 + rank) for rank, gain in enumerate(gains, 1) if gain)


def normalized_gain(gains: Sequence[float], possible: Iterable[float], k: int) -> float:
    """NDCG: the discounted gain of the first ``k`` places over what it could be at best.

    Args:
        gains: By place: 0.0 for a miss; for a hit 1.0, or its reward.
        possible: The gains of everything that could have been hit.
        k: How many places count.
    """
    best = discounted_gain(sorted(possible, reverse=True)[:k])
    return discounted_gain(gains[:k]) / best if best else 0.0


def event_rewards(weights: Mapping[str, float]) -> dict[str, float]:
    """By event type: what a hit with an event of that type earns, its weight over the mean of all weights."""
    middle = mean(weights.values())
    return {name: weight / middle if middle else 0.0 for name, weight in weights.items()}


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How often a positive case scores above a negative one, equal ones half; 0.5 without cases of both kinds."""
    if not positive or not negative:
        return 0.5
    ordered = sorted([(score, 1) for score in positive] + [(score, 0) for score in negative])
    wins = 0.0
    below = place = 0
    while place < len(ordered):
        end = place
        while end < len(ordered) and ordered[end][0] == ordered[place][0]:
            end += 1
        here = sum(kind for _, kind in ordered[place:end])
        misses = end - place - here
        wins += here * (below + misses / 2)
        below += misses
        place = end
    return wins / (len(positive) * len(negative))
