"""The clock of one backend: real time plus an offset, or a time that stands still."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from pytest_personalize.service.sleeping import Sleeper, sleeping_on


class Clock:
    """What the emulated service takes for now.

    It follows ``time.time()`` until it is frozen, and with it freezegun and time-machine: while one of them holds or
    moves the time of the process, it holds or moves this clock. ``advance`` moves it forward without waiting, on top
    of what they do.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen: float | None = None

    def timestamp(self) -> float:
        """Now, in epoch seconds with milliseconds, the resolution of the service."""
        base = time.time() if self._frozen is None else self._frozen
        return round(base + self._offset, 3)

    def now(self) -> datetime:
        """Now, as an aware ``datetime`` in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
        """Move forward by the sum of the arguments and return the new time; ``ValueError`` for a step back."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
        if step < 0:
            raise ValueError(f"the clock only moves forward, not by {step} seconds")
        with self._lock:
            self._offset += step
            return self.now()

    def freeze(self, at: datetime | float | None = None) -> datetime:
        """Stand still at ``at`` (aware or local ``datetime``, or epoch seconds; default: now) and return it.

        ``advance`` still moves a frozen clock.
        """
        with self._lock:
            moment = self.timestamp() if at is None else at
            self._frozen = moment.timestamp() if isinstance(moment, datetime) else float(moment)
            self._offset = 0.0
            return self.now()

    def unfreeze(self) -> datetime:
        """Run on from where the clock stands."""
        with self._lock:
            now = self.timestamp()
            self._frozen = None
            self._offset = now - time.time()
            return self.now()

    @contextmanager
    def skip_sleep(self) -> Iterator[Clock]:
        """Until the block ends, ``time.sleep`` and ``asyncio.sleep`` move this clock and return at once.

        It holds for all threads of the process, and for code that did ``from time import sleep``. Tasks of asyncio
        that sleep side by side wake in the order of their times, and the clock moves to each of them; sleeps of
        several threads add up. In nested blocks the innermost clock is moved. Timers, timeouts and waits for events
        or locks go on in real time.
        """
        with sleeping_on(Sleeper(self.timestamp, self._move_to)):
            yield self

    def _move_to(self, moment: float) -> None:
        """Forward to that time, unless it has passed."""
        with self._lock:
            self._offset += max(0.0, moment - self.timestamp())

    def state(self) -> tuple[float, float | None]:
        """What a snapshot keeps."""
        return self._offset, self._frozen

    def set_state(self, state: tuple[float, float | None]) -> None:
        """Back to what ``state()`` gave."""
        self._offset, self._frozen = state
