"""One pretend AWS account: its regions, and what may be done with the resources in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from operator import is_
from typing import Any, TypeVar

from attrs import define, field

from pytest_personalize.data.records import Records
from pytest_personalize.data.stores import ObjectStore
from pytest_personalize.failure import Failure
from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.clock import Clock
from pytest_personalize.service.kernel.data_points import DataPoint
from pytest_personalize.service.kernel.declared import Declared
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import Engine
from pytest_personalize.service.kernel.quotas import Minimums, Quotas
from pytest_personalize.service.kernel.resource import ACTIVE, Resource
from pytest_personalize.service.kernel.state import AccountState, RegionState, kinds_that_block, kinds_that_go_with
from pytest_personalize.service.kernel.tables import Table
from pytest_personalize.service.kernel.trained import Trained

R = TypeVar("R", bound=Resource)
T = TypeVar("T")


OnProgress = Callable[[Resource, int, int], None]
"""Called with a job, how much of it is done, and how much there is to do: lines, rows or files, or 1 for a training."""


@define(kw_only=True)
class Account:
    """One account: what all its regions share; ``needs_data`` is whether solutions and trainings want any data.

    ``stock`` is told which location is about to be looked at, and for which resource: the dataset of an import, the
    solution version of a batch job. ``on_progress`` gives whom jobs tell how far they are.
    """

    account_id: str
    clock: Clock
    engine: Engine
    quotas: Quotas
    minimums: Minimums
    needs_data: bool = True
    seed: int
    store: Callable[[], ObjectStore]
    stock: Callable[[Region, str, Resource], None] | None = None
    on_progress: Callable[[], OnProgress | None] = lambda: None
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

    def state(self) -> AccountState:
        """A copy of the whole state."""
        return AccountState(
            clock=self.clock.state,
            agenda=self.engine.agenda.fork(),
            quotas=self.quotas,
            regions={name: region.state.fork() for name, region in self.regions.items()},
        )

    def restore(self, state: AccountState) -> None:
        """Back to a state, which stays untouched; regions that it does not know are empty afterwards."""
        self.clock.state = state.clock
        self.engine.agenda = state.agenda.fork()
        self.quotas = state.quotas
        for name in {*self.regions, *state.regions}:
            self.region(name).state = state.regions[name].fork() if name in state.regions else RegionState()


class Region:
    """One region of an account; ``operation`` is what it answers at the moment, ``members`` what came with it.

    ``data_points`` are what metric attributions have reported so far; like calls, they outlast a ``restore``.
    """

    def __init__(self, account: Account, name: str) -> None:
        self.account = account
        self.engine: Engine = account.engine
        self.name = name
        self.state = RegionState()
        self.operation = ""
        self.members: Mapping[str, Any] = {}
        self.data_points: list[DataPoint] = []
        self._kept: dict[str, tuple[tuple[object, ...], Any]] = {}
        self._prefix = f"arn:{arns.partition(name)}:personalize:{name}:{account.account_id}:"

    @property
    def tags(self) -> dict[str, dict[str, str]]:
        """The tags of resources, by ARN."""
        return self.state.tags

    @property
    def records(self) -> dict[str, Records]:
        """The data, by ARN of the dataset group."""
        return self.state.records

    @property
    def models(self) -> dict[str, Trained]:
        """The finished trainings, by ARN of the solution version or recommender."""
        return self.state.models

    @property
    def declared(self) -> dict[str, Declared]:
        """The answers that a test wants instead of those of the models, by ARN."""
        return self.state.declared

    def now(self) -> float:
        """The moment of the present call in epoch seconds, or of the step of the past that is caught up with."""
        return self.engine.moment

    def arn(self, kind: str, path: str) -> str:
        """The ARN of a resource of this region."""
        return f"{self._prefix}{kind}/{path}"

    def progress(self, job: Resource, done: int, total: int) -> None:
        """Tell whoever wants to know how far a job is."""
        told = self.account.on_progress()
        if told is not None:
            told(job, done, total)

    def hexadecimal(self, digits: int, purpose: str) -> str:
        """A new random-looking hexadecimal number, the same in every run with the same seed and calls."""
        self.state.serial += 1
        text = f"{self.account.seed}/{self.name}/{purpose}/{self.state.serial}"
        return hashlib.blake2b(text.encode(), digest_size=(digits + 1) // 2).hexdigest()[:digits]

    def table(self, kind: str) -> Table[Any]:
        """The table of that kind of resource."""
        return self.state.tables[kind]

    def rows(self, cls: type[R]) -> Table[R]:
        """The table of that class of resource."""
        return self.state.tables[cls.kind]

    def find(self, cls: type[R], arn: str, *, missing: str = "not found") -> R:
        """The resource of that class and ARN.

        Raises InvalidInputException for an ARN of another type, account or region, ResourceNotFoundException (the row
        ``missing`` of the table of refusals) for one that names nothing.
        """
        found: R | None = self.state.tables[cls.kind].get(arn)
        if found is None:
            if not arn.startswith(f"{self._prefix}{cls.arn_kind or cls.kind}/"):
                raise refusal("wrong arn", wanted=cls.kind, arn=arn)
            raise refusal(missing, arn=arn)
        return found

    def still(self, cls: type[R], arn: str) -> R:
        """What a job works on, when it runs; Failure when it is gone, or is one of the same ARN that is just made."""
        found = self.rows(cls).get(arn)
        if found is None or found.status.startswith("CREATE"):
            raise Failure(f"{arn} was deleted meanwhile.")
        return found

    def describe(self, cls: type[R], arn: str) -> R:
        """As ``find``, but counts as a look at the resource, which may move it on to its next status."""
        found = self.find(cls, arn)
        if not self.engine.is_moving(arn):
            return found
        moved: R | None = self.engine.look(self, found)
        if moved is None:
            raise refusal("not found", arn=arn)
        return moved

    def active(self, cls: type[R], arn: str) -> R:
        """As ``find``, and ResourceInUseException unless its status is ACTIVE."""
        return self.require(self.find(cls, arn))

    def require(self, resource: R, statuses: Collection[str] = (ACTIVE,), *, row: str = "status") -> R:
        """The resource, as it is after a look at it where its status was none of those; refused if it still is not.

        ``row`` is the row of the table of refusals, ResourceInUseException for most operations.
        """
        if resource.status in statuses:
            return resource
        seen: R | None = self.engine.look(self, resource)
        if seen is None:
            raise refusal("not found", arn=resource.arn)
        if seen.status not in statuses:
            needed = " or ".join(statuses)
            raise refusal(row, arn=seen.arn, status=seen.status, operation=self.operation, needed=needed)
        return seen

    def settled(self, resource: R) -> R:
        """The resource, after a look at it while it is being updated; ResourceInUseException if it still is."""
        if not self.engine.is_moving(resource.arn):
            return resource
        seen: R | None = self.engine.look(self, resource)
        if seen is None or self.engine.is_moving(resource.arn):
            raise refusal("updating", arn=resource.arn)
        return seen

    def delete(self, resource: Resource, statuses: Collection[str]) -> None:
        """Start to delete a resource; ResourceInUseException from another status, or while something blocks it."""
        ready = self.require(resource, statuses)
        kinds = kinds_that_block(resource.kind)
        self.refuse_while("used", ready, lambda: [child for cls in kinds for child in self.rows(cls).of(resource.arn)])
        self.engine.begin(self, ready, "delete")

    def refuse_while(self, row: str, resource: Resource, blockers: Callable[[], Collection[Resource]]) -> None:
        """Refuse because of other resources, if there are any that block after a look at each of them."""
        found = blockers()
        for blocker in found:
            self.engine.look(self, blocker)
        if found and (left := blockers()):
            listed = ", ".join(blocker.arn for blocker in left)
            raise refusal(row, arn=resource.arn, blockers=listed, operation=self.operation)

    def look_at_moving(self, kind: str, parent_arn: str | None = None) -> None:
        """Look at all of that kind that are on their way, or at those below that parent: a call waits for them."""
        for one in list(self.engine.moving(self, kind)):
            if parent_arn is None or one.parent_arn == parent_arn:
                self.engine.look(self, one)

    def create(self, resource: R, tags: Mapping[str, str] | None = None) -> R:
        """Enter a new resource, whose ARN is free, and start its script."""
        if tags:
            self.tags[resource.arn] = dict(tags)
        created: R = self.engine.begin(self, resource, "create")
        return created

    def claim(self, kind: str, arn: str) -> None:
        """ResourceAlreadyExistsException when the ARN is taken, also by what is just being deleted."""
        taken = self.state.tables[kind].get(arn)
        if taken is not None and (not taken.status.startswith("DELETE") or self.engine.look(self, taken)):
            raise refusal("exists", arn=arn)

    def kept(self, arn: str, made_of: tuple[object, ...], make: Callable[[], T]) -> T:
        """What was made for a resource; it is made anew as soon as one of the objects that it is made of is another."""
        found = self._kept.get(arn)
        if found is None or not all(map(is_, found[0], made_of)):
            found = self._kept[arn] = made_of, make()
        kept: T = found[1]
        return kept

    def remove(self, resource: Resource) -> None:
        """A resource is gone, and with it what goes with it: nothing of them stays behind."""
        for cls in kinds_that_go_with(resource.kind):
            for child in self.rows(cls).of(resource.arn):
                self.remove(child)
        self.table(resource.kind).remove(resource.arn)
        self.engine.stop(resource.arn)
        self.state.forget(resource.arn)
        self._kept.pop(resource.arn, None)

    def tables(self) -> Iterator[tuple[str, Table[Any]]]:
        """Kind and table, for reports."""
        return iter(self.state.tables.items())
