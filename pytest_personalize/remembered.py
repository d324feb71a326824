"""Results that are kept, a number of them, for whoever asks again."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(dict[K, V]):
    """What was worked out, by what it was worked out from: the ``most`` that were kept last.

    Backends share what was built once in a process, each under a lock of its own: any thread may keep something at any
    time. Threads that do so at the same moment may leave a few more than ``most``, until the next one comes.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def keep(self, key: K, value: V) -> V:
        """Keep that value, as the newest; it is given back."""
        self.pop(key, None)
        while len(self) >= self.most:
            with suppress(RuntimeError, StopIteration):  # another thread has come between the two steps
                self.pop(next(iter(self)), None)
        self[key] = value
        return value
