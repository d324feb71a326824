"""Declared answers as the runtime gives them: which request is refused, and how often its client tries."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from making import Shop
from pytest_personalize import PersonalizeBackend


def test_a_recorded_refusal_is_of_its_request_and_meets_the_retries_of_the_client(
    shop: Shop, personalize_backend: PersonalizeBackend, tmp_path: Path
) -> None:
    campaign = shop.campaign("aws-popularity-count")
    requests = [{"parameters": {"userId": "user-2"}, "raises": "ThrottlingException"}]
    (tmp_path / "answers.json").write_text(json.dumps({campaign: {"requests": requests}}))
    personalize_backend.answers.load(tmp_path / "answers.json")
    config = Config(retries={"total_max_attempts": 3})
    shop.runtime = boto3.client("personalize-runtime", region_name="us-east-1", config=config)

    with pytest.raises(ClientError, match="ThrottlingException"):
        shop.ids(campaign, userId="user-2")
    assert len(shop.ids(campaign, userId="user-3")) == 25
    errors = [call.error for call in personalize_backend.calls.of("GetRecommendations")]
    assert errors == ["ThrottlingException"] * 3 + [None]
