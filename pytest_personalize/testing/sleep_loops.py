"""Loops that would never end: a thread or task that sleeps on and on while nothing changes that it could wait for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from attrs import define

from pytest_personalize.testing.calls import Call

MOST_SLEEPS: Final = 10_000

Statuses = Mapping[str, str]
"""ARN -> status, of all resources."""


class SleepLoopError(RuntimeError):
    """A loop of skipped sleeps that waits for what never comes."""

    __module__ = "pytest_personalize"  # where it is imported from, in tracebacks


@define
class Sleeping:
    """What is known of one thread or task: its last call, its sleeps, and the statuses at the first of them."""

    call: Call | None = None
    sleeps: int = 0
    statuses: Statuses | None = None


class OfThread(threading.local):
    """What is known of the thread that looks."""

    def __init__(self) -> None:
        self.known = Sleeping()


class SleepLoops:
    """Counts the sleeps of threads and tasks that made a call; ``statuses`` are those of all resources now."""

    def __init__(self, statuses: Callable[[], Statuses]) -> None:
        self._statuses = statuses
        self._thread = OfThread()
        self._tasks: WeakKeyDictionary[asyncio.Task[Any], Sleeping] = WeakKeyDictionary()

    def called(self, call: Call) -> None:
        """The thread or task that runs now has made that call."""
        self._known().call = call

    def _known(self) -> Sleeping:
        task = None if asyncio._get_running_loop() is None else asyncio.current_task()
        return self._thread.known if task is None else self._tasks.setdefault(task, Sleeping())

    def slept(self) -> None:
        """It has skipped a sleep; SleepLoopError when that was one of very many without a change of any status."""
        known = self._known()
        if known.call is None:
            return
        known.sleeps += 1
        if 1 < known.sleeps < MOST_SLEEPS:
            return
        statuses = self._statuses()
        if known.sleeps == 1 or statuses != known.statuses:
            known.sleeps, known.statuses = 1, statuses
            return
        known.sleeps = 0
        raise SleepLoopError(
            f"slept {MOST_SLEEPS:,} times while no resource changed its status, so this loop would never end; "
            f"the last call of this thread or task was {known.call}{_told(known.call)}"
        )


def _told(call: Call) -> str:
    status = _status(call.response)
    return "" if status is None else f" with status {status}"


def _status(response: Mapping[str, Any] | None) -> str | None:
    """The status in the answer of a Describe."""
    for value in (response or {}).values():
        if isinstance(value, Mapping) and isinstance(status := value.get("status"), str):
            return status
    return None


def who() -> object:
    """The task of asyncio that runs now, or else the thread."""
    if asyncio._get_running_loop() is None:
        return threading.current_thread()
    return asyncio.current_task() or threading.current_thread()
