"""User segments: the users with the most affinity to an item, or to items with some attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from pytest_personalize.data.columns import TextColumn
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.recommenders.model import Query, Ranked, Unexploring
from pytest_personalize.recommenders.neighbours import Neighbours, neighbours
from pytest_personalize.recommenders.reasons import UNKNOWN, Part, Reason
from pytest_personalize.recommenders.training import Training, histories

_WINDOW: Final = 5
_NEIGHBOURS_OF_DIMENSION: Final = 0.3
_DAMPING: Final = 3.0
_OWN: Final = 2.0
"""What the item itself counts, of its strongest neighbour (this and the numbers above are chosen)."""

Condition = tuple[str, str | int | float]
"""A field of Items (case is ignored) and the value that it must have."""


@frozen(kw_only=True, eq=False)
class SegmentModel(Unexploring):
    """Users in the order of their affinity, without scores.

    Affinity to an item: for each item of the user's history that is the item itself or one of its neighbours (items
    that stand near it in the histories of many users), how strong that association is. Affinity to attributes: how many
    items that have all of them the history holds. Both are measured against the length of the history, mildly, so that
    users who interact with everything do not head every segment. The users without affinity follow, the most active
    first.
    """

    users: Sequence[int]
    """All users, the most active first."""
    lengths: Mapping[int, int]
    """By user: distinct items of the history."""
    users_of: Sequence[Sequence[int]]
    """By item: its users."""
    neighbours: Neighbours
    items: EntityTable | None

    def knows(self, item: int) -> bool:
        """Whether anybody interacted with the item."""
        return item < len(self.users_of) and len(self.users_of[item]) > 0

    def ranked(self, query: Query) -> Ranked:
        """The segment of ``query.item``."""
        users = self.users if query.item is None else self.item_segment(query.item)
        wanted = None if query.candidates is None else set(query.candidates)
        return ((user, None) for user in users if wanted is None or user in wanted)

    def item_segment(self, item: int) -> Iterator[int]:
        """All users, those most likely to interact with the item first."""
        return self._by_affinity(self._associations(item))

    def _associations(self, item: int) -> dict[int, float]:
        associations = dict(self.neighbours.of(item))
        associations[item] = _OWN * max(associations.values(), default=1.0)
        return associations

    def reasons(self, query: Query, items: Sequence[int]) -> list[Reason]:
        """Which items of the history of each user tie them to ``query.item``; here the items asked about are users."""
        associations = {} if query.item is None else self._associations(query.item)
        return [self._reason(user, associations) if user in self.lengths else UNKNOWN for user in items]

    def _reason(self, user: int, associations: Mapping[int, float]) -> Reason:
        tied = [item for item in associations if item < len(self.users_of) and user in self.users_of[item]]
        parts = [Part("neighbour", associations[item] / self._measure(user), item) for item in tied]
        return Reason(parts=parts or [Part("popularity", float(self.lengths[user]))])

    def _measure(self, user: int) -> float:
        """What the affinity of a user is measured against: the length of the history, mildly."""
        return float((self.lengths[user] + _DAMPING) ** 0.25)

    def attribute_segment(self, conditions: Sequence[Condition]) -> Iterator[int]:
        """All users, those most likely to interact with items that meet all conditions first."""
        return self._by_affinity(dict.fromkeys(self.matching(conditions), 1.0))

    def matching(self, conditions: Sequence[Condition]) -> list[int]:
        """The items of the training, which must have an Items dataset, that meet all conditions.

        None do when a field does not exist.
        """
        table = self.items
        assert table is not None
        names = {name.casefold(): name for name in table.columns}
        items = list(table)
        for name, wanted in conditions:
            known = names.get(name.casefold())
            items = [] if known is None else [item for item in items if _has(table, item, known, wanted)]
        return items

    def _by_affinity(self, associations: Mapping[int, float]) -> Iterator[int]:
        affinity: dict[int, float] = {}
        for item, association in associations.items():
            for user in self.users_of[item] if item < len(self.users_of) else ():
                affinity[user] = affinity.get(user, 0.0) + association
        for user in affinity:
            affinity[user] /= self._measure(user)
        yield from sorted(affinity, key=lambda user: (-affinity[user], user))
        yield from (user for user in self.users if user not in affinity)


def _has(table: EntityTable, item: int, name: str, wanted: str | int | float) -> bool:
    value = table.value(item, name)
    column = table.columns[name]
    if isinstance(column, TextColumn):
        return value is not None and str(wanted) in (str(value).split("|") if column.categorical else (value,))
    return (value is not None and str(value) == str(wanted)) or value == wanted


def user_segmentation(training: Training) -> SegmentModel:
    """Train a model that finds segments for items and for attributes."""
    past = histories(training)
    popularity = past.popularity(training.item_count)
    damped = [users + _DAMPING for users in popularity]
    users_of: list[list[int]] = [[] for _ in range(training.item_count)]
    lengths = {}
    for user, history in zip(past.users, past, strict=True):
        lengths[user] = len(history)
        for item in history:
            users_of[item].append(user)
    return SegmentModel(
        users=sorted(lengths, key=lambda user: (-lengths[user], user)),
        lengths=lengths,
        users_of=users_of,
        neighbours=neighbours(
            past,
            item_count=training.item_count,
            window=_WINDOW,
            keep=round(training.number("hidden_dimension", 149) * _NEIGHBOURS_OF_DIMENSION),
            discount=[users**-0.5 for users in damped],
            scale=[users**-0.5 for users in damped],
        ),
        items=training.records.items_table,
    )
