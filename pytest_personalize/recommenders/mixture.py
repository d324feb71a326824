"""Personal scores: a distribution over the catalogue, mixed from popularity and what the user did."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Final

from attrs import define, field, frozen

from pytest_personalize.recommenders.affinities import ContextFeatures, Label
from pytest_personalize.recommenders.exploration import Exploration
from pytest_personalize.recommenders.metadata import Relatives
from pytest_personalize.recommenders.model import Query, Ranked
from pytest_personalize.recommenders.neighbours import Neighbours
from pytest_personalize.recommenders.reasons import UNKNOWN, Kind, Part, Reason, shares
from pytest_personalize.remembered import Remembered

LOOKED_AT: Final = 100
"""How many of the newest events of a history are looked at."""

_REMEMBERED: Final = 1000
"""How many answers are kept for the case that the same question comes again; one holds some hundred masses."""


@frozen(kw_only=True, eq=False)
class Prior:
    """What items weigh before anything is known about the user: masses that sum to one, and the items by mass."""

    kind: Kind
    masses: Sequence[float]
    order: array[int]
    head: frozenset[int]
    """The heaviest items, which answers list although nothing points to them."""


@define(eq=False)
class Answer:
    """Masses of the items that something is known about for this question; all others keep their prior.

    ``order`` is those items, heaviest first, and ``whole`` the mass of the whole catalogue. ``raised`` is what mass
    exploration gave to items, and ``explored`` those that owe it most of theirs.
    """

    prior: Prior
    masses: dict[int, float]
    order: list[int]
    whole: float
    raised: Mapping[int, float]
    explored: frozenset[int]


Exploring = tuple[int, int | None, float, float]
"""Seed, user, weight and age limit of an exploration."""

Key = tuple[tuple[int, ...], tuple[tuple[str, str], ...], Exploring | None]
"""All that an answer depends on: the distinct items of the history, newest first, what is known of user and context,
and the exploration."""

Source = tuple[float, Iterable[tuple[int, float]], Kind, int | None, Label | None]
"""What adds mass to items: a weight, items with the mass that it multiplies, and, for reasons, where it comes from."""


@frozen(kw_only=True, eq=False)
class Recency:
    """How the newest items of a history count: weight and number of neighbours by place, newest first."""

    weights: tuple[tuple[float, int], ...]

    @classmethod
    def over(cls, length: int, keep: int, *, decaying: bool) -> Recency:
        """Count ``length`` items, the newest with ``keep`` neighbours.

        Decaying, every older item counts less than the one after it, the weights falling to a few percent, and brings
        as many fewer neighbours. Otherwise all count alike and share out the same number of neighbours.
        """
        decay = max(0.5, 1 - 2.4 / length)
        weights = [decay**place for place in range(length)]
        if decaying:
            return cls(weights=tuple((weight, max(3, int(keep * weight))) for weight in weights))
        shared = max(3, int(keep * sum(weights) / length))
        return cls(weights=((1.0, shared),) * length)


@frozen(kw_only=True, eq=False)
class Mixture:
    """Scores for a user, which sum to 1 over the catalogue.

    Every item has a mass, and its score is its share of all mass: a softmax whose logits are the logarithms of the
    masses. The mass begins as the item's popularity, its share of (users + 0.1) of all items; for users without
    history it is popularity in the early histories of all users. Each of the newest 8 distinct items of the history
    (as many as a quarter of ``bptt``) adds mass to its neighbours, which are the items that stand within 5 places of
    it in the histories of other users: 0.25 * histories with both / ((users + 3) ** 0.5 * (users of the neighbour + 3)
    ** 0.25), and for every place further back in time 0.7 of that. The newest item, and those without neighbours, also
    add up to 0.02 to items with like metadata, which is how cold items come in. The context and the attributes of the
    user add a little mass to items that are commoner with them. An item of the history itself keeps 0.3 of its mass
    and 4 times the share of interactions that come back to an item, 1 at most. Only the items touched in this way are
    worked out and sorted for a question; the others follow from a list that was sorted at training.
    """

    usual: Prior
    early: Prior
    known: bytes
    """By item: 1 when it took part in the training."""
    neighbours: Neighbours
    recency: Recency
    kept: float
    returning: float
    """What share of its mass an item of the history keeps, and what mass the newest ones get for being in it."""
    relatives: Relatives | None
    similarity: float
    """What mass a relative gets that has everything in common with the newest item."""
    context_features: ContextFeatures
    exploration: Exploration | None
    own_exploration: tuple[float, float] | None
    """Weight and age limit (days) where campaigns have no say."""
    _answers: Remembered[object, Answer] = field(factory=partial(Remembered, _REMEMBERED), init=False)

    def knows(self, item: int) -> bool:
        """Whether the item was among the interactions or, where those count, the items of the training."""
        return item < len(self.known) and self.known[item] == 1

    def explored(self, query: Query) -> frozenset[int]:
        """The items whose place in the answer is due to exploration rather than to the user or to popularity."""
        return self.answer(query).explored

    def ranked(self, query: Query) -> Ranked:
        """The catalogue (or the candidates that are known) with scores, best first."""
        answer = self.answer(query)
        if query.candidates is not None:
            return self._among(query.candidates, answer)
        return _merged(answer)

    def masses(self, items: Sequence[int], query: Query) -> list[float]:
        """The masses of some known items."""
        answer = self.answer(query)
        found, prior = answer.masses, answer.prior.masses
        return [found[item] if item in found else prior[item] for item in items]

    def reasons(self, query: Query, items: Sequence[int]) -> list[Reason]:
        """The parts of the score of each: prior, neighbours, metadata, user and context, exploration."""
        whole = self.answer(query).whole
        parts = self.parts(query, items)
        return [shares(parts[item], whole) if item in parts else UNKNOWN for item in items]

    def parts(self, query: Query, items: Sequence[int]) -> dict[int, list[Part]]:
        """What the masses of known items add up from, in the order in which it was added."""
        answer = self.answer(query)
        seen, asked, _ = self._key(query)
        history = self._trained(seen)
        prior = answer.prior
        found = {item: [Part(prior.kind, prior.masses[item])] for item in items if self.knows(item)}
        for weight, pairs, kind, source, label in self._sources(history, asked):
            for item, mass in pairs:
                if item in found:
                    found[item].append(Part(kind, weight * mass, source, "" if label is None else str(label)))
        for item in found.keys() & set(history):
            if len(found[item]) > 1 or item in prior.head:
                mass = sum(part.amount for part in found[item])
                found[item].append(Part("had already", mass * self.kept - mass, item))
        for item in found.keys() & answer.raised.keys():
            found[item].append(Part("exploration", answer.raised[item]))
        return found

    def _key(self, query: Query) -> Key:
        return (
            tuple(dict.fromkeys(reversed(query.history[-LOOKED_AT:]))),
            self.context_features.asked(query.user, query.context),
            self._exploring(query),
        )

    def answer(self, query: Query) -> Answer:
        """Work out the masses that differ from the prior; answers are kept and given again."""
        key = self._key(query)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers.keep(key, self._mix(*key))
        return answer

    def _exploring(self, query: Query) -> Exploring | None:
        if self.exploration is None:
            return None
        weight, days = self.own_exploration or (query.exploration_weight, query.exploration_age_cut_off)
        return (query.seed, query.user, weight, days) if weight > 0.0 else None

    def _trained(self, seen: Sequence[int]) -> list[int]:
        """The items of a history that took part in the training."""
        known, size = self.known, len(self.known)
        return [item for item in seen if item < size and known[item]]

    def _sources(self, history: Sequence[int], asked: Sequence[tuple[str, str]]) -> Iterator[Source]:
        neighbours = self.neighbours
        offsets, others, associations = neighbours.offsets, neighbours.items, neighbours.masses
        for item, (weight, most) in zip(history, self.recency.weights, strict=False):
            start = offsets[item]
            stop = min(offsets[item + 1], start + most)
            yield weight, zip(others[start:stop], associations[start:stop], strict=True), "neighbour", item, None
            if self.relatives is not None and (start == stop or item == history[0]):
                yield self.similarity * weight, self.relatives.of(item), "metadata", item, None
        for kind, label, affinity in self.context_features.affinities(asked):
            yield 1.0, zip(affinity.items, affinity.masses, strict=True), kind, None, label
        yield 1.0, [(item, self.returning) for item in history[: len(self.recency.weights)]], "returning", None, None

    def _mix(self, seen: tuple[int, ...], asked: tuple[tuple[str, str], ...], exploring: Exploring | None) -> Answer:
        history = self._trained(seen)
        prior = self.usual if history else self.early
        at_first = prior.masses
        masses: dict[int, float] = {}
        for weight, pairs, _, _, _ in self._sources(history, asked):
            for other, mass in pairs:
                masses[other] = masses.get(other, at_first[other]) + weight * mass
        head = prior.head
        for item in history:
            if item in masses or item in head:
                masses[item] = masses.get(item, at_first[item]) * self.kept
        raised = self._raised(masses, prior, exploring) if exploring is not None else {}
        for item, more in raised.items():
            masses[item] = masses.get(item, at_first[item]) + more
        explored = frozenset(item for item, more in raised.items() if masses[item] < 2 * more)
        order = sorted(masses, key=masses.__getitem__, reverse=True)
        whole = 1.0 + sum(masses.values()) - sum(map(at_first.__getitem__, masses))
        return Answer(prior, masses, order, whole, raised, explored)

    def _raised(self, masses: Mapping[int, float], prior: Prior, exploring: Exploring) -> dict[int, float]:
        """The items that are explored, and what mass that gives them."""
        assert self.exploration is not None
        best = max(prior.masses[prior.order[0]], max(masses.values(), default=0.0))
        return {item: best * share for item, share in self.exploration.chosen(*exploring)}

    def _among(self, candidates: Sequence[int], answer: Answer) -> Iterator[tuple[int, float | None]]:
        found, prior, whole = answer.masses, answer.prior.masses, answer.whole
        masses = {item: found[item] if item in found else prior[item] for item in candidates if self.knows(item)}
        return ((item, masses[item] / whole) for item in sorted(masses, key=masses.__getitem__, reverse=True))


def _merged(answer: Answer) -> Iterator[tuple[int, float | None]]:
    """Merge the items worked out with the others in the order of their prior."""
    masses, prior, order = answer.masses, answer.prior.masses, answer.prior.order
    share = 1.0 / answer.whole
    place, places = 0, len(order)
    for item in answer.order:
        mass = masses[item]
        while place < places:
            rival = order[place]
            if rival not in masses:
                if prior[rival] <= mass:
                    break
                yield rival, prior[rival] * share
            place += 1
        yield item, mass * share
    for rival in islice(order, place, None):
        if rival not in masses:
            yield rival, prior[rival] * share
