"""Why a model answers as it does: the parts of a score add up to it, and those of a place decide the order."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_personalize.recommenders import Model, Query
from pytest_personalize.recommenders.reasons import Reason

SCORED = [
    "aws-user-personalization",
    "aws-user-personalization-v2",
    "aws-personalized-ranking",
    "aws-hrnn-metadata",
    "aws-hrnn-coldstart",
]
RELATED = ["aws-similar-items", "aws-sims", "aws-ecomm-customers-who-viewed-x-also-viewed"]
CATEGORY = ["null", "string"], {"categorical": True}
EVENTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 8), st.sampled_from(["phone", "desk"])), min_size=2, max_size=50
)


def reasons_of(model: Model, query: Query, items: list[int]) -> dict[int, Reason]:
    return dict(zip(items, model.reasons(query, items), strict=True))


def kinds(reason: Reason) -> list[str]:
    return [part.kind for part in reason.parts]


def total(reason: Reason) -> float:
    return sum(part.amount for part in reason.parts)


@given(events=EVENTS, recipe=st.sampled_from(SCORED), weight=st.sampled_from([0.0, 0.3, 1.0]), data=st.data())
@settings(max_examples=60)
def test_the_parts_of_a_score_add_up_to_it(
    make_world: Callable[..., Any],
    events: list[tuple[int, int, str]],
    recipe: str,
    weight: float,
    data: st.DataObject,
) -> None:
    world = (
        make_world(("DEVICE", *CATEGORY)).dataset("Items", ("GENRE", *CATEGORY)).dataset("Users", ("SEX", *CATEGORY))
    )
    for item in range(10):
        world.item(f"i{item}", GENRE=("Drama", "War", "Drama|War")[item % 3])
    for user in range(5):
        world.user(f"u{user}", SEX="fm"[user % 2])
    for user, item, device in events:
        world.event(f"u{user}", f"i{item}", DEVICE=device)
    model = world.fit(recipe)
    world.event("u0", f"i{data.draw(st.integers(0, 10))}")  # after the training, perhaps with an item that is new
    items = list(range(len(world.records.items)))
    candidates = data.draw(st.none() | st.lists(st.sampled_from(items), min_size=1, unique=True))
    query = world.query(
        user=f"u{data.draw(st.integers(0, 6))}",
        context={"DEVICE": "phone"},
        exploration_weight=weight,
        candidates=candidates,
    )

    reasons = reasons_of(model, query, items)

    for item, score in model.ranked(query):
        if score is not None:
            assert reasons[item].score == pytest.approx(score, abs=1e-12)
            assert total(reasons[item]) == pytest.approx(score, abs=1e-12)
        else:
            assert reasons[item].left_out


@given(events=EVENTS, recipe=st.sampled_from(RELATED))
@settings(max_examples=40)
def test_related_items_stand_in_the_order_of_their_parts_and_popular_ones_after_them(
    make_world: Callable[..., Any], events: list[tuple[int, int, str]], recipe: str
) -> None:
    world = make_world(("EVENT_TYPE", "string", {})).dataset("Items", ("GENRE", *CATEGORY))
    for item in range(10):
        world.item(f"i{item}", GENRE="Drama" if item % 2 else "War")
    for user, item, _ in events:
        world.event(f"u{user}", f"i{item}", type="View")
    model = world.fit(recipe)
    items = list(range(len(world.records.items)))
    for item in items:
        query = Query(item=item)
        reasons = reasons_of(model, query, items)
        listed = [index for index, _ in model.ranked(query)]

        assert {index for index in items if not reasons[index].left_out} == set(listed)
        places = [(kinds(reasons[index]) == ["popularity"], -total(reasons[index])) for index in listed]
        assert [place for place, _ in places] == sorted(place for place, _ in places)
        assert all(a[1] <= b[1] + 1e-6 for a, b in pairwise(places) if a[0] == b[0])


def test_an_event_of_the_user_brings_its_neighbours_along(world: Any) -> None:
    for user in range(6):
        world.events(f"u{user}", "tea cup")
    world.events("asker", "tea")
    model = world.fit("aws-user-personalization")
    cup, tea = (world.records.items.get(name) for name in ("cup", "tea"))

    reason = reasons_of(model, world.query(user="asker"), [cup])[cup]

    assert [(part.kind, part.item) for part in reason.parts] == [("popularity", None), ("neighbour", tea)]
    # by hand: 6 histories with both, 0.25 * 6 / ((7 + 3) ** 0.5 * (6 + 3) ** 0.25), against a whole of 1 and that mass
    mass = 0.25 * 6 / (10**0.5 * 9**0.25)
    assert reason.parts[1].amount / reason.parts[0].amount == pytest.approx(mass / (6.1 / 13.2), rel=1e-4)


def test_what_fills_a_list_up_has_too_few_users_in_common(world: Any) -> None:
    for user in range(2):
        world.events(f"u{user}", "tea cup")
    tea, cup = (world.records.items.get(name) for name in ("tea", "cup"))

    reason = reasons_of(world.fit("aws-sims"), Query(item=tea), [cup])[cup]

    (part,) = reason.parts
    assert (part.kind, part.amount, part.label) == ("popularity", 2, "fewer than 3 users in common")


def test_an_item_that_nobody_knows_is_answered_with_popular_ones_and_no_other_reason(world: Any) -> None:
    for user in range(4):
        world.events(f"u{user}", "tea cup")

    for reason in world.fit("aws-sims").reasons(world.query(item="unheard of"), [0, 1]):
        (part,) = reason.parts
        assert (part.kind, part.label) == ("popularity", "")


def test_a_new_user_gets_what_stands_early_in_histories(world: Any) -> None:
    for user in range(3):
        world.events(f"u{user}", "tea cup")
    model = world.fit("aws-user-personalization-v2")

    assert {kind for reason in model.reasons(world.query(user="nobody"), [0, 1]) for kind in kinds(reason)} <= {
        "early histories",
        "exploration",
    }


def test_what_the_user_had_already_loses_a_part(genres: Any) -> None:
    genres.events("asker", "comedy1 comedy2")
    model = genres.fit("aws-user-personalization")
    had = genres.records.items.get("comedy1")

    reason = reasons_of(model, genres.query(user="asker"), [had])[had]

    # nobody comes back to an item here: three tenths are kept
    lost = [part.amount for part in reason.parts if part.kind == "had already"]
    assert lost == [pytest.approx(-0.7 * sum(part.amount for part in reason.parts if part.amount > 0))]


@pytest.mark.parametrize(
    ("returns", "kept"),
    [(0, 0.3), (1, 0.3 + 4 * 1 / 21), (2, 0.3 + 4 * 2 / 22), (5, 1.0)],  # 5 of 25 would make 0.3 + 0.8
)
def test_what_the_user_had_already_loses_less_the_more_users_come_back(world: Any, returns: int, kept: float) -> None:
    for user in range(8):
        world.events(f"u{user}", [f"i{number}" for number in range(20)] + ["i3"] * returns)
    had = world.records.items.get("i3")

    (reason,) = world.fit("aws-user-personalization").reasons(world.query(user="u0"), [had])

    gained = sum(part.amount for part in reason.parts if part.amount > 0)
    assert total(reason) == pytest.approx(kept * gained)


def test_what_was_had_long_ago_and_is_no_popular_item_keeps_what_it_has(world: Any) -> None:
    for user in range(2):
        world.events(f"u{user}", [f"popular{number}" for number in range(110)])
    world.events("asker", ["rare", *(f"popular{number}" for number in range(60))])
    model = world.fit("aws-user-personalization")
    rare, popular = (world.records.items.get(name) for name in ("rare", "popular0"))
    query = world.query(user="asker")

    found = reasons_of(model, query, [rare, popular])

    assert kinds(found[rare]) == ["popularity"]
    assert "had already" in kinds(found[popular])
    assert total(found[rare]) == pytest.approx(world.scores(model, query)["rare"])


def test_popularity_counts_users(world: Any) -> None:
    world.events("ann", "tea tea cup")
    world.events("bob", "tea")

    tea, cup = world.fit("aws-popularity-count").reasons(Query(), [0, 1])

    assert [total(tea), total(cup)] == [2, 1]


def test_a_trend_is_told_before_popularity(world: Any) -> None:
    for hour in range(3):
        world.event(f"u{hour}", "old", time=1000 * hour)
    for moment in range(2):
        world.event(f"v{moment}", "new", time=100_000 + moment)

    old, new = world.fit("aws-trending-now").reasons(Query(), [0, 1])

    assert [(part.kind, part.amount) for part in new.parts] == [("trend", 2), ("popularity", 2)]
    assert kinds(old) == ["popularity"]


def test_texts_tell_the_words_that_they_share(make_world: Callable[..., Any]) -> None:
    world = make_world().dataset(
        "Items", ("TITLE", "string", {"itemName": True}), ("TEXT", "string", {"textual": True})
    )
    for name, text in (("a", "a whale hunt"), ("b", "whale songs"), ("c", "hunt for gold"), ("d", "silence")):
        world.item(name, TITLE=name, TEXT=text)
    model = world.fit("aws-semantic-similarity")
    query = world.query(item="a", popularity_influence=0.4)

    a, b, _, d = model.reasons(query, [0, 1, 2, 3])

    assert b.parts[0].label == "words in common: whale"
    assert b.parts[0].amount == pytest.approx(0.8 * model.similarity(0)[1])  # the influence takes up to a half
    assert d.parts[0].label == "no word in common"
    assert "never stands in its own list" in a.left_out


def responses(make_world: Callable[..., Any]) -> Any:
    """60 users that took an action and 60 that did not, with one item each that is theirs."""
    world = make_world().dataset(
        "Actions", ("REPEAT_FREQUENCY", ["null", "long"], {}), ("EXPIRATION_TIMESTAMP", ["null", "long"], {})
    )
    world.dataset("Action_Interactions")
    world.action("join", REPEAT_FREQUENCY=7)
    world.action("old", EXPIRATION_TIMESTAMP=10)
    for number in range(120):
        world.event(f"u{number}", "tea" if number % 2 else "cup")
        world.respond(f"u{number}", "join", "TAKEN" if number % 2 else "NOT_TAKEN")
    return world


def test_the_parts_of_a_propensity_add_up_to_it(make_world: Callable[..., Any]) -> None:
    world = responses(make_world)
    world.events("newcomer", "tea")
    model = world.fit("aws-next-best-action")
    for user in ("u1", "u2", "newcomer", "nobody"):
        query = world.query(user=user)
        scores = dict(model.ranked(query))
        (reason,) = model.reasons(query, [0])
        assert total(reason) == pytest.approx(scores[0], abs=1e-12)
    assert kinds(model.reasons(world.query(user="u1"), [0])[0]) == ["rate", "taste", "own record"]
    (of_nobody,) = model.reasons(world.query(user="nobody"), [0])
    assert kinds(of_nobody) == ["rate"]
    assert of_nobody.score == pytest.approx((60 + 1) / (120 + 2), abs=1e-4)  # by hand: half of the events took it


def test_actions_that_are_not_to_be_had_say_why(make_world: Callable[..., Any]) -> None:
    world = responses(make_world)
    model = world.fit("aws-next-best-action")
    join, old = model.reasons(world.query(user="u1", now=1000.0, action_times={0: 990.0}), [0, 1])

    assert join.left_out == "the user had it 0.0 days ago, and REPEAT_FREQUENCY asks for 7 in between"
    assert old.left_out == "it has expired: EXPIRATION_TIMESTAMP is 10, and it is 1000 now"


def test_users_of_a_segment_say_which_of_their_items_tie_them_to_it(genres: Any) -> None:
    model = genres.fit("aws-item-affinity")
    query = genres.query(item="comedy1")
    users = [user for user, _ in model.ranked(query)]

    reasons = reasons_of(model, query, users)

    tied = [total(reasons[user]) for user in users if kinds(reasons[user])[0] == "neighbour"]
    assert tied
    assert tied == sorted(tied, reverse=True)
    assert all(kinds(reasons[user]) == ["popularity"] for user in users[len(tied) :])


def test_an_action_with_too_few_events_has_the_score_zero_and_says_that_it_is_explored(
    make_world: Callable[..., Any],
) -> None:
    world = responses(make_world)
    world.action("rare")
    model = world.fit("aws-next-best-action")
    rare = world.records.actions.get("rare")

    (reason,) = model.reasons(world.query(user="u1"), [rare])

    assert reason.score == dict(model.ranked(world.query(user="u1")))[rare] == 0.0
    assert kinds(reason) == ["exploration"]
    assert total(reason) == reason.score


def test_the_item_itself_ties_users_to_its_segment_in_proportion_to_its_strongest_neighbour(
    make_world: Callable[..., Any],
) -> None:
    shares = []
    for users in (6, 60):
        world = make_world()
        for user in range(users):
            world.events(f"u{user}", "tea cup")
        tea, cup = (world.records.items.get(name) for name in ("tea", "cup"))
        (reason,) = world.fit("aws-item-affinity").reasons(world.query(item="tea"), [0])
        by_item = {part.item: part.amount for part in reason.parts}
        shares.append(by_item[tea] / by_item[cup])

    assert shares[0] == pytest.approx(shares[1])
    assert shares[0] > 1
