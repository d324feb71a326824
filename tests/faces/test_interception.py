"""Which calls the mock answers, which it leaves alone, and which it stops."""

from __future__ import annotations

import asyncio
import inspect
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any

import aiobotocore.session
import boto3
import botocore.session
import pytest
from aiobotocore.config import AioConfig
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError, NoRegionError
from botocore.hooks import HierarchicalEmitter
from botocore.stub import Stubber
from moto import mock_aws

from pytest_personalize import RealPersonalizeCallBlocked, active_backend, attach, mock_personalize
from pytest_personalize.interception import ACTIVATIONS, places
from pytest_personalize.interception.imports import Watch

REGION = "us-east-1"
KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret"}
CLIENT_OF_THIS_MODULE = boto3.client("personalize", region_name=REGION, **KEYS)
UNKNOWN_GROUP = "arn:aws:personalize:us-east-1:123456789012:dataset-group/none"
MY_ANSWER = (AWSResponse("", 200, {}, None), {"datasetGroups": ["mine"]})


def client_without_hook(region: str = REGION) -> Any:
    """A client as of a session that was made before the plugin was loaded."""
    session = botocore.session.Session(event_hooks=HierarchicalEmitter(), include_builtin_handlers=False)
    return session.create_client("personalize", region_name=region, **KEYS)


CLIENTS: dict[str, Callable[[], Any]] = {
    "boto3.client": lambda: boto3.client("personalize", region_name=REGION),
    "boto3.client with credentials": lambda: boto3.client("personalize", region_name=REGION, **KEYS),
    "boto3.Session": lambda: boto3.Session(region_name=REGION).client("personalize"),
    "botocore.session": lambda: botocore.session.get_session().create_client("personalize", region_name=REGION),
    "session without the hook": lambda: client_without_hook(),
    "config": lambda: boto3.client("personalize", config=Config(region_name=REGION, retries={"mode": "standard"})),
    "endpoint_url": lambda: boto3.client("personalize", region_name=REGION, endpoint_url="https://gateway.example"),
}


@pytest.fixture(scope="module", params=CLIENTS)
def client(request: pytest.FixtureRequest, no_aws_in_module: None) -> Any:
    """A client, made before any mock is active."""
    return CLIENTS[request.param]()


@pytest.fixture(params=["boto3.client with credentials", "session without the hook"])
def own_client(request: pytest.FixtureRequest) -> Any:
    """A client that the test may change."""
    return CLIENTS[request.param]()


class TestAnswers:
    def test_clients_of_every_origin_are_answered(self, client: Any) -> None:
        with mock_personalize() as backend:
            client.create_dataset_group(name="films")
            assert list(backend.dataset_groups) == ["films"]

    def test_a_client_of_the_module_is_answered(self) -> None:
        with mock_personalize():
            assert CLIENT_OF_THIS_MODULE.list_dataset_groups()["datasetGroups"] == []

    def test_no_request_is_prepared_for_the_network(self) -> None:
        client = boto3.client("personalize", region_name=REGION)
        client._make_request = None
        with mock_personalize():
            assert client.list_dataset_groups()["datasetGroups"] == []

    @pytest.mark.usefixtures("no_aws")
    def test_a_client_made_under_the_mock_is_answered(self) -> None:
        with mock_personalize():
            assert boto3.client("personalize").list_dataset_groups()["datasetGroups"] == []

    @pytest.mark.usefixtures("no_aws")
    def test_the_default_session_of_boto3_is_answered(self) -> None:
        boto3.setup_default_session(region_name="eu-west-1")
        with mock_personalize(region="eu-west-1") as backend:
            boto3.client("personalize").create_dataset_group(name="films")
            assert list(backend.dataset_groups) == ["films"]

    def test_a_client_made_and_used_in_another_thread_is_answered(self) -> None:
        def work() -> None:
            boto3.Session(region_name=REGION).client("personalize").create_dataset_group(name="films")

        with mock_personalize() as backend, ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()
            assert list(backend.dataset_groups) == ["films"]

    def test_calls_of_many_threads_all_arrive(self) -> None:
        names = {f"films-{number}" for number in range(64)}
        with mock_personalize(quotas=None) as backend, ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda name: CLIENT_OF_THIS_MODULE.create_dataset_group(name=name), names))
            assert set(backend.dataset_groups) == names

    def test_an_answer_is_not_a_retry(self, client: Any) -> None:
        with mock_personalize():
            metadata = client.list_dataset_groups()["ResponseMetadata"]
        assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (200, 0)

    def test_a_refusal_is_the_modelled_exception_of_the_client(self, client: Any) -> None:
        with mock_personalize(), pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
            client.describe_dataset_group(datasetGroupArn=UNKNOWN_GROUP)
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
        assert caught.value.operation_name == "DescribeDatasetGroup"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400

    def test_a_paginator_walks_all_pages(self, client: Any) -> None:
        with mock_personalize(quotas=None):
            for number in range(5):
                client.create_dataset_group(name=f"films-{number}")
            paginator = client.get_paginator("list_dataset_groups")
            pages = list(paginator.paginate(PaginationConfig={"PageSize": 2}))
        names = [group["name"] for page in pages for group in page["datasetGroups"]]
        assert [len(page["datasetGroups"]) for page in pages] == [2, 2, 1]
        assert sorted(names) == [f"films-{number}" for number in range(5)]


