"""Which store a setting means."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Final, cast

from pytest_personalize.data.s3 import Boto3Store, store_of_moto
from pytest_personalize.data.stores import FolderStore, ObjectStore
from pytest_personalize.nearest import hint

SAMPLE: Final = "sample"
_NAMED: Final = ("memory", SAMPLE)


def store_choice(setting: object, memory: Callable[[], ObjectStore], region: str) -> Callable[[], ObjectStore]:
    """What gives the store that a setting names, whenever it is asked.

    Args:
        setting: ``"memory"``; ``"sample"`` for the same as None; a folder whose sub-folders are the buckets, as a
            path, or as a text that names an existing one or holds a slash; an ``ObjectStore``; a boto3 S3 client;
            None for moto's S3 while that is active, and memory otherwise.
        memory: What gives the store in memory.
        region: For moto's S3.

    Raises:
        ValueError: It is nothing of that.
    """
    if setting is None or setting == SAMPLE:
        return lambda: store_of_moto(region) or memory()
    if isinstance(setting, str):
        if setting in _NAMED:
            return memory
        if os.path.isdir(setting) or "/" in setting or os.sep in setting:
            return partial(FolderStore, setting)
        raise ValueError(f"s3={setting!r} is no store; {hint(setting, _NAMED)} A new folder is written with a slash.")
    if isinstance(setting, os.PathLike):
        return partial(FolderStore, setting)
    if _has(setting, "get", "put", "list", "delete"):
        return lambda: cast("ObjectStore", setting)
    if _has(setting, "get_object"):
        return partial(Boto3Store, setting)
    raise ValueError(f"s3={setting!r} is no store: give 'memory', a folder, an object store or a boto3 S3 client")


def _has(candidate: object, *methods: str) -> bool:
    return not isinstance(candidate, type) and all(callable(getattr(candidate, name, None)) for name in methods)
