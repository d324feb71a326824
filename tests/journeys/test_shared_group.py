"""A big group that all tests of a module share, each with its own events, because they go back to a snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup

DAYS = 24 * 60 * 60
FIRST = 1_700_000_000


@pytest.fixture(scope="module")
def catalogue(module_personalize_backend: PersonalizeBackend) -> SeededGroup:
    """Made once; what it costs is paid by the first test."""
    rows = [
        {"USER_ID": f"user-{user}", "ITEM_ID": f"item-{(user * step) % 97}", "TIMESTAMP": FIRST + step * DAYS}
        for user in range(1, 101)
        for step in range(1, 11)
    ]
    return module_personalize_backend.seed_from("catalogue", interactions=rows, recipes=["aws-user-personalization-v2"])


@pytest.fixture
def shared(catalogue: SeededGroup, module_personalize_backend: PersonalizeBackend) -> Iterator[SeededGroup]:
    """As it was made, for every test."""
    before = module_personalize_backend.snapshot()
    yield catalogue
    module_personalize_backend.restore(before)


def page(group: SeededGroup, user: str) -> list[str]:
    runtime = boto3.client("personalize-runtime", region_name="us-east-1")
    arn = group.campaigns["aws-user-personalization-v2"]
    return [item["itemId"] for item in runtime.get_recommendations(campaignArn=arn, userId=user)["itemList"]]


def view(group: SeededGroup, user: str, *items: str) -> None:
    events = boto3.client("personalize-events", region_name="us-east-1")
    for item in items:
        event = {"eventType": "view", "itemId": item, "sentAt": FIRST + 20 * DAYS}
        events.put_events(trackingId=group.tracking_id, userId=user, sessionId="s", eventList=[event])


@pytest.mark.parametrize("user", ["user-1", "user-2"])
def test_events_of_one_test(shared: SeededGroup, user: str, module_personalize_backend: Any) -> None:
    before = page(shared, user)
    view(shared, user, "item-40", "item-41", "item-42")

    assert page(shared, user) != before


def test_are_not_there_in_another(shared: SeededGroup, module_personalize_backend: PersonalizeBackend) -> None:
    rows = module_personalize_backend.records(shared.datasets["INTERACTIONS"])

    assert len(rows) == 1000


def test_a_test_that_asks_for_none_of_it_sees_none_of_it(personalize_backend: PersonalizeBackend) -> None:
    assert not personalize_backend.dataset_groups