@pytest.mark.usefixtures("no_aws")
class TestRegions:
    def test_a_client_older_than_the_hook_keeps_its_region(self) -> None:
        client = client_without_hook("eu-west-1")
        with mock_personalize() as backend:
            client.create_dataset_group(name="films")
            assert list(backend.region("eu-west-1").dataset_groups) == ["films"]

    def test_without_a_region_it_is_us_east_1(self) -> None:
        client = boto3.client("personalize")
        with mock_personalize() as backend:
            client.create_dataset_group(name="films")
            assert list(backend.region("us-east-1").dataset_groups) == ["films"]

    def test_without_a_region_it_is_that_of_the_mock(self) -> None:
        with mock_personalize(region="eu-west-1") as backend:
            boto3.client("personalize").create_dataset_group(name="films")
            assert list(backend.region("eu-west-1").dataset_groups) == ["films"]

    def test_a_configured_region_is_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
        with mock_personalize() as backend:
            boto3.client("personalize").create_dataset_group(name="films")
            assert list(backend.region("ap-south-1").dataset_groups) == ["films"]

    def test_each_region_is_its_own(self) -> None:
        with mock_personalize() as backend:
            for region in ("us-east-1", "eu-west-1"):
                boto3.client("personalize", region_name=region).create_dataset_group(name=f"of-{region}")
            assert list(backend.dataset_groups) == ["of-us-east-1"]
            assert list(backend.region("eu-west-1").dataset_groups) == ["of-eu-west-1"]

    def test_clients_of_other_services_get_no_region(self) -> None:
        with mock_personalize(), pytest.raises(NoRegionError):
            boto3.client("sqs")

    @pytest.mark.mock_personalize(passthrough=True)
    def test_a_client_of_the_real_service_gets_no_region(self) -> None:
        with pytest.raises(NoRegionError):
            boto3.client("personalize")


