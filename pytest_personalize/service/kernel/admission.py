"""The one door through which resources come into being."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypedDict, TypeVar

from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.quotas import OF_KIND, QUOTAS, Quota
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.tagging import Tag, checked_tags

R = TypeVar("R", bound=Resource)


class Times(TypedDict):
    """The two times that every resource begins with."""

    creation_date_time: float
    last_updated_date_time: float


class Beginning(Times):
    """What every resource begins with: the status that it shows first, and its times."""

    status: str


class Admission(NamedTuple, Generic[R]):
    """A place for a new resource: its ARN, its tags, and what it begins with."""

    region: Region
    arn: str
    tags: Mapping[str, str]
    beginning: Beginning

    def enter(self, resource: R) -> R:
        """Put the resource in, on the first step of its way."""
        return self.region.create(resource, self.tags)


def admit(
    region: Region,
    cls: type[R],
    path: str | None,
    *,
    tags: Sequence[Tag] = (),
    needs: Iterable[Resource] = (),
    unready: str = "status",
    check: Callable[[], object] | None = None,
    group: str = "",
) -> Admission[R]:
    """A place for a new resource of that class, or the first reason why there is none.

    In this order: the tags are well formed, what it ``needs`` is ACTIVE (else the refusal of row ``unready``), the
    family's own ``check`` raises nothing, the ARN that ``path`` makes is free (None for one that is made up later), and
    no quota is used up; ``group`` is the ARN of the dataset group that it counts for.
    """
    checked = checked_tags(tags)
    for resource in needs:
        region.require(resource, row=unready)
    if check is not None:
        check()
    arn = "" if path is None else region.arn(cls.arn_kind or cls.kind, path)
    region.claim(cls.kind, arn)
    _hold_quotas(region, cls.kind, group)
    beginning: Beginning = {"status": region.engine.first_status(cls.kind), **times_of_new(region, cls.kind)}
    return Admission(region, arn, checked, beginning)


def times_of_new(region: Region, kind: str) -> Times:
    """The times of a new resource of that kind: as ``times_now``, but after those of the one before.

    Calls take longer at AWS than a millisecond, and programs take the newest by its time. Where the clock stands still,
    all have the same. What follows for the resource is counted from the time of the call.
    """
    engine, read, newest = region.engine, region.account.clock.read, region.table(kind).newest()
    born = engine.moment
    if newest is not None and read != engine.born and 0 <= newest.creation_date_time - born < 1:
        born = round(newest.creation_date_time + 0.001, 3)
    engine.born = read
    return {"creation_date_time": born, "last_updated_date_time": born}


def times_now(region: Region) -> Times:
    """The times of what begins now."""
    now = region.now()
    return {"creation_date_time": now, "last_updated_date_time": now}


def _hold_quotas(region: Region, kind: str, group: str) -> None:
    """LimitExceededException when one more of that kind would be too many, also after a look at what is under way."""
    table = region.table(kind)
    for name in OF_KIND.get(kind, ()):
        quota = QUOTAS[name]
        place = group if quota.scope == "group" else region.name
        limit = region.account.quotas.limit(name, place)
        if limit is None or len(table) < limit:
            continue
        counted = _counted(region, quota, group)
        if counted >= limit:
            region.look_at_moving(kind)
            counted = _counted(region, quota, group)
        region.account.quotas.admit(name, place, counted)


def _counted(region: Region, quota: Quota, group: str) -> int:
    """How many resources use up that quota."""
    running = quota.scope == "running"
    present = region.engine.moving(region, quota.kind) if running else region.table(quota.kind)
    return sum(
        one.status in quota.statuses and (quota.scope != "group" or one.dataset_group_arn == group) for one in present
    )
