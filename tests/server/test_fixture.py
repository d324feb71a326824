"""The fixture ``personalize_server``, and clients of this process that call a server of this process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from aiobotocore.session import AioSession

from pytest_personalize import PersonalizeBackend, mock_personalize

PROGRAM = """
import boto3
boto3.client("personalize").create_dataset_group(name="from-a-child")
answer = boto3.client("personalize-runtime").get_recommendations(recommenderArn="{arn}", userId="u1")
print(answer["itemList"][0]["itemId"])
"""


def client(url: str) -> Any:
    return boto3.client(
        "personalize", region_name="us-east-1", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b"
    )


def test_a_child_process_reaches_the_backend_of_the_test(personalize_server: Any, personalize_backend: Any) -> None:
    group = personalize_backend.seed("shop")
    program = PROGRAM.format(arn=group.recommenders["aws-ecomm-popular-items-by-views"])
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | personalize_server.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() in group.items
    assert "from-a-child" in personalize_backend.dataset_groups
    personalize_backend.assert_called("GetRecommendations", userId="u1")


@pytest.mark.personalize(region="eu-west-1")
def test_its_environment_names_the_region_of_the_backend(personalize_server: Any) -> None:
    assert personalize_server.environ["AWS_REGION"] == personalize_server.environ["AWS_DEFAULT_REGION"] == "eu-west-1"


def test_it_shows_its_address_alone(personalize_server: Any) -> None:
    assert repr(personalize_server) == f"<PersonalizeServer at {personalize_server.url}>"


def test_it_serves_what_the_test_sees(class_personalize_backend: PersonalizeBackend, personalize_server: Any) -> None:
    assert personalize_server.backend is class_personalize_backend


def test_a_reset_goes_back_to_where_the_test_asked_for_it(personalize_server: Any) -> None:
    client(personalize_server.url).create_dataset_group(name="shop")
    personalize_server.reset()
    assert client(personalize_server.url).list_dataset_groups()["datasetGroups"] == []


def test_without_the_extra_it_says_what_to_install(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest("import sys; sys.modules['uvicorn'] = None")
    pytester.makepyfile("def test_it(personalize_server): pass")
    result = pytester.runpytest_subprocess("-p", "pytest_personalize.plugin", "-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*personalize_server needs uvicorn: pip install 'pytest-personalize[[]server]'"])


def test_between_tests_it_is_unavailable(request: pytest.FixtureRequest) -> None:
    url, _ = request.getfixturevalue("_personalize_server_thread")
    with pytest.raises(urllib.error.HTTPError, match="503"):
        urllib.request.urlopen(url, data=b"{}", timeout=10)


class TestClientsOfThisProcess:
    @pytest.mark.parametrize("faults", [False, True])
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_one_with_the_address_of_the_server_is_answered_by_it(
        self, personalize_server: Any, host: str, faults: bool
    ) -> None:
        url = personalize_server.url.replace("127.0.0.1", host)
        with mock_personalize() as other:
            if faults:
                other.faults.fail("ListSchemas", "AccessDeniedException")
            client(url).list_schemas()
            assert len(other.calls) == 0
            other.faults.clear()
        personalize_server.backend.assert_called("ListSchemas", times=1)

    def test_any_other_is_answered_by_the_mock(self, personalize_server: Any) -> None:
        port = int(personalize_server.url.rpartition(":")[2])
        with mock_personalize() as other:
            client(f"http://127.0.0.1:{port + 1 if port < 65535 else 1}").list_schemas()
            other.assert_called("ListSchemas", times=1)

    def test_clients_of_aiobotocore_are_answered_over_http_as_well(self, personalize_server: Any) -> None:
        options: Any = {
            "region_name": "us-east-1",
            "endpoint_url": personalize_server.url,
            "aws_access_key_id": "a",
            "aws_secret_access_key": "b",
        }

        async def create() -> None:
            async with AioSession().create_client("personalize", **options) as personalize:
                await personalize.create_dataset_group(name="shop")

        with mock_personalize() as other:
            asyncio.run(create())
            assert len(other.calls) == 0
        assert "shop" in personalize_server.backend.dataset_groups
