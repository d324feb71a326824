"""Where calls of botocore clients meet the mock: the hook, and the net below it.

The hook is a ``before-call`` handler of our services, registered last among botocore's built-in ones, so that it is on
every client of every session made from then on, after the user's own hooks and after a ``Stubber``. Handlers of
``before-call`` as a whole come after those of a service, and so after the answer; to be the last of them would cost
4 us of every call, for what botocore has there. The net wraps ``BaseClient._make_request``, the step after it: it
answers for clients older than the hook. Both look at the stack at call time, so it does not matter when a client was
made. The guard stands further down, at the connections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from pytest_personalize.interception.activations import ACTIVATIONS
from pytest_personalize.interception.own_servers import OWN_PORTS, is_own
from pytest_personalize.interception.regions import DEFAULT_REGION
from pytest_personalize.interception.services import SERVICES


def before_call(
    model: Any, params: Mapping[str, Any], context: Mapping[str, Any], request_signer: Any, **_: Any
) -> Any:
    """The hook: the answer of the active backend, or None to let botocore go on."""
    backend = ACTIVATIONS.current
    if backend is None or (OWN_PORTS and is_own(params["url"])):
        return None
    region = context.get("client_region") or request_signer.region_name
    # A call that may get no answer is answered at the net, where the client is at hand.
    if backend._door.concern(model.name, region):
        return None
    return backend._door.respond(model.service_model.service_name, model.name, region, params["body"], calm=True)


def make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    """The net: what the hook did not answer."""
    backend = ACTIVATIONS.current
    if backend is None or client.meta.service_model.service_name not in SERVICES:
        answer = wrapped(*args, **kwargs)
        recorder = ACTIVATIONS.recorder
        return answer if recorder is None or not ACTIVATIONS.passing else recorder(args[0], args[1], answer)
    model, request = args[:2]
    if OWN_PORTS and is_own(request["url"]):
        return wrapped(*args, **kwargs)
    return backend._door.respond_to(client, model, request)


async def make_request_async(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    """The net for aiobotocore, whose clients await what botocore's return."""
    answer = make_request(wrapped, client, args, kwargs)
    return await answer if hasattr(answer, "__await__") else answer


def create_client(wrapped: Callable[..., Any], creator: Any, args: Any, kwargs: Any) -> Any:
    """A client of the three services without a configured region gets the region of the mock."""

    def with_region(service_name: str, region_name: str | None, *args: Any, **kwargs: Any) -> Any:
        if region_name is None and service_name in SERVICES and not ACTIVATIONS.passing:
            backend = ACTIVATIONS.current
            default: str = ACTIVATIONS.defaults.get("region", DEFAULT_REGION)
            region_name = default if backend is None else backend.region_name
        return wrapped(service_name, region_name, *args, **kwargs)

    return with_region(*args, **kwargs)


_asks_nobody: Final = ContextVar("asks_nobody", default=False)


@contextmanager
def _creating(service_name: str) -> Iterator[None]:
    """Under a mock, a client of the three services is made without asking anybody for credentials.

    Where the network has no role for the machine, which is most machines that run tests, that question takes seconds;
    the programs and the roles that a profile names may not be there, or ask a person for a password.
    """
    token = _asks_nobody.set(service_name in SERVICES and ACTIVATIONS.current is not None)
    try:
        yield
    finally:
        _asks_nobody.reset(token)


def create_session_client(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    with _creating(args[0] if args else kwargs.get("service_name")):
        return wrapped(*args, **kwargs)


async def create_session_client_async(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    with _creating(args[0] if args else kwargs.get("service_name")):
        return await wrapped(*args, **kwargs)


def load_credentials(wrapped: Callable[..., Any], provider: Any, args: Any, kwargs: Any) -> Any:
    return None if _asks_nobody.get() else wrapped(*args, **kwargs)


async def load_credentials_async(wrapped: Callable[..., Any], provider: Any, args: Any, kwargs: Any) -> Any:
    return None if _asks_nobody.get() else await wrapped(*args, **kwargs)


def attach(client: Any) -> None:
    """Put the hook on a client that no hook reaches, such as one whose events or request method were replaced.

    Clients made by boto3, botocore and aiobotocore need no call of this. ``ValueError`` for a client of another
    service.
    """
    model = client.meta.service_model
    if model.service_name not in SERVICES:
        raise ValueError(f"attach takes clients of {', '.join(sorted(SERVICES))}, not of {model.service_name}")
    client.meta.events.register_last(f"before-call.{model.service_id.hyphenize()}", before_call)
