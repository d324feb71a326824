"""ARNs of Amazon Personalize: made, and taken apart."""

from __future__ import annotations

import re
from functools import lru_cache

from attrs import frozen

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def partition(region_name: str) -> str:
    """The partition of a region, ``aws`` unless its name says otherwise."""
    return next((name for prefix, name in _PARTITIONS.items() if region_name.startswith(prefix)), "aws")


def check_region(name: str) -> None:
    """``ValueError`` for the name of a region that no ARN can hold: its parts have no colons and no white space."""
    if not re.fullmatch(r"[^\s:]+", name):
        raise ValueError(f"region {name!r} can be in no ARN: give a name such as 'us-east-1'")


@frozen
class Arn:
    """``arn:PARTITION:personalize:REGION:ACCOUNT:KIND/PATH``; recipes have neither region nor account."""

    partition: str
    region: str
    account: str
    kind: str
    path: str


@lru_cache(maxsize=4096)
def parse(text: str) -> Arn | None:
    """The parts of an ARN of this service, or None."""
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "personalize":
        return None
    kind, slash, path = parts[5].partition("/")
    return Arn(parts[1], parts[3], parts[4], kind, path) if slash and path else None
