"""The options of a backend, checked where they are given: a wrong one is refused before any call meets it."""

from __future__ import annotations

import re
from typing import Final

from pytest_personalize.service.kernel import arns

REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
ACCOUNT_ID: Final = re.compile(r"\d{12}")
NAME: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}")
SOURCES: Final = ("campaign", "recommender")
EXAMPLE: Final = "arn:aws:personalize:us-east-1:123456789012:campaign/home"


def checked_region(name: str) -> str:
    """A name in the shape of a region; ``ValueError`` or ``TypeError`` for any other."""
    if not REGION.fullmatch(_text("region", name)):
        raise ValueError(f"region must be one of AWS, such as 'us-east-1', not {name!r}")
    return name


def checked_account_id(account_id: str) -> str:
    """Twelve digits; ``ValueError`` or ``TypeError`` for anything else."""
    if not ACCOUNT_ID.fullmatch(_text("account_id", account_id)):
        raise ValueError(f"account_id must be 12 digits, such as '123456789012', not {account_id!r}")
    return account_id


def checked_seed(seed: int) -> int:
    """A whole number; ``TypeError`` for anything else."""
    if type(seed) is not int:
        raise TypeError(f"seed must be a whole number, not {seed!r}")
    return seed


def checked_data(setting: str) -> bool:
    """Whether data are ``"required"``, not ``"optional"``; ``ValueError`` for anything else."""
    if setting not in ("required", "optional"):
        raise ValueError(f"data is 'required' or 'optional', not {setting!r}")
    return setting == "required"


def checked_source_arn(arn: str) -> arns.Arn:
    """The ARN of a campaign or recommender, in any account and region; ``ValueError`` for any other text."""
    parts = arns.parse(arn)
    names = parts is not None and REGION.fullmatch(parts.region) and ACCOUNT_ID.fullmatch(parts.account)
    if parts is None or not names or parts.kind not in SOURCES or not NAME.fullmatch(parts.path):
        raise ValueError(f"{arn!r} is no ARN of a campaign or recommender; {EXAMPLE} is one")
    return parts


def _text(option: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{option} must be a text, not {value!r}")
    return value
