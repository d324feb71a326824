"""What of a backend is the doing of one test: told from how the backend was before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import attrs
from attrs import frozen

from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.transitions import Transitions
from pytest_personalize.testing.calls import Call, Calls, Tally
from pytest_personalize.testing.clock import BackendClock
from pytest_personalize.testing.faults import Faults


@frozen
class Before:
    """How a backend was when a test began: the calls until then, the resources by ARN, and how much was made up."""

    tally: Tally
    resources: Mapping[str, Resource]
    made_up: int = 0


class Watched(Protocol):
    """What a report needs of a backend.

    ``given`` are the resources that presets and snapshots brought, by ARN, ``made_up`` the addresses of sample rows.
    """

    region_name: str
    account_id: str
    calls: Calls

    @property
    def faults(self) -> Faults: ...

    @property
    def clock(self) -> BackendClock: ...

    @property
    def transitions(self) -> Transitions: ...

    @property
    def given(self) -> Mapping[str, Resource]: ...

    @property
    def made_up(self) -> list[str]: ...

    def all_resources(self) -> list[Resource]: ...


Seen = Sequence[tuple[Watched, Before | None]]
"""The backends that a test had to do with, and how each was before it (None: not there)."""


def tally_since(backend: Watched, before: Before | None) -> Tally:
    """How many calls there were since then, those included that are not kept."""
    return backend.calls.tally.copy() if before is None else backend.calls.tally - before.tally


def calls_since(backend: Watched, before: Before | None) -> list[Call]:
    """The calls since then, as far as they are kept."""
    count = tally_since(backend, before).total()
    return list(backend.calls)[-count:] if count else []


def made_up_since(backend: Watched, before: Before | None) -> list[str]:
    """The addresses of the sample rows since then."""
    return backend.made_up[before.made_up if before else 0 :]


def own_resources(backend: Watched, before: Before | None) -> tuple[list[Resource], list[Resource]]:
    """The resources that were made or changed since then, and those that have gone."""
    old = {**backend.given, **(before.resources if before else {})}
    now = {resource.arn: resource for resource in backend.all_resources()}
    own = [
        resource
        for arn, resource in now.items()
        if not _alike(resource, old.get(arn)) and not _alike(resource, backend.given.get(arn))
    ]
    return own, [resource for arn, resource in old.items() if arn not in now]


def _alike(resource: Resource, old: Resource | None) -> bool:
    """Whether a resource is as it was, but for plans of its own that nobody gets to see."""
    shown = (field.name for field in attrs.fields(type(resource)) if field.repr)
    return resource is old or all(getattr(resource, name) == getattr(old, name, None) for name in shown)
