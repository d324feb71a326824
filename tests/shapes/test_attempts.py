"""The attempts of one call: as many as the retry handlers of the client ask for, without their pauses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from pytest_personalize.shapes.attempts import no_answer, read_timeout, send
from pytest_personalize.shapes.http_responses import accepted, refused

CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 3}, read_timeout=7)
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "mocked", "aws_secret_access_key": "mocked"}
URL = "https://personalize.us-east-1.amazonaws.com/"


@pytest.fixture
def client() -> Any:
    return boto3.Session().client("personalize", config=CONFIG, **KEYS)


@pytest.fixture
def request_of() -> dict[str, Any]:
    return {"url": URL, "body": "{}", "context": {}}


def answers(*wanted: Any) -> Callable[[], Any]:
    """An attempt that gives, or raises, one after the other."""
    rest: Iterator[Any] = iter(wanted)

    def attempt() -> Any:
        found = next(rest)
        if isinstance(found, Exception):
            raise found
        return found

    return attempt


def throttled() -> Any:
    return refused("personalize", "ThrottlingException", "Rate exceeded")


def call(client: Any, request: dict[str, Any], *wanted: Any, waiting: Callable[[], float] = lambda: 0) -> Any:
    model = client.meta.service_model.operation_model("ListSchemas")
    return send(client, model, request, answers(*wanted), waiting)


def test_a_client_that_is_content_makes_one_attempt(client: Any, request_of: dict[str, Any]) -> None:
    http, parsed = call(client, request_of, accepted("personalize", {"schemas": []}))
    assert (http.status_code, parsed["schemas"], parsed["ResponseMetadata"]["RetryAttempts"]) == (200, [], 0)


@pytest.mark.parametrize("trouble", [throttled, lambda: no_answer("ConnectionClosedError", URL)])
def test_it_goes_on_until_there_is_an_answer(
    client: Any, request_of: dict[str, Any], trouble: Callable[[], Any]
) -> None:
    _, parsed = call(client, request_of, trouble(), trouble(), accepted("personalize", {}))
    assert parsed["ResponseMetadata"]["RetryAttempts"] == 2


def test_the_last_refusal_is_the_answer(client: Any, request_of: dict[str, Any]) -> None:
    _, parsed = call(client, request_of, throttled(), throttled(), throttled())
    assert parsed["Error"]["Code"] == "ThrottlingException"
    assert parsed["ResponseMetadata"]["RetryAttempts"] == 2


@pytest.mark.parametrize("error", [ConnectionClosedError, EndpointConnectionError, ReadTimeoutError])
def test_the_last_lost_connection_is_raised_and_told(client: Any, request_of: dict[str, Any], error: type) -> None:
    told = []
    client.meta.events.register("after-call-error.personalize.ListSchemas", lambda **given: told.append(given))
    with pytest.raises(error) as caught:
        call(client, request_of, *[no_answer(error.__name__, URL) for _ in range(3)])
    (given,) = told
    assert given["exception"] is caught.value
    assert given["context"] is request_of["context"]


def test_no_pause_is_made(client: Any, request_of: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail(f"it slept for {seconds}"))
    call(client, request_of, throttled(), throttled(), accepted("personalize", {}))


def test_what_is_to_be_waited_is_waited_before_each_attempt(
    client: Any, request_of: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    times = iter([0.5, 0.0, 2])
    call(client, request_of, throttled(), throttled(), accepted("personalize", {}), waiting=lambda: next(times))
    assert slept == [0.5, 2]


def test_retry_handlers_find_in_the_context_what_they_look_for(client: Any, request_of: dict[str, Any]) -> None:
    seen = []

    def look(attempts: int, request_dict: dict[str, Any], caught_exception: Any, **_: Any) -> None:
        seen.append((attempts, dict(request_dict["context"]["retries"]), caught_exception))

    client.meta.events.register("needs-retry.personalize.ListSchemas", look)
    lost = no_answer("ReadTimeoutError", URL)
    call(client, request_of, lost, accepted("personalize", {}))
    (first, before, caught), (second, after, nothing) = seen
    assert (first, second, before["attempt"], after["attempt"]) == (1, 2, 1, 2)
    assert before["invocation-id"] == after["invocation-id"]
    assert (caught, nothing) == (lost, None)


@pytest.mark.parametrize(("context", "seconds"), [({}, 7), ({"read_timeout": 2}, 2)])
def test_the_limit_of_a_call_goes_before_that_of_its_client(client: Any, context: dict[str, Any], seconds: int) -> None:
    assert read_timeout(client, {"context": context}) == seconds


def test_a_client_of_aiobotocore_awaits_all_of_it(request_of: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    session = pytest.importorskip("aiobotocore.session")
    config = pytest.importorskip("aiobotocore.config").AioConfig(retries={"mode": "standard", "total_max_attempts": 3})
    slept: list[float] = []
    told: list[Exception] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def run() -> Any:
        async with session.get_session().create_client("personalize", config=config, **KEYS) as client:
            client.meta.events.register(
                "after-call-error.personalize.ListSchemas", lambda exception, **_: told.append(exception)
            )
            times = iter([0.5, 0.0, 2, 0, 0, 0])
            wanted = (throttled(), throttled(), accepted("personalize", {}))
            found = await call(client, request_of, *wanted, waiting=lambda: next(times))
            with pytest.raises(ConnectionClosedError) as caught:
                await call(client, request_of, *[no_answer("ConnectionClosedError", URL)] * 3, waiting=lambda: 0)
            assert told == [caught.value]
            return found

    monkeypatch.setattr(asyncio, "sleep", sleep)
    _, parsed = asyncio.run(run())
    assert parsed["ResponseMetadata"]["RetryAttempts"] == 2
    assert slept == [0.5, 2]
