"""The marker ``mock_personalize``: what it asks for, and for whom."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from pytest_personalize.mock import Mock

MARKER: Final = "mock_personalize"
ALIAS: Final = "personalize"
"""The marker of old; a project that registers one of that name for itself keeps it to itself."""

PASSTHROUGH: Final = "passthrough"
BACKENDS: Final = {
    "function": "personalize_backend",
    "class": "class_personalize_backend",
    "module": "module_personalize_backend",
    "package": "package_personalize_backend",
    "session": "session_personalize_backend",
}
"""Scope -> fixture."""

SCOPES: Final = tuple(BACKENDS)
"""The narrowest first."""

_ALIAS_LINE: Final = f"{ALIAS}(**options): {MARKER} by its former name"


_TOO_NARROW: Final = re.compile(r"ScopeMismatch: .* the function scoped fixture (\w+) with a (\w+) scoped")


def advice_on_scope(message: str, fixtures: Collection[str]) -> str | None:
    """What to ask for instead, where pytest says that one of these fixtures is too narrow for the one that asks."""
    name, scope = found.groups() if (found := _TOO_NARROW.match(message)) else ("", "")
    if name not in fixtures:
        return None
    return (
        f"hint: {name} is made anew for each test; a fixture of scope {scope} asks for\n"
        f'  {BACKENDS[scope]}, which answers all clients; its seed("shop") makes a dataset group'
    )


def register(config: pytest.Config) -> None:
    """Enter the marker, after the project has entered its own."""
    config.addinivalue_line(
        "markers",
        f"{MARKER}(**options): run the test with Amazon Personalize mocked; takes the options of mock_personalize, or "
        f"{PASSTHROUGH}=True for calls of the real service",
    )
    if not is_alias_taken(config):
        config.addinivalue_line("markers", _ALIAS_LINE)


def is_alias_taken(config: pytest.Config) -> bool:
    """Whether the project has registered a marker ``personalize`` of its own."""
    lines = (line for line in config.getini("markers") if line != _ALIAS_LINE)
    return any(line.partition(":")[0].partition("(")[0].strip() == ALIAS for line in lines)


def marks_of(node: pytest.Item | pytest.Collector) -> Iterator[pytest.Mark]:
    """Our markers on a node and around it, the nearest first."""
    for mark in node.iter_markers():
        if mark.name == MARKER or (mark.name == ALIAS and not is_alias_taken(node.config)):
            yield mark


def fixtures_asked_by_marks(node: pytest.Item | pytest.Collector) -> set[str]:
    """The names of fixtures that markers on a node or around it ask for: ours for a backend, whatever its scope."""
    names = {name for mark in node.iter_markers("usefixtures") for name in mark.args}
    return names.union(BACKENDS.values()) if any(marks_of(node)) else names


def passes_through(node: pytest.Item | pytest.Collector) -> bool:
    """What the nearest marker that says anything about it says."""
    return bool(next((mark.kwargs[PASSTHROUGH] for mark in marks_of(node) if PASSTHROUGH in mark.kwargs), False))


def lifts_the_guard(node: pytest.Item | pytest.Collector) -> bool:
    """Whether any marker does; a test that goes back to the mock inside its class or module has its backend on top."""
    return any(mark.kwargs.get(PASSTHROUGH) for mark in marks_of(node))


def pytest_itemcollected(item: pytest.Item) -> None:
    """A marked test gets a backend without asking for it, unless it asks for one of a wider scope.

    The backends that markers ask for come before the other fixtures of their scope, and so before set-up methods.
    """
    names = getattr(item, "fixturenames", None)
    if names is None or passes_through(item):
        return
    asked_by_marks = fixtures_asked_by_marks(item)
    asked = [scope for scope in SCOPES if BACKENDS[scope] in asked_by_marks.intersection(names)]
    if not asked and any(marks_of(item)):
        asked = ["function"]
    known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    for scope in asked:
        wider = SCOPES[SCOPES.index(scope) + 1 :]
        others = [name for name in names if name != BACKENDS[scope]]
        place = sum(name in known and known[name][-1].scope in wider for name in others)
        names[:] = [*others[:place], BACKENDS[scope], *others[place:]]


def mock_for(node: Any) -> Mock:
    """A mock with the options of the markers on the node and around it, the nearest last; fails for a wrong option."""
    from pytest_personalize import mock  # loads the emulator, and botocore with it

    options: dict[str, Any] = {}
    for mark in reversed(list(marks_of(node))):
        if mark.args:
            pytest.fail(f"@pytest.mark.{MARKER} takes options by name, not {mark.args[0]!r}", pytrace=False)
        options |= mark.kwargs
    try:
        mock.check_options(options, (*mock.OPTIONS, PASSTHROUGH))
    except TypeError as error:
        raise pytest.fail.Exception(f"@pytest.mark.{MARKER}: {error}", pytrace=False) from None
    if options.pop(PASSTHROUGH, False):
        pytest.fail(f"@pytest.mark.{MARKER}({PASSTHROUGH}=True) and a backend exclude each other", pytrace=False)
    return mock.Mock(options)
