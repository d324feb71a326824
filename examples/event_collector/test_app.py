"""Batches, retries and dead letters, with the attempts that the service saw as the witness."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from event_collector.app import Collector, Visit, collect, make_client
from pytest_personalize import PersonalizeBackend, SeededGroup

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def collector(shop_dataset_group: SeededGroup) -> Collector:
    """A collector for the shop, whose client gives up at the fourth attempt."""
    return Collector(tracking_id=shop_dataset_group.tracking_id, client=make_client(attempts=4))


def visit(number: int, user: str = "ada", item: str = "teapot") -> Visit:
    return Visit(f"event-{number}", user, f"session-of-{user}", "View", item, BEGIN + timedelta(seconds=number))


def batches(backend: PersonalizeBackend) -> list[list[str]]:
    """The ids of the events that were taken, by call."""
    taken = [call for call in backend.calls.of("PutEvents") if not call.error]
    return [[event["eventId"] for event in call.params["eventList"]] for call in taken]


def outcomes(backend: PersonalizeBackend) -> list[str]:
    """How each attempt ended."""
    return [call.error or "taken" for call in backend.calls.of("PutEvents")]


class TestBatches:
    def test_the_tenth_visit_sends_all_ten(self, collector: Collector, personalize_backend: PersonalizeBackend) -> None:
        for number in range(12):
            collector.add(visit(number))

        assert batches(personalize_backend) == [[f"event-{number}" for number in range(10)]]
        assert (collector.sent, len(collector)) == (10, 2)

    def test_flush_sends_the_rest(self, collector: Collector, personalize_backend: PersonalizeBackend) -> None:
        for number in range(12):
            collector.add(visit(number))
        collector.flush()

        assert batches(personalize_backend)[1] == ["event-10", "event-11"]
        assert (collector.sent, len(collector)) == (12, 0)

    def test_nothing_to_send_is_no_call(self, collector: Collector, personalize_backend: PersonalizeBackend) -> None:
        collector.flush()

        personalize_backend.calls.assert_not_called("PutEvents")

    def test_each_user_has_a_batch(self, collector: Collector, personalize_backend: PersonalizeBackend) -> None:
        for number in range(6):
            collector.add(visit(number, user=("ada", "bob")[number % 2]))
        collector.flush()

        personalize_backend.assert_called("PutEvents", userId="ada", sessionId="session-of-ada", times=1)
        personalize_backend.assert_called("PutEvents", userId="bob", sessionId="session-of-bob", times=1)

    def test_a_log_is_delivered(self, collector: Collector) -> None:
        line = {"event_id": "e1", "user": "ada", "session": "s1", "event_type": "View", "item": "teapot"}

        collect([json.dumps(line | {"at": "2026-01-01T00:00:00+00:00"})], collector)

        assert collector.sent == 1


class TestRetries:
    def test_a_throttled_batch_is_repeated(self, collector: Collector, personalize_backend: PersonalizeBackend) -> None:
        personalize_backend.faults.throttle("PutEvents", times=3)

        collector.add(visit(1))
        collector.flush()

        assert outcomes(personalize_backend) == ["ThrottlingException"] * 3 + ["taken"]
        assert collector.dead_letters == []

    def test_a_lost_connection_is_made_again(
        self, collector: Collector, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.disconnect("PutEvents", times=2)

        collector.add(visit(1))
        collector.flush()

        assert outcomes(personalize_backend) == ["EndpointConnectionError"] * 2 + ["taken"]

    def test_an_event_that_was_taken_before_the_answer_got_lost_counts_once(
        self, collector: Collector, personalize_backend: PersonalizeBackend, streamed: Callable[[], list[str]]
    ) -> None:
        personalize_backend.faults.disconnect("PutEvents", lost="answer")

        collector.add(visit(1))
        collector.flush()

        assert outcomes(personalize_backend) == ["ConnectionClosedError", "taken"]
        assert len(streamed()) == 1


class TestDeadLetters:
    def test_a_batch_that_is_throttled_for_too_long_is_kept(
        self, collector: Collector, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.throttle("PutEvents", times=4)

        collector.add(visit(1))
        collector.add(visit(2))
        collector.flush()

        assert [letter.visit.event_id for letter in collector.dead_letters] == ["event-1", "event-2"]
        assert {letter.reason for letter in collector.dead_letters} == {"ThrottlingException: Rate exceeded"}
        assert collector.sent == 0

    def test_so_is_one_that_found_no_connection(
        self, collector: Collector, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.disconnect("PutEvents", times=None)

        collector.add(visit(1))
        collector.flush()

        assert [letter.reason for letter in collector.dead_letters] == ["EndpointConnectionError"]

    def test_dead_letters_can_be_sent_again(
        self, collector: Collector, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.fail("PutEvents", "ServiceUnavailable", times=4)
        collector.add(visit(1))
        collector.flush()

        collector.replay()

        assert collector.dead_letters == []
        assert batches(personalize_backend) == [["event-1"]]

    def test_one_bad_event_does_not_spoil_the_batch(
        self, collector: Collector, personalize_backend: PersonalizeBackend
    ) -> None:
        for number in range(10):
            collector.add(visit(number, item="x" * 257 if number == 3 else "teapot"))

        (letter,) = collector.dead_letters
        assert letter.visit.event_id == "event-3"
        assert "Member must have length less than or equal to 256" in letter.reason
        assert collector.sent == 9

    def test_a_tracker_that_is_gone_loses_nothing(self, collector: Collector) -> None:
        collector.tracking_id = "of-a-tracker-that-was-deleted"
        for number in range(10):
            collector.add(visit(number))

        assert len(collector.dead_letters) == 10


@pytest.fixture
def streamed(
    shop_dataset_group: SeededGroup, personalize: Any, personalize_backend: PersonalizeBackend
) -> Callable[[], list[str]]:
    """What was streamed into the dataset, as an export job writes it."""

    def export() -> list[str]:
        personalize.create_dataset_export_job(
            jobName="streamed",
            datasetArn=shop_dataset_group.datasets["INTERACTIONS"],
            ingestionMode="PUT",
            roleArn="arn:aws:iam::123456789012:role/exports",
            jobOutput={"s3DataDestination": {"path": "s3://exports/"}},
        )
        s3 = personalize_backend.s3
        return [row for file in s3.list("s3://exports/") for row in s3.get(file).decode().splitlines()[1:]]

    return export
