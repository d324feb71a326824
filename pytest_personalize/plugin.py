"""The pytest plugin: fixtures, marker, ini options. Loads neither botocore nor boto3 until a fixture is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from pytest_personalize.interception import ACTIVATIONS

if TYPE_CHECKING:
    from mypy_boto3_personalize import PersonalizeClient
    from mypy_boto3_personalize_events import PersonalizeEventsClient
    from mypy_boto3_personalize_runtime import PersonalizeRuntimeClient

    from pytest_personalize.backend import PersonalizeBackend

MARKER = "personalize"
INI_OPTIONS = {
    "personalize_region": "region of clients without one, and of the resource mappings (default: us-east-1)",
    "personalize_account_id": "account in the ARNs (default: 123456789012)",
    "personalize_transitions": "how statuses change: instant (default), polls:N or clock",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini options and flags."""
    for name, text in INI_OPTIONS.items():
        parser.addini(name, f"Amazon Personalize: {text}")
    parser.addini(
        "personalize_block_network",
        "Amazon Personalize: refuse calls to the real service (default: true)",
        type="bool",
        default=True,
    )
    group = parser.getgroup("personalize", "Amazon Personalize")
    group.addoption("--personalize-transitions", metavar="MODE", help="how statuses change: instant, polls:N or clock")
    group.addoption(
        "--personalize-allow-network",
        action="store_true",
        help="let calls reach the real Amazon Personalize while no mock is active",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Enter the marker and apply what the ini file and the flags say about the network."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(**options): run the test with Amazon Personalize mocked; takes the options of mock_personalize",
    )
    allowed = config.getoption("--personalize-allow-network") or not config.getini("personalize_block_network")
    ACTIVATIONS.network_allowed = bool(allowed)
    ACTIVATIONS.default_region = config.getini("personalize_region") or ACTIVATIONS.default_region


def pytest_itemcollected(item: pytest.Item) -> None:
    """A marked test gets the backend without asking for it, before its set-up methods."""
    names = getattr(item, "fixturenames", None)
    if names is not None and item.get_closest_marker(MARKER) and "personalize_backend" not in names:
        names.insert(0, "personalize_backend")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """No activation outlives the tests."""
    left = len(ACTIVATIONS)
    if left:
        raise RuntimeError(f"{left} activations of mock_personalize were never ended")


def options_for(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the ini file, the flag and the markers around the requesting node say, the nearest last."""
    config = request.config
    options = {name.removeprefix("personalize_"): config.getini(name) for name in INI_OPTIONS if config.getini(name)}
    flag = config.getoption("--personalize-transitions")
    if flag:
        options["transitions"] = flag
    for mark in reversed(list(request.node.iter_markers(MARKER))):
        options.update(mark.kwargs)
    return options


def _backend_fixture(scope: Any, name: str) -> Callable[..., Any]:
    @pytest.fixture(scope=scope, name=name)
    def backend(request: pytest.FixtureRequest) -> Iterator[PersonalizeBackend]:
        """A new, empty backend that answers all Personalize calls until the end of its scope."""
        __tracebackhide__ = True
        from pytest_personalize.mock import Mock  # loads the emulator, and botocore with it

        try:
            mock = Mock(options_for(request))
            entered = mock.__enter__()
        except (TypeError, ValueError) as error:
            pytest.fail(f"options of the personalize marker or ini file: {error}", pytrace=False)
        try:
            yield entered
        finally:
            mock.__exit__(None, None, None)

    return backend


personalize_backend = _backend_fixture("function", "personalize_backend")
class_personalize_backend = _backend_fixture("class", "class_personalize_backend")
module_personalize_backend = _backend_fixture("module", "module_personalize_backend")
package_personalize_backend = _backend_fixture("package", "package_personalize_backend")
session_personalize_backend = _backend_fixture("session", "session_personalize_backend")


def _client(request: pytest.FixtureRequest, service: str) -> Any:
    import boto3  # loaded when a test wants a client

    backend = ACTIVATIONS.current or request.getfixturevalue("personalize_backend")
    return boto3.client(service, region_name=backend.region_name)  # type: ignore[call-overload]


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
