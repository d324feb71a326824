"""Seeding: a plan is built once in a process, in an account of its own, and then put into any number of backends.

What is put in is what a snapshot holds: immutable resources and models that all backends share, and records that are
copied when one of them changes. Times are moved on, so that a seeded group is as new as if it had just been built.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, get_args

import attrs
from attrs import frozen

from pytest_personalize import names
from pytest_personalize.data.rows import rows_of
from pytest_personalize.data.stores import MemoryStore
from pytest_personalize.nearest import hint
from pytest_personalize.remembered import Remembered
from pytest_personalize.service import endpoint
from pytest_personalize.service.kernel.account import Account, Region
from pytest_personalize.service.kernel.admission import times_of_new
from pytest_personalize.service.kernel.clock import Clock
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.service.kernel.lifecycle import Engine
from pytest_personalize.service.kernel.quotas import QUOTAS, Minimums, Quotas
from pytest_personalize.service.kernel.resource import Resource, evolved
from pytest_personalize.service.kernel.state import KINDS, RegionState
from pytest_personalize.service.kernel.transitions import Transitions
from pytest_personalize.testing.building import BUCKET, Plan, Site, build
from pytest_personalize.testing.faults import Faults
from pytest_personalize.testing.options import checked_source_arn
from pytest_personalize.testing.own_data import OwnData
from pytest_personalize.testing.presets import PRESETS, Preset, plan_of
from pytest_personalize.testing.sample_data import LAST, Sizes
from pytest_personalize.testing.seeded import SeededGroup

MOST_KITS: Final = 32  # different presets, sizes and own data that are kept at the same time


@frozen(kw_only=True, eq=False)
class Kit:
    """A dataset group that was built, ready to be put into backends: the state of its region, and what was planned."""

    group: SeededGroup
    state: RegionState
    planned: tuple[tuple[float, str, str], ...]
    files: Mapping[str, bytes]


def find_preset(name: str) -> Preset:
    """The preset of that name; ``ValueError`` names the nearest one."""
    preset = PRESETS.get(name)
    if preset is None:
        raise ValueError(f"no preset {name!r}; {hint(name, PRESETS)}")
    return preset


MOST: Final = 1_000_000
"""Of a size: a preset is made up in memory, and in a minute; data of one's own may be larger."""


def sizes_of(preset: Preset, sizes: Mapping[str, int]) -> Sizes:
    """The sizes of a preset with some of them changed; ``TypeError`` or ``ValueError`` for what is no size of it."""
    known = [field.name for field in attrs.fields(Sizes) if getattr(preset.sizes, field.name)]
    for name, value in sizes.items():
        if name not in known:
            raise TypeError(f"preset {preset.name!r} has no size {name!r}; {hint(name, known)}")
        if type(value) is not int or not 1 <= value <= MOST:
            raise ValueError(f"{name} must be a whole number from 1 to {MOST:,}, not {value!r}")
    return attrs.evolve(preset.sizes, **sizes)


NO_MINIMUMS: Final = Minimums()


@frozen(kw_only=True)
class Place:
    """Where a dataset group is built, and what else decides how it turns out."""

    group_name: str
    region_name: str
    account_id: str
    seed: int
    minimums: Minimums = NO_MINIMUMS
    needs_data: bool = False  # a preset of three interactions may have no purchase among them


_KITS: Final[Remembered[tuple[object, ...], Kit]] = Remembered(MOST_KITS)


def kit(place: Place, preset: Preset, sizes: Sizes, ids: names.Ids) -> Kit:
    """A preset, built when it is first asked for."""
    if ids not in get_args(names.Ids):
        raise ValueError(f"ids are {' or '.join(map(repr, get_args(names.Ids)))}, not {ids!r}")
    return _kept((place, preset.name, sizes, ids), place, lambda: plan_of(preset, sizes, ids))


def own_kit(place: Place, data: OwnData) -> Kit:
    """Own data, built when they are first given: they are the same when they are equal now."""
    return _kept((place, data.digest()), place, data.plan)


def _kept(key: tuple[object, ...], place: Place, plan: Callable[[], Plan]) -> Kit:
    found = _KITS.get(key) or _built(plan(), place, str(key))
    return _KITS.keep(key, found)  # last, as the one that was used last


def _built(plan: Plan, place: Place, key: str) -> Kit:
    """Build a plan in an account of its own, whose clock stands at the end of the data of the presets."""
    files = MemoryStore()
    clock = Clock()
    clock.stand_still(LAST)
    account = Account(
        account_id=place.account_id,
        clock=clock,
        engine=Engine(Transitions(), Faults(clock)),
        quotas=Quotas({}),
        minimums=place.minimums,
        needs_data=place.needs_data,
        seed=place.seed,
        store=lambda: files,
    )
    region = account.region(place.region_name)
    _keep_apart(region, key)
    site = Site(ask=asking(region), put=files.put, rows=lambda group, kind: rows_of(region.records[group], kind))
    group = build(plan, place.group_name, site)
    account.catch_up()
    planned = tuple((moment, action, arn) for moment, _, action, _, arn in sorted(account.engine.agenda.due))
    contents = {uri: files.get(uri) for uri in files.list(f"{BUCKET}/")} if plan.files else {}
    return Kit(group=group, state=region.state, planned=planned, files=contents)


