"""What the plugin tells about a run: below a failed test, at the end, and in a page for each test."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from pytest_personalize.failure import Failure
from pytest_personalize.interception import RealPersonalizeCallBlocked
from pytest_personalize.interception.services import SERVICES
from pytest_personalize.testing.index import Row, index
from pytest_personalize.testing.markup import visible
from pytest_personalize.testing.report import TITLE, WIDTH, Usage, failure_section, written
from pytest_personalize.testing.trace import file_name, page
from pytest_personalize.testing.watching import Seen, calls_since, made_up_since, tally_since

if TYPE_CHECKING:
    from pytest_personalize.explaining.failures import Explainable

WORKER_USAGE: Final = "personalize_usage"
WORKER_COSTS: Final = "personalize_costs"
WORKER_POLICY: Final = "personalize_policy"
WORKER_TRACES: Final = "personalize_traces"
OWN: Final = "pytest_personalize"
LIBRARIES: Final = frozenset({"aiobotocore", "boto3", "botocore", "contextlib", OWN, "wrapt"})
"""Packages between the code under test and the answer of the mock."""

REFUSALS: Final = (Failure, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What a backend, and what it holds, refuses its caller with."""

COLOURS: Final = {"good": 32, "bad": 31, "moving": 33, "hint": 36, "heading": 1}
"""Codes of ECMA-48 (SGR): green, red, yellow, cyan, bold."""

Watcher = Callable[[pytest.Item, str, Seen], None]
"""Called at the end of each test with the outcome (``passed``, ``failed`` or ``skipped``)."""


Compared = Sequence[tuple[str, bool]]
"""Ids, and whether each was wanted among others (``in``, ``==``) or not (``not in``, ``==``)."""


def add_section(report: pytest.TestReport, seen: Seen, compared: Compared, *, in_colour: bool) -> None:
    """Show below a failed test what it did with Personalize.

    After a failed comparison of items with others, also why the first of them was, or was not, in the answer.
    """
    colours = COLOURS if in_colour else {}

    def paint(text: str, kind: str) -> str:
        return f"\x1b[{colours[kind]}m{text}\x1b[0m" if kind in colours else text

    text = failure_section(seen, paint)
    if text:
        report.sections.append((TITLE, "\n".join([text, *_why(seen, compared, paint)])))


