"""The state of one account in a folder: a snapshot, and a journal of what has changed since.

The journal tells what came in and when, and playing it back is answering it again: with its clock held at that moment,
a backend is a function of what comes in, ids included. What cannot be played back makes a new snapshot instead: a job
that read or wrote an outside store, which may hold something else by now, and a backend that was put back or seeded.
A new snapshot also comes as soon as playing back would take long. Both files carry the number of the snapshot.
"""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import thread_time
from typing import Any, Final

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.data.stores import MemoryStore, ObjectStore
from pytest_personalize.server import routes
from pytest_personalize.server.accounts import Change
from pytest_personalize.server.lines import Damage, Entry, Lines, read
from pytest_personalize.service.kernel.clock import ClockState
from pytest_personalize.testing.saving import SaveFileError

LONG: Final = 0.5
"""Seconds of work that a start may have to do again, or twice what a snapshot takes where that is more."""

COUNT: Final = "count"
"""In the place of a service: not a call, but how many ids a region has given away."""

STEP: Final = 5e-6
"""Seconds that such an entry takes."""

BEGIN: Final = "begin"
VERSION: Final = 1

READS: Final = ("Describe", "List", "Get")

Begin = Callable[[], PersonalizeBackend]
Load = Callable[[Path], PersonalizeBackend]
Report = Callable[[str], None]


class HeldTime:
    """The time that goes on by itself, held while a change is made: the same when that is played back."""

    def __init__(self, running: Callable[[], float]) -> None:
        self._running = running
        self._held: float | None = None

    def __call__(self) -> float:
        return self._running() if self._held is None else self._held

    @contextmanager
    def at(self, moment: float) -> Iterator[None]:
        """Let it be that time until the block ends."""
        before, self._held = self._held, moment
        try:
            yield
        finally:
            self._held = before