def asking(region: Region) -> Callable[..., Mapping[str, Any]]:
    """``ask("CreateSchema", name=...)`` is the answer of the control plane, ``ValueError`` when it refuses."""

    def ask(operation: str, **members: Any) -> Mapping[str, Any]:
        region.account.catch_up()
        try:
            return endpoint.answer(region, "personalize", operation, endpoint.decode(json.dumps(members)), "python")
        except ServiceError as refused:
            raise ValueError(refused.message) from None

    return ask


def _keep_apart(region: Region, text: str) -> None:
    """Let ids that look random differ from those that the backend will give away itself, and from other kits."""
    start = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=5).digest()) << 16
    region.state.serial = start


def other_arns(group: SeededGroup, arns: Mapping[str, str], region_name: str) -> dict[str, str]:
    """By the ARNs that campaigns and recommenders of a built group have, those that they are to have.

    ``arns`` are by recipe or use case. ``KeyError`` for a name that the group does not have, ``ValueError`` for what is
    no ARN of that kind and region, or stands there twice.
    """
    wanted = {_source(group, name): arn for name, arn in arns.items()}
    for built, arn in wanted.items():
        kind, parts = built.split(":")[5].partition("/")[0], checked_source_arn(arn)
        if (parts.kind, parts.region) != (kind, region_name):
            raise ValueError(f"{arn!r} is a {parts.kind} in {parts.region}, and has to be a {kind} in {region_name}")
    if len({*wanted.values()}) < len(arns):
        raise ValueError(f"one ARN for each, not {arns}")
    return wanted


def _source(group: SeededGroup, name: str) -> str:
    """The ARN of a campaign or recommender by recipe or use case."""
    if not group.campaigns or name in group.recommenders:
        return group.recommenders[name]
    return group.campaigns[name]


def put_in(found: Kit, region: Region, files: MemoryStore, arns: Mapping[str, str]) -> SeededGroup:
    """Put what was built into a region, and its files into a store; ``arns`` are those that become others.

    ``ValueError`` when something of the same name is there, and then nothing is put in.
    """
    for kind, table in found.state.tables.items():
        wanted = (arns.get(resource.arn, resource.arn) for resource in table)
        taken = next((arn for arn in wanted if arn in region.table(kind)), None)
        if taken is not None:
            raise ValueError(f"{taken} exists already: give the seeded group another name")
    delta = round(times_of_new(region)["creation_date_time"] - LAST, 3)
    region.state.merge(found.state, lambda resource: _called(_moved(resource, delta), arns))
    for built, arn in arns.items():
        if built in region.models:
            region.models[arn] = region.models.pop(built)
    for moment, action, arn in found.planned:
        region.engine.plan(round(moment + delta, 3), action, region, arns.get(arn, arn))
    _grant_quotas(found, region)
    for uri, content in found.files.items():
        files.put(uri, content)
    group = found.group  # whose lists are copied here: every backend has its own
    return attrs.evolve(group, campaigns=group.campaigns.replaced(arns), recommenders=group.recommenders.replaced(arns))


def _called(resource: Resource, arns: Mapping[str, str]) -> Resource:
    """A resource with another ARN, and the name that stands in it, if it is to have one."""
    arn = arns.get(resource.arn)
    if arn is None:
        return resource
    return evolved(resource, **{resource.arn_field: arn, "name": arn.partition("/")[2]})


def _grant_quotas(found: Kit, region: Region) -> None:
    """What it brings along does not count: what the test itself creates does."""
    quotas = region.account.quotas
    for name, quota in QUOTAS.items():
        place = region.name if quota.scope == "region" else found.group.arn
        if quota.scope != "running":
            quotas = quotas.grant(name, place, len(found.state.tables[quota.kind]))
    region.account.quotas = quotas


def _moved(resource: Resource, delta: float) -> Resource:
    """A resource with all its times moved on."""
    times = {name: getattr(resource, name) for name in _times(resource.kind)}
    return attrs.evolve(resource, **{name: round(time + delta, 3) for name, time in times.items() if time is not None})


@cache
def _times(kind: str) -> tuple[str, ...]:
    """The attributes of that kind of resource that are times."""
    names = (field.name for field in attrs.fields(KINDS[kind]))
    return tuple(name for name in names if name.endswith("_date_time") or name.startswith("next_"))
