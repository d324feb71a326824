"""What batch inference jobs and batch segment jobs have in common as resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, TypeVar

from attrs import frozen

from pytest_personalize.filters.compiled import CompiledFilter
from pytest_personalize.service.answering.source import Source, make_source
from pytest_personalize.service.control.automatic_updates import update_model
from pytest_personalize.service.control.filters import usable_filter
from pytest_personalize.service.control.solution_versions import SolutionVersion, newest_version, what_it_needs
from pytest_personalize.service.jobs.locations import S3DataConfig, input_objects, output_folder
from pytest_personalize.service.jobs.training import batch_records
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import Admission, Times, admit
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.resource import ACTIVE, Resource
from pytest_personalize.service.kernel.tagging import Tag
from pytest_personalize.service.kernel.trained import Trained

DEFAULT_RESULTS: Final = 25  # console text


@frozen(kw_only=True, slots=False)
class BatchJob(Resource):
    """A job on a solution version; it can neither be stopped nor deleted."""

    parent_field: ClassVar[str | None] = "solution_version_arn"

    job_name: str
    solution_version_arn: str
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

    def filter(self, region: Region) -> CompiledFilter | None:
        """The filter of the job, if it has one."""
        if self.filter_arn is None:
            return None
        version = self.version(region)
        return usable_filter(region, self.filter_arn, version.dataset_group_arn, version.recipe, version.arn)


class Members(Times):
    """What every batch job is made with."""

    job_name: str
    solution_version_arn: str
    role_arn: str
    filter_arn: str | None
    num_results: int


J = TypeVar("J", bound=BatchJob)


def admitted(
    region: Region,
    cls: type[J],
    version: SolutionVersion,
    *,
    job_name: str,
    role_arn: str,
    filter_arn: str | None,
    num_results: int | None,
    most_results: int,
    given: S3DataConfig,
    destination: S3DataConfig,
    tags: Sequence[Tag],
) -> tuple[Admission[J], Members]:
    """Check what all batch jobs are checked for: a place for the new job, and its common members."""
    count = num_results or DEFAULT_RESULTS
    if count > most_results:
        raise refusal("too many results", member="numResults", limit=most_results, why="", count=count)
    if filter_arn is not None:
        usable_filter(region, filter_arn, version.dataset_group_arn, version.recipe, version.arn)

    def look_at_locations() -> None:
        input_objects(region, given, reader=version)
        output_folder(region, destination)

    needs = what_it_needs(region, version)
    new = admit(region, cls, job_name, tags=tags, needs=needs, check=look_at_locations)
    members = Members(
        job_name=job_name,
        solution_version_arn=version.arn,
        role_arn=role_arn,
        filter_arn=filter_arn,
        num_results=count,
        **new.times,
    )
    return new, members
