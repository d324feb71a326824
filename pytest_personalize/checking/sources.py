"""Where what is checked comes from: files, or texts that the caller holds."""

from __future__ import annotations

import errno
import io
import json
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from pytest_personalize.checking.problems import Problem
from pytest_personalize.data.csv_file import Stream

Given = str | bytes | os.PathLike[str] | Mapping[str, object]
"""A path, or the content itself: bytes, a text with line breaks or of JSON, or what JSON is made of."""


@frozen
class Source:
    """Something to check: its name, how it is opened, and its size in bytes."""

    name: str
    open: Callable[[], BinaryIO]
    size: int


Watched = Callable[[Source, Stream], Stream]
"""What the stream of a file is wrapped in, so that somebody can see how far it is read."""


def source(given: Given, name: str) -> Source:
    """What was given; ``name`` is what a text is called.

    Raises:
        OSError: There is no such file, or it cannot be read.
    """
    if isinstance(given, Mapping):
        given = json.dumps(given, indent=2)
    if isinstance(given, str) and ("\n" in given or given.lstrip().startswith("{")):
        given = given.encode(errors="surrogatepass")
    if isinstance(given, bytes):
        return Source(name, lambda: io.BytesIO(given), len(given))
    path = Path(given)
    found = path.stat()
    # said before anything is checked, and without opening it: a pipe can be read only once
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return Source(str(given), lambda: path.open("rb"), found.st_size)


def lines(origin: Source, watched: Watched) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of each line that is not blank, as they are asked for; no byte order mark."""
    with origin.open() as opened:
        stream = watched(origin, opened)
        for number, line in enumerate(iter(stream.readline, b""), 1):
            bare = line.removeprefix("\ufeff".encode()) if number == 1 else line
            if bare.strip():
                yield number, bare.rstrip(b"\r\n")


def decoded(data: bytes, file: str, first: int = 1) -> str | Problem:
    """The text of some lines from line ``first`` on, or where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        row = data.splitlines()[before.count(b"\n")].decode(errors="replace")
        return Problem(
            file=file,
            code="not-utf8",
            message="The file is not encoded in UTF-8",
            line=first + before.count(b"\n"),
            column=len(before.rpartition(b"\n")[2].decode()) + 1,
            row=row,
        )


def text_of(origin: Source) -> str | Problem:
    """The whole text, for what is small."""
    with origin.open() as stream:
        return decoded(stream.read(), origin.name)


@frozen
class Text:
    """A text whose places are wanted."""

    file: str
    text: str
    first: int = 1

    def problem(self, code: str, message: str, offset: int = 0) -> Problem:
        """A problem at the character of that index."""
        offset = min(offset, len(self.text))
        start = self.text.rfind("\n", 0, offset) + 1
        return Problem(
            file=self.file,
            code=code,
            message=message,
            line=self.first + self.text.count("\n", 0, offset),
            column=offset - start + 1,
            row=self.text[start:].partition("\n")[0].rstrip("\r"),
        )

    def offset(self, *names: object) -> int:
        """Where the first of those names that it has, as JSON writes it, begins; 0 without any."""
        found = (self.text.find(json.dumps(name)) for name in names if isinstance(name, str) and name)
        return next((each for each in found if each >= 0), 0)
