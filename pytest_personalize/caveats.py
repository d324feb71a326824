"""What a caller should know although it works: warnings that point at the caller's line."""

from __future__ import annotations

import sys
import warnings
from typing import Final


class PersonalizeWarning(UserWarning):
    """The base of all warnings of this package."""


class LegacyRecipeWarning(PersonalizeWarning):
    """A recipe that Amazon Personalize no longer offers."""


class TimestampWarning(PersonalizeWarning):
    """Timestamps that are read as seconds but look like milliseconds."""


INSIDE: Final = frozenset({"aiobotocore", "asyncio", "boto3", "botocore", "concurrent", __name__.partition(".")[0]})
"""Packages that stand between the caller and the service."""


def warn(message: str, category: type[PersonalizeWarning]) -> None:
    """Warn, with the line of the first caller outside of ``INSIDE``, where there is one, as the place."""
    frame, level = sys._getframe(), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in INSIDE:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
