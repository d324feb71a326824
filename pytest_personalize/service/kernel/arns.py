"""ARNs of Amazon Personalize: made, and taken apart."""

from __future__ import annotations

from functools import lru_cache

from attrs import frozen

_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def partition(region_name: str) -> str:
    """The partition of a region, ``aws`` unless its name says otherwise."""
    return next((name for prefix, name in _PARTITIONS.items() if region_name.startswith(prefix)), "aws")


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
