"""A nightly batch: users go out as lines of JSON, recommendations come back as lines of JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from pytest_personalize import PersonalizeBackend, SeededGroup

BUCKET = "nightly"
ROLE = "arn:aws:iam::123456789012:role/personalize"


def newsletters(solution_version_arn: str, users: list[str], night: str) -> dict[str, list[str]]:
    """The code under test: three items for every user, by way of S3."""
    s3 = boto3.client("s3", region_name="us-east-1")
    personalize = boto3.client("personalize", region_name="us-east-1")
    lines = "\n".join(json.dumps({"userId": user}) for user in users)
    s3.put_object(Bucket=BUCKET, Key=f"{night}/users.json", Body=lines.encode())
    arn = personalize.create_batch_inference_job(
        jobName=f"newsletters-{night}",
        solutionVersionArn=solution_version_arn,
        numResults=3,
        jobInput={"s3DataSource": {"path": f"s3://{BUCKET}/{night}/users.json"}},
        jobOutput={"s3DataDestination": {"path": f"s3://{BUCKET}/{night}/out/"}},
        roleArn=ROLE,
    )["batchInferenceJobArn"]
    while True:
        job = personalize.describe_batch_inference_job(batchInferenceJobArn=arn)["batchInferenceJob"]
        if job["status"] == "ACTIVE":
            break
        if job["status"] == "CREATE FAILED":
            raise RuntimeError(job["failureReason"])
        time.sleep(60)
    output = s3.get_object(Bucket=BUCKET, Key=f"{night}/out/users.json.out")["Body"].read().decode()
    found = {}
    for line in map(json.loads, output.splitlines()):
        found[line["input"]["userId"]] = [] if line["error"] else line["output"]["recommendedItems"]
    return found


@pytest.fixture
def bucket() -> Iterator[Any]:
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket=BUCKET)
        yield s3


@pytest.fixture
def version(movies_dataset_group: SeededGroup) -> str:
    return movies_dataset_group.solution_versions["aws-user-personalization-v2"]


def test_every_user_gets_three_items(bucket: Any, version: str, movies_dataset_group: SeededGroup) -> None:
    users = movies_dataset_group.users[:5]

    found = newsletters(version, users, "monday")

    assert list(found) == users
    assert all(len(items) == 3 and set(items) <= set(movies_dataset_group.items) for items in found.values())


def test_it_waits_for_the_job(bucket: Any, version: str, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.transitions = "clock"

    with personalize_backend.clock.skip_sleep():
        newsletters(version, ["user-ada"], "monday")

    assert len(personalize_backend.calls.of("DescribeBatchInferenceJob")) > 5


def test_a_job_that_fails_says_why(bucket: Any, version: str, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.faults.fail_job("CreateBatchInferenceJob", "The role cannot be assumed.")

    with pytest.raises(RuntimeError, match=r"The role cannot be assumed\."):
        newsletters(version, ["user-ada"], "monday")


def test_without_moto_the_files_are_in_the_backend(
    version: str, personalize: Any, personalize_backend: PersonalizeBackend
) -> None:
    personalize_backend.s3.put("s3://any/users.json", b'{"userId": "user-ada"}\n{"user": "user-bob"}')
    personalize.create_batch_inference_job(
        jobName="newsletters",
        solutionVersionArn=version,
        jobInput={"s3DataSource": {"path": "s3://any/users.json"}},
        jobOutput={"s3DataDestination": {"path": "s3://any/out/"}},
        roleArn=ROLE,
    )

    good, bad = map(json.loads, personalize_backend.s3.get("s3://any/out/users.json.out").splitlines())
    assert good["error"] is None
    assert "userId" in bad["error"]
