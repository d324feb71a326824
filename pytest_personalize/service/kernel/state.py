"""The whole state of an account as typed values: what a snapshot keeps and a saved file holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final, TypeVar

from attrs import define, field

from pytest_personalize.data.records import Records
from pytest_personalize.service.kernel.clock import ClockState
from pytest_personalize.service.kernel.declared import Declared
from pytest_personalize.service.kernel.lifecycle import Agenda
from pytest_personalize.service.kernel.quotas import Quotas
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.tables import Table
from pytest_personalize.service.kernel.trained import Trained

R = TypeVar("R", bound=Resource)

KINDS: Final[dict[str, type[Resource]]] = {}
"""Every kind of resource that the service keeps, by the name that ARNs give it."""


def resource_kind(cls: type[R]) -> type[R]:
    """Class decorator: this attrs class is a kind of resource with a table of its own."""
    KINDS[cls.kind] = cls
    cls.__repr__ = Resource.__repr__  # type: ignore[method-assign]  # attrs has given it one with all attributes
    return cls


@cache
def kinds_that_block(kind: str) -> tuple[type[Resource], ...]:
    """The kinds of resource that keep their parent, one of that kind, from being deleted."""
    return tuple(cls for cls in _kinds_below(kind) if cls.blocks_parent)


@cache
def kinds_that_go_with(kind: str) -> tuple[type[Resource], ...]:
    """The kinds of resource that are deleted together with their parent, one of that kind."""
    return tuple(cls for cls in _kinds_below(kind) if cls.goes_with_parent)


def _kinds_below(kind: str) -> Iterator[type[Resource]]:
    return (cls for cls in KINDS.values() if cls.parent_field == KINDS[kind].arn_field)


def _tables(given: Mapping[str, Table[Any]]) -> dict[str, Table[Any]]:
    if unknown := given.keys() - KINDS.keys():
        raise ValueError(f"there are no resources of the kind {', '.join(sorted(unknown))}")
    return {kind: given.get(kind, Table()) for kind in KINDS}


def _records(given: Mapping[str, Records]) -> dict[str, Records]:
    return defaultdict(Records, given)


@define(kw_only=True)
class RegionState:
    """What one region holds.

    ``tables`` are by kind of resource, all else by ARN: tags, the records of dataset groups, the models of solution
    versions and recommenders, the answers that a test declared. ``serial`` counts the ids that were given away.
    """

    tables: dict[str, Table[Any]] = field(factory=dict, converter=_tables)
    tags: dict[str, dict[str, str]] = field(factory=dict)
    records: dict[str, Records] = field(factory=dict, converter=_records)
    models: dict[str, Trained] = field(factory=dict)
    declared: dict[str, Declared] = field(factory=dict)
    serial: int = 0

    def fork(self) -> RegionState:
        """An independent copy: resources, records and models are shared, as they never change or are forked."""
        return RegionState(
            tables={kind: table.fork() for kind, table in self.tables.items()},
            tags={arn: dict(tags) for arn, tags in self.tags.items()},
            records={arn: records.fork() for arn, records in self.records.items()},
            models=dict(self.models),
            declared=dict(self.declared),
            serial=self.serial,
        )

    def merge(self, other: RegionState, changed: Callable[[Any], Any]) -> None:
        """Take in what another one holds, of which nothing is here yet; its resources come ``changed``."""
        for kind, table in other.tables.items():
            for resource in table:
                self.tables[kind].put(changed(resource))
        self.tags |= {arn: dict(tags) for arn, tags in other.tags.items()}
        self.records |= {arn: records.fork() for arn, records in other.records.items()}
        self.models |= other.models
        self.declared |= other.declared

    def forget(self, arn: str) -> None:
        """A resource is gone: nothing of it stays behind."""
        for kept in (self.tags, self.records, self.models, self.declared):
            kept.pop(arn, None)


@define(kw_only=True)
class AccountState:
    """What one account holds, in all its regions."""

    clock: ClockState
    agenda: Agenda
    quotas: Quotas
    regions: dict[str, RegionState]
