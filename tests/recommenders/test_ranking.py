"""Rankings of a given list."""

from __future__ import annotations

from typing import Any

import pytest

RECIPES = ["aws-personalized-ranking", "aws-personalized-ranking-v2"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_scores_sum_to_one_over_the_known_items_of_the_list(genres: Any, recipe: str) -> None:
    items = genres.records.items
    wanted = [items.get(name) for name in ("drama1", "comedy3", "horror2")] + [items.intern("later")]
    ranked = list(genres.fit(recipe).ranked(genres.query("user0", candidates=wanted)))
    scores = [score for _, score in ranked if score is not None]
    assert items[ranked[0][0]] == "comedy3"
    assert sum(scores) == pytest.approx(1.0)
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("recipe", RECIPES)
def test_unknown_items_come_last_in_the_order_of_the_list_without_a_score(genres: Any, recipe: str) -> None:
    model = genres.fit(recipe)
    items = genres.records.items
    wanted = [items.intern(name) for name in ("later2", "drama1", "later1", "comedy3", "later0")]
    ranked = list(model.ranked(genres.query("user0", candidates=wanted)))
    assert [(items[item], score) for item, score in ranked[2:]] == [
        ("later2", None),
        ("later1", None),
        ("later0", None),
    ]


def test_an_item_that_is_given_twice_is_ranked_once(genres: Any) -> None:
    item = genres.records.items.get("comedy1")
    assert list(genres.fit(RECIPES[0]).ranked(genres.query("user0", candidates=[item, item]))) == [(item, 1.0)]


def test_an_event_moves_its_like_up_the_list(genres: Any) -> None:
    model = genres.fit(RECIPES[1])
    wanted = [genres.records.items.get(name) for name in ("comedy5", "western5")]
    assert genres.items(model, genres.query("user0", candidates=wanted)) == ["comedy5", "western5"]
    genres.events("user0", "western1 western2 western3")
    assert genres.items(model, genres.query("user0", candidates=wanted)) == ["western5", "comedy5"]


def test_rankings_are_not_explored(genres: Any) -> None:
    assert not genres.fit(RECIPES[0]).explored(genres.query("user0", exploration_weight=1.0))
