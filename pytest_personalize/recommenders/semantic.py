"""Semantic similarity: items whose names and descriptions say alike things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import sqrt
from typing import Final

from attrs import field, frozen

from pytest_personalize.data.avro import Field
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.recommenders.attributes import creation_times
from pytest_personalize.recommenders.model import Query, Ranked, TrainingError, Unexploring
from pytest_personalize.recommenders.reasons import UNKNOWN, Part, Reason
from pytest_personalize.recommenders.texts import idf, words
from pytest_personalize.recommenders.training import Training, histories

_TERMS: Final = 25
"""How many words an item is compared by, those of the largest weight."""

_SHOWN: Final = 100
"""How many items a word remembers, those to which it matters most."""

_KEPT: Final = 200
"""How many like items an item has."""

_NAME_COUNTS: Final = 2
"""How many times as much a word of the name counts as one of the description."""


@frozen(kw_only=True, eq=False)
class SemanticSimilarity(Unexploring):
    """Items like a given one by their texts, without scores; no interactions needed.

    Each item is a list of the words of its name, which count twice, and its textual column, weighed by the root of how
    often the text has them and by how few others do (TF-IDF); similarity is the cosine between two lists. Popularity
    (users of the item, over the most that any item has) and freshness (where its CREATION_TIMESTAMP lies between the
    oldest and the newest) count as far as the request's ranking influence says. Items without a word in common follow.
    """

    weights: Mapping[int, Mapping[str, float]]
    """By item: word to weight; the squares sum to 1."""
    items_of: Mapping[str, Sequence[tuple[int, float]]]
    """By word: items and the word's weight in them, the largest first."""
    popularity: Mapping[int, float]
    freshness: Mapping[int, float]
    _found: dict[int, Mapping[int, float]] = field(factory=dict, init=False)

    def knows(self, item: int) -> bool:
        """Whether the item had a text at training."""
        return item in self.weights

    def similarity(self, item: int) -> Mapping[int, float]:
        """Other items and how alike they are, 0..1."""
        found = self._found.get(item)
        if found is None:
            sums: dict[int, float] = {}
            for word, weight in self.weights.get(item, {}).items():
                for other, its in self.items_of.get(word, ()):
                    sums[other] = sums.get(other, 0.0) + weight * its
            sums.pop(item, None)
            best = sorted(sums, key=lambda other: (-sums[other], other))[:_KEPT]
            found = self._found[item] = {other: sums[other] for other in best}
        return found

    def ranked(self, query: Query) -> Ranked:
        """The items like ``query.item``, most alike first."""
        wanted = None if query.candidates is None else set(query.candidates)
        return ((item, None) for item in self._listed(query) if wanted is None or item in wanted)

    def _listed(self, query: Query) -> Iterator[int]:
        similarity = {} if query.item is None else self.similarity(query.item)
        strengths = self._strengths(query)
        strength = {item: sum(strengths(item, alike)) for item, alike in similarity.items()}
        yield from sorted(strength, key=lambda item: (-strength[item], item))
        rest = [item for item in self.weights if item not in strength and item != query.item]
        yield from sorted(rest, key=lambda item: (-sum(strengths(item, 0.0)), item))

    def _strengths(self, query: Query) -> Callable[[int, float], tuple[float, float, float]]:
        """From an item and how alike its texts are: what texts, popularity and freshness count."""
        popular, fresh = query.popularity_influence / 2, query.freshness_influence / 2
        share = 1 - popular - fresh
        popularity, freshness = self.popularity.get, self.freshness.get
        return lambda item, alike: (share * alike, popular * popularity(item, 0.0), fresh * freshness(item, 0.0))

    def reasons(self, query: Query, items: Sequence[int]) -> list[Reason]:
        """The words that each has in common with ``query.item``, and the ranking influence of the request."""
        similarity = {} if query.item is None else self.similarity(query.item)
        return [self._reason(item, similarity.get(item, 0.0), query) if self.knows(item) else UNKNOWN for item in items]

    def _reason(self, item: int, alike: float, query: Query) -> Reason:
        if item == query.item:
            return Reason(left_out="it is the item that is asked about, which never stands in its own list")
        own: Mapping[str, float] = {} if query.item is None else self.weights.get(query.item, {})
        common = sorted(own.keys() & self.weights[item].keys(), key=lambda word: (-own[word], word))
        texts, popular, fresh = self._strengths(query)(item, alike)
        parts = [
            Part("text", texts, query.item, f"words in common: {', '.join(common)}" if common else "no word in common"),
            Part("popularity", popular),
            Part("freshness", fresh),
        ]
        return Reason(parts=[part for part in parts if part.amount or part.kind == "text"])


def semantic_similarity(training: Training) -> SemanticSimilarity:
    """Read the texts of all items.

    Raises:
        TrainingError: The schema of the Items dataset names no itemName or no textual field.
    """
    table = training.records.items_table
    assert table is not None  # the recipe requires the dataset
    name, textual = _text_fields(training)
    documents = {item: _document(table, item, name, textual) for item in table}
    weight = idf(list(documents.values()))
    weights = {item: _weigh(document, weight) for item, document in documents.items()}
    items_of: dict[str, list[tuple[int, float]]] = {}
    for item, own in weights.items():
        for word, its in own.items():
            items_of.setdefault(word, []).append((item, its))
    for entries in items_of.values():
        entries.sort(key=lambda entry: (-entry[1], entry[0]))
        del entries[_SHOWN:]
    popularity = histories(training).popularity(training.item_count)
    return SemanticSimilarity(
        weights=weights,
        items_of=items_of,
        popularity=_between({item: float(popularity[item]) for item in table}, least=0.0),
        freshness=_between(creation_times(table)),
    )


def _text_fields(training: Training) -> tuple[Field, tuple[Field, ...]]:
    schema = training.records.schemas["ITEMS"]
    names = [schema_field for schema_field in schema.fields if schema_field.item_name]
    textual = tuple(schema_field for schema_field in schema.fields if schema_field.textual)
    if not names:
        raise TrainingError(f"{training.recipe.name} needs a field with the attribute itemName in the Items schema.")
    if not textual:
        raise TrainingError(f"{training.recipe.name} needs a field with the attribute textual in the Items schema.")
    return names[0], textual


def _document(table: EntityTable, item: int, name: Field, textual: tuple[Field, ...]) -> list[str]:
    called = words(str(table.value(item, name.name) or ""))
    said = [word for part in textual for word in words(str(table.value(item, part.name) or ""))]
    return called * _NAME_COUNTS + said


def _weigh(document: list[str], weight: Mapping[str, float]) -> dict[str, float]:
    """The words of a document that weigh most, with weights whose squares sum to 1."""
    counts = Counter(word for word in document if word in weight)
    weighed = sorted(((-sqrt(count) * weight[word], word) for word, count in counts.items()))[:_TERMS]
    length = sqrt(sum(negative**2 for negative, _ in weighed)) or 1.0
    return {word: -negative / length for negative, word in weighed}


def _between(values: Mapping[int, float], least: float | None = None) -> dict[int, float]:
    """Every value as its place between the smallest (or ``least``), 0, and the largest, 1."""
    low = min(values.values(), default=0.0) if least is None else least
    span = max(values.values(), default=0.0) - low
    return {item: (value - low) / span for item, value in values.items()} if span > 0 else {}
