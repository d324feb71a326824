"""``PersonalizeBackend``: one pretend AWS, as a test holds it. One call in, one answer out."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import chain
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from pytest_personalize.data.rows import Row, rows_of
from pytest_personalize.data.stores import Boto3Store, FolderStore, MemoryStore, ObjectStore, store_of_moto
from pytest_personalize.service import endpoint
from pytest_personalize.service.kernel.account import Account, Region
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.service.kernel.lifecycle import Engine, Transitions
from pytest_personalize.service.kernel.quotas import Quotas
from pytest_personalize.service.kernel.quotas import minimums as data_minimums
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.shapes.attempts import no_answer, read_timeout, send
from pytest_personalize.shapes.http_responses import HttpAnswer, accepted, refused
from pytest_personalize.testing.calls import KEPT, Call, Calls
from pytest_personalize.testing.clock import BackendClock
from pytest_personalize.testing.declarations import Answers, region_of
from pytest_personalize.testing.faults import Faults, NoAnswer
from pytest_personalize.testing.resources import Resources
from pytest_personalize.testing.saving import load, save
from pytest_personalize.testing.seeded import SeededGroup
from pytest_personalize.testing.seeding import find_preset, kit, put_in, sizes_of
from pytest_personalize.testing.snapshots import Snapshot, restored, taken
from pytest_personalize.testing.watching import Before


class PersonalizeBackend(Resources):
    """One pretend AWS account with Amazon Personalize in it, new and empty.

    ``region`` is where calls without a region go and where the resource mappings look; calls of clients of other
    regions go to those. ``account_id`` is the account in all ARNs. ``transitions`` is ``"instant"``, ``"polls:N"`` or
    ``"clock"``, or a mapping from kinds of resources (and ``"default"``) to those. ``quotas`` is ``"aws"``, None for
    none, or a mapping of single values; ``minimums`` is ``"aws"`` to ask for as much data as AWS does. ``s3`` is where
    jobs read and write: ``"memory"``, a folder whose sub-folders are buckets, or a boto3 S3 client; by default moto's
    S3 when that is active, memory otherwise. ``preset`` is a dataset group to begin with: ``"shop"``, ``"video"``,
    ``"movies"`` or ``"actions"``; it is then in ``seeded``. ``seed`` steers all that looks random. ``calls_kept`` is
    how many calls stay on record, the newest ones.
    """

    def __init__(
        self,
        *,
        region: str = "us-east-1",
        account_id: str = "123456789012",
        transitions: str | Mapping[str, str] = "instant",
        quotas: Mapping[str, int] | str | None = "aws",
        minimums: str | None = None,
        preset: str | None = None,
        s3: Any = None,
        seed: int = 0,
        calls_kept: int = KEPT,
    ) -> None:
        self.region_name = region
        self.account_id = account_id
        self.clock = BackendClock()
        self.calls = Calls(kept=calls_kept)
        self.given: dict[str, Resource] = {}
        self.faults = Faults(self.clock.inner)
        self._s3 = s3
        self._minimums = minimums
        self._memory = MemoryStore()
        self._lock = threading.RLock()
        self._account = Account(
            account_id=account_id,
            clock=self.clock.inner,
            engine=Engine(Transitions(transitions)),
            quotas=Quotas(quotas),
            minimums=data_minimums(minimums),
            seed=seed,
            store=lambda: self.s3,
        )
        self._account.engine.sabotage = self.faults.doom
        self._seeded: dict[str, SeededGroup] = {}
        super().__init__(self._read_region, region)
        if preset is not None:
            self.seed(preset)

    @property
    def transitions(self) -> Transitions:
        """How statuses change; set it as a whole or by kind of resource."""
        return self._account.engine.transitions

    @transitions.setter
    def transitions(self, setting: str | Mapping[str, str]) -> None:
        self._account.engine.transitions = Transitions(setting)

    @property
    def s3(self) -> ObjectStore:
        """Where import, export and batch jobs read and write, by ``s3://bucket/key``."""
        if self._s3 is None:
            return store_of_moto(self.region_name) or self._memory
        if self._s3 == "memory":
            return self._memory
        if isinstance(self._s3, str | Path):
            return FolderStore(Path(self._s3))
        return Boto3Store(self._s3)

    def assert_called(self, operation: str, *, times: int | None = None, **params: Any) -> Calls:
        """The calls of that operation with at least these parameters, as ``calls.assert_called``."""
        __tracebackhide__ = True
        return self.calls.assert_called(operation, times=times, **params)

    def assert_not_called(self, operation: str, **params: Any) -> None:
        """No such call, as ``calls.assert_not_called``."""
        __tracebackhide__ = True
        self.calls.assert_not_called(operation, **params)

    def region(self, name: str) -> Resources:
        """The resources of another region."""
        return Resources(self._read_region, name)

    def all_resources(self) -> list[Resource]:
        """The resources of all regions, the oldest first; looking at them here does not count as a Describe."""
        with self._lock:
            self._account.catch_up()
            return sorted(self._resources(), key=lambda resource: resource.creation_date_time)

    def _resources(self) -> Iterator[Resource]:
        tables = (table for region in self._account.regions.values() for _, table in region.tables())
        return chain.from_iterable(tables)

    def so_far(self) -> Before:
        """How things are now, for reports on what a test does from here on."""
        with self._lock:
            return Before(self.calls.tally.copy(), {resource.arn: resource for resource in self._resources()})

    @contextmanager
    def _giving(self) -> Iterator[None]:
        """What comes in meanwhile is brought along, and nothing that a test has made by its calls."""
        before = list(self._resources())
        own = set(map(id, before))
        yield
        self.given.update((resource.arn, resource) for resource in self._resources() if id(resource) not in own)

    def records(self, dataset_arn: str) -> list[Row]:
        """The rows of a dataset as the service holds them: imported, put and streamed ones, the newest last.

        A row is values by the field names of the schema, None for null. Of an item, user or action there is the newest
        record; an event without a user stands under the id of its session. ``KeyError`` for another ARN.
        """
        name = region_of(dataset_arn, self.region_name)
        with self._lock:
            dataset = self.region(name).datasets[dataset_arn]
            return rows_of(self._account.region(name).records[dataset.dataset_group_arn], dataset.dataset_type)

    @property
    def seeded(self) -> Mapping[str, SeededGroup]:
        """The dataset groups that presets have made here, by name."""
        return MappingProxyType(self._seeded)

    def seed(self, preset: str, *, name: str | None = None, region: str | None = None, **sizes: int) -> SeededGroup:
        """Put a preset in: a dataset group with data, and recommenders or campaigns that answer.

        Args:
            preset: ``"shop"`` (ECOMMERCE, a recommender for each use case), ``"video"`` (VIDEO_ON_DEMAND, likewise),
                ``"movies"`` (Custom, a campaign for each recipe) or ``"actions"`` (next best action).
            name: what the dataset group is called, and what the names of everything in it begin with; the name of the
                preset by default.
            region: where it goes; the region of the backend by default.
            sizes: ``users=``, ``items=``, ``interactions=``, and ``actions=`` of the preset of that name.

        It is built through the public operations once in a process, and does not show in ``calls``. Quotas are raised
        by what it brings along. ``ValueError`` for an unknown preset, a name that is taken, or a size below 1;
        ``TypeError`` for an unknown size.
        """
        found = find_preset(preset)
        wanted = sizes_of(found, sizes)
        group_name, region_name = name or preset, region or self.region_name
        built = kit(preset, group_name, wanted, region_name, self.account_id, self._account.seed)
        with self._lock, self._giving():
            self._account.catch_up()
            group = put_in(built, self._account.region(region_name), self._memory)
            self._seeded[group_name] = group
        return group

    def answers(self, arn: str) -> Answers:
        """Declare what a campaign or recommender answers, whatever its model thinks; ``KeyError`` for another ARN.

        >>> declared = backend.answers(arn).for_user("user-ada", items=["blue-mug", "red-kite"]).default(items=[])
        """
        name = region_of(arn, self.region_name)
        return Answers(lambda: self._read_region(name), arn)

    def snapshot(self) -> Snapshot:
        """Keep the state as it is now; later changes do not show in it."""
        with self._lock:
            return taken(self._account, self._memory, self.faults, self._seeded)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot, of this backend or of another one with the same account id.

        The calls so far stay on record. ``ValueError`` for a snapshot of another account.
        """
        with self._lock, self._giving():
            self._memory = restored(snapshot, self._account, self.faults)
            self._seeded = dict(snapshot.seeded)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the whole state into a JSON file, wholly or not at all.

        It is that of ``snapshot``, with the settings but for ``s3``. Models are not in it: ``load`` trains them again,
        from the data that they were trained on, when they are first asked.
        """
        with self._lock:
            settings = {
                "region": self.region_name,
                "account_id": self.account_id,
                "transitions": self.transitions.state(),
                "minimums": self._minimums,
                "seed": self._account.seed,
                "now": self.clock.timestamp(),
            }
            save(Path(path), settings, self.snapshot())

    @classmethod
    def load(cls, path: str | PathLike[str], *, s3: Any = None) -> Self:
        """A new backend with the state of a saved one; its clock goes on from the time at which that was saved.

        To use it in a test, ``restore`` its ``snapshot`` into the active backend. SaveFileError, a ``ValueError``, for
        a file that is damaged, of another kind, or written by a newer version.
        """
        settings, snapshot = load(Path(path))
        now = settings.pop("now")
        backend = cls(s3=s3, **settings)
        backend.restore(snapshot)
        if snapshot.clock.frozen is None:
            backend.clock.freeze(now)
            backend.clock.unfreeze()
        return backend

    def respond(
        self, service: str, operation: str, region: str, body: bytes | str, patience: float | None = None
    ) -> tuple[HttpAnswer, dict[str, Any]]:
        """Answer one call as botocore's own endpoint does: the HTTP answer and the parsed members."""
        try:
            rendered = self.call(service, operation, region, body, patience=patience)
        except ServiceError as error:
            return refused(service, error.code, error.message)
        return accepted(service, rendered)

    def respond_to(self, client: Any, operation: Any, request: dict[str, Any]) -> Any:
        """Answer a client that is at hand: as ``respond``, with as many attempts as its retry handlers want.

        ``operation`` is botocore's model of the operation, ``request`` the serialized request. The answer is to be
        awaited when the client is one of aiobotocore.
        """
        service = client.meta.service_model.service_name

        def attempt() -> tuple[HttpAnswer, dict[str, Any]]:
            patience = read_timeout(client, request)
            try:
                return self.respond(service, operation.name, client.meta.region_name, request["body"], patience)
            except NoAnswer as lost:
                raise no_answer(lost.error, request["url"]) from None

        def waiting_time() -> float:
            return self.faults.waiting_time(operation.name, read_timeout(client, request))

        return send(client, operation, request, attempt, waiting_time)

    def call(
        self,
        service: str,
        operation: str,
        region: str,
        body: bytes | str,
        form: endpoint.Form = "python",
        *,
        patience: float | None = None,
    ) -> dict[str, Any]:
        """Answer one attempt of a call: the rendered members, or ServiceError, or NoAnswer for a lost connection.

        ``patience`` is how many seconds the caller waits for an answer, None without a limit.
        """
        with self._lock:
            account = self._account
            now = account.catch_up()
            members: dict[str, Any] = {}
            try:
                members = endpoint.decode(body)
                if self.faults.concern(operation):
                    work = partial(self._work, service, operation, region, members, form)
                    answer = self.faults.through(operation, work, patience)
                else:
                    answer = endpoint.answer(account.region(region), service, operation, members, form)
            except ServiceError as error:
                self.calls.append(Call(service, operation, region, members, None, error.code, error.message, now))
                raise
            except NoAnswer as lost:
                text = f"the {lost.reason} was lost" if lost.reason != "timeout" else "the client gave up waiting"
                self.calls.append(Call(service, operation, region, members, None, lost.error, text, now))
                raise
            self.calls.append(Call(service, operation, region, members, answer, None, None, now))
            return answer

    def _work(
        self, service: str, operation: str, region: str, members: dict[str, Any], form: endpoint.Form
    ) -> dict[str, Any]:
        """An attempt that a fault concerns: latency may have moved the clock."""
        self._account.catch_up()
        return endpoint.answer(self._account.region(region), service, operation, members, form)

    def _read_region(self, name: str) -> Region:
        with self._lock:
            self._account.catch_up()
            return self._account.region(name)
