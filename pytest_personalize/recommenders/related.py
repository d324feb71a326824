"""Related items: what belongs with a given item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import evolve, field, frozen

from pytest_personalize.recommenders.attributes import creation_times, similarity
from pytest_personalize.recommenders.metadata import Relatives, item_labels, relatives
from pytest_personalize.recommenders.model import Query, Ranked, Unexploring
from pytest_personalize.recommenders.neighbours import Neighbours, neighbours
from pytest_personalize.recommenders.popularity import PopularItems, by_count
from pytest_personalize.recommenders.reasons import Kind, Part, Reason
from pytest_personalize.recommenders.training import Histories, Training, histories, sessions

_DAMPING: Final = 3.0
_COLD_SHARE: Final = 0.1
"""What a cold item with all in common counts, of the item that is most often beside the given one."""

_NO_LABELS: Final = frozenset[int]()


@frozen(kw_only=True, eq=False)
class RelatedItems(Unexploring):
    """Items related to one item, without scores; then what is popular, without end.

    Two items are related when they stand within 6 places (4 in Similar-Items, 12 in baskets) of each other in many
    histories, measured against how many users each has: histories with both / ((users of the given one + 3) ** 0.5 *
    (users of the other + 3) ** discount), with a discount of 0.5 for SIMS, 0.2 for Similar-Items, and 0.3 or 0.4
    elsewhere. Recipes that read metadata multiply this by what the two items' labels (categories, number ranges, rare
    words) have in common, and give items with few interactions the items most like them instead. An item never stands
    in its own list; for an item that nobody knows the list is the popular items. SIMS reads interactions alone, and
    only pairs of items that ``minimum`` users have in common.
    """

    neighbours: Neighbours
    popular: PopularItems
    known: frozenset[int]
    minimum: int = 1
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
        masses: dict[int, float] = {}
        for _, other, mass in self._sources(item):
            masses[other] = masses.get(other, 0.0) + mass
        if self.relatives is None:
            return tuple(masses)  # as the neighbours are: the strongest first
        return tuple(sorted(masses, key=lambda other: (-masses[other], other)))

    def _sources(self, item: int) -> Iterator[tuple[Kind, int, float]]:
        """What makes other items related to an item: of which sort it is, the other item, and how much it counts."""
        finder = self.relatives
        if finder is None:
            yield from (("neighbour", other, mass) for other, mass in self.neighbours.of(item))
            return
        own, sets = finder.labels.sets.get(item, _NO_LABELS), finder.labels.sets
        alone = 1 - self.metadata
        best = 0.0
        for other, mass in self.neighbours.of(item):
            best = max(best, mass)
            alike = similarity(own, sets.get(other, _NO_LABELS))
            yield "neighbour", other, mass * (alone + self.metadata * alike)
        by_similarity = self.metadata * (_COLD_SHARE * best if finder.is_warm(item) else max(1.0, best))
        for other, alike in finder.of(item):
            yield "metadata", other, by_similarity * alike

    def reasons(self, query: Query, items: Sequence[int]) -> list[Reason]:
        """What relates each to ``query.item``, or how many users it has where it only fills the list up."""
        parts: dict[int, list[Part]] = {}
        if query.item is not None:
            for kind, other, mass in self._sources(query.item):
                parts.setdefault(other, []).append(Part(kind, mass, query.item))
        return [self._reason(item, query, parts.get(item)) for item in items]

    def _reason(self, item: int, query: Query, parts: Sequence[Part] | None) -> Reason:
        if item == query.item:
            return Reason(left_out="it is the item that is asked about, which never stands in its own list")
        if parts is None and self.knows(item) and not self.popular.knows(item):
            return Reason(left_out="it is not related to the item asked about, and no interactions make it popular")
        if parts is not None:
            return Reason(parts=parts)
        filler = self.popular.reasons(query, [item])[0]
        few = f"fewer than {self.minimum} users in common" if self.minimum > 1 and query.item is not None else ""
        return evolve(filler, parts=[evolve(part, label=few) for part in filler.parts])


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
        minimum = int(training.number("min_cointeraction_count", 1))
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
                minimum=minimum,
            ),
            popular=PopularItems(order=by_count(popularity, list(seen)), known=seen, users=popularity),
            known=seen.union(finder.labels.sets) if finder is not None else seen,
            minimum=minimum,
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
