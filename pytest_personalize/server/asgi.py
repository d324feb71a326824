"""The ASGI application: from the bytes of a request to those of its answer."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.server.accounts import Accounts, Change
from pytest_personalize.server.replies import Reply, accepted, refused
from pytest_personalize.server.requests import (
    Gone,
    Headers,
    Receive,
    caller,
    checked_region,
    find_operation,
    form_of,
    read_body,
)
from pytest_personalize.server.routes import PREFIX
from pytest_personalize.server.workers import Worker
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.testing.faults import NoAnswer

Scope = Mapping[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Administer = Callable[[str, str, str, Mapping[str, str], bytes], Reply]
"""What answers a request that is none of the service: method, path, query, headers and body."""

LOOKS: Final = ("Describe", "List")
"""How the names of operations begin that set off no work of their own."""
ANSWER: Final = "personalize.answer"
"""What a server can put into the state of a request: a coroutine function that sends, by ``send``, a ``Reply``."""
DISCONNECT: Final = "personalize.disconnect"
"""And this: a function that closes the connection of a ``send``."""

_log: Final = logging.getLogger(__name__)


class Application:
    """Answers the three services at one address, for the backends of ``accounts``.

    What is below ``/_personalize/``, and ``GET /``, goes to ``administer``. Each account has a thread in which its
    calls are answered, one after the other, and so has the administration.
    """

    def __init__(self, accounts: Accounts, administer: Administer) -> None:
        self._accounts = accounts
        self._administer = administer
        self._workers: defaultdict[object, Worker] = defaultdict(Worker)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request, as ASGI 3 has it."""
        if scope["type"] != "http":
            raise NotImplementedError(f"there is no {scope['type']} here, only http")
        try:
            reply = await self._reply(scope, receive)
        except Gone:
            return
        if reply is None:
            _hang_up(scope, send)
        else:
            await respond(scope, send, reply)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply | None:
        """The answer to any request, None when there is to be none."""
        method, path = scope["method"], _path(scope)
        look = "GET" if method == "HEAD" else method  # the server leaves its body out
        headers: Headers = dict(scope["headers"])
        service = form_of(method, path)
        try:
            if f"{path}/".startswith(PREFIX) or (look, path) == ("GET", "/"):
                query = scope["query_string"].decode("latin-1")
                return await self._admin(look, path, query, headers, await read_body(headers, receive))
            service, operation = find_operation(method, path, headers.get(b"x-amz-target", b"").decode("latin-1"))
            key, region = caller(headers)
            backend = self._accounts.known(key)
            if backend is None:
                backend = await self._workers["new accounts"].do(partial(self._accounts.of, key))
            region = checked_region(backend, region)
            change = Change(service, operation, region, await read_body(headers, receive))
            if seconds := backend._door.waiting_time(operation):
                await _wait(seconds)
            return await self._call(backend, change)
        except ServiceError as error:
            return refused(service, error.code, error.message)
        except Gone:
            raise
        except asyncio.CancelledError:  # by a server that waits no longer for what is being answered
            return refused(service, "ServiceUnavailable", "The server is ending.")
        except Exception:
            _log.exception("%s %s could not be answered", method, path)
            return refused(service, "InternalFailure", "An error of the emulator, which is in the log of the server.")

    async def _call(self, backend: PersonalizeBackend, change: Change) -> Reply | None:
        """A look at an account that is at rest takes less time than to hand it to another thread."""
        door = backend._door
        if change.operation.startswith(LOOKS) and door.lock.acquire(blocking=False):
            try:
                if door.is_at_rest():
                    return self._answer(backend, change)
            finally:
                door.lock.release()
        return await self._workers[backend].do(partial(self._answer, backend, change))

    def _answer(self, backend: PersonalizeBackend, change: Change) -> Reply | None:
        """The answer to one call, None when a fault has cut its connection."""
        with self._accounts.around(backend, change):
            try:
                members = backend._door.call(change.service, change.operation, change.region, change.body, "wire")
            except ServiceError as error:
                return refused(change.service, error.code, error.message)
            except NoAnswer:
                return None
            return accepted(change.service, change.operation, members)

    async def _admin(self, method: str, path: str, query: str, headers: Headers, body: bytes) -> Reply:
        texts = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        ask = partial(self._administer, method, path, query, texts, body)
        return await self._workers["administration"].do(ask)


def _path(scope: Scope) -> str:
    """The path below where the application is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


async def respond(scope: Scope, send: Send, reply: Reply) -> None:
    """Send an answer off, as a whole where the server can."""
    answer = scope.get("state", {}).get(ANSWER)
    if answer is not None:
        await answer(send, reply)
    else:
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        await send({"type": "http.response.body", "body": reply.body})


async def _wait(seconds: float) -> None:
    """Wait in reality, even where a test has replaced ``asyncio.sleep``."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()
    loop.call_later(seconds, future.set_result, None)
    await future


def _hang_up(scope: Scope, send: Send) -> None:
    """Close the connection without an answer, where the server lets an application do so."""
    disconnect = scope.get("state", {}).get(DISCONNECT)
    if disconnect is None:
        raise ConnectionAbortedError("this call gets no answer")
    disconnect(send)
