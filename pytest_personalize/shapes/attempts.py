"""The attempts of one call: botocore's retry loop, with a function in the place of the network.

``botocore.endpoint.Endpoint._send_request`` asks the ``needs-retry`` handlers of the client after each attempt; what
they are depends on its retry mode. The same events are emitted here, for requests that are neither signed nor sent, and
the pauses that the handlers ask for are not made.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Generator, Mapping, MutableMapping
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError
from botocore.hooks import first_non_none_response

Response = tuple[Any, dict[str, Any]]
"""The HTTP answer and the parsed members."""

Steps = Generator[Mapping[str, Any] | float, Any, Response]
"""Gives seconds to wait, and the arguments of each ``needs-retry`` event; wants what the handlers returned of those,
ends with the response."""

_LOST: Final[Mapping[str, type[BotoCoreError]]] = {
    error.__name__: error for error in (ConnectionClosedError, EndpointConnectionError, ReadTimeoutError)
}


def no_answer(error: str, url: str) -> BotoCoreError:
    """What botocore raises when an attempt gets no answer, by the name of its class."""
    return _LOST[error](endpoint_url=url)


def read_timeout(client: Any, request: Mapping[str, Any]) -> float | None:
    """How many seconds the client waits for an answer to that request; None without a limit."""
    own = request["context"].get("read_timeout")
    seconds: float | None = client.meta.config.read_timeout if own is None else own
    return seconds


def send(
    client: Any,
    operation: Any,
    request: dict[str, Any],
    attempt: Callable[[], Response],
    waiting_time: Callable[[], float],
) -> Any:
    """Make attempts until the client is content, and return the response; raises what the last attempt raised.

    Args:
        client: a client of botocore or of aiobotocore; for the latter, the response is to be awaited.
        operation: the operation model.
        request: the serialized request with its context.
        attempt: answers the request; may raise ``BotoCoreError``, as botocore's own HTTP session does.
        waiting_time: the seconds to wait in reality before the next attempt.
    """
    steps = _steps(client, operation, request, attempt, waiting_time)
    drive = _drive_async if hasattr(client, "__aenter__") else _drive  # clients of aiobotocore have it
    return drive(client, operation, request["context"], steps)


def _steps(
    client: Any,
    operation: Any,
    request: dict[str, Any],
    attempt: Callable[[], Response],
    waiting_time: Callable[[], float],
) -> Steps:
    attempts = 0
    while True:
        attempts += 1
        _note(request["context"], attempts)
        if seconds := waiting_time():
            yield seconds
        response: Response | None = None
        problem: BotoCoreError | None = None
        try:
            response = attempt()
        except BotoCoreError as error:
            problem = error
        answers = yield {
            "response": response,
            "endpoint": client._endpoint,
            "operation": operation,
            "attempts": attempts,
            "caught_exception": problem,
            "request_dict": request,
        }
        pause = first_non_none_response(answers)
        if pause is not None and pause is not False:
            continue
        if response is None:
            assert problem is not None
            raise problem
        response[1]["ResponseMetadata"]["RetryAttempts"] = attempts - 1
        return response


def _note(context: MutableMapping[str, Any], attempt: int) -> None:
    """What retry handlers look for in the context."""
    retries = context.setdefault("retries", {})
    retries["attempt"] = attempt
    retries.setdefault("invocation-id", str(uuid.uuid4()))


def _event(name: str, operation: Any) -> str:
    return f"{name}.{operation.service_model.service_id.hyphenize()}.{operation.name}"


def _drive(client: Any, operation: Any, context: Any, steps: Steps) -> Response:
    emit = client.meta.events.emit
    try:
        asked = next(steps)
        while True:
            if isinstance(asked, float | int):
                time.sleep(asked)
                asked = next(steps)
            else:
                asked = steps.send(emit(_event("needs-retry", operation), **asked))
    except StopIteration as end:
        response: Response = end.value
        return response
    except Exception as error:
        emit(_event("after-call-error", operation), exception=error, context=context)
        raise


async def _drive_async(client: Any, operation: Any, context: Any, steps: Steps) -> Response:
    emit = client.meta.events.emit
    try:
        asked = next(steps)
        while True:
            if isinstance(asked, float | int):
                await asyncio.sleep(asked)
                asked = next(steps)
            else:
                asked = steps.send(await emit(_event("needs-retry", operation), **asked))
    except StopIteration as end:
        response: Response = end.value
        return response
    except Exception as error:
        await emit(_event("after-call-error", operation), exception=error, context=context)
        raise
