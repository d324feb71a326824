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
    beginning: Beginning = {"status": region.engine.first_status(cls.kind), **times_of_new(region)}
    return Admission(region, arn, checked, beginning)


def times_of_new(region: Region) -> Times:
    """The times of a new resource: those of now, which is after the resource before.

    Calls take longer at AWS than a millisecond, and programs take the newest by its time: the clock goes on by so much
    where it has not yet. Where it stands still, all have the same.
    """
    engine, clock = region.engine, region.account.clock
    born, read = engine.born
    if engine.moment == born and clock.read != read:
        engine.moment = round((born + 0.001) * 1000) / 1000
        clock.tick()
    engine.born = engine.moment, clock.read
    return times_now(region)


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
