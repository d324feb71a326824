"""The guard at the connections of botocore and aiobotocore.

It refuses where a connection would be opened or taken up again, and not before, so that whatever answers earlier does:
moto, a cassette of vcrpy, a patched method, a handler of the user. What is refused is told by three wrappers around the
way there: ``Endpoint._get_response`` knows whose call it is, ``send`` of an HTTP session knows the URL, behind a proxy
too, and makes the refusal come out as itself, for botocore wraps what is raised below into an ``HTTPClientError`` that
it would try again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any, Final
from urllib.parse import urlsplit

from pytest_personalize.interception.activations import ACTIVATIONS
from pytest_personalize.interception.child_processes import PATH
from pytest_personalize.interception.guard import HOSTS, RealPersonalizeCallBlocked, service_at
from pytest_personalize.interception.services import SERVICES

Call = tuple[str, str]
"""Service and operation: whose call it is."""

Refusal = tuple[str, str, str]
"""Service, operation and host: what a call is refused with, should it come to a connection."""

_call: Final = ContextVar[Call | None]("personalize_call", default=None)
_refusal: Final = ContextVar[Refusal | None]("personalize_refusal", default=None)


def _refuse() -> None:
    """Stop here what must not go any further."""
    refusal = _refusal.get()
    if refusal is not None and not ACTIVATIONS.passing:
        _put_on_record(refusal)
        raise RealPersonalizeCallBlocked(*refusal)


def _put_on_record(refusal: Refusal) -> None:
    """Have the run tell of a refusal that code may hide which does without the service when it is not there.

    Not where a function on the way to the call names the exception: that one means to meet it.
    """
    if ACTIVATIONS.stopped is None:
        return
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        ours = str(frame.f_globals.get("__name__")).startswith("pytest_personalize.")
        if not ours and RealPersonalizeCallBlocked.__name__ in frame.f_code.co_names:
            return
        frame = frame.f_back
    ACTIVATIONS.stopped.append(refusal[:2])


def _judge(call: Call | None, url: str, method: str, target: str) -> Refusal | None:
    """What to refuse a request with, None to let it through; ``target`` is its ``X-Amz-Target``, if it has one.

    Clients of the three services may go nowhere on the internet; requests that were made by hand not to the hosts of
    the services.
    """
    parts = urlsplit(url)
    host = parts.hostname or "an unknown host"
    # A client that this process made before the guard was there may know the endpoint that leads nowhere.
    if HOSTS.pass_by(host) and not parts.path.startswith(PATH):
        return None
    if call is not None:
        return (*call, host)
    service = service_at(host)
    if service is None:
        return None
    return (service, target.partition(".")[2] or f"{method} {parts.path}", host)


def _as_call(operation: Any) -> Call | None:
    service = operation.service_model.service_name
    return (service, operation.name) if service in SERVICES else None


@contextmanager
def _said(variable: ContextVar[Any], value: Any) -> Iterator[None]:
    # A coroutine may be closed in another context than it began in, where a token is of no use.
    before = variable.get()
    variable.set(value)
    try:
        yield
    finally:
        variable.set(before)


@contextmanager
def _signing(params: Any, operation_model: Any = None) -> Iterator[None]:
    """A call that must not leave is refused as such where there are no credentials to sign it with, too."""
    try:
        yield
    except Exception as error:
        call = None if operation_model is None or ACTIVATIONS.passing else _as_call(operation_model)
        refusal = call and _judge(call, params["url"], "", "")
        if refusal is None or type(error).__name__ != "NoCredentialsError":
            raise
        from pytest_personalize.interception.unsigned import UnsignedCallBlocked

        _put_on_record(refusal)
        raise UnsignedCallBlocked(*refusal) from None


def _calling(request: Any, operation_model: Any, context: Any = None) -> AbstractContextManager[None]:
    return _said(_call, _as_call(operation_model))


@contextmanager
def _sending(request: Any) -> Iterator[None]:
    target = request.headers.get("X-Amz-Target", "")
    if isinstance(target, bytes):
        target = target.decode("utf-8", "replace")
    with _said(_refusal, _judge(_call.get(), request.url, request.method, target)):
        try:
            yield
        except Exception as error:
            cause: BaseException | None = error
            while cause is not None and not isinstance(cause, RealPersonalizeCallBlocked):
                cause = cause.__context__
            if cause is None:
                raise
            raise cause from None


def _within(context_of: Callable[..., AbstractContextManager[None]]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Two wrappers, for botocore's method and for the coroutine of aiobotocore: they run it in a context."""

    def wrapper(wrapped: Callable[..., Any], instance: Any, args: Any, kwargs: Any) -> Any:
        with context_of(*args, **kwargs):
            return wrapped(*args, **kwargs)

    async def wrapper_async(wrapped: Callable[..., Any], instance: Any, args: Any, kwargs: Any) -> Any:
        with context_of(*args, **kwargs):
            return await wrapped(*args, **kwargs)

    return wrapper, wrapper_async


# Around ``Endpoint.create_request``, which signs, ``Endpoint._get_response``, one attempt of a call, and ``send`` of an
# HTTP session.
create_request, create_request_async = _within(_signing)
get_response, get_response_async = _within(_calling)
send, send_async = _within(_sending)


def connect(wrapped: Callable[..., Any], connection: Any, args: Any, kwargs: Any) -> Any:
    """Around what opens a connection or uses an open one; its coroutine, if it is asynchronous, is handed on."""
    _refuse()
    return wrapped(*args, **kwargs)
