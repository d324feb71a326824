"""Datasets: what a dataset group knows of one dataset type, under a schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

import attrs
from attrs import frozen

from pytest_personalize.data.avro import check_replacement
from pytest_personalize.data.errors import SchemaError
from pytest_personalize.data.schema_rules import DATASET_TYPES
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.schemas import DatasetSchema
from pytest_personalize.service.control.tracking import new_tracking_id
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit, times_now
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, Script, creation, deletion
from pytest_personalize.service.kernel.lookups import described, listed
from pytest_personalize.service.kernel.operations import operation
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource, Update
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag

_UPDATING: Final = ("UPDATE PENDING", "UPDATE IN_PROGRESS")


@frozen(kw_only=True)
class DatasetUpdateSummary(Update):
    """How far the replacement of a schema has got."""

    schema_arn: str


@described
@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class Dataset(Resource):
    """The dataset of one type in a dataset group.

    ``tracking_id`` is for PutActionInteractions, which has no event tracker; ``imported`` says whether a bulk import
    has succeeded, which is not shown anywhere.
    """

    kind: ClassVar[str] = "dataset"
    arn_field: ClassVar[str] = "dataset_arn"
    parent_field: ClassVar[str] = "dataset_group_arn"
    blocks_parent: ClassVar[bool] = True

    name: str
    dataset_arn: str
    dataset_group_arn: str
    dataset_type: str
    schema_arn: str
    latest_dataset_update: DatasetUpdateSummary | None = None
    tracking_id: str | None = None
    imported: bool = False

    @property
    def schema_arns(self) -> tuple[str, ...]:
        """The schema that it has, and the one that it is about to get."""
        update = self.latest_dataset_update
        if update is None or update.status not in _UPDATING:
            return (self.schema_arn,)
        return (self.schema_arn, update.schema_arn)


def _open(region: Region, dataset: Dataset, now: float) -> Dataset:
    schema = region.find(DatasetSchema, dataset.schema_arn)
    region.records[dataset.dataset_group_arn].add_dataset(dataset.dataset_type, schema.read)
    return dataset


def _drop(region: Region, dataset: Dataset, now: float) -> Dataset:
    records = region.records[dataset.dataset_group_arn]
    if dataset.dataset_type in records.schemas:
        records.drop_dataset(dataset.dataset_type)
    return dataset


class _SchemaReplacement(Script):
    """Progress shows in the status of the dataset as well (AWS sample notebook on updating datasets, 2023)."""

    def show(self, resource: Any, status: str, now: float, reason: str | None = None) -> Any:
        """The dataset; it is ACTIVE again after a failure, with its old schema."""
        shown = super().show(resource, status, now, reason)
        whole = ACTIVE if status == self.failed else status
        return attrs.evolve(shown, status=whole, last_updated_date_time=now)


def _replace_schema(region: Region, dataset: Dataset, now: float) -> Dataset:
    update = dataset.latest_dataset_update
    assert update is not None
    schema = region.find(DatasetSchema, update.schema_arn)
    region.records[dataset.dataset_group_arn].replace_schema(dataset.dataset_type, schema.read)
    return attrs.evolve(dataset, schema_arn=schema.arn)


SCRIPTS["dataset", "create"] = creation(5, 20, _open)
SCRIPTS["dataset", "update"] = _SchemaReplacement(
    states=_UPDATING,
    seconds=(10, 110),
    # unknown: [datasets/failed-replacement] no failed replacement was ever printed. chosen: by analogy with creations
    failed="UPDATE FAILED",
    field="latest_dataset_update",
    work=_replace_schema,
)
SCRIPTS["dataset", "delete"] = deletion(5, 25, _drop)


@operation("CreateDataset")
def create_dataset(
    region: Region,
    *,
    name: str,
    schema_arn: str,
    dataset_group_arn: str,
    dataset_type: str,
    tags: Sequence[Tag] = (),
) -> Dataset:
    """The one dataset of a type, in an ACTIVE dataset group of the domain of its schema."""
    group = region.find(DatasetGroup, dataset_group_arn)
    schema = region.find(DatasetSchema, schema_arn)
    upper_type = dataset_type.upper()
    if upper_type not in DATASET_TYPES:
        raise refusal("dataset type", given=dataset_type, known=", ".join(DATASET_TYPES))
    if schema.domain != group.domain:
        raise refusal("domain of schema", schema=schema_arn, theirs=schema.domain, group=group.arn, ours=group.domain)
    if schema.read.dataset_type != upper_type:
        raise refusal("type of schema", schema=schema_arn, theirs=schema.read.dataset_type, ours=upper_type)
    new = admit(region, Dataset, f"{group.name}/{upper_type}", tags=tags, needs=(group,))
    dataset = Dataset(
        name=name,
        dataset_arn=new.arn,
        dataset_group_arn=dataset_group_arn,
        dataset_type=upper_type,
        schema_arn=schema_arn,
        tracking_id=new_tracking_id(region) if upper_type == "ACTION_INTERACTIONS" else None,
        **new.beginning,
    )
    return new.enter(dataset)


@operation("UpdateDataset")
def update_dataset(region: Region, *, dataset_arn: str, schema_arn: str) -> Dataset:
    """Replace the schema of an ACTIVE Items or Users dataset by one that only adds columns with null.

    The old schema is in force until the update has ended (developer guide, replacing a dataset's schema).
    """
    dataset = region.find(Dataset, dataset_arn)
    schema = region.find(DatasetSchema, schema_arn)
    try:
        check_replacement(region.find(DatasetSchema, dataset.schema_arn).read, schema.read)
    except SchemaError as error:
        raise refusal("schema replacement", arn=dataset_arn, problem=error) from None
    dataset = region.require(dataset)
    region.refuse_while("data in use", dataset, lambda: _imports_under_way(region, dataset))
    update = DatasetUpdateSummary(schema_arn=schema_arn, **times_now(region))
    updating = attrs.evolve(dataset, latest_dataset_update=update)
    updated: Dataset = region.engine.begin(region, updating, "update")
    return updated


@operation("DeleteDataset")
def delete_dataset(region: Region, *, dataset_arn: str) -> None:
    """Delete an ACTIVE or failed dataset with its records, while nothing imports into it or trains on its group."""
    dataset = region.find(Dataset, dataset_arn)
    region.refuse_while(
        "data in use", dataset, lambda: [*_imports_under_way(region, dataset), *_trainings_under_way(region, dataset)]
    )
    region.delete(dataset, (ACTIVE, CREATE_FAILED))


def _imports_under_way(region: Region, dataset: Dataset) -> list[Resource]:
    moving = region.engine.moving(region, "dataset-import-job")
    return [job for job in moving if job.parent_arn == dataset.arn]


def _trainings_under_way(region: Region, dataset: Dataset) -> list[Resource]:
    moving = region.engine.moving(region, "solution-version")
    return [version for version in moving if version.dataset_group_arn == dataset.dataset_group_arn]
