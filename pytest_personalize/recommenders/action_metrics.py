"""Offline metrics of next best action."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Final

import attrs

from pytest_personalize.data.events import EventLog
from pytest_personalize.recommenders.actions import TAKEN, next_best_action, outcome
from pytest_personalize.recommenders.holdout import HELD_OUT, TEST_USERS, newest
from pytest_personalize.recommenders.measures import area_under_curve, mean, normalized_gain
from pytest_personalize.recommenders.model import Query
from pytest_personalize.recommenders.training import Training

_RECOMMENDED: Final = 5
"""How many actions count as recommended: the default of a request (unknown; chosen)."""


def action_metrics(training: Training) -> dict[str, float]:
    """How well actions that test users took are foreseen; a tenth of the users with action interactions is tested.

    Precision and recall are means over actions: of the users to whom an action was recommended and who took it, over
    those to whom it was recommended, and over those who took it. AUC is over the held-out events.

    unknown: [versions/metrics-of-deals] the spelled keys. chosen: the guide's names, lower case, NDCG as elsewhere
    """
    events = training.records.action_interactions
    seen, held_out = _split(events, training.settings.seed)
    records = attrs.evolve(training.records, action_interactions=seen)
    model = next_best_action(attrs.evolve(training, records=records))
    shown: Counter[int] = Counter()
    correct: Counter[int] = Counter()
    taken: Counter[int] = Counter()
    gains: list[tuple[list[float], list[float]]] = []
    scores: tuple[list[float], list[float]] = ([], [])
    for user, outcomes in held_out.items():
        history = [training.log.items[row] for row in training.rows_of_user(user)[-100:]]
        answer = dict(model.ranked(Query(user=user, history=history)))
        true = {action for action, took in outcomes if took}
        recommended = list(answer)[:_RECOMMENDED]
        shown.update(recommended)
        correct.update(true.intersection(recommended))
        taken.update(true)
        for action, took in outcomes:
            scores[0 if took else 1].append(answer.get(action) or 0.0)
        if true:
            gains.append(([float(action in true) for action in answer], [1.0] * len(true)))
    known = len(model.actions)
    measured = {
        "coverage": len(shown) / known if known else 0.0,
        "precision": mean(correct[action] / count for action, count in shown.items()),
        "recall": mean(correct[action] / count for action, count in taken.items()),
        "auc": area_under_curve(*scores),
    }
    for k in (5, 10, 25):
        measured[f"normalized_discounted_cumulative_gain_at_{k}"] = mean(
            normalized_gain(found, possible, k) for found, possible in gains
        )
    return measured


def _split(events: EventLog | None, seed: int) -> tuple[EventLog | None, dict[int, Sequence[tuple[int, bool]]]]:
    """The log without what is held out, and by test user the held-out actions and whether they were taken."""
    if events is None:
        return None, {}
    users = sorted(set(events.users))
    chosen = sorted(random.Random(seed).sample(users, round(len(users) * TEST_USERS) or min(1, len(users))))
    keep = bytearray(b"\x01") * len(events)
    held_out: dict[int, Sequence[tuple[int, bool]]] = {}
    for user in chosen:
        rows = events.rows_of_user(user)
        last = rows[-newest(rows, HELD_OUT) :]
        for row in last:
            keep[row] = 0
        outcomes = [(events.items[row], outcome(events.event_types[events.types[row]])) for row in last]
        held_out[user] = [(action, what == TAKEN) for action, what in outcomes if what is not None]
    return events.select(bytes(keep)), held_out
