"""Sleeping on a clock of our own: ``time.sleep`` and its kin replaced, wherever a module keeps them.

``from time import sleep`` leaves a name behind in the importing module. So the functions are replaced in every loaded
module that has them, under any name, and put back in every module that has a replacement by then. Names inside
classes, default arguments and the like are out of reach.

Loops look at the time between their sleeps: ``time.time``, ``time.time_ns`` and ``time.monotonic`` answer by the module
that calls them. The standard library, what carries calls and what runs tests go on in real time, as timeouts and
reports depend on it; to all others it is the time of the clock that they sleep on. ``datetime`` is C code that asks
nobody: freezegun and time-machine replace it, and a sleep moves their time where they hold it.
"""

from __future__ import annotations

import asyncio
import heapq
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any, Final

from attrs import define, field, frozen

REAL_TIME: Final = sys.stdlib_module_names | {
    *("botocore", "boto3", "s3transfer", "urllib3", "aiobotocore", "aiohttp", "anyio", "uvicorn"),
    *("pytest", "_pytest", "pluggy", "xdist", "execnet", "pytest_asyncio", "hypothesis", "pytest_personalize"),
}
"""Packages whose modules get the time of the process; ``__main__`` is the caller's program, and not among them."""

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
    slept: Callable[[], None]
    _began: tuple[float, float] = field(init=False)
    _alarms: dict[asyncio.AbstractEventLoop, Alarm] = field(factory=dict, init=False)
    _serials: Iterator[int] = field(factory=count, init=False)

    @_began.default
    def _begin(self) -> tuple[float, float]:
        return self.now(), _places.monotonic()

    def monotonic(self) -> float:
        """A reading of ``time.monotonic`` that moves with this clock."""
        clock, monotonic = self._began
        return monotonic + self.now() - clock

    async def wait(self, seconds: float) -> None:
        """Sleep as a task: tasks that sleep side by side wake in the order of their times."""
        self.slept()
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
        self.time: Callable[[], float] = time.time
        self.time_ns: Callable[[], int] = time.time_ns
        self.monotonic: Callable[[], float] = time.monotonic

    @property
    def sleeper(self) -> Sleeper | None:
        sleepers = self._sleepers
        return sleepers[-1] if sleepers else None

    def enter(self, sleeper: Sleeper) -> None:
        with self._lock:
            if not self._sleepers:
                # What stands there now is put back later, whether it is Python's own or somebody's replacement.
                replacements: dict[Any, Any] = {self.sleep: _sleep, self.async_sleep: _async_sleep}
                replacements |= {time.sleep: _sleep, asyncio.sleep: _async_sleep}
                self.time, self.time_ns, self.monotonic = time.time, time.time_ns, time.monotonic
                self._before = [*_replace(replacements), *_replace(self._readings(), spare=REAL_TIME)]
            self._sleepers = (*self._sleepers, sleeper)

    def leave(self, sleeper: Sleeper) -> None:
        with self._lock:
            self._sleepers = tuple(other for other in self._sleepers if other is not sleeper)
            if self._sleepers:
                return
            back = {_sleep: self.sleep, _async_sleep: self.async_sleep}
            back |= {ours: original for original, ours in self._readings().items()}
            for namespace, name, original in self._before:
                if namespace.get(name) in back:
                    namespace[name] = original
            self._before = []
            # Modules that were imported meanwhile have taken the replacement for the real thing.
            list(_replace(back))

    def _readings(self) -> dict[Any, Any]:
        return {self.time: _time, self.time_ns: _time_ns, self.monotonic: _monotonic}


def _replace(replacements: dict[Any, Any], spare: Collection[str] = ()) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Replace functions in all modules: where, under which name, and what stood there.

    The modules of the packages ``spare`` keep theirs, but for the module ``time``.
    """
    wanted = {id(old): new for old, new in replacements.items()}
    for module in list(sys.modules.values()):
        try:
            namespace = object.__getattribute__(module, "__dict__")  # ``vars`` would load a lazy module
        except AttributeError:
            continue
        if not isinstance(namespace, dict) or namespace is globals():
            continue
        if module is not time and str(namespace.get("__name__")).partition(".")[0] in spare:
            continue
        for name, value in list(namespace.items()):
            if id(value) in wanted:
                namespace[name] = wanted[id(value)]
                yield namespace, name, value


_places: Final = _Places()


def _clock_of_caller() -> Sleeper | None:
    """The clock that counts for the module that asks for the time, None for the time of the process."""
    name = str(sys._getframe(2).f_globals.get("__name__"))
    return None if name.partition(".")[0] in REAL_TIME else _places.sleeper


def _time() -> float:
    """``time.time``, on the clock that is slept on."""
    sleeper = _clock_of_caller()
    return _places.time() if sleeper is None else sleeper.now()


def _time_ns() -> int:
    """``time.time_ns``, on the clock that is slept on."""
    sleeper = _clock_of_caller()
    return _places.time_ns() if sleeper is None else round(sleeper.now() * 1000) * 1_000_000


def _monotonic() -> float:
    """``time.monotonic``, on the clock that is slept on."""
    sleeper = _clock_of_caller()
    return _places.monotonic() if sleeper is None else sleeper.monotonic()


def _sleep(seconds: float, /) -> None:
    """``time.sleep``, on a clock that is moved instead of waited for."""
    sleeper = _places.sleeper
    if sleeper is None:
        _places.sleep(seconds)
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    sleeper.slept()
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


def move_held_time(seconds: float) -> bool:
    """Move the time that freezegun or time-machine holds; False when neither does."""
    freezegun = sys.modules.get("freezegun.api")
    if freezegun is not None and freezegun.freeze_factories:
        held = freezegun.freeze_factories[-1]
        held.move_to(held() + timedelta(seconds=seconds))
        return True
    time_machine = sys.modules.get("time_machine")
    for name in ("traveller_stack", "coordinates_stack"):  # of version 3, and before
        if travellers := getattr(time_machine, name, None):
            travellers[-1].shift(seconds)
            return True
    return False
