"""What batch inference jobs and batch segment jobs have in common as resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, TypeVar

from attrs import frozen

from pytest_personalize.service.answering.answer import FilterUse
from pytest_personalize.service.answering.source import Source, make_source
from pytest_personalize.service.control.automatic_updates import update_model
from pytest_personalize.service.control.filters import usable_filter
from pytest_personalize.service.control.solution_versions import SolutionVersion, newest_version, what_it_needs
from pytest_personalize.service.jobs.batch import LineFormat, run_batch
from pytest_personalize.service.jobs.lines import text_map
from pytest_personalize.service.jobs.locations import S3DataConfig, input_objects, output_folder
from pytest_personalize.service.jobs.training import batch_records
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import structures
from pytest_personalize.service.kernel.resource import ACTIVE, Resource
from pytest_personalize.service.kernel.tagging import Tag
from pytest_personalize.service.kernel.trained import Trained

DEFAULT_RESULTS: Final = 25  # console text


@structures("BatchInferenceJobInput", "BatchSegmentJobInput")
@frozen(kw_only=True)
class BatchJobInput:
    """Where the input objects are: every one whose address starts with the path."""

    s3_data_source: S3DataConfig


@structures("BatchInferenceJobOutput", "BatchSegmentJobOutput")
@frozen(kw_only=True)
class BatchJobOutput:
    """The folder of the outputs."""

    s3_data_destination: S3DataConfig


@frozen(kw_only=True, slots=False)
class BatchJob(Resource):
    """A job on a solution version; it can neither be stopped nor deleted."""

    parent_field: ClassVar[str | None] = "solution_version_arn"

    job_name: str
    solution_version_arn: str
    job_input: BatchJobInput
    job_output: BatchJobOutput
    role_arn: str
    filter_arn: str | None = None
    num_results: int = DEFAULT_RESULTS

    def version(self, region: Region) -> SolutionVersion:
        """The solution version that the job works with."""
        return region.find(SolutionVersion, self.solution_version_arn)

    def source(
        self, region: Region, exploration: Mapping[str, str] | None = None, influence: Mapping[str, float] | None = None
    ) -> Source:
        """What it answers from: the data that the version was trained on, and what ``batch_records`` adds to them.

        A job on the newest version, if that is fully trained, takes in new items first (developer guide, batch
        inference), where the recipe does so by itself.
        """
        version = self.version(region)
        now, group_arn = region.now(), version.dataset_group_arn
        newest = newest_version(region, version.solution_arn, ACTIVE)
        if version.recipe.automatic_update_hours and version == newest and version.training_mode != "UPDATE":
            update_model(region, version.arn, group_arn, now)
        trained: Trained = region.models[version.arn]
        return make_source(
            trained,
            batch_records(trained, region.records[group_arn], now),
            arn=version.arn,
            dataset_group_arn=group_arn,
            exploration=exploration,
            influence=influence,
            seed=region.account.seed,
        )

    def run(
        self,
        region: Region,
        source: Source,
        lines: LineFormat,
        answer: Callable[[Mapping[str, Any], FilterUse | None], str],
        limit: int | None = None,
    ) -> None:
        """Answer every line of the input, from its members and with the filter of the job, if it has one.

        ``limit`` is the most lines that a file may have, by default what the recipe says.
        """
        use = None
        if self.filter_arn is not None:
            version = self.version(region)
            use = usable_filter(region, self.filter_arn, version.dataset_group_arn, version.recipe, version.arn)

        def answered(members: Mapping[str, Any]) -> str:
            line = None if use is None else FilterUse(filter=use, values=text_map(members, "filterValues"))
            return answer(members, line)

        given, destination = self.job_input.s3_data_source, self.job_output.s3_data_destination
        most = limit or source.recipe.most_batch_lines
        run_batch(region, given, destination, lines, answered, most, partial(region.progress, self))


J = TypeVar("J", bound=BatchJob)


def create_batch_job(
    region: Region,
    cls: type[J],
    version: SolutionVersion,
    *,
    filter_arn: str | None,
    job_input: BatchJobInput,
    job_output: BatchJobOutput,
    job_name: str,
    num_results: int | None,
    most_results: int,
    tags: Sequence[Tag],
    **own: Any,
) -> J:
    """A new job with its ``own`` members, after all that batch jobs are checked for."""
    count = num_results or DEFAULT_RESULTS
    if count > most_results:
        raise refusal("too many results", member="numResults", limit=most_results, why="", count=count)
    if filter_arn is not None:
        usable_filter(region, filter_arn, version.dataset_group_arn, version.recipe, version.arn)

    def look_at_locations() -> None:
        input_objects(region, job_input.s3_data_source, reader=version)
        output_folder(region, job_output.s3_data_destination)

    needs = what_it_needs(region, version)
    new = admit(region, cls, job_name, tags=tags, needs=needs, check=look_at_locations)
    own[cls.arn_field] = new.arn
    job = cls(
        job_name=job_name,
        solution_version_arn=version.arn,
        job_input=job_input,
        job_output=job_output,
        filter_arn=filter_arn,
        num_results=count,
        **own,
        **new.beginning,
    )
    return new.enter(job)
