"""Where calls of botocore clients meet the mock: the hook, and the net below it.

The hook is a ``before-call`` handler, registered last among botocore's built-in ones, so that it is on every client of
every session made from then on, after the user's own hooks and after a ``Stubber``. The net wraps
``BaseClient._make_request``, the last step before the network: it answers for clients older than the hook and stops
calls to the real service. Both look at the stack at call time, so it does not matter when a client was made. Nothing
here imports botocore; wrapt calls back when somebody else does.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

from pytest_personalize.interception.activations import ACTIVATIONS
from pytest_personalize.interception.guard import LOOPBACK, RealPersonalizeCallBlocked
from pytest_personalize.interception.regions import DEFAULT_REGION
from pytest_personalize.interception.services import SERVICES


def _before_call(
    model: Any, params: Mapping[str, Any], context: Mapping[str, Any], request_signer: Any, **_: Any
) -> Any:
    """The hook: the answer of the active backend, or None to let botocore go on."""
    backend = ACTIVATIONS.current
    if backend is None:
        return None
    region = context.get("client_region") or request_signer.region_name
    # A call that may get no answer is answered at the net, where the client is at hand.
    if backend.faults.concern(model.name) or not backend.reaches(region):
        return None
    return backend.respond(model.service_model.service_name, model.name, region, params["body"])


def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    """The net: no call of the three services goes past it unless it is meant to."""
    service = client.meta.service_model.service_name
    if service not in SERVICES:
        return wrapped(*args, **kwargs)
    model, request = args[:2]
    backend = ACTIVATIONS.current
    if backend is not None:
        return backend.respond_to(client, model, request)
    host = urlsplit(request["url"]).hostname or "an unknown host"
    if ACTIVATIONS.passing or host in LOOPBACK:
        return wrapped(*args, **kwargs)
    raise RealPersonalizeCallBlocked(service, model.name, host)


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


WRAPPERS: Final = (
    ("botocore.client", "BaseClient._make_request", _make_request),
    ("botocore.client", "ClientCreator.create_client", _create_client),
    ("botocore.session", "Session.create_client", _create_session_client),
    ("botocore.credentials", "InstanceMetadataProvider.load", _load_role),
    ("aiobotocore.client", "AioBaseClient._make_request", _make_request_async),
    ("aiobotocore.client", "AioClientCreator.create_client", _create_client),
)
"""Module, what in it is wrapped as soon as it is imported, and by what."""


def _wait_for_botocore() -> None:
    """Ask wrapt to tell when the modules that carry hook and net are imported."""
    import wrapt  # its own import takes longer than all else that the plugin loads

    def wrap(name: str, wrapper: Callable[..., Any], module: ModuleType) -> None:
        wrapt.wrap_function_wrapper(module, name, wrapper)

    wrapt.register_post_import_hook(_hook, "botocore.handlers")
    for module, name, wrapper in WRAPPERS:
        wrapt.register_post_import_hook(partial(wrap, name, wrapper), module)


class _Doorbell:
    """A finder that finds nothing: it notices when botocore is imported, before any part of it is loaded.

    It stays, because a run of pytest inside a test may throw modules away and import them anew.
    """

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if name == "botocore":
            _wait_for_botocore()
        return None


sys.meta_path.insert(0, _Doorbell())
if "botocore" in sys.modules:
    _wait_for_botocore()
