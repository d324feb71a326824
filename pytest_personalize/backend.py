"""``PersonalizeBackend``: one pretend AWS, as a test holds it. One call in, one answer out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from attrs import asdict, evolve

from pytest_personalize import names
from pytest_personalize.data.rows import Row, rows_of
from pytest_personalize.data.store_choice import SAMPLE, store_choice
from pytest_personalize.data.stores import MemoryStore, ObjectStore
from pytest_personalize.door import Door
from pytest_personalize.service.kernel.account import Account, OnProgress, Region
from pytest_personalize.service.kernel.lifecycle import Engine, steps
from pytest_personalize.service.kernel.quotas import minimums as data_minimums
from pytest_personalize.service.kernel.quotas import quotas as aws_quotas
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.transitions import Transitions
from pytest_personalize.testing.calls import KEPT, Calls
from pytest_personalize.testing.clock import BackendClock
from pytest_personalize.testing.declarations import DeclaredAnswers, region_of
from pytest_personalize.testing.faults import Faults
from pytest_personalize.testing.kept import Options, Saved
from pytest_personalize.testing.options import checked_account_id, checked_data, checked_region, checked_seed
from pytest_personalize.testing.own_data import own_data
from pytest_personalize.testing.reach import Reach
from pytest_personalize.testing.resources import Resources
from pytest_personalize.testing.sample_store import SampleStock
from pytest_personalize.testing.saving import loaded, save
from pytest_personalize.testing.seeded import Named, SeededGroup
from pytest_personalize.testing.seeding import Kit, Place, find_preset, kit, other_arns, own_kit, put_in, sizes_of
from pytest_personalize.testing.sleep_loops import SleepLoops
from pytest_personalize.testing.snapshots import Snapshot, restored, taken
from pytest_personalize.testing.waiting import PAUSE, check_status, has_arrived, looked_at
from pytest_personalize.testing.watching import Before

if TYPE_CHECKING:
    from pytest_personalize.explaining import Explainer
    from pytest_personalize.testing.metrics import Metrics


class PersonalizeBackend(Resources):
    """One pretend AWS account with Amazon Personalize in it, new and empty.

    ``region`` is where calls without a region go and where the resource mappings look; calls of clients of other
    regions go to those. ``account_id`` is the account in all ARNs. ``transitions`` is ``"instant"``, ``"polls:N"``,
    ``"clock"`` or ``"aws"``, or a mapping from kinds of resources (and ``"default"``) to those. ``quotas`` is
    ``"aws"``, None for none, or a mapping of single values; ``minimums`` is ``"aws"`` to ask for as much data as AWS
    does, or a mapping of single values (``interactions``, ``users_with_two_interactions``, ``percent_of_users``,
    ``import_records``). With ``data="optional"`` solutions and trainings want no data at all, for programs that build
    infrastructure first: a training on no rows makes an empty model. ``s3`` is where jobs read and write: ``"memory"``,
    a folder whose sub-folders are buckets (a path, or a text with a slash: ``"./folder"``), an object store or a boto3
    S3 client; by default moto's S3 when that is active, memory otherwise; with ``"sample"`` likewise, and locations
    that an import or a batch job reads and that hold nothing get sample rows first. ``preset`` is a dataset group to
    begin with: ``"shop"``, ``"video"``, ``"movies"`` or ``"actions"``; it is then in ``seeded``. ``seed`` steers all
    that looks random. ``regions`` is where the service exists beside ``region``: ``"aws"`` for the regions of
    botocore, ``"any"``, or names; clients of another get EndpointConnectionError. ``calls_kept`` calls stay on record.

    ``on_progress`` may be set to a function that jobs call while they run, with the resource, how much is done and how
    much there is to do: batch jobs count lines and imports files, trainings and exports say 0 of 1, and then 1 of 1.
    """

    on_progress: OnProgress | None = None

    def __init__(
        self,
        *,
        region: str = "us-east-1",
        account_id: str = "123456789012",
        transitions: names.Transitions = "instant",
        quotas: Mapping[str, int] | str | None = "aws",
        minimums: str | Mapping[str, float] | None = None,
        data: names.Data = "required",
        preset: names.Preset | None = None,
        s3: Any = None,
        seed: int = 0,
        regions: str | Collection[str] = "aws",
        calls_kept: int = KEPT,
    ) -> None:
        self._loops = SleepLoops(lambda: {one.arn: one.status for one in self.all_resources()})
        self._clock = BackendClock(self._loops.slept, lambda: self._door.catch_up())
        self._calls = Calls(kept=calls_kept)
        self._faults = Faults(self.clock.inner)
        self._given: dict[str, Resource] = {}
        self._minimums, self._data = minimums, data
        self._memory, self._samples = MemoryStore(), SampleStock()
        self._account = Account(
            account_id=checked_account_id(account_id),
            clock=self.clock.inner,
            engine=Engine(Transitions(transitions, steps()), self.faults),
            quotas=aws_quotas(quotas),
            minimums=data_minimums(minimums),
            needs_data=checked_data(data),
            seed=checked_seed(seed),
            store=lambda: self._memory,
            on_progress=lambda: self.on_progress,
        )
        self._seeded: dict[str, SeededGroup] = {}
        self._reach = Reach(self._account, checked_region(region), regions)
        self._door = Door(self._account, self.calls, self.faults, self._reach, self._loops)
        super().__init__(self._read_region, region)
        self._choose_store(s3)
        if preset is not None:
            self.seed(preset)

    def __repr__(self) -> str:
        used = {name: self.region(name) for name in (self.region_name, *self._account.regions)}
        return f"<PersonalizeBackend: {'; '.join(f'{name}: {found._counted()}' for name, found in used.items())}>"

    @property
    def account_id(self) -> str:
        """The account in all ARNs."""
        return self._account.account_id

    @property
    def clock(self) -> BackendClock:
        """What the service takes for now: moved, held, and slept on."""
        return self._clock

    @property
    def calls(self) -> Calls:
        """Every call that came here, in order, with its parameters and its answer or error."""
        return self._calls

    @property
    def faults(self) -> Faults:
        """Bad days of the service: throttling, errors, latency, lost connections, jobs that fail."""
        return self._faults

    @property
    def transitions(self) -> Transitions:
        """How statuses change; set it as a whole or by kind of resource."""
        return self._account.engine.transitions

    @transitions.setter
    def transitions(self, setting: names.Transitions | Transitions) -> None:
        self._account.engine.transitions = Transitions(setting, steps())

    @property
    def given(self) -> Mapping[str, Resource]:
        """The resources that presets and snapshots have brought, as they were then, by ARN."""
        return self._given

    @property
    def s3(self) -> ObjectStore:
        """Where import, export and batch jobs read and write, by ``s3://bucket/key``."""
        self._door.catch_up()
        return self._store()

    @property
    def made_up(self) -> list[str]:
        """The addresses of what ``s3="sample"`` has put into the store."""
        return self._samples.made_up

    def assert_called(self, operation: names.Operation, *, times: int | None = None, **params: Any) -> Calls:
        """The calls of that operation with at least these parameters, as ``calls.assert_called``."""
        __tracebackhide__ = True
        return self.calls.assert_called(operation, times=times, **params)

    def assert_not_called(self, operation: names.Operation, **params: Any) -> None:
        """No such call, as ``calls.assert_not_called``."""
        __tracebackhide__ = True
        self.calls.assert_not_called(operation, **params)

    def region(self, name: str) -> Resources:
        """The resources of another region; ``ValueError`` for a name that is none."""
        return Resources(self._read_region, checked_region(name))

    def wait(self, arn: str, until: names.Status = "ACTIVE") -> Resource:
        """Look at a resource, as a Describe does, and move the clock by a minute until it has that status; return it.

        An update of an active resource is waited for as well. ``RuntimeError`` with the ``failureReason`` of a resource
        that comes to rest in another status, ``KeyError`` for an ARN that names none or no more, ``ValueError`` for a
        status that there is not.
        """
        check_status(until)
        name = region_of(arn, self.region_name)
        while True:
            with self._door.lock:
                region = self._read_region(name)
                resource = looked_at(region, arn)
                if has_arrived(region, resource, until):
                    return resource
            self.clock.advance(PAUSE)

    def all_resources(self) -> list[Resource]:
        """The resources of all regions, the oldest first; looking at them here does not count as a Describe."""
        with self._door.lock:
            self._account.catch_up()
            return sorted(self._resources(), key=lambda resource: resource.creation_date_time)

    def _resources(self) -> Iterator[Resource]:
        return (one for region in self._account.regions.values() for _, table in region.tables() for one in table)

    def so_far(self) -> Before:
        """How things are now, for reports on what a test does from here on."""
        with self._door.lock:
            return Before(
                self.calls.tally.copy(), {one.arn: one for one in self._resources()}, len(self._samples.made_up)
            )

    @contextmanager
    def _giving(self) -> Iterator[None]:
        """What comes in meanwhile is brought along, and nothing that a test has made by its calls."""
        before = list(self._resources())
        own = set(map(id, before))
        yield
        self._given.update((resource.arn, resource) for resource in self._resources() if id(resource) not in own)

    def records(self, dataset_arn: str) -> list[Row]:
        """The rows of a dataset as the service holds them: imported, put and streamed ones, the newest last.

        A row is values by the field names of the schema, None for null. Of an item, user or action there is the newest
        record; an event without a user stands under the id of its session. ``KeyError`` for another ARN.
        """
        name = region_of(dataset_arn, self.region_name)
        with self._door.lock:
            dataset = self.region(name).datasets[dataset_arn]
            return rows_of(self._account.region(name).records[dataset.dataset_group_arn], dataset.dataset_type)

    @property
    def seeded(self) -> Mapping[str, SeededGroup]:
        """The dataset groups that were seeded here, by name."""
        return Named("seeded group", self._seeded)

    def seed(
        self,
        preset: names.Preset,
        *,
        name: str | None = None,
        region: str | None = None,
        ids: names.Ids = "names",
        arns: Mapping[str, str] | None = None,
        **sizes: int,
    ) -> SeededGroup:
        """Put a preset in: a dataset group with data, and recommenders or campaigns that answer.

        Args:
            preset: ``"shop"`` (ECOMMERCE, a recommender for each use case), ``"video"`` (VIDEO_ON_DEMAND, likewise),
                ``"movies"`` (Custom, a campaign for each recipe) or ``"actions"`` (next best action).
            name: what the dataset group is called, and what the names of everything in it begin with; the name of the
                preset by default.
            region: where it goes; the region of the backend by default.
            ids: ``"names"`` that can be read (``user-ada``), or ``"numeric"`` ones that begin at ``"1"``.
            arns: the ARNs that its recommenders or campaigns shall have, by use case or recipe, where code has them
                hard-wired: of that region, and of any account.
            sizes: ``users=``, ``items=``, ``interactions=``, and ``actions=`` of the preset of that name.

        It is built through the public operations once in a process, and does not show in ``calls``. Quotas are raised
        by what it brings along. ``ValueError`` for an unknown preset, a name or ARN that is taken or cannot be, or a
        size below 1; ``TypeError`` for an unknown size, ``KeyError`` for ``arns`` of what the preset does not have.
        """
        found = find_preset(preset)
        wanted = sizes_of(found, sizes)
        place = self._place(name or preset, region)
        return self._plant(place, kit(place, found, wanted, ids), arns or {})

    def seed_from(
        self,
        name: str,
        *,
        interactions: Any = None,
        items: Any = None,
        users: Any = None,
        actions: Any = None,
        action_interactions: Any = None,
        recipes: Iterable[str] = (),
        filters: Mapping[str, str] | None = None,
        domain: names.Domain | None = None,
        schemas: Mapping[str, str | Mapping[str, Any]] | None = None,
        arns: Mapping[str, str] | None = None,
        region: str | None = None,
    ) -> SeededGroup:
        """Put own data in: a dataset group with them, and recommenders or campaigns that were trained on them.

        Args:
            name: what the dataset group is called, and what the names of everything in it begin with.
            interactions: rows as mappings by column, a frame of pandas or polars, a path, CSV text, or pairs of user
                and item, which get timestamps a second apart.
            items: likewise, but for pairs.
            users: likewise, as are the next two.
            actions: for next best action.
            action_interactions: for next best action.
            recipes: names or ARNs: those of a domain become recommenders, others solutions with campaigns.
            filters: filter expressions by name.
            domain: ``"ECOMMERCE"`` or ``"VIDEO_ON_DEMAND"``.
            schemas: Avro text or dictionary by dataset (``items``); all others are worked out from names and values.
            arns: the ARNs that its recommenders or campaigns shall have, by use case or recipe.
            region: where it goes; the region of the backend by default.

        In rows, dates become epoch seconds, lists text with bars (``Crime|Drama``), NaN and empty text null. It is
        built through the public operations once in a process for equal data and options, and does not show in
        ``calls``. What the service refuses is a ``ValueError`` in its words, with the row in a note; so are unknown
        recipes, and a name or ARN that is taken. ``OSError`` for a file that cannot be read, ``TypeError`` for a row
        that is none, ``KeyError`` for ``arns`` of what is not made.
        """
        sources = {"interactions": interactions, "items": items, "users": users}
        sources |= {"actions": actions, "action_interactions": action_interactions}
        data = own_data(sources, domain=domain, schemas=schemas or {}, filters=filters or {}, recipes=recipes)
        place = evolve(self._place(name, region), minimums=self._account.minimums, needs_data=self._account.needs_data)
        return self._plant(place, own_kit(place, data), arns or {})

    def _place(self, group_name: str, region: str | None) -> Place:
        name = checked_region(region or self.region_name)
        return Place(group_name=group_name, region_name=name, account_id=self.account_id, seed=self._account.seed)

    def _plant(self, place: Place, built: Kit, arns: Mapping[str, str]) -> SeededGroup:
        others = other_arns(built.group, arns, place.region_name)
        with self._door.lock, self._giving():
            self._account.catch_up()
            group = put_in(built, self._account.region(place.region_name), self._memory, others)
            self._seeded[place.group_name] = group
        return group

    @property
    def answers(self) -> DeclaredAnswers:
        """Answers that a test declares: ``answers(arn)`` for one campaign or recommender, ``answers.load(path)``."""
        return DeclaredAnswers(self._read_region, self.region_name)

    @property
    def explain(self) -> Explainer:
        """Why an item is, or is not, in an answer: ``explain(arn, user_id=…)``, ``explain.call(backend.calls[-1])``."""
        from pytest_personalize.explaining import Explainer

        return Explainer(self._door.lock, self._read_region, self.region_name)

    @property
    def metrics(self) -> Metrics:
        """What CloudWatch would have in ``AWS/Personalize``; ``print`` shows the sums."""
        from pytest_personalize.testing.metrics import measured

        with self._door.lock:
            return measured(self.calls, self._account.regions)

    def snapshot(self) -> Snapshot:
        """Keep the state as it is now; later changes do not show in it."""
        with self._door.lock:
            return taken(self._account, self._memory, self.faults, self._seeded)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to a snapshot, of this backend or of another one with the same account id.

        The calls so far stay on record. ``ValueError`` for a snapshot of another account.
        """
        with self._door.lock, self._giving():
            self._memory = restored(snapshot, self._account, self.faults)
            self._seeded = dict(snapshot.seeded)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the whole state into a JSON file, wholly or not at all.

        It is that of ``snapshot``, with the settings but for ``s3``. Models are not in it: ``load`` trains them again,
        from the data that they were trained on, when they are first asked.
        """
        with self._door.lock:
            options = Options(
                region=self.region_name,
                account_id=self.account_id,
                transitions=self.transitions.settings(),
                minimums=self._minimums,
                data=self._data,
                seed=self._account.seed,
                regions=regions if isinstance(regions := self._reach.setting, str) else sorted(regions),
                calls_kept=self.calls.kept,
            )
            save(Path(path), Saved(options=options, now=self.clock.timestamp(), snapshot=self.snapshot()))

    @classmethod
    def load(cls, path: str | PathLike[str], *, s3: Any = None) -> Self:
        """A new backend with the state of a saved one; its clock goes on from the time at which that was saved.

        To use it in a test, ``restore`` its ``snapshot`` into the active backend. SaveFileError, a ``ValueError``, for
        a file that is damaged, of another kind, or written by a newer version.
        """
        with loaded(Path(path)) as saved:
            backend = cls._from_saved(saved, {})
        backend._choose_store(s3)
        return backend

    @classmethod
    def _from_saved(cls, saved: Saved, options: Mapping[str, Any]) -> Self:
        """A new backend with a saved state, and these options in the place of the saved ones."""
        backend = cls(**{**asdict(saved.options, recurse=False), **options})
        backend.restore(saved.snapshot)
        backend.clock.run_on_from(saved.now)
        return backend

    def _choose_store(self, s3: Any) -> None:
        self._account.stock = self._samples if s3 == SAMPLE else None
        self._store = self._account.store = store_choice(s3, lambda: self._memory, self.region_name)

    def _read_region(self, name: str) -> Region:
        with self._door.lock:
            self._account.catch_up()
            return self._account.region(name)
