"""How good the answers are: ``make quality DATA=folder`` or ``python -m benchmarks.quality FOLDER``.

The newest item of every user is hidden, with all events of that user and item. Then every item that the user has not
had is ranked, and NDCG at 10 tells how high the hidden one stands: for a recipe, for item-KNN (the sum of the cosines
to the items of the history, or to the newest one where a recipe is given an item), and for popularity.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from heapq import nlargest
from itertools import islice
from math import log2
from pathlib import Path

import attrs
from attrs import frozen

from benchmarks.data import Data, read_folder
from benchmarks.importing import imported
from pytest_personalize.data.records import Records
from pytest_personalize.recommenders.model import Model, Query, Settings
from pytest_personalize.recommenders.recipes import RECIPES
from pytest_personalize.recommenders.training import fit

PLACES = 10
BETTER = 1.2  # times item-KNN
LEAST = 0.060  # for user personalization on the data that this was measured on first


@frozen(kw_only=True, eq=False)
class Split:
    """The records without what is hidden; by user the items in order and the hidden one, and by item the users."""

    records: Records
    histories: dict[int, list[int]]
    hidden: dict[int, int]
    users_of: dict[int, set[int]]


def split(data: Data) -> Split:
    """Hide the newest item of each user with more than one."""
    records = imported(INTERACTIONS=data.interactions, ITEMS=data.items)
    log = records.log("INTERACTIONS")
    histories: dict[int, list[int]] = {}
    hidden: dict[int, int] = {}
    for user in range(len(records.users)):
        items = [log.items[row] for row in log.rows_of_user(user)]
        if len(set(items)) > 1:
            hidden[user] = items[-1]
        histories[user] = [item for item in items if item != hidden.get(user)]
    keep = [hidden.get(user) != item for user, item in zip(log.users, log.items, strict=True)]
    users_of: dict[int, set[int]] = {}
    for user, history in histories.items():
        for item in history:
            users_of.setdefault(item, set()).add(user)
    view = attrs.evolve(records.view(), interactions=log.select(keep))
    return Split(records=view, histories=histories, hidden=hidden, users_of=users_of)


Ranker = Callable[[int], Iterable[int]]
"""From a user to items, best first."""


def ndcg(given: Split, ranker: Ranker) -> float:
    """The mean of one over the logarithm of one more than the rank of the hidden item, 0 beyond the last place."""
    gains = 0.0
    for user, wanted in given.hidden.items():
        had = set(given.histories[user])
        ranked = islice((item for item in ranker(user) if item not in had), PLACES)
        gains += next((1 / log2(1 + rank) for rank, item in enumerate(ranked, 1) if item == wanted), 0.0)
    return gains / len(given.hidden)


def asked(given: Split, model: Model, question: Callable[[int, list[int]], Query]) -> Ranker:
    """What a model answers."""
    return lambda user: (item for item, _ in model.ranked(question(user, given.histories[user])))


def popularity(given: Split) -> Ranker:
    """The same items for all, those of most users first."""
    order = sorted(given.users_of, key=lambda item: -len(given.users_of[item]))
    return lambda user: order


def item_knn(given: Split, seen: Callable[[list[int]], Sequence[int]]) -> Ranker:
    """The items with the largest sum of cosines to what was seen; worked out by way of the users who share it."""
    users_of, histories = given.users_of, {user: set(items) for user, items in given.histories.items()}

    def ranker(user: int) -> Iterable[int]:
        weights: dict[int, float] = defaultdict(float)
        for item in set(seen(given.histories[user])):
            for other in users_of[item]:
                weights[other] += len(users_of[item]) ** -0.5
        sums: dict[int, float] = defaultdict(float)
        for other, weight in weights.items():
            for item in histories[other]:
                sums[item] += weight
        cosines = {item: total * len(users_of[item]) ** -0.5 for item, total in sums.items()}
        return nlargest(PLACES + len(histories[user]), cosines, key=cosines.__getitem__)

    return ranker


Case = tuple[Callable[[int, list[int]], Query], Callable[[list[int]], Sequence[int]]]
"""How a recipe is asked about a user with a history, and which items of it item-KNN looks at."""

CASES: dict[str, Case] = {
    "aws-user-personalization": (
        lambda user, history: Query(user=user, history=history, exploration_weight=0.0),
        lambda history: history,
    ),
    "aws-personalized-ranking": (lambda user, history: Query(user=user, history=history), lambda history: history),
    "aws-similar-items": (lambda user, history: Query(item=history[-1]), lambda history: history[-1:]),
}


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 when a recipe is not as good as it shall be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("folder", type=Path, help="with interactions.csv and items.csv")
    given = split(read_folder(parser.parse_args(arguments).folder))
    popular = ndcg(given, popularity(given))
    print(f"NDCG at {PLACES}, {len(given.hidden)} users, {len(given.records.items)} items\n")
    print(f"{'recipe':<28}{'recipe':>10}{'item-KNN':>10}{'popular':>10}{'times':>8}  verdict")
    missed = False
    for name, (question, seen) in CASES.items():
        found = ndcg(given, asked(given, fit(RECIPES[name], given.records, Settings()), question))
        nearest = ndcg(given, item_knn(given, seen))
        good = found >= BETTER * nearest and (name != "aws-user-personalization" or found >= LEAST)
        missed |= not good
        numbers = f"{found:>10.4f}{nearest:>10.4f}{popular:>10.4f}{found / nearest:>8.2f}"
        print(f"{name:<28}{numbers}  {'ok' if good else 'MISS'}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
