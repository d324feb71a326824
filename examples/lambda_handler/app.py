"""Search results in the order of a user's taste: an AWS Lambda function behind API Gateway.

``POST /ranking`` with ``{"userId": "ada", "itemIds": ["a", "b", ...]}`` answers with the same items, the best first.
Search goes on when Personalize does not: whatever goes wrong there ends in the order in which the items came.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

LOG = logging.getLogger(__name__)

MOST_RANKED: Final = 500
"""How many items GetPersonalizedRanking takes."""

# Made once for each container of the function, at import, and so before any test has begun.
RUNTIME = boto3.client(
    "personalize-runtime",
    config=Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}),
)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """What Lambda calls: an event of API Gateway in, a proxy response out."""
    try:
        user_id, item_ids = read_request(event)
    except ValueError as error:
        return respond(400, {"error": str(error)})
    try:
        ranked = rank(user_id, item_ids)
    except (ClientError, BotoCoreError) as error:
        LOG.warning("not personalized for %s: %s", user_id, error)
        return respond(200, {"itemIds": item_ids, "personalized": False})
    return respond(200, {"itemIds": ranked, "personalized": True})


def read_request(event: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The user and the items of a request, each item once; ValueError for anything else."""
    try:
        body = json.loads(event["body"])
        user_id, item_ids = body["userId"], body["itemIds"]
    except (KeyError, TypeError, ValueError):
        raise ValueError("the body must be JSON with userId and itemIds") from None
    if not user_id or not isinstance(user_id, str):
        raise ValueError("userId must be a text")
    if not isinstance(item_ids, list) or not all(isinstance(item, str) for item in item_ids):
        raise ValueError("itemIds must be a list of texts")
    return user_id, list(dict.fromkeys(item_ids))


def rank(user_id: str, item_ids: Sequence[str]) -> list[str]:
    """The items in the order of the user's taste; those that are too many for one call stay behind, as they are."""
    if not item_ids:
        return []
    answer = RUNTIME.get_personalized_ranking(
        campaignArn=os.environ["CAMPAIGN_ARN"], userId=user_id, inputList=list(item_ids[:MOST_RANKED])
    )
    return [item["itemId"] for item in answer["personalizedRanking"]] + list(item_ids[MOST_RANKED:])


def respond(status: int, body: Mapping[str, Any]) -> dict[str, Any]:
    """A response in the form that API Gateway wants."""
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
