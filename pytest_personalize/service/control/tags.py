"""Tags: one store for all resources that can have them (developer guide, tagging page)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from attrs import frozen

from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.account import KINDS, Region
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import operation, structure
from pytest_personalize.service.kernel.resource import Resource

TAG_LIMIT: Final = 50
NOT_TAGGABLE: Final = frozenset({"schema", "metric-attribution", "recipe", "algorithm", "feature-transformation"})


@structure
@frozen(kw_only=True)
class Tag:
    """A key of 1 to 128 characters and a value of 0 to 256."""

    tag_key: str
    tag_value: str


def checked_tags(tags: Sequence[Tag], present: Mapping[str, str] = {}, arn: str = "it") -> dict[str, str]:
    """The tags of a resource after adding ``tags`` to the ``present`` ones.

    Raises InvalidInputException for a reserved or repeated key, TooManyTagsException above 50 tags.
    """
    if not tags:
        return dict(present)
    for tag in tags:
        for text in (tag.tag_key, tag.tag_value):
            if text.lower().startswith("aws:"):
                raise refusal("reserved tag", text=text)
    added = {tag.tag_key: tag.tag_value for tag in tags}
    if len(added) < len(tags):
        keys = [tag.tag_key for tag in tags]
        raise refusal("duplicate tag", key=next(key for key in keys if keys.count(key) > 1))
    merged = {**present, **added}
    if len(merged) > TAG_LIMIT:
        raise refusal("too many tags", limit=TAG_LIMIT, arn=arn, count=len(merged))
    return merged


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


def _changeable_tags(region: Region, resource_arn: str, operation: str) -> dict[str, str]:
    """The tags of a resource that is there to stay."""
    resource = _find(region, resource_arn)
    # unknown: in which states tags cannot be changed, only that there are some. chosen: while it is being deleted
    if resource.status.startswith("DELETE"):
        needed = "a resource that is not being deleted"
        raise refusal("status", arn=resource_arn, status=resource.status, operation=operation, needed=needed)
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
    present = _changeable_tags(region, resource_arn, "TagResource")
    region.tags[resource_arn] = checked_tags(tags, present, resource_arn)


@operation("UntagResource")
def untag_resource(region: Region, *, resource_arn: str, tag_keys: Sequence[str]) -> None:
    """Remove tags; keys that are not there are passed over."""
    present = _changeable_tags(region, resource_arn, "UntagResource")
    if len(tag_keys) > TAG_LIMIT:
        raise refusal("too many tag keys", limit=TAG_LIMIT, count=len(tag_keys))
    region.tags[resource_arn] = {key: value for key, value in present.items() if key not in tag_keys}
