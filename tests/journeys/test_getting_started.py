"""The official getting-started material as an unchanged boto3 program: polling loops, sleeps, S3 and all."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto import mock_aws

from making import INTERACTIONS_SCHEMA
from pytest_personalize import PersonalizeBackend, mock_personalize

REGION = "us-east-1"
BUCKET = "personalize-demo"
ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
END_STATES = ("ACTIVE", "CREATE FAILED")


def interactions_csv() -> str:
    """1,500 interactions of 60 users, who each keep to the even or to the odd films."""
    choose = random.Random(1)
    rows = ["USER_ID,ITEM_ID,TIMESTAMP"]
    for user in range(60):
        moment = 1_600_000_000 + user
        for _ in range(25):
            moment += choose.randint(60, 86_400)
            rows.append(f"{user},{2 * min(int(choose.expovariate(0.15)), 39) + user % 2},{moment}")
    return "\n".join(rows) + "\n"


class GettingStarted:
    """The notebook, cell by cell; ``statuses`` keeps what its polling loops printed."""

    def __init__(self) -> None:
        self.personalize = boto3.client("personalize", region_name=REGION)
        self.runtime = boto3.client("personalize-runtime", region_name=REGION)
        self.events = boto3.client("personalize-events", region_name=REGION)
        self.statuses: dict[str, list[str]] = {}

    def upload(self) -> None:
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="interactions.csv", Body=interactions_csv())

    def wait(self, name: str, describe: Callable[[], Any]) -> None:
        printed = self.statuses[name] = []
        max_time = time.time() + 3 * 60 * 60
        while time.time() < max_time:
            status = describe()["status"]
            printed.append(status)
            if status in END_STATES:
                break
            time.sleep(60)

    def run(self) -> list[str]:
        """Up to recommendations for user 0."""
        personalize = self.personalize
        schema_arn = personalize.create_schema(name="getting-started", schema=json.dumps(INTERACTIONS_SCHEMA))[
            "schemaArn"
        ]
        group_arn = personalize.create_dataset_group(name="getting-started")["datasetGroupArn"]
        self.wait(
            "dataset group",
            lambda: personalize.describe_dataset_group(datasetGroupArn=group_arn)["datasetGroup"],
        )
        dataset_arn = personalize.create_dataset(
            name="getting-started", datasetType="INTERACTIONS", datasetGroupArn=group_arn, schemaArn=schema_arn
        )["datasetArn"]
        self.wait("dataset", lambda: personalize.describe_dataset(datasetArn=dataset_arn)["dataset"])
        job_arn = personalize.create_dataset_import_job(
            jobName="getting-started",
            datasetArn=dataset_arn,
            dataSource={"dataLocation": f"s3://{BUCKET}/interactions.csv"},
            roleArn=ROLE,
        )["datasetImportJobArn"]
        self.wait(
            "import",
            lambda: personalize.describe_dataset_import_job(datasetImportJobArn=job_arn)["datasetImportJob"],
        )
        pages = personalize.get_paginator("list_recipes").paginate()
        recipes = {recipe["name"]: recipe["recipeArn"] for page in pages for recipe in page["recipes"]}
        solution_arn = personalize.create_solution(
            name="getting-started", datasetGroupArn=group_arn, recipeArn=recipes["aws-user-personalization"]
        )["solutionArn"]
        version_arn = personalize.create_solution_version(solutionArn=solution_arn)["solutionVersionArn"]
        self.wait(
            "solution version",
            lambda: personalize.describe_solution_version(solutionVersionArn=version_arn)["solutionVersion"],
        )
        self.metrics = personalize.get_solution_metrics(solutionVersionArn=version_arn)["metrics"]
        self.campaign_arn = personalize.create_campaign(
            name="getting-started",
            solutionVersionArn=version_arn,
            minProvisionedTPS=1,
            campaignConfig={"itemExplorationConfig": {"explorationWeight": "0.5"}},
        )["campaignArn"]
        self.wait("campaign", lambda: personalize.describe_campaign(campaignArn=self.campaign_arn)["campaign"])
        self.tracking_id = personalize.create_event_tracker(name="getting-started", datasetGroupArn=group_arn)[
            "trackingId"
        ]
        return self.recommended("0")

    def recommended(self, user_id: str) -> list[str]:
        answer = self.runtime.get_recommendations(campaignArn=self.campaign_arn, userId=user_id)
        return [item["itemId"] for item in answer["itemList"]]

    def watch(self, user_id: str, item_id: str, moment: int) -> None:
        self.events.put_events(
            trackingId=self.tracking_id,
            userId=user_id,
            sessionId="session",
            eventList=[{"sentAt": moment, "eventType": "watch", "properties": json.dumps({"itemId": item_id})}],
        )


@pytest.fixture
def skipped_sleeps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The sleeps that the program asked for; none is taken."""
    asked: list[float] = []
    monkeypatch.setattr(time, "sleep", asked.append)
    return asked


