"""The service as its pages see it: asked over its HTTP interface, with its clients open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from fastapi_service.app import Settings, make_app
from pytest_personalize import PersonalizeBackend, SeededGroup

TITLES = ["Top picks for you", "Trending now", "Most popular"]


@pytest.fixture
def catalogue(video_dataset_group: SeededGroup) -> SeededGroup:
    """Films, who watched them, and recommenders that have learnt from it."""
    return video_dataset_group


@pytest.fixture
def web(catalogue: SeededGroup) -> Iterator[TestClient]:
    settings = Settings({title: catalogue.recommenders[title] for title in TITLES}, catalogue.tracking_id)
    with TestClient(make_app(settings)) as client:
        yield client


class TestShelves:
    def test_each_has_as_many_films_as_asked_for(self, web: TestClient, catalogue: SeededGroup) -> None:
        shelves = web.get(f"/users/{catalogue.users[0]}/shelves", params={"count": 4}).json()

        assert {title: len(films) for title, films in shelves.items()} == dict.fromkeys(TITLES, 4)
        assert {film for films in shelves.values() for film in films} <= set(catalogue.items)

    def test_they_stand_in_the_order_of_the_settings(self, web: TestClient, catalogue: SeededGroup) -> None:
        assert list(web.get(f"/users/{catalogue.users[0]}/shelves").json()) == TITLES

    def test_two_users_get_other_picks_and_the_same_charts(self, web: TestClient, catalogue: SeededGroup) -> None:
        first, second = (web.get(f"/users/{user}/shelves").json() for user in catalogue.users[:2])

        assert first["Top picks for you"] != second["Top picks for you"]
        assert first["Trending now"] == second["Trending now"]

    def test_one_that_is_not_filled_is_left_out(
        self, web: TestClient, catalogue: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.answers(catalogue.recommenders["Trending now"]).raises("ResourceNotFoundException")

        shelves = web.get(f"/users/{catalogue.users[0]}/shelves").json()

        assert list(shelves) == ["Top picks for you", "Most popular"]

    def test_no_request_for_too_many_films_reaches_personalize(
        self, web: TestClient, catalogue: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        assert web.get(f"/users/{catalogue.users[0]}/shelves", params={"count": 26}).status_code == 422

        personalize_backend.assert_not_called("GetRecommendations")


class TestWatched:
    def test_it_is_streamed_with_user_and_film(
        self, web: TestClient, catalogue: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        user, film = catalogue.users[0], catalogue.items[0]

        assert web.post(f"/users/{user}/watched/{film}").status_code == 202

        (call,) = personalize_backend.assert_called("PutEvents", userId=user)
        assert [event["itemId"] for event in call.params["eventList"]] == [film]

    def test_a_watched_film_is_no_pick_any_more(self, web: TestClient, catalogue: SeededGroup) -> None:
        user = catalogue.users[0]
        film = web.get(f"/users/{user}/shelves").json()["Top picks for you"][0]

        web.post(f"/users/{user}/watched/{film}")

        assert film not in web.get(f"/users/{user}/shelves").json()["Top picks for you"]

    def test_one_that_is_throttled_once_is_sent_again(
        self, web: TestClient, catalogue: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.throttle("PutEvents", times=1)

        web.post(f"/users/{catalogue.users[0]}/watched/{catalogue.items[0]}")

        tries = personalize_backend.calls.of("PutEvents")
        assert [call.error for call in tries] == ["ThrottlingException", None]

    def test_one_that_is_lost_is_logged_and_harms_no_response(
        self,
        web: TestClient,
        catalogue: SeededGroup,
        personalize_backend: PersonalizeBackend,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        personalize_backend.faults.fail("PutEvents", "InternalServerException", times=2)

        assert web.post(f"/users/{catalogue.users[0]}/watched/{catalogue.items[0]}").status_code == 202
        assert f"{catalogue.users[0]} watched {catalogue.items[0]}" in caplog.text
