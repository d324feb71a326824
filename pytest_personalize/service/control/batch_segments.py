"""Batch segment jobs: the users with the most affinity to an item, or to items with some attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from attrs import frozen

from pytest_personalize.filters.attributes import parse_attributes
from pytest_personalize.filters.compiled import CompiledFilter
from pytest_personalize.filters.errors import FilterError
from pytest_personalize.filters.parser import parse
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.recommenders.segments import SegmentModel
from pytest_personalize.service.answering.answer import LOOKBACK
from pytest_personalize.service.answering.source import Source
from pytest_personalize.service.control.batch_jobs import BatchJob, admitted
from pytest_personalize.service.control.filters import Filter
from pytest_personalize.service.control.solution_versions import SolutionVersion
from pytest_personalize.service.control.tags import Tag
from pytest_personalize.service.jobs.batch import (
    SEGMENT_LINES,
    LineError,
    S3DataConfig,
    run_batch,
    text_map,
    text_member,
)
from pytest_personalize.service.kernel.account import Region, resource_kind
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, creation
from pytest_personalize.service.kernel.operations import Page, operation, structure
from pytest_personalize.service.kernel.paging import list_page

MAX_RESULTS: Final = 5_000_000
MAX_LINES: Final = {"aws-item-affinity": 500, "aws-item-attribute-affinity": 10}


@structure
@frozen(kw_only=True)
class BatchSegmentJobInput:
    """Where the input objects are: every one whose address starts with the path."""

    s3_data_source: S3DataConfig


@structure
@frozen(kw_only=True)
class BatchSegmentJobOutput:
    """The folder of the outputs."""

    s3_data_destination: S3DataConfig


@resource_kind
@frozen(kw_only=True, slots=False)
class BatchSegmentJob(BatchJob):
    """The users with the most affinity, for the lines of files."""

    kind: ClassVar[str] = "batch-segment-job"
    arn_field: ClassVar[str] = "batch_segment_job_arn"

    batch_segment_job_arn: str
    job_input: BatchSegmentJobInput
    job_output: BatchSegmentJobOutput


def _run(region: Region, job: BatchSegmentJob, now: float) -> BatchSegmentJob:
    source = job.source(region)
    use = job.filter(region)

    def answer(members: Mapping[str, Any]) -> str:
        return _segment(source, members, use, job.num_results)

    run_batch(
        region.account.store(),
        job.job_input.s3_data_source.path,
        job.job_output.s3_data_destination.path,
        SEGMENT_LINES,
        answer,
        MAX_LINES[source.recipe.name],
    )
    return job


def _segment(source: Source, members: Mapping[str, Any], use: CompiledFilter | None, count: int) -> str:
    model, records = source.model, source.records
    if not isinstance(model, SegmentModel):
        raise LineError(f"{source.recipe.name} makes no segments.")
    if source.recipe.name == "aws-item-affinity":
        item_id = text_member(members, "itemId")
        item = records.items.get(item_id)
        if item is None or not model.knows(item):
            raise LineError(f"The item {item_id} was not in the training data.")
        users = model.item_segment(item)
    else:
        users = model.attribute_segment(_attributes(members))
    selection = None
    if use is not None:
        try:
            values = text_map(members, "filterValues")
            selection = use.select(source.records, user=None, item=None, values=values, lookback=LOOKBACK)
        except FilterError as error:
            raise LineError(error.message) from None
    found: list[str] = []
    for user in users:
        if selection is None or selection.allows(user):
            found.append(records.users[user])
            if len(found) == count:
                break
    # real files have blanks between the members of a line, and none inside the list
    listed = ",".join(SEGMENT_LINES.text(user_id) for user_id in found)
    return f'{{"usersList": [{listed}]}}'


def _attributes(members: Mapping[str, Any]) -> tuple[tuple[str, str | int | float], ...]:
    text = members.get("itemAttributes")
    if not isinstance(text, str):
        raise LineError("itemAttributes must be a string.")
    try:
        return parse_attributes(text)
    except FilterError as error:
        raise LineError(error.message) from None


SCRIPTS["batch-segment-job", "create"] = creation(60, 720, _run)


@operation("CreateBatchSegmentJob")
def create_batch_segment_job(
    region: Region,
    *,
    job_name: str,
    solution_version_arn: str,
    job_input: BatchSegmentJobInput,
    job_output: BatchSegmentJobOutput,
    role_arn: str,
    filter_arn: str | None = None,
    num_results: int | None = None,
    tags: Sequence[Tag] = (),
) -> BatchSegmentJob:
    """Find the users of every line of the input files; needs a version of a user segmentation recipe."""
    version = region.find(SolutionVersion, solution_version_arn)
    recipe = version.recipe
    if not recipe.supports_batch_segment:
        raise refusal("no batch", recipe=recipe.name, arn=solution_version_arn, jobs="batch segment jobs")
    if filter_arn is not None and not recipe.filters_on_interactions:
        _refuse_interactions(region, filter_arn, recipe)
    arn, members, checked = admitted(
        region,
        BatchSegmentJob,
        version,
        job_name=job_name,
        role_arn=role_arn,
        filter_arn=filter_arn,
        num_results=num_results,
        most_results=MAX_RESULTS,
        tags=tags,
        operation="CreateBatchSegmentJob",
        quota="batch_segment_running",
    )
    job = BatchSegmentJob(batch_segment_job_arn=arn, job_input=job_input, job_output=job_output, **members)
    return region.create(job, checked)


def _refuse_interactions(region: Region, filter_arn: str, recipe: Recipe) -> None:
    parsed = parse(region.find(Filter, filter_arn).filter_expression)
    if any(condition.dataset.has_events for one in parsed.expressions for condition in one.conditions):
        raise refusal("interactions filter", filter=filter_arn, recipe=recipe.name)


@operation("DescribeBatchSegmentJob")
def describe_batch_segment_job(region: Region, *, batch_segment_job_arn: str) -> BatchSegmentJob:
    """The job, one look later in its script."""
    return region.describe(BatchSegmentJob, batch_segment_job_arn)


@operation("ListBatchSegmentJobs")
def list_batch_segment_jobs(
    region: Region,
    *,
    solution_version_arn: str | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Page:
    """The jobs of a solution version, or of the region."""
    return list_page(region, BatchSegmentJob, solution_version_arn, next_token, max_results)
