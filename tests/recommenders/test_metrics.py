"""Offline metrics: their names, their bounds, and that they tell a good model from a bad one."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from making import STANDARD_METRICS
from pytest_personalize.recommenders import RECIPES, Settings, evaluate

NDCG = "normalized_discounted_cumulative_gain_at_25"
SEGMENT_METRICS = {"coverage", "hits_at_1_percent", "recall_at_1_percent"}
ACTION_METRICS = {
    "coverage",
    "normalized_discounted_cumulative_gain_at_5",
    "normalized_discounted_cumulative_gain_at_10",
    "normalized_discounted_cumulative_gain_at_25",
    "precision",
    "recall",
    "auc",
}
ITEM_RECIPES = [
    "aws-user-personalization",
    "aws-user-personalization-v2",
    "aws-personalized-ranking",
    "aws-similar-items",
    "aws-sims",
    "aws-popularity-count",
    "aws-vod-trending-now",
    "aws-ecomm-recommended-for-you",
]


@pytest.fixture
def fans(world: Any) -> Any:
    """Eighty users who each keep to one of eight shelves of twelve items, in no fixed order."""
    draw = random.Random(5)
    for user in range(80):
        shelf = user % 8
        world.events(f"u{user}", [f"i{shelf}-{number}" for number in draw.sample(range(12), 10)])
    return world


def measure(world: Any, recipe: str, **settings: Any) -> dict[str, float]:
    return evaluate(RECIPES[recipe], world.records, Settings(**settings))


@pytest.mark.parametrize("recipe", ITEM_RECIPES)
def test_the_eight_metrics_lie_between_zero_and_one_in_alphabetical_order(fans: Any, recipe: str) -> None:
    measured = measure(fans, recipe)
    assert list(measured) == sorted(STANDARD_METRICS)
    assert all(0.0 <= value <= 1.0 for value in measured.values())
    assert all(round(value, 4) == value for value in measured.values())


def test_trending_adds_how_well_trends_were_predicted(fans: Any) -> None:
    assert set(measure(fans, "aws-trending-now")) == STANDARD_METRICS | {"trend_prediction_accuracy"}


def test_a_trend_that_goes_on_is_predicted(world: Any) -> None:
    now = 1_700_000_000
    for hours, crowd in ((6, 1), (4, 3), (2, 9), (0, 27)):
        for user in range(crowd):
            world.event(f"u{user}", "wave", time=now - hours * 1800)
    for user in range(10):
        world.event(f"v{user}", "calm", time=now - 20 * 1800)
    measured = measure(world, "aws-trending-now", hyperparameters={"trend_discovery_frequency": "30 minutes"})
    assert measured["trend_prediction_accuracy"] == 1.0


def test_a_personal_model_beats_popularity_where_tastes_differ(fans: Any) -> None:
    personal = measure(fans, "aws-user-personalization")[NDCG]
    assert personal > 2 * measure(fans, "aws-popularity-count")[NDCG]
    assert personal > 0.3


def test_a_personal_model_covers_more_of_the_catalogue(fans: Any) -> None:
    coverage = measure(fans, "aws-user-personalization")["coverage"]
    assert coverage > measure(fans, "aws-popularity-count")["coverage"] > 0.0


def test_a_perfectly_foreseeable_item_gives_perfect_ranks(world: Any) -> None:
    for user in range(60):
        world.events(f"u{user}", [f"a{user % 3}", f"b{user % 3}", f"c{user % 3}", f"d{user % 3}"])
    measured = measure(world, "aws-user-personalization")
    assert measured["mean_reciprocal_rank_at_25"] == 1.0
    assert measured[NDCG] == 1.0
    assert measured["precision_at_5"] == 0.2


def test_metrics_depend_on_the_seed_of_the_split_and_on_nothing_else(fans: Any) -> None:
    same = measure(fans, "aws-user-personalization", seed=4)
    assert measure(fans, "aws-user-personalization", seed=4) == same
    assert any(measure(fans, "aws-user-personalization", seed=seed) != same for seed in range(4))


def test_an_events_configuration_adds_weighted_gains(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    for user in range(40):
        world.events(f"u{user}", [f"a{user % 4}", f"b{user % 4}", f"c{user % 4}"], type="view")
        world.event(f"u{user}", f"d{user % 4}", type="buy")
    measured = measure(world, "aws-user-personalization-v2", event_weights={"buy": 0.3, "view": 0.1})
    weighted = {name: value for name, value in measured.items() if "with_event_weights" in name}
    assert set(measured) - set(weighted) == STANDARD_METRICS
    # Only purchases were held out, so that every hit weighs the same and the weights cancel out.
    for k in (5, 10, 25):
        plain = measured[f"normalized_discounted_cumulative_gain_at_{k}"]
        assert measured[f"normalized_discounted_cumulative_gain_with_event_weights_at_{k}"] == plain


def test_an_objective_adds_average_rewards(fans: Any) -> None:
    fans.dataset("Items", ("MARGIN", "float", {}))
    for place, name in enumerate(list(fans.records.items)):
        fans.item(name, MARGIN=float(place))
    measured = measure(fans, "aws-user-personalization", objective=("MARGIN", "HIGH"))
    assert 0.0 < measured["average_rewards_at_k"] <= 1.0


def test_row_28_rewards_that_were_not_recommended_do_not_count(fans: Any) -> None:
    fans.dataset("Items", ("MARGIN", "float", {}))
    for number in range(60):
        fans.events(f"stray-{number}", [f"rare-{(number * 7 + step * step) % 60}" for step in range(12)])
    for name in list(fans.records.items):
        fans.item(name, MARGIN=1.0)
    fans.item("never seen", MARGIN=0.0)
    measured = measure(fans, "aws-user-personalization", objective=("MARGIN", "LOW"))
    # All that can be hit is worth the same: the two differ in what was held out and not recommended.
    assert measured["average_rewards_at_k"] > measured["normalized_discounted_cumulative_gain_at_25"]


@pytest.mark.parametrize("recipe", ["aws-item-affinity", "aws-item-attribute-affinity"])
def test_segments_are_measured_by_hits_and_recall_among_one_percent_of_users(world: Any, recipe: str) -> None:
    world.dataset("Items", ("SHELF", ["null", "string"], {"categorical": True}))
    for user in range(50):
        world.events(f"u{user}", [f"i{user}"] * 10)
        world.item(f"i{user}", SHELF=f"s{user}")
    # One percent of fifty users is one user, and each of these users is foreseeable.
    assert measure(world, recipe) == dict.fromkeys(SEGMENT_METRICS, 1.0)


def test_an_attribute_that_no_held_out_event_has_is_not_measured(world: Any) -> None:
    world.dataset("Items", ("SHELF", ["null", "string"], {"categorical": True}))
    for user in range(50):
        world.events(f"u{user}", [f"i{user % 2}"] * 10)
        world.item(f"i{user % 2}", SHELF=f"s{user % 2}")
    before = measure(world, "aws-item-attribute-affinity")
    world.item("nobody's", SHELF="dusty")
    assert measure(world, "aws-item-attribute-affinity") == before
    assert before["hits_at_1_percent"] == 1.0


def test_two_hundred_segments_are_measured_where_there_are_more(world: Any) -> None:
    world.events("most active", [f"own{number}" for number in range(30)])
    world.events("second most", [f"other{number}" for number in range(20)])
    for user in range(248):
        world.events(f"u{user}", [f"i{user}"] * 2)
    # One percent of 250 users is three: the one who had the item, and the two most active, in every segment.
    assert measure(world, "aws-item-affinity")["coverage"] == round((200 + 2) / 250, 4)


@pytest.mark.parametrize("recipe", ["aws-user-personalization", "aws-sims", "aws-item-affinity"])
def test_events_that_are_not_trained_on_change_no_metric(make_world: Callable[..., Any], recipe: str) -> None:
    draw = random.Random(5)
    plain, mixed = (make_world(("EVENT_TYPE", "string", {})) for _ in range(2))
    for user in range(80):
        for item in draw.sample(range(12), 10):
            for world in (plain, mixed):
                world.event(f"u{user}", f"i{user % 8}-{item}", type="watch")
            mixed.event(f"u{user}", f"i{user % 8}-{item}", type="hover")
    measured = measure(plain, recipe, event_type="watch")
    assert measure(mixed, recipe, event_type="watch") == measured
    assert measured["coverage"] > 0.0


def test_segments_that_nobody_could_foresee_have_no_recall(fans: Any) -> None:
    # Nobody here comes back to an item, and the predicted user is always one who has had it.
    measured = measure(fans, "aws-item-affinity")
    assert measured["recall_at_1_percent"] == 0.0
    assert measured["coverage"] > 0.0


def test_actions_are_measured_without_reciprocal_rank(world: Any) -> None:
    world.dataset("Actions", ("KIND", "string", {"categorical": True})).dataset("Action_Interactions")
    for action in ("good", "bad"):
        world.action(action, KIND="x")
    for user in range(200):
        for turn in range(6):
            world.respond(f"u{user}", "good", "NOT_TAKEN" if (user + turn) % 5 == 0 else "TAKEN")
            world.respond(f"u{user}", "bad", "TAKEN" if (user + turn) % 5 == 0 else "VIEWED")
    measured = measure(world, "aws-next-best-action")
    assert set(measured) == ACTION_METRICS
    assert all(0.0 <= value <= 1.0 for value in measured.values())
    assert measured["coverage"] == 1.0


def test_actions_whose_takers_are_known_are_told_from_the_others(world: Any) -> None:
    world.dataset("Actions", ("KIND", "string", {"categorical": True})).dataset("Action_Interactions")
    for action in ("good", "bad"):
        world.action(action, KIND="x")
    for user in range(200):
        answers = [("good" if user % 2 else "bad", "TAKEN"), ("bad" if user % 2 else "good", "NOT_TAKEN")]
        for _ in range(6):
            for action, answer in answers if user % 4 < 2 else reversed(answers):
                world.respond(f"u{user}", action, answer)
    measured = measure(world, "aws-next-best-action")
    assert measured["auc"] == measured["recall"] == 1.0
    assert measured[NDCG] == 1.0


def test_without_actions_nothing_is_covered(world: Any) -> None:
    world.dataset("Actions", ("KIND", "string", {"categorical": True})).dataset("Action_Interactions")
    assert measure(world, "aws-next-best-action")["coverage"] == 0.0


def test_texts_without_interactions_are_measured_by_coverage_alone(world: Any) -> None:
    world.dataset("Items", ("TITLE", "string", {"itemName": True}), ("STORY", "string", {"textual": True}))
    for number in range(5):
        world.item(f"i{number}", TITLE=f"Story {number}", STORY="Once upon a time")
    world.records.drop_dataset("INTERACTIONS")
    assert measure(world, "aws-semantic-similarity") == {"coverage": 1.0}


@pytest.mark.parametrize("recipe", ["aws-user-personalization", "aws-item-affinity", "aws-sims"])
def test_nothing_to_hold_out_measures_nothing(world: Any, recipe: str) -> None:
    world.event("only", "one")
    assert set(measure(world, recipe).values()) == {0.0}
