"""Associations between items that rest on metadata alone; they carry items that have few interactions or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from pytest_personalize.recommenders.attributes import Labels, facets, label, similarity
from pytest_personalize.recommenders.texts import keywords
from pytest_personalize.recommenders.training import Training

COLD_BELOW = 5
"""Items with fewer interactions count as cold (developer guide, Similar-Items)."""

_WARM_SHOWN = 20
_COLD_SHOWN = 4
"""How many items a label remembers of either sort."""

_COLD_RELATIVES = 5
"""How many cold items a warm item is associated with at most."""


def item_labels(training: Training, *, with_text: bool = False) -> Labels:
    """The labels of all items that have metadata; ``with_text`` adds the rare words of textual columns."""
    table, schema = training.records.items_table, training.records.schemas.get("ITEMS")
    if table is None or schema is None or not training.recipe.trains_on_items:
        return Labels()
    excluded = {name.upper() for name in training.settings.excluded_columns.get("ITEMS", ())}
    textual = [f.name for f in schema.fields if f.textual and f.name.upper() not in excluded] if with_text else []
    words = [keywords(table.columns[name]) for name in textual]
    return label(table.ids, facets(schema, table.columns, excluded), words)


@frozen(kw_only=True, eq=False)
class Relatives:
    """Finds items by what their metadata have in common with an item.

    Warm items find cold ones, five at most, so that these are recommended at all; cold items find any.
    """

    labels: Labels
    popularity: Sequence[int]
    cold_below: int
    warm: Mapping[int, Sequence[int]]
    """By label: the items that have it and most users, most users first."""
    cold: Mapping[int, Sequence[int]]
    """By label: cold items that have it, newest first."""
    _found: dict[int, tuple[tuple[int, float], ...]] = field(factory=dict, init=False)

    def of(self, item: int) -> tuple[tuple[int, float], ...]:
        """The items most alike and their similarity (0..1), the most alike first."""
        found = self._found.get(item)
        if found is None:
            found = self._found[item] = self._find(item)
        return found

    def is_warm(self, item: int) -> bool:
        """Whether the item has enough interactions to be known by them; one that came after the training has none."""
        return item < len(self.popularity) and self.popularity[item] >= self.cold_below

    def _find(self, item: int) -> tuple[tuple[int, float], ...]:
        sets = self.labels.sets
        own = sets.get(item)
        if not own:
            return ()
        warm = self.is_warm(item)
        candidates: set[int] = set()
        for code in own:
            candidates.update(self.cold.get(code, ()))
            if not warm:
                candidates.update(self.warm.get(code, ()))
        candidates.discard(item)
        alike = sorted((-similarity(own, sets[other]), other) for other in candidates)
        return tuple((other, -negative) for negative, other in alike[: _COLD_RELATIVES if warm else None])


def relatives(
    labels: Labels, popularity: Sequence[int], birthdays: Mapping[int, float], cold_below: int = COLD_BELOW
) -> Relatives:
    """Make the finder.

    Args:
        labels: The metadata of the items.
        popularity: By item: its users.
        birthdays: When items came (epoch seconds).
        cold_below: Items with fewer users are cold.
    """
    warm: defaultdict[int, list[int]] = defaultdict(list)
    cold: defaultdict[int, list[int]] = defaultdict(list)
    order = sorted(labels.sets)  # then the newest first, and then those of most users
    order.sort(key=lambda item: birthdays.get(item, 0.0), reverse=True)
    order.sort(key=popularity.__getitem__, reverse=True)
    for item in order:
        shown, most = (cold, _COLD_SHOWN) if popularity[item] < cold_below else (warm, _WARM_SHOWN)
        for code in labels.sets[item]:
            entry = shown[code]
            if len(entry) < most:
                entry.append(item)
    return Relatives(labels=labels, popularity=popularity, cold_below=cold_below, warm=warm, cold=cold)
