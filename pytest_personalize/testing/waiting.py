"""``backend.wait``: a polling loop that takes no time."""

from __future__ import annotations

from typing import Final, get_args

from pytest_personalize import names
from pytest_personalize.nearest import hint, nearest
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.resource import ACTIVE, Resource

PAUSE: Final = 60.0
"""Seconds on the clock between two looks."""


def check_status(status: str) -> None:
    """``ValueError`` for what no resource is ever at."""
    known = get_args(names.Status)
    if status not in known:
        raise ValueError(f"no resource is ever {status!r}; {hint(status, known)}")


def looked_at(region: Region, arn: str) -> Resource:
    """The resource of that ARN, as a Describe sees it; ``KeyError`` with the nearest ARN when there is none."""
    tables = [table for _, table in region.tables()]
    found: Resource | None = next((table.get(arn) for table in tables if arn in table), None)
    seen: Resource | None = None if found is None else region.engine.look(region, found)
    if seen is None:
        near = nearest(arn, [resource.arn for table in tables for resource in table])
        raise KeyError(f"no resource {arn!r} in {region.name}{f'; did you mean {near!r}?' if near else ''}")
    return seen


def has_arrived(region: Region, resource: Resource, until: str) -> bool:
    """Whether a resource has that status; an active one is not there while an update of it is under way.

    ``RuntimeError`` with its ``failureReason`` for one that will not change any more.
    """
    moving = region.engine.is_moving(resource.arn)
    if resource.status == until and not (moving and until == ACTIVE):
        return True
    if not moving:
        why = f": {resource.failure_reason}" if resource.failure_reason else ""
        raise RuntimeError(f"{resource.kind} {resource.key!r} is {resource.status} and will not be {until}{why}")
    return False
