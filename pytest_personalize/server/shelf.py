"""Snapshots with names: in memory, or in files that outlive the server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Protocol

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.failure import Failure
from pytest_personalize.testing.saving import loaded
from pytest_personalize.testing.snapshots import Snapshot

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def checked_name(name: str) -> str:
    """The name, if a file can have it everywhere."""
    if not NAME.fullmatch(name):
        raise Failure(f"{name!r} is no name of a snapshot: letters, digits and - _ . after the first one, at most 100")
    return name


class Shelf(Protocol):
    """The named snapshots of one account."""

    def keep(self, name: str, backend: PersonalizeBackend) -> None:
        """Take a snapshot under that name, in the place of another one of that name."""

    def find(self, name: str) -> Snapshot | None:
        """The snapshot of that name."""

    def names(self) -> list[str]:
        """All names."""


class MemoryShelf:
    """Snapshots that are gone with the process."""

    def __init__(self) -> None:
        self._kept: dict[str, Snapshot] = {}

    def keep(self, name: str, backend: PersonalizeBackend) -> None:
        """Take a snapshot."""
        self._kept[checked_name(name)] = backend.snapshot()

    def find(self, name: str) -> Snapshot | None:
        """The snapshot of that name."""
        return self._kept.get(name)

    def names(self) -> list[str]:
        """All names."""
        return sorted(self._kept)


class FileShelf:
    """Snapshots in the files of a folder, each as ``backend.save`` writes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, name: str, backend: PersonalizeBackend) -> None:
        """Write a snapshot."""
        checked_name(name)
        self._folder.mkdir(parents=True, exist_ok=True)
        backend.save(self._folder / f"{name}.json")

    def find(self, name: str) -> Snapshot | None:
        """The snapshot of that name; SaveFileError for a file that is damaged."""
        if name not in self.names():
            return None
        with loaded(self._folder / f"{name}.json") as saved:
            return saved.snapshot

    def names(self) -> list[str]:
        """All names."""
        return sorted(path.stem for path in self._folder.glob("*.json"))
