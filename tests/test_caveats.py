"""Warnings: they point at the line of the caller, whatever stands between."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from pytest_personalize import LegacyRecipeWarning, PersonalizeBackend, PersonalizeWarning, TimestampWarning, caveats

SHOP = """
import boto3

boto3.client("personalize", region_name="us-east-1").create_dataset_import_job(
    jobName="clicks",
    datasetArn=dataset_arn,
    dataSource={"dataLocation": "s3://bucket/clicks.csv"},
    roleArn="arn:aws:iam::123456789012:role/PersonalizeRole",
)
"""


def test_all_warnings_have_one_base() -> None:
    assert issubclass(TimestampWarning, PersonalizeWarning)
    assert issubclass(LegacyRecipeWarning, PersonalizeWarning)
    assert issubclass(PersonalizeWarning, UserWarning)


def test_a_warning_points_at_the_line_that_made_the_call(
    personalize_backend: PersonalizeBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What watches over all answers of these tests stands between as well, so the caller is a module outside of them.
    monkeypatch.setattr(caveats, "INSIDE", caveats.INSIDE | {"tests"})
    shop = tmp_path / "shop.py"
    shop.write_text(SHOP)
    group = personalize_backend.seed("shop", users=2, items=2, interactions=2)
    data = b"USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\nu,i,1700000000000,View,1\n"
    personalize_backend.s3.put("s3://bucket/clicks.csv", data)

    with pytest.warns(TimestampWarning, match="2023-11-14") as caught:
        runpy.run_path(str(shop), {"dataset_arn": group.datasets["INTERACTIONS"]}, "shop")

    assert [(warning.filename, warning.lineno) for warning in caught] == [(str(shop), 4)]
