"""Which backend answers: the activations of this process, and who sees them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pytest_personalize.backend import PersonalizeBackend

BETWEEN: Final = frozenset({"pytest_personalize", "wrapt", "contextlib", "asyncio", "unittest"})
"""Packages whose frames stand between an activation and the code that asked for it."""


class Sight:
    """What a piece of code sees: the activations of all owners that it asked for, by itself or through others.

    What it activates belongs to ``owner``: a test, which owns what its function fixtures activate, or a wider fixture.
    ``around`` is where a run of pytest began, ``depth`` how far inside it the code is: tests are deeper than fixtures,
    these the deeper the narrower their scope. Of what is seen the deepest answers, and of equally deep ones the newest.
    """

    __slots__ = ("asked", "depth", "of_fixture", "owner")

    def __init__(
        self, around: Sight | None = None, depth: int = 0, *, owner: Sight | None = None, of_fixture: bool = False
    ) -> None:
        self.depth: int = depth + (around.depth if around else 0)
        self.owner: Sight = owner or self
        self.asked: set[Sight] = {self.owner} | (around.asked if around else set())
        self.of_fixture = of_fixture


class Activation:
    """One turn of a backend; without a backend, calls go through to the real service."""

    __slots__ = ("backend", "code", "depth", "ended", "line", "own", "owner")

    def __init__(self, backend: PersonalizeBackend | None, sight: Sight, own: bool) -> None:
        self.backend = backend
        self.owner = sight.owner
        self.depth = sight.depth
        self.own = own
        self.ended = False
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in BETWEEN:
            frame = frame.f_back
        self.code = frame.f_code
        self.line = frame.f_lineno

    @property
    def place(self) -> str:
        """Who asked for it: file, line and function."""
        return f"{self.code.co_filename}:{self.line} in {self.code.co_qualname}"


_OWN: Final[ContextVar[tuple[Activation, ...] | None]] = ContextVar("personalize_activations", default=None)
"""What was activated by this thread or task, or by the one that it has its context from.

Set and never reset, as the end may come in another context than the beginning; what has ended counts as absent. None
is a context that inherited nothing: of a thread, or from before the first activation.
"""


class Activations:
    """The activations of this process, the one that answers last.

    Those of tests and fixtures, and all that are entered on the main thread outside a task, are process-wide. One that
    is entered in another thread or in a task answers first to it and to what inherits its context; to threads without
    a context it answers while it is the newest; to the rest where nothing else does.

    ``defaults`` are options of all backends that are not given any others, ``chaos`` is the seed of the bad days that
    all backends have, ``network_allowed`` what happens to calls that no activation answers, ``recorder`` who is told of
    those that went out: called with operation, request and answer, it gives the answer. ``begun`` collects the
    backends that are activated, for reports, once it is a list, ``stopped`` likewise the calls, as service and
    operation, that the guard has refused to code which does not name its exception. ``main`` is the thread that runs
    the tests, ``test`` the function of the test that runs.
    """

    def __init__(self) -> None:
        self.defaults: dict[str, Any] = {}
        self.chaos: int | None = None
        self.network_allowed = False
        self.recorder: Callable[[Any, Any, Any], Any] | None = None
        self.begun: list[PersonalizeBackend] | None = None
        self.stopped: list[tuple[str, str]] | None = None
        self.main: threading.Thread = threading.main_thread()
        self.test: object = None
        self.sight = Sight()
        self._stack: tuple[Activation, ...] = ()
        # Worked out at every change, so that a call has to read no more than one of them.
        self._common: Activation | None = None
        self._newest: Activation | None = None
        self._lock = threading.Lock()

    def push(
        self, backend: PersonalizeBackend | None, entered_by: object = None, sight: Sight | None = None
    ) -> Activation:
        """Let a backend answer; None lets calls through to the real service.

        It is process-wide unless ``entered_by`` is a task, or a thread other than the main one. A fixture may run in
        a task and yet activates for its test.
        """
        sight = sight or self.sight
        for_fixture = sight.of_fixture and threading.current_thread() is self.main
        own = not (entered_by is None or entered_by is self.main or for_fixture)
        activation = Activation(backend, sight, own)
        inherited = _OWN.get()
        if own:
            _OWN.set((*(other for other in inherited or () if not other.ended), activation))
        elif inherited is None:
            _OWN.set(())
        with self._lock:
            below = [other for other in self._stack if other.depth <= activation.depth]
            self._stack = (*below, activation, *self._stack[len(below) :])
            self._look()
        if self.begun is not None and backend is not None:
            self.begun.append(backend)
        return activation

    def pop(self, activation: Activation) -> None:
        """Take an activation out, wherever it stands."""
        activation.ended = True
        with self._lock:
            self._stack = tuple(other for other in self._stack if other is not activation)
            self._look()

    def see(self, owners: Iterable[Sight]) -> None:
        """Let the code that runs now see what these own."""
        with self._lock:
            self.sight.asked.update(owners)
            self._look()

    def answering_to(self, sight: Sight) -> Activation | None:
        """The process-wide activation that answers to code with that sight."""
        return next((one for one in reversed(self._stack) if one.owner in sight.asked and not one.own), None)

    @contextmanager
    def seen_from(self, sight: Sight) -> Iterator[None]:
        """Run a piece of code that sees what it asked for."""
        outer = self.sight
        self._turn_to(sight)
        try:
            yield
        finally:
            self._turn_to(outer)

    def _turn_to(self, sight: Sight) -> None:
        with self._lock:
            self.sight = sight
            self._look()

    def _look(self) -> None:
        seen = [activation for activation in self._stack if activation.owner in self.sight.asked]
        common = [activation for activation in seen if not activation.own]
        self._newest = seen[-1] if seen else None
        self._common = common[-1] if common else self._newest

    def __iter__(self) -> Iterator[Activation]:
        return iter(self._stack)

    @property
    def answering(self) -> Activation | None:
        """The activation that answers to the thread or task that asks."""
        own = _OWN.get()
        if own:
            for activation in reversed(own):
                if not activation.ended:
                    return activation
        return self._newest if own is None else self._common

    @property
    def current(self) -> PersonalizeBackend | None:
        """The backend that answers now."""
        activation = self.answering
        return None if activation is None else activation.backend

    @property
    def passing(self) -> bool:
        """Whether calls that no backend answers may go to the real service."""
        activation = self.answering
        return self.network_allowed if activation is None else activation.backend is None


ACTIVATIONS: Final = Activations()


def active_backend() -> PersonalizeBackend:
    """The backend that answers now: what ``with mock_personalize() as backend`` gave, or a decorator made.

    RuntimeError when no mock is active.
    """
    backend = ACTIVATIONS.current
    if backend is None:
        raise RuntimeError("no mock of Amazon Personalize is active here: use mock_personalize or a backend fixture")
    return backend
