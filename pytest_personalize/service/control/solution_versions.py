"""Solution versions: trained models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import attrs
from attrs import field, frozen

from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.control.recipes import find_recipe
from pytest_personalize.service.control.solution_config import SolutionConfig, settings_of
from pytest_personalize.service.control.solutions import AUTO_ML_RECIPE, AutoMLResult, Solution
from pytest_personalize.service.control.training_columns import Columns
from pytest_personalize.service.control.tuning import trials
from pytest_personalize.service.jobs.training import train, train_update
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit, times_now
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, Script, creation
from pytest_personalize.service.kernel.lookups import described
from pytest_personalize.service.kernel.operations import Page, operation
from pytest_personalize.service.kernel.paging import list_page
from pytest_personalize.service.kernel.resource import ACTIVE, Resource
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag
from pytest_personalize.service.kernel.trained import Trained

IN_TRAINING: Final = ("CREATE PENDING", "CREATE IN_PROGRESS")


@frozen(kw_only=True)
class TunedHPOParams:
    """The hyperparameters that optimization settled on."""

    algorithm_hyper_parameters: Mapping[str, str]


@described
@resource_kind
@frozen(kw_only=True, slots=False)
class SolutionVersion(Resource):
    """A solution version; its configuration is that of the solution when it was created.

    Beside the members of the service: ``columns`` are those that the solution knows.
    """

    kind: ClassVar[str] = "solution-version"
    arn_kind: ClassVar[str | None] = "solution"
    arn_field: ClassVar[str] = "solution_version_arn"
    parent_field: ClassVar[str | None] = "solution_arn"
    goes_with_parent: ClassVar[bool] = True

    name: str
    solution_version_arn: str
    solution_arn: str
    perform_hpo: bool = False
    perform_auto_ml: bool = False
    perform_incremental_update: bool | None = None
    recipe_arn: str
    event_type: str | None = None
    dataset_group_arn: str
    solution_config: SolutionConfig | None = None
    training_hours: float | None = None
    training_mode: str = "FULL"
    training_type: str = "MANUAL"
    tuned_hpo_params: TunedHPOParams | None = field(default=None)

    columns: Columns = field(factory=dict, repr=False)

    @property
    def recipe(self) -> Recipe:
        """The recipe that it is trained with."""
        return find_recipe(self.recipe_arn)


def _train(region: Region, version: SolutionVersion, now: float) -> SolutionVersion:
    """The training, at the end of which the version is ACTIVE or CREATE FAILED."""
    region.progress(version, 0, 1)
    full = _full_training(region, version.solution_arn) if version.training_mode == "UPDATE" else None
    if full is None:
        trained = _train_fully(region, version, now)
    else:
        trained = train_update(full, region.records[version.dataset_group_arn])
    region.models[version.arn] = trained
    region.progress(version, 1, 1)
    _tell_solution(region, version)
    if any(campaign.follows for campaign in region.table("campaign").of(version.solution_arn)):
        region.engine.plan(now, "campaign sync", region, version.solution_arn)
    return attrs.evolve(
        version,
        training_hours=_training_hours(trained),
        tuned_hpo_params=None if trained.tuned is None else TunedHPOParams(algorithm_hyper_parameters=trained.tuned),
    )


def _train_fully(region: Region, version: SolutionVersion, now: float) -> Trained:
    config = version.solution_config
    records = region.records[version.dataset_group_arn]
    settings = settings_of(config, version.event_type, records, version.columns, region.account.seed)
    hpo = None if config is None else config.hpo_config
    attempts = trials(version.recipe, hpo, region.account.seed) if version.perform_hpo else None
    return train(region, version.dataset_group_arn, version.recipe, attrs.evolve(settings, now=now), attempts)


def _training_hours(trained: Trained) -> float:
    """Billed hours, with three decimals and more than the time that passes (printed output of AWS samples).

    unknown: [versions/training-hours] how they follow from the data. chosen: an hour and one more per 100,000
    interactions.
    """
    log = trained.view.interactions
    return round(1.0 + (0 if log is None else len(log)) / 100_000, 3)


def _full_training(region: Region, solution_arn: str) -> Trained | None:
    full = _full_versions(region, solution_arn)
    return region.models[full[-1].arn] if full else None


def _full_versions(region: Region, solution_arn: str) -> list[SolutionVersion]:
    versions = region.rows(SolutionVersion).of(solution_arn)
    return [one for one in versions if one.status == ACTIVE and one.training_mode == "FULL"]


def _tell_solution(region: Region, version: SolutionVersion) -> None:
    solutions = region.rows(Solution)
    solution = solutions.get(version.solution_arn)
    if version.perform_auto_ml and solution is not None:
        solutions.put(attrs.evolve(solution, auto_ml_result=AutoMLResult(best_recipe_arn=version.recipe_arn)))


SCRIPTS["solution-version", "create"] = creation(60, 1800, work=_train)
SCRIPTS["solution-version", "stop"] = Script(states=("CREATE STOPPING",), seconds=(60,), end="CREATE STOPPED")
SCRIPTS["solution-version", "stop at once"] = Script(states=(), seconds=(), end="CREATE STOPPED")


def newest_version(region: Region, solution_arn: str, status: str | None = None) -> SolutionVersion | None:
    """The newest version of a solution, of that status when one is given."""
    before: int | None = 0
    while before is not None:
        page, before = region.rows(SolutionVersion).newest_first(solution_arn, before, 1 if status is None else 8)
        for version in page:
            if status in (None, version.status):
                return version
    return None


def begin_version(
    region: Region,
    solution: Solution,
    *,
    training_type: str,
    training_mode: str = "FULL",
    name: str | None = None,
    tags: Mapping[str, str] | None = None,
) -> SolutionVersion:
    """Start to train a version of that solution, with its configuration as it is now."""
    path = f"{solution.name}/{region.hexadecimal(8, 'solution version')}"
    version = SolutionVersion(
        name=name or path,  # printed answers of versions without a name have this one
        solution_version_arn=region.arn("solution", path),
        solution_arn=solution.arn,
        perform_hpo=solution.perform_hpo,
        perform_auto_ml=solution.perform_auto_ml,
        perform_incremental_update=solution.perform_incremental_update,
        recipe_arn=solution.recipe_arn or AUTO_ML_RECIPE,
        event_type=solution.event_type,
        dataset_group_arn=solution.dataset_group_arn,
        solution_config=solution.solution_config,
        training_mode=training_mode,
        training_type=training_type,
        columns=solution.columns,
        **times_now(region),
    )
    return region.create(version, tags)


@operation("CreateSolutionVersion")
def create_solution_version(
    region: Region,
    *,
    name: str | None = None,
    solution_arn: str,
    training_mode: str = "FULL",
    tags: Sequence[Tag] = (),
) -> SolutionVersion:
    """Train a new version of a solution."""
    solution = region.find(Solution, solution_arn)
    versions = region.rows(SolutionVersion)
    if training_mode != "FULL":
        _check_mode(region, training_mode, solution)

    def refuse_name_twice() -> None:
        # unknown: [versions/name-of-another-solution] within what a given name must be unique. chosen: within the
        # solution
        taken = [version.arn for version in versions.of(solution_arn) if version.name == name]
        if taken:
            raise refusal("exists", arn=taken[0])

    check = None if name is None else refuse_name_twice
    new = admit(region, SolutionVersion, None, tags=tags, needs=(solution,), check=check)
    return begin_version(
        region, solution, training_type="MANUAL", training_mode=training_mode, name=name, tags=new.tags
    )


def _check_mode(region: Region, training_mode: str, solution: Solution) -> None:
    """UPDATE builds on a full training and needs a recipe that can do it; AUTOTRAIN is the service's own."""
    if training_mode != "UPDATE":
        # unknown: [versions/mode-autotrain] whether callers may. chosen: no
        raise refusal("training mode", mode=training_mode)
    if not solution.recipe.supports_update_training:
        raise refusal("recipe lacks", member="trainingMode UPDATE", recipe=solution.recipe.name)
    if not _full_versions(region, solution.arn):
        region.look_at_moving(SolutionVersion.kind, solution.arn)
        if not _full_versions(region, solution.arn):
            raise refusal("nothing to update", arn=solution.arn)


