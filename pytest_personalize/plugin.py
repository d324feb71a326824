"""The pytest plugin: fixtures, marker, ini options, flags. Loads neither botocore nor boto3 until a fixture is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_personalize.interception import ACTIVATIONS, Activation

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_personalize import PersonalizeClient
    from mypy_boto3_personalize_events import PersonalizeEventsClient
    from mypy_boto3_personalize_runtime import PersonalizeRuntimeClient

    from pytest_personalize.backend import PersonalizeBackend
    from pytest_personalize.mock import Mock
    from pytest_personalize.reports import Watcher
    from pytest_personalize.testing.seeded import SeededGroup
    from pytest_personalize.testing.watching import Seen

MARKER: Final = "personalize"
PASSTHROUGH: Final = "passthrough"
BACKENDS: Final = {
    "function": "personalize_backend",
    "class": "class_personalize_backend",
    "module": "module_personalize_backend",
    "package": "package_personalize_backend",
    "session": "session_personalize_backend",
}
"""Scope -> fixture."""
INI_OPTIONS: Final = {
    "personalize_region": "region of clients without one, and of the resource mappings (default: us-east-1)",
    "personalize_account_id": "account in the ARNs (default: 123456789012)",
    "personalize_transitions": "how statuses change: instant (default), polls:N or clock",
    "personalize_calls_kept": "how many calls a backend keeps on record, the newest ones (default: 10000)",
}
ACTIVE_BEFORE = pytest.StashKey[tuple[Activation, ...]]()
BEFORE = pytest.StashKey[Any]()
OUTCOME = pytest.StashKey[str]()
WATCHERS = pytest.StashKey[Any]()
NEVER_ENDED = pytest.StashKey[list[str]]()
WORKER_NEVER_ENDED: Final = "personalize_never_ended"


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
    parser.addini(
        "personalize_strict_faults",
        "Amazon Personalize: a test that never meets a fault that it declared is an error (default: true)",
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
    group.addoption(
        "--personalize-report",
        action="store_true",
        help="print at the end which operations were used, which never, and which errors were met",
    )
    group.addoption(
        "--personalize-trace",
        metavar="DIR",
        help="write a page of HTML per test there: its calls, and the resources with their status",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Enter the marker; what the ini file and the flags say holds for all activations of this run."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(**options): run the test with Amazon Personalize mocked; takes the options of mock_personalize, or "
        f"{PASSTHROUGH}=True for calls of the real service",
    )
    _watch(config)
    config.stash[ACTIVE_BEFORE] = tuple(ACTIVATIONS)
    config.stash[NEVER_ENDED] = []
    before = ACTIVATIONS.defaults, ACTIVATIONS.network_allowed
    ACTIVATIONS.defaults = _defaults(config)
    ACTIVATIONS.network_allowed = not _blocking(config)

    def restore() -> None:
        ACTIVATIONS.defaults, ACTIVATIONS.network_allowed = before
        for activation in _left(config):
            ACTIVATIONS.pop(activation)

    config.add_cleanup(restore)


def _watch(config: pytest.Config) -> None:
    """Load what the flags ask for, and only that."""
    watchers: list[Watcher] = []
    if config.getoption("--personalize-report"):
        from pytest_personalize.reports import UsageReport

        report = UsageReport()
        config.pluginmanager.register(report, "personalize-report")
        watchers.append(report.test_ended)
    folder = config.getoption("--personalize-trace")
    if folder:
        from pytest_personalize.reports import Traces

        # absolute, because workers of pytest-xdist are handed the option and may start elsewhere
        config.option.personalize_trace = str(config.invocation_params.dir / folder)
        traces = Traces(config.option.personalize_trace)
        config.pluginmanager.register(traces, "personalize-traces")
        watchers.append(traces.test_ended)
    config.stash[WATCHERS] = watchers


def _defaults(config: pytest.Config) -> dict[str, Any]:
    options = {name.removeprefix("personalize_"): config.getini(name) for name in INI_OPTIONS if config.getini(name)}
    flag = config.getoption("--personalize-transitions")
    return options | ({"transitions": flag} if flag else {})


def _blocking(config: pytest.Config) -> bool:
    return bool(config.getini("personalize_block_network")) and not config.getoption("--personalize-allow-network")


def pytest_report_header(config: pytest.Config) -> str | None:
    """What differs from the defaults, if anything does."""
    said = [f"{name} {value}" for name, value in _defaults(config).items()]
    if not _blocking(config):
        said.append("real calls allowed")
    if config.getoption("--personalize-trace"):
        said.append(f"traces in {config.getoption('--personalize-trace')}")
    return f"personalize: {', '.join(said)}" if said else None


def pytest_itemcollected(item: pytest.Item) -> None:
    """A marked test gets a backend without asking for it, before the other fixtures of its scope and set-up methods.

    A test that asks for a backend of a wider scope gets no other one.
    """
    names = getattr(item, "fixturenames", None)
    if names is None or item.get_closest_marker(MARKER) is None or _passes_through(item):
        return
    known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    scopes = list(BACKENDS)
    asked = [scope for scope in scopes if BACKENDS[scope] in names]
    for scope in asked or ["function"]:
        wider = scopes[scopes.index(scope) + 1 :]
        others = [name for name in names if name != BACKENDS[scope]]
        place = sum(name in known and known[name][-1].scope in wider for name in others)
        names[:] = [*others[:place], BACKENDS[scope], *others[place:]]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Lift the guard around a test with a marker that says so, and keep what reports are made from."""
    outer = ACTIVATIONS.begun
    ACTIVATIONS.begun = []
    item.stash[OUTCOME] = "passed"
    active = [activation.backend for activation in ACTIVATIONS if activation.backend is not None]
    item.stash[BEFORE] = [(backend, backend.so_far()) for backend in active]
    # A test that goes back to the mock inside a class or module that passes through has its backend on top.
    lifting = any(mark.kwargs.get(PASSTHROUGH) for mark in item.iter_markers(MARKER))
    activation = ACTIVATIONS.push(None) if lifting else None
    try:
        yield
        for watcher in item.config.stash[WATCHERS]:
            watcher(item, item.stash[OUTCOME], _seen(item))
    finally:
        if activation is not None:
            ACTIVATIONS.pop(activation)
        ACTIVATIONS.begun = outer
        del item.stash[BEFORE]  # items live as long as the run, backends need not


