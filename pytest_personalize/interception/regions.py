"""The region of a client that was given none."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Final

DEFAULT_REGION: Final = "us-east-1"
_REGION_SOURCES: Final = ("AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_CONFIG_FILE", "HOME")


def configured_region() -> str:
    """The region that boto3 takes from the environment or the configuration file, us-east-1 without one."""
    return _configured_region(*map(os.environ.get, _REGION_SOURCES))


@lru_cache(maxsize=64)
def _configured_region(region: str | None, *_: str | None) -> str:
    if region:
        return region
    from botocore.exceptions import BotoCoreError
    from botocore.session import get_session

    try:
        return get_session().get_config_variable("region") or DEFAULT_REGION
    except BotoCoreError:  # a profile that is not there: making a client will say so
        return DEFAULT_REGION
