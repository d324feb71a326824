"""A Lambda function whose region, account and ARNs stand in the code, and whose clients are made at import."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from pytest_personalize import PersonalizeBackend, mock_personalize

REGION = "eu-west-1"
PREFIX = f"arn:aws:personalize:{REGION}:210987654321"
HOME = f"{PREFIX}:campaign/home-prod"
ALSO_LIKED = f"{PREFIX}:campaign/also-liked-prod"
UNSEEN = f"{PREFIX}:filter/unseen-prod"

RUNTIME = boto3.client("personalize-runtime", region_name=REGION)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """``{"user": …}`` asks for the home page, ``{"item": …}`` for what goes with a film."""
    try:
        if "item" in event:
            answer = RUNTIME.get_recommendations(campaignArn=ALSO_LIKED, itemId=event["item"], numResults=4)
        else:
            answer = RUNTIME.get_recommendations(campaignArn=HOME, userId=event["user"], numResults=4)
    except ClientError as error:
        return {"statusCode": 502, "body": error.response["Error"]["Code"]}
    return {"statusCode": 200, "body": json.dumps([item["itemId"] for item in answer["itemList"]])}


def items(event: dict[str, Any]) -> list[str]:
    response = handler(event, None)
    assert response["statusCode"] == 200, response
    found: list[str] = json.loads(response["body"])
    return found


class TestDeclared:
    @pytest.fixture(autouse=True)
    def _answers(self, personalize_backend: PersonalizeBackend) -> None:
        personalize_backend.answers(HOME).for_user("ada", items=["alien", "solaris"]).default(items=["amelie"])
        personalize_backend.answers(ALSO_LIKED).for_item("alien", items=[("solaris", 0.75), ("moon", 0.25)])

    def test_a_known_user_gets_her_films(self) -> None:
        assert items({"user": "ada"}) == ["alien", "solaris"]

    def test_everybody_else_gets_the_default(self) -> None:
        assert items({"user": "somebody"}) == ["amelie"]

    def test_a_film_has_its_neighbours(self) -> None:
        assert items({"item": "alien"}) == ["solaris", "moon"]

    def test_nothing_is_known_of_other_films(self) -> None:
        assert items({"item": "amelie"}) == []

    def test_an_outage_is_a_bad_gateway(self, personalize_backend: PersonalizeBackend) -> None:
        personalize_backend.faults.fail("GetRecommendations", "ServiceUnavailable", times=None)

        assert handler({"user": "ada"}, None) == {"statusCode": 502, "body": "ServiceUnavailable"}


class TestTrained:
    def test_campaigns_of_own_data_have_the_arns_of_the_code(self, personalize_backend: PersonalizeBackend) -> None:
        watched = [(user, film) for user in ("ada", "bob", "eve") for film in ("alien", "solaris", "moon")]
        personalize_backend.seed_from(
            "films",
            interactions=[*watched, ("cleo", "amelie"), ("cleo", "paterson"), ("dan", "alien")],
            recipes=["aws-sims", "aws-user-personalization-v2"],
            arns={"aws-sims": ALSO_LIKED, "aws-user-personalization-v2": HOME},
            region=REGION,
        )

        assert set(items({"item": "alien"})[:2]) == {"solaris", "moon"}
        assert items({"user": "cleo"})


@mock_personalize(region=REGION)
def test_without_a_campaign_it_is_a_bad_gateway() -> None:
    assert handler({"user": "ada"}, None)["body"] == "ResourceNotFoundException"
