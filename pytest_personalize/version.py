"""Which version of the package is installed."""

from __future__ import annotations

from functools import cache


@cache
def version() -> str:
    """Looked up when it is asked for: that takes longer than to load the plugin."""
    from importlib.metadata import version as of

    return of("pytest-personalize")
