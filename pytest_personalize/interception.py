"""Where calls of botocore clients meet the mock: the hook, the net below it, and the stack of active backends.

The hook is a ``before-call`` handler, registered last among botocore's built-in ones, so that it is on every client of
every session made from then on, after the user's own hooks and after a ``Stubber``. The net wraps
``BaseClient._make_request``, the last step before the network: it answers for clients older than the hook and stops
calls to the real service. Both look at the stack at call time, so it does not matter when a client was made. Nothing
here imports botocore; wrapt calls back when somebody else does.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pytest_personalize.backend import PersonalizeBackend

SERVICES: Final = frozenset({"personalize", "personalize-runtime", "personalize-events"})
DEFAULT_REGION: Final = "us-east-1"
_REGION_SOURCES: Final = ("AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_CONFIG_FILE", "HOME")
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
BETWEEN: Final = frozenset({"pytest_personalize", "wrapt", "contextlib", "asyncio", "unittest"})
"""Packages whose frames stand between an activation and the code that asked for it."""


class RealPersonalizeCallBlocked(RuntimeError):
    """A client was about to call the real Amazon Personalize while no mock was active."""

    def __init__(self, service: str, operation: str, host: str) -> None:
        super().__init__(service, operation, host)
        self.service = service
        self.operation = operation
        self.host = host

    def __str__(self) -> str:
        return (
            f"{self.operation} of a {self.service!r} client was about to leave for {self.host}: "
            f"no mock of Amazon Personalize is active here. "
            f"Ask for the personalize_backend fixture, or put @mock_personalize or 'with mock_personalize():' around "
            f"the call. If it is meant for the real service, mark the test with "
            f"@pytest.mark.personalize(passthrough=True), or allow all real calls with --personalize-allow-network or "
            f"with personalize_block_network = false in the ini file."
        )


class Activation:
    """One turn of a backend on the stack; without a backend, calls go through to the real service."""

    __slots__ = ("backend", "code", "line")

    def __init__(self, backend: PersonalizeBackend | None) -> None:
        self.backend = backend
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in BETWEEN:
            frame = frame.f_back
        self.code = frame.f_code
        self.line = frame.f_lineno

    @property
    def place(self) -> str:
        """Who asked for it: file, line and function."""
        return f"{self.code.co_filename}:{self.line} in {self.code.co_qualname}"


class Activations:
    """The stack of this process; threads share it, the newest activation answers.

    ``defaults`` are options of all backends that are not given any others, ``network_allowed`` is what happens to
    calls while the stack is empty. ``begun`` collects the backends that are activated, for reports, once it is a list.
    """

    def __init__(self) -> None:
        self.defaults: dict[str, Any] = {}
        self.network_allowed = False
        self.begun: list[PersonalizeBackend] | None = None
        # Replaced and never changed: readers need no lock.
        self._stack: tuple[Activation, ...] = ()
        self._lock = threading.Lock()

    def push(self, backend: PersonalizeBackend | None) -> Activation:
        """Put a backend on top; None lets calls through to the real service."""
        activation = Activation(backend)
        with self._lock:
            self._stack = (*self._stack, activation)
        if self.begun is not None and backend is not None:
            self.begun.append(backend)
        return activation

    def pop(self, activation: Activation) -> None:
        """Take an activation out, wherever it stands in the stack."""
        with self._lock:
            self._stack = tuple(other for other in self._stack if other is not activation)

    def __iter__(self) -> Iterator[Activation]:
        return iter(self._stack)

    @property
    def current(self) -> PersonalizeBackend | None:
        """The backend that answers now."""
        stack = self._stack
        return stack[-1].backend if stack else None

    @property
    def passing(self) -> bool:
        """Whether calls that no backend answers may go to the real service."""
        stack = self._stack
        return stack[-1].backend is None if stack else self.network_allowed


ACTIVATIONS: Final = Activations()


def _before_call(
    model: Any, params: Mapping[str, Any], context: Mapping[str, Any], request_signer: Any, **_: Any
) -> Any:
    """The hook: the answer of the active backend, or None to let botocore go on."""
    backend = ACTIVATIONS.current
    # A call that is to meet a fault is answered at the net, where the client is at hand.
    if backend is None or backend.faults.concern(model.name):
        return None
    region = context.get("client_region") or request_signer.region_name
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


def configured_region() -> str:
    """The region that boto3 takes from the environment or the configuration file, us-east-1 without one."""
    return _configured_region(*map(os.environ.get, _REGION_SOURCES))


@lru_cache(maxsize=64)
def _configured_region(region: str | None, *_: str | None) -> str:
    if region:
        return region
    from botocore.exceptions import BotoCoreError
    from botocore.session import get_session

    try:
        return get_session().get_config_variable("region") or DEFAULT_REGION
    except BotoCoreError:  # a profile that is not there: making a client will say so
        return DEFAULT_REGION


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


def active_backend() -> PersonalizeBackend:
    """The backend that answers now: what ``with mock_personalize() as backend`` gave, or a decorator made.

    RuntimeError when no mock is active.
    """
    backend = ACTIVATIONS.current
    if backend is None:
        raise RuntimeError("no mock of Amazon Personalize is active here: use mock_personalize or a backend fixture")
    return backend


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
