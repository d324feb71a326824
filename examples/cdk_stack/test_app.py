"""The whole life of a stack, without an account."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from cdk_stack.app import deploy, destroy
from pytest_personalize import PersonalizeBackend

ROWS = "".join(f"user-{number % 30},item-{number % 50},click,{1_700_000_000 + number}\n" for number in range(1200))


@pytest.fixture(autouse=True)
def account(personalize_backend: PersonalizeBackend) -> Iterator[None]:
    """What is there before the first deployment: the bucket with the data, and what ``cdk bootstrap`` has made."""
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="data")
        s3.put_object(Bucket="data", Key="interactions.csv", Body=f"USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n{ROWS}")
        version = {"Name": "/cdk-bootstrap/hnb659fds/version", "Value": "21", "Type": "String"}
        boto3.client("ssm", region_name="eu-west-1").put_parameter(**version)
        yield


def test_a_stack_is_deployed(personalize_backend: PersonalizeBackend) -> None:
    outputs = deploy("Shop", "data")

    ireland = personalize_backend.region("eu-west-1")
    assert ireland.dataset_groups["shop"].arn == outputs["GroupArn"]
    assert ireland.solutions["ranking"].arn == outputs["SolutionArn"]
    assert outputs["TrackingId"] in [tracker.tracking_id for tracker in ireland.event_trackers.values()]
    assert len(personalize_backend.records(ireland.datasets["shop/INTERACTIONS"].arn)) == 1200


def test_it_takes_its_hours_on_the_clock(personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.transitions = "clock"
    begun = personalize_backend.clock.now()

    deploy("Shop", "data")

    assert personalize_backend.region("eu-west-1").solutions["ranking"].status == "ACTIVE"
    assert (personalize_backend.clock.now() - begun).total_seconds() > 5 * 60


def test_a_second_deployment_changes_nothing(personalize_backend: PersonalizeBackend) -> None:
    first = deploy("Shop", "data")
    before = len(personalize_backend.calls.of("CreateDatasetGroup"))

    assert deploy("Shop", "data") == first
    assert len(personalize_backend.calls.of("CreateDatasetGroup")) == before


def test_nothing_is_left_of_a_stack_that_is_destroyed(personalize_backend: PersonalizeBackend) -> None:
    deploy("Shop", "data")

    destroy("Shop")

    left = [one for one in personalize_backend.all_resources() if one.arn not in personalize_backend.given]
    assert [one.kind for one in left] == ["dataset-import-job"]  # nobody can delete these
