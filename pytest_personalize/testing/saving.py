"""Saved backends: a snapshot and the settings of its backend, in a JSON file.

The file is one object: ``format`` and ``version`` say what it is, ``checksum`` is a BLAKE2 sum of ``content`` in the
form that ``_text`` gives it. ``content`` has the ``settings``, the ``state`` and the ``pool`` of what parts of the
state share; how their values are written is described in ``plain``. Whoever changes what is written raises the version;
a file of another version is refused by name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from pytest_personalize.testing.plain import Decoder, Encoder
from pytest_personalize.testing.snapshots import Snapshot

FORMAT: Final = "pytest-personalize backend"
VERSION: Final = 2


class SaveFileError(ValueError):
    """A file that is no saved backend, or is damaged, or was written by a newer version."""


def save(path: Path, settings: Mapping[str, Any], snapshot: Snapshot) -> None:
    """Write the file, wholly or not at all."""
    encoder = Encoder()
    state = {field.name: getattr(snapshot, field.name) for field in attrs.fields(Snapshot)}
    plain = {"settings": encoder.encode(settings), "state": encoder.encode(state), "pool": encoder.pool}
    content = _text(plain)
    head = json.dumps({"format": FORMAT, "version": VERSION, "checksum": _checksum(content)})
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("x", encoding="utf-8") as file:
            file.write(f'{head[:-1]}, "content": {content}}}\n')
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def load(path: Path) -> tuple[dict[str, Any], Snapshot]:
    """The settings and the snapshot of a file; SaveFileError when they cannot be had from it."""
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
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
    content = saved.get("content")
    if version != VERSION or not isinstance(content, dict) or saved.get("checksum") != _checksum(_text(content)):
        raise SaveFileError(f"{path} is damaged: its checksum does not fit its content")
    try:
        decoder = Decoder(content["pool"])
        return decoder.decode(content["settings"]), Snapshot(**decoder.decode(content["state"]))
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as problem:
        raise SaveFileError(f"{path} has what this version does not know: {problem!r}") from None


def _text(content: object) -> str:
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def _checksum(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
