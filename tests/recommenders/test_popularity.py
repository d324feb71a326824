"""Popular and trending items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

HOUR = 3600
EVENTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8)), min_size=1, max_size=60)


@given(EVENTS)
def test_items_are_ordered_by_their_number_of_distinct_users(
    make_world: Callable[..., Any], events: list[tuple[int, int]]
) -> None:
    world = make_world()
    for user, item in events:
        world.event(f"u{user}", f"i{item}")
    users = {f"i{item}": len({u for u, i in events if i == item}) for _, item in events}
    listed = world.items(world.fit("aws-popularity-count"), world.query())
    assert sorted(listed) == sorted(users)
    assert listed == sorted(listed, key=lambda item: (-users[item], world.records.items.get(item)))


def test_ten_events_of_one_user_count_as_one(world: Any) -> None:
    world.events("fan", ["loved"] * 10)
    world.event("a", "liked")
    world.event("b", "liked")
    assert world.items(world.fit("aws-popularity-count"), world.query()) == ["liked", "loved"]


def test_popular_items_have_no_scores_and_are_the_same_for_everybody(genres: Any) -> None:
    model = genres.fit("aws-popularity-count")
    assert set(genres.scores(model, genres.query("user0")).values()) == {None}
    assert genres.items(model, genres.query("user0")) == genres.items(model, genres.query("stranger"))


def test_best_sellers_count_purchases_and_ignore_the_case_of_the_event_type(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    for user in range(5):
        world.event(f"u{user}", "looked at", type="View")
    for user in range(2):
        world.event(f"u{user}", "bought", type="purchase")
    model = world.fit("aws-ecomm-popular-items-by-purchases")
    assert world.items(model, world.query()) == ["bought"]
    assert not model.knows(world.records.items.get("looked at"))
    assert world.items(world.fit("aws-ecomm-popular-items-by-views"), world.query()) == ["looked at"]


def test_candidates_restrict_the_list(genres: Any) -> None:
    model = genres.fit("aws-popularity-count")
    wanted = [genres.records.items.get(name) for name in ("horror1", "comedy2")]
    assert sorted(genres.items(model, genres.query(candidates=wanted))) == ["comedy2", "horror1"]


def test_trending_puts_the_fastest_growth_first_and_goes_on_with_popularity(world: Any) -> None:
    now = 1_700_000_000
    for user in range(30):
        world.event(f"u{user}", "evergreen", time=now - 5 * HOUR)
    for user in range(20):
        world.event(f"u{user}", "hit", time=now - 3 * HOUR)
        world.event(f"u{user}", "hit", time=now - HOUR)
    for user in range(5):
        world.event(f"u{user}", "rising", time=now - HOUR)
    world.event("u1", "slow", time=now)
    world.event("u2", "slow", time=now)
    model = world.fit("aws-trending-now")
    assert world.items(model, world.query()) == ["rising", "slow", "evergreen", "hit"]


def test_the_trend_discovery_frequency_is_the_length_of_the_windows(world: Any) -> None:
    now = 1_700_000_000
    for user in range(9):
        world.event(f"u{user}", "morning", time=now - 10 * HOUR)
    for user in range(3):
        world.event(f"u{user}", "minute", time=now)
    day = world.fit("aws-trending-now", hyperparameters={"trend_discovery_frequency": "1 day"})
    assert world.items(day, world.query())[0] == "morning"
    hour = world.fit("aws-trending-now", hyperparameters={"trend_discovery_frequency": "1 hour"})
    assert world.items(hour, world.query())[0] == "minute"


def test_an_empty_dataset_makes_an_empty_list(world: Any) -> None:
    for recipe in ("aws-popularity-count", "aws-trending-now"):
        assert world.items(world.fit(recipe), world.query()) == []


def test_what_shrinks_keeps_its_place_by_popularity(world: Any) -> None:
    now = 1_700_000_000
    for user in range(3):
        world.event(f"u{user}", "shrinking", time=now - 3 * HOUR)
    for user in range(2):
        world.event(f"u{user}", "shrinking", time=now)
        world.event(f"u{user}", "steady", time=now - 9 * HOUR)
    assert world.items(world.fit("aws-trending-now"), world.query()) == ["shrinking", "steady"]