def what_it_needs(region: Region, version: SolutionVersion) -> Iterator[Resource]:
    """What has to be ACTIVE before a version is used: itself and its solution, for a deleted one takes it along."""
    yield version
    yield region.find(Solution, version.solution_arn)


@operation("ListSolutionVersions")
def list_solution_versions(
    region: Region,
    *,
    solution_arn: str | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Page:
    """The versions of a solution, which must exist, or all of the region."""
    if solution_arn is not None:
        region.find(Solution, solution_arn)
    return list_page(region, SolutionVersion, solution_arn, next_token, max_results)


@operation("StopSolutionVersionCreation")
def stop_solution_version_creation(region: Region, *, solution_version_arn: str) -> None:
    """Break a training off; the version stays, and is never ACTIVE."""
    version = region.find(SolutionVersion, solution_version_arn)
    version = region.require(version, IN_TRAINING)
    region.engine.stop(solution_version_arn)
    region.engine.begin(region, version, "stop" if version.status == "CREATE IN_PROGRESS" else "stop at once")


@operation("GetSolutionMetrics")
def get_solution_metrics(region: Region, *, solution_version_arn: str) -> Mapping[str, Any]:
    """The offline metrics of an ACTIVE version."""
    version = region.active(SolutionVersion, solution_version_arn)
    trained: Trained = region.models[version.arn]
    return {"solutionVersionArn": version.arn, "metrics": trained.metrics()}
