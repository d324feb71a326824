"""Trains the personal recipes: recommendations for a user, and rankings of a given list."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress
from math import inf
from typing import Final

from attrs import frozen

from pytest_personalize.recommenders.affinities import context_features
from pytest_personalize.recommenders.attributes import creation_times
from pytest_personalize.recommenders.exploration import exploration
from pytest_personalize.recommenders.item_weights import item_weights
from pytest_personalize.recommenders.metadata import COLD_BELOW, item_labels, relatives
from pytest_personalize.recommenders.mixture import Mixture, Prior, Recency
from pytest_personalize.recommenders.model import Query, Ranked, Unexploring
from pytest_personalize.recommenders.neighbours import neighbours
from pytest_personalize.recommenders.reasons import UNKNOWN, Kind, Reason, shares
from pytest_personalize.recommenders.training import Histories, Training, histories

_WINDOW: Final = 5
_DAMPING: Final = 3.0
_DISCOUNT: Final = -0.25
_ASSOCIATION: Final = 0.25
"""Chosen by NDCG on held-out events of real viewing data: pairs are counted within 5 places; a pair's association is a
quarter of its count over (users of the one + 3) ** 0.5 and (users of the other + 3) ** 0.25."""

_LENGTH_OF_BPTT: Final = 1 / 4
_BPTT: Final = 32
"""How many items of a history count, of each place that the recurrent models would look back; and how far the models
without that hyperparameter look back."""

_HIDDEN_DIMENSION: Final = 149
_LEAST_NEIGHBOURS: Final = 20
_NEIGHBOURS_OF_DIMENSION: Final = 0.1
"""How many neighbours an item has, of its own and by hidden dimension."""

_SMOOTHING: Final = 0.1
"""How many users an item without users counts as."""

_SIMILARITY: Final = 0.02
"""Mass of identical metadata; a popular item that often stood beside the newest one gets some 0.1."""

_HEAD: Final = 100
"""How many of the most popular items are looked through for items that the user has had."""

_TIE_BREAK: Final = 1e-9
"""Spread over the catalogue so that equal masses fall in the order of the item index; far below printed precision."""

_EARLY: Final = 5
"""How many of the first items of a history are early ones (unknown; chosen)."""

_LATEST_SHARE: Final = 0.1
"""The share of the interactions that counts as latest (unknown; chosen)."""

_PICKS: Final = 3
_PICKS_OF_ITS_OWN: Final = 1
"""How many new items are explored at most, where campaigns have a say in it and where the recipe does it by itself."""


@frozen(kw_only=True, eq=False)
class PersonalizedRanking(Unexploring):
    """The given items in the order of their masses for the user (see ``Mixture``); scores sum to 1 over those known.

    Items that were not in the training come last, in the order in which they were given.
    """

    mixture: Mixture

    def knows(self, item: int) -> bool:
        """Whether the item took part in the training."""
        return self.mixture.knows(item)

    def ranked(self, query: Query) -> Ranked:
        """The candidates, best first; without candidates the whole catalogue."""
        if query.candidates is None:
            return self.mixture.ranked(query)
        return self._ranking(list(dict.fromkeys(query.candidates)), query)

    def _ranking(self, items: list[int], query: Query) -> Iterator[tuple[int, float | None]]:
        masses = self._masses(items, query)
        whole = sum(masses.values())
        for item in sorted(masses, key=masses.__getitem__, reverse=True):
            yield item, masses[item] / whole
        for item in items:
            if item not in masses:
                # unknown: [runtime/unknown-item-in-a-ranking] seen without a score in printed output, with 0.0 on the
                # scoring page. chosen: without
                yield item, None

    def _masses(self, items: Sequence[int], query: Query) -> dict[int, float]:
        known = [item for item in items if self.knows(item)]
        return dict(zip(known, self.mixture.masses(known, query), strict=True))

    def reasons(self, query: Query, items: Sequence[int]) -> list[Reason]:
        """The parts of the score of each, which is its share of the masses of the candidates."""
        if query.candidates is None:
            return self.mixture.reasons(query, items)
        whole = sum(self._masses(list(dict.fromkeys(query.candidates)), query).values())
        parts = self.mixture.parts(query, items)
        return [shares(parts[item], whole) if item in parts else UNKNOWN for item in items]


def user_personalization(training: Training) -> Mixture:
    """Train a model that recommends from the whole catalogue."""
    recipe = training.recipe
    if recipe.own_exploration is not None:
        return _mixture(training, picks=_PICKS_OF_ITS_OWN)
    return _mixture(training, picks=_PICKS if recipe.supports_exploration_config else 0)


def personalized_ranking(training: Training) -> PersonalizedRanking:
    """Train a model that ranks given items."""
    return PersonalizedRanking(mixture=_mixture(training, picks=0))


def _mixture(training: Training, *, picks: int) -> Mixture:
    birthdays = _first_met(training)
    known = _known(training, birthdays)
    created = creation_times(training.records.items_table)
    birthdays |= {item: time for item, time in created.items() if known[item]}
    newest, since = _latest(training)
    past = histories(training)
    popularity = past.popularity(training.item_count)
    weights = item_weights(training)
    dimension = training.number("hidden_dimension", _HIDDEN_DIMENSION)
    keep = _LEAST_NEIGHBOURS + round(dimension * _NEIGHBOURS_OF_DIMENSION)
    damped = [users + _DAMPING for users in popularity]
    discount = [users**_DISCOUNT for users in damped]
    if weights is not None:
        discount = [share * factor for share, factor in zip(discount, weights, strict=True)]
    labels = item_labels(training)
    cold_below = int(training.number("cold_start_max_interactions", COLD_BELOW))
    masked = training.switch("recency_mask", "apply_recency_bias")
    length = max(2, round(training.number("bptt", _BPTT) * _LENGTH_OF_BPTT))
    return Mixture(
        usual=_prior("popularity", popularity, known, weights),
        early=_prior("early histories", _early(training, past, since if masked else inf), known, weights),
        known=known,
        neighbours=neighbours(
            past,
            item_count=training.item_count,
            window=_WINDOW,
            keep=keep,
            discount=discount,
            scale=[_ASSOCIATION * users**-0.5 for users in damped],
        ),
        recency=Recency.over(length, keep, decaying=masked),
        kept=min(1.0, 0.3 + 4 * past.repeat_share),
        returning=_ASSOCIATION * past.repeat_share,
        relatives=relatives(labels, popularity, birthdays, cold_below) if labels.sets else None,
        similarity=_SIMILARITY,
        context_features=context_features(training),
        exploration=exploration(birthdays, newest, popularity, picks) if picks and newest > -inf else None,
        own_exploration=training.recipe.own_exploration,
    )


def _first_met(training: Training) -> dict[int, float]:
    """The time of the first interaction with every item that has one."""
    log = training.log
    first = [inf] * training.item_count
    for item, time in zip(training.column(log.items), training.column(log.times), strict=True):
        if time < first[item]:
            first[item] = time
    return {item: time for item, time in enumerate(first) if time < inf}


def _known(training: Training, met: Iterable[int]) -> bytes:
    """By item: 1 for the items of the interactions and, where the recipe trains on them, of the Items dataset.

    unknown: [runtime/untouched-item-in-a-ranking] whether an item with metadata but without interactions counts as
    trained. chosen: yes
    """
    known = bytearray(training.item_count)
    for item in met:
        known[item] = 1
    if training.recipe.trains_on_items:
        for item in training.records.items_table or ():
            known[item] = 1
    return bytes(known)


def _latest(training: Training) -> tuple[float, float]:
    """The time of the newest interaction, and from when on they count as latest; the infinities when there is none."""
    times = sorted(training.column(training.log.times))
    return (times[-1], times[int(len(times) * (1 - _LATEST_SHARE))]) if times else (-inf, inf)


def _early(training: Training, past: Histories, since: float) -> list[float]:
    """By item: in how many histories it stands early, and how many interactions it has had since a moment."""
    counts = [0.0] * training.item_count
    for item in chain.from_iterable(history[:_EARLY] for history in past):
        counts[item] += 1
    for item, time in zip(training.column(training.log.items), training.column(training.log.times), strict=True):
        if time >= since:
            counts[item] += 1
    return counts


def _prior(kind: Kind, counts: Sequence[float], known: bytes, weights: Sequence[float] | None) -> Prior:
    """Masses that sum to one, in proportion to the counts."""
    raw = [count + _SMOOTHING if real else 0.0 for count, real in zip(counts, known, strict=True)]
    if weights is not None:
        raw = [mass * factor for mass, factor in zip(raw, weights, strict=True)]
    whole, size = sum(raw) or 1.0, len(raw)
    masses = [mass / whole + _TIE_BREAK * (size - item) / size if mass else 0.0 for item, mass in enumerate(raw)]
    again = sum(masses) or 1.0
    masses = [mass / again for mass in masses]
    order = sorted(compress(range(size), known), key=masses.__getitem__, reverse=True)
    return Prior(kind=kind, masses=masses, order=array("I", order), head=frozenset(order[:_HEAD]))
