"""``backend.clock``: the clock of the emulated service, as a test moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import time

from pytest_personalize.service.kernel.clock import Clock
from pytest_personalize.testing.sleeping import Sleeper, move_held_time, sleeping_on


def _time_of_the_process() -> float:
    """By a name of this module: freezegun finds it here, and a test that mocks ``time.time`` does not hand it out."""
    return time()


def _seconds(moment: datetime | float) -> float:
    """Since 1970."""
    return moment.timestamp() if isinstance(moment, datetime) else moment


class BackendClock:
    """What the emulated service takes for now.

    It follows the time of the process until it is frozen, and with it freezegun and time-machine: while one of them
    holds or moves the time of the process, it holds or moves this clock. ``advance`` moves it forward without waiting,
    on top of what they do, and a new resource by a millisecond where it has not gone on since the one before.
    ``inner`` is the clock of the service itself; ``slept`` hears of every sleep, ``moved`` of every step forward, when
    it is made.
    """

    def __init__(self, slept: Callable[[], None], moved: Callable[[], None]) -> None:
        self.inner = Clock(_time_of_the_process)
        self._slept = slept
        self._moved = moved

    def __repr__(self) -> str:
        going = "runs" if self.inner.state.frozen is None else "stands still"
        return f"<clock at {self.now().isoformat(' ', 'seconds')}, which {going}>"

    def timestamp(self) -> float:
        """Now, in epoch seconds with milliseconds, the resolution of the service."""
        return self.inner.timestamp()

    def now(self) -> datetime:
        """Now, as an aware ``datetime`` in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def advance(
        self,
        step: timedelta | float = 0,
        /,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
    ) -> datetime:
        """Move forward by the sum of the arguments and return the new time; a ``step`` without a unit is in seconds.

        The time of the process stays where it is: a cache of the code under test grows old only in ``skip_sleep``.

        ``ValueError`` for a step back or beyond the year 9999; the clock then stays where it is.
        """
        try:
            more = step if isinstance(step, timedelta) else timedelta(seconds=step)
            whole = more + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        except OverflowError as error:
            raise ValueError(f"the clock goes to the end of the year 9999: {error}") from None
        self.inner.advance(whole.total_seconds())
        self._moved()
        return self.now()

    def move_to(self, moment: datetime | float) -> datetime:
        """Move forward to that time (aware or local ``datetime``, or epoch seconds) and return it.

        A clock that runs goes on from there. ``ValueError`` for a time that has passed, to which only ``freeze`` goes
        back, or after the year 9999.
        """
        self.inner.advance(_seconds(moment) - self.timestamp())
        self._moved()
        return self.now()

    def freeze(self, at: datetime | float | None = None) -> datetime:
        """Stand still at ``at`` (aware or local ``datetime``, or epoch seconds; default: now) and return it.

        ``advance`` still moves a frozen clock. ``ValueError`` for a time before 1970 or after the year 9999.
        """
        self.inner.stand_still(None if at is None else _seconds(at))
        return self.now()

    def unfreeze(self) -> datetime:
        """Run on from where the clock stands."""
        self.inner.run_on()
        return self.now()

    def run_on_from(self, moment: float) -> None:
        """Run on from a time in epoch seconds, unless the clock stands still."""
        if self.inner.state.frozen is None:
            self.inner.stand_still(moment)
            self.inner.run_on()

    @contextmanager
    def skip_sleep(self) -> Iterator[BackendClock]:
        """Until the block ends, ``time.sleep`` and ``asyncio.sleep`` move this clock and return at once.

        ``time.time``, ``time.time_ns`` and ``time.monotonic`` follow it, so that a loop with a deadline ends; the
        standard library, botocore and what else carries calls or runs tests get the time of the process. A loop that
        looks at ``datetime.now()`` alone needs freezegun or time-machine around it: a sleep then moves their time.
        ``SleepLoopError`` for a thread or task that made a call and sleeps 10,000 times while no status changes.

        It holds for all threads of the process, and for code that did ``from time import sleep``. Tasks of asyncio
        that sleep side by side wake in the order of their times, and the clock moves to each of them; sleeps of
        several threads add up. In nested blocks the innermost clock is moved. Timers, timeouts and waits for events
        or locks go on in real time.
        """
        with sleeping_on(Sleeper(self.timestamp, self._sleep_to, self._slept)):
            yield self

    def _sleep_to(self, moment: float) -> None:
        """Move to the end of a sleep: the time that freezegun or time-machine holds, if this clock follows it."""
        ahead = moment - self.timestamp()
        if ahead > 0 and (self.inner.state.frozen is not None or not move_held_time(ahead)):
            self.inner.move_to(moment)
        self._moved()
