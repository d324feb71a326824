"""The fixtures: backends of all scopes, clients, ready-made dataset groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from pytest_personalize.markers import BACKENDS, mock_for, passes_through
from pytest_personalize.visibility import narrowest_backend

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_personalize import PersonalizeClient
    from mypy_boto3_personalize_events import PersonalizeEventsClient
    from mypy_boto3_personalize_runtime import PersonalizeRuntimeClient

    from pytest_personalize import names
    from pytest_personalize.backend import PersonalizeBackend
    from pytest_personalize.server import PersonalizeServer
    from pytest_personalize.server.stage import Stage
    from pytest_personalize.testing.seeded import SeededGroup

__all__ = [
    "_personalize_server_thread",
    "actions_dataset_group",
    "class_personalize_backend",
    "module_personalize_backend",
    "movies_dataset_group",
    "package_personalize_backend",
    "personalize",
    "personalize_aio",
    "personalize_backend",
    "personalize_events",
    "personalize_runtime",
    "personalize_seed",
    "personalize_server",
    "session_personalize_backend",
    "shop_dataset_group",
    "video_dataset_group",
]


PRESET_OPTIONS = frozenset({"name", "region", "ids", "arns"})
"""What a preset can be given beside sizes."""

OUTCOME = pytest.StashKey[str]()
"""How a test has fared so far: ``passed``, ``failed`` or ``skipped``."""


def _backend_fixture(scope: Any) -> Callable[..., Any]:
    @pytest.fixture(scope=scope, name=BACKENDS[scope])
    def backend(request: pytest.FixtureRequest) -> Iterator[PersonalizeBackend]:
        """A new, empty backend that answers all Personalize calls until the end of the scope of this fixture."""
        mock = mock_for(request.node)
        try:
            entered = mock.__enter__()
        except (OSError, TypeError, ValueError) as error:
            raise pytest.fail.Exception(f"options of Amazon Personalize: {error}", pytrace=False) from None
        yield entered
        mock.__exit__(None, None, None)
        if scope == "function" and entered.faults:
            from pytest_personalize.reports import check_faults

            check_faults(request.node, request.node.stash[OUTCOME], entered)

    return backend


personalize_backend = _backend_fixture("function")
class_personalize_backend = _backend_fixture("class")
module_personalize_backend = _backend_fixture("module")
package_personalize_backend = _backend_fixture("package")
session_personalize_backend = _backend_fixture("session")


@cache
def _session() -> boto3.Session:
    """One session for all clients of the fixtures; the default session of boto3 is the user's."""
    import boto3  # loaded when a test wants a client

    return boto3.Session()


def _backend_of(request: pytest.FixtureRequest) -> PersonalizeBackend:
    """The narrowest backend that the test sees, or that of ``personalize_backend``."""
    return narrowest_backend(request) or request.getfixturevalue("personalize_backend")


def _client(request: pytest.FixtureRequest, service: Any) -> Any:
    return _session().client(service, **_client_options(request))


def _client_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a client is made with; the keys spare botocore the search for credentials, which are needed nowhere."""
    if passes_through(request.node):
        return {}
    region = _backend_of(request).region_name
    return {"region_name": region, "aws_access_key_id": "mocked", "aws_secret_access_key": "mocked"}


@pytest.fixture
def personalize(request: pytest.FixtureRequest) -> PersonalizeClient:
    """A boto3 client of the control plane, answered by the active backend or by ``personalize_backend``."""
    client: PersonalizeClient = _client(request, "personalize")
    return client


@pytest.fixture
def personalize_runtime(request: pytest.FixtureRequest) -> PersonalizeRuntimeClient:
    """A boto3 client of the runtime, answered by the active backend or by ``personalize_backend``."""
    client: PersonalizeRuntimeClient = _client(request, "personalize-runtime")
    return client


@pytest.fixture
def personalize_events(request: pytest.FixtureRequest) -> PersonalizeEventsClient:
    """A boto3 client of the events API, answered by the active backend or by ``personalize_backend``."""
    client: PersonalizeEventsClient = _client(request, "personalize-events")
    return client


class AioClients:
    """Makes clients of aiobotocore in a session of their own."""

    def __init__(self, session: Any, options: dict[str, Any]) -> None:
        self._session = session
        self._options = options

    def client(self, service: str, **options: Any) -> Any:
        """A client to enter with ``async with``; the options are those of ``create_client`` of a session."""
        return self._session.create_client(service, **(self._options | options))


@pytest.fixture
def personalize_aio(request: pytest.FixtureRequest) -> AioClients:
    """For aiobotocore: ``async with personalize_aio.client("personalize-runtime") as runtime``."""
    try:
        from aiobotocore.session import AioSession
    except ImportError:
        needed = "personalize_aio needs aiobotocore: pip install 'pytest-personalize[aiobotocore]'"
        raise pytest.fail.Exception(needed, pytrace=False) from None
    return AioClients(AioSession(), _client_options(request))


def _preset_fixture(preset: names.Preset, what: str) -> Callable[..., Any]:
    def group(request: pytest.FixtureRequest) -> SeededGroup:
        backend = _backend_of(request)
        return backend.seeded.get(preset) or backend.seed(preset)

    group.__doc__ = f"{what}, in the active backend or in ``personalize_backend``; see ``backend.seed``."
    return pytest.fixture(name=f"{preset}_dataset_group")(group)


shop_dataset_group = _preset_fixture("shop", "An ECOMMERCE dataset group with a recommender for each use case")
video_dataset_group = _preset_fixture("video", "A VIDEO_ON_DEMAND dataset group with a recommender for each use case")
movies_dataset_group = _preset_fixture("movies", "A Custom dataset group with a campaign for each recipe")
actions_dataset_group = _preset_fixture("actions", "A Custom dataset group with a next best action campaign")


@pytest.fixture
def personalize_seed(request: pytest.FixtureRequest) -> Callable[..., SeededGroup]:
    """``personalize_seed("shop", users=10, items=20, interactions=200)``: as ``seed`` of the active backend.

    With data instead of sizes, ``personalize_seed("films", interactions=ROWS)``, it is ``seed_from``.
    """
    backend = _backend_of(request)

    def seed(name: Any, **options: Any) -> SeededGroup:
        sizes = all(isinstance(options[option], int) for option in options.keys() - PRESET_OPTIONS)
        return backend.seed(name, **options) if sizes else backend.seed_from(name, **options)

    return seed


@pytest.fixture(scope="session")
def _personalize_server_thread() -> Iterator[tuple[str, Stage]]:
    """The HTTP server behind ``personalize_server``: one thread and one address for the whole run."""
    try:
        from pytest_personalize.server.serving import serving
        from pytest_personalize.server.stage import Stage
    except ModuleNotFoundError as missing:
        needed = f"personalize_server needs {missing.name}: pip install 'pytest-personalize[server]'"
        raise pytest.fail.Exception(needed, pytrace=False) from None
    stage = Stage()
    with serving(stage) as url:
        yield url, stage


@pytest.fixture
def personalize_server(
    request: pytest.FixtureRequest, _personalize_server_thread: tuple[str, Stage]
) -> Iterator[PersonalizeServer]:
    """The active backend, or ``personalize_backend``, over HTTP: ``.url``, ``.environ`` for processes, ``.reset()``."""
    from pytest_personalize.server import PersonalizeServer, application
    from pytest_personalize.server.serving import environment

    (url, stage), backend = _personalize_server_thread, _backend_of(request)
    with stage.holding(application(backend)):
        yield PersonalizeServer(url=url, environ=environment(url, backend.region_name), backend=backend)
