"""An uploader that checks nothing itself and passes on what the service says of a file."""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend

FIELDS = [("USER_ID", "string"), ("ITEM_ID", "string"), ("TIMESTAMP", "long"), ("EVENT_VALUE", ["float", "null"])]
SCHEMA = {
    "type": "record",
    "name": "Interactions",
    "namespace": "com.amazonaws.personalize.schema",
    "fields": [{"name": name, "type": kind} for name, kind in FIELDS],
    "version": "1.0",
}


def upload(dataset_arn: str, location: str) -> str | None:
    """The code under test: why a file cannot be imported, None when it was."""
    personalize = boto3.client("personalize", region_name="us-east-1")
    try:
        arn = personalize.create_dataset_import_job(
            jobName="upload",
            datasetArn=dataset_arn,
            dataSource={"dataLocation": location},
            roleArn="arn:aws:iam::123456789012:role/upload",
        )["datasetImportJobArn"]
    except personalize.exceptions.InvalidInputException as error:
        return str(error.response["Error"]["Message"])
    job = personalize.describe_dataset_import_job(datasetImportJobArn=arn)["datasetImportJob"]
    return job.get("failureReason")


@pytest.fixture
def dataset_arn(personalize: Any) -> str:
    schema_arn = personalize.create_schema(name="clicks", schema=json.dumps(SCHEMA))["schemaArn"]
    group_arn = personalize.create_dataset_group(name="clicks")["datasetGroupArn"]
    arn: str = personalize.create_dataset(
        name="clicks", datasetGroupArn=group_arn, datasetType="Interactions", schemaArn=schema_arn
    )["datasetArn"]
    return arn


HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_VALUE\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            HEADER + "ada,alien,1700000000,0.5\nbob,alien,yesterday,\n",
            r"'yesterday' is no long.*line 3, column TIMESTAMP",
        ),
        (HEADER + "ada,alien,1700000000\n", "line 2"),
        (HEADER + ",alien,1700000000,\n", "line 2, column USER_ID"),
        ("USER,ITEM_ID,TIMESTAMP,EVENT_VALUE\nada,alien,1,\n", "USER_ID"),
        ("", "header|empty"),
        (HEADER.replace(",", ";") + "ada;alien;1700000000;\n", "USER_ID"),
    ],
    ids=["a word for a time", "a column short", "no user", "another header", "nothing", "semicolons"],
)
def test_the_uploader_says_what_is_wrong(
    text: str, complaint: str, dataset_arn: str, personalize_backend: PersonalizeBackend
) -> None:
    personalize_backend.s3.put("s3://clicks/today.csv", text.encode())

    reason = upload(dataset_arn, "s3://clicks/today.csv")

    assert reason is not None
    assert re.search(complaint, reason)


def test_a_good_file_is_imported(dataset_arn: str, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.s3.put("s3://clicks/today.csv", (HEADER + "ada,alien,1700000000,\n").encode())

    assert upload(dataset_arn, "s3://clicks/today.csv") is None
    assert personalize_backend.records(dataset_arn) == [
        {"USER_ID": "ada", "ITEM_ID": "alien", "TIMESTAMP": 1700000000, "EVENT_VALUE": None}
    ]


def test_a_file_that_is_not_there_is_named(dataset_arn: str, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.s3.put("s3://clicks/today.csv", HEADER.encode())

    assert "s3://clicks/tomorrow.csv" in (upload(dataset_arn, "s3://clicks/tomorrow.csv") or "")
