"""Where calls of botocore clients meet the mock: the hook, and the net below it.

The hook is a ``before-call`` handler, registered last among botocore's built-in ones, so that it is on every client of
every session made from then on, after the user's own hooks and after a ``Stubber``. The net wraps
``BaseClient._make_request``, the step after it: it answers for clients older than the hook. Both look at the stack at
call time, so it does not matter when a client was made. The guard stands further down, at the connections. Nothing here
imports botocore: hook and wrappers are put in their places when somebody else does.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, Final

from pytest_personalize.interception import connections, moto
from pytest_personalize.interception.activations import ACTIVATIONS
from pytest_personalize.interception.child_processes import service_endpoint
from pytest_personalize.interception.exceptions import create_client_exceptions
from pytest_personalize.interception.imports import Watch
from pytest_personalize.interception.own_servers import OWN_PORTS, is_own
from pytest_personalize.interception.regions import DEFAULT_REGION
from pytest_personalize.interception.services import SERVICES


def _before_call(
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
    return backend._door.respond(model.service_model.service_name, model.name, region, params["body"])


def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
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


async def _make_request_async(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    """The net for aiobotocore, whose clients await what botocore's return."""
    answer = _make_request(wrapped, client, args, kwargs)
    return await answer if hasattr(answer, "__await__") else answer


def _create_client(wrapped: Callable[..., Any], creator: Any, args: Any, kwargs: Any) -> Any:
    """A client of the three services without a configured region gets the region of the mock."""

    def with_region(service_name: str, region_name: str | None, *args: Any, **kwargs: Any) -> Any:
        if region_name is None and service_name in SERVICES and not ACTIVATIONS.passing:
            backend = ACTIVATIONS.current
            default: str = ACTIVATIONS.defaults.get("region", DEFAULT_REGION)
            region_name = default if backend is None else backend.region_name
        return wrapped(service_name, region_name, *args, **kwargs)

    return with_region(*args, **kwargs)


_creating: Final = threading.local()


def _create_session_client(wrapped: Callable[..., Any], session: Any, args: Any, kwargs: Any) -> Any:
    """Under a mock, a client of the three services is made without asking the network for the machine's role.

    Where there are no credentials and no such role, which is most machines that run tests, the question takes seconds.
    """
    service = args[0] if args else kwargs.get("service_name")
    _creating.mocked = service in SERVICES and ACTIVATIONS.current is not None
    try:
        return wrapped(*args, **kwargs)
    finally:
        _creating.mocked = False


def _load_role(wrapped: Callable[..., Any], provider: Any, args: Any, kwargs: Any) -> Any:
    return None if getattr(_creating, "mocked", False) else wrapped(*args, **kwargs)


def attach(client: Any) -> None:
    """Put the hook on a client that no hook reaches, such as one whose events or request method were replaced.

    Clients made by boto3, botocore and aiobotocore need no call of this. ``ValueError`` for a client of another
    service.
    """
    model = client.meta.service_model
    if model.service_name not in SERVICES:
        raise ValueError(f"attach takes clients of {', '.join(sorted(SERVICES))}, not of {model.service_name}")
    client.meta.events.register_last(f"before-call.{model.service_id.hyphenize()}", _before_call)


def _hook(handlers: Any) -> None:
    handlers.BUILTIN_HANDLERS.extend(
        (f"before-call.{service}", _before_call, handlers.REGISTER_LAST) for service in sorted(SERVICES)
    )


HANDLERS: Final = "botocore.handlers"
WRAPPERS: Final[Mapping[str, Mapping[str, Callable[..., Any]]]] = {
    "botocore.client": {"BaseClient._make_request": _make_request, "ClientCreator.create_client": _create_client},
    "botocore.errorfactory": {"ClientExceptionsFactory.create_client_exceptions": create_client_exceptions},
    "botocore.session": {"Session.create_client": _create_session_client},
    "botocore.credentials": {"InstanceMetadataProvider.load": _load_role},
    "botocore.configprovider": {
        "ConfiguredEndpointProvider._get_endpoint_url_environment_service": service_endpoint,
    },
    "botocore.endpoint": {
        "Endpoint.create_request": connections.create_request,
        "Endpoint._get_response": connections.get_response,
    },
    "botocore.httpsession": {"URLLib3Session.send": connections.send},
    "botocore.awsrequest": {
        "AWSConnection.request": connections.connect,
        "AWSHTTPConnection.connect": connections.connect,
        "AWSHTTPSConnection.connect": connections.connect,
    },
    "aiobotocore.client": {
        "AioBaseClient._make_request": _make_request_async,
        "AioClientCreator.create_client": _create_client,
    },
    "aiobotocore.endpoint": {
        "AioEndpoint.create_request": connections.create_request_async,
        "AioEndpoint._get_response": connections.get_response_async,
    },
    "aiobotocore.httpsession": {
        "AIOHTTPSession.send": connections.send_async,
        "aiohttp.connector.BaseConnector.connect": connections.connect,
    },
    "aiobotocore.httpxsession": {"HttpxSession.send": connections.send_async},
    "httpcore": {"AsyncConnectionPool.handle_async_request": connections.connect},
    "httpcore2": {"AsyncConnectionPool.handle_async_request": connections.connect},
    **moto.WRAPPERS,
}
"""Module -> what in it is wrapped as soon as it is imported, and by what."""


OLDEST_BOTOCORE: Final = "1.35.16"
"""As pyproject.toml has it. ``pip install boto3==...``, later and alone, goes below it and only prints that it does."""


def _refuse_old(version: str) -> None:
    """``ImportError`` for a botocore that lacks what is wrapped here, and operations of the service."""
    if [int(part) for part in version.split(".")[:3]] < [int(part) for part in OLDEST_BOTOCORE.split(".")]:
        raise ImportError(
            f"pytest-personalize needs botocore {OLDEST_BOTOCORE} or newer, and {version} is installed: "
            f"pip install 'boto3>={OLDEST_BOTOCORE}', or take pytest-personalize out of this environment"
        )


def _equip(module: ModuleType) -> None:
    """Put hook and wrappers into a module that has just been imported."""
    import wrapt  # its own import takes longer than all else that the plugin loads

    if module.__name__.startswith("botocore."):
        _refuse_old(sys.modules["botocore"].__version__)
    if module.__name__ == HANDLERS:
        _hook(module)
    for name, wrapper in WRAPPERS.get(module.__name__, {}).items():
        wrapt.wrap_function_wrapper(module, name, wrapper)


# It stays for good, because modules may be thrown away and imported anew.
Watch({HANDLERS, *WRAPPERS}, _equip).begin()
