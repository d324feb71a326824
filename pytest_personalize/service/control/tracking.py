"""Tracking ids: the names under which streamed events come in."""

from __future__ import annotations

import hashlib

from pytest_personalize.service.kernel.account import Region


def new_tracking_id(region: Region) -> str:
    """A UUID of version 4 in lower case (printed in outputs of AWS sample notebooks)."""
    digits = region.hexadecimal(32, "tracking id")
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def event_tracker_arn(region: Region, tracking_id: str) -> str:
    """The ARN of the event tracker with that tracking id, whether there is one or not.

    It ends in eight hexadecimal digits, not in the name (printed in outputs of AWS sample notebooks). They follow
    from the tracking id, so that PutEvents finds its tracker without an index.
    """
    digits = hashlib.blake2b(tracking_id.encode(), digest_size=4).hexdigest()
    return region.arn("event-tracker", digits)
