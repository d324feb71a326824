"""What a call over HTTP looks like: how its operation is found, what its answer carries, whose account it is."""

from __future__ import annotations

import asyncio
import gzip
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_personalize import PersonalizeBackend
from pytest_personalize.server import Accounts, application, application_for
from pytest_personalize.server.workers import Worker

NOWHERE = "arn:aws:personalize:us-east-1:123456789012:campaign/nowhere"


class TestRoutes:
    def test_at_the_root_the_target_decides(self, wire: Any) -> None:
        assert wire.ask("ListSchemas").json == {"schemas": []}

    def test_elsewhere_method_and_path_decide_whatever_the_target_is(self, wire: Any) -> None:
        answer = wire.ask("ListSchemas", {"campaignArn": NOWHERE, "userId": "u1"}, path="/recommendations")
        assert (answer.status, answer.code) == (404, "ResourceNotFoundException")

    @pytest.mark.parametrize(
        ("asked", "near"),
        [
            ({"operation": "ListSchema"}, "did you mean 'AmazonPersonalize.ListSchemas'?"),
            ({"x_amz_target": "DynamoDB_20120810.ListTables"}, "'DynamoDB_20120810.ListTables': no operation"),
            ({"x_amz_target": ""}, "X-Amz-Target is ''"),
            ({"x_amz_target": "x" * 20_000}, "no operation is called so"),
            ({"path": "/recommendation"}, "did you mean 'POST /recommendations'?"),
            ({"path": "/recommendations", "method": "GET"}, "'GET /recommendations'"),
            ({"path": "/%00%ff"}, "no operation is called so"),
            ({"path": "/", "method": "PUT"}, "'PUT /'"),
        ],
    )
    def test_what_is_none_is_refused_with_the_nearest(self, wire: Any, asked: dict[str, str], near: str) -> None:
        answer = wire.ask(**asked)
        assert (answer.status, answer.code) == (400, "UnknownOperationException")
        assert near in answer.json["Message"]
        assert len(answer.body) < 4000


