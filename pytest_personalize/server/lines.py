"""The file of a journal: a line for each entry, a list in JSON behind its checksum."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

Entry = list[Any]

BROKEN: Final = "line {number} is damaged"


class Damage(Exception):
    """A file that does not hold what was written into it."""


class Lines:
    """A file that only grows.

    A line is given to the operating system before ``append`` returns, so that it outlives this process however that
    ends. It is not waited for until the disk has it, which costs a hundred times as much: a line may be lost where the
    whole machine loses its power.
    """

    def __init__(self, path: Path, *, anew: bool = False) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if anew else 0), 0o644)

    def append(self, entry: Entry) -> None:
        """Write an entry; OSError when there is no room, and then a part of it may be there."""
        text = json.dumps(entry, separators=(",", ":")).encode()
        line = memoryview(b"%08x %s\n" % (zlib.crc32(text), text))
        while line:
            line = line[os.write(self._file, line) :]

    def close(self) -> None:
        """Leave the file."""
        os.close(self._file)


def read(path: Path) -> Iterator[Entry]:
    """The entries of a file; Damage at the first line that is not as it was written.

    A last line without an end was being written when the process was killed: nobody was told that it is there, and it
    is cut off.
    """
    whole = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    os.truncate(path, whole)
                    return
                whole += len(line)
                yield _entry(number, line)
    except FileNotFoundError:
        raise Damage("it is missing") from None


def _entry(number: int, line: bytes) -> Entry:
    checksum, _, text = line[:-1].partition(b" ")
    if checksum != b"%08x" % zlib.crc32(text):
        raise Damage(BROKEN.format(number=number))
    entry: Entry = json.loads(text)
    return entry
