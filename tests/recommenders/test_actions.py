"""Next best action."""

from __future__ import annotations

from typing import Any

import pytest

RECIPE = "aws-next-best-action"
DAY = 86400
NOW = 1_700_000_000


@pytest.fixture
def shop(world: Any) -> Any:
    """Three actions: half of the users join, a tenth subscribes, and nobody was ever asked to upgrade."""
    world.dataset("Actions", ("VALUE", ["null", "long"], {}), ("KIND", ["null", "string"], {"categorical": True}))
    world.dataset("Action_Interactions")
    for action in ("subscribe", "upgrade", "join"):
        world.action(action, KIND="offer")
    for user in range(600):
        world.event(f"u{user}", "sport" if user % 2 else "news", time=NOW - DAY)
        if user < 200:
            world.respond(f"u{user}", "join", "TAKEN" if user % 2 else "NOT_TAKEN", time=NOW - 5 * DAY)
        else:
            world.respond(f"u{user}", "subscribe", "Taken" if user % 10 == 0 else "Viewed", time=NOW - 5 * DAY)
    for user in range(20):
        world.respond(f"u{user}", "subscribe", "Taken", time=NOW - 5 * DAY)
    return world


def listed(shop: Any, user: str | None = None, model: Any = None, **facts: Any) -> dict[str, float]:
    answer = (model or shop.fit(RECIPE)).ranked(shop.query(user, **facts))
    return {shop.records.actions[action]: score for action, score in answer}


def test_actions_are_ranked_by_the_probability_that_they_are_taken(shop: Any) -> None:
    scores = listed(shop)
    assert list(scores) == ["join", "subscribe", "upgrade"]
    assert 0.4 < scores["join"] < 0.6
    assert 0.0 < scores["subscribe"] < 0.3


def test_actions_without_enough_events_have_the_score_zero_and_are_explored(shop: Any) -> None:
    model = shop.fit(RECIPE)
    assert listed(shop, model=model)["upgrade"] == 0.0
    assert {shop.records.actions[action] for action in model.explored(shop.query())} == {"upgrade"}


@pytest.mark.parametrize(("taken", "viewed", "scored"), [(50, 50, True), (49, 60, False), (60, 49, False)])
def test_fifty_events_of_either_outcome_make_a_score(world: Any, taken: int, viewed: int, scored: bool) -> None:
    world.dataset("Actions", ("KIND", "string", {"categorical": True})).dataset("Action_Interactions")
    world.action("offer", KIND="x")
    for user in range(taken):
        world.respond(f"t{user}", "offer", "TAKEN")
    for user in range(viewed):
        world.respond(f"v{user}", "offer", "VIEWED")
    assert (listed(world)["offer"] > 0.0) is scored


def test_events_older_than_six_weeks_before_the_newest_do_not_count(shop: Any) -> None:
    shop.respond("u1", "upgrade", "TAKEN", time=NOW + 60 * DAY)
    assert set(listed(shop).values()) == {0.0}


def test_there_are_no_scores_before_any_action_interaction(world: Any) -> None:
    world.dataset("Actions", ("VALUE", ["null", "long"], {}), ("KIND", "string", {"categorical": True}))
    world.action("cheap", VALUE=1, KIND="x")
    world.action("dear", VALUE=9, KIND="x")
    world.action("unpriced", KIND="x")
    assert list(listed(world).items()) == [("dear", 0.0), ("cheap", 0.0), ("unpriced", 0.0)]


def test_what_a_user_is_fond_of_changes_the_probability(shop: Any) -> None:
    model = shop.fit(RECIPE)
    sport, news = shop.records.items.get("sport"), shop.records.items.get("news")
    joins = [listed(shop, model=model, history=[item])["join"] for item in (sport, news)]
    assert joins[0] > joins[1] + 0.1


def test_a_users_own_record_changes_the_probability(shop: Any) -> None:
    model = shop.fit(RECIPE)
    took, declined = (listed(shop, user, model=model, history=[])["join"] for user in ("u1", "u2"))
    assert took > declined


def test_recent_events_count_more_and_the_optimization_period_says_how_much(world: Any) -> None:
    world.dataset("Actions", ("KIND", "string", {"categorical": True})).dataset("Action_Interactions")
    world.action("offer", KIND="x")
    for user in range(80):
        world.respond(f"old{user}", "offer", "NOT_TAKEN", time=NOW - 30 * DAY)
        world.respond(f"new{user}", "offer", "TAKEN", time=NOW)
    quick, slow = (
        listed(world, model=world.fit(RECIPE, hyperparameters={"action_optimization_period": days}))["offer"]
        for days in ("7", "28")
    )
    assert quick > slow > 0.5


def test_expired_actions_are_left_out(world: Any) -> None:
    world.dataset("Actions", ("EXPIRATION_TIMESTAMP", ["null", "long"], {}), ("KIND", "string", {"categorical": True}))
    world.action("over", EXPIRATION_TIMESTAMP=NOW, KIND="x")
    world.action("open", EXPIRATION_TIMESTAMP=NOW + DAY, KIND="x")
    model = world.fit(RECIPE)
    assert list(listed(world, model=model, now=float(NOW))) == ["open"]
    assert list(listed(world, model=model, now=float(NOW - DAY))) == ["over", "open"]


def test_actions_wait_for_their_repeat_frequency(world: Any) -> None:
    world.dataset("Actions", ("REPEAT_FREQUENCY", ["null", "long"], {}), ("KIND", "string", {"categorical": True}))
    world.action("weekly", REPEAT_FREQUENCY=7, KIND="x")
    model = world.fit(RECIPE)
    had = {world.records.actions.get("weekly"): float(NOW - 5 * DAY)}
    assert list(listed(world, model=model, now=float(NOW), action_times=had)) == []
    assert list(listed(world, model=model, now=float(NOW + 2 * DAY), action_times=had)) == ["weekly"]
    assert list(listed(world, model=model, now=float(NOW))) == ["weekly"]


def test_candidates_restrict_the_actions(shop: Any) -> None:
    model = shop.fit(RECIPE)
    wanted = [shop.records.actions.get("subscribe"), shop.records.actions.intern("later")]
    assert list(listed(shop, model=model, candidates=wanted)) == ["subscribe"]
