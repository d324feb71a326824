"""The services that are emulated."""

from __future__ import annotations

from typing import Final

SERVICES: Final = frozenset({"personalize", "personalize-runtime", "personalize-events"})
