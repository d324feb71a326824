"""The state of one pretend AWS account: its regions, and in each the tables of resources and the data."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from operator import is_
from typing import Any, Final, TypeVar

from attrs import field, frozen

from pytest_personalize.data.records import Records
from pytest_personalize.data.stores import ObjectStore
from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.clock import Clock
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import Engine
from pytest_personalize.service.kernel.quotas import Minimums, Quotas
from pytest_personalize.service.kernel.resource import ACTIVE, Resource
from pytest_personalize.service.kernel.tables import Table

R = TypeVar("R", bound=Resource)
T = TypeVar("T")

KINDS: Final[dict[str, type[Resource]]] = {}
"""Every kind of resource that the service keeps, by the name that ARNs give it."""


def resource_kind(cls: type[R]) -> type[R]:
    """Class decorator: this attrs class is a kind of resource with a table of its own."""
    KINDS[cls.kind] = cls
    cls.__repr__ = Resource.__repr__  # type: ignore[method-assign]  # attrs has given it one with all attributes
    return cls


@frozen(kw_only=True)
class Account:
    """One account: what all its regions share."""

    account_id: str
    clock: Clock
    engine: Engine
    quotas: Quotas
    minimums: Minimums
    seed: int
    store: Callable[[], ObjectStore]
    regions: dict[str, Region] = field(factory=dict)

    def region(self, name: str) -> Region:
        """That region, empty when it was never used."""
        region = self.regions.get(name)
        if region is None:
            region = self.regions[name] = Region(self, name)
        return region

    def catch_up(self) -> float:
        """Do what is due on the clock, and return what time it is."""
        now = self.clock.timestamp()
        self.engine.catch_up(self.regions, now)
        return now


class Region:
    """One region of an account: the tables of resources, their tags, the records and the trained models.

    ``declared`` are the answers that a test wants instead of those of the models.
    """

    def __init__(self, account: Account, name: str) -> None:
        self.account = account
        self.engine: Engine = account.engine
        self.name = name
        self.tags: dict[str, dict[str, str]] = {}
        self.records: dict[str, Records] = defaultdict(Records)
        self.models: dict[str, Any] = {}
        self.declared: dict[str, Any] = {}
        self._kept: dict[str, tuple[tuple[object, ...], Any]] = {}
        self._tables: dict[str, Table[Any]] = {kind: Table() for kind in KINDS}
        self._prefix = f"arn:{arns.partition(name)}:personalize:{name}:{account.account_id}:"
        self._serial = 0

    def now(self) -> float:
        """The moment of the present call in epoch seconds, or of the step of the past that is caught up with."""
        return self.engine.moment

    def arn(self, kind: str, path: str) -> str:
        """The ARN of a resource of this region."""
        return f"{self._prefix}{kind}/{path}"

    def hexadecimal(self, digits: int, purpose: str) -> str:
        """A new random-looking hexadecimal number, the same in every run with the same seed and calls."""
        self._serial += 1
        text = f"{self.account.seed}/{self.name}/{purpose}/{self._serial}"
        return hashlib.blake2b(text.encode(), digest_size=(digits + 1) // 2).hexdigest()[:digits]

    def table(self, kind: str) -> Table[Any]:
        """The table of that kind of resource."""
        return self._tables[kind]

    def rows(self, cls: type[R]) -> Table[R]:
        """The table of that class of resource."""
        return self._tables[cls.kind]

    def find(self, cls: type[R], arn: str, *, missing: str = "not found") -> R:
        """The resource of that class and ARN.

        Raises InvalidInputException for an ARN of another type, account or region, ResourceNotFoundException (the row
        ``missing`` of the table of refusals) for one that names nothing.
        """
        found: R | None = self._tables[cls.kind].get(arn)
        if found is None:
            if not arn.startswith(f"{self._prefix}{cls.arn_kind or cls.kind}/"):
                raise refusal("wrong arn", wanted=cls.kind, arn=arn)
            raise refusal(missing, arn=arn)
        return found

    def describe(self, cls: type[R], arn: str) -> R:
        """As ``find``, but counts as a look at the resource, which may move it on to its next status."""
        found = self.find(cls, arn)
        if not self.engine.is_moving(arn):
            return found
        moved: R | None = self.engine.polled(self, found)
        if moved is None:
            raise refusal("not found", arn=arn)
        return moved

    def active(self, cls: type[R], arn: str, operation: str) -> R:
        """As ``find``, and ResourceInUseException unless its status is ACTIVE."""
        found = self.find(cls, arn)
        self.require(found, operation, (ACTIVE,))
        return found

    def require(self, resource: Resource, operation: str, statuses: Collection[str]) -> None:
        """ResourceInUseException unless the status of the resource is one of those."""
        if resource.status not in statuses:
            needed = " or ".join(statuses)
            raise refusal("status", arn=resource.arn, status=resource.status, operation=operation, needed=needed)

    def delete(self, resource: Resource, operation: str, statuses: Collection[str]) -> None:
        """Start to delete a resource; ResourceInUseException from another status, or while something blocks it."""
        self.require(resource, operation, statuses)
        blockers = [
            child.arn
            for cls in KINDS.values()
            if cls.blocks_parent
            for child in self._tables[cls.kind].of(resource.arn)
        ]
        if blockers:
            raise refusal("used", arn=resource.arn, blockers=", ".join(blockers))
        self.engine.begin(self, resource, "delete")

    def create(self, resource: R, tags: Mapping[str, str] | None = None) -> R:
        """Enter a new resource and start its script; ResourceAlreadyExistsException when its ARN is taken."""
        self.claim(resource.kind, resource.arn)
        if tags:
            self.tags[resource.arn] = dict(tags)
        created: R = self.engine.begin(self, resource, "create")
        return created

    def claim(self, kind: str, arn: str) -> None:
        """Refuse an ARN that is taken."""
        if arn in self._tables[kind]:
            raise refusal("exists", arn=arn)

    def kept(self, arn: str, made_of: tuple[object, ...], make: Callable[[], T]) -> T:
        """What was made for a resource; it is made anew as soon as one of the objects that it is made of is another."""
        found = self._kept.get(arn)
        if found is None or not all(map(is_, found[0], made_of)):
            found = self._kept[arn] = made_of, make()
        kept: T = found[1]
        return kept

    def forget(self, arn: str) -> None:
        """A resource is gone: nothing of it stays behind."""
        self.tags.pop(arn, None)
        self.records.pop(arn, None)
        self.models.pop(arn, None)
        self.declared.pop(arn, None)
        self._kept.pop(arn, None)

    def tables(self) -> Iterator[tuple[str, Table[Any]]]:
        """Kind and table, for reports and snapshots."""
        return iter(self._tables.items())

    def state(self) -> dict[str, Any]:
        """What a snapshot keeps: the tables copied, the resources, records and models shared or forked."""
        return {
            "tags": {arn: dict(tags) for arn, tags in self.tags.items()},
            "records": {arn: records.fork() for arn, records in self.records.items()},
            "models": dict(self.models),
            "declared": dict(self.declared),
            "tables": {kind: table.fork() for kind, table in self._tables.items() if len(table)},
            "serial": self._serial,
        }

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Back to what ``state()`` gave, which stays untouched."""
        self.tags = {arn: dict(tags) for arn, tags in state["tags"].items()}
        self.records = defaultdict(Records, {arn: records.fork() for arn, records in state["records"].items()})
        self.models = dict(state["models"])
        self.declared = dict(state["declared"])
        kept = state["tables"]
        self._tables = {kind: kept[kind].fork() if kind in kept else Table() for kind in KINDS}
        self._serial = state["serial"]
