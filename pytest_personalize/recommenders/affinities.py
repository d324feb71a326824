"""Affinities: the items that users with a certain attribute, or in a certain context, interact with more often."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import NamedTuple

from attrs import field, frozen

from pytest_personalize.data.entities import EntityTable
from pytest_personalize.recommenders.attributes import Facet, facets
from pytest_personalize.recommenders.reasons import Kind
from pytest_personalize.recommenders.training import Training

_KEEP = 50
_STRENGTH = 3.0
"""Chosen so that affinities order near-equal items: printed answers with another context swap a few neighbours."""


@frozen(eq=False)
class Affinity:
    """Items that are commoner with a label than without, and how much mass that is worth."""

    items: array[int]
    masses: array[float]


class Label(NamedTuple):
    """A label of a column, which ``str`` writes as a reader understands it."""

    facet: Facet
    text: str

    def __str__(self) -> str:
        return f"{self.facet.name} {self.facet.named(self.text)}"


Affinities = Mapping[str, Affinity]
"""By label."""


@frozen(kw_only=True, eq=False)
class ContextFeatures:
    """Affinities by user attribute and by context."""

    users: EntityTable | None = None
    by_attribute: Mapping[str, tuple[Facet, Affinities]] = field(factory=dict)
    by_context: Mapping[str, tuple[Facet, Affinities]] = field(factory=dict)

    def asked(self, user: int | None, context: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
        """What is known of the asking user and the moment, as pairs of a column and a label.

        User metadata are those of the training (developer guide, how new data influences recommendations).
        """
        pairs = []
        for name, (facet, _) in self.by_attribute.items():
            own = None if user is None or self.users is None else self.users.value(user, name)
            pairs += [("USERS." + name, text) for text in facet.labels(own)]
        for name, value in context.items():
            known = self.by_context.get(name) or self.by_context.get(name.upper())
            if known is not None:
                pairs += [("INTERACTIONS." + known[0].name, text) for text in known[0].labels(value)]
        return tuple(pairs)

    def affinities(self, pairs: Sequence[tuple[str, str]]) -> Iterator[tuple[Kind, Label, Affinity]]:
        """The affinities for what ``asked`` returned, each with what it is due to."""
        for column, text in pairs:
            source, _, name = column.partition(".")
            kind: Kind = "user attribute" if source == "USERS" else "context"
            facet, by_label = (self.by_attribute if source == "USERS" else self.by_context)[name]
            affinity = by_label.get(text)
            if affinity is not None:
                yield kind, Label(facet, text), affinity


def context_features(training: Training) -> ContextFeatures:
    """Learn affinities by user attribute, where the recipe trains on users, and by context, where it takes one."""
    recipe, records, log = training.recipe, training.records, training.log
    excluded = training.settings.excluded_columns
    items = training.column(log.items)
    by_attribute: dict[str, tuple[Facet, Affinities]] = {}
    table = records.users_table
    if recipe.trains_on_users and table is not None:
        for facet in facets(records.schemas.get("USERS"), table.columns, excluded.get("USERS", ())):
            of_user = dict(zip(table.ids, facet.by_row(), strict=True))
            labels = [of_user.get(user, ()) for user in training.column(log.users)]
            by_attribute[facet.name] = facet, _learn(items, labels)
    by_context: dict[str, tuple[Facet, Affinities]] = {}
    if recipe.supports_contextual_metadata:
        for facet in facets(records.schemas.get("INTERACTIONS"), log.extra, excluded.get("INTERACTIONS", ())):
            rows = facet.by_row()
            labels = list(rows if training.mask is None else compress(rows, training.mask))
            by_context[facet.name] = facet, _learn(items, labels)
    return ContextFeatures(users=table, by_attribute=by_attribute, by_context=by_context)


def _learn(items: Sequence[int], labels: Sequence[tuple[str, ...]]) -> Affinities:
    """Compare the share of every item among the interactions with a label to its share among all."""
    with_label: dict[str, Counter[int]] = {}
    for (own, item), count in Counter(zip(labels, items, strict=True)).items():
        for text in own:
            with_label.setdefault(text, Counter())[item] += count
    everywhere, total = Counter(items), len(items)
    learned = {}
    for text, counts in with_label.items():
        events = sum(counts.values())
        more = [
            (everywhere[item] / total - count / events, item)
            for item, count in counts.items()
            if count * total > everywhere[item] * events
        ]
        best = sorted(more)[:_KEEP]
        learned[text] = Affinity(
            array("I", [item for _, item in best]), array("f", [-less * _STRENGTH for less, _ in best])
        )
    return learned
