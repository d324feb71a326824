"""Connections that do not behave: each gets an error or a clean end, and the next one its answer."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from typing import Any
from urllib.parse import urlsplit

import pytest

from pytest_personalize import PersonalizeBackend
from pytest_personalize.server import Accounts, application, application_for, protocol, requests, serving

LAST = b"\r\n\r\n"


@pytest.fixture(autouse=True)
def the_next_is_answered(served: Any) -> Any:
    """Whatever has happened on one connection, another one works."""
    yield
    assert served.connect().ask("ListSchemas").status == 200


class TestFraming:
    def test_head_and_body_leave_in_one_piece(self, wire: Any) -> None:
        wire.send(wire.request("ListSchemas"))
        assert wire.socket.recv(65536).endswith(b'{"schemas":[]}')

    @pytest.mark.parametrize(
        "data",
        [
            b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}}",
            b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
            b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            b"POST / HTTP/1.1\r\nhost a\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"nonsense\r\n\r\n",
        ],
    )
    def test_what_is_malformed_is_refused_and_closed(self, wire: Any, data: bytes) -> None:
        wire.send(data)
        answer = wire.read()
        assert answer is None or answer.status == 400
        assert wire.read() is None

    def test_an_unknown_transfer_encoding_is_refused(self, wire: Any) -> None:
        wire.send(b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: rot13\r\n\r\n{}")
        answer = wire.read()
        assert answer is None or answer.status == 400

    def test_headers_that_nobody_knows_do_no_harm(self, wire: Any) -> None:
        headers = {f"x-{number}": "\xff" for number in range(90)}
        assert wire.ask("ListSchemas", **headers).status == 200

    def test_of_two_targets_the_last_one_counts(self, wire: Any) -> None:
        data = wire.request("ListSchemas", x_unknown="a")
        wire.send(data.replace(b"x-unknown: a", b"X-Amz-Target: AmazonPersonalize.ListSolutions"))
        assert wire.read().json == {"solutions": []}

    def test_requests_in_a_row_are_answered_in_that_order(self, wire: Any) -> None:
        operations = ("ListSchemas", "ListSolutions", "ListFilters")
        wire.send(b"".join(map(wire.request, operations)))
        assert [list(wire.read().json) for _ in operations] == [["schemas"], ["solutions"], ["Filters"]]

    def test_http_1_0_gets_its_answer_and_the_end(self, wire: Any) -> None:
        assert wire.ask("ListSchemas", version="1.0").status == 200
        assert wire.read() is None

    def test_who_offers_http_2_is_answered_in_http_1_1(self, wire: Any) -> None:
        offer = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2_settings": "AAMAAABkAAQAAP__"}
        assert wire.ask("CreateDatasetGroup", {"name": "a"}, **offer).json["datasetGroupArn"].endswith("/a")

    def test_who_waits_to_be_told_to_go_on_is_told(self, wire: Any) -> None:
        head, body = wire.request("CreateDatasetGroup", {"name": "a"}, expect="100-continue").split(LAST)
        wire.send(head + LAST)
        assert wire.read().status == 100
        wire.send(body)
        assert wire.read().status == 200

    def test_who_is_answered_before_being_told_to_go_on_gets_the_end(self, wire: Any) -> None:
        head, _ = wire.request("NoSuchOperation", {"name": "a"}, expect="100-continue").split(LAST)
        wire.send(head + LAST)
        assert wire.read().status == 400
        assert wire.read() is None  # or the next request would be taken for the body

    def test_a_body_in_pieces_is_put_together(self, wire: Any) -> None:
        head = wire.request("CreateDatasetGroup", b"").replace(b"content-length: 0", b"transfer-encoding: chunked")
        wire.send(head)
        for piece in (b'4\r\n{"na\r\n', b'a\r\nme":"shop"\r\n', b"1\r\n}\r\n", b"0\r\n\r\n"):
            wire.send(piece)
        assert wire.read().json["datasetGroupArn"].endswith("/shop")

    def test_what_comes_behind_a_body_is_no_header(self, wire: Any) -> None:
        head = wire.request("CreateDatasetGroup", b"").replace(b"content-length: 0", b"transfer-encoding: chunked")
        wire.send(head + b'10\r\n{"name": "shop"}\r\n0\r\nx-amz-target: AmazonPersonalize.ListSchemas\r\n\r\n')
        assert wire.read().json["datasetGroupArn"].endswith("/shop")


class TestLimits:
    def test_a_head_that_does_not_end_is_closed(self, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
        silent, slow = served.connect(), served.connect()
        slow.send(b"POST / HTTP/1.1\r\nhost: a")
        assert (silent.read(), slow.read()) == (None, None)

    def test_the_next_head_on_a_connection_has_to_end_too(self, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.2)
        wire = served.connect()
        wire.ask("ListSchemas")
        wire.send(b"POST / HT")
        assert wire.read() is None

    def test_a_body_that_does_not_go_on_is_closed(self, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
        monkeypatch.setattr(protocol, "BODY_SECONDS", 0.3)
        wire = served.connect()
        wire.send(wire.request("ListSchemas", b"{" + bytes(99))[:-50])
        assert wire.read() is None

    def test_between_requests_a_connection_may_rest(self, served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
        monkeypatch.setattr(protocol, "BODY_SECONDS", 0.1)
        wire = served.connect()
        wire.ask("ListSchemas")
        threading.Event().wait(0.3)
        assert wire.ask("ListSchemas").status == 200

    def test_a_head_over_64_kib_is_too_large(self, wire: Any) -> None:
        wire.send(wire.request("ListSchemas", **{f"x-{number}": "x" * 8000 for number in range(9)}))
        assert wire.read().status == 413
        assert wire.read() is None

    def test_one_without_an_end_is_too_large_as_well(self, wire: Any) -> None:
        wire.send(b"POST / HTTP/1.1\r\nx: ")
        answer = None
        try:
            for _ in range(100):
                wire.send(b"x" * 10_000)
            answer = wire.read()
        except OSError:  # closed while it was being written
            return
        assert answer is None or answer.status == 413

    def test_a_body_that_is_announced_as_too_long_is_not_read(self, wire: Any) -> None:
        answer = wire.ask("ListSchemas", content_length=str(64 * 2**20 + 1))
        assert (answer.status, answer.code) == (413, "RequestEntityTooLargeException")

    def test_one_that_gets_too_long_neither(self, wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(requests, "MOST", 1000)
        head = wire.request("ListSchemas", b"").replace(b"content-length: 0", b"transfer-encoding: chunked")
        wire.send(head + b"800\r\n" + bytes(2048) + b"\r\n")
        assert wire.read().status == 413

    def test_nor_one_that_is_too_long_when_it_is_unpacked(self, wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(requests, "MOST", 1000)
        assert wire.ask("ListSchemas", gzip.compress(bytes(100_000)), content_encoding="gzip").status == 413

    def test_a_long_body_within_the_limit_is_read(self, wire: Any) -> None:
        answer = wire.ask("CreateSchema", {"name": "a", "schema": "x" * 8_000_000})
        assert (answer.status, answer.code) == (400, "ValidationException")
        assert len(answer.body) < 10_000_000


class TestEnds:
    def test_a_client_that_goes_before_its_request_is_whole(self, served: Any) -> None:
        for part in (b"", b"POST", served.connect().request("ListSchemas", b"{" + bytes(99))[:-50]):
            wire = served.connect()
            wire.send(part)
            wire.close()
        assert len(served.backend.calls) == 0

    def test_one_that_goes_before_its_answer(self, served: Any) -> None:
        for _ in range(20):
            wire = served.connect()
            wire.send(wire.request("ListSchemas"))
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset
            wire.close()

    def test_one_that_goes_while_its_call_is_answered(self, serve: Any, caplog: pytest.LogCaptureFixture) -> None:
        begun, end, done = threading.Event(), threading.Event(), threading.Event()

        @contextmanager
        def around(backend: PersonalizeBackend, change: Any) -> Any:
            if change.operation == "CreateDatasetGroup":
                begun.set()
                end.wait()
            yield
            done.set()

        backend = PersonalizeBackend()
        served = serve(backend, application_for(Accounts(backend, around=around)))
        wire = served.connect()
        wire.send(wire.request("CreateDatasetGroup", {"name": "shop"}))
        begun.wait()
        wire.close()
        assert served.connect().ask("ListSchemas").status == 200  # by now the server has seen it go
        done.clear()
        end.set()
        done.wait()
        assert [group["name"] for group in served.connect().ask("ListDatasetGroups").json["datasetGroups"]] == ["shop"]
        assert caplog.records == []

    def test_who_reads_no_answer_is_asked_to_wait(self, served: Any) -> None:
        fields = [{"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": "long"}]
        named = {"type": "record", "name": "Users", "namespace": "n", "version": "1.0"}
        schema = json.dumps(named | {"fields": fields, "doc": "x" * 18_000})
        wire, requests = served.connect(), 1000
        arn = wire.ask("CreateSchema", {"name": "long", "schema": schema}).json["schemaArn"]
        with ThreadPoolExecutor() as pool:
            sent = pool.submit(wire.send, wire.request("DescribeSchema", {"schemaArn": arn}) * requests)
            counts = [-1, len(served.backend.calls)]
            while counts[-1] != counts[-2]:
                threading.Event().wait(0.2)
                counts.append(len(served.backend.calls))
            assert counts[-1] < requests
            assert {wire.read().status for _ in range(requests)} == {200}
            sent.result()

    def test_five_hundred_at_once_are_answered(self, served: Any) -> None:
        wires = [served.connect() for _ in range(500)]
        for wire in wires:
            wire.send(wire.request("ListSchemas"))
        assert {wire.read().status for wire in wires} == {200}


def test_a_server_that_ends_does_not_wait_for_a_long_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SECONDS_TO_END", 0.1)
    begun, end = threading.Event(), threading.Event()

    def around(backend: PersonalizeBackend, change: Any) -> Any:
        begun.set()
        end.wait()
        return nullcontext()

    asked = urllib.request.Request("http://server", data=b'{"name": "shop"}')
    asked.add_header("X-Amz-Target", "AmazonPersonalize.CreateDatasetGroup")
    with ThreadPoolExecutor() as pool:
        with serving.serving(application_for(Accounts(PersonalizeBackend(), around=around))) as url:
            asked.full_url = url
            answer = pool.submit(urllib.request.urlopen, asked, timeout=30)
            begun.wait()
        with pytest.raises(urllib.error.HTTPError, match="503") as refused:
            answer.result()
        refused.value.close()
        end.set()


def cut_by_a_fault(backend: PersonalizeBackend) -> bytes:
    backend.faults.disconnect("ListSchemas")
    call = b"POST / HTTP/1.1\r\nhost: a\r\nx-amz-target: AmazonPersonalize.ListSchemas\r\ncontent-length: 2\r\n\r\n{}"
    return call * 2


def never_read(backend: PersonalizeBackend) -> bytes:
    backend.s3.put("s3://bucket/long", bytes(20_000_000))
    return b"GET /_personalize/objects/bucket/long HTTP/1.1\r\nhost: localhost\r\n\r\n" * 2


@pytest.mark.parametrize("asked", [cut_by_a_fault, never_read])
def test_a_server_ends_in_peace_with_answers_that_nobody_gets(
    asked: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(serving, "SECONDS_TO_END", 0.1)
    backend = PersonalizeBackend()
    with serving.serving(application(backend)) as url:
        connection = socket.create_connection(("127.0.0.1", urlsplit(url).port), timeout=30)
        connection.sendall(asked(backend))
        connection.recv(1)  # so that the first of the two has been answered
    connection.close()
    assert not any(record.exc_info for record in caplog.records)
