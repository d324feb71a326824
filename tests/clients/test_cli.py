"""The AWS command line, version 1."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from making import INTERACTIONS_SCHEMA

Aws = Callable[..., Any]

SCHEMA = json.dumps(INTERACTIONS_SCHEMA)


@pytest.fixture
def aws(client: Callable[[str], Path], run: Callable[..., str]) -> Aws:
    """Runs a command of a service; its answer as JSON knows it, None without one."""
    program = client("awscli/bin/aws")

    def ask(*words: str) -> Any:
        printed = run(program, *words, "--output", "json")
        return json.loads(printed) if printed else None

    return ask


def test_a_group_from_its_beginning_to_its_end(aws: Aws) -> None:
    schema = aws("personalize", "create-schema", "--name", "rows", "--schema", SCHEMA)["schemaArn"]
    group = aws("personalize", "create-dataset-group", "--name", "films", "--tags", "tagKey=équipe,tagValue=検索")
    arn = group["datasetGroupArn"]
    assert aws("personalize", "list-tags-for-resource", "--resource-arn", arn)["tags"] == [
        {"tagKey": "équipe", "tagValue": "検索"}
    ]
    for number in range(3):
        aws("personalize", "create-schema", "--name", f"s{number}", "--schema", SCHEMA)
    listed = aws("personalize", "list-schemas", "--page-size", "2")["schemas"]
    assert sorted(each["name"] for each in listed) == ["rows", "s0", "s1", "s2"]
    assert aws("personalize", "delete-dataset-group", "--dataset-group-arn", arn) is None
    assert aws("personalize", "describe-schema", "--schema-arn", schema)["schema"]["name"] == "rows"


def test_recommendations(aws: Aws, personalize_backend: Any) -> None:
    shop = personalize_backend.seed("shop")
    recommender = shop.recommenders["aws-ecomm-recommended-for-you"]
    found = aws(
        *("personalize-runtime", "get-recommendations", "--recommender-arn", recommender),
        *("--user-id", shop.users[0], "--num-results", "3"),
    )
    assert len(found["itemList"]) == 3


def test_a_refusal_says_what_is_wrong(client: Callable[[str], Path], run: Callable[..., str]) -> None:
    arn = "arn:aws:personalize:us-east-1:123456789012:schema/none"
    with pytest.raises(AssertionError, match="ResourceNotFoundException"):
        run(client("awscli/bin/aws"), "personalize", "describe-schema", "--schema-arn", arn)
