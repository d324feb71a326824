"""Saved backends: a snapshot and the options of its backend, in a JSON file.

The file is one object: ``format`` and ``version`` say what it is, ``checksum`` is a BLAKE2 sum of ``content`` in the
form that ``_text`` gives it. ``content`` has ``saved`` and the ``pool`` of what parts of it share; how values are
written is described in ``plain``, and what they may be in ``kept``. Whoever changes what is written raises the version;
a file of another version is refused by name.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pytest_personalize.testing.kept import Saved, check_attributes
from pytest_personalize.testing.plain import Decoder, Encoder
from pytest_personalize.testing.soundness import check_saved

FORMAT: Final = "pytest-personalize backend"
VERSION: Final = 2
LEFT_BEHIND: Final = 3600.0
"""So many seconds after it was last written to, a file that is not whole is one of a process that is gone."""


class SaveFileError(ValueError):
    """A file that is no saved backend, or is damaged, or was written in another version of the format."""


def save(path: Path, saved: Saved) -> None:
    """Write the file, wholly or not at all; of several that write it at the same time, the last one stands.

    A link is followed; what is there and no file, such as a device, is not replaced by one.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "there is something that is no file", str(path))
    encoder = Encoder()
    content = _text({"saved": encoder.encode(saved), "pool": encoder.pool})
    head = json.dumps({"format": FORMAT, "version": VERSION, "checksum": _checksum(content)})
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")
    try:
        with partial.open("x", encoding="utf-8") as file:
            _sweep(path, os.fstat(file.fileno()).st_mtime)
            file.write(f'{head[:-1]}, "content": {content}}}\n')
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        if error.filename:
            error.filename = str(path)  # the name that its reader knows
        raise
    finally:
        partial.unlink(missing_ok=True)


def _sweep(path: Path, now: float) -> None:
    """Remove what processes that are gone have left of this file; ``now`` is the time of the disk."""
    for file in path.parent.glob(f".{glob.escape(path.name)}.*.partial"):
        with suppress(OSError):  # another one sweeps as well
            if now - file.stat().st_mtime > LEFT_BEHIND:
                file.unlink()


@contextmanager
def loaded(path: Path) -> Iterator[Saved]:
    """What is in a file, to make a backend of; SaveFileError for whatever goes wrong with that."""
    content = _content(path)
    try:
        saved = Decoder(content["pool"]).decode(content["saved"])
        if type(saved) is not Saved:
            raise TypeError(f"a file holds what was saved, not a {type(saved).__name__}")
        check_attributes(saved)
        check_saved(saved)
        yield saved
    except Exception as problem:  # what a hostile file may bring about has no end
        raise SaveFileError(f"{path} has what this version does not know: {problem!r}") from None


def kept_saved(path: Path) -> Saved:
    """What is in a file, read once in a process as long as the file stays as it is; nobody may change it."""
    known = path.resolve().stat()
    return _kept(path.resolve(), known.st_mtime_ns, known.st_size)


@lru_cache(maxsize=8)
def _kept(path: Path, changed: int, size: int) -> Saved:
    with loaded(path) as saved:
        return saved


def _content(path: Path) -> dict[str, Any]:
    """The content of a file that is whole."""
    text = path.read_bytes()
    try:
        saved = json.loads(text)
        content = saved.get("content") if isinstance(saved, dict) else None
        checksum = _checksum(_text(content))
    except (ValueError, RecursionError) as problem:
        raise SaveFileError(f"{path} is damaged, or no saved backend: {problem}") from None
    if not isinstance(saved, dict) or saved.get("format") != FORMAT:
        raise SaveFileError(f"{path} is no saved backend: its format is not {FORMAT!r}")
    version = saved.get("version")
    if type(version) is int and version != VERSION:
        age = "a newer" if version > VERSION else "an older"
        raise SaveFileError(
            f"{path} was written by {age} pytest-personalize, in version {version} of the format; "
            f"this one reads version {VERSION}: use the other one, or save the backend again"
        )
    if type(version) is not int or not isinstance(content, dict) or saved.get("checksum") != checksum:
        raise SaveFileError(f"{path} is damaged: its checksum does not fit its content")
    return content


def _text(content: object) -> str:
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def _checksum(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
