"""The two operations that most families of resources have alike: Describe by ARN, and List by parent."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any, TypeVar

from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.operations import Page, operation, operation_name
from pytest_personalize.service.kernel.paging import list_page
from pytest_personalize.service.kernel.resource import Resource

R = TypeVar("R", bound=Resource)


def described(cls: type[R]) -> type[R]:
    """Class decorator: its Describe operation answers the resource of an ARN, one look later in its script."""
    arn_field = cls.arn_field

    def describe(region: Region, **members: str) -> R:
        return region.describe(cls, members[arn_field])

    _enter("describe", cls, describe, Parameter(arn_field, Parameter.KEYWORD_ONLY, annotation=str))
    return cls


def listed(cls: type[R]) -> type[R]:
    """Class decorator: its List operation answers pages of the resources of the region, or of one parent."""
    parent_field = cls.parent_field

    def list_(region: Region, *, next_token: str | None = None, max_results: int | None = None, **parent: str) -> Page:
        return list_page(region, cls, parent.get(parent_field) if parent_field else None, next_token, max_results)

    hints = {"next_token": str | None, "max_results": int | None}
    if parent_field:
        hints[parent_field] = str | None
    keywords = [Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=hint) for name, hint in hints.items()]
    _enter("list", cls, list_, *keywords)
    return cls


def _enter(verb: str, cls: type[Resource], function: Callable[..., Any], *keywords: Parameter) -> None:
    """Register a function as if the module of that class had it, with these keywords."""
    function.__module__ = cls.__module__
    function.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter("region", Parameter.POSITIONAL_OR_KEYWORD, annotation=Region), *keywords]
    )
    operation(operation_name(verb, f"{cls.kind}s" if verb == "list" else cls.kind))(function)
