"""Visitors whom the model does not know: popular items first, own ones as soon as they have done something."""

from __future__ import annotations

import time
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup

SPACE = ["alien", "solaris", "gravity", "moon"]
PARIS = ["amelie", "paterson", "ratatouille", "hugo"]
WATCHED = [(f"space-{n}", film) for n in range(12) for film in SPACE] + [
    (f"paris-{n}", film) for n in range(6) for film in PARIS
]


class Home:
    """The code under test."""

    def __init__(self, campaign_arn: str, tracking_id: str) -> None:
        self.runtime = boto3.client("personalize-runtime", region_name="us-east-1")
        self.events = boto3.client("personalize-events", region_name="us-east-1")
        self.campaign_arn, self.tracking_id = campaign_arn, tracking_id

    def page(self, visitor: str) -> list[str]:
        answer = self.runtime.get_recommendations(campaignArn=self.campaign_arn, userId=visitor, numResults=8)
        return [item["itemId"] for item in answer["itemList"]]

    def watched(self, film: str, session: str, user: str | None = None) -> None:
        event = {"eventType": "watch", "itemId": film, "sentAt": int(time.time())}
        known = {} if user is None else {"userId": user}
        self.events.put_events(trackingId=self.tracking_id, sessionId=session, eventList=[event], **known)


@pytest.fixture
def home(personalize_seed: Any) -> Home:
    films: SeededGroup = personalize_seed("films", interactions=WATCHED, recipes=["aws-user-personalization-v2"])
    return Home(films.campaigns["aws-user-personalization-v2"], films.tracking_id)


def test_a_new_visitor_sees_what_is_popular(home: Home) -> None:
    assert set(home.page("nobody")[:4]) == set(SPACE)


def test_two_new_visitors_see_the_same(home: Home) -> None:
    assert home.page("nobody") == home.page("nobody-else")


def test_after_some_films_it_is_a_page_of_ones_own(home: Home) -> None:
    for film in PARIS[:3]:
        home.watched(film, "session", user="eve")

    assert home.page("eve").index("hugo") < home.page("nobody").index("hugo")


def test_what_was_watched_before_the_login_counts(home: Home, personalize_backend: PersonalizeBackend) -> None:
    for film in PARIS[:2]:
        home.watched(film, "session")
    home.watched(PARIS[2], "session", user="eve")

    assert home.page("eve") != home.page("nobody")
    rows = personalize_backend.records(personalize_backend.seeded["films"].datasets["INTERACTIONS"])
    assert [row["ITEM_ID"] for row in rows if row["USER_ID"] == "eve"] == PARIS[:3]
