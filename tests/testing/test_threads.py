"""Sixteen threads at once: nothing is lost, nothing is done twice, nobody sees half of a change."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from making import USERS_SCHEMA
from pytest_personalize import PersonalizeBackend
from pytest_personalize.service.control.schemas import DatasetSchema
from pytest_personalize.testing.seeded import SeededGroup

THREADS = 16
ROUNDS = 12


@pytest.fixture(autouse=True)
def _frequent_switches() -> Iterator[None]:
    """Let threads change places as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(work: Callable[[int], None], threads: int = THREADS) -> None:
    """Run the work in many threads that begin at the same moment; fails with what went wrong in any of them."""
    barrier = threading.Barrier(threads)
    problems: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as problem:
            problems.append(problem)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert not problems


@pytest.mark.mock_personalize(quotas=None)
def test_mixed_calls_leave_what_they_would_have_left_one_by_one(
    backend: PersonalizeBackend,
    client: Any,
    personalize_events: Any,
    personalize_runtime: Any,
    shop_dataset_group: SeededGroup,
) -> None:
    group = shop_dataset_group
    answers: list[str] = []
    trackers: list[str] = []

    def work(number: int) -> None:
        for turn in range(ROUNDS):
            name = f"g{number}-{turn}"
            created = client.create_dataset_group(name=name)["datasetGroupArn"]
            trackers.append(client.create_event_tracker(name=name, datasetGroupArn=created)["trackingId"])
            tag = {"tagKey": f"k{number}", "tagValue": str(turn)}
            client.tag_resource(resourceArn=group.arn, tags=[tag])
            event = {"eventType": "View", "itemId": group.items[turn], "sentAt": 1_800_000_000 + turn}
            personalize_events.put_events(
                trackingId=group.tracking_id, userId=f"new-{number}", sessionId="s", eventList=[event]
            )
            answer = personalize_runtime.get_recommendations(
                recommenderArn=group.recommenders["Recommended for you"], userId=f"new-{number}", numResults=3
            )
            assert len(answer["itemList"]) == 3
            answers.append(answer["recommendationId"])
            described = client.describe_dataset_group(datasetGroupArn=created)["datasetGroup"]
            assert (described["name"], described["status"]) == (name, "ACTIVE")
            if turn % 3 == 0:
                client.delete_event_tracker(eventTrackerArn=backend_tracker(client, created))
                client.delete_dataset_group(datasetGroupArn=created)

    in_threads(work)

    total = THREADS * ROUNDS
    deleted = THREADS * len(range(0, ROUNDS, 3))
    log = backend._read_region("us-east-1").records[group.arn].interactions
    assert log is not None
    assert len(log) == len(group.interactions) + total
    assert len(backend.dataset_groups) == 1 + total - deleted
    assert len(backend.event_trackers) == 1 + total - deleted
    tags = client.list_tags_for_resource(resourceArn=group.arn)["tags"]
    assert {(tag["tagKey"], tag["tagValue"]) for tag in tags} == {(f"k{n}", str(ROUNDS - 1)) for n in range(THREADS)}
    assert len(set(answers)) == len(set(trackers)) == total
    assert len(backend.calls.of("CreateDatasetGroup")) == len(backend.calls.of("PutEvents")) == total
    assert not [call for call in backend.calls if call.error]


def backend_tracker(client: Any, group_arn: str) -> str:
    """The ARN of the event tracker of a dataset group."""
    (tracker,) = client.list_event_trackers(datasetGroupArn=group_arn)["eventTrackers"]
    return str(tracker["eventTrackerArn"])


def test_a_name_is_given_once(backend: PersonalizeBackend, client: Any) -> None:
    taken = client.exceptions.ResourceAlreadyExistsException  # botocore makes these classes without a lock

    def work(number: int) -> None:
        with suppress(taken):
            client.create_dataset_group(name="shop", tags=[{"tagKey": "by", "tagValue": str(number)}])

    in_threads(work)

    assert list(backend.dataset_groups) == ["shop"]
    assert [call.error for call in backend.calls].count("ResourceAlreadyExistsException") == THREADS - 1


def test_quotas_hold(backend: PersonalizeBackend, client: Any) -> None:
    enough = client.exceptions.LimitExceededException

    def work(number: int) -> None:
        with suppress(enough):
            client.create_dataset_group(name=f"g{number}")

    in_threads(work)

    assert len(backend.dataset_groups) == 5


@pytest.mark.mock_personalize(transitions="clock", quotas=None)
def test_time_may_go_on_meanwhile(backend: PersonalizeBackend, client: Any) -> None:
    def work(number: int) -> None:
        for turn in range(ROUNDS):
            client.create_dataset_group(name=f"g{number}-{turn}")
            backend.clock.advance(minutes=10)
            client.list_dataset_groups(maxResults=5)

    in_threads(work)
    backend.clock.advance(minutes=10)

    assert {group.status for group in backend.dataset_groups.values()} == {"ACTIVE"}
    assert len(backend.dataset_groups) == THREADS * ROUNDS


def test_snapshots_are_whole(backend: PersonalizeBackend, client: Any) -> None:
    """Each thread makes a schema, then a group; no snapshot has more groups than schemas."""
    snapshots = []

    def work(number: int) -> None:
        if number % 4 == 0:
            snapshots.extend(backend.snapshot() for _ in range(ROUNDS))
        else:
            client.create_schema(name=f"s{number}", schema=USERS_SCHEMA)
            client.create_schema(name=f"t{number}", schema=USERS_SCHEMA)

    in_threads(work)

    for snapshot in snapshots:
        backend.restore(snapshot)
        names = set(backend.schemas)
        assert {f"s{name[1:]}" for name in names if name[0] == "t"} <= names


def test_presets_can_be_seeded_side_by_side(backend: PersonalizeBackend) -> None:
    def work(number: int) -> None:
        backend.seed(("shop", "video", "movies", "actions")[number % 4], name=f"group{number}")

    in_threads(work)

    assert sorted(backend.dataset_groups) == sorted(f"group{number}" for number in range(THREADS))
    assert len({group.tracking_id for group in backend.seeded.values()}) == THREADS


def test_resources_can_be_looked_at_meanwhile(backend: PersonalizeBackend, client: Any) -> None:
    backend.transitions = "polls:1"

    def work(number: int) -> None:
        for turn in range(ROUNDS):
            if number % 2:
                arn = client.create_schema(name=f"s{number}-{turn}", schema=USERS_SCHEMA)["schemaArn"]
                client.delete_schema(schemaArn=arn)
            else:
                assert all(name == schema.name for name, schema in backend.schemas.items())

    in_threads(work)

    assert not backend.schemas


def test_a_table_may_change_while_someone_goes_through_it(backend: PersonalizeBackend, client: Any) -> None:
    for name in ("one", "two"):
        client.create_schema(name=name, schema=USERS_SCHEMA)
    table = backend._read_region("us-east-1").rows(DatasetSchema)

    for schema in table:
        table.remove(schema.arn)

    assert not backend.schemas
