"""What the guard refuses, where, and how it says so."""

from __future__ import annotations

import asyncio
import pickle
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import aiobotocore.session
import boto3
import pytest
from aiobotocore.config import AioConfig
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointConnectionError, EndpointProviderError, NoCredentialsError
from botocore.httpsession import URLLib3Session
from botocore.loaders import create_loader

from pytest_personalize import RealPersonalizeCallBlocked, mock_personalize
from pytest_personalize.interception import ACTIVATIONS
from pytest_personalize.interception.guard import HOSTS, is_private, service_at

REGION = "us-east-1"
KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret"}
ONCE = {"total_max_attempts": 1}
REAL_HOST = "personalize.us-east-1.amazonaws.com"
GROUP = "arn:aws:personalize:us-east-1:123456789012:dataset-group/none"
SERVICES = ("personalize", "personalize-runtime", "personalize-events")


def client_at(endpoint: str | None = None, service: Any = "personalize", **config: Any) -> Any:
    settings = Config(**{"retries": ONCE, "proxies": {}, **config})
    return boto3.client(service, region_name=REGION, endpoint_url=endpoint, config=settings, **KEYS)


@pytest.fixture
def without_keys(monkeypatch: pytest.MonkeyPatch, no_aws: None) -> Any:
    """A client on a machine on which there are no credentials."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return boto3.Session().client("personalize", region_name=REGION)


class TestRefusal:
    @pytest.mark.parametrize(
        ("service", "operation", "arguments"),
        [
            ("personalize", "ListSchemas", {}),
            ("personalize-runtime", "GetRecommendations", {"campaignArn": GROUP}),
            ("personalize-events", "PutItems", {"datasetArn": GROUP, "items": [{"itemId": "1"}]}),
        ],
    )
    def test_calls_of_all_three_services_look_up_no_name(
        self, service: str, operation: str, arguments: dict[str, Any], looked_up: list[str]
    ) -> None:
        client = client_at(service=service)
        with pytest.raises(RealPersonalizeCallBlocked) as caught:
            client._make_api_call(operation, arguments)
        assert (caught.value.service, caught.value.operation) == (service, operation)
        assert looked_up == []

    def test_it_says_what_happened_and_what_to_do(self) -> None:
        with pytest.raises(RealPersonalizeCallBlocked) as caught:
            client_at().list_dataset_groups()
        assert str(caught.value) == (
            f"ListDatasetGroups of a 'personalize' client was about to leave for {REAL_HOST}:\n"
            "no mock of Amazon Personalize is active here.\n"
            "Ask for the personalize_backend fixture (in one of a module, for module_personalize_backend),\n"
            "or put @mock_personalize or 'with mock_personalize():' around the call; setUpClass comes\n"
            "before the mock of a decorated class.\n"
            "If it is meant for the real service, mark the test with\n"
            "@pytest.mark.mock_personalize(passthrough=True), or allow all real calls with\n"
            "--personalize-allow-network or with personalize_block_network = false in the ini file."
        )

    def test_it_survives_a_process_pool(self) -> None:
        blocked = RealPersonalizeCallBlocked("personalize", "ListSchemas", REAL_HOST)
        assert str(pickle.loads(pickle.dumps(blocked))) == str(blocked)

    @pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
    def test_it_is_not_tried_again(self, mode: str) -> None:
        client = client_at(retries={"mode": mode, "total_max_attempts": 3})
        attempts = []
        client.meta.events.register("before-send", lambda request, **_: attempts.append(request.url))
        with pytest.raises(RealPersonalizeCallBlocked):
            client.list_dataset_groups()
        assert len(attempts) == 1

    def test_without_credentials_it_is_what_code_without_the_plugin_expects_too(self, without_keys: Any) -> None:
        said = "ListDatasetGroups of a 'personalize' client"
        with pytest.raises(RealPersonalizeCallBlocked, match=said) as caught:
            without_keys.list_dataset_groups()
        assert isinstance(caught.value, NoCredentialsError)
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)

    @pytest.mark.parametrize("keys", ["with_keys", "without_keys"])
    def test_tracebacks_show_it_by_the_name_to_import(self, keys: str, request: pytest.FixtureRequest) -> None:
        client = client_at() if keys == "with_keys" else request.getfixturevalue(keys)
        with pytest.raises(RealPersonalizeCallBlocked) as caught:
            client.list_dataset_groups()
        assert caught.exconly().startswith("pytest_personalize.RealPersonalizeCallBlocked: ")

    @pytest.mark.mock_personalize(passthrough=True)
    def test_with_passthrough_missing_credentials_are_nothing_but_that(self, without_keys: Any) -> None:
        with pytest.raises(NoCredentialsError) as caught:
            without_keys.list_dataset_groups()
        assert type(caught.value) is NoCredentialsError

    def test_under_aiobotocore_no_name_is_looked_up_either(self, looked_up: list[str]) -> None:
        async def work() -> None:
            config = AioConfig(retries=ONCE, proxies={"https": "http://proxy.example:3128"})
            session = aiobotocore.session.get_session()
            async with session.create_client("personalize", region_name=REGION, config=config, **KEYS) as client:
                with pytest.raises(RealPersonalizeCallBlocked, match=REAL_HOST):
                    await client.list_dataset_groups()

        asyncio.run(work())
        assert looked_up == []

    def test_a_request_that_was_signed_by_hand_is_refused_too(self, looked_up: list[str]) -> None:
        request = AWSRequest("POST", f"https://{REAL_HOST}/", {"X-Amz-Target": "AmazonPersonalize.ListSchemas"}, b"{}")
        SigV4Auth(Credentials("key", "secret"), "personalize", REGION).add_auth(request)
        with pytest.raises(RealPersonalizeCallBlocked) as caught:
            URLLib3Session().send(request.prepare())
        assert caught.value.args == ("personalize", "ListSchemas", REAL_HOST)
        assert looked_up == []


class TestWhatPasses:
    @pytest.mark.parametrize(
        "host",
        ["localhost", "127.0.0.1", "::1", "0.0.0.0", "127.0.0.2", "localstack", "host.docker.internal", "10.0.0.5"],
    )
    def test_a_client_may_call_a_private_host(self, host: str, looked_up: list[str]) -> None:
        client = client_at(f"http://{f'[{host}]' if ':' in host else host}:8080")
        with pytest.raises(EndpointConnectionError):
            client.list_dataset_groups()
        assert looked_up == [host]

    @pytest.mark.parametrize("host", ["localhost.example.com", "127.0.0.1.example.com", "example.com", "52.94.1.1"])
    def test_a_client_may_call_no_other(self, host: str, looked_up: list[str]) -> None:
        with pytest.raises(RealPersonalizeCallBlocked, match=host):
            client_at(f"http://{host}").list_dataset_groups()
        assert looked_up == []

    @pytest.mark.parametrize("pattern", ["gateway.example.com", "*.example.com", "Gateway.Example.COM."])
    def test_a_host_of_the_ini_list_may_be_called(
        self, pattern: str, looked_up: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(HOSTS, "allowed", [pattern])
        with pytest.raises(EndpointConnectionError):
            client_at("https://gateway.example.com").list_dataset_groups()
        assert looked_up == ["gateway.example.com"]

    @pytest.mark.mock_personalize(passthrough=True)
    def test_passthrough_lets_the_call_leave(self, looked_up: list[str]) -> None:
        with pytest.raises(EndpointConnectionError):
            client_at().list_dataset_groups()
        assert looked_up == [REAL_HOST]

    @pytest.mark.mock_personalize(passthrough=True)
    def test_a_mock_inside_passthrough_answers(self) -> None:
        with mock_personalize():
            assert client_at().list_dataset_groups()["datasetGroups"] == []

    def test_a_mock_answers_for_a_server_on_this_machine_too(self) -> None:
        with mock_personalize():
            assert client_at("http://localhost:9").list_dataset_groups()["datasetGroups"] == []

    def test_clients_of_other_services_call_whom_they_like(self, looked_up: list[str]) -> None:
        with mock_personalize(), pytest.raises(EndpointConnectionError):
            client_at(service="sqs").list_queues()
        assert looked_up == ["sqs.us-east-1.amazonaws.com"]

    def test_what_signing_calls_may_leave(self, looked_up: list[str]) -> None:
        """Credentials that are fetched for a call of the service are no call of the service."""
        client = client_at()

        def fetch(**_: Any) -> None:
            boto3.client("sqs", region_name=REGION, config=Config(retries=ONCE, proxies={}), **KEYS).list_queues()

        client.meta.events.register("before-sign", fetch)
        with pytest.raises(EndpointConnectionError):
            client.list_dataset_groups()
        assert looked_up == ["sqs.us-east-1.amazonaws.com"]


class TestOpenConnections:
    @pytest.fixture
    def real_service(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
        """The requests that reach the host of the service, which is this process; connections stay open."""
        asked: list[str] = []

        class Service(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                asked.append(self.headers["X-Amz-Target"])
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = (socket.AF_INET, socket.SOCK_STREAM, 0, "", server.server_address)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [address])
        yield asked
        server.shutdown()
        thread.join()
        server.server_close()

    def test_one_that_passthrough_left_open_is_not_used_again(self, real_service: list[str]) -> None:
        client = client_at(f"http://{REAL_HOST}")
        passthrough = ACTIVATIONS.push(None)
        try:
            client.list_schemas()
        finally:
            ACTIVATIONS.pop(passthrough)
        with pytest.raises(RealPersonalizeCallBlocked):
            client.list_schemas()
        client.close()
        assert real_service == ["AmazonPersonalize.ListSchemas"]


def endpoints_of_botocore() -> Iterator[tuple[str, str]]:
    """Service and host for all that the data of the installed botocore yields."""
    loader = create_loader()
    partitions = loader.load_data("partitions")
    regions = [region for partition in partitions["partitions"] for region in partition["regions"]]
    for service in SERVICES:
        provider = EndpointProvider(loader.load_service_model(service, "endpoint-rule-set-1"), partitions)
        for region in regions:
            for fips in (False, True):
                for dual in (False, True):
                    try:
                        found = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual)
                    except EndpointProviderError:  # that partition has no such names
                        continue
                    yield service, found.url.removeprefix("https://")


class TestHosts:
    def test_all_endpoints_of_botocore_are_the_service(self) -> None:
        endpoints = list(endpoints_of_botocore())
        assert len(endpoints) > 100
        assert [host for service, host in endpoints if service_at(host) != service or is_private(host)] == []

    @pytest.mark.parametrize(
        "host",
        [
            "vpce-0a1b2c3d-abcdefgh.personalize.us-east-1.vpce.amazonaws.com",
            "vpce-0a1b2c3d-abcdefgh-us-east-1a.personalize-fips.us-east-1.vpce.amazonaws.com",
            "PERSONALIZE.US-EAST-1.AMAZONAWS.COM.",
        ],
    )
    def test_so_are_endpoints_of_a_vpc_and_other_spellings(self, host: str) -> None:
        assert service_at(host) == "personalize"

    @pytest.mark.parametrize(
        "host", ["s3.us-east-1.amazonaws.com", "personalize.example.com", "mypersonalize.us-east-1.amazonaws.com"]
    )
    def test_others_are_not(self, host: str) -> None:
        assert service_at(host) is None

    @pytest.mark.parametrize(
        "host",
        [
            *(
                "localhost",
                "LOCALHOST",
                "personalize.localhost",
                "localhost.localstack.cloud",
                "a.b.internal",
                "box.local",
            ),
            *("127.0.0.1", "127.255.0.9", "127.1", "2130706433", "::1", "[::1]", "0.0.0.0", "::ffff:127.0.0.1"),
            *("10.0.0.5", "172.17.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "fd00::1", "fe80::1%eth0"),
        ],
    )
    def test_private(self, host: str) -> None:
        assert is_private(host)

    @pytest.mark.parametrize(
        "host", ["52.94.1.1", "877527297", "0x34.94.1.1", "::ffff:52.94.1.1", "2600:1f18::1", "224.0.0.1", "a.example"]
    )
    def test_public(self, host: str) -> None:
        assert not is_private(host)
