"""User segments and themes."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from pytest_personalize.recommenders.themes import theme

AFFINITY = "aws-item-affinity"
ATTRIBUTES = "aws-item-attribute-affinity"


def names(world: Any, users: Any, count: int | None = None) -> list[str]:
    return [world.records.users[user] for user in islice(users, count)]


def test_the_segment_of_an_item_is_the_users_of_its_kind(genres: Any) -> None:
    model = genres.fit(AFFINITY)
    segment = names(genres, model.item_segment(genres.records.items.get("horror2")), 10)
    assert set(segment) == {f"user{number}" for number in range(1, 40, 4)}


def test_users_of_the_item_itself_come_before_users_of_its_like(world: Any) -> None:
    for user in range(6):
        world.events(f"both{user}", "wanted similar")
    world.events("like", "similar other")
    world.events("self", "wanted other")
    model = world.fit(AFFINITY)
    segment = names(world, model.item_segment(world.records.items.get("wanted")))
    assert segment.index("self") < segment.index("like")


def test_a_segment_goes_on_with_all_other_users(genres: Any) -> None:
    model = genres.fit(AFFINITY)
    segment = names(genres, model.item_segment(genres.records.items.get("horror2")))
    assert sorted(segment) == sorted(genres.records.users)


def test_segments_are_ranked_without_scores(genres: Any) -> None:
    model = genres.fit(AFFINITY)
    item = genres.records.items.get("horror2")
    ranked = list(model.ranked(genres.query(item="horror2")))
    assert ranked == [(user, None) for user in model.item_segment(item)]


@pytest.fixture
def labelled(genres: Any) -> Any:
    genres.dataset("Items", ("GENRE", ["null", "string"], {"categorical": True}), ("YEAR", ["null", "int"], {}))
    for name in list(genres.records.items):
        genres.item(name, GENRE=f"{name[:-1]}|any", YEAR=2000 + int(name[-1]))
    return genres


def test_a_number_is_found_however_it_is_written(labelled: Any) -> None:
    labelled.item("undated", GENRE="any")
    model = labelled.fit(ATTRIBUTES)
    assert len(model.matching([("YEAR", 2003)])) == len(model.matching([("year", "2003")])) == 4
    assert model.matching([("YEAR", "None")]) == model.matching([("GENRE", "None")]) == []


def test_the_segment_of_an_attribute_is_the_users_of_items_that_have_it(labelled: Any) -> None:
    model = labelled.fit(ATTRIBUTES)
    segment = names(labelled, model.attribute_segment([("GENRE", "western")]), 10)
    assert set(segment) == {f"user{number}" for number in range(2, 40, 4)}


def test_conditions_are_joined_by_and(labelled: Any) -> None:
    model = labelled.fit(ATTRIBUTES)

    def matching(*conditions: tuple[str, object]) -> list[str]:
        return [labelled.records.items[item] for item in model.matching(conditions)]

    assert matching(("genre", "drama"), ("GENRE", "any"), ("YEAR", 2003)) == ["drama3"]
    assert matching(("GENRE", "drama"), ("GENRE", "horror")) == []
    assert matching(("NO_SUCH_FIELD", "drama")) == []


def test_items_that_nobody_had_are_not_known(genres: Any) -> None:
    model = genres.fit(AFFINITY)
    assert model.knows(genres.records.items.get("horror2"))
    assert not model.knows(genres.records.items.intern("later"))


@pytest.fixture
def catalogue(world: Any) -> Any:
    world.dataset(
        "Items",
        ("TITLE", "string", {"itemName": True}),
        ("STORY", "string", {"textual": True}),
        ("GENRE", ["null", "string"], {"categorical": True}),
    )
    for number in range(5):
        world.item(f"space{number}", TITLE=f"Rocket {number}", STORY="Astronauts on the moon", GENRE="Science")
        world.item(f"pony{number}", TITLE=f"Pony {number}", STORY="Horses on the meadow", GENRE="Children")
    return world


def test_a_theme_is_named_after_what_the_items_have_in_common(catalogue: Any) -> None:
    items = [catalogue.records.items.get(f"space{number}") for number in range(4)]
    found = theme(catalogue.records, items, "TITLE")
    assert set(found.text.lower().split(" and ")) <= {"astronauts", "moon", "science"}


def test_the_two_words_that_most_items_and_fewest_others_have_make_the_theme(world: Any) -> None:
    world.dataset("Items", ("TITLE", "string", {"itemName": True}), ("STORY", "string", {"textual": True}))
    listed = {"moby": "whale storm boat", "jaws": "whale storm boat", "ark": "whale storm"}
    for item, story in {**listed, "twister": "storm", **{f"row{number}": "boat" for number in range(4)}}.items():
        world.item(item, TITLE=item, STORY=story)
    items = [world.records.items.get(item) for item in listed]

    # of 8 items and one: whale 3 * log(9 / 3), storm 3 * log(9 / 4), boat 2 * log(9 / 6)
    assert theme(world.records, items, "TITLE").text == "Whale and storm"


def test_items_of_a_theme_are_ordered_by_their_relevance_to_it(catalogue: Any) -> None:
    of = catalogue.records.items.get
    found = theme(catalogue.records, [of("pony1"), of("space1"), of("space2"), of("space3")], "TITLE")
    assert list(found.scores) == sorted(found.scores, reverse=True)
    assert found.items[-1] == of("pony1")
    assert sorted(found.items) == sorted([of("pony1"), of("space1"), of("space2"), of("space3")])


def test_an_item_without_metadata_is_of_no_relevance(catalogue: Any) -> None:
    of = catalogue.records.items
    found = theme(catalogue.records, [of.intern("blank"), of.get("space1"), of.get("space2")], "TITLE")
    assert found.items[-1] == of.get("blank")
    assert found.scores[-1] < 0.0


def test_items_without_any_metadata_still_have_a_theme(genres: Any) -> None:
    found = theme(genres.records, [0, 1], "TITLE")
    assert found.items == (0, 1)
    assert found.text