class TestCredentials:
    @pytest.fixture
    def role_questions(self, no_aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
        """The paths that are asked of the instance metadata service of the machine."""
        asked: list[str] = []

        class Metadata(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

            do_PUT = do_GET  # noqa: N815, the name is that of the standard library

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", f"http://127.0.0.1:{server.server_port}/")
        yield asked
        server.shutdown()
        thread.join()
        server.server_close()

    def test_a_client_under_the_mock_does_not_search_the_network_for_them(self, role_questions: list[str]) -> None:
        with mock_personalize():
            boto3.client("personalize").list_dataset_groups()
        assert role_questions == []

    def test_nor_does_one_of_aiobotocore(self, role_questions: list[str]) -> None:
        async def groups() -> None:
            async with aiobotocore.session.get_session().create_client("personalize") as personalize:
                await personalize.list_dataset_groups()

        with mock_personalize():
            asyncio.run(groups())
        assert role_questions == []

    @pytest.mark.parametrize(
        "profile",
        [
            "credential_process = /not/on/this/machine",
            "role_arn = arn:aws:iam::123456789012:role/any\ncredential_source = EcsContainer",
            "role_arn = arn:aws:iam::123456789012:role/any\nsource_profile = default",
        ],
    )
    def test_nor_is_what_a_profile_names_asked(
        self, profile: str, role_questions: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "config").write_text(f"[default]\nregion = {REGION}\n[profile work]\n{profile}\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        with mock_personalize():
            assert boto3.Session(profile_name="work").client("personalize").list_schemas()["schemas"] == []
        assert role_questions == []

    def test_a_session_finds_them_afterwards(self, role_questions: list[str]) -> None:
        session = boto3.Session()
        with mock_personalize():
            session.client("personalize")
        session.get_credentials()
        assert role_questions

    def test_other_clients_find_theirs_as_ever(self, role_questions: list[str]) -> None:
        with mock_personalize():
            boto3.client("personalize")
            boto3.client("sqs", region_name=REGION)
        assert role_questions

    def test_clients_of_the_real_service_find_theirs_as_ever(self, role_questions: list[str]) -> None:
        boto3.client("personalize")
        assert role_questions


class TestOtherHandlers:
    @pytest.mark.parametrize("event", ["before-call.personalize", "before-call.*", "before-call.*.*"])
    def test_hooks_of_the_user_run_first(self, event: str, own_client: Any) -> None:
        seen = []
        own_client.meta.events.register(event, lambda model, **_: seen.append(model.name))
        with mock_personalize() as backend:
            own_client.list_dataset_groups()
        assert seen == ["ListDatasetGroups"]
        assert len(backend.calls) == 1

    @pytest.mark.parametrize("event", ["before-call.personalize", "before-call.*", "before-call.*.*"])
    def test_an_answer_of_a_hook_of_the_user_wins(self, event: str, own_client: Any) -> None:
        with mock_personalize():
            own_client.meta.events.register(event, lambda **_: MY_ANSWER)
            assert own_client.list_dataset_groups()["datasetGroups"] == ["mine"]

    def test_changes_that_a_hook_makes_are_seen(self, own_client: Any) -> None:
        def rename(params: dict[str, Any], **_: Any) -> None:
            params["name"] = "renamed"

        own_client.meta.events.register("provide-client-params.personalize.CreateDatasetGroup", rename)
        with mock_personalize() as backend:
            own_client.create_dataset_group(name="films")
            assert list(backend.dataset_groups) == ["renamed"]

    def test_a_stubber_wins(self, own_client: Any) -> None:
        with mock_personalize() as backend, Stubber(own_client) as stubber:
            stubber.add_response("list_dataset_groups", {"datasetGroups": [{"name": "stubbed"}]})
            assert own_client.list_dataset_groups()["datasetGroups"] == [{"name": "stubbed"}]
        assert len(backend.calls) == 0

    def test_after_the_stubber_the_mock_answers_again(self, own_client: Any) -> None:
        with mock_personalize():
            with Stubber(own_client):
                pass
            assert own_client.list_dataset_groups()["datasetGroups"] == []

    @pytest.mark.parametrize("order", ["moto outside", "moto inside"])
    def test_beside_moto_each_answers_its_own(self, order: str) -> None:
        mocks = [mock_aws(), mock_personalize()]
        outer, inner = mocks if order == "moto outside" else reversed(mocks)
        with outer, inner:
            s3 = boto3.client("s3", region_name=REGION)
            s3.create_bucket(Bucket="films")
            personalize = boto3.client("personalize", region_name=REGION)
            personalize.create_dataset_group(name="films")
            assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["films"]
            # moto knows schemas, and no dataset groups
            assert [group["name"] for group in personalize.list_dataset_groups()["datasetGroups"]] == ["films"]
            assert personalize.list_schemas()["schemas"] == []


class TestOutsideTheMock:
    def test_no_client_calls_the_real_service(self, client: Any) -> None:
        with pytest.raises(RealPersonalizeCallBlocked):
            client.list_dataset_groups()

    def test_none_does_afterwards(self, client: Any) -> None:
        with mock_personalize():
            client.list_dataset_groups()
        with pytest.raises(RealPersonalizeCallBlocked):
            client.list_dataset_groups()


class TestAttach:
    def test_an_attached_client_is_answered(self) -> None:
        client = client_without_hook()
        client._make_request = None  # a client that goes its own way past the net
        attach(client)
        with mock_personalize():
            assert client.list_dataset_groups()["datasetGroups"] == []

    def test_attaching_twice_answers_once(self) -> None:
        client = client_without_hook()
        attach(client)
        attach(client)
        with mock_personalize() as backend:
            client.list_dataset_groups()
        assert len(backend.calls) == 1

    def test_hooks_of_the_user_still_run_first(self) -> None:
        client = client_without_hook()
        client.meta.events.register("before-call.personalize", lambda **_: MY_ANSWER)
        attach(client)
        with mock_personalize():
            assert client.list_dataset_groups()["datasetGroups"] == ["mine"]

    def test_a_client_of_another_service_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"attach takes clients of personalize, .*, not of sqs"):
            attach(boto3.client("sqs", region_name=REGION))


async def describe_nothing_with_aiobotocore() -> None:
    async with aiobotocore.session.get_session().create_client("personalize", region_name=REGION, **KEYS) as client:
        await client.describe_dataset_group(datasetGroupArn=UNKNOWN_GROUP)


def describe_nothing_under_moto() -> None:
    with mock_aws():
        boto3.client("personalize", region_name=REGION).describe_dataset_group(datasetGroupArn=UNKNOWN_GROUP)


class TestExceptionsOfOtherClients:
    """``personalize.exceptions`` of a test are those that the code under test meets, whatever session it made."""

    def test_a_client_catches_what_another_one_raised(self, client: Any) -> None:
        mine = boto3.Session().client("personalize", region_name=REGION, **KEYS)
        with mock_personalize(), pytest.raises(mine.exceptions.ResourceNotFoundException):
            client.describe_dataset_group(datasetGroupArn=UNKNOWN_GROUP)

    @pytest.mark.parametrize(
        "code_under_test",
        [describe_nothing_under_moto, lambda: asyncio.run(describe_nothing_with_aiobotocore())],
        ids=["under moto", "aiobotocore"],
    )
    def test_it_catches_them_from_every_library(self, code_under_test: Callable[[], None]) -> None:
        mine = boto3.Session().client("personalize", region_name=REGION, **KEYS)
        with mock_personalize(), pytest.raises(mine.exceptions.ResourceNotFoundException):
            code_under_test()

    def test_classes_of_different_services_and_codes_are_different(self) -> None:
        personalize, events = (
            boto3.client(service, region_name=REGION, **KEYS).exceptions
            for service in ("personalize", "personalize-events")
        )
        classes = (personalize.InvalidInputException, personalize.ResourceNotFoundException)

        assert len({*classes, events.InvalidInputException}) == 3

    def test_other_services_keep_theirs(self) -> None:
        classes = {boto3.Session().client("s3", region_name=REGION).exceptions.NoSuchKey for _ in range(2)}

        assert len(classes) == 2


@pytest.mark.parametrize("mine", [None, boto3.Session(region_name=REGION)], ids=["none", "one"])
def test_the_default_session_of_boto3_is_left_alone(mine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", mine)
    with mock_personalize(preset="shop"):
        boto3.Session(region_name=REGION).client("personalize").list_schemas()

    assert boto3.DEFAULT_SESSION is mine


@pytest.mark.usefixtures("no_aws")
class TestAiobotocore:
    def test_a_client_is_answered(self) -> None:
        async def work() -> list[str]:
            async with aiobotocore.session.get_session().create_client("personalize") as client:
                await client.create_dataset_group(name="films")
                pages = client.get_paginator("list_dataset_groups").paginate()
                return [group["name"] async for page in pages for group in page["datasetGroups"]]

        with mock_personalize() as backend:
            assert asyncio.run(work()) == ["films"]
            assert list(backend.dataset_groups) == ["films"]

    def test_a_refusal_is_the_modelled_exception(self) -> None:
        async def work() -> None:
            async with aiobotocore.session.get_session().create_client("personalize") as client:
                with pytest.raises(client.exceptions.ResourceNotFoundException):
                    await client.describe_dataset_group(datasetGroupArn=UNKNOWN_GROUP)

        with mock_personalize():
            asyncio.run(work())

    def test_a_client_older_than_the_hook_is_answered(self) -> None:
        async def work() -> Any:
            session = aiobotocore.session.AioSession(include_builtin_handlers=False)
            async with session.create_client("personalize", region_name=REGION, **KEYS) as client:
                return await client.list_dataset_groups()

        with mock_personalize():
            assert asyncio.run(work())["datasetGroups"] == []

    def test_without_a_mock_the_call_is_stopped(self) -> None:
        async def work() -> None:
            async with aiobotocore.session.get_session().create_client("personalize", **KEYS) as client:
                await client.list_dataset_groups()

        with pytest.raises(RealPersonalizeCallBlocked):
            asyncio.run(work())

    def test_a_server_on_this_machine_may_be_called(self) -> None:
        async def work() -> None:
            config = AioConfig(retries={"total_max_attempts": 1})
            async with aiobotocore.session.get_session().create_client(
                "personalize", region_name=REGION, endpoint_url="http://127.0.0.1:9", config=config, **KEYS
            ) as client:
                await client.list_dataset_groups()

        with pytest.raises(EndpointConnectionError):
            asyncio.run(work())


@pytest.mark.parametrize("wrapper", sorted({name for those in places.WRAPPERS.values() for name in those.values()}))
def test_what_is_put_into_modules_of_others_is_there(wrapper: str) -> None:
    module, _, function = wrapper.partition(".")
    assert inspect.isfunction(getattr(import_module(f"pytest_personalize.interception.{module}"), function))


class TestImports:
    """What the plugin does before and when botocore comes, each in an interpreter of its own."""

    @staticmethod
    def run(code: str) -> Any:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return json.loads(done.stdout)

    def test_the_plugin_loads_nothing_heavy(self) -> None:
        heavy = ["aiobotocore", "asyncio", "attrs", "boto3", "botocore", "wrapt"]
        code = (
            f"import sys, json, pytest_personalize.plugin; print(json.dumps([m for m in {heavy} if m in sys.modules]))"
        )
        assert self.run(code) == []

    @pytest.mark.parametrize("order", ["pytest_personalize.plugin, boto3", "boto3, pytest_personalize.plugin"])
    def test_the_order_of_imports_does_not_matter(self, order: str) -> None:
        code = f"""
import {order}, json
client = boto3.client("personalize", region_name="us-east-1")
from pytest_personalize import mock_personalize
with mock_personalize() as backend:
    client.create_dataset_group(name="films")
    print(json.dumps(list(backend.dataset_groups)))
"""
        assert self.run(code) == ["films"]

    def test_botocore_may_be_imported_anew(self) -> None:
        code = """
import pytest_personalize.plugin, boto3, json, sys
for name in [name for name in sys.modules if name.startswith("boto")]:
    del sys.modules[name]
import boto3
from pytest_personalize import RealPersonalizeCallBlocked
try:
    boto3.client("personalize", region_name="us-east-1").list_dataset_groups()
except RealPersonalizeCallBlocked:
    print(json.dumps("blocked"))
"""
        assert self.run(code) == "blocked"

    def test_what_is_not_there_cannot_be_imported_all_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[Any] = []
        monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
        Watch(["not_installed"], told.append).begin()
        with pytest.raises(ModuleNotFoundError, match="not_installed"):
            import_module("not_installed")
        assert told == []

    def test_a_session_older_than_the_plugin_is_answered(self) -> None:
        code = """
import boto3, json
client = boto3.client("personalize", region_name="us-east-1")
from pytest_personalize import RealPersonalizeCallBlocked, mock_personalize
with mock_personalize() as backend:
    client.create_dataset_group(name="films")
    names = list(backend.dataset_groups)
try:
    client.list_dataset_groups()
except RealPersonalizeCallBlocked:
    print(json.dumps(names))
"""
        assert self.run(code) == ["films"]


def test_an_activation_knows_where_it_was_asked_for() -> None:
    with mock_personalize():
        *_, newest = ACTIVATIONS
    file, _, function = newest.place.partition(" in ")
    assert file.startswith(f"{__file__}:")
    assert function == "test_an_activation_knows_where_it_was_asked_for"


class TestConfiguredRegion:
    """Clients without a region of their own and the backend agree on where they are."""

    @pytest.mark.parametrize(
        ("variable", "expected"), [("eu-west-1", "eu-west-1"), (None, "us-east-1")], ids=["configured", "nowhere"]
    )
    def test_the_backend_lives_in_the_region_that_boto3_takes(self, monkeypatch, tmp_path, variable, expected):
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
        if variable is not None:
            monkeypatch.setenv("AWS_DEFAULT_REGION", variable)
        with mock_personalize() as backend:
            arn = boto3.Session().client("personalize").create_dataset_group(name="group")["datasetGroupArn"]
            assert backend.dataset_groups["group"].arn == arn
            assert f":{expected}:" in arn

    def test_the_configuration_file_is_read(self, monkeypatch, tmp_path):
        (tmp_path / "config").write_text("[default]\nregion = ap-northeast-1\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        with mock_personalize() as backend:
            assert backend.region_name == "ap-northeast-1"

    def test_an_option_wins_over_the_configuration(self, monkeypatch):
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        with mock_personalize(region="eu-north-1") as backend:
            assert backend.region_name == "eu-north-1"


class TestActiveBackend:
    def test_it_is_the_innermost(self):
        with mock_personalize() as outer:
            with mock_personalize() as inner:
                assert active_backend() is inner
            assert active_backend() is outer

    def test_without_a_mock_there_is_none(self):
        with pytest.raises(RuntimeError, match="mock_personalize"):
            active_backend()
