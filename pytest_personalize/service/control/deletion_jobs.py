"""Data deletion jobs: all that a dataset group knows of some users is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import attrs
from attrs import frozen

from pytest_personalize.data.csv_import import check_headers, read_ids
from pytest_personalize.data.stores import is_csv_file
from pytest_personalize.failure import Failure
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.jobs.locations import DataSource, read_files
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, Script
from pytest_personalize.service.kernel.lookups import described, listed
from pytest_personalize.service.kernel.operations import operation
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag

INPUT_BYTES: Final = 100 * 1024 * 1024
"""The most that the files of a job can have together (developer guide, quotas page)."""


@described
@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class DataDeletionJob(Resource):
    """One deletion; ``num_deleted`` counts records, and is there when it is COMPLETED."""

    kind: ClassVar[str] = "data-deletion-job"
    arn_field: ClassVar[str] = "data_deletion_job_arn"
    parent_field: ClassVar[str | None] = "dataset_group_arn"
    newest_first: ClassVar[bool] = True  # service model

    job_name: str
    data_deletion_job_arn: str
    dataset_group_arn: str
    data_source: DataSource
    role_arn: str
    num_deleted: int | None = None


def _delete(region: Region, job: DataDeletionJob, now: float) -> DataDeletionJob:
    records = region.records[region.still(DatasetGroup, job.dataset_group_arn).arn]
    files = read_files(region, job.data_source, is_csv_file)
    if sum(len(content) for _, content in files) > INPUT_BYTES:
        raise Failure(f"The input files of a data deletion job can have at most {INPUT_BYTES} bytes together.")
    return attrs.evolve(job, num_deleted=records.delete_users(tuple(read_ids(files))))


SCRIPTS["data-deletion-job", "create"] = Script(
    states=("PENDING", "IN_PROGRESS"), seconds=(60, 3540), end="COMPLETED", failed="FAILED", work=_delete
)


@operation("CreateDataDeletionJob")
def create_data_deletion_job(
    region: Region,
    *,
    job_name: str,
    dataset_group_arn: str,
    data_source: DataSource,
    role_arn: str,
    tags: Sequence[Tag] = (),
) -> DataDeletionJob:
    """Delete the users of CSV files with the column USER_ID from an ACTIVE dataset group.

    Their records and interactions go; trained models stay as they are (developer guide, deleting users).
    """
    group = region.find(DatasetGroup, dataset_group_arn)
    new = admit(
        region,
        DataDeletionJob,
        job_name,
        tags=tags,
        needs=(group,),
        check=lambda: check_headers(read_files(region, data_source, is_csv_file), ["USER_ID"]),
        group=dataset_group_arn,
    )
    job = DataDeletionJob(
        job_name=job_name,
        data_deletion_job_arn=new.arn,
        dataset_group_arn=dataset_group_arn,
        data_source=data_source,
        role_arn=role_arn,
        **new.beginning,
    )
    return new.enter(job)
