"""Batch segment jobs: the users with the most affinity to an item, or to items with some attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar, Final

from attrs import frozen

from pytest_personalize.failure import Failure
from pytest_personalize.filters.parser import parse
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.recommenders.segments import SegmentModel
from pytest_personalize.service.answering.answer import Ask, FilterUse, select
from pytest_personalize.service.answering.source import Source
from pytest_personalize.service.control.batch_jobs import BatchJob, BatchJobInput, BatchJobOutput, create_batch_job
from pytest_personalize.service.control.filters import Filter
from pytest_personalize.service.control.solution_versions import SolutionVersion
from pytest_personalize.service.jobs.batch import SEGMENT_LINES
from pytest_personalize.service.jobs.lines import read_line
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, creation
from pytest_personalize.service.kernel.lookups import described, listed
from pytest_personalize.service.kernel.operations import operation
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag

MAX_RESULTS: Final = 5_000_000


@described
@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class BatchSegmentJob(BatchJob):
    """The users with the most affinity, for the lines of files."""

    kind: ClassVar[str] = "batch-segment-job"
    arn_field: ClassVar[str] = "batch_segment_job_arn"

    batch_segment_job_arn: str


def _run(region: Region, job: BatchSegmentJob, now: float) -> BatchSegmentJob:
    source = job.source(region)
    users_of = LINES[source.recipe.batch_lines]

    def answer(members: Mapping[str, Any], use: FilterUse | None) -> str:
        return _segment(source, users_of(source, members), use, job.num_results)

    job.run(region, source, SEGMENT_LINES, answer)
    return job


def _segment(source: Source, users: Iterator[int], use: FilterUse | None, count: int) -> str:
    selection = select(source, Ask(), use)
    left = users if selection is None else filter(selection.allows, users)
    # real files have blanks between the members of a line, and none inside the list
    listed = ",".join(SEGMENT_LINES.text(source.records.users[user]) for user in islice(left, count))
    return f'{{"usersList": [{listed}]}}'


def _users_of_item(source: Source, members: Mapping[str, Any]) -> Iterator[int]:
    model, item_id = _model(source), read_line("item segment", members)["itemId"]
    item = source.records.items.get(item_id)
    if item is None or not model.knows(item):
        raise Failure(f"The item {item_id} was not in the training data.")
    return model.item_segment(item)


def _users_of_attributes(source: Source, members: Mapping[str, Any]) -> Iterator[int]:
    return _model(source).attribute_segment(read_line("attribute segment", members)["itemAttributes"])


LINES: Final[Mapping[str | None, Callable[[Source, Mapping[str, Any]], Iterator[int]]]] = {
    "item segment": _users_of_item,
    "attribute segment": _users_of_attributes,
}
"""By the batch lines of a recipe: from the members of a line to all users, those with the most affinity first."""


def _model(source: Source) -> SegmentModel:
    assert isinstance(source.model, SegmentModel)  # what recipes with these lines train
    return source.model


SCRIPTS["batch-segment-job", "create"] = creation(60, 720, _run)


@operation("CreateBatchSegmentJob")
def create_batch_segment_job(
    region: Region,
    *,
    job_name: str,
    solution_version_arn: str,
    job_input: BatchJobInput,
    job_output: BatchJobOutput,
    role_arn: str,
    filter_arn: str | None = None,
    num_results: int | None = None,
    tags: Sequence[Tag] = (),
) -> BatchSegmentJob:
    """Find the users of every line of the input files; needs a version of a user segmentation recipe."""
    version = region.find(SolutionVersion, solution_version_arn)
    recipe = version.recipe
    if recipe.batch_lines not in LINES:
        raise refusal("no batch", recipe=recipe.name, arn=solution_version_arn, jobs="batch segment jobs")
    if filter_arn is not None and not recipe.filters_on_interactions:
        _refuse_interactions(region, filter_arn, recipe)
    return create_batch_job(
        region,
        BatchSegmentJob,
        version,
        job_name=job_name,
        job_input=job_input,
        job_output=job_output,
        role_arn=role_arn,
        filter_arn=filter_arn,
        num_results=num_results,
        most_results=MAX_RESULTS,
        tags=tags,
    )


def _refuse_interactions(region: Region, filter_arn: str, recipe: Recipe) -> None:
    parsed = parse(region.find(Filter, filter_arn).filter_expression)
    if any(condition.dataset.has_events for one in parsed.expressions for condition in one.conditions):
        raise refusal("interactions filter", filter=filter_arn, recipe=recipe.name)
