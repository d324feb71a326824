"""A FastAPI application: a home page that is served in a worker thread, and clicks that are streamed."""

from __future__ import annotations

import time
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup

fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")


def application(recommender_arn: str, tracking_id: str) -> Any:
    """The application under test."""
    app = fastapi.FastAPI()
    runtime = boto3.client("personalize-runtime", region_name="us-east-1")
    events = boto3.client("personalize-events", region_name="us-east-1")

    @app.get("/home/{user_id}")
    def home(user_id: str, count: int = 10) -> list[str]:
        try:
            answer = runtime.get_recommendations(recommenderArn=recommender_arn, userId=user_id, numResults=count)
        except runtime.exceptions.InvalidInputException as error:
            raise fastapi.HTTPException(400, error.response["Error"]["Message"]) from None
        return [item["itemId"] for item in answer["itemList"]]

    @app.post("/bought/{user_id}/{item_id}", status_code=202)
    async def bought(user_id: str, item_id: str) -> None:
        event = {"eventType": "Purchase", "itemId": item_id, "sentAt": int(time.time())}
        events.put_events(trackingId=tracking_id, userId=user_id, sessionId="web", eventList=[event])

    return app


@pytest.fixture
def web(shop_dataset_group: SeededGroup) -> Any:
    shop = shop_dataset_group
    return testclient.TestClient(application(shop.recommenders["aws-ecomm-recommended-for-you"], shop.tracking_id))


def test_the_home_page_has_as_many_items_as_asked_for(web: Any, shop_dataset_group: SeededGroup) -> None:
    response = web.get(f"/home/{shop_dataset_group.users[0]}", params={"count": 5})

    assert (response.status_code, len(response.json())) == (200, 5)


def test_what_was_bought_is_gone_from_the_next_page(web: Any, shop_dataset_group: SeededGroup) -> None:
    user = shop_dataset_group.users[0]
    first = web.get(f"/home/{user}").json()[0]

    assert web.post(f"/bought/{user}/{first}").status_code == 202

    assert first not in web.get(f"/home/{user}").json()


def test_a_click_carries_user_and_item(web: Any, personalize_backend: PersonalizeBackend) -> None:
    web.post("/bought/ada/blue-mug")

    (call,) = personalize_backend.assert_called("PutEvents", userId="ada", times=1)
    assert call.params["eventList"][0]["itemId"] == "blue-mug"


def test_too_many_items_are_a_bad_request(web: Any) -> None:
    response = web.get("/home/ada", params={"count": 501})

    assert response.status_code == 400
    assert "numResults" in response.json()["detail"]