class Journal:
    """Keeps the ``backend`` of one account in a folder, from which a new process goes on after any end of this one.

    ``begin`` makes the backend where the folder holds none, ``load`` reads a snapshot, ``report`` is told what was
    found damaged. Damaged files are copied into a folder of their own beside the others.
    """

    def __init__(self, folder: Path, begin: Begin, load: Load, report: Report) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._report = report
        self._lines: Lines | None = None
        self._number = max(self._numbers(), default=0)
        self._cost = 0.0
        self._untold = False  # whether something has happened that the journal does not tell
        found = self._newest(load)
        self.backend = begin() if found is None else found[1]
        self._account = self.backend._account
        self._time = HeldTime(self.backend.clock.inner.running)
        self.backend.clock.inner.running = self._time
        self._most = LONG
        self._account.store = self._store
        if found is not None:
            self._play_back(found[0])
            self.backend.calls.clear()
        if self._lines is None or self._untold:
            self.compact()

    def _newest(self, load: Load) -> tuple[int, PersonalizeBackend] | None:
        """The newest snapshot that can be read, and its number."""
        for number in sorted(self._numbers(), reverse=True):
            try:
                return number, load(self._snapshot(number))
            except SaveFileError as problem:
                self._set_aside(number, str(problem))
        return None

    def _play_back(self, number: int) -> None:
        """Do again what the journal of a snapshot tells, as far as it can be read."""
        path, began = self._journal(number), thread_time()
        entries = read(path)
        try:
            self._go_on(*next(entries, [0.0, "nothing", 0, 0.0]))
            for entry in entries:
                self._play(*entry)
        except Damage as problem:
            self._set_aside(number, f"{path}: {problem}; what follows in it is lost")
        else:
            self._lines = Lines(path)
        self._cost = thread_time() - began

    def _go_on(self, moment: float, what: str, version: int, offset: float) -> None:
        """The first line: the clock goes on from where it was, by the time that has passed since."""
        if (what, version) != (BEGIN, VERSION):
            raise Damage(f"it is no journal in version {VERSION} of the format")
        if self._account.clock.state.frozen is None:
            self._account.clock.state = ClockState(offset=offset)

    def _play(self, moment: float, service: str, operation: str, region: str, given: Any) -> None:
        """Let something happen again; that it is refused again is nothing new."""
        with self._time.at(moment), suppress(Exception):
            if service in (COUNT, routes.ADMIN):
                self._account.catch_up()  # as a call does first
            if service == COUNT:
                self._account.region(region).state.serial = given
            elif service == routes.ADMIN:
                routes.perform(self.backend, operation, _bytes(given))
            else:
                self.backend._door.call(service, operation, region, _bytes(given), "wire")

    @contextmanager
    def around(self, change: Change) -> Iterator[None]:
        """Let something happen, and have it on disk at the end, also if it was refused."""
        with self.backend._door.lock, self._time.at(self._time()):
            moment, began, serial = self._time(), thread_time(), self._serial(change.region)
            told = self._may_change(change)
            try:
                yield
            finally:
                told |= self._moving()  # what was due has begun something, at which it may have looked
                if told:
                    self._cost += thread_time() - began
                if self._untold or (told and self._cost > self._most):
                    self.compact()
                elif told:
                    self._append([moment, change.service, change.operation, change.region, _text(change.body)])
                elif self._serial(change.region) != serial:
                    self._cost += STEP
                    self._append([moment, COUNT, "", change.region, self._serial(change.region)])

    def _may_change(self, change: Change) -> bool:
        """Whether it may leave anything behind but the number of ids that were given away.

        A look moves on what is under way, and any attempt may meet a fault. What is due on the clock is done at its own
        time, whichever call it is that does it.
        """
        if change.service == routes.ADMIN:
            self._account.catch_up()
            self._untold |= routes.replaces(change.operation)
            return True
        return not change.operation.startswith(READS) or self._moving() or len(self.backend.faults) > 0

    def _moving(self) -> bool:
        return bool(self._account.engine.agenda.moving)

    def _serial(self, region: str) -> int:
        found = self._account.regions.get(region)
        return 0 if found is None else found.state.serial

    def _store(self) -> ObjectStore:
        """The store of the backend, for a job; what an outside one holds is not in the journal."""
        store = self.backend._store()
        self._untold |= not isinstance(store, MemoryStore)
        return store

    def _append(self, entry: Entry) -> None:
        assert self._lines is not None
        try:
            self._lines.append(entry)
        except OSError:
            self._untold = True
            raise

    def compact(self) -> None:
        """Write a snapshot, begin its journal, and remove those before it."""
        began = thread_time()
        with self.backend._door.lock, self._time.at(self._time()):
            number = self._number + 1
            lines = Lines(self._journal(number), anew=True)
            try:
                lines.append([self._time(), BEGIN, VERSION, self._account.clock.state.offset])
                self.backend.save(self._snapshot(number))
            except BaseException:
                lines.close()
                raise
            if self._lines is not None:
                self._lines.close()
            self._lines, self._number, self._cost, self._untold = lines, number, 0.0, False
            for old in self._numbers() - {number}:
                self._snapshot(old).unlink()
                self._journal(old).unlink(missing_ok=True)
        self._most = max(LONG, 2 * (thread_time() - began))

    def close(self) -> None:
        """Leave a snapshot of everything behind."""
        with self.backend._door.lock:
            self.compact()
            assert self._lines is not None
            self._lines.close()

    def _snapshot(self, number: int) -> Path:
        return self.folder / f"state-{number:06}.json"

    def _journal(self, number: int) -> Path:
        return self.folder / f"journal-{number:06}.log"

    def _numbers(self) -> set[int]:
        found = (re.fullmatch(r"state-(\d+)\.json", path.name) for path in self.folder.iterdir())
        return {int(name[1]) for name in found if name is not None}

    def _set_aside(self, number: int, problem: str) -> None:
        """Copy what belongs to a snapshot to where it stays, and tell."""
        self._untold = True
        place = self.folder / f"damaged-{number:06}"
        while place.exists():
            place = place.with_name(f"{place.name}-again")
        place.mkdir()
        for path in (self._snapshot(number), self._journal(number)):
            with suppress(FileNotFoundError):
                shutil.copy2(path, place)
        self._report(f"{problem}; the file is kept in {place}")


def _text(body: bytes) -> str | dict[str, str]:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _bytes(given: str | dict[str, str]) -> bytes:
    return given.encode() if isinstance(given, str) else base64.b64decode(given["base64"])
