"""The whole of Amazon Personalize inside a Python test process."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest_personalize.interception  # noqa: F401, from here on this process is guarded; loads no botocore
from pytest_personalize.version import version

if TYPE_CHECKING:
    from pytest_personalize.backend import PersonalizeBackend
    from pytest_personalize.caveats import LegacyRecipeWarning, PersonalizeWarning, TimestampWarning
    from pytest_personalize.checking import CheckFailed, Problem, Problems, check
    from pytest_personalize.interception import RealPersonalizeCallBlocked, active_backend
    from pytest_personalize.interception.hooks import attach
    from pytest_personalize.mock import mock_personalize
    from pytest_personalize.testing.seeded import SeededGroup
    from pytest_personalize.testing.sleep_loops import SleepLoopError

    __version__: str

__all__ = [
    "CheckFailed",
    "LegacyRecipeWarning",
    "PersonalizeBackend",
    "PersonalizeWarning",
    "Problem",
    "Problems",
    "RealPersonalizeCallBlocked",
    "SeededGroup",
    "SleepLoopError",
    "TimestampWarning",
    "active_backend",
    "attach",
    "check",
    "mock_personalize",
]

_ROOMS = {
    "CheckFailed": "checking",
    "LegacyRecipeWarning": "caveats",
    "PersonalizeBackend": "backend",
    "PersonalizeWarning": "caveats",
    "Problem": "checking",
    "Problems": "checking",
    "RealPersonalizeCallBlocked": "interception",
    "SeededGroup": "testing.seeded",
    "SleepLoopError": "testing.sleep_loops",
    "TimestampWarning": "caveats",
    "active_backend": "interception",
    "attach": "interception.hooks",
    "check": "checking",
    "mock_personalize": "mock",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that the plugin costs nothing while unused."""
    if name == "__version__":
        return version()
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
