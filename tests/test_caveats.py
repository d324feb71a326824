"""Warnings: they point at the line of the caller, whatever stands between."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from pytest_personalize import LegacyRecipeWarning, PersonalizeBackend, PersonalizeWarning, TimestampWarning
from pytest_personalize.service import endpoint


def test_all_warnings_have_one_base() -> None:
    assert issubclass(TimestampWarning, PersonalizeWarning)
    assert issubclass(LegacyRecipeWarning, PersonalizeWarning)
    assert issubclass(PersonalizeWarning, UserWarning)


def test_a_warning_points_at_the_line_that_made_the_call(
    personalize_backend: PersonalizeBackend, watch_over_answers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "answer", watch_over_answers.answer)  # or else the watch would be the caller
    group = personalize_backend.seed("shop", users=2, items=2, interactions=2)
    data = b"USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\nu,i,1700000000000,View,1\n"
    personalize_backend.s3.put("s3://bucket/clicks.csv", data)
    with pytest.warns(TimestampWarning, match="2023-11-14") as caught:
        boto3.client("personalize", region_name="us-east-1").create_dataset_import_job(
            jobName="clicks",
            datasetArn=group.datasets["INTERACTIONS"],
            dataSource={"dataLocation": "s3://bucket/clicks.csv"},
            roleArn="arn:aws:iam::123456789012:role/PersonalizeRole",
        )
    assert [warning.filename for warning in caught] == [__file__]
