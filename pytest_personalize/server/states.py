"""``serve --state DIR``: a folder with the state of every account of a server, which one process uses at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.failure import Failure
from pytest_personalize.server.accounts import Change
from pytest_personalize.server.journal import Journal, Report
from pytest_personalize.server.shelf import FileShelf, Shelf

if TYPE_CHECKING:
    import sqlite3


class StateInUse(Failure):
    """Another process uses the folder."""


class States:
    """The folder; it has one of its own for every account, named after its id.

    ``make`` makes the backend of an account that is not there yet; one that is has the options with which it began,
    but for ``s3``. ``report`` is told of damaged files, a line at a time. StateInUse while another process has it.
    """

    def __init__(
        self, folder: Path, make: Callable[[str], PersonalizeBackend], *, s3: Any = None, report: Report = print
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._make = make
        self._s3 = s3
        self._report = report
        self._journals: dict[PersonalizeBackend, Journal] = {}
        self._opening = threading.Lock()
        self._lock = _locked(folder / "lock")

    def open(self, account_id: str) -> PersonalizeBackend:
        """The backend of an account, as it was when the last process ended."""
        with self._opening:
            journal = Journal(
                self._folder / account_id,
                lambda: self._make(account_id),
                lambda path: PersonalizeBackend.load(path, s3=self._s3),
                self._report,
            )
            self._journals[journal.backend] = journal
            return journal.backend

    def around(self, backend: PersonalizeBackend, change: Change) -> AbstractContextManager[None]:
        """What ``Accounts`` wants: whatever happens inside is on disk at the end."""
        return self._journals[backend].around(change)

    def shelf(self, backend: PersonalizeBackend) -> Shelf:
        """Where the snapshots of an account are kept that have names."""
        return FileShelf(self._journals[backend].folder / "snapshots")

    def close(self) -> None:
        """Leave a snapshot of every account behind, and the folder to others."""
        for journal in self._journals.values():
            journal.close()
        self._lock.close()


def _locked(path: Path) -> sqlite3.Connection:
    """A file that is locked until it is closed or this process ends: SQLite does so on every platform."""
    import sqlite3  # for servers with a state only

    path.touch()  # OSError where nothing can be written
    lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("PRAGMA journal_mode = OFF")  # there is nothing to write
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        raise StateInUse(f"another server uses {path.parent}") from None
    return lock
