"""A small case of every recipe, worked out by hand from what its docstring says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pytest_personalize.recommenders import RECIPES

Make = Callable[..., Any]

TYPE = ("EVENT_TYPE", "string", {})
HOUR = 3600
NOW = 1_700_000_000

POPULAR = {
    "aws-popularity-count": "Click",
    "aws-ecomm-popular-items-by-purchases": "Purchase",
    "aws-ecomm-popular-items-by-views": "View",
    "aws-vod-most-popular": "Watch",
}
RELATED = {
    "aws-sims": "Click",
    "aws-similar-items": "Click",
    "aws-ecomm-customers-who-viewed-x-also-viewed": "View",
    "aws-ecomm-frequently-bought-together": "Purchase",
    "aws-vod-because-you-watched-x": "Watch",
    "aws-vod-more-like-x": "Watch",
}
PERSONAL = {
    "aws-user-personalization": "Click",
    "aws-user-personalization-v2": "Click",
    "aws-hrnn": "Click",
    "aws-hrnn-metadata": "Click",
    "aws-hrnn-coldstart": "Click",
    "aws-ecomm-recommended-for-you": "View",
    "aws-vod-top-picks": "Watch",
}
RANKING = ("aws-personalized-ranking", "aws-personalized-ranking-v2")
TRENDING = {"aws-trending-now": "Click", "aws-vod-trending-now": "Watch"}
OTHERS = ("aws-item-affinity", "aws-item-attribute-affinity", "aws-next-best-action", "aws-semantic-similarity")


def test_every_recipe_has_its_case() -> None:
    assert {*POPULAR, *RELATED, *PERSONAL, *RANKING, *TRENDING, *OTHERS} == set(RECIPES)


@pytest.mark.parametrize(("recipe", "event_type"), POPULAR.items())
def test_popular_items_by_the_number_of_their_users(make_world: Make, recipe: str, event_type: str) -> None:
    world = make_world(TYPE)
    world.events("ann", "pot pot pot pot mug tea", type=event_type)  # ten views by one user count as one
    world.events("bob", "mug tea", type=event_type)
    world.events("cid", "mug", type=event_type)
    assert world.items(world.fit(recipe), world.query()) == ["mug", "tea", "pot"]  # 3, 2 and 1


@pytest.mark.parametrize(("recipe", "event_type"), TRENDING.items())
def test_what_grows_fastest_goes_before_what_is_popular(make_world: Make, recipe: str, event_type: str) -> None:
    world = make_world(TYPE)
    for user in range(8):
        for hours in (3, 0):
            world.event(f"u{user}", "steady", time=NOW - hours * HOUR, type=event_type)
    for user in range(5):
        world.event(f"u{user}", "of yesterday", time=NOW - 30 * HOUR, type=event_type)
    for user in range(3):
        world.event(f"u{user}", "grows by 3", time=NOW, type=event_type)
    world.event("u1", "grows by 1", time=NOW, type=event_type)
    model = world.fit(recipe, hyperparameters={"trend_discovery_frequency": "2 hours"})
    assert world.items(model, world.query()) == ["grows by 3", "grows by 1", "steady", "of yesterday"]


def related(world: Any, recipe: str, item: str) -> Iterable[str]:
    return (world.records.items[index] for index in world.fit(recipe).related(world.records.items.get(item)))


@pytest.mark.parametrize(("recipe", "event_type"), RELATED.items())
def test_histories_with_both_are_measured_against_the_users_of_each(
    make_world: Make, recipe: str, event_type: str
) -> None:
    # tea with mug: 4 histories, of 4 users that have a mug: 4 / (4 + 3) ** 0.3 = 2.2, 4 / (4 + 3) ** 0.5 = 1.5
    # tea with pot: 5 histories, of 65 users that have a pot: 5 / (65 + 3) ** 0.3 = 1.4, 5 / (65 + 3) ** 0.5 = 0.6
    world = make_world(TYPE).dataset("Items", ("KIND", "string", {"categorical": True}))
    for item in ("tea", "mug", "pot"):
        world.item(item, KIND="kitchen")  # all labels in common: it makes no difference
    for user in range(5):
        world.events(f"pots{user}", "tea pot", type=event_type)
    for user in range(4):
        world.events(f"mugs{user}", "tea mug", type=event_type)
    for user in range(60):
        world.events(f"others{user}", "pot", type=event_type)
    assert list(related(world, recipe, "tea")) == ["mug", "pot"]


@pytest.mark.parametrize(("recipe", "discount"), [("aws-sims", 0.5), ("aws-similar-items", 0.2)])
def test_the_strength_of_a_relation(world: Any, recipe: str, discount: float) -> None:
    for user in range(6):
        world.events(f"u{user}", "tea cup")
    world.events("v", "tea")
    tea, cup = (world.records.items.get(name) for name in ("tea", "cup"))

    (reason,) = world.fit(recipe).reasons(world.query(item="tea"), [cup])

    # together in 6 histories; the tea has 7 users, and the cup 6
    assert [(part.kind, part.item) for part in reason.parts] == [("neighbour", tea)]
    assert reason.parts[0].amount == pytest.approx(6 / ((7 + 3) ** 0.5 * (6 + 3) ** discount), rel=1e-6)


@pytest.mark.parametrize(("recipe", "places"), [("aws-sims", 6), ("aws-similar-items", 4)])
def test_items_are_related_as_far_as_so_many_places_apart_in_either_direction(
    world: Any, recipe: str, places: int
) -> None:
    for user in range(5):
        world.events(f"u{user}", ["a", *(f"filler{user}-{step}" for step in range(places - 1)), "b", "c"])
    sims = world.fit(recipe)
    a, b, c = (world.records.items.get(name) for name in "abc")
    related = {one: {a, b, c} & set(sims.related(one)) for one in (a, b, c)}
    assert related == {a: {b}, b: {a, c}, c: {b}}


@pytest.fixture
def two_pairs(make_world: Make) -> Make:
    """Six users that had tea and then a mug, and six that had a hat and then a cap."""

    def make(event_type: str) -> Any:
        world = make_world(TYPE)
        for user in range(6):
            world.events(f"drinks{user}", "tea mug", type=event_type)
            world.events(f"wears{user}", "hat cap", type=event_type)
        return world

    return make


# Every item has 6 users: a quarter of all popularity is 0.25. To the mug, a neighbour of the tea in 6 histories, come
# 0.25 * 6 / ((6 + 3) ** 0.5 * (6 + 3) ** 0.25) = 0.289, and the tea keeps 0.3 of its mass: 0.539 + 2 * 0.25 + 0.075.
# Of the second version the service explores a little by itself, which gives a few thousandths to the youngest items.
MASSES = {"mug": 0.539, "hat": 0.25, "cap": 0.25, "tea": 0.075}


@pytest.mark.parametrize(("recipe", "event_type"), PERSONAL.items())
def test_the_neighbours_of_what_a_user_had_gain_mass(two_pairs: Make, recipe: str, event_type: str) -> None:
    world = two_pairs(event_type)
    model = world.fit(recipe)
    scores = world.scores(model, world.query(history=[world.records.items.get("tea")]))
    whole = sum(MASSES.values())
    assert scores == pytest.approx({item: mass / whole for item, mass in MASSES.items()}, abs=0.005)


@pytest.mark.parametrize("recipe", RANKING)
def test_a_ranking_shares_the_masses_of_its_items_out(two_pairs: Make, recipe: str) -> None:
    world = two_pairs("Click")
    tea, *ranked = (world.records.items.get(name) for name in ("tea", "hat", "mug"))
    scores = world.scores(world.fit(recipe), world.query(history=[tea], candidates=ranked))
    assert scores == pytest.approx({"mug": 0.539 / 0.789, "hat": 0.25 / 0.789}, abs=0.005)


def test_users_of_an_item_before_users_of_its_neighbours(world: Any) -> None:
    for user in range(6):
        world.events(f"drinks{user}", "tea mug")
    world.events("only a mug", "mug")
    world.events("only a hat", "hat")
    model = world.fit("aws-item-affinity")
    users = [world.records.users[user] for user in model.item_segment(world.records.items.get("tea"))]
    assert set(users[:6]) == {f"drinks{user}" for user in range(6)}
    assert users[6:] == ["only a mug", "only a hat"]


def test_users_by_how_much_of_their_history_has_the_attributes(world: Any) -> None:
    world.dataset("Items", ("GENRE", "string", {"categorical": True}))
    for item, genre in {"alien": "horror", "saw": "horror", "big": "comedy", "elf": "comedy"}.items():
        world.item(item, GENRE=genre)
    world.events("both", "alien saw")  # two of two
    world.events("half", "big alien")  # one of two
    world.events("none", "big elf")
    model = world.fit("aws-item-attribute-affinity")
    users = model.attribute_segment([("GENRE", "horror")])
    assert [world.records.users[user] for user in users] == ["both", "half", "none"]


def test_an_action_is_as_likely_as_its_share_of_events_that_took_it(world: Any) -> None:
    world.dataset("Actions", ("KIND", "string", {"categorical": True})).dataset("Action_Interactions")
    for action, taken, viewed in (("join", 150, 50), ("call", 50, 150)):
        world.action(action, KIND="offer")
        for user in range(taken + viewed):
            world.respond(f"{action}{user}", action, "TAKEN" if user < taken else "VIEWED", time=NOW)
    ranked = world.fit("aws-next-best-action").ranked(world.query())
    scores = {world.records.actions[action]: score for action, score in ranked}
    assert scores == pytest.approx({"join": 0.75, "call": 0.25}, abs=0.01)


def test_texts_are_alike_by_the_rare_words_that_they_share(world: Any) -> None:
    world.dataset("Items", ("TITLE", "string", {"itemName": True}), ("BLURB", "string", {"textual": True}))
    for item, blurb in {
        "moby": "whale ship ocean",
        "jaws": "shark boat ocean",
        "ark": "whale boat rain",
        "cook": "flour oven bread",
    }.items():
        world.item(item, TITLE=item, BLURB=blurb)
    # the whale is in two texts and so is the ocean, and the ark shares one word with moby as jaws does; the cook none
    liked = world.items(world.fit("aws-semantic-similarity"), world.query(item="moby"))
    assert set(liked[:2]) == {"jaws", "ark"}
    assert liked[2:] == ["cook"]


def test_a_word_of_the_name_counts_as_two_of_the_text(world: Any) -> None:
    world.dataset("Items", ("TITLE", "string", {"itemName": True}), ("BLURB", "string", {"textual": True}))
    world.item("moby", TITLE="whale", BLURB="ocean")
    world.item("deep", TITLE="ocean", BLURB="whale")
    (reason,) = world.fit("aws-semantic-similarity").reasons(
        world.query(item="moby"), [world.records.items.get("deep")]
    )
    # both words are in both texts: (root of 2, 1) and (1, root of 2), each over the root of 3
    assert [part.amount for part in reason.parts] == [pytest.approx(2 * 2**0.5 / 3)]
