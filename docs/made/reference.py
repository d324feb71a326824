"""Fixtures, options and commands, as the code declares them."""

from __future__ import annotations

import inspect
import io
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from textwrap import indent
from typing import Any, Final
from unittest import mock

from pytest_personalize import cli, fixtures, plugin
from pytest_personalize.markers import BACKENDS
from pytest_personalize.service.kernel.lifecycle import SCRIPTS
from pytest_personalize.service.kernel.quotas import QUOTAS, Quota

MINUTE: Final = 60
COMMANDS: Final = ("serve", "check", "mirror", "conform", "operations", "demo")


class Declared:
    """Stands in for the parser of pytest, and keeps what the plugin declares."""

    def __init__(self) -> None:
        self.ini: dict[str, str] = {}
        self.flags: dict[str, tuple[str, str]] = {}
        plugin.pytest_addoption(self)  # type: ignore[arg-type]

    def addini(self, name: str, text: str, type: str | None = None, default: object = None) -> None:
        """An ini option."""
        self.ini[name] = text.removeprefix("Amazon Personalize: ")

    def getgroup(self, *_: str) -> Declared:
        """The group of flags: this object itself."""
        return self

    def addoption(self, name: str, *, help: str, metavar: str = "", **_: Any) -> None:
        """A flag."""
        self.flags[name] = metavar, help


def ini_table() -> Iterator[str]:
    """The ini options."""
    yield "| ini option | |"
    yield "|---|---|"
    for name, text in Declared().ini.items():
        yield f"| `{name}` | {text} |"


def flags_table() -> Iterator[str]:
    """The flags of the command line of pytest."""
    yield "| flag | |"
    yield "|---|---|"
    for name, (value, text) in Declared().flags.items():
        yield f"| `{name}{f'={value}' if value else ''}` | {text} |"


def quotas_table() -> Iterator[str]:
    """The quotas of AWS, by the names that ``quotas`` has for them."""
    yield "| quota | at AWS | of what |"
    yield "|---|---|---|"
    for name, quota in QUOTAS.items():
        yield f"| `{name}` | {quota.value} | {_counted(quota)} |"


def _counted(quota: Quota) -> str:
    if quota.scope == "fields":
        return "fields in the filters of a dataset group"
    how = " under way" if "ACTIVE" not in quota.statuses else ""
    return f"{quota.what}s{how} in a {'dataset group' if quota.scope == 'group' else 'region'}"


def steps_table() -> Iterator[str]:
    """What takes time, and how long with the clock."""
    yield "| step | statuses on the way | on the clock |"
    yield "|---|---|---|"
    for name, script in sorted((":".join(key), script) for key, script in SCRIPTS.items() if script.states):
        yield f"| `{name}` | {', '.join(script.states)} | {_lasting(sum(script.seconds))} |"


def _lasting(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 2 * MINUTE else f"{seconds / MINUTE:g} min"


def fixtures_list() -> Iterator[str]:
    """The fixtures, by their docstrings; the scopes of the backend are one."""
    others = set(BACKENDS.values()) - {"personalize_backend"}
    for name in fixtures.__all__:
        if not name.startswith("_") and name not in others:
            text = inspect.getdoc(function_of(getattr(fixtures, name))) or ""
            yield f"`{name}`\n: {indent(text, '  ').strip()}\n"


def function_of(fixture: Any) -> Callable[..., Any]:
    """What was decorated: pytest has an object for it since 8.4, and had a marked function before."""
    found: Callable[..., Any] = getattr(fixture, "_fixture_function", fixture)
    return found


def help_of(command: str) -> str:
    """What ``--help`` prints."""
    out = io.StringIO()
    in_page = mock.patch.dict("os.environ", {"COLUMNS": "96", "NO_COLOR": "1"})
    with suppress(SystemExit), redirect_stdout(out), in_page:
        cli.main([command, "--help"])
    return out.getvalue()


def commands_list() -> Iterator[str]:
    """A section for each command, with its help."""
    for command in COMMANDS:
        yield f"## {command}\n\n```text\n{re.sub(r' +$', '', help_of(command), flags=re.MULTILINE).strip()}\n```\n"
