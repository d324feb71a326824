"""Tags: one store for all resources that can have them (developer guide, tagging page)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from pytest_personalize.service import arns
from pytest_personalize.service.account import KINDS, Region
from pytest_personalize.service.errors import refusal
from pytest_personalize.service.operations import operation, structure

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


def _tags_of(region: Region, resource_arn: str) -> dict[str, str]:
    arn = arns.parse(resource_arn)
    if arn is not None and arn.kind in NOT_TAGGABLE:
        raise refusal("not taggable", arn=resource_arn)
    classes = [cls for cls in KINDS.values() if arn is not None and (cls.arn_kind or cls.kind) == arn.kind]
    if not classes:
        raise refusal("wrong arn", wanted="taggable resource", arn=resource_arn)
    region.find(next((cls for cls in classes if resource_arn in region.rows(cls)), classes[0]), resource_arn)
    return region.tags.get(resource_arn, {})


@operation("ListTagsForResource")
def list_tags_for_resource(region: Region, *, resource_arn: str) -> Mapping[str, Any]:
    """All tags of a resource, in the order in which they were set."""
    tags = _tags_of(region, resource_arn)
    return {"tags": [Tag(tag_key=key, tag_value=value) for key, value in tags.items()]}


@operation("TagResource")
def tag_resource(region: Region, *, resource_arn: str, tags: Sequence[Tag]) -> None:
    """Set tags; a key that is there gets the new value."""
    region.tags[resource_arn] = checked_tags(tags, _tags_of(region, resource_arn), resource_arn)


@operation("UntagResource")
def untag_resource(region: Region, *, resource_arn: str, tag_keys: Sequence[str]) -> None:
    """Remove tags; keys that are not there are passed over."""
    present = _tags_of(region, resource_arn)
    if len(tag_keys) > TAG_LIMIT:
        raise refusal("too many tag keys", limit=TAG_LIMIT, count=len(tag_keys))
    region.tags[resource_arn] = {key: value for key, value in present.items() if key not in tag_keys}
