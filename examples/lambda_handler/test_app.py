"""The function under test is called as Lambda calls it; no line of it knows that there is no AWS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from lambda_handler.app import handler
from pytest_personalize import PersonalizeBackend, SeededGroup


@pytest.fixture
def movies(movies_dataset_group: SeededGroup, monkeypatch: pytest.MonkeyPatch) -> SeededGroup:
    """A film catalogue with a campaign for rankings, which the function finds where its deployment would put it."""
    monkeypatch.setenv("CAMPAIGN_ARN", movies_dataset_group.campaigns["aws-personalized-ranking-v2"])
    return movies_dataset_group


def ask(user_id: str, item_ids: Sequence[str]) -> dict[str, Any]:
    """The decoded body of a good response."""
    response = handler({"body": json.dumps({"userId": user_id, "itemIds": item_ids})}, None)
    assert response["statusCode"] == 200
    body: dict[str, Any] = json.loads(response["body"])
    return body


class TestRanking:
    def test_the_same_items_come_back_in_another_order(self, movies: SeededGroup) -> None:
        found = list(movies.items[:20])

        body = ask(movies.users[0], found)

        assert body["personalized"] is True
        assert body["itemIds"] != found
        assert sorted(body["itemIds"]) == sorted(found)

    def test_two_users_have_two_orders(self, movies: SeededGroup) -> None:
        found = movies.items[:20]

        assert ask(movies.users[0], found) != ask(movies.users[1], found)

    def test_the_order_is_that_of_personalize(
        self, movies: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        campaign = movies.campaigns["aws-personalized-ranking-v2"]
        personalize_backend.answers(campaign).for_user("ada", items=["third", "first"])

        assert ask("ada", ["first", "second", "third"])["itemIds"] == ["third", "first", "second"]

    def test_a_user_whom_nobody_knows_is_served_too(self, movies: SeededGroup) -> None:
        assert ask("somebody-new", movies.items[:5])["personalized"] is True

    def test_an_item_that_came_twice_is_ranked_once(
        self, movies: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        first, second = movies.items[:2]

        assert sorted(ask(movies.users[0], [first, second, first])["itemIds"]) == sorted([first, second])
        personalize_backend.assert_called("GetPersonalizedRanking", inputList=[first, second])

    def test_more_results_than_personalize_takes_are_no_error(self, movies: SeededGroup) -> None:
        found = [*movies.items, *(f"not-in-training-{number}" for number in range(600))]

        body = ask(movies.users[0], found)

        assert body["personalized"] is True
        assert sorted(body["itemIds"]) == sorted(found)

    def test_no_results_need_no_call(self, movies: SeededGroup, personalize_backend: PersonalizeBackend) -> None:
        assert ask(movies.users[0], [])["itemIds"] == []
        personalize_backend.calls.assert_not_called("GetPersonalizedRanking")


class TestBadDays:
    def test_one_throttled_attempt_is_not_noticed(
        self, movies: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.throttle("GetPersonalizedRanking", times=1)

        assert ask(movies.users[0], movies.items[:5])["personalized"] is True

    def test_under_constant_throttling_results_keep_their_order(
        self, movies: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.throttle("GetPersonalizedRanking", times=None)

        assert ask("ada", ["b", "c", "a"]) == {"itemIds": ["b", "c", "a"], "personalized": False}
        personalize_backend.assert_called("GetPersonalizedRanking", times=2)

    def test_an_answer_that_takes_too_long_is_not_waited_for(
        self, movies: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        begun = personalize_backend.clock.freeze()
        personalize_backend.faults.latency("GetPersonalizedRanking", seconds=30)

        assert ask("ada", ["b", "a"])["personalized"] is False
        # two attempts of two seconds each, on a clock on which nobody waited
        assert (personalize_backend.clock.now() - begun).total_seconds() == 4

    def test_a_campaign_that_was_deleted_is_logged(
        self, movies: SeededGroup, personalize: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        personalize.delete_campaign(campaignArn=movies.campaigns["aws-personalized-ranking-v2"])

        assert ask("ada", ["b", "a"]) == {"itemIds": ["b", "a"], "personalized": False}
        assert "not personalized for ada: An error occurred (ResourceNotFoundException)" in caplog.text


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (None, "the body must be JSON with userId and itemIds"),
        ("userId=ada", "the body must be JSON with userId and itemIds"),
        ('{"userId": "", "itemIds": []}', "userId must be a text"),
        ('{"userId": "ada", "itemIds": [1]}', "itemIds must be a list of texts"),
    ],
)
def test_a_bad_request_never_reaches_personalize(
    body: str | None, error: str, personalize_backend: PersonalizeBackend
) -> None:
    response = handler({"body": body}, None)

    assert (response["statusCode"], json.loads(response["body"])) == (400, {"error": error})
    assert not personalize_backend.calls