@pytest.hookimpl(specname="pytest_runtest_makereport")
def pytest_trim_traceback(item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
    """Show what the code under test did, and not what botocore did; here the errors of unittest are in place too."""
    if call.excinfo is not None and not item.config.getoption("fulltrace") and _seen(item):
        from pytest_personalize.reports import trim

        if trim(call.excinfo.value):
            call.excinfo = pytest.ExceptionInfo.from_exception(call.excinfo.value)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Show below a failed test what it did with Personalize."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.outcome != "passed" and item.stash[OUTCOME] != "failed":
        item.stash[OUTCOME] = report.outcome
    seen = _seen(item) if report.failed else []
    if seen:
        from pytest_personalize.reports import add_section

        add_section(report, item.config, seen)


def _seen(item: pytest.Item) -> Seen:
    """The backends that were active during a test, each once, and the last call of each before the test."""
    before: list[Any] = item.stash[BEFORE]
    return before + [(backend, None) for backend in ACTIVATIONS.begun or ()]


def _passes_through(node: pytest.Item | pytest.Collector) -> bool:
    """What the nearest marker that says anything about it says."""
    said = (mark.kwargs[PASSTHROUGH] for mark in node.iter_markers(MARKER) if PASSTHROUGH in mark.kwargs)
    return bool(next(said, False))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """No activation outlives the tests, or the run fails and says where they began."""
    config = session.config
    config.stash[NEVER_ENDED] += [activation.place for activation in _left(config)]
    output = getattr(config, "workeroutput", None)  # of a worker of pytest-xdist
    if output is not None:
        output[WORKER_NEVER_ENDED] = config.stash[NEVER_ENDED]
    if config.stash[NEVER_ENDED] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended."""
    output = getattr(node, "workeroutput", {})
    node.config.stash[NEVER_ENDED] += output.get(WORKER_NEVER_ENDED, [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell about activations that were never ended."""
    places = config.stash[NEVER_ENDED]
    if places:
        terminalreporter.section("Amazon Personalize", red=True)
        terminalreporter.line("Never ended, so that it went on to answer for the tests that followed:")
        for place in places:
            terminalreporter.line(f"  mock_personalize entered at {place}")


def _left(config: pytest.Config) -> list[Activation]:
    """The activations that began in this run and have not ended."""
    before = config.stash[ACTIVE_BEFORE]
    return [activation for activation in ACTIVATIONS if activation not in before]


def _mock_for(node: Any) -> Mock:
    """A mock with the options of the markers on the node and around it, the nearest last; fails for a wrong option."""
    from pytest_personalize import mock  # loads the emulator, and botocore with it

    options: dict[str, Any] = {}
    for mark in reversed(list(node.iter_markers(MARKER))):
        if mark.args:
            pytest.fail(f"@pytest.mark.personalize takes options by name, not {mark.args[0]!r}", pytrace=False)
        options |= mark.kwargs
    try:
        mock.check_options(options, (*mock.OPTIONS, PASSTHROUGH))
    except TypeError as error:
        raise pytest.fail.Exception(f"@pytest.mark.personalize: {error}", pytrace=False) from None
    if options.pop(PASSTHROUGH, False):
        pytest.fail(f"@pytest.mark.personalize({PASSTHROUGH}=True) and a backend exclude each other", pytrace=False)
    return mock.Mock(options)


def _backend_fixture(scope: Any) -> Callable[..., Any]:
    @pytest.fixture(scope=scope, name=BACKENDS[scope])
    def backend(request: pytest.FixtureRequest) -> Iterator[PersonalizeBackend]:
        """A new, empty backend that answers all Personalize calls until the end of the scope of this fixture."""
        mock = _mock_for(request.node)
        try:
            entered = mock.__enter__()
        except ValueError as error:
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
    """The active backend, or that of ``personalize_backend``."""
    return ACTIVATIONS.current or request.getfixturevalue("personalize_backend")


def _client(request: pytest.FixtureRequest, service: Any) -> Any:
    if _passes_through(request.node):
        return _session().client(service)
    backend = _backend_of(request)
    # The keys spare botocore the search for credentials, which are needed nowhere.
    return _session().client(
        service, region_name=backend.region_name, aws_access_key_id="mocked", aws_secret_access_key="mocked"
    )


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


def _preset_fixture(preset: str, what: str) -> Callable[..., Any]:
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
    """``personalize_seed("shop", users=10, items=20, interactions=200)``: as ``seed`` of the active backend."""
    return _backend_of(request).seed
