"""Offline metrics: a model trained on a part of the data, measured by the rest of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from attrs import evolve, frozen

from pytest_personalize.data.records import Records
from pytest_personalize.recommenders.holdout import Case, by_time, by_users
from pytest_personalize.recommenders.item_weights import rewards
from pytest_personalize.recommenders.measures import event_rewards, mean, normalized_gain, precision, reciprocal_rank
from pytest_personalize.recommenders.model import Model, Query, Settings
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.recommenders.training import Training, prepare
from pytest_personalize.recommenders.trending import increases, trending_items, window

LENGTH: Final = 25
"""How many places of a list are looked at."""

CUTS: Final = (5, 10, 25)


@frozen(kw_only=True)
class Outcome:
    """A test user's list, whether each place of it is a hit, and what was held out."""

    case: Case
    items: Sequence[int]
    held_out: frozenset[int]
    hits: Sequence[bool]


def evaluate(recipe: Recipe, records: Records, settings: Settings) -> dict[str, float]:
    """The metrics of a recipe on these data, rounded to 4 decimals, by their names in alphabetical order.

    The split is made anew by the seed of the settings; the model that is measured is trained for the purpose.

    Raises:
        TrainingError: The data do not allow a training.
    """
    training = prepare(recipe, records, evolve(settings, now=None))  # the data end where they end
    measured = recipe.metrics(training)
    return {name: round(measured[name], 4) for name in sorted(measured)}


def item_metrics(training: Training) -> dict[str, float]:
    """The metrics of recipes that recommend items: personal, related, popular and ranked ones.

    A ranking recipe ranks the whole catalogue; a related-items recipe is asked for the newest item of the input.
    """
    settings = training.settings
    seen, cases = by_users(training, settings.seed)
    model = training.recipe.recommender(seen)
    outcomes = [_ask(training, model, case) for case in cases]
    catalogue = set(training.column(training.log.items)).union(training.records.items_table or ())
    shown = {item for outcome in outcomes for item in outcome.items}
    measured = {
        "coverage": len(shown) / len(catalogue) if catalogue else 0.0,
        "mean_reciprocal_rank_at_25": mean(reciprocal_rank(outcome.hits, LENGTH) for outcome in outcomes),
    }
    for k in CUTS:
        measured[f"precision_at_{k}"] = mean(precision(outcome.hits, k) for outcome in outcomes)
        measured[f"normalized_discounted_cumulative_gain_at_{k}"] = mean(
            normalized_gain([float(hit) for hit in outcome.hits], [1.0] * len(outcome.held_out), k)
            for outcome in outcomes
        )
    if settings.event_weights:
        measured |= _with_event_weights(training, outcomes)
    if settings.objective is not None:
        measured["average_rewards_at_k"] = _average_rewards(training, outcomes)
    return measured


def trend_metrics(training: Training) -> dict[str, float]:
    """The metrics of items, and how well trends are foreseen.

    unknown: [versions/metrics-of-trends] the spelled key of "trend prediction accuracy", and what stands beside it.
    chosen: beside the eight
    """
    return {**item_metrics(training), "trend_prediction_accuracy": _trend_accuracy(training)}


def _ask(training: Training, model: Model, case: Case) -> Outcome:
    query = Query(user=case.user, item=case.history[-1], history=case.history, exploration_weight=0.0)
    items = [item for item, _ in islice(model.ranked(query), LENGTH)]
    held_out = frozenset(training.log.items[row] for row in case.held_out)
    return Outcome(case=case, items=items, held_out=held_out, hits=[item in held_out for item in items])


def _with_event_weights(training: Training, outcomes: Sequence[Outcome]) -> dict[str, float]:
    """NDCG where a hit earns what the held-out event weighs; the dearest event of an item counts.

    unknown: [versions/metrics-of-weighted-events] the key, "k" is printed for the number. chosen: one key for each of
    5, 10 and 25
    """
    log = training.log
    by_code = [gain or 0.0 for gain in log.by_code(event_rewards(training.settings.event_weights))]
    scored = []
    for outcome in outcomes:
        gains: dict[int, float] = {}
        for row in outcome.case.held_out:
            gains[log.items[row]] = max(gains.get(log.items[row], 0.0), by_code[log.types[row]])
        scored.append(([gains.get(item, 0.0) for item in outcome.items], list(gains.values())))
    return {
        f"normalized_discounted_cumulative_gain_with_event_weights_at_{k}": mean(
            normalized_gain(found, possible, k) for found, possible in scored
        )
        for k in CUTS
    }


def _average_rewards(training: Training, outcomes: Sequence[Outcome]) -> float:
    """The discounted reward of the hits among the first 25, over what these items give in their best order.

    What was held out and not recommended does not count (developer guide); nor does a user without a rewarding hit.
    """
    values = rewards(training)
    if values is None:
        return 0.0
    shares = []
    for outcome in outcomes:
        gains = [values[item] if hit else 0.0 for item, hit in zip(outcome.items, outcome.hits, strict=True)]
        if any(gains):
            shares.append(normalized_gain(gains, gains, LENGTH))
    return mean(shares)


def _trend_accuracy(training: Training) -> float:
    """How much the 25 items that were trending one window ago gained since, over what the 25 largest gains were."""
    newest, length = max(training.log.times, default=0), window(training)
    gained = increases(training, newest, length)
    best = sum(sorted((gain for gain in gained.values() if gain > 0), reverse=True)[:LENGTH])
    before = trending_items(by_time(training, newest - length))
    return sum(max(0, gained[item]) for item in before.order[:LENGTH]) / best if best else 0.0


def semantic_metrics(training: Training) -> dict[str, float]:
    """Similarity by texts can do without interactions, and then there is nothing to measure it by but its lists."""
    if len(training.log):
        return item_metrics(training)
    model = training.recipe.recommender(training)
    items = list(training.records.items_table or ())
    shown = {other for item in items for other, _ in islice(model.ranked(Query(item=item)), LENGTH)}
    return {"coverage": len(shown) / len(items) if items else 0.0}
