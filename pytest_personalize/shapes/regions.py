"""The regions in which Amazon Personalize exists, as the installed botocore lists them."""

from __future__ import annotations

from functools import cache

from botocore.loaders import Loader

from pytest_personalize.shapes.models import SERVICES


@cache
def service_regions() -> frozenset[str]:
    """The regions of ``personalize`` in all partitions; botocore lists none for the other two services."""
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    partitions = loader.load_data("endpoints")["partitions"]
    return frozenset(
        region for one in partitions for region in one["services"].get(SERVICES[0], {}).get("endpoints", ())
    )
