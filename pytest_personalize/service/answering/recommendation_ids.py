"""Recommendation ids: unique per answer, with a part that names the campaign or recommender that gave it.

The form is that of answers printed in 2024: ``RID-``, 25 characters of a UUID, ``-CID-``, six hexadecimal digits that
stay the same for one campaign; 40 characters in all, which is what PutEvents takes.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from pytest_personalize.service.kernel.account import Region


def new_recommendation_id(region: Region, source_arn: str) -> str:
    """A new id for an answer of that campaign or recommender."""
    digits = region.hexadecimal(20, "recommendation")
    return f"RID-{digits[:2]}-4{digits[2:5]}-8{digits[5:8]}-{digits[8:]}-CID-{source_id(source_arn)}"


@lru_cache(maxsize=1024)
def source_id(source_arn: str) -> str:
    """The part that names a campaign or recommender: what attribution of metrics goes by."""
    return hashlib.blake2b(source_arn.encode(), digest_size=3).hexdigest()
