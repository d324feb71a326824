"""Telling when modules are imported, without importing them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Collection
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Tell = Callable[[ModuleType], None]


class Watch(MetaPathFinder):
    """A finder that finds what the others find, and tells of certain modules each time that they have been executed.

    They may be thrown out of ``sys.modules`` and imported anew, or reloaded, so it tells more than once.
    """

    def __init__(self, names: Collection[str], tell: Tell) -> None:
        self._names = names
        self._tell = tell
        self._looking = threading.local()

    def begin(self) -> None:
        """Tell of those that are imported, and of the others from now on."""
        sys.meta_path.insert(0, self)
        for name in self._names:
            if name in sys.modules:
                self._tell(sys.modules[name])

    def find_spec(self, name: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        # Finders that ask all others, as this one does, ask this one as well.
        if name not in self._names or getattr(self._looking, "name", None) == name:
            return None
        before, self._looking.name = getattr(self._looking, "name", None), name
        try:
            found = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
            spec = next(filter(None, found), None)
        finally:
            self._looking.name = before
        if spec is not None and spec.loader is not None:
            spec.loader = _Telling(spec, spec.loader, self._tell)
        return spec


class _Telling(Loader):
    """Stands in for a loader until it has been asked to execute its module."""

    def __init__(self, spec: ModuleSpec, loader: Loader, tell: Tell) -> None:
        self._spec = spec
        self._loader = loader
        self._tell = tell

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._spec.loader = self._loader
        self._loader.exec_module(module)
        self._tell(module)
