"""Which backend answers: the stack of activations of this process."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pytest_personalize.backend import PersonalizeBackend

BETWEEN: Final = frozenset({"pytest_personalize", "wrapt", "contextlib", "asyncio", "unittest"})
"""Packages whose frames stand between an activation and the code that asked for it."""


class Activation:
    """One turn of a backend on the stack; without a backend, calls go through to the real service."""

    __slots__ = ("backend", "code", "line")

    def __init__(self, backend: PersonalizeBackend | None) -> None:
        self.backend = backend
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in BETWEEN:
            frame = frame.f_back
        self.code = frame.f_code
        self.line = frame.f_lineno

    @property
    def place(self) -> str:
        """Who asked for it: file, line and function."""
        return f"{self.code.co_filename}:{self.line} in {self.code.co_qualname}"


class Activations:
    """The stack of this process; threads share it, the newest activation answers.

    ``defaults`` are options of all backends that are not given any others, ``network_allowed`` is what happens to
    calls while the stack is empty. ``begun`` collects the backends that are activated, for reports, once it is a list.
    """

    def __init__(self) -> None:
        self.defaults: dict[str, Any] = {}
        self.network_allowed = False
        self.begun: list[PersonalizeBackend] | None = None
        # Replaced and never changed: readers need no lock.
        self._stack: tuple[Activation, ...] = ()
        self._lock = threading.Lock()

    def push(self, backend: PersonalizeBackend | None) -> Activation:
        """Put a backend on top; None lets calls through to the real service."""
        activation = Activation(backend)
        with self._lock:
            self._stack = (*self._stack, activation)
        if self.begun is not None and backend is not None:
            self.begun.append(backend)
        return activation

    def pop(self, activation: Activation) -> None:
        """Take an activation out, wherever it stands in the stack."""
        with self._lock:
            self._stack = tuple(other for other in self._stack if other is not activation)

    def __iter__(self) -> Iterator[Activation]:
        return iter(self._stack)

    @property
    def current(self) -> PersonalizeBackend | None:
        """The backend that answers now."""
        stack = self._stack
        return stack[-1].backend if stack else None

    @property
    def passing(self) -> bool:
        """Whether calls that no backend answers may go to the real service."""
        stack = self._stack
        return stack[-1].backend is None if stack else self.network_allowed


ACTIVATIONS: Final = Activations()


def active_backend() -> PersonalizeBackend:
    """The backend that answers now: what ``with mock_personalize() as backend`` gave, or a decorator made.

    RuntimeError when no mock is active.
    """
    backend = ACTIVATIONS.current
    if backend is None:
        raise RuntimeError("no mock of Amazon Personalize is active here: use mock_personalize or a backend fixture")
    return backend
