"""Snapshots: the whole state, kept and put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from making import USERS_SCHEMA
from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.testing.seeded import SeededGroup

REGION = "us-east-1"


def event(user: str = "user-ada", item: str = "blue-mug", kind: str = "View") -> dict[str, Any]:
    """A PutEvents request, but for the tracking id."""
    return {
        "userId": user,
        "sessionId": "s",
        "eventList": [{"eventType": kind, "itemId": item, "sentAt": 1_800_000_000}],
    }


CHANGES: dict[str, Callable[[PersonalizeBackend, SeededGroup, Any], object]] = {
    "a new resource": lambda backend, group, client: client.create_dataset_group(name="new"),
    "a deleted resource": lambda backend, group, client: client.delete_filter(
        filterArn=group.filters["exclude-purchased"]
    ),
    "an update": lambda backend, group, client: client.update_recommender(
        recommenderArn=group.recommenders["Best sellers"], recommenderConfig={"minRecommendationRequestsPerSecond": 9}
    ),
    "a tag": lambda backend, group, client: client.tag_resource(
        resourceArn=group.arn, tags=[{"tagKey": "stage", "tagValue": "test"}]
    ),
    "events": lambda backend, group, client: boto3.client("personalize-events", region_name=REGION).put_events(
        trackingId=group.tracking_id, **event()
    ),
    "items": lambda backend, group, client: boto3.client("personalize-events", region_name=REGION).put_items(
        datasetArn=group.datasets["ITEMS"],
        items=[
            {
                "itemId": "new",
                "properties": '{"price": 1, "categoryL1": "toys", "productDescription": "x", "creationTimestamp": 1}',
            }
        ],
    ),
    "an object": lambda backend, group, client: backend.s3.put("s3://bucket/key", b"new"),
    "an object that is written anew": lambda backend, group, client: backend.s3.put(
        "s3://personalize-seeded/shop/items.csv", b"new"
    ),
    "another region": lambda backend, group, client: boto3.client("personalize", region_name="eu-west-1").create_schema(
        name="s", schema=USERS_SCHEMA
    ),
    "a declared answer": lambda backend, group, client: backend.answers(group.recommenders["Best sellers"]).default(
        items=["declared"]
    ),
    "a fault": lambda backend, group, client: backend.faults.throttle("ListSchemas", times=3),
    "time": lambda backend, group, client: backend.clock.advance(days=3),
    "a frozen clock": lambda backend, group, client: backend.clock.freeze(0),
    "another seeded group": lambda backend, group, client: backend.seed("movies"),
    "a script under way": lambda backend, group, client: (
        setattr(backend, "transitions", "polls:3"),
        client.create_dataset_group(name="slow"),
        setattr(backend, "transitions", "instant"),
    ),
}


def picture(backend: PersonalizeBackend, group: SeededGroup) -> dict[str, Any]:
    """All that can be seen of a backend from outside, without a change to it."""
    regions = {name: backend._read_region(name) for name in ("us-east-1", "eu-west-1")}
    records = {arn: records for region in regions.values() for arn, records in region.records.items()}
    runtime = boto3.client("personalize-runtime", region_name=REGION)
    ask = {"userId": "user-ada", "itemId": "blue-mug"}
    snapshot = backend.snapshot()
    seen = {
        "resources": {name: [list(table) for _, table in region.tables()] for name, region in regions.items()},
        "tags": {name: region.tags for name, region in regions.items()},
        "rows": {
            arn: (len(of.interactions or ()), len(of.items_table or ()), list(of.items), list(of.users))
            for arn, of in records.items()
        },
        "objects": {uri: backend.s3.get(uri) for uri in backend.s3.list("s3://personalize-seeded/")},
        "new bucket": "'bucket'" in repr(backend.s3),
        "faults": list(map(str, backend.faults)),
        "clock": snapshot.state.clock,
        "seeded": list(backend.seeded),
        "engine": snapshot.state.agenda,
        "quotas": snapshot.state.quotas,
    }
    backend.faults.clear()
    for use_case, arn in group.recommenders.items():
        answer = runtime.get_recommendations(recommenderArn=arn, **ask)
        seen[use_case] = answer["itemList"], answer["recommendationId"]
    backend.restore(snapshot)
    return seen


@pytest.fixture
def group(backend: PersonalizeBackend) -> SeededGroup:
    backend.clock.freeze(1_790_000_000)
    return backend.seed("shop", users=10, items=20, interactions=300)


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_of_a_later_change_shows(
    backend: PersonalizeBackend, group: SeededGroup, client: Any, change: str
) -> None:
    before = picture(backend, group)
    snapshot = backend.snapshot()
    CHANGES[change](backend, group, client)
    changed = picture(backend, group)

    backend.restore(snapshot)

    assert changed != before
    assert picture(backend, group) == before


def test_a_snapshot_can_be_gone_back_to_again_and_again(
    backend: PersonalizeBackend, group: SeededGroup, client: Any
) -> None:
    before = picture(backend, group)
    snapshot = backend.snapshot()
    for _ in range(3):
        for change in CHANGES.values():
            change(backend, group, client)
            backend.faults.clear()
            backend.restore(snapshot)

    assert picture(backend, group) == before


def test_snapshots_are_independent(backend: PersonalizeBackend, client: Any) -> None:
    client.create_dataset_group(name="first")
    one = backend.snapshot()
    client.create_dataset_group(name="second")
    two = backend.snapshot()

    backend.restore(one)
    names_of_one = list(backend.dataset_groups)
    backend.restore(two)

    assert (names_of_one, list(backend.dataset_groups)) == (["first"], ["first", "second"])


def test_what_was_under_way_goes_on(backend: PersonalizeBackend, client: Any) -> None:
    backend.transitions = "polls:2"
    arn = client.create_dataset_group(name="shop")["datasetGroupArn"]
    first = client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"]
    snapshot = backend.snapshot()

    def rest() -> list[str]:
        return [client.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]["status"] for _ in range(2)]

    straight = rest()
    backend.restore(snapshot)

    assert (first, straight) == ("CREATE PENDING", ["CREATE IN_PROGRESS", "ACTIVE"])
    assert rest() == straight


def test_what_was_planned_happens(backend: PersonalizeBackend, client: Any) -> None:
    backend.transitions = "clock"
    client.create_dataset_group(name="shop")
    snapshot = backend.snapshot()
    backend.clock.advance(hours=1)
    backend.restore(snapshot)
    assert backend.dataset_groups["shop"].status == "CREATE PENDING"

    backend.clock.advance(hours=1)

    assert backend.dataset_groups["shop"].status == "ACTIVE"


def test_the_same_ids_are_given_again(backend: PersonalizeBackend, client: Any) -> None:
    arn = client.create_dataset_group(name="shop")["datasetGroupArn"]
    snapshot = backend.snapshot()
    first = client.create_event_tracker(name="t", datasetGroupArn=arn)["trackingId"]
    backend.restore(snapshot)

    assert client.create_event_tracker(name="t", datasetGroupArn=arn)["trackingId"] == first


def test_a_page_token_outlasts_all_that_was_listed(backend: PersonalizeBackend, client: Any) -> None:
    arns = [client.create_dataset_group(name=name)["datasetGroupArn"] for name in ("shop", "news")]
    token = client.list_dataset_groups(maxResults=1)["nextToken"]
    for arn in arns:
        client.delete_dataset_group(datasetGroupArn=arn)
    backend.restore(backend.snapshot())
    client.create_dataset_group(name="films")

    page = client.list_dataset_groups(nextToken=token)["datasetGroups"]
    assert [group["name"] for group in page] == ["films"]


def test_calls_and_settings_stay(backend: PersonalizeBackend, client: Any) -> None:
    snapshot = backend.snapshot()
    backend.transitions = "polls:1"
    client.list_schemas()

    backend.restore(snapshot)

    assert (len(backend.calls), backend.transitions.default) == (1, "polls:1")


def test_it_can_be_put_into_another_backend(backend: PersonalizeBackend, client: Any) -> None:
    client.create_dataset_group(name="shop")
    snapshot = backend.snapshot()
    with mock_personalize() as other:
        other.restore(snapshot)
        client.create_dataset_group(name="news")

        assert list(other.dataset_groups) == ["shop", "news"]
    assert list(backend.dataset_groups) == ["shop"]


def test_its_quotas_come_with_it(backend: PersonalizeBackend, client: Any) -> None:
    with mock_personalize(quotas={"dataset_groups": 1}) as strict:
        snapshot = strict.snapshot()
    backend.restore(snapshot)
    client.create_dataset_group(name="shop")
    with pytest.raises(client.exceptions.LimitExceededException):
        client.create_dataset_group(name="news")


def test_a_snapshot_of_another_account_is_refused(backend: PersonalizeBackend, client: Any) -> None:
    snapshot = backend.snapshot()
    with mock_personalize(account_id="999999999999") as other:
        client.create_dataset_group(name="mine")
        with pytest.raises(ValueError, match="of account 123456789012, the backend of 999999999999"):
            other.restore(snapshot)

        assert list(other.dataset_groups) == ["mine"]


def test_whatever_a_region_has_is_kept(backend: PersonalizeBackend) -> None:
    of_the_call_or_made_again = {"account", "engine", "name", "operation", "members", "prefix", "kept"}
    on_record = {"data_points"}  # as calls are: what was reported stays reported
    names = {name.strip("_") for name in vars(backend._read_region(REGION))} - of_the_call_or_made_again - on_record

    assert names == {"state"}
