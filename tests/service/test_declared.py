"""Declared answers as the runtime gives them: which request is refused, and how often its client tries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from making import Deploy, MakeGroup, Shop, Train
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


def test_a_campaign_that_goes_over_to_another_kind_of_recipe_answers_what_was_declared_in_its_words(
    backend: PersonalizeBackend,
    client: Any,
    personalize_runtime: Any,
    make_group: MakeGroup,
    make_solution: Any,
    train: Train,
    deploy: Deploy,
) -> None:
    group = make_group("INTERACTIONS", "ITEMS", "USERS", "ACTIONS", "ACTION_INTERACTIONS")
    actions, ranking = (
        train(make_solution(recipe, name=recipe, datasetGroupArn=group))
        for recipe in ("aws-next-best-action", "aws-personalized-ranking")
    )
    campaign = deploy(actions)
    backend.answers(campaign).default(items=["a1", "i2"])

    client.update_campaign(campaignArn=campaign, solutionVersionArn=ranking)
    ranked = personalize_runtime.get_personalized_ranking(campaignArn=campaign, userId="u1", inputList=["i1", "i2"])
    client.update_campaign(campaignArn=campaign, solutionVersionArn=actions)
    taken = personalize_runtime.get_action_recommendations(campaignArn=campaign, userId="u1")

    assert [entry["itemId"] for entry in ranked["personalizedRanking"]] == ["i2", "i1"]
    assert [entry["actionId"] for entry in taken["actionList"]] == ["a1", "i2"]
