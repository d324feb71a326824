"""Sleeping on a clock of our own: ``time.sleep`` and ``asyncio.sleep`` replaced, wherever a module keeps them.

``from time import sleep`` leaves a name behind in the importing module. So the functions are replaced in every loaded
module that has them, under any name, and put back in every module that has a replacement by then. Names inside
classes, default arguments and the like are out of reach.
"""

from __future__ import annotations

import asyncio
import heapq
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from attrs import define, field, frozen

HOPS: Final = 10  # rounds of the loop between two tasks that wake, so that what the first sets off comes first


@define
class Alarm:
    """The tasks of one event loop that sleep, by the time at which they wake."""

    waking: list[tuple[float, int, asyncio.Future[None]]] = field(factory=list)
    ringing: bool = False


@frozen(eq=False)
class Sleeper:
    """A clock to sleep on: how to read it, and how to move it to a time that may have passed."""

    now: Callable[[], float]
    move_to: Callable[[float], None]
    _alarms: dict[asyncio.AbstractEventLoop, Alarm] = field(factory=dict, init=False)
    _serials: Iterator[int] = field(factory=count, init=False)

    async def wait(self, seconds: float) -> None:
        """Sleep as a task: tasks that sleep side by side wake in the order of their times."""
        loop = asyncio.get_running_loop()
        alarm = self._alarms.setdefault(loop, Alarm())
        future: asyncio.Future[None] = loop.create_future()
        heapq.heappush(alarm.waking, (self.now() + seconds, next(self._serials), future))
        if not alarm.ringing:
            alarm.ringing = True
            loop.call_soon(self._ring, loop, alarm, HOPS)
        await future

    def _ring(self, loop: asyncio.AbstractEventLoop, alarm: Alarm, hops: int) -> None:
        if hops:
            loop.call_soon(self._ring, loop, alarm, hops - 1)
            return
        while alarm.waking:
            moment, _, future = heapq.heappop(alarm.waking)
            if not future.done():  # it is done already when its task was cancelled
                self.move_to(moment)
                future.set_result(None)
                break
        alarm.ringing = bool(alarm.waking)
        if alarm.ringing:
            loop.call_soon(self._ring, loop, alarm, HOPS)


class _Places:
    """Which functions stand where, and which clock is slept on: the one that came last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sleepers: tuple[Sleeper, ...] = ()
        self._before: list[tuple[dict[str, Any], str, Any]] = []
        self.sleep: Callable[[float], None] = time.sleep
        self.async_sleep: Callable[..., Awaitable[Any]] = asyncio.sleep

    @property
    def sleeper(self) -> Sleeper | None:
        sleepers = self._sleepers
        return sleepers[-1] if sleepers else None

    def enter(self, sleeper: Sleeper) -> None:
        with self._lock:
            if not self._sleepers:
                # What stands there now is put back later, whether it is Python's own or somebody's replacement.
                replacements = {self.sleep: _sleep, self.async_sleep: _async_sleep}
                replacements |= {time.sleep: _sleep, asyncio.sleep: _async_sleep}
                self._before = list(_replace(replacements))
            self._sleepers = (*self._sleepers, sleeper)

    def leave(self, sleeper: Sleeper) -> None:
        with self._lock:
            self._sleepers = tuple(other for other in self._sleepers if other is not sleeper)
            if self._sleepers:
                return
            for namespace, name, original in self._before:
                if namespace.get(name) in (_sleep, _async_sleep):
                    namespace[name] = original
            self._before = []
            # Modules that were imported meanwhile have taken the replacement for the real thing.
            list(_replace({_sleep: self.sleep, _async_sleep: self.async_sleep}))


def _replace(replacements: dict[Any, Any]) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Replace functions in all modules: where, under which name, and what stood there."""
    wanted = {id(old): new for old, new in replacements.items()}
    for module in list(sys.modules.values()):
        try:
            namespace = object.__getattribute__(module, "__dict__")  # ``vars`` would load a lazy module
        except AttributeError:
            continue
        if not isinstance(namespace, dict) or namespace is globals():
            continue
        for name, value in list(namespace.items()):
            if id(value) in wanted:
                namespace[name] = wanted[id(value)]
                yield namespace, name, value


_places: Final = _Places()


def _sleep(seconds: float, /) -> None:
    """``time.sleep``, on a clock that is moved instead of waited for."""
    sleeper = _places.sleeper
    if sleeper is None:
        _places.sleep(seconds)
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    sleeper.move_to(sleeper.now() + seconds)
    _places.sleep(0)  # other threads get their turn, as in a sleep


async def _async_sleep(delay: float, result: Any = None) -> Any:
    """``asyncio.sleep``, on a clock that is moved instead of waited for."""
    sleeper = _places.sleeper
    if sleeper is None or delay <= 0:
        return await _places.async_sleep(delay, result)
    await sleeper.wait(delay)
    return result


@contextmanager
def sleeping_on(sleeper: Sleeper) -> Iterator[None]:
    """Sleep on that clock, in all threads of the process, until the block ends; blocks may be nested."""
    _places.enter(sleeper)
    try:
        yield
    finally:
        _places.leave(sleeper)
