"""Tags: one store for all resources that can have them (developer guide, tagging page)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import operation
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.state import KINDS
from pytest_personalize.service.kernel.tagging import TAG_LIMIT, Tag, checked_tags

NOT_TAGGABLE: Final = frozenset({"schema", "metric-attribution", "recipe", "algorithm", "feature-transformation"})


@cache
def _classes(arn_kind: str) -> tuple[type[Resource], ...]:
    """The classes of resources whose ARNs say that."""
    return tuple(cls for cls in KINDS.values() if (cls.arn_kind or cls.kind) == arn_kind)


def _find(region: Region, resource_arn: str) -> Resource:
    """The resource of an ARN, if resources of its type can have tags; InvalidInputException otherwise."""
    arn = arns.parse(resource_arn)
    if arn is not None and arn.kind in NOT_TAGGABLE:
        raise refusal("not taggable", arn=resource_arn)
    classes = () if arn is None else _classes(arn.kind)
    if not classes:
        raise refusal("wrong arn", wanted="taggable resource", arn=resource_arn)
    return region.find(next((cls for cls in classes if resource_arn in region.rows(cls)), classes[0]), resource_arn)


def _changeable_tags(region: Region, resource_arn: str) -> dict[str, str]:
    """The tags of a resource that is there to stay."""
    resource = _find(region, resource_arn)
    # unknown: [tags/of-what-is-being-deleted] in which states tags cannot be changed, only that there are some. chosen:
    # while it is being deleted
    if resource.status.startswith("DELETE"):
        needed = "a resource that is not being deleted"
        raise refusal("status", arn=resource_arn, status=resource.status, operation=region.operation, needed=needed)
    return region.tags.get(resource_arn, {})


@operation("ListTagsForResource")
def list_tags_for_resource(region: Region, *, resource_arn: str) -> Mapping[str, Any]:
    """All tags of a resource, in the order in which they were set."""
    _find(region, resource_arn)
    tags = region.tags.get(resource_arn, {})
    return {"tags": [Tag(tag_key=key, tag_value=value) for key, value in tags.items()]}


@operation("TagResource")
def tag_resource(region: Region, *, resource_arn: str, tags: Sequence[Tag]) -> None:
    """Set tags; a key that is there gets the new value."""
    present = _changeable_tags(region, resource_arn)
    region.tags[resource_arn] = checked_tags(tags, present, resource_arn)


@operation("UntagResource")
def untag_resource(region: Region, *, resource_arn: str, tag_keys: Sequence[str]) -> None:
    """Remove tags; keys that are not there are passed over."""
    present = _changeable_tags(region, resource_arn)
    if len(tag_keys) > TAG_LIMIT:
        raise refusal("too many tag keys", limit=TAG_LIMIT, count=len(tag_keys))
    region.tags[resource_arn] = {key: value for key, value in present.items() if key not in tag_keys}
