"""Threads for the work of an event loop: a long job holds up those who wait for the same account, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, TypeVar
from weakref import finalize

T = TypeVar("T")
Task = tuple[Callable[[], Any], asyncio.Future[Any]] | None
"""What to do, and who waits for it; None at the end."""


class Worker:
    """A thread that does one piece of work after the other, and ends when nobody holds it any longer.

    No ``ThreadPoolExecutor``: it costs twice as much for each piece, and holds up the end of the process until its last
    one is done.
    """

    def __init__(self) -> None:
        self._todo: Final[SimpleQueue[Task]] = SimpleQueue()
        Thread(target=_work, args=(self._todo,), name="personalize-worker", daemon=True).start()
        finalize(self, self._todo.put, None)

    async def do(self, work: Callable[[], T]) -> T:
        """What the work returns or raises, when it is its turn."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._todo.put((work, future))
        return await future


def _work(todo: SimpleQueue[Task]) -> None:
    settle: Callable[[asyncio.Future[Any], Any], None]
    while (task := todo.get()) is not None:
        work, future = task
        try:
            settle, outcome = _give, work()
        except Exception as error:
            settle, outcome = _raise, error
        with suppress(RuntimeError):  # the loop has been closed
            future.get_loop().call_soon_threadsafe(settle, future, outcome)
        del task, work, future, outcome  # nothing of it is kept until the next


def _give(future: asyncio.Future[Any], outcome: Any) -> None:
    if not future.done():  # it is when nobody waits any longer
        future.set_result(outcome)


def _raise(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
