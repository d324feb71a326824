"""A Lambda function that finds its tracking id in the environment and streams what comes out of a queue."""

from __future__ import annotations

import json
import os
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup

EVENTS = boto3.client("personalize-events", region_name="us-east-1")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Messages that could not be delivered are told, so that the queue gives them again."""
    failed = []
    for record in event["Records"]:
        click = json.loads(record["body"])
        try:
            EVENTS.put_events(
                trackingId=os.environ["TRACKING_ID"],
                userId=click["user"],
                sessionId=click["session"],
                eventList=[{"eventType": click["type"], "itemId": click["film"], "sentAt": click["at"]}],
            )
        except EVENTS.exceptions.ClientError:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def queued(*clicks: dict[str, Any]) -> dict[str, Any]:
    return {"Records": [{"messageId": str(number), "body": json.dumps(one)} for number, one in enumerate(clicks)]}


def click(**changes: Any) -> dict[str, Any]:
    return {"user": "ada", "session": "s1", "type": "Watch", "film": "alien", "at": 1700000000} | changes


@pytest.fixture(autouse=True)
def films(video_dataset_group: SeededGroup, monkeypatch: pytest.MonkeyPatch) -> SeededGroup:
    monkeypatch.setenv("TRACKING_ID", video_dataset_group.tracking_id)
    return video_dataset_group


def test_every_click_is_in_the_dataset(films: SeededGroup, personalize_backend: PersonalizeBackend) -> None:
    assert handler(queued(click(), click(film="solaris", at=1700000060)), None) == {"batchItemFailures": []}

    rows = personalize_backend.records(films.datasets["INTERACTIONS"])[-2:]
    assert [(row["USER_ID"], row["ITEM_ID"], row["EVENT_TYPE"]) for row in rows] == [
        ("ada", "alien", "Watch"),
        ("ada", "solaris", "Watch"),
    ]


def test_a_click_that_the_service_refuses_comes_back(personalize_backend: PersonalizeBackend) -> None:
    answer = handler(queued(click(), click(film="x" * 300), click(film="moon")), None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}


def test_a_throttled_service_loses_nothing(personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.faults.throttle("PutEvents", times=3)

    assert handler(queued(click()), None) == {"batchItemFailures": []}
    personalize_backend.assert_called("PutEvents", userId="ada", times=4)


def test_another_stage_has_another_tracking_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKING_ID", "that-of-another-stage")

    assert handler(queued(click()), None) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
