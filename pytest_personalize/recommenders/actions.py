"""Next best action: how likely a user is to take each action."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import exp, log
from typing import Final

from attrs import frozen

from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.events import EventLog
from pytest_personalize.durations import DAY, WEEK
from pytest_personalize.recommenders.attributes import as_number
from pytest_personalize.recommenders.model import Query, Ranked
from pytest_personalize.recommenders.reasons import UNKNOWN, Part, Reason
from pytest_personalize.recommenders.training import Training

TAKEN: Final = "taken"
_OUTCOMES: Final = frozenset({TAKEN, "nottaken", "viewed"})
LEAST_EVENTS: Final = 50
"""How many TAKEN events, and how many others, an action needs for a score (developer guide, next best action)."""

SPAN: Final = 6 * WEEK
"""How long before the newest action interaction these may lie, in seconds (developer guide, next best action)."""

_LOOKED_AT: Final = 20
"""How many of a user's newest items are compared with those of users that took the action."""

_TASTE_LIMIT: Final = 2.0
_TASTE_STRENGTH: Final = 2.0
_PATIENCE: Final = 5.0
"""How many events of other users count as much as one of the user's own (chosen, like the two above)."""


def outcome(event_type: str) -> str | None:
    """What an event type says, "taken", "nottaken" or "viewed", however it is written; None for other types."""
    plain = event_type.casefold().replace("_", "").replace(" ", "").replace("-", "")
    return plain if plain in _OUTCOMES else None


@frozen(kw_only=True, eq=False)
class Propensity:
    """What is known about one action: how often it is taken, by whom, and what users that took it are fond of."""

    rate: float
    """Share of events in which it was taken, newer events counting more; 0..1 without the ends."""
    taste: Mapping[int, float]
    """By item: how much commoner (logarithm) it is with users that took the action."""
    own: Mapping[int, tuple[float, float]]
    """By user: how often they took it, and of how many times."""

    def of(self, user: int | None, history: Iterable[int]) -> float:
        """The probability that the user takes the action, 0..1."""
        return self.steps(user, history)[-1]

    def steps(self, user: int | None, history: Iterable[int]) -> tuple[float, float, float]:
        """The probability for anybody, for somebody of that taste, and for the user with that record."""
        fondness = [self.taste[item] for item in history if item in self.taste]
        shift = _TASTE_STRENGTH * sum(fondness) / len(fondness) if fondness else 0.0
        logit = log(self.rate / (1 - self.rate)) + max(-_TASTE_LIMIT, min(_TASTE_LIMIT, shift))
        expected = 1 / (1 + exp(-logit))
        taken, times = self.own.get(user, (0.0, 0.0)) if user is not None else (0.0, 0.0)
        return self.rate, expected, (expected * _PATIENCE + taken) / (_PATIENCE + times)


@frozen(kw_only=True, eq=False)
class NextBestAction:
    """Actions by the probability that the user takes them.

    An action's probability starts from the share of its events in which it was taken; events count half as much for
    every optimization period that has passed since. It is moved by how common the items that the user interacted
    with are among the histories of users that took the action, and drawn towards the user's own record with the action.
    Actions with too few events have the score 0.0 and come last: they are there to be explored. VALUE decides between
    equal ones. Actions that have expired, and those that the user had less than REPEAT_FREQUENCY days ago, are left
    out.
    """

    actions: EntityTable
    propensities: Mapping[int, Propensity]
    newest: float
    """Time of the newest event of the training, epoch seconds."""

    def knows(self, item: int) -> bool:
        """Whether the action had a record at training."""
        return item in self.actions

    def explored(self, query: Query) -> frozenset[int]:
        """The actions that have no score."""
        return frozenset(action for action in self.actions if action not in self.propensities)

    def ranked(self, query: Query) -> Ranked:
        """The actions, most likely taken first."""
        history = _newest_first(query)
        scores = {
            action: propensity.of(query.user, history) if propensity else 0.0
            for action, propensity in ((action, self.propensities.get(action)) for action in self._open(query))
        }
        return iter(
            sorted(scores.items(), key=lambda entry: (-entry[1], -(self._number(entry[0], "VALUE") or 0.0), entry[0]))
        )

    def _open(self, query: Query) -> Iterator[int]:
        for action in self.actions if query.candidates is None else filter(self.knows, query.candidates):
            if not self._closed(action, query):
                yield action

    def _closed(self, action: int, query: Query) -> str:
        """Why the action is not to be had at the moment; empty when it is."""
        now = self.newest if query.now is None else query.now
        expires = self._number(action, "EXPIRATION_TIMESTAMP")
        if expires is not None and expires <= now:
            return f"it has expired: EXPIRATION_TIMESTAMP is {expires:.0f}, and it is {now:.0f} now"
        pause = self._number(action, "REPEAT_FREQUENCY")
        last = query.action_times.get(action)
        if pause is not None and last is not None and now - last < pause * DAY:
            return (
                f"the user had it {(now - last) / DAY:.1f} days ago, and REPEAT_FREQUENCY asks for {pause:g} in between"
            )
        return ""

    def reasons(self, query: Query, items: Sequence[int]) -> list[Reason]:
        """How likely anybody takes each, and how the taste and the own record of the user move that."""
        history = _newest_first(query)
        return [self._reason(action, query, history) if self.knows(action) else UNKNOWN for action in items]

    def _reason(self, action: int, query: Query, history: Sequence[int]) -> Reason:
        closed = self._closed(action, query)
        propensity = self.propensities.get(action)
        if propensity is None:
            few = f"below {LEAST_EVENTS} TAKEN or {LEAST_EVENTS} other events"
            return Reason(score=0.0, parts=[Part("exploration", 0.0, label=few)], left_out=closed)
        rate, expected, score = propensity.steps(query.user, history)
        met = [item for item in history if item in propensity.taste]
        parts = [Part("rate", rate)]
        if met:
            most = max(met, key=lambda item: propensity.taste[item] * (1 if expected > rate else -1))
            parts.append(Part("taste", expected - rate, most))
        if query.user in propensity.own:
            parts.append(Part("own record", score - expected))
        return Reason(score=sum(part.amount for part in parts), parts=parts, left_out=closed)

    def _number(self, action: int, column: str) -> float | None:
        return as_number(self.actions.value(action, column)) if column in self.actions.columns else None


