"""Row 5: the headers of answers, as they were printed."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from making import USERS_SCHEMA
from pytest_personalize import PersonalizeBackend
from pytest_personalize.shapes.http_responses import accepted, refused

FRONT_END = {
    "strict-transport-security": "max-age=47304000; includeSubDomains",
    "x-frame-options": "DENY",
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
}

LENGTH = str(len('{"schemaArn":"arn:aws:personalize:us-east-1:123456789012:schema/s"}'))


def headers(answer: dict[str, Any]) -> dict[str, str]:
    return dict(answer["ResponseMetadata"]["HTTPHeaders"])


def test_row_5_the_control_plane_has_the_headers_of_its_front_end(personalize: Any, personalize_backend: Any) -> None:
    assert headers(personalize.list_schemas()).items() >= FRONT_END.items()


def test_row_5_the_length_is_that_of_the_body(personalize: Any, personalize_backend: PersonalizeBackend) -> None:
    personalize.create_dataset_group(name="films")
    answer = personalize.list_dataset_groups()
    body = personalize_backend._door.call("personalize", "ListDatasetGroups", "us-east-1", "{}", "wire")
    assert headers(answer)["content-length"] == str(len(json.dumps(body, separators=(",", ":"))))


@pytest.mark.parametrize(
    "read",
    [
        lambda headers: headers["content-length"],
        lambda headers: headers.get("content-length"),
        lambda headers: headers.copy()["content-length"],
        lambda headers: headers.pop("content-length"),
        lambda headers: headers.setdefault("content-length", "7"),
        lambda headers: dict(headers)["content-length"],
        lambda headers: {**headers}["content-length"],
        lambda headers: (headers | {})["content-length"],
        lambda headers: ({} | headers)["content-length"],
        lambda headers: dict(headers.items())["content-length"],
        lambda headers: dict(zip(headers, headers.values(), strict=True))["content-length"],
        lambda headers: next(headers[name] for name in headers if name == "content-length"),
        lambda headers: json.loads(json.dumps(headers))["content-length"],
        lambda headers: copy.deepcopy(headers)["content-length"],
        lambda headers: pickle.loads(pickle.dumps(headers))["content-length"],
        lambda headers: repr(headers).partition("'content-length': '")[2].partition("'")[0],
        lambda headers: LENGTH if headers == {**headers, "content-length": LENGTH} else "another",
        lambda headers: "another" if headers != {**headers, "content-length": LENGTH} else LENGTH,
    ],
)
def test_row_5_the_length_is_there_however_the_headers_are_read(
    read: Callable[[Mapping[str, str]], str], personalize: Any, personalize_backend: PersonalizeBackend
) -> None:
    answer = personalize.create_schema(name="s", schema=USERS_SCHEMA)
    assert read(answer["ResponseMetadata"]["HTTPHeaders"]) == LENGTH


def test_handlers_of_after_call_see_the_body(
    shop_dataset_group: Any, personalize: Any, personalize_events: Any
) -> None:
    seen: list[Any] = []
    for client in (personalize, personalize_events):
        client.meta.events.register("after-call", lambda http_response, **_: seen.append(http_response))

    created = personalize.create_schema(name="s", schema=USERS_SCHEMA)
    with pytest.raises(ClientError):
        personalize.create_schema(name="s", schema=USERS_SCHEMA)
    event = {"eventType": "View", "itemId": "mug", "sentAt": 1700000000}
    personalize_events.put_events(trackingId=shop_dataset_group.tracking_id, sessionId="s", eventList=[event])

    assert json.loads(seen[0].content) == {"schemaArn": created["schemaArn"]}
    assert json.loads(seen[1].text)["__type"] == "ResourceAlreadyExistsException"
    assert [len(answer.content) for answer in seen] == [int(answer.headers["Content-Length"]) for answer in seen]


def test_row_5_no_body_has_length_0(shop_dataset_group: Any, personalize_events: Any) -> None:
    event = {"eventType": "View", "itemId": "mug", "sentAt": 1700000000}
    answer = personalize_events.put_events(trackingId=shop_dataset_group.tracking_id, sessionId="s", eventList=[event])
    assert headers(answer)["content-length"] == "0"
    assert not headers(answer).keys() & FRONT_END.keys()


@pytest.mark.parametrize(("code", "status"), [("ResourceInUseException", 409), ("ThrottlingException", 429)])
def test_a_refusal_is_parsed_as_its_client_would(code: str, status: int) -> None:
    http, parsed = refused("personalize-events", code, "not now")
    assert parsed["Error"] == {"Code": code, "Message": "not now"}
    assert parsed["ResponseMetadata"]["RetryAttempts"] == 0
    assert http.status_code == parsed["ResponseMetadata"]["HTTPStatusCode"] == status


def test_headers_are_found_in_any_case_of_letters() -> None:
    http, _ = accepted("personalize", {})
    assert http.headers["Content-Length"] == http.headers["content-length"] == "0"


def test_row_5_refusals_have_a_length(personalize: Any, personalize_backend: PersonalizeBackend) -> None:
    with pytest.raises(ClientError) as caught:
        personalize.create_dataset_group(name="no blanks")
    assert int(headers(caught.value.response)["content-length"]) > 100
