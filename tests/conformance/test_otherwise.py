"""What a run says of an endpoint that answers otherwise than the emulator, or never comes to an end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from attrs import frozen

from pytest_personalize.conformance.cases import CASES
from pytest_personalize.conformance.errors import Blocked, NotRun, Refusal
from pytest_personalize.conformance.lane import Files, Place
from pytest_personalize.conformance.rows import II, LE
from pytest_personalize.conformance.run import run
from pytest_personalize.conformance.world import World

Otherwise = Callable[[Mapping[str, Any]], World]
ARN = "arn:aws:personalize:us-east-1:123456789012"


def refusing(operation: str, code: str) -> dict[str, Refusal]:
    return {operation: Refusal(operation, code, "no", not_answered=False)}


@pytest.mark.parametrize(
    ("case_id", "answers", "seen"),
    [
        ("jobs/batch-into-its-input", refusing("CreateBatchInferenceJob", LE), f"{LE}: no"),
        ("jobs/five-imports-at-once", {"CreateDatasetImportJob": {}}, "six were made"),
        ("jobs/import-without-a-column", {"CreateDatasetImportJob": {}}, "answered"),
        (
            "lists/last-page-has-no-token",
            {"ListSchemas": {"schemas": [], "nextToken": "t"}},
            "a thousand pages, and still a token",
        ),
        ("lists/no-more-than-asked", {"ListSchemas": {}}, "an answer of another form: KeyError 'schemas'"),
        ("schemas/users", refusing("CreateSchema", LE), f"refused, {LE}: no"),
        ("quotas/filters", {"CreateFilter": {}}, "31 were made"),
        (
            "runtime/bought-items-are-filtered",
            {"GetRecommendations": {"itemList": [{"itemId": "i1"}]}},
            "i1 is still recommended",
        ),
    ],
)
def test_a_divergence_says_what_was_seen(
    otherwise: Otherwise, case_id: str, answers: dict[str, Any], seen: str
) -> None:
    assert outcome(otherwise(answers), case_id) == ("divergence", seen)


@pytest.mark.parametrize(
    ("case_id", "answers", "seen"),
    [
        ("jobs/exports-at-once", {"CreateDatasetExportJob": {}}, "ten or more"),
        (
            "runtime/if-over-a-null",
            refusing("GetRecommendations", II),
            {"not in": {"refused": II}, "above": {"refused": II}},
        ),
        ("runtime/items-of-sims", refusing("GetRecommendations", II), {"refused": II}),
        ("runtime/items-ranked-twice", refusing("GetPersonalizedRanking", II), {"refused": II}),
    ],
)
def test_an_observation_is_what_was_seen(
    otherwise: Otherwise, case_id: str, answers: dict[str, Any], seen: Any
) -> None:
    assert outcome(otherwise(answers), case_id) == ("observed", seen)


@frozen
class Upside:
    """Files that come back with their last line first."""

    files: Files

    def put(self, path: str, data: bytes) -> None:
        self.files.put(path, data)

    def get(self, path: str) -> bytes:
        return b"\n".join(reversed(self.files.get(path).splitlines()))

    def list(self, prefix: str) -> list[str]:
        return self.files.list(prefix)


def test_a_batch_in_another_order_diverges(otherwise: Otherwise) -> None:
    world = otherwise({})
    assert world.lane.files
    world.lane.files = Upside(world.lane.files)
    assert outcome(world, "jobs/batch-lines") == ("divergence", "[{'userId': 'u2'}, {'userId': 'u1'}]")


def test_a_member_that_the_client_would_leave_out_is_not_asked(otherwise: Otherwise) -> None:
    with pytest.raises(NotRun, match=r"the installed botocore does not know ListSchemasRequest\.colour"):
        otherwise({}).ask("ListSchemas", {"colour": "red"})


@pytest.mark.parametrize(
    "body",
    [b"[]", b"\xff", b'{"schemas": 5}', b'{"schemas": [5]}', b'{"schemas": [{"creationDateTime": "noon"}]}'],
    ids=["a list", "bytes", "no list", "no structure", "no moment"],
)
def test_what_is_no_answer_of_the_protocol_is_not_answered(body: bytes) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.handle_request).start()
        lane = Place(region="us-east-1", endpoint=f"http://127.0.0.1:{server.server_port}").lane()
        answer = lane.call("ListSchemas", {})
    assert answer == Refusal("ListSchemas", "no answer of that protocol", "", not_answered=True)


class TestWaiting:
    """For a filter, whose status the endpoint tells."""

    def test_it_ends_with_patience(self, otherwise: Otherwise) -> None:
        world = otherwise({"DescribeFilter": {"filter": {"status": "CREATE PENDING"}}})
        world.lane.patience = 0.05
        with pytest.raises(Blocked, match="CREATE PENDING: still after 0 seconds"):
            world.wait(f"{ARN}:filter/a")

    def test_what_is_gone_has_come_to_rest(self, otherwise: Otherwise) -> None:
        assert otherwise({}).wait(f"{ARN}:filter/a") == "gone"

    def test_a_refusal_is_no_status(self, otherwise: Otherwise) -> None:
        world = otherwise(refusing("DescribeFilter", II))
        for wait in (world.wait, world.end):
            with pytest.raises(Blocked, match=f"{II}: no"):
                wait(f"{ARN}:filter/a")

    def test_a_failure_is_an_end(self, otherwise: Otherwise) -> None:
        world = otherwise({"DescribeFilter": {"filter": {"status": "CREATE FAILED", "failureReason": "why"}}})
        assert world.end(f"{ARN}:filter/a") == "CREATE FAILED"
        with pytest.raises(Blocked, match="CREATE FAILED: why"):
            world.wait(f"{ARN}:filter/a")


def test_a_thing_that_was_refused_is_not_asked_for_again(otherwise: Otherwise) -> None:
    answers = refusing("CreateDatasetGroup", LE)
    world = otherwise(answers)
    with pytest.raises(Blocked, match=LE):
        world.fill("<filter>")
    answers.clear()
    with pytest.raises(Blocked, match=LE):
        world.fill("<shop INTERACTIONS>")
    assert world.call("ListDatasetGroups", {})["datasetGroups"] == []


def outcome(world: World, case_id: str) -> tuple[str, Any]:
    (found,) = run(world, [case for case in CASES if case.id == case_id])
    return found.outcome, found.seen
