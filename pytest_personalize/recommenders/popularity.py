"""Popularity: what most users interacted with."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from pytest_personalize.recommenders.model import Query, Ranked, Unexploring
from pytest_personalize.recommenders.reasons import UNKNOWN, Part, Reason
from pytest_personalize.recommenders.training import Training, histories


def by_count(counts: Sequence[float], items: Sequence[int]) -> array[int]:
    """The items in order of their counts, the largest first, equal ones by item index."""
    return array("I", sorted(sorted(items), key=counts.__getitem__, reverse=True))


@frozen(kw_only=True, eq=False)
class PopularItems(Unexploring):
    """The same list for everybody, without scores.

    Items are ordered by the number of distinct users that interacted with them (for use cases: with View, Purchase or
    Watch events only). Ten views by one user count as one.
    """

    order: array[int]
    known: frozenset[int]
    users: Sequence[int]
    """By item: how many users interacted with it."""
    growth: Mapping[int, int] = field(factory=dict)
    """By item: how many interactions it has gained lately, where the list goes by that first."""

    def ranked(self, query: Query) -> Ranked:
        """The list, most users first."""
        order: Sequence[int] = self.order
        if query.candidates is not None:
            wanted = set(query.candidates)
            order = [item for item in order if item in wanted]
        return ((item, None) for item in order)

    def knows(self, item: int) -> bool:
        """Whether anybody interacted with the item."""
        return item in self.known

    def reasons(self, query: Query, items: Sequence[int]) -> list[Reason]:
        """How many users each has, and before that its growth, where that counts."""
        return [self._reason(item) if self.knows(item) else UNKNOWN for item in items]

    def _reason(self, item: int) -> Reason:
        growth = self.growth.get(item, 0)
        grown = [Part("trend", float(growth))] if growth > 0 else []
        return Reason(parts=[*grown, Part("popularity", float(self.users[item]))])


def popular_items(training: Training) -> PopularItems:
    """Count the users of every item."""
    counts = histories(training).popularity(training.item_count)
    known = frozenset(training.column(training.log.items))
    return PopularItems(order=by_count(counts, list(known)), known=known, users=counts)
