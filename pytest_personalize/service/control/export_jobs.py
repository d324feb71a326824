"""Dataset export jobs: the records of a dataset as a CSV file in a bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from attrs import frozen

from pytest_personalize.data.export import ExportMode, export_csv
from pytest_personalize.service.control.datasets import Dataset
from pytest_personalize.service.jobs.locations import S3DataConfig, output_folder, write
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, creation
from pytest_personalize.service.kernel.lookups import described, listed
from pytest_personalize.service.kernel.operations import operation, structure
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag

EXPORTED: Final = frozenset({"INTERACTIONS", "ITEMS", "USERS"})
"""Actions and action interactions cannot be exported (developer guide, exporting a dataset)."""


@structure
@frozen(kw_only=True)
class DatasetExportJobOutput:
    """The folder that the file goes to."""

    s3_data_destination: S3DataConfig


@described
@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class DatasetExportJob(Resource):
    """One export; it cannot be deleted, and stays when its dataset goes."""

    kind: ClassVar[str] = "dataset-export-job"
    arn_field: ClassVar[str] = "dataset_export_job_arn"
    parent_field: ClassVar[str | None] = "dataset_arn"

    job_name: str
    dataset_export_job_arn: str
    dataset_arn: str
    ingestion_mode: ExportMode = "PUT"
    role_arn: str
    job_output: DatasetExportJobOutput


def _export(region: Region, job: DatasetExportJob, now: float) -> DatasetExportJob:
    dataset = region.still(Dataset, job.dataset_arn)
    records = region.records[dataset.dataset_group_arn]
    texts = export_csv(records, dataset.dataset_type, job.ingestion_mode)
    region.progress(job, 0, 1)
    # unknown: [jobs/files-of-an-export] how the service names the files and how many it makes. chosen: one, with the
    # name of the job
    write(region, f"{output_folder(region, job.job_output.s3_data_destination)}{job.job_name}.csv", texts)
    region.progress(job, 1, 1)
    return job


SCRIPTS["dataset-export-job", "create"] = creation(20, 280, _export)


@operation("CreateDatasetExportJob")
def create_dataset_export_job(
    region: Region,
    *,
    job_name: str,
    dataset_arn: str,
    role_arn: str,
    job_output: DatasetExportJobOutput,
    ingestion_mode: ExportMode = "PUT",
    tags: Sequence[Tag] = (),
) -> DatasetExportJob:
    """Export what was imported (BULK), what came through the events API (PUT), or both (ALL) of an ACTIVE dataset."""
    dataset = region.find(Dataset, dataset_arn)
    if dataset.dataset_type not in EXPORTED:
        raise refusal("no export", dataset_type=dataset.dataset_type)
    new = admit(
        region,
        DatasetExportJob,
        job_name,
        tags=tags,
        needs=(dataset,),
        check=lambda: output_folder(region, job_output.s3_data_destination),
    )
    job = DatasetExportJob(
        job_name=job_name,
        dataset_export_job_arn=new.arn,
        dataset_arn=dataset_arn,
        ingestion_mode=ingestion_mode,
        role_arn=role_arn,
        job_output=job_output,
        **new.beginning,
    )
    return new.enter(job)
