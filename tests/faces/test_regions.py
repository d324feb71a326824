"""Row 8: where Personalize exists, and what a client meets elsewhere."""

from __future__ import annotations

import asyncio
from typing import Any

import boto3
import pytest
from aiobotocore.session import get_session
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from pytest_personalize import PersonalizeBackend, mock_personalize

RUNTIME = {"campaignArn": "arn:aws:personalize:us-east-1:123456789012:campaign/c", "userId": "u"}
EVENTS = {"trackingId": "t", "sessionId": "s", "eventList": [{"eventType": "View", "sentAt": 1}]}


def client(region: str, service: str = "personalize") -> Any:
    return boto3.client(service, region_name=region)


@pytest.mark.parametrize("region", ["eu-north-1", "us-east1", "all"])
@pytest.mark.parametrize(
    ("service", "method", "members"),
    [
        ("personalize", "list_schemas", {}),
        ("personalize-runtime", "get_recommendations", RUNTIME),
        ("personalize-events", "put_events", EVENTS),
    ],
)
def test_row_8_nothing_answers_where_botocore_lists_no_personalize(
    personalize_backend: PersonalizeBackend, region: str, service: str, method: str, members: dict[str, Any]
) -> None:
    with pytest.raises(EndpointConnectionError):
        getattr(client(region, service), method)(**members)


@pytest.mark.parametrize("region", ["us-west-2", "eu-central-1", "cn-north-1"])
def test_row_8_the_regions_that_botocore_lists_answer(personalize_backend: PersonalizeBackend, region: str) -> None:
    assert client(region).list_schemas()["schemas"] == []


@pytest.mark.personalize(region="eu-north-1")
def test_row_8_the_backends_own_region_answers_always(personalize: Any) -> None:
    assert personalize.meta.region_name == "eu-north-1"
    assert personalize.list_schemas()["schemas"] == []


def test_row_8_a_region_answers_in_which_the_test_put_something(personalize_backend: PersonalizeBackend) -> None:
    shop = personalize_backend.seed("shop", region="eu-north-1", users=5, items=10, interactions=50)

    (group,) = client("eu-north-1").list_dataset_groups()["datasetGroups"]
    assert group["datasetGroupArn"] == shop.arn


@pytest.mark.parametrize("regions", ["any", ["eu-north-1"], "eu-north-1, eu-south-1"])
def test_row_8_regions_can_be_named(regions: Any) -> None:
    with mock_personalize(regions=regions):
        assert client("eu-north-1").list_schemas()["schemas"] == []


def test_row_8_named_regions_are_all_there_are() -> None:
    with mock_personalize(regions=["eu-north-1"]), pytest.raises(EndpointConnectionError):
        client("us-west-2").list_schemas()


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_row_8_the_client_tries_again_without_pauses(personalize_backend: PersonalizeBackend, mode: Any) -> None:
    config = Config(retries={"mode": mode, "total_max_attempts": 4})
    with pytest.raises(EndpointConnectionError):
        boto3.client("personalize", region_name="eu-north-1", config=config).list_schemas()

    assert [call.error for call in personalize_backend.calls] == ["EndpointConnectionError"] * 4


def test_row_8_the_call_says_where_the_service_is(personalize_backend: PersonalizeBackend) -> None:
    with pytest.raises(EndpointConnectionError):
        client("eu-north-1").list_schemas()

    message = personalize_backend.calls[-1].message or ""
    assert message.startswith("there is no Personalize in eu-north-1, only in ap-northeast-1, ")
    assert "us-east-1" in message


def test_row_8_a_saved_backend_keeps_its_regions(tmp_path: Any) -> None:
    PersonalizeBackend(regions=["eu-north-1"]).save(tmp_path / "saved")

    loaded = PersonalizeBackend.load(tmp_path / "saved")

    assert "eu-north-1" in loaded._reach
    assert "us-west-2" not in loaded._reach


def test_row_8_the_ini_file_names_regions(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\npersonalize_regions = eu-north-1\nasyncio_default_fixture_loop_scope = function")
    pytester.makepyfile(
        """
        import boto3

        def test_it(personalize_backend):
            assert boto3.client("personalize", region_name="eu-north-1").list_schemas()["schemas"] == []
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_row_8_clients_of_aiobotocore_too(personalize_backend: PersonalizeBackend) -> None:
    async def look() -> None:
        async with get_session().create_client("personalize", region_name="eu-north-1") as elsewhere:
            await elsewhere.list_schemas()

    with pytest.raises(EndpointConnectionError):
        asyncio.run(look())
