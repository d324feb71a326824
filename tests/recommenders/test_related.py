"""Related items: by interactions, by metadata, by texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize.recommenders import TrainingError
from pytest_personalize.recommenders.neighbours import strongest

RELATED = ["aws-similar-items", "aws-sims"]
EVENTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=1, max_size=60)
CATEGORY = ["null", "string"], {"categorical": True}
HOUR = 3600


@given(events=EVENTS, recipe=st.sampled_from(RELATED))
def test_a_list_has_every_other_item_once_without_scores(
    make_world: Callable[..., Any], events: list[tuple[int, int]], recipe: str
) -> None:
    world = make_world()
    for user, item in events:
        world.event(f"u{user}", f"i{item}")
    model = world.fit(recipe)
    for item in world.records.items:
        ranked = list(model.ranked(world.query(item=item)))
        expected = [index for index, other in enumerate(world.records.items) if other != item]
        assert sorted(index for index, _ in ranked) == expected
        assert {score for _, score in ranked} <= {None}


@pytest.mark.parametrize("recipe", RELATED)
def test_items_of_the_same_histories_are_related(genres: Any, recipe: str) -> None:
    listed = genres.items(genres.fit(recipe), genres.query(item="comedy3"), 2)
    assert {name[:-1] for name in listed} == {"comedy"}


@pytest.mark.parametrize("recipe", RELATED)
def test_an_unknown_item_gets_the_popular_items(genres: Any, recipe: str) -> None:
    popular = genres.items(genres.fit("aws-popularity-count"), genres.query())
    model = genres.fit(recipe)
    genres.records.items.intern("unheard of")
    assert genres.items(model, genres.query(item="unheard of")) == popular
    assert genres.items(model, genres.query(item="never in the records")) == popular


def test_pairs_below_the_minimum_are_no_pairs(world: Any) -> None:
    for user in range(4):
        world.events(f"often{user}", "a b")
    world.events("once", "a c")
    world.events("again", "a c")
    sims = world.fit("aws-sims", hyperparameters={"min_cointeraction_count": "4"})
    strict = [world.records.items[item] for item in sims.related(world.records.items.get("a"))]
    assert strict == ["b"]
    lax = world.fit("aws-sims", hyperparameters={"min_cointeraction_count": "1"})
    assert [world.records.items[item] for item in lax.related(world.records.items.get("a"))] == ["b", "c"]


def test_items_that_met_once_are_related_where_few_met_more_often(world: Any) -> None:
    world.events("ann", "a b")
    similar = world.fit("aws-similar-items")
    assert [world.records.items[item] for item in similar.related(world.records.items.get("a"))] == ["b"]


@pytest.mark.parametrize("keep", [3, 9, 30])
def test_what_met_once_takes_a_third_of_the_places_at_most(keep: int) -> None:
    once = dict.fromkeys(range(40), 1)
    assert strongest(once, [1.0] * 41, keep) == [(-1.0, item) for item in range(keep // 3)]
    assert strongest(once | {40: 2}, [1.0] * 41, keep)[0] == (-2.0, 40)


def test_the_popularity_discount_holds_popular_items_back(world: Any) -> None:
    for user in range(60):
        world.events(f"mass{user}", f"hit filler{user}")
    for user in range(5):
        world.events(f"fan{user}", "cult niche hit")
        world.events(f"other{user}", "cult hit")
    for discount, first in (("0.0", "hit"), ("1.0", "niche")):
        sims = world.fit("aws-sims", hyperparameters={"popularity_discount_factor": discount})
        assert world.items(sims, world.query(item="cult"), 1) == [first]


def test_sims_drops_items_outside_percentiles_that_are_asked_for(genres: Any) -> None:
    for user in range(200):
        genres.events(f"any{user}", "comedy3 everywhere")
    everywhere = genres.records.items.get("everywhere")
    item = genres.records.items.get("comedy3")
    assert everywhere in genres.fit("aws-sims").related(item)
    model = genres.fit("aws-sims", hyperparameters={"max_item_interaction_count_percentile": "0.8"})
    assert everywhere not in model.related(item)


def test_percentiles_up_to_the_whole_drop_nothing_that_is_popular(genres: Any) -> None:
    for user in range(200):
        genres.events(f"any{user}", "comedy3 everywhere")
    everywhere = genres.records.items.get("everywhere")
    bounds = {"min_item_interaction_count_percentile": "0.1", "max_item_interaction_count_percentile": "1.0"}
    assert everywhere in genres.fit("aws-sims", hyperparameters=bounds).related(genres.records.items.get("comedy3"))


@pytest.fixture
def shelf(world: Any) -> Any:
    """One crowd watches everything side by side; metadata tell space films from ponies."""
    world.dataset("Items", ("GENRE", *CATEGORY), ("STORY", "string", {"textual": True}))
    films = [f"space{number}" for number in range(4)] + [f"pony{number}" for number in range(4)]
    for user in range(20):
        world.events(f"u{user}", films[user % 3 :] + films[: user % 3])
    for film in films:
        space = film.startswith("space")
        story = "A rocket leaves for the moon" if space else "A foal gallops over the meadow"
        world.item(film, GENRE="Space|Action" if space else "Animals|Children", STORY=story)
    world.item("unseen pony", GENRE="Animals|Children", STORY="Another foal, another meadow")
    return world


@pytest.mark.parametrize("recipe", ["aws-similar-items", "aws-vod-more-like-x"])
def test_metadata_decide_among_items_that_are_watched_together(shelf: Any, recipe: str) -> None:
    listed = shelf.items(shelf.fit(recipe), shelf.query(item="space1"), 3)
    assert {name[:-1] for name in listed} == {"space"}


def test_sims_does_not_read_metadata(shelf: Any) -> None:
    before = shelf.items(shelf.fit("aws-sims"), shelf.query(item="space1"))
    for film in list(shelf.records.items):
        shelf.item(film, GENRE="Same", STORY="Same")
    assert shelf.items(shelf.fit("aws-sims"), shelf.query(item="space1")) == before


def test_cold_items_are_found_and_used_through_metadata(shelf: Any) -> None:
    model = shelf.fit("aws-similar-items")
    assert {name[:4] for name in shelf.items(model, shelf.query(item="unseen pony"), 4)} == {"pony"}
    assert "unseen pony" in shelf.items(model, shelf.query(item="pony1"), 8)
    assert model.knows(shelf.records.items.get("unseen pony"))


def test_bought_together_is_one_sitting_of_one_user(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    for user in range(10):
        monday = 1_600_000_000 + user
        world.event(f"u{user}", "pasta", time=monday, type="Purchase")
        world.event(f"u{user}", "sauce", time=monday + HOUR, type="purchase")
        world.event(f"u{user}", "tyres", time=monday + 200 * HOUR, type="Purchase")
        world.event(f"u{user}", "looked at", time=monday + 1, type="View")
    model = world.fit("aws-ecomm-frequently-bought-together")
    related = [world.records.items[item] for item in model.related(world.records.items.get("pasta"))]
    assert related == ["sauce"]


@pytest.mark.parametrize(
    ("recipe", "event_type"),
    [("aws-ecomm-customers-who-viewed-x-also-viewed", "View"), ("aws-vod-because-you-watched-x", "Watch")],
)
def test_use_cases_relate_items_by_their_own_event_type(
    make_world: Callable[..., Any], recipe: str, event_type: str
) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    for user in range(10):
        world.events(f"u{user}", "x y", type=event_type)
        world.events(f"u{user}", "x z", type="Other")
    assert world.items(world.fit(recipe), world.query(item="x")) == ["y"]


@pytest.fixture
def library() -> Callable[..., Any]:
    """Books with a name and a blurb; no interactions."""

    def make(world: Any) -> Any:
        world.dataset(
            "Items",
            ("TITLE", "string", {"itemName": True}),
            ("BLURB", "string", {"textual": True}),
            ("CREATION_TIMESTAMP", "long", {}),
        )
        books = {
            "whales": ("The white whale", "A captain hunts a whale across the ocean", 1),
            "ocean": ("Under the ocean", "A captain and his submarine in the ocean", 2),
            "shark": ("The shark", "A shark in the ocean frightens swimmers", 9),
            "bread": ("Baking bread", "Flour, water and patience make bread", 4),
            "cake": ("Baking cake", "Flour, sugar and butter make cake", 5),
        }
        for item, (title, blurb, created) in books.items():
            world.item(item, TITLE=title, BLURB=blurb, CREATION_TIMESTAMP=created * 1000)
        return world

    return make


def test_semantic_similarity_reads_names_and_texts_and_needs_no_interactions(
    world: Any, library: Callable[..., Any]
) -> None:
    books = library(world)
    books.records.drop_dataset("INTERACTIONS")
    model = books.fit("aws-semantic-similarity")
    assert books.items(model, books.query(item="bread"), 1) == ["cake"]
    assert books.items(model, books.query(item="whales"), 2) == ["ocean", "shark"]
    assert sorted(books.items(model, books.query(item="whales"))) == ["bread", "cake", "ocean", "shark"]


def test_ranking_influence_mixes_in_popularity_and_freshness(world: Any, library: Callable[..., Any]) -> None:
    books = library(world)
    for user in range(20):
        books.event(f"u{user}", "shark")
    model = books.fit("aws-semantic-similarity")
    assert books.items(model, books.query(item="whales"), 1) == ["ocean"]
    assert books.items(model, books.query(item="whales", popularity_influence=1.0), 1) == ["shark"]
    assert books.items(model, books.query(item="whales", freshness_influence=1.0), 1) == ["shark"]


@pytest.mark.parametrize("influence", ["popularity_influence", "freshness_influence"])
def test_the_largest_ranking_influence_leaves_half_to_the_similarity(
    world: Any, library: Callable[..., Any], influence: str
) -> None:
    books = library(world)
    books.item("ocean", TITLE="Under the ocean", BLURB="A captain in the ocean", CREATION_TIMESTAMP=8500)
    for user in range(20):
        books.events(f"u{user}", "shark ocean" if user else "shark")
    model = books.fit("aws-semantic-similarity")
    assert books.items(model, books.query(item="whales", **{influence: 1.0}), 2) == ["ocean", "shark"]


def test_a_common_word_relates_an_item_to_those_to_which_it_matters_most(world: Any) -> None:
    world.dataset("Items", ("TITLE", "string", {"itemName": True}), ("BLURB", "string", {"textual": True}))
    for number in range(150):
        others = " ".join(f"word{number}x{other}" for other in range(number % 2 * 9))
        world.item(f"i{number}", TITLE="Harbour", BLURB=f"own{number} {others}")
    model = world.fit("aws-semantic-similarity")
    alike = {world.records.items[item] for item in model.similarity(0)}
    assert {f"i{number}" for number in range(2, 150, 2)} < alike  # of few words
    assert len(alike) < 100


def test_items_that_came_at_one_moment_are_equally_fresh(world: Any, library: Callable[..., Any]) -> None:
    books = library(world)
    texts = {"whales": "whale", "ocean": "whale ocean", "shark": "ocean", "bread": "flour", "cake": "sugar"}
    for item, text in texts.items():
        books.item(item, TITLE=text, BLURB=text, CREATION_TIMESTAMP=1000)
    model = books.fit("aws-semantic-similarity")
    fresh, plain = (books.items(model, books.query(item="whales", freshness_influence=share)) for share in (1.0, 0.0))
    assert fresh == plain
    assert plain[0] == "ocean"


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ([("BLURB", "string", {"textual": True})], "itemName"),
        ([("TITLE", "string", {"itemName": True}), ("PRICE", "float", {})], "textual"),
    ],
)
def test_semantic_similarity_needs_a_name_and_a_text(world: Any, columns: list[Any], missing: str) -> None:
    world.dataset("Items", *columns)
    with pytest.raises(TrainingError, match=missing):
        world.fit("aws-semantic-similarity")
