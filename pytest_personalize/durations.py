"""Lengths of time, in seconds."""

from __future__ import annotations

from typing import Final

HOUR: Final = 3600
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
