"""The pytest plugin: ini options, flags, reports; it brings marker and fixtures along.

Loads neither botocore nor boto3 until a fixture is used.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_personalize import fixtures, markers
from pytest_personalize.fixtures import *  # noqa: F403, where pytest finds them
from pytest_personalize.fixtures import OUTCOME
from pytest_personalize.interception import ACTIVATIONS, Activation, RealPersonalizeCallBlocked
from pytest_personalize.interception.child_processes import begin_guarding, open_to_children
from pytest_personalize.markers import pytest_itemcollected  # noqa: F401, likewise
from pytest_personalize.visibility import Visibility, is_seen

if TYPE_CHECKING:
    from pytest_personalize.mirroring.recording import Recorder
    from pytest_personalize.reports import Watcher
    from pytest_personalize.testing.watching import Seen

INI_OPTIONS: Final = {
    "personalize_region": "region of clients without one, and of the mappings (default: boto3's, or us-east-1)",
    "personalize_account_id": "account in the ARNs (default: 123456789012)",
    "personalize_transitions": "how statuses change: instant (default), polls:N, clock or aws",
    "personalize_data": "whether solutions and trainings want data: required (default) or optional",
    "personalize_regions": "where the service exists: aws (default: as botocore lists), any, or names of regions",
    "personalize_state": "the state file that backends begin with, beside the configuration file or absolute",
    "personalize_calls_kept": "how many calls a backend keeps on record, the newest ones (default: 10000)",
}
SWITCHES: Final = {
    "personalize_block_network": "refuse calls to the real service",
    "personalize_strict_faults": "a test that never meets a fault that it declared is an error",
}
OF_A_RUN: Final = ("defaults", "chaos", "network_allowed", "recorder", "main")
"""What a run of pytest sets for all activations, and puts back."""

ACTIVE_BEFORE = pytest.StashKey[tuple[Activation, ...]]()
BEFORE = pytest.StashKey[Any]()
WATCHERS = pytest.StashKey[Any]()
COMPARED = pytest.StashKey["tuple[tuple[str, bool], ...]"]()
NEVER_ENDED = pytest.StashKey[list[str]]()
HIDDEN = pytest.StashKey[list[str]]()
AT_THE_END: Final = {"personalize_never_ended": NEVER_ENDED, "personalize_hidden": HIDDEN}
"""What a worker of pytest-xdist sends for the end of the run, and where it is kept."""

MOST_HIDDEN: Final = 10
WORKER_IN_COLOUR: Final = "personalize_in_colour"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini options and flags."""
    for name, text in INI_OPTIONS.items():
        parser.addini(name, f"Amazon Personalize: {text}")
    for name, text in SWITCHES.items():
        parser.addini(name, f"Amazon Personalize: {text} (default: true)", type="bool", default=True)
    hosts = "hosts that may be called although the network is blocked, * for anything in a name"
    parser.addini("personalize_allowed_hosts", f"Amazon Personalize: {hosts}", type="linelist")
    group = parser.getgroup("personalize", "Amazon Personalize")
    group.addoption(
        "--personalize-transitions", metavar="MODE", help="how statuses change: instant, polls:N, clock or aws"
    )
    group.addoption(
        "--personalize-allow-network",
        action="store_true",
        help="let calls reach the real Amazon Personalize while no mock is active",
    )
    group.addoption(
        "--personalize-chaos",
        metavar="SEED",
        type=int,
        help="bad days in every backend, drawn from that number: the same seed, the same run (see faults.chaos)",
    )
    group.addoption(
        "--personalize-report",
        action="store_true",
        help="print at the end which operations were used, which never, which errors were met, what it would have cost",
    )
    group.addoption(
        "--personalize-policy",
        metavar="FILE",
        help="write the IAM policy there that the calls of the tests would have needed at AWS",
    )
    group.addoption(
        "--personalize-trace",
        metavar="DIR",
        help="write a page of HTML per test there: its calls, and the resources with their status",
    )
    group.addoption(
        "--personalize-record",
        metavar="FILE",
        help="keep there what the real runtime answers to tests that pass through, for backend.answers.load",
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Enter the marker, after the project's own; what ini file and flags say holds for all activations of this run."""
    markers.register(config)
    config.pluginmanager.register(Visibility(), "personalize-visibility")
    _check_flags(config)
    _watch(config)
    config.stash[ACTIVE_BEFORE] = tuple(ACTIVATIONS)
    for key in AT_THE_END.values():
        config.stash[key] = []
    recorder = _recorder(config)
    before = {name: getattr(ACTIVATIONS, name) for name in OF_A_RUN}
    ACTIVATIONS.defaults = _defaults(config)
    ACTIVATIONS.recorder = recorder
    ACTIVATIONS.chaos = config.getoption("--personalize-chaos")
    ACTIVATIONS.network_allowed = not _blocking(config)
    ACTIVATIONS.main = threading.current_thread()

    def restore() -> None:
        for name, value in before.items():
            setattr(ACTIVATIONS, name, value)
        for activation in _left(config):
            ACTIVATIONS.pop(activation)

    config.add_cleanup(restore)
    config.add_cleanup(begin_guarding(_blocking(config), config.getini("personalize_allowed_hosts")))


def _watch(config: pytest.Config) -> None:
    """Load what the flags ask for, and only that."""
    watchers: list[Watcher] = []
    if config.getoption("--personalize-report"):
        from pytest_personalize.reports import UsageReport

        report = UsageReport()
        config.pluginmanager.register(report, "personalize-report")
        watchers.append(report.test_ended)
    file = config.getoption("--personalize-policy")
    if file:
        from pytest_personalize.reports import PolicyFile

        # absolute, because workers of pytest-xdist are handed the option and may start elsewhere
        config.option.personalize_policy = str(config.invocation_params.dir / file)
        policy = PolicyFile(config.option.personalize_policy)
        config.pluginmanager.register(policy, "personalize-policy")
        watchers.append(policy.test_ended)
    folder = config.getoption("--personalize-trace")
    if folder:
        from pytest_personalize.reports import Traces

        # absolute, likewise
        config.option.personalize_trace = str(config.invocation_params.dir / folder)
        traces = Traces(config.option.personalize_trace)
        config.pluginmanager.register(traces, "personalize-traces")
        watchers.append(traces.test_ended)
    config.stash[WATCHERS] = watchers


def _recorder(config: pytest.Config) -> Recorder | None:
    """Who keeps the answers of the real runtime, if they are to be; ``pytest.UsageError`` where none can be kept."""
    file = config.getoption("--personalize-record")
    if not file:
        return None
    from pytest_personalize.mirroring.recording import Recorder

    path = config.invocation_params.dir / file  # absolute, as traces are
    if path.is_dir() or not path.parent.is_dir():
        raise pytest.UsageError(f"--personalize-record: {file} is no file in a folder that exists")
    config.option.personalize_record = str(path)
    recorder = Recorder(path)
    config.pluginmanager.register(recorder, "personalize-recorder")
    return recorder


def _defaults(config: pytest.Config) -> dict[str, Any]:
    options = {name.removeprefix("personalize_"): config.getini(name) for name in INI_OPTIONS if config.getini(name)}
    flag = config.getoption("--personalize-transitions")
    if "state" in options:
        options["state"] = str((config.inipath.parent if config.inipath else config.rootpath) / options["state"])
    return options | ({"transitions": flag} if flag else {})


def _check_flags(config: pytest.Config) -> None:
    """``pytest.UsageError`` for a flag with a wrong value."""
    flag = config.getoption("--personalize-transitions")
    if flag is None:
        return
    from pytest_personalize.service.kernel.transitions import checked_mode

    try:
        checked_mode(flag)
    except ValueError as error:
        raise pytest.UsageError(f"--personalize-transitions: {error}") from None


def _blocking(config: pytest.Config) -> bool:
    return bool(config.getini("personalize_block_network")) and not config.getoption("--personalize-allow-network")


def pytest_report_header(config: pytest.Config) -> str | None:
    """What differs from the defaults, if anything does."""
    said = [f"{name} {value}" for name, value in _defaults(config).items()]
    if (seed := config.getoption("--personalize-chaos")) is not None:
        said.append(f"chaos {seed}")
    if not _blocking(config):
        said.append("real calls allowed")
    if config.getoption("--personalize-policy"):
        said.append(f"policy in {config.getoption('--personalize-policy')}")
    if config.getoption("--personalize-trace"):
        said.append(f"traces in {config.getoption('--personalize-trace')}")
    if markers.is_alias_taken(config):
        said.append(f"marker {markers.MARKER}, as {markers.ALIAS} is this project's own")
    return f"personalize: {', '.join(said)}" if said else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Keep what reports are made from."""
    outer = ACTIVATIONS.begun, ACTIVATIONS.stopped
    ACTIVATIONS.begun, ACTIVATIONS.stopped = [], []
    item.stash[OUTCOME] = "passed"
    item.config.stash[COMPARED] = ()
    active = [(activation, activation.backend) for activation in ACTIVATIONS if activation.backend is not None]
    item.stash[BEFORE] = [(activation, backend, backend.so_far()) for activation, backend in active]
    try:
        with open_to_children() if markers.lifts_the_guard(item) else nullcontext():
            yield
        for watcher in item.config.stash[WATCHERS]:
            watcher(item, item.stash[OUTCOME], _seen(item))
        if ACTIVATIONS.stopped and item.stash[OUTCOME] == "passed":
            calls = ", ".join(dict.fromkeys(f"{operation} of {service}" for service, operation in ACTIVATIONS.stopped))
            item.config.stash[HIDDEN].append(f"  {item.nodeid}: {calls}")
    finally:
        ACTIVATIONS.begun, ACTIVATIONS.stopped = outer
        del item.stash[BEFORE]  # items live as long as the run, backends need not


@pytest.hookimpl(specname="pytest_runtest_makereport")
def pytest_trim_traceback(item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
    """Show what the code under test did, and not what botocore did; here the errors of unittest are in place too."""
    if call.excinfo is None or item.config.getoption("fulltrace"):
        return
    if _seen(item) or isinstance(call.excinfo.value, RealPersonalizeCallBlocked):
        from pytest_personalize.reports import trim

        if trim(call.excinfo.value):
            call.excinfo = pytest.ExceptionInfo.from_exception(call.excinfo.value)


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> None:
    """Keep what may be items that were looked for in an answer; what there is to say of one, the report says."""
    config.stash[COMPARED] = tuple(_looked_for(op, left, right))


def _looked_for(op: str, left: object, right: object) -> Iterator[tuple[str, bool]]:
    """Ids, and whether they were wanted in an answer; of two lists either may be the answer."""
    if isinstance(left, str) and op in ("in", "not in"):
        yield left, op == "in"
    elif isinstance(left, list) and isinstance(right, list) and op == "==":
        lacking = [
            next((one for one in ids if one not in found), None) for ids, found in ((right, left), (left, right))
        ]
        for wanted in (True, False):
            yield from ((one, wanted) for one in lacking if isinstance(one, str))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Iterator[None]:
    """Show below a failed test what it did with Personalize."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.outcome != "passed" and item.stash[OUTCOME] != "failed":
        item.stash[OUTCOME] = report.outcome
    advice = call.excinfo and markers.advice_on_scope(str(call.excinfo.value), fixtures.__all__)
    if advice:
        report.sections.append(("Amazon Personalize", advice))
    seen = _seen(item) if report.failed else []
    if seen:
        asserted = call.excinfo is not None and call.excinfo.errisinstance(AssertionError)
        compared = item.config.stash[COMPARED] if asserted else ()
        try:
            from pytest_personalize.reports import add_section

            add_section(report, seen, compared, in_colour=_in_colour(item.config))
        except Exception as error:  # what the test mocks is mocked here as well; an error would end the run
            report.sections.append(("Amazon Personalize", f"the calls of the test cannot be shown: {error!r}"))


def _in_colour(config: pytest.Config) -> bool:
    """Whether the run is written in colour; a worker of pytest-xdist, which writes nothing, is told."""
    told: bool | None = getattr(config, "workerinput", {}).get(WORKER_IN_COLOUR)
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    return told if told is not None else bool(terminal and terminal.hasmarkup)


def _seen(item: pytest.Item) -> Seen:
    """The backends that a test saw, or that began with it, and the last call of each before the test."""
    before = [(backend, last) for activation, backend, last in item.stash[BEFORE] if is_seen(item, activation)]
    return before + [(backend, None) for backend in ACTIVATIONS.begun or ()]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """No activation outlives the tests, or the run fails and says where they began."""
    config = session.config
    config.stash[NEVER_ENDED] += [activation.place for activation in _left(config)]
    output = getattr(config, "workeroutput", None)  # of a worker of pytest-xdist
    if output is not None:
        output.update({name: config.stash[key] for name, key in AT_THE_END.items()})
    if config.stash[NEVER_ENDED] and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker of pytest-xdist begins: what it reports is written here."""
    node.workerinput[WORKER_IN_COLOUR] = _in_colour(node.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended."""
    output = getattr(node, "workeroutput", {})
    for name, key in AT_THE_END.items():
        node.config.stash[key] += output.get(name, [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell about activations that were never ended, and about tests that hide what the guard has refused."""
    places, hidden = config.stash[NEVER_ENDED], config.stash[HIDDEN]
    if places or hidden:
        terminalreporter.section("Amazon Personalize", red=bool(places), yellow=not places)
    if places:
        terminalreporter.line("Never ended:")
        for place in places:
            terminalreporter.line(f"  mock_personalize entered at {place}")
    if hidden:
        terminalreporter.line("Passed without a mock: their calls were stopped on the way to AWS, and nobody noticed.")
        for line in hidden[:MOST_HIDDEN]:
            terminalreporter.line(line)
        if len(hidden) > MOST_HIDDEN:
            terminalreporter.line(f"  and {len(hidden) - MOST_HIDDEN} more")
        terminalreporter.line("Ask for personalize_backend there; who means it expects RealPersonalizeCallBlocked.")


def _left(config: pytest.Config) -> list[Activation]:
    """The activations that began in this run and have not ended."""
    before = config.stash[ACTIVE_BEFORE]
    return [activation for activation in ACTIVATIONS if activation not in before]
