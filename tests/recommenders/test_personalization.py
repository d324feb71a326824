"""Recommendations for a user: scores, history, cold items, context, exploration, and what settings change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

PERSONAL = [
    "aws-user-personalization",
    "aws-user-personalization-v2",
    "aws-hrnn",
    "aws-hrnn-metadata",
    "aws-hrnn-coldstart",
    "aws-ecomm-recommended-for-you",
    "aws-vod-top-picks",
]
UP = "aws-user-personalization"
EVENTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=1, max_size=80)
DAY = 86400


def share(items: list[str], genre: str) -> float:
    return sum(item.startswith(genre) for item in items) / len(items)


@given(events=EVENTS, asking=st.integers(0, 8), weight=st.sampled_from([0.0, 0.3, 1.0]), seed=st.integers(0, 2**40))
def test_scores_are_a_distribution_over_the_catalogue_in_descending_order(
    make_world: Callable[..., Any], events: list[tuple[int, int]], asking: int, weight: float, seed: int
) -> None:
    world = make_world()
    for user, item in events:
        world.event(f"u{user}", f"i{item}")
    ranked = list(world.fit(UP).ranked(world.query(f"u{asking}", exploration_weight=weight, seed=seed)))
    scores = [score for _, score in ranked]
    assert sorted(item for item, _ in ranked) == list(range(len(world.records.items)))
    assert sum(scores) == pytest.approx(1.0)
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0.0


@pytest.mark.parametrize("recipe", PERSONAL)
def test_users_get_what_users_like_them_had(genres: Any, recipe: str) -> None:
    model = genres.fit(recipe)
    assert share(genres.items(model, genres.query("user0"), 5), "comedy") == 1.0
    assert share(genres.items(model, genres.query("user1"), 5), "horror") == 1.0


@pytest.mark.parametrize("recipe", PERSONAL)
def test_a_streamed_event_changes_the_list_at_once(genres: Any, recipe: str) -> None:
    model = genres.fit(recipe)
    before = genres.scores(model, genres.query("user0"))
    genres.event("user0", "western1")
    after = genres.scores(model, genres.query("user0"))
    assert after["western2"] > 5 * before["western2"]
    assert share(genres.items(model, genres.query("user0"), 8), "western") > 0


def test_the_newest_events_count_most(genres: Any) -> None:
    model = genres.fit(UP)
    comedy, western = (genres.records.items.get(name) for name in ("comedy1", "western1"))
    comic = genres.items(model, genres.query(history=[western, comedy]), 3)
    west = genres.items(model, genres.query(history=[comedy, western]), 3)
    assert share(comic, "comedy") > share(comic, "western")
    assert share(west, "western") > share(west, "comedy")


def test_the_newest_hundred_of_a_longer_history_are_looked_at(genres: Any) -> None:
    model = genres.fit(UP)
    comedy, western = (genres.records.items.get(name) for name in ("comedy1", "western1"))
    newest = genres.items(model, genres.query(history=[comedy] * 100 + [western]), 3)
    longest_ago = genres.query(history=[western] + [comedy] * 100)
    assert share(newest, "western") > 0
    assert genres.scores(model, longest_ago) == genres.scores(model, genres.query(history=[comedy] * 100))


def test_without_recency_mask_the_order_of_the_history_does_not_matter(genres: Any) -> None:
    model = genres.fit(UP, hyperparameters={"recency_mask": "false"})
    comedy, western = (genres.records.items.get(name) for name in ("comedy1", "western1"))
    one = genres.scores(model, genres.query(history=[western, comedy]))
    other = genres.scores(model, genres.query(history=[comedy, western]))
    assert one == pytest.approx(other)


def test_bptt_is_how_far_back_a_history_is_read(genres: Any) -> None:
    history = [genres.records.items.get(name) for name in ("western1", "comedy1", "comedy2", "comedy3")]
    short = genres.fit(UP, hyperparameters={"bptt": "2"})
    long = genres.fit(UP, hyperparameters={"bptt": "32"})
    western = genres.scores(short, genres.query(history=history))["western2"]
    assert genres.scores(long, genres.query(history=history))["western2"] > 2 * western


def test_hidden_dimension_is_how_many_neighbours_an_item_has(world: Any) -> None:
    for user in range(4):
        world.events(f"u{user}", ["centre", *(f"i{user}-{step}" for step in range(4))] * 2)
        for step in range(30):
            world.events(f"v{user}-{step}", ["centre", f"j{step}"])
    small = world.fit(UP, hyperparameters={"hidden_dimension": "32"})
    large = world.fit(UP, hyperparameters={"hidden_dimension": "256"})
    query = world.query(history=[world.records.items.get("centre")])
    assert len(small.answer(query).order) < len(large.answer(query).order)


def test_a_stranger_gets_what_others_began_with(world: Any) -> None:
    for user in range(20):
        world.events(f"u{user}", ["opener", *(f"i{user}-{step}" for step in range(6)), "finale", "finale"])
    for user in range(10):
        world.events(f"late{user}", [*(f"j{user}-{step}" for step in range(6)), "finale"])
    listed = world.items(world.fit("aws-user-personalization-v2"), world.query("stranger"))
    assert listed[0] == "opener"


def test_items_that_came_after_the_training_are_neither_recommended_nor_in_the_way(genres: Any) -> None:
    model = genres.fit(UP)
    before = genres.items(model, genres.query("user0"))
    genres.event("user0", "brand new")
    assert genres.items(model, genres.query("user0")) == before
    assert not model.knows(genres.records.items.get("brand new"))


def test_items_of_the_history_stay_in_the_list(genres: Any) -> None:
    listed = genres.items(genres.fit(UP), genres.query("user0"))
    assert "comedy0" in listed


def test_items_that_users_come_back_to_rank_higher_than_those_they_have_once(make_world: Callable[..., Any]) -> None:
    places = []
    for visits in (1, 3):
        world = make_world()
        for user in range(30):
            world.events(f"u{user}", [f"i{(user + step) % 10}" for step in range(5)] * visits)
        places.append(world.items(world.fit(UP), world.query("u0")).index("i4"))
    once, often = places
    assert often < once


def test_candidates_keep_their_scores_of_the_whole_catalogue(genres: Any) -> None:
    model = genres.fit(UP)
    everything = genres.scores(model, genres.query("user0"))
    wanted = [genres.records.items.get(name) for name in ("horror1", "comedy2", "drama7")]
    some = genres.scores(model, genres.query("user0", candidates=wanted))
    assert some == {name: everything[name] for name in some}
    assert list(some) == sorted(some, key=lambda name: -everything[name])


def test_only_events_of_the_chosen_type_are_trained_on(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    for user in range(10):
        world.event(f"u{user}", "seen", type="view")
        world.event(f"u{user}", "bought", type="Buy")
    model = world.fit(UP, event_type="buy")
    assert world.items(model, world.query("u0")) == ["bought"]


def test_only_values_that_reach_the_threshold_are_trained_on(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}), ("EVENT_VALUE", ["null", "float"], {}))
    for user in range(10):
        world.event(f"u{user}", "hated", type="rate", value=1.0)
        world.event(f"u{user}", "loved", type="rate", value=4.0)
        world.event(f"u{user}", "unrated", type="rate")
    model = world.fit(UP, event_type="rate", event_value_threshold=4.0)
    assert world.items(model, world.query("u0")) == ["loved"]


def test_the_weights_of_an_events_configuration_move_items(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    for user in range(20):
        world.event(f"u{user}", f"clicked{user % 3}", type="click")
        world.event(f"u{user}", f"bought{user % 3}", type="buy")
    recipe = "aws-user-personalization-v2"
    for favoured, other in (("buy", "click"), ("click", "buy")):
        model = world.fit(recipe, event_weights={favoured: 1.0, other: 0.1})
        first = world.items(model, world.query("stranger"), 3)
        assert share(first, "bought" if favoured == "buy" else "clicked") == 1.0


def test_only_the_ratio_of_event_weights_counts(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    for user in range(20):
        world.event(f"u{user}", f"clicked{user % 3}", type="click")
        world.event(f"u{user}", f"bought{user % 4}", type="buy")
    one, other = (
        world.fit("aws-user-personalization-v2", event_weights={"buy": weight, "click": weight / 2})
        for weight in (1.0, 0.2)
    )
    assert world.scores(one, world.query("u1")) == pytest.approx(world.scores(other, world.query("u1")))


@pytest.mark.parametrize("sensitivity", ["LOW", "MEDIUM", "HIGH"])
def test_an_objective_raises_items_with_large_values(genres: Any, sensitivity: str) -> None:
    genres.dataset("Items", ("MARGIN", "float", {}))
    for name in list(genres.records.items):
        genres.item(name, MARGIN=100.0 if name.endswith("7") else 1.0)
    plain = genres.scores(genres.fit(UP), genres.query("user0"))
    off = genres.scores(genres.fit(UP, objective=("MARGIN", "OFF")), genres.query("user0"))
    raised = genres.scores(genres.fit(UP, objective=("MARGIN", sensitivity)), genres.query("user0"))
    assert off == pytest.approx(plain)
    assert raised["comedy7"] > plain["comedy7"]


def test_a_higher_sensitivity_raises_more(genres: Any) -> None:
    genres.dataset("Items", ("MARGIN", "float", {}))
    for name in list(genres.records.items):
        genres.item(name, MARGIN=100.0 if name.endswith("7") else 1.0)
    scores = [
        genres.scores(genres.fit(UP, objective=("MARGIN", sensitivity)), genres.query("user0"))["comedy7"]
        for sensitivity in ("LOW", "MEDIUM", "HIGH")
    ]
    assert scores == sorted(set(scores))


def test_items_without_interactions_come_in_through_their_metadata(genres: Any) -> None:
    genres.dataset("Items", ("GENRE", ["null", "string"], {"categorical": True}))
    for name in list(genres.records.items):
        genres.item(name, GENRE=name[:-1])
    genres.item("new comedy", GENRE="comedy")
    genres.item("new horror", GENRE="horror")
    scores = genres.scores(genres.fit(UP), genres.query("user0"))
    assert scores["new comedy"] > 2 * scores["new horror"]


def test_an_item_of_like_metadata_gains_a_fiftieth_of_all_popularity(world: Any) -> None:
    world.dataset("Items", ("KIND", "string", {"categorical": True}), ("MAKER", "string", {"categorical": True}))
    world.item("tea", KIND="hot", MAKER="Ann")
    world.item("twin", KIND="hot", MAKER="Ann")
    world.item("half", KIND="hot", MAKER="Bob")
    world.event("ann", "tea")

    tea, twin, half = (world.records.items.get(name) for name in ("tea", "twin", "half"))
    found = world.fit(UP).reasons(world.query(history=[tea]), [twin, half])

    # the tea has one user, of 1 + 3 * 0.1 in all; the half has one of two labels in common: the square of a half
    amounts = [{part.kind: part.amount for part in reason.parts} for reason in found]
    assert [gain["metadata"] / gain["popularity"] for gain in amounts] == [
        pytest.approx(0.02 / (0.1 / 1.3)),
        pytest.approx(0.02 / 4 / (0.1 / 1.3)),
    ]


def test_columns_that_are_excluded_do_not_count(genres: Any) -> None:
    genres.dataset("Items", ("GENRE", ["null", "string"], {"categorical": True}))
    for name in list(genres.records.items):
        genres.item(name, GENRE=name[:-1])
    genres.item("new comedy", GENRE="comedy")
    genres.item("new horror", GENRE="horror")
    model = genres.fit(UP, excluded_columns={"ITEMS": frozenset({"GENRE"})})
    scores = genres.scores(model, genres.query("user0"))
    assert scores["new comedy"] == pytest.approx(scores["new horror"])


def test_the_context_moves_items_that_are_commoner_in_it(make_world: Callable[..., Any]) -> None:
    world = make_world(("DEVICE", ["null", "string"], {"categorical": True}))
    for user in range(30):
        world.event(f"u{user}", f"long{user % 3}", DEVICE="tv")
        world.event(f"u{user}", f"short{user % 3}", DEVICE="phone")
    model = world.fit(UP)
    assert share(world.items(model, world.query("stranger", context={"DEVICE": "tv"}), 3), "long") == 1.0
    assert share(world.items(model, world.query("stranger", context={"DEVICE": "phone"}), 3), "short") == 1.0
    plain = world.scores(model, world.query("stranger"))
    assert world.scores(model, world.query("stranger", context={"DEVICE": "radio"})) == plain


def test_the_strongest_affinities_of_a_context_are_kept(make_world: Callable[..., Any]) -> None:
    world = make_world(("DEVICE", ["null", "string"], {"categorical": True}))
    watched = {"favourite": "tv tv tv", **dict.fromkeys((f"liked{n}" for n in range(60)), "tv tv phone")}
    watched |= dict.fromkeys((f"other{n}" for n in range(40)), "phone phone phone")
    for item, devices in watched.items():
        for n, device in enumerate(devices.split()):
            world.event(f"{item} user{n}", item, DEVICE=device)
    assert world.items(world.fit(UP), world.query("stranger", context={"DEVICE": "tv"}), 1) == ["favourite"]


def test_user_metadata_of_the_training_move_items(world: Any) -> None:
    world.dataset("Users", ("PLAN", ["null", "string"], {"categorical": True}))
    for user in range(40):
        plan = "family" if user % 2 else "single"
        world.user(f"u{user}", PLAN=plan)
        world.events(f"u{user}", [f"{plan}{user % 4}", f"any{user % 5}"])
    world.user("newcomer", PLAN="family")
    model = world.fit(UP)
    world.user("newcomer", PLAN="single")
    assert world.items(model, world.query("newcomer"), 1)[0].startswith("family")


def test_numbers_are_read_by_their_size(make_world: Callable[..., Any]) -> None:
    world = make_world(("HOUR", ["null", "int"], {}))
    world.dataset("Users", ("AGE", "int", {}))
    for user in range(40):
        young = user % 2 == 0
        world.user(f"u{user}", AGE=15 + user // 2 if young else 60 + user // 2)
        world.event(f"u{user}", f"{'games' if young else 'garden'}{user % 3}", HOUR=9)
        world.event(f"u{user}", f"{'cinema' if young else 'theatre'}{user % 3}", HOUR=20)
    world.user("boy", AGE=17)
    world.user("lady", AGE=66)
    model = world.fit(UP)
    assert world.items(model, world.query("boy", context={"HOUR": "20"}), 1)[0].startswith("cinema")
    assert world.items(model, world.query("lady", context={"HOUR": 9}), 1)[0].startswith("garden")
    unread = world.query("lady", context={"HOUR": "nine"})
    assert world.items(model, unread) == world.items(model, world.query("lady"))


@pytest.fixture
def with_new_items(genres: Any) -> Any:
    """The genres, all older than a year, and twenty items that were created yesterday."""
    genres.dataset("Items", ("KIND", ["null", "string"], {"categorical": True}), ("CREATION_TIMESTAMP", "long", {}))
    newest = max(genres.records.interactions.times)
    for name in list(genres.records.items):
        genres.item(name, KIND="old", CREATION_TIMESTAMP=newest - 400 * DAY)
    for number in range(20):
        genres.item(f"new{number}", KIND="new", CREATION_TIMESTAMP=newest - DAY)
    return genres


def test_exploration_raises_young_items_and_weight_zero_switches_it_off(with_new_items: Any) -> None:
    model = with_new_items.fit(UP)
    for user in (f"user{number}" for number in range(10)):
        bold = with_new_items.query(user, exploration_weight=1.0)
        explored = {with_new_items.records.items[item] for item in model.explored(bold)}
        assert explored
        assert explored <= {f"new{number}" for number in range(20)}
        assert explored & set(with_new_items.items(model, bold, 25))
        assert not model.explored(with_new_items.query(user, exploration_weight=0.0))


def test_explored_items_differ_by_user_and_by_seed_and_never_by_chance(with_new_items: Any) -> None:
    model = with_new_items.fit(UP)

    def explored(user: str, seed: int) -> frozenset[int]:
        found: frozenset[int] = model.explored(with_new_items.query(user, exploration_weight=1.0, seed=seed))
        return found

    assert len({explored(f"user{number}", 0) for number in range(10)}) > 1
    assert len({explored("user0", seed) for seed in range(10)}) > 1
    assert [explored("stranger", seed) for seed in range(10)] != [explored("user0", seed) for seed in range(10)]
    assert explored("user0", 3) == explored("user0", 3)


def test_the_fewer_interactions_an_item_has_the_more_it_is_explored(genres: Any) -> None:
    later = max(genres.records.interactions.times) + 100 * DAY
    for number in range(25):
        genres.event(f"fan{number}", "known", time=later)
    genres.event("fan0", "unknown", time=later)
    model = genres.fit(UP)
    plain = genres.scores(model, genres.query("user0"))
    gains = {"known": 0.0, "unknown": 0.0}
    for seed in range(50):
        scores = genres.scores(model, genres.query("user0", exploration_weight=1.0, seed=seed))
        for name in gains:
            gains[name] += scores[name] - plain[name]
    assert gains["unknown"] > 2 * gains["known"] > 0


def test_items_beyond_the_age_cut_off_are_not_explored(with_new_items: Any) -> None:
    model = with_new_items.fit(UP)
    query = with_new_items.query("user0", exploration_weight=1.0)
    assert model.explored(attrs.evolve(query, exploration_age_cut_off=1.01))
    assert not model.explored(attrs.evolve(query, exploration_age_cut_off=0.99))


def test_without_creation_timestamps_the_first_interaction_is_the_birthday(genres: Any) -> None:
    later = max(genres.records.interactions.times) + 100 * DAY
    genres.event("user0", "novelty", time=later)
    model = genres.fit(UP)
    found = {
        genres.records.items[item]
        for seed in range(20)
        for item in model.explored(genres.query("user1", exploration_weight=1.0, seed=seed))
    }
    assert found == {"novelty"}


def test_an_item_without_a_timestamp_and_without_interactions_has_no_age_and_is_not_explored(genres: Any) -> None:
    genres.dataset("Items", ("KIND", "string", {"categorical": True}))
    genres.item("ageless", KIND="new")
    model = genres.fit(UP)
    ageless = genres.records.items.get("ageless")
    assert model.knows(ageless)
    assert not any(
        ageless in model.explored(genres.query("user1", exploration_weight=1.0, seed=seed)) for seed in range(50)
    )


def test_the_service_explores_by_itself_only_for_the_second_version(with_new_items: Any) -> None:
    query = with_new_items.query("user0", exploration_weight=1.0)
    assert not with_new_items.fit("aws-hrnn").explored(query)
    second = with_new_items.fit("aws-user-personalization-v2")
    assert any(second.explored(attrs.evolve(query, exploration_weight=0.0, seed=seed)) for seed in range(20))


def test_a_model_does_not_change_with_the_records(genres: Any) -> None:
    model = genres.fit(UP)
    query = genres.query("user0")
    before = list(model.ranked(query))
    for number in range(50):
        genres.event(f"other{number}", "western3")
    model._answers.clear()  # what it remembers must not be what keeps it constant
    assert list(model.ranked(query)) == before


def test_an_answer_is_the_same_the_second_time(genres: Any) -> None:
    model = genres.fit(UP)
    asked = [genres.query(f"user{number % 40}", exploration_weight=0.3, seed=number) for number in range(300)]
    first = [list(model.ranked(query)) for query in asked]
    assert [list(model.ranked(query)) for query in asked] == first


def test_an_empty_dataset_makes_an_empty_list(world: Any) -> None:
    assert list(world.fit(UP).ranked(world.query("user0"))) == []


def test_a_model_answers_alike_however_many_others_have_asked(genres: Any) -> None:
    model = genres.fit("aws-user-personalization")
    first = genres.scores(model, genres.query("user1"))
    for number in range(1001):
        next(model.ranked(genres.query(history=[number % 32, number // 32])))
    assert genres.scores(model, genres.query("user1")) == first