def parity(items: list[str]) -> float:
    """The share of odd films."""
    return sum(int(item) % 2 for item in items) / len(items)


def test_the_journey_ends_in_recommendations_that_follow_the_users_taste() -> None:
    with mock_aws(), mock_personalize():
        journey = GettingStarted()
        journey.upload()
        items = journey.run()
        assert len(items) == 25
        assert parity(items) < 0.5
        assert journey.metrics["normalized_discounted_cumulative_gain_at_25"] > 0


def test_streamed_events_change_the_recommendations_at_once() -> None:
    with mock_aws(), mock_personalize():
        journey = GettingStarted()
        journey.upload()
        before = journey.run()
        for number in range(6):
            journey.watch("0", str(2 * number + 1), 1_700_000_000 + number)
        after = journey.recommended("0")
        assert after != before
        assert parity(after[:10]) > parity(before[:10])


def test_instant_resources_are_active_at_the_first_look(skipped_sleeps: list[float]) -> None:
    with mock_aws(), mock_personalize():
        journey = GettingStarted()
        journey.upload()
        journey.run()
        assert set(map(tuple, journey.statuses.values())) == {("ACTIVE",)}
        assert not skipped_sleeps


def test_polled_resources_walk_through_the_states_of_the_service(skipped_sleeps: list[float]) -> None:
    with mock_aws(), mock_personalize(transitions="polls:2"):
        journey = GettingStarted()
        journey.upload()
        journey.run()
        ways = {("CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"), ("ACTIVE",)}  # datasets and trackers are quick
        assert set(map(tuple, journey.statuses.values())) == ways
        assert set(skipped_sleeps) == {60}


def test_the_clock_makes_the_journey_take_as_long_as_it_does_at_aws() -> None:
    with mock_aws(), mock_personalize(transitions="clock") as backend, backend.clock.skip_sleep():
        started = backend.clock.now()
        journey = GettingStarted()
        journey.upload()
        journey.run()
        assert (backend.clock.now() - started).total_seconds() > 30 * 60


def test_what_takes_seconds_at_aws_is_ready_at_once_and_the_rest_is_waited_for() -> None:
    with mock_aws(), mock_personalize(transitions="aws") as backend, backend.clock.skip_sleep():
        journey = GettingStarted()
        journey.upload()
        started = time.perf_counter()
        journey.run()
        assert time.perf_counter() - started < 60  # not one of its pauses was taken
    waited = ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]
    assert journey.statuses == {
        "dataset group": ["ACTIVE"],
        "dataset": ["ACTIVE"],
        "import": waited,
        "solution version": waited,
        "campaign": waited,
    }


def test_row_16_a_clean_up_loop_that_waits_for_an_answer_ends() -> None:
    """It breaks when Describe answers, which it does once: the loop never sees the group go."""
    with mock_personalize(transitions="aws") as backend, backend.clock.skip_sleep():
        personalize = boto3.client("personalize", region_name=REGION)
        group_arn = personalize.create_dataset_group(name="getting-started")["datasetGroupArn"]
        personalize.delete_dataset_group(datasetGroupArn=group_arn)
        answered = []
        end = time.time() + 60 * 60
        while time.time() < end:
            try:
                answered.append(personalize.describe_dataset_group(datasetGroupArn=group_arn)["datasetGroup"]["status"])
                break
            except personalize.exceptions.ResourceNotFoundException:
                time.sleep(20)
        assert answered == ["DELETE PENDING"]
        with pytest.raises(personalize.exceptions.ResourceNotFoundException):
            personalize.describe_dataset_group(datasetGroupArn=group_arn)


def test_a_missing_file_shows_when_the_import_is_created() -> None:
    with mock_aws(), mock_personalize(region=REGION) as backend:
        journey = GettingStarted()
        boto3.client("s3", region_name=REGION).create_bucket(Bucket=BUCKET)
        with pytest.raises(
            journey.personalize.exceptions.InvalidInputException, match=r"Invalid Data location\..*interactions\.csv"
        ):
            journey.run()
        assert not backend.dataset_import_jobs


def test_nothing_of_one_journey_is_left_for_the_next() -> None:
    for _ in range(2):
        with mock_aws(), mock_personalize(region=REGION) as backend:
            journey = GettingStarted()
            journey.upload()
            journey.run()
            assert isinstance(backend, PersonalizeBackend)
            assert list(backend.campaigns) == ["getting-started"]
