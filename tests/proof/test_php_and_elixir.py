"""Every operation, asked as the clients for PHP and Elixir ask it.

The requests are built here as the documentation and the sources of the clients shape them; no PHP or Elixir runs.
AWS.Personalize of Elixir signs for the region ``local`` when it is led to an address of its own, says the Host without
its port, and takes nothing but 200 for an answer; aws-sdk-php escapes slashes and all that is not ASCII.
"""

from __future__ import annotations

import hashlib
import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from attrs import frozen
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser

from pytest_personalize.shapes import models

SERVICE_OF = {name: service for service in models.SERVICES for name in models.operation_names(service)}
EMPTY_OBJECT = ("TagResource", "UntagResource")
NOWHERE = "arn:aws:personalize:us-east-1:123456789012:campaign/nowhere"


@frozen
class Language:
    """What a client of a language writes: the body of members, headers beside those of AWS, the region it signs for."""

    write: Callable[[Any], str]
    headers: Callable[[str, bytes], dict[str, str]]
    region: str

    def request(self, url: str, operation: str, members: Any) -> AWSRequest:
        service = SERVICE_OF[operation]
        model = models.service_model(service)
        how = model.operation_model(operation).http
        body = self.write(members).encode() if how["method"] == "POST" else b""
        headers = self.headers(service, body)
        if models.protocol(service) == "json":
            headers["X-Amz-Target"] = f"{model.metadata['targetPrefix']}.{operation}"
        asked = AWSRequest(how["method"], url + how["requestUri"], headers, body)
        SigV4Auth(Credentials("AKIDEXAMPLE", "not-checked"), "personalize", self.region).add_auth(asked)
        return asked


def elixir_headers(service: str, body: bytes) -> dict[str, str]:
    digest = hashlib.sha256(body).hexdigest()
    return {"Host": "localhost", "Content-Type": "application/x-amz-json-1.1", "X-Amz-Content-SHA256": digest}


def php_headers(service: str, body: bytes) -> dict[str, str]:
    return {
        "Content-Type": "application/x-amz-json-1.1" if models.protocol(service) == "json" else "application/json",
        "aws-sdk-invocation-id": "0b4e0a4d2f0c5d5c9c7a0b4e0a4d2f0c",
        "aws-sdk-retry": "0/0",
        "User-Agent": "aws-sdk-php/3.300.0 OS/Linux lang/php/8.2.7 GuzzleHttp/7",
    }


def written_by_php(members: Any) -> str:
    return json.dumps(members, separators=(",", ":")).replace("/", "\\/")


def written_by_elixir(members: Any) -> str:
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False)


LANGUAGES = {
    "elixir": Language(written_by_elixir, elixir_headers, "local"),
    "php": Language(written_by_php, php_headers, "us-east-1"),
}


@frozen
class Answer:
    """An HTTP answer: its status, its headers by their names in small letters, and its body."""

    status: int
    headers: dict[str, str]
    body: bytes


Send = Callable[[str, Any], Answer]


@pytest.fixture(params=LANGUAGES)
def send(
    request: pytest.FixtureRequest, world_over_http: Any, _personalize_server_thread: tuple[str, Any]
) -> Iterator[Send]:
    """Asks for an operation of the world as a client of the language does."""
    url, _ = _personalize_server_thread
    language = LANGUAGES[request.param]
    with closing(http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)) as connection:

        def ask(operation: str, members: Any) -> Answer:
            asked = language.request(url, operation, world_over_http.fill(members))
            connection.request(asked.method, asked.url.removeprefix(url), asked.data, dict(asked.headers))
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, answer.read())

        yield ask


@pytest.mark.parametrize("operation", SERVICE_OF)
def test_every_operation_is_answered_as_it_is_documented(
    world: Any, send: Send, samples: dict[str, dict[str, Any]], operation: str
) -> None:
    service, members = SERVICE_OF[operation], samples[operation]
    output = models.operation(service, operation).output
    before = world.backend.snapshot()
    in_process = world.call(operation, members)
    world.backend.restore(before)

    answer = send(operation, members)

    assert answer.status == 200, answer.body
    assert bool(answer.body) == (output is not None or operation in EMPTY_OBJECT)
    head = {"status_code": answer.status, "headers": answer.headers, "body": answer.body}
    read = create_parser(models.protocol(service)).parse(head, output)
    del read["ResponseMetadata"], in_process["ResponseMetadata"]
    assert read == in_process


def test_a_refusal_of_the_control_plane_is_read_from_its_body(send: Send) -> None:
    answer = send("DescribeCampaign", {"campaignArn": NOWHERE})
    assert (answer.status, json.loads(answer.body)["__type"]) == (400, "ResourceNotFoundException")
    assert len(answer.headers["x-amzn-requestid"]) == 36


def test_a_refusal_of_the_runtime_is_read_from_its_headers(send: Send) -> None:
    answer = send("GetRecommendations", {"campaignArn": "<picks campaign>x", "userId": "u1"})
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")
    assert len(answer.headers["x-amzn-requestid"]) == 36


def test_what_is_not_ascii_is_kept(send: Send) -> None:
    tags = [{"tagKey": "équipe/1", "tagValue": "検索"}]
    group = json.loads(send("CreateDatasetGroup", {"name": "films", "tags": tags}).body)["datasetGroupArn"]
    assert json.loads(send("ListTagsForResource", {"resourceArn": group}).body)["tags"] == tags
