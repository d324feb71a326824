"""The clock of one account: a time that runs plus an offset, or a time that stands still."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from attrs import frozen

LAST: Final = 253_402_300_799.0
"""The last second of the year 9999, beyond which there are no dates."""


@frozen(kw_only=True)
class ClockState:
    """``offset`` in seconds is added to the running time, or to ``frozen`` (epoch seconds) where that is set."""

    offset: float = 0.0
    frozen: float | None = None


class Clock:
    """What the emulated service takes for now; ``running`` is the time that goes on by itself, in epoch seconds.

    ``read`` is what it, or the frozen time, was when it was last looked at: it tells a clock that stands still.
    """

    def __init__(self, running: Callable[[], float] = time.time) -> None:
        self.running = running
        self.read = 0.0
        self._lock = threading.Lock()
        self.state = ClockState()

    def timestamp(self) -> float:
        """Now, in epoch seconds with milliseconds, the resolution of the service."""
        state = self.state
        self.read = read = self.running() if state.frozen is None else state.frozen
        return round((read + state.offset) * 1000) / 1000

    def advance(self, seconds: float) -> None:
        """Move forward; ``ValueError`` for a step back or beyond the year 9999, and then nothing has moved."""
        if not seconds >= 0:
            raise ValueError(f"the clock only moves forward, not by {seconds} seconds")
        with self._lock:
            _check(self.timestamp() + seconds)
            self._go_on(seconds)

    def move_to(self, moment: float) -> None:
        """Move forward to that time, unless it has passed."""
        with self._lock:
            _check(moment)
            self._go_on(max(0.0, moment - self.timestamp()))

    def tick(self) -> None:
        """Go on by a millisecond."""
        with self._lock:
            self._go_on(0.001)

    def _go_on(self, seconds: float) -> None:
        self.state = ClockState(offset=self.state.offset + seconds, frozen=self.state.frozen)

    def stand_still(self, at: float | None = None) -> None:
        """Stand still, at that time or where it is; ``ValueError`` for a time that is no date."""
        with self._lock:
            moment = self.timestamp() if at is None else at
            _check(moment)
            self.state = ClockState(frozen=moment)

    def run_on(self) -> None:
        """Run on from where it stands."""
        with self._lock:
            self.state = ClockState(offset=self.timestamp() - self.running())


def _check(moment: float) -> None:
    if not 0 <= moment <= LAST:
        raise ValueError(f"the clock goes from 1970 to the end of the year 9999; {moment} is outside")
