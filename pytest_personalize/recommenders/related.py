"""Related items: what belongs with a given item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import field, frozen

from pytest_personalize.recommenders.attributes import creation_times, similarity
from pytest_personalize.recommenders.metadata import Relatives, item_labels, relatives
from pytest_personalize.recommenders.model import Query, Ranked, Unexploring
from pytest_personalize.recommenders.neighbours import Neighbours, neighbours
from pytest_personalize.recommenders.popularity import PopularItems, by_count
from pytest_personalize.recommenders.training import Histories, Training, histories, sessions

_DAMPING: Final = 3.0
_COLD_SHARE: Final = 0.1
"""What a cold item with all in common counts, of the item that is most often beside the given one."""

_NO_LABELS: Final = frozenset[int]()


@frozen(kw_only=True, eq=False)
class RelatedItems(Unexploring):
    """Items related to one item, without scores; then what is popular, without end.

    Two items are related when they stand within a few places of each other in the histories of many users, measured
    against how many users each has. Recipes that read metadata multiply this by what the two items' labels
    (categories, number ranges, rare words) have in common, and give items with few interactions the items most
    like them instead. An item never stands in its own list; for an item that nobody knows the list is the popular
    items. SIMS reads interactions alone.
    """

    neighbours: Neighbours
    popular: PopularItems
    known: frozenset[int]
    metadata: float = 0.0
    relatives: Relatives | None = None
    _found: dict[int, tuple[int, ...]] = field(factory=dict, init=False)

    def knows(self, item: int) -> bool:
        """Whether the item took part in the training."""
        return item in self.known

    def related(self, item: int) -> tuple[int, ...]:
        """The related items alone, most related first."""
        found = self._found.get(item)
        if found is None:
            found = self._found[item] = self._find(item)
        return found

    def ranked(self, query: Query) -> Ranked:
        """The related items of ``query.item``, then popular ones."""
        items = self._listed(query.item)
        if query.candidates is not None:
            wanted = set(query.candidates)
            items = (item for item in items if item in wanted)
        return ((item, None) for item in items)

    def _listed(self, item: int | None) -> Iterator[int]:
        related = () if item is None else self.related(item)
        yield from related
        done = {item, *related}
        yield from (popular for popular in self.popular.order if popular not in done)

    def _find(self, item: int) -> tuple[int, ...]:
        finder = self.relatives
        if finder is None:
            return tuple(other for other, _ in self.neighbours.of(item))
        own, sets = finder.labels.sets.get(item, _NO_LABELS), finder.labels.sets
        alone = 1 - self.metadata
        associations = dict(self.neighbours.of(item))
        masses = {
            other: mass * (alone + self.metadata * similarity(own, sets.get(other, _NO_LABELS)))
            for other, mass in associations.items()
        }
        best = max(associations.values(), default=0.0)
        by_similarity = self.metadata * (_COLD_SHARE * best if finder.is_warm(item) else max(1.0, best))
        for other, alike in finder.of(item):
            masses[other] = masses.get(other, 0.0) + by_similarity * alike
        return tuple(sorted(masses, key=lambda other: (-masses[other], other)))


@frozen(kw_only=True)
class Relatedness:
    """How a recipe sees relatedness; the numbers are chosen.

    ``window`` is how many places apart in a history two items count as together, ``keep`` how many such items are kept,
    ``discount`` the power of an item's users by which popular items are held back, ``metadata`` the share (0..1) that
    similarity has in the outcome, and ``sitting`` the pause (seconds) that parts histories into sittings, None for
    none.
    """

    window: int = 6
    keep: int = 60
    discount: float
    metadata: float = 0.0
    sitting: float | None = None

    def fit(self, training: Training) -> RelatedItems:
        """Find what belongs together."""
        past = histories(training)
        together = past if self.sitting is None else sessions(training, self.sitting)
        popularity = past.popularity(training.item_count)
        seen = frozenset(past.items)
        discount = self.discount + (1 - self.discount) * training.number("popularity_discount_factor", 0.0)
        damped = [users + _DAMPING for users in popularity]
        finder = None
        if self.metadata:
            labels = item_labels(training, with_text=True)
            born = creation_times(training.records.items_table)
            finder = relatives(labels, popularity, born) if labels.sets else None
        return RelatedItems(
            neighbours=neighbours(
                _within_percentiles(training, together, popularity),
                item_count=training.item_count,
                window=self.window,
                keep=round(self.keep * training.number("item_id_hidden_dim", 100) / 100),
                discount=[users**-discount for users in damped],
                scale=[users**-0.5 for users in damped],
                minimum=int(training.number("min_cointeraction_count", 1)),
            ),
            popular=PopularItems(order=by_count(popularity, list(seen)), known=seen),
            known=seen.union(finder.labels.sets) if finder is not None else seen,
            metadata=self.metadata * min(1.0, training.number("item_metadata_hidden_dim", 100) / 100),
            relatives=finder,
        )


def _within_percentiles(training: Training, past: Histories, popularity: list[int]) -> Histories:
    """Leave out items with very few or very many users, where hyperparameters ask for it.

    unknown: [runtime/items-of-sims] whether the defaults really drop a tenth of the items. chosen: only values that a
    caller gives count
    """
    given = training.settings.hyperparameters
    low = float(given.get("min_item_interaction_count_percentile", 0.0))
    high = float(given.get("max_item_interaction_count_percentile", 1.0))
    counts = sorted(filter(None, popularity))
    if (low <= 0.0 and high >= 1.0) or not counts:
        return past
    last = len(counts) - 1
    least, most = counts[min(last, int(low * len(counts)))], counts[min(last, int(high * len(counts)))]
    return Histories.of(
        (user, [item for item in history if least <= popularity[item] <= most])
        for user, history in zip(past.users, past, strict=True)
    )
