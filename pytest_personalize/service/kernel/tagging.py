"""Tags as they are checked wherever they are given (developer guide, tagging page)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import structure

TAG_LIMIT: Final = 50


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