class TestAnswers:
    def test_tagging_answers_an_empty_object(self, served: Any) -> None:
        arn = served.client().create_dataset_group(name="shop")["datasetGroupArn"]
        wire = served.connect()
        tagged = wire.ask("TagResource", {"resourceArn": arn, "tags": [{"tagKey": "é", "tagValue": "日本"}]})
        untagged = wire.ask("UntagResource", {"resourceArn": arn, "tagKeys": ["é"]})
        assert (tagged.body, untagged.body) == (b"{}", b"{}")

    def test_each_has_a_request_id_of_its_own(self, wire: Any) -> None:
        ids = {wire.ask("ListSchemas").headers["x-amzn-requestid"] for _ in range(3)}
        assert len(ids) == 3
        assert all(re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one) for one in ids)

    def test_errors_of_the_control_plane_have_their_code_in_the_body(self, wire: Any) -> None:
        answer = wire.ask("DescribeCampaign", {"campaignArn": NOWHERE})
        assert (answer.status, answer.headers["content-type"]) == (400, "application/x-amz-json-1.1")
        assert answer.json == {
            "__type": "ResourceNotFoundException",
            "message": f"Resource Arn {NOWHERE} does not exist.",
        }

    def test_errors_of_the_others_have_it_in_a_header(self, wire: Any) -> None:
        answer = wire.ask(members={"campaignArn": NOWHERE, "userId": "u1"}, path="/recommendations")
        assert (answer.status, answer.headers["content-type"]) == (404, "application/json")
        assert answer.headers["x-amzn-errortype"] == "ResourceNotFoundException"
        assert answer.json == {"message": f"Resource Arn {NOWHERE} does not exist."}

    @pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"x"', b"[" * 100_000, b'{"a": NaN}'])
    def test_a_body_that_is_no_object_is_invalid_input(self, wire: Any, body: bytes) -> None:
        answer = wire.ask("ListSchemas", body)
        assert (answer.status, answer.code) == (400, "InvalidInputException")

    def test_an_error_of_the_emulator_is_an_internal_failure_and_in_the_log(
        self, serve: Callable[..., Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        def around(backend: PersonalizeBackend, change: Any) -> Any:
            raise OSError("the disk is full")

        wire = serve(app=application_for(Accounts(PersonalizeBackend(), around=around))).connect()
        answer = wire.ask("CreateDatasetGroup", {"name": "shop"})
        assert (answer.status, answer.code) == (500, "InternalFailure")
        assert "the disk is full" in caplog.text


class TestRegions:
    """The one that was signed for, else that of the host, else that of the backend."""

    @pytest.mark.parametrize(
        ("headers", "region"),
        [
            ({}, "us-east-1"),
            ({"region": "eu-west-1"}, "eu-west-1"),
            ({"region": "local"}, "us-east-1"),
            ({"region": ""}, "us-east-1"),
            ({"host": "personalize.ap-south-1.amazonaws.com"}, "ap-south-1"),
            ({"host": "personalize.ap-south-1.amazonaws.com:443"}, "ap-south-1"),
            ({"host": "personalize-events.eu-west-1.amazonaws.com", "region": "us-west-2"}, "us-west-2"),
            ({"host": "Personalize.AP-South-1.API.AWS"}, "ap-south-1"),
            ({"host": "s3.ap-south-1.amazonaws.com"}, "us-east-1"),
            ({"authorization": "Bearer of nothing"}, "us-east-1"),
            ({"authorization": "AWS4-ECDSA-P256-SHA256 Credential=A/20260101/personalize/aws4_request"}, "us-east-1"),
        ],
    )
    def test_they_are_told_by_signature_or_host(self, wire: Any, headers: dict[str, str], region: str) -> None:
        if "region" in headers:
            headers = headers | {"authorization": wire.signed(region=headers["region"])}
            del headers["region"]
        arn = wire.ask("CreateDatasetGroup", {"name": "shop"}, **headers).json["datasetGroupArn"]
        assert arn == f"arn:aws:personalize:{region}:123456789012:dataset-group/shop"

    @pytest.mark.parametrize("region", ["eu-north-1", "all", "us-east1", "x" * 10_000, "\xe9", "..%2f..", "-1"])
    def test_one_without_the_service_is_refused(self, served: Any, region: str) -> None:
        wire = served.connect()
        answer = wire.ask("ListSchemas", authorization=wire.signed(region=region))
        assert (answer.status, answer.code) == (400, "UnrecognizedClientException")
        assert len(answer.body) < 1000

    def test_one_that_looks_like_none_is_refused_where_any_will_do(self, serve: Callable[..., Any]) -> None:
        wire = serve(PersonalizeBackend(regions="any")).connect()
        assert wire.ask("ListSchemas", authorization=wire.signed(region="xx-moon-7")).status == 200
        assert wire.ask("ListSchemas", authorization=wire.signed(region="moon")).status == 400


class TestAccounts:
    @pytest.fixture
    def accounts(self) -> Accounts:
        return Accounts(PersonalizeBackend(), make=lambda account_id: PersonalizeBackend(account_id=account_id))

    def test_a_key_of_twelve_digits_is_the_account(self, serve: Callable[..., Any], accounts: Accounts) -> None:
        served = serve(app=application_for(accounts))
        for key in ("111111111111", "222222222222", "111111111111"):
            served.client(key=key).create_dataset_group(name=f"of-{len(list(accounts))}")
        made = {backend.account_id: sorted(backend.dataset_groups) for backend in accounts}
        assert made == {"123456789012": [], "111111111111": ["of-1", "of-3"], "222222222222": ["of-2"]}

    @pytest.mark.parametrize("key", ["AKIDEXAMPLE", "1" * 11, "1" * 13, "1111-1111-11", "\u0661" * 12])
    def test_any_other_key_is_the_default_account(self, accounts: Accounts, key: str) -> None:
        assert accounts.of(key) is accounts.default

    def test_nobody_has_an_account_of_his_own_unless_asked_for(self, served: Any) -> None:
        served.client(key="111111111111").create_dataset_group(name="shop")
        assert list(served.backend.dataset_groups) == ["shop"]

    def test_one_that_is_being_made_does_not_hold_up_another(self, serve: Callable[..., Any]) -> None:
        begun, end = threading.Event(), threading.Event()

        def make(account_id: str) -> PersonalizeBackend:
            begun.set()
            end.wait()
            return PersonalizeBackend(account_id=account_id)

        served = serve(app=application_for(Accounts(PersonalizeBackend(), make=make)))
        asking = threading.Thread(target=served.client(key="111111111111").list_schemas)
        asking.start()
        begun.wait()
        assert served.client().list_schemas()["schemas"] == []
        end.set()
        asking.join()

    def test_a_long_call_of_one_does_not_hold_up_another(self, serve: Callable[..., Any], accounts: Accounts) -> None:
        served = serve(app=application_for(accounts))
        held = accounts.of("111111111111")
        answered = threading.Event()

        def ask() -> None:
            served.client(key=held.account_id).list_schemas()
            answered.set()

        asking = threading.Thread(target=ask)
        with held._door.lock:
            asking.start()
            for operation in ("list_schemas", "list_recipes"):
                getattr(served.client(key="222222222222"), operation)()
            assert not answered.is_set()
        asking.join()
        assert answered.is_set()


class TestFaults:
    def test_they_are_met_over_the_wire(self, served: Any) -> None:
        served.backend.faults.fail("ListSchemas", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDeniedException"):
            served.client().list_schemas()

    def test_the_retries_of_the_client_see_them(self, served: Any) -> None:
        served.backend.faults.throttle("ListSchemas", times=1)
        assert served.client().list_schemas()["ResponseMetadata"]["RetryAttempts"] == 1

    def test_a_code_is_one_header_whatever_is_in_it(self, served: Any) -> None:
        served.backend.faults.fail("GetRecommendations", "Tea\r\nx-pot: \N{SNOWMAN}", any_code=True)
        answer = served.connect().ask("", {"campaignArn": "a"}, path="/recommendations")
        assert (answer.status, answer.code) == (400, r"Tea\r\nx-pot: \u2603")

    def test_a_lost_connection_is_closed_without_an_answer(self, served: Any) -> None:
        served.backend.faults.disconnect("ListSchemas")
        wire = served.connect()
        wire.send(wire.request("ListSchemas"))
        assert wire.read() is None
        assert served.connect().ask("ListSchemas").status == 200

    def test_real_latency_is_waited_for(self, served: Any) -> None:
        client = served.client()
        served.backend.faults.latency("ListSchemas", 0.3, real=True)
        with served.backend.clock.skip_sleep():
            began = time.perf_counter()
            client.list_schemas()
            assert time.perf_counter() - began > 0.3


class TestOtherServers:
    """What an ASGI server of somebody else's gets."""

    async def _ask(self, backend: PersonalizeBackend, scope: dict[str, Any]) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"{}"}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        target = (b"x-amz-target", b"AmazonPersonalize.ListSchemas")
        request = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [target]}
        await application(backend)(request | scope, receive, send)
        return sent

    def test_it_is_told_that_there_is_only_http(self) -> None:
        """By an error, as ASGI wants it; a server then begins without the events of a lifespan."""
        with pytest.raises(NotImplementedError, match="no lifespan here"):
            asyncio.run(self._ask(PersonalizeBackend(), {"type": "lifespan"}))

    @pytest.mark.parametrize("path", ["/personalize/", "/personalize"])
    def test_it_may_be_mounted_below_a_path(self, path: str) -> None:
        sent = asyncio.run(self._ask(PersonalizeBackend(), {"path": path, "root_path": "/personalize"}))
        assert sent[-1]["body"] == b'{"schemas":[]}'

    def test_a_call_that_gets_no_answer_is_an_error_without_a_response(self) -> None:
        backend = PersonalizeBackend()
        backend.faults.disconnect("ListSchemas")
        with pytest.raises(ConnectionAbortedError, match="gets no answer"):
            asyncio.run(self._ask(backend, {}))
        assert [message["type"] for message in asyncio.run(self._ask(backend, {}))] == [
            "http.response.start",
            "http.response.body",
        ]


@pytest.mark.parametrize("outcome", ["an answer", ValueError("no answer")])
def test_an_answer_for_which_nobody_waits_any_longer_is_dropped(outcome: Any) -> None:
    """When a server gives up a call that is being answered, its thread goes on with the next."""
    end, errors = threading.Event(), []

    def work() -> Any:
        end.wait()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def ask() -> str:
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context))
        worker = Worker()
        given_up = asyncio.create_task(worker.do(work))
        await asyncio.sleep(0)
        given_up.cancel()
        await asyncio.sleep(0)
        end.set()
        return await worker.do(lambda: "the next")

    assert asyncio.run(ask()) == "the next"
    assert errors == []


@pytest.mark.parametrize("pack", [gzip.compress, lambda body: gzip.compress(body, 0)])
def test_a_packed_body_is_unpacked(wire: Any, pack: Callable[[bytes], bytes]) -> None:
    answer = wire.ask("CreateDatasetGroup", pack(b'{"name": "shop"}'), content_encoding="gzip")
    assert answer.json["datasetGroupArn"].endswith("dataset-group/shop")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b"{}"),
        ("gzip", gzip.compress(b"{}" * 99, mtime=0)[:-4]),
        ("gzip", b""),
        ("br", b"{}"),
        ("gzip, gzip", b"{}"),
    ],
)
def test_one_that_cannot_be_unpacked_is_invalid_input(wire: Any, encoding: str, body: bytes) -> None:
    answer = wire.ask("ListSchemas", body, content_encoding=encoding)
    assert (answer.status, answer.code) == (400, "InvalidInputException")