def _newest_first(query: Query) -> list[int]:
    """The items of the history that tastes are told by."""
    return list(dict.fromkeys(reversed(query.history)))[:_LOOKED_AT]


def next_best_action(training: Training) -> NextBestAction:
    """Weigh the outcomes of all actions."""
    table, events = training.records.actions_table, training.records.action_interactions
    assert table is not None  # the recipe requires the dataset
    newest = max(chain(events.times if events is not None else (), training.log.times), default=0)
    return NextBestAction(
        actions=table,
        propensities={} if events is None else _propensities(training, events),
        newest=float(newest),
    )


def _propensities(training: Training, events: EventLog) -> dict[int, Propensity]:
    outcomes = [outcome(name) for name in events.event_types]
    newest = max(events.times, default=0)
    period = training.number("action_optimization_period", 14) * DAY
    rows: dict[int, list[tuple[int, bool, float]]] = {}
    for action, user, code, time in zip(events.items, events.users, events.types, events.times, strict=True):
        age = newest - time
        if outcomes[code] is not None and age <= SPAN:
            rows.setdefault(action, []).append((user, outcomes[code] == TAKEN, 0.5 ** (age / period)))
    return {
        action: _propensity(training, entries)
        for action, entries in sorted(rows.items())
        if min(_split(entries)) >= LEAST_EVENTS
    }


def _split(entries: list[tuple[int, bool, float]]) -> tuple[int, int]:
    """How many events took the action, and how many did not."""
    taken = sum(took for _, took, _ in entries)
    return taken, len(entries) - taken


def _propensity(training: Training, entries: list[tuple[int, bool, float]]) -> Propensity:
    own: dict[int, tuple[float, float]] = {}
    for user, took, weight in entries:
        taken, times = own.get(user, (0.0, 0.0))
        own[user] = taken + weight * took, times + weight
    taken = sum(weight for _, took, weight in entries if took)
    whole = sum(weight for _, _, weight in entries)
    takers = {user for user, took, _ in entries if took}
    return Propensity(
        rate=(taken + 1) / (whole + 2),
        taste=_taste(training, sorted(takers), sorted(own.keys() - takers)),
        own=own,
    )


def _taste(training: Training, takers: list[int], others: list[int]) -> dict[int, float]:
    """By item: the logarithm of how much commoner it is among the newest items of takers than of other users."""
    with_them, without = _newest_items(training, takers), _newest_items(training, others)
    return {
        item: log((with_them[item] + 1) / (len(takers) + 2)) - log((without[item] + 1) / (len(others) + 2))
        for item in sorted(with_them | without)
    }


def _newest_items(training: Training, users: list[int]) -> Counter[int]:
    items = training.log.items
    return Counter(item for user in users for item in {items[row] for row in training.rows_of_user(user)[-_LOOKED_AT:]})