def _why(seen: Seen, compared: Compared, paint: Callable[[str, str], str]) -> Iterator[str]:
    from pytest_personalize.explaining.failures import reason_of_failure

    for (item_id, wanted), (backend, before) in product(compared, reversed(seen)):
        if found := reason_of_failure(cast("Explainable", backend), before, item_id, wanted=wanted):
            why, more = found
            lines = textwrap.wrap(why, WIDTH, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
            yield from (paint(line, "heading") for line in lines)
            yield paint("hint: to see all that led to it, put into the test", "hint")
            yield from (f"    {paint(line, 'hint')}" for line in more.splitlines())
            return


def trim(error: BaseException) -> bool:
    """Take the frames of the libraries out of the traceback of an error that came out of a call of the services.

    Likewise for what a backend refuses, such as the data of ``seed_from``. What caused it is treated alike. What is
    left ends where the code under test made the call, or in its own handler of an event of botocore; returns whether
    there was anything to take out.
    """
    trimmed = False
    waiting: list[BaseException | None] = [error]
    met: set[int] = set()
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in met:
            continue
        met.add(id(each))
        frames = list(_frames(each.__traceback__))
        call = next((place for place, one in enumerate(frames) if _calls_personalize(one)), None)
        end = call if isinstance(each, RealPersonalizeCallBlocked) else None
        kept = [one for one in frames[:end] if _package(one) not in LIBRARIES]
        refused = isinstance(each, REFUSALS) and any(_package(one) == OWN for one in frames)
        if kept and (call is not None or refused):
            rest: TracebackType | None = None
            for one in reversed(kept):
                rest = TracebackType(rest, one.tb_frame, one.tb_lasti, one.tb_lineno)
            each.__traceback__ = rest
            trimmed = True
        waiting += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
    return trimmed


def _frames(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _package(trace: TracebackType) -> str:
    return str(trace.tb_frame.f_globals.get("__name__", "")).partition(".")[0]


def _calls_personalize(trace: TracebackType) -> bool:
    """Whether it is the frame in which a client of one of the services makes a call."""
    if trace.tb_frame.f_code.co_name != "_make_api_call":
        return False
    meta = getattr(trace.tb_frame.f_locals.get("self"), "meta", None)
    return meta is not None and meta.service_model.service_name in SERVICES


def check_faults(item: pytest.Item, outcome: str, backend: Any) -> None:
    """Fail the tear-down of a test that passed without meeting a fault that it declared."""
    missed = backend.faults.missed
    if missed and outcome == "passed" and item.config.getini("personalize_strict_faults"):
        pytest.fail(
            "\n".join(
                [
                    "the test passed without meeting faults that it declared:",
                    *(f"  {visible(str(fault))}" for fault in missed),
                    "Make the calls that are to meet them, take them back with faults.clear(), or set",
                    "personalize_strict_faults = false in the ini file.",
                ]
            ),
            pytrace=False,
        )


class UsageReport:
    """The plugin behind ``--personalize-report``: counts over all tests, and over all workers of pytest-xdist."""

    def __init__(self) -> None:
        from pytest_personalize.testing.costs import Costs

        self.usage = Usage()
        self.costs = Costs()

    def test_ended(self, item: pytest.Item, outcome: str, seen: Seen) -> None:
        """Count the calls of one test."""
        for backend, before in seen:
            self.usage.add(tally_since(backend, before), len(made_up_since(backend, before)))
            self.costs.add(item.nodeid, backend, before)

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the counts of a worker to where the report is printed."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[WORKER_USAGE] = self.usage.state()
            output[WORKER_COSTS] = self.costs.state()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the counts of a worker; one that crashed has sent none."""
        output = getattr(node, "workeroutput", {})
        self.usage.merge(output.get(WORKER_USAGE, ()))
        self.costs.merge(output.get(WORKER_COSTS, ()))

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the report."""
        terminalreporter.section(f"{TITLE}: usage")
        for line in self.usage.lines():
            terminalreporter.line(line)
        costs = list(self.costs.lines())
        if costs:
            terminalreporter.section(f"{TITLE}: what it would have cost")
        for line in costs:
            terminalreporter.line(line)


class PolicyFile:
    """The plugin behind ``--personalize-policy``: the IAM policy for the calls of all tests and workers, in a file.

    ``pytest.UsageError`` for a file that cannot be written, before the tests run.
    """

    def __init__(self, file: str) -> None:
        from pytest_personalize.testing.policy import Policy

        self.file = Path(file)
        self.policy = Policy()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.open("a").close()
        except OSError as error:
            raise pytest.UsageError(f"--personalize-policy: {file}: {error.strerror or error}") from None

    def test_ended(self, item: pytest.Item, outcome: str, seen: Seen) -> None:
        """Take the calls of one test."""
        for backend, before in seen:
            tally = tally_since(backend, before)
            self.policy.add(calls_since(backend, before), tally, backend.region_name, backend.account_id)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the calls of a worker; one that crashed has sent none."""
        self.policy.merge(getattr(node, "workeroutput", {}).get(WORKER_POLICY, ()))

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file, or send the calls of a worker to where it is written."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[WORKER_POLICY] = self.policy.state()
        else:
            self.written = written(self.file, json.dumps(self.policy.document(), indent=2) + "\n")

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell where the file is."""
        terminalreporter.line(f"{TITLE}: a policy of {self.policy.actions} actions in {self.written}")


class Traces:
    """The plugin behind ``--personalize-trace``: a page for each test, and an index of them.

    The folder is made at once, so that a wrong one is noticed before the tests run: ``pytest.UsageError`` for one that
    cannot be made.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.rows: list[Row] = []
        self._failures: dict[str, list[str]] = {}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise pytest.UsageError(f"--personalize-trace: {folder}: {error.strerror or error}") from None

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what failed for the page of the test."""
        if report.failed:
            self._failures.setdefault(report.nodeid, []).append(f"{report.when}:\n{report.longreprtext}")

    def test_ended(self, item: pytest.Item, outcome: str, seen: Seen) -> None:
        """Write the page of one test, if it had anything to do with Personalize."""
        failures = self._failures.pop(item.nodeid, [])
        if not seen:
            return
        file = self.folder / file_name(item.nodeid)
        try:
            file.write_text(page(item.nodeid, outcome, seen, failures), "utf-8")
        except OSError as error:
            item.warn(pytest.PytestWarning(f"--personalize-trace: {file}: {error.strerror or error}"))
            return
        tallies = [tally_since(backend, before) for backend, before in seen]
        errors = sorted({error for tally in tallies for _, _, error in tally if error is not None})
        calls = sum(tally.total() for tally in tallies)
        self.rows.append((item.nodeid, file.name, outcome, calls, ", ".join(errors)))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the rows of a worker; one that crashed has sent none."""
        self.rows += map(tuple, getattr(node, "workeroutput", {}).get(WORKER_TRACES, ()))

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the index, or send the rows of a worker to where it is written."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[WORKER_TRACES] = self.rows
        elif self.rows:
            self.written = written(self.folder / "index.html", index(self.rows))

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell where the index is."""
        if self.rows:
            terminalreporter.line(f"{TITLE}: pages of {len(self.rows)} tests in {self.written}")
