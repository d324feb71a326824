"""A collector that counts what it could not deliver, and clients that try again."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pytest_personalize import PersonalizeBackend, SeededGroup


class Collector:
    """The code under test."""

    def __init__(self, tracking_id: str, config: Config) -> None:
        self.events = boto3.client("personalize-events", region_name="us-east-1", config=config)
        self.tracking_id = tracking_id
        self.lost: list[str] = []

    def viewed(self, user: str, item: str) -> None:
        event = {"eventType": "View", "itemId": item, "sentAt": 1700000000}
        try:
            self.events.put_events(trackingId=self.tracking_id, userId=user, sessionId="s", eventList=[event])
        except (ClientError, BotoCoreError):
            self.lost.append(item)


@pytest.fixture(params=["legacy", "standard", "adaptive"])
def collector(request: Any, shop_dataset_group: SeededGroup) -> Collector:
    config = Config(retries={"mode": request.param, "total_max_attempts": 3}, read_timeout=2)
    return Collector(shop_dataset_group.tracking_id, config)


def test_two_throttled_attempts_are_survived(collector: Collector, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.faults.throttle("PutEvents", times=2)

    collector.viewed("ada", "mug")

    assert collector.lost == []
    personalize_backend.assert_called("PutEvents", userId="ada", times=3)


def test_three_are_too_many(collector: Collector, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.faults.throttle("PutEvents", times=3)

    collector.viewed("ada", "mug")
    collector.viewed("ada", "kite")

    assert collector.lost == ["mug"]


def test_a_refusal_is_not_tried_again(collector: Collector, personalize_backend: PersonalizeBackend) -> None:
    collector.tracking_id = "that-of-another-stage"

    collector.viewed("ada", "mug")

    assert collector.lost == ["mug"]
    personalize_backend.assert_called("PutEvents", times=1)


def test_what_is_sent_again_after_a_lost_answer_counts_once(
    collector: Collector, shop_dataset_group: SeededGroup, personalize_backend: PersonalizeBackend
) -> None:
    personalize_backend.faults.disconnect("PutEvents", lost="answer")

    collector.viewed("somebody", "mug")

    rows = personalize_backend.records(shop_dataset_group.datasets["INTERACTIONS"])
    assert [row["ITEM_ID"] for row in rows if row["USER_ID"] == "somebody"] == ["mug"]
    personalize_backend.assert_called("PutEvents", times=2)


def test_a_service_that_is_too_slow_is_given_up(collector: Collector, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.faults.latency("PutEvents", 60)

    collector.viewed("ada", "mug")

    assert collector.lost == ["mug"]


@pytest.mark.parametrize("seed", range(5))
def test_three_attempts_survive_any_weather(
    collector: Collector, personalize_backend: PersonalizeBackend, seed: int
) -> None:
    personalize_backend.faults.chaos(seed)

    for number in range(20):
        collector.viewed("ada", f"item-{number}")

    assert collector.lost == []
