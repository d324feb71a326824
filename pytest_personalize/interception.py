"""Where calls of botocore clients meet the mock: the hook, the net below it, and the stack of active backends.

The hook is a ``before-call`` handler, registered last among botocore's built-in ones, so that it is on every client of
every session made from then on, after the user's own hooks and after a ``Stubber``. The net wraps
``BaseClient._make_request``, the last step before the network: it answers for clients older than the hook and stops
calls to the real service. Both look at the stack at call time, so it does not matter when a client was made. Nothing
here imports botocore; wrapt calls back when somebody else does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import wrapt

if TYPE_CHECKING:
    from pytest_personalize.backend import PersonalizeBackend

SERVICES: Final = frozenset({"personalize", "personalize-runtime", "personalize-events"})
DEFAULT_REGION: Final = "us-east-1"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class RealPersonalizeCallBlocked(RuntimeError):
    """A client was about to call the real Amazon Personalize while no mock was active."""

    def __init__(self, service: str, operation: str) -> None:
        super().__init__(
            f"{service}.{operation} was about to leave for the real Amazon Personalize: no mock is active here. "
            f"Use the personalize_backend fixture, @mock_personalize or 'with mock_personalize():' around the call, "
            f"or allow real calls with --personalize-allow-network or the ini option personalize_block_network=false."
        )
        self.service = service
        self.operation = operation


class Activations:
    """The stack of active backends of this process; threads share it, the newest activation answers."""

    def __init__(self) -> None:
        self._stack: list[PersonalizeBackend | None] = []
        self._lock = threading.Lock()
        self.network_allowed = False
        self.default_region = DEFAULT_REGION

    def push(self, backend: PersonalizeBackend | None) -> None:
        """Activate a backend; None lets calls through to the real service."""
        with self._lock:
            self._stack.append(backend)

    def pop(self, backend: PersonalizeBackend | None) -> None:
        """End the newest activation of that backend, wherever it stands in the stack."""
        with self._lock:
            for place in range(len(self._stack) - 1, -1, -1):
                if self._stack[place] is backend:
                    del self._stack[place]
                    return
        raise RuntimeError("this backend is not active")

    @property
    def current(self) -> PersonalizeBackend | None:
        """The backend that answers now."""
        stack = self._stack
        return stack[-1] if stack else None

    @property
    def passing(self) -> bool:
        """Whether calls that no backend answers may go to the real service."""
        return self._stack[-1] is None if self._stack else self.network_allowed

    def __len__(self) -> int:
        return len(self._stack)


ACTIVATIONS: Final = Activations()


def _before_call(
    model: Any, params: Mapping[str, Any], context: Mapping[str, Any], request_signer: Any, **_: Any
) -> Any:
    """The hook: the answer of the active backend, or None to let botocore go on."""
    backend = ACTIVATIONS.current
    if backend is None:
        return None
    region = context.get("client_region") or request_signer.region_name
    return backend.respond(model.service_model.service_name, model.name, region, params["body"])


def _make_request(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    """The net: no call of the three services goes past it unless it is meant to."""
    model, request = args[0], args[1]
    service = client.meta.service_model.service_name
    if service not in SERVICES:
        return wrapped(*args, **kwargs)
    backend = ACTIVATIONS.current
    if backend is not None:
        return backend.respond(service, model.name, client.meta.region_name, request["body"])
    if ACTIVATIONS.passing or urlsplit(request["url"]).hostname in LOOPBACK:
        return wrapped(*args, **kwargs)
    raise RealPersonalizeCallBlocked(service, model.name)


async def _make_request_async(wrapped: Callable[..., Any], client: Any, args: Any, kwargs: Any) -> Any:
    """The net for aiobotocore, whose clients await what botocore's return."""

    def passed_on(*args: Any, **kwargs: Any) -> Any:
        return wrapped(*args, **kwargs)

    answer = _make_request(passed_on, client, args, kwargs)
    return await answer if hasattr(answer, "__await__") else answer


def _create_client(wrapped: Callable[..., Any], creator: Any, args: Any, kwargs: Any) -> Any:
    """A client of the three services without a configured region gets the region of the mock."""

    def with_region(service_name: str, region_name: str | None, *args: Any, **kwargs: Any) -> Any:
        if region_name is None and service_name in SERVICES and not ACTIVATIONS.passing:
            backend = ACTIVATIONS.current
            region_name = backend.region_name if backend is not None else ACTIVATIONS.default_region
        return wrapped(service_name, region_name, *args, **kwargs)

    return with_region(*args, **kwargs)


def attach(client: Any) -> None:
    """Put the hook on a client that no hook reaches, such as one whose events were replaced.

    Clients made by boto3, botocore and aiobotocore need no call of this.
    """
    for service in sorted(SERVICES):
        client.meta.events.register_last(f"before-call.{service}", _before_call, unique_id=f"mock-{service}")


def _hook(handlers: Any) -> None:
    handlers.BUILTIN_HANDLERS.extend(
        (f"before-call.{service}", _before_call, handlers.REGISTER_LAST) for service in sorted(SERVICES)
    )


def _net(client_module: Any) -> None:
    wrapt.wrap_function_wrapper(client_module, "BaseClient._make_request", _make_request)
    wrapt.wrap_function_wrapper(client_module, "ClientCreator.create_client", _create_client)


def _net_async(client_module: Any) -> None:
    wrapt.wrap_function_wrapper(client_module, "AioBaseClient._make_request", _make_request_async)
    wrapt.wrap_function_wrapper(client_module, "AioClientCreator.create_client", _create_client)


wrapt.register_post_import_hook(_hook, "botocore.handlers")
wrapt.register_post_import_hook(_net, "botocore.client")
wrapt.register_post_import_hook(_net_async, "aiobotocore.client")
