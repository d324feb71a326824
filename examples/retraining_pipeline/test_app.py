"""A night of several hours, in milliseconds: jobs that take their time, jobs that fail, a version that is worse."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from pytest_personalize import PersonalizeBackend, SeededGroup
from pytest_personalize.names import Operation
from retraining_pipeline.app import Deployment, Pipeline, PipelineError

NIGHT = date(2026, 1, 31)
RECIPE = "aws-user-personalization-v2"


@pytest.fixture
def s3() -> Iterator[Any]:
    """The S3 of moto, with the bucket of the pipeline; import jobs read from it as long as it is active."""
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1")
        client.create_bucket(Bucket="nightly")
        yield client


@pytest.fixture
def pipeline(s3: Any, movies_dataset_group: SeededGroup, personalize_backend: PersonalizeBackend) -> Iterator[Pipeline]:
    """The pipeline of a campaign that is in use; jobs show two states on their way, and sleeping takes no time."""
    personalize_backend.transitions = "polls:2"
    with personalize_backend.clock.skip_sleep():
        yield Pipeline(
            Deployment(
                campaign_arn=movies_dataset_group.campaigns[RECIPE],
                dataset_arn=movies_dataset_group.datasets["INTERACTIONS"],
                bucket="nightly",
                role_arn="arn:aws:iam::123456789012:role/nightly",
            )
        )


@pytest.fixture
def rows(movies_dataset_group: SeededGroup) -> list[dict[str, Any]]:
    """What the users did until tonight: all that was known before, and a premiere that almost all went to see."""
    known: list[dict[str, Any]] = [dict(row) for row in movies_dataset_group.interactions]
    premiere = {"ITEM_ID": "premiere", "TIMESTAMP": known[-1]["TIMESTAMP"] + 3600, "EVENT_TYPE": "Watch"}
    return known + [{"USER_ID": user} | premiere for user in movies_dataset_group.users[1:]]


def serving(backend: PersonalizeBackend) -> str:
    """The solution version that the campaign serves."""
    return backend.campaigns[f"movies-{RECIPE.removeprefix('aws-')}"].solution_version_arn


class TestAGoodNight:
    def test_the_campaign_serves_the_new_version(
        self, pipeline: Pipeline, rows: list[dict[str, Any]], personalize_backend: PersonalizeBackend
    ) -> None:
        before = serving(personalize_backend)

        outcome = pipeline.run(NIGHT, rows)

        assert outcome.deployed
        assert serving(personalize_backend) == outcome.version_arn != before

    def test_recommendations_follow_the_new_data(
        self,
        pipeline: Pipeline,
        rows: list[dict[str, Any]],
        movies_dataset_group: SeededGroup,
        personalize_runtime: Any,
    ) -> None:
        pipeline.run(NIGHT, rows)

        answer = personalize_runtime.get_recommendations(
            campaignArn=movies_dataset_group.campaigns[RECIPE], userId=movies_dataset_group.users[0]
        )
        assert "premiere" in [item["itemId"] for item in answer["itemList"]]

    def test_a_film_that_has_left_the_data_is_recommended_no_more(
        self,
        pipeline: Pipeline,
        rows: list[dict[str, Any]],
        movies_dataset_group: SeededGroup,
        personalize_runtime: Any,
    ) -> None:
        def recommended() -> list[str]:
            answer = personalize_runtime.get_recommendations(
                campaignArn=movies_dataset_group.campaigns[RECIPE], userId=movies_dataset_group.users[0]
            )
            return [item["itemId"] for item in answer["itemList"]]

        leaving = recommended()[0]

        pipeline.run(NIGHT, [row for row in rows if row["ITEM_ID"] != leaving])

        assert leaving not in recommended()

    def test_the_file_of_the_night_stays_in_the_bucket(
        self, pipeline: Pipeline, rows: list[dict[str, Any]], s3: Any
    ) -> None:
        pipeline.run(NIGHT, rows)

        file = s3.get_object(Bucket="nightly", Key="interactions/2026-01-31.csv")["Body"].read().decode()
        assert file.splitlines()[0] == "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"
        assert len(file.splitlines()) == len(rows) + 1

    def test_each_job_is_asked_for_until_it_has_ended(
        self, pipeline: Pipeline, rows: list[dict[str, Any]], personalize_backend: PersonalizeBackend
    ) -> None:
        pipeline.run(NIGHT, rows)

        seen = [
            call.response["datasetImportJob"]["status"]
            for call in personalize_backend.calls.of("DescribeDatasetImportJob")
            if call.response
        ]
        assert seen == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]

    def test_it_sleeps_two_minutes_a_job(
        self, pipeline: Pipeline, rows: list[dict[str, Any]], personalize_backend: PersonalizeBackend
    ) -> None:
        begun = personalize_backend.clock.freeze()

        pipeline.run(NIGHT, rows)

        assert personalize_backend.clock.now() - begun == timedelta(minutes=2 + 2 + 2)

    def test_it_is_done_by_morning(
        self, pipeline: Pipeline, rows: list[dict[str, Any]], personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.transitions = "clock"  # as long as at AWS
        begun = personalize_backend.clock.freeze()

        pipeline.run(NIGHT, rows)

        assert timedelta(minutes=30) < personalize_backend.clock.now() - begun < timedelta(hours=6)


class TestTheGate:
    def test_a_version_that_is_worse_is_not_deployed(
        self, pipeline: Pipeline, rows: list[dict[str, Any]], personalize_backend: PersonalizeBackend
    ) -> None:
        before = serving(personalize_backend)
        for number, row in enumerate(rows):  # the export has mixed up its columns
            row["ITEM_ID"] = f"row-{number}"

        outcome = pipeline.run(NIGHT, rows)

        assert outcome.metric < outcome.metric_before
        assert not outcome.deployed
        assert serving(personalize_backend) == before
        personalize_backend.calls.assert_not_called("UpdateCampaign")


class TestABadNight:
    def test_a_file_with_a_missing_column_ends_it(
        self, pipeline: Pipeline, rows: list[dict[str, Any]], personalize_backend: PersonalizeBackend
    ) -> None:
        for row in rows:
            del row["ITEM_ID"]

        with pytest.raises(PipelineError, match=r"import refused: .*ITEM_ID"):
            pipeline.run(NIGHT, rows)

        personalize_backend.calls.assert_not_called("CreateSolutionVersion")

    def test_an_import_that_fails_ends_it(
        self, pipeline: Pipeline, rows: list[dict[str, Any]], personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.fail_job("CreateDatasetImportJob", "The role cannot be assumed.")

        with pytest.raises(PipelineError, match=r"import failed: The role cannot be assumed\."):
            pipeline.run(NIGHT, rows)

        personalize_backend.calls.assert_not_called("CreateSolutionVersion")

    @pytest.mark.parametrize(
        ("operation", "step"), [("CreateSolutionVersion", "training"), ("UpdateCampaign", "update")]
    )
    def test_whatever_fails_later_leaves_the_campaign_as_it_was(
        self,
        operation: Operation,
        step: str,
        pipeline: Pipeline,
        rows: list[dict[str, Any]],
        personalize_backend: PersonalizeBackend,
    ) -> None:
        before = serving(personalize_backend)
        personalize_backend.faults.fail_job(operation, "Internal error.")

        with pytest.raises(PipelineError, match=rf"{step} failed: Internal error\."):
            pipeline.run(NIGHT, rows)

        assert serving(personalize_backend) == before

    def test_it_does_not_wait_forever(
        self, pipeline: Pipeline, rows: list[dict[str, Any]], personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.transitions = {"default": "instant", "solution-version": "polls:1000"}

        with pytest.raises(PipelineError, match="training took more than 300 minutes"):
            pipeline.run(NIGHT, rows)
