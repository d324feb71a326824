"""Property tests: a page that keeps its promises for any request, and code that takes any answer."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_personalize import mock_personalize
from pytest_personalize.strategies import requests


def page(runtime: Any, recommender_arn: str, user: str, hidden: set[str], count: int) -> list[str]:
    """The code under test: ``count`` items, none of them ``hidden``; it asks for as many more as are hidden."""
    wanted = min(500, count + len(hidden))
    answer = runtime.get_recommendations(recommenderArn=recommender_arn, userId=user, numResults=wanted)
    found = [item["itemId"] for item in answer["itemList"] if item["itemId"] not in hidden]
    return found[:count]


@pytest.fixture(scope="module")
def shop() -> Any:
    with mock_personalize(preset="shop") as backend:
        yield backend.seeded["shop"]


@given(data=st.data(), count=st.integers(1, 40))
@settings(max_examples=25)
def test_a_page_has_what_was_asked_for(shop: Any, data: Any, count: int) -> None:
    hidden = data.draw(st.sets(st.sampled_from(shop.items), max_size=20))
    runtime = boto3.client("personalize-runtime", region_name="us-east-1")
    items = page(runtime, shop.recommenders["Best sellers"], "ada", hidden, count)

    assert len(items) == count == len(set(items))
    assert not hidden.intersection(items)


@given(request=requests("CreateDatasetGroup"))
@settings(max_examples=25)
@mock_personalize
def test_what_is_created_is_described(request: dict[str, Any]) -> None:
    personalize = boto3.client("personalize", region_name="us-east-1")
    arn = personalize.create_dataset_group(**request)["datasetGroupArn"]

    group = personalize.describe_dataset_group(datasetGroupArn=arn)["datasetGroup"]
    assert group["name"] == request["name"]
    assert group.get("domain") == request.get("domain")
