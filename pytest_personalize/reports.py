"""What the flags of the plugin write about a run: how often which operation was used, and a page for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_personalize.testing.report import TITLE, Seen, Usage, calls_since
from pytest_personalize.testing.trace import file_name, page

WORKER_USAGE: Final = "personalize_usage"

Watcher = Callable[[pytest.Item, str, Seen], None]
"""Called at the end of each test with the outcome (``passed``, ``failed`` or ``skipped``)."""


class UsageReport:
    """The plugin behind ``--personalize-report``: counts over all tests, and over all workers of pytest-xdist."""

    def __init__(self) -> None:
        self.usage = Usage()

    def test_ended(self, item: pytest.Item, outcome: str, seen: Seen) -> None:
        """Count the calls of one test."""
        for backend, last in seen:
            self.usage.add(calls_since(backend, last))

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the counts of a worker to where the report is printed."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[WORKER_USAGE] = self.usage.state()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take the counts of a worker; one that crashed has sent none."""
        self.usage.merge(getattr(node, "workeroutput", {}).get(WORKER_USAGE, ()))

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the report."""
        terminalreporter.section(f"{TITLE}: usage")
        for line in self.usage.lines():
            terminalreporter.line(line)


class Traces:
    """Writes the pages; makes the folder at once, so that a wrong one is noticed before the tests run.

    ``pytest.UsageError`` for a folder that cannot be made.
    """

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise pytest.UsageError(f"--personalize-trace: {folder}: {error.strerror or error}") from None

    def test_ended(self, item: pytest.Item, outcome: str, seen: Seen) -> None:
        """Write the page of one test, if it had anything to do with Personalize."""
        if not seen:
            return
        file = self.folder / file_name(item.nodeid)
        try:
            file.write_text(page(item.nodeid, outcome, seen), "utf-8")
        except OSError as error:
            item.warn(pytest.PytestWarning(f"--personalize-trace: {file}: {error.strerror or error}"))
