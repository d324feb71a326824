"""A bar on the terminal while a large file is read."""

from __future__ import annotations

from typing import Final, TextIO

from pytest_personalize.checking.sources import Source
from pytest_personalize.data.csv_file import Stream

LARGE: Final = 1 << 20
"""Bytes from which it takes long enough to look at a bar."""

_WIDTH: Final = 30


class Progress:
    """Shows how far files are read, on a terminal alone; ``hide`` makes room for a line of text."""

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._shown = False

    def watched(self, origin: Source, stream: Stream) -> Stream:
        """The stream of a file, or one that shows how far it is."""
        large = origin.size >= LARGE and self._terminal.isatty()
        return _Watched(self, origin, stream) if large else stream

    def show(self, name: str, share: float) -> None:
        """Draw the bar."""
        bar = "#" * int(_WIDTH * share)
        self._terminal.write(f"\r\033[K{name} [{bar:<{_WIDTH}}] {share:4.0%}")
        self._terminal.flush()
        self._shown = True

    def hide(self) -> None:
        """Take the bar away."""
        if self._shown:
            self._terminal.write("\r\033[K")
            self._terminal.flush()
            self._shown = False


class _Watched:
    """A stream that counts what is read of it."""

    def __init__(self, progress: Progress, origin: Source, stream: Stream) -> None:
        self._progress = progress
        self._origin = origin
        self._stream = stream
        self._read = 0
        self._percent = -1

    def read(self, size: int, /) -> bytes:
        return self._counted(self._stream.read(size))

    def readline(self) -> bytes:
        return self._counted(self._stream.readline())

    def _counted(self, data: bytes) -> bytes:
        self._read += len(data)
        percent = 100 * self._read // self._origin.size
        if percent != self._percent:
            self._percent = percent
            self._progress.show(self._origin.name, min(1.0, self._read / self._origin.size))
        if not data:
            self._progress.hide()
        return data
