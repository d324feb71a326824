"""Who sees which backend: a test those of its own, and those of wider fixtures that it asked for.

A fixture asks by its parameters and by ``getfixturevalue``, a test by these, by its fixtures and by its markers. pytest
has no hook for an asking that finds a fixture made already, so the requests that it hands out are watched.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import pytest

from pytest_personalize.interception import ACTIVATIONS, Activation, Sight
from pytest_personalize.markers import SCOPES, fixtures_asked_by_marks, lifts_the_guard, passes_through

if TYPE_CHECKING:
    from pytest_personalize.backend import PersonalizeBackend

DEPTHS: Final = {scope: depth for depth, scope in enumerate(reversed(SCOPES), 1)}
"""How far inside a run the fixtures of a scope are: session 1, function 5."""

DEPTH_OF_TESTS: Final = len(DEPTHS) + 1
SIGHT: Final = pytest.StashKey[Sight]()


class Visibility:
    """The plugin of one run that turns ``ACTIVATIONS`` to the test or fixture which runs."""

    def __init__(self) -> None:
        self._outside = ACTIVATIONS.sight
        self._passing = Sight(self._outside, DEPTHS["function"])
        # By id, as old pytests have fixtures that cannot be hashed; with the fixture, so that its id stays its own.
        self._of_fixtures: dict[int, tuple[pytest.FixtureDef[Any], Sight]] = {}

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """From set-up to tear-down a test sees what it owns and asks for; a marker may lift the guard around it."""
        sight = item.stash[SIGHT] = Sight(self._outside, DEPTH_OF_TESTS)
        sight.asked.add(self._passing)
        function: Any = getattr(item, "function", None)
        outer, ACTIVATIONS.test = ACTIVATIONS.test, inspect.unwrap(function)
        lifted = ACTIVATIONS.push(None, sight=self._passing) if lifts_the_guard(item) else None
        with ACTIVATIONS.seen_from(sight):
            yield
        if lifted is not None:
            ACTIVATIONS.pop(lifted)
        ACTIVATIONS.test = outer

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Watch what the test asks for: pytest asks for its fixtures by the same request."""
        request = getattr(item, "_request", None)
        if request is not None:
            self._watch(request, item.stash[SIGHT])

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: Any) -> Iterator[None]:
        """Set-up and tear-down see what the fixture asks for, and those of function scope what their test owns."""
        of_test = request._pyfuncitem.stash.get(SIGHT, None) if request.scope == "function" else None
        sight = Sight(self._outside, DEPTHS[request.scope], owner=of_test, of_fixture=True)
        if of_test or passes_through(request.node):
            sight.asked.add(self._passing)
        self._of_fixtures[id(fixturedef)] = fixturedef, sight
        self._watch(request, sight)
        add = request.addfinalizer
        request.addfinalizer = lambda finalizer: add(partial(_finish, sight, finalizer))
        with ACTIVATIONS.seen_from(sight):
            for name in fixtures_asked_by_marks(request.node) & request._fixture_defs.keys():
                self._ask(request, sight, name)
            for name in fixturedef.argnames:
                self._ask(request, sight, name)
            yield

    def _watch(self, request: Any, sight: Sight) -> None:
        """Let whoever has that request see from then on what it gets by it."""
        get = request.getfixturevalue

        def getfixturevalue(argname: str) -> Any:
            value = get(argname)
            self._ask(request, sight, argname)
            return value

        request.getfixturevalue = getfixturevalue

    def _ask(self, request: Any, sight: Sight, name: str) -> None:
        _, asked = self._of_fixtures.get(id(request._get_active_fixturedef(name)), (None, None))
        if asked is not None:
            sight.asked |= asked.asked
            ACTIVATIONS.see(asked.asked)


def _finish(sight: Sight, finalizer: Callable[[], object]) -> None:
    with ACTIVATIONS.seen_from(sight):
        finalizer()


def narrowest_backend(request: pytest.FixtureRequest) -> PersonalizeBackend | None:
    """The backend that answers to the test which the request of a fixture is for; the fixture asks for it."""
    activation = ACTIVATIONS.answering_to(request.node.stash[SIGHT])
    if activation is None:
        return None
    ACTIVATIONS.see({activation.owner})
    return activation.backend


def is_seen(item: pytest.Item, activation: Activation) -> bool:
    """Whether a test sees it, or has seen it."""
    return activation.owner in item.stash[SIGHT].asked
