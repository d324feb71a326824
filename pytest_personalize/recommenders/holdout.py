"""What is held out of a training to measure it by."""

from __future__ import annotations

import random
from collections.abc import Sequence

from attrs import frozen

from pytest_personalize.recommenders.training import Training

TEST_USERS = 0.1
HELD_OUT = 0.1
HELD_OUT_OF_SEGMENTS = 0.2


@frozen(kw_only=True)
class Case:
    """A test user: what went before, oldest first, and the rows of the interactions that came after it."""

    user: int
    history: Sequence[int]
    held_out: Sequence[int]


def newest(rows: Sequence[int], share: float) -> int:
    """How many of these rows are held out: at least one (rounding is not documented)."""
    return max(1, int(len(rows) * share))


def by_users(training: Training, seed: int) -> tuple[Training, list[Case]]:
    """A tenth of the users is tested; the training is left with the others (developer guide, metrics).

    Of a test user the newest tenth of the interactions is held out and the rest is the input. Users with one
    interaction cannot be tested; the choice among the others is drawn with the seed.
    """
    rows_of = {user: rows for user in range(training.user_count) if (rows := training.rows_of_user(user))}
    testable = [user for user, rows in rows_of.items() if len(rows) > 1]
    wanted = min(len(testable), max(1, round(len(rows_of) * TEST_USERS)))
    chosen = sorted(random.Random(seed).sample(testable, wanted))
    items = training.log.items
    cases = []
    hidden = bytearray(len(training.log))
    for user in chosen:
        rows = rows_of[user]
        for row in rows:
            hidden[row] = 1
        cut = len(rows) - newest(rows, HELD_OUT)
        cases.append(Case(user=user, history=[items[row] for row in rows[:cut]], held_out=list(rows[cut:])))
    return training.without(bytes(hidden)), cases


def by_interactions(training: Training, share: float) -> tuple[Training, list[Case]]:
    """The newest share of every user's interactions is held out, where there are at least two."""
    items = training.log.items
    cases = []
    hidden = bytearray(len(training.log))
    for user in range(training.user_count):
        rows = training.rows_of_user(user)
        if len(rows) < 2:
            continue
        cut = len(rows) - newest(rows, share)
        for row in rows[cut:]:
            hidden[row] = 1
        cases.append(Case(user=user, history=[items[row] for row in rows[:cut]], held_out=list(rows[cut:])))
    return training.without(bytes(hidden)), cases


def by_time(training: Training, since: float) -> Training:
    """The training as it was before a moment (epoch seconds)."""
    return training.without(bytes(time > since for time in training.log.times))
