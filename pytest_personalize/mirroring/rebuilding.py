"""Rebuilds what was read: makes every resource anew on sample rows, and gives it what it has in reality."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from pytest_personalize.caveats import PersonalizeWarning
from pytest_personalize.data.stores import MemoryStore
from pytest_personalize.mirroring.reading import Found, Inventory
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.datasets import Dataset
from pytest_personalize.service.control.import_jobs import DatasetImportJob
from pytest_personalize.service.control.schemas import DatasetSchema
from pytest_personalize.service.kernel.account import Account, Region
from pytest_personalize.service.kernel.clock import Clock
from pytest_personalize.service.kernel.lifecycle import Engine, steps
from pytest_personalize.service.kernel.quotas import QUOTAS, Minimums, Quotas, quotas
from pytest_personalize.service.kernel.resource import ACTIVE, Resource, evolved
from pytest_personalize.service.kernel.transitions import Transitions
from pytest_personalize.testing.building import ROLE
from pytest_personalize.testing.calls import KEPT
from pytest_personalize.testing.faults import Faults
from pytest_personalize.testing.kept import Options, Saved, check_attributes
from pytest_personalize.testing.sample_store import SampleStock
from pytest_personalize.testing.seeding import asking
from pytest_personalize.testing.snapshots import taken

PLACE: Final = "s3://mirror"
"""Where the rows of datasets are imported from."""


DATA: Final = (DatasetSchema, DatasetGroup, Dataset)
"""What rows are imported into."""


@frozen
class Rebuilt:
    """What a state file is to hold; ``left_out`` are lines on what could not be made anew."""

    saved: Saved
    left_out: list[str]


@frozen(kw_only=True)
class Rows:
    """What datasets hold: CSV files by the ARN of the dataset, and for all others samples with ``ids`` by column."""

    files: Mapping[str, bytes] = field(factory=dict)
    ids: Mapping[str, Sequence[str]] = field(factory=dict)


def rebuild(inventory: Inventory, account_id: str, rows: Rows) -> Rebuilt:
    """The state of an account with everything in it ACTIVE; ``ValueError`` for a file that cannot be imported."""
    files = MemoryStore()
    clock = Clock()
    account = Account(
        account_id=account_id,
        clock=clock,
        engine=Engine(Transitions("instant", steps()), Faults(clock)),
        quotas=Quotas({}),
        minimums=Minimums(),
        needs_data=False,
        seed=0,
        store=lambda: files,
        stock=SampleStock(rows.ids),
    )
    left_out: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PersonalizeWarning)  # nobody here can do anything about it
        for name, found in inventory.regions.items():
            left_out += _Region(account.region(name), files, rows.files).rebuild(found)
    account.quotas = _raised(account)
    return Rebuilt(_saved(account, next(iter(inventory.regions))), left_out)


class _Region:
    """Rebuilds one region."""

    def __init__(self, region: Region, files: MemoryStore, given: Mapping[str, bytes]) -> None:
        self._region = region
        self._ask = asking(region)
        self._files = files
        self._given = given

    def rebuild(self, all_found: Sequence[Found]) -> list[str]:
        """Make everything; lines on what could not be made."""
        data = [found for found in all_found if found.kind.cls in DATA]
        others = [found for found in all_found if found.kind.cls not in DATA]
        left_out = [*self._problems(data)]
        self._fill()
        return [*left_out, *self._problems(others)]

    def _problems(self, all_found: Sequence[Found]) -> Iterator[str]:
        for found in all_found:
            try:
                self._make(found)
            except (TypeError, ValueError) as problem:
                yield f"{found.arn} cannot be made here: {' '.join(str(problem).split())}"

    def _make(self, found: Found) -> None:
        """One resource as it is in reality, made as if by its owner; ``ValueError`` in the words of a refusal."""
        kind, table = found.kind, self._region.table(found.kind.name)
        made = self._ask(kind.operation("create"), **kind.request(found.members))[kind.arn_member]
        resource: Resource | None = table.get(made)
        assert resource is not None
        try:
            if resource.status != ACTIVE:
                raise ValueError(resource.failure_reason)
            real = evolved(resource, **kind.values(found.members))
            check_attributes(real)
        except (TypeError, ValueError):
            self._region.remove(resource)
            raise
        table.remove(made)
        table.put(real)
        models = self._region.models
        if made in models:
            models[found.arn] = models.pop(made)
        if found.tags:
            self._region.tags[found.arn] = dict(found.tags)

    def _fill(self) -> None:
        """Import the rows: first those that are given, as samples are about the users and items that are there."""
        datasets = sorted(self._region.rows(Dataset), key=lambda each: each.arn not in self._given)
        for place, dataset in enumerate(datasets):
            uri = f"{PLACE}/{self._region.name}/{place}.csv"
            if dataset.arn in self._given:
                self._files.put(uri, self._given[dataset.arn])
            try:
                self._import(dataset.arn, uri)
            except ValueError as problem:
                raise ValueError(f"the rows of {dataset.arn} cannot be imported: {problem}") from None

    def _import(self, dataset_arn: str, uri: str) -> None:
        source = {"dataLocation": uri}
        arn = self._ask(
            "CreateDatasetImportJob", jobName="mirror", datasetArn=dataset_arn, dataSource=source, roleArn=ROLE
        )["datasetImportJobArn"]
        job = self._region.find(DatasetImportJob, arn)
        self._region.remove(job)
        if job.status != ACTIVE:
            raise ValueError(job.failure_reason)


def _raised(account: Account) -> Quotas:
    """The quotas of AWS, and no fewer than there are: AWS has granted what is more."""
    raised = quotas("aws")
    for region in account.regions.values():
        for name, quota in QUOTAS.items():
            if quota.scope in ("region", "group"):
                each = (
                    one.dataset_group_arn if quota.scope == "group" else region.name for one in region.table(quota.kind)
                )
                for place, count in Counter(each).items():
                    raised = raised.grant(name, place, max(0, count - quota.value))
    return raised


def _saved(account: Account, home: str) -> Saved:
    options = Options(
        region=home,
        account_id=account.account_id,
        transitions=account.engine.transitions.settings(),
        minimums=None,
        data="required",
        seed=account.seed,
        regions="aws",
        calls_kept=KEPT,
    )
    snapshot = taken(account, MemoryStore(), Faults(account.clock), {})
    return Saved(options=options, now=account.clock.timestamp(), snapshot=snapshot)
