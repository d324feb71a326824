"""Solutions: a recipe and its configuration, from which versions are trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import attrs
from attrs import field, frozen

from pytest_personalize.caveats import LegacyRecipeWarning, warn
from pytest_personalize.durations import HOUR
from pytest_personalize.failure import raise_first
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.datasets import Dataset
from pytest_personalize.service.control.recipes import find_recipe
from pytest_personalize.service.control.solution_config import (
    NO_CONFIG,
    AutoTrainingConfig,
    EventsConfig,
    SolutionConfig,
    days_between_trainings,
    with_internal_names,
)
from pytest_personalize.service.control.solution_rules import (
    Modes,
    auto_training_problems,
    config_problems,
    counting,
    events_problems,
    incremental_problems,
    recipe_problems,
)
from pytest_personalize.service.control.training_columns import Columns, present_columns
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit, times_now
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, creation, deletion
from pytest_personalize.service.kernel.lookups import listed
from pytest_personalize.service.kernel.operations import operation, structure
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource, Update, evolved
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag

VERSION: Final = "solution-version"
"""The kind of its children, which know it; it knows no more of them than their status."""

AUTO_ML_RECIPE: Final = "arn:aws:personalize:::recipe/aws-user-personalization"
"""unknown: [solutions/automl] what AutoML chooses, now that the HRNN recipes are retired. chosen: the recipe that
replaced them."""


@structure
@frozen(kw_only=True)
class SolutionUpdateConfig:
    """What UpdateSolution can change."""

    auto_training_config: AutoTrainingConfig | None = None
    events_config: EventsConfig | None = None


@frozen(kw_only=True)
class SolutionUpdate(Update):
    """The latest update of a solution and how far it is."""

    solution_update_config: SolutionUpdateConfig | None
    perform_auto_training: bool | None
    perform_incremental_update: bool | None


@frozen(kw_only=True)
class AutoMLResult:
    """What AutoML found."""

    best_recipe_arn: str


@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class Solution(Resource):
    """A solution. ``latest_solution_version`` is filled in by DescribeSolution alone.

    Beside the members of the service: ``columns`` are those of the datasets when it was created, the only ones that
    it trains on; ``next_training`` is when the service trains by itself the next time, ``first_training`` whether that
    is the first time of its schedule.
    """

    kind: ClassVar[str] = "solution"
    arn_field: ClassVar[str] = "solution_arn"
    parent_field: ClassVar[str | None] = "dataset_group_arn"
    blocks_parent: ClassVar[bool] = True

    name: str
    solution_arn: str
    perform_hpo: bool = False
    perform_auto_ml: bool = False
    perform_auto_training: bool = True
    perform_incremental_update: bool | None = None
    recipe_arn: str | None = None
    dataset_group_arn: str
    event_type: str | None = None
    solution_config: SolutionConfig | None = None
    auto_ml_result: AutoMLResult | None = None
    latest_solution_version: Resource | None = None
    latest_solution_update: SolutionUpdate | None = None

    columns: Columns = field(factory=dict, repr=False)
    next_training: float | None = field(default=None, repr=False)
    first_training: bool = field(default=True, repr=False)

    @property
    def recipe(self) -> Recipe:
        """The recipe that its versions are trained with."""
        return find_recipe(self.recipe_arn or AUTO_ML_RECIPE)


def _update(region: Region, solution: Solution, now: float) -> Solution:
    """Put the settings of the latest update in force; what it does not name stays."""
    update = solution.latest_solution_update
    assert update is not None  # it began the script of which this is the work
    given = update.solution_update_config or SolutionUpdateConfig()
    config = solution.solution_config or NO_CONFIG
    if given.auto_training_config is not None:
        config = attrs.evolve(config, auto_training_config=given.auto_training_config)
    if given.events_config is not None:
        config = attrs.evolve(config, events_config=given.events_config)
    automatic = solution.perform_auto_training if update.perform_auto_training is None else update.perform_auto_training
    if not automatic:
        config = attrs.evolve(config, auto_training_config=None)
    incremental = update.perform_incremental_update
    changed = attrs.evolve(
        solution,
        perform_auto_training=automatic,
        perform_incremental_update=solution.perform_incremental_update if incremental is None else incremental,
        solution_config=None if config == NO_CONFIG and solution.solution_config is None else config,
        last_updated_date_time=now,
    )
    if not automatic:
        return attrs.evolve(changed, next_training=None)
    # A change of the frequency resets the schedule (developer guide, updating a solution).
    before = days_between_trainings(solution.solution_config)
    if not solution.perform_auto_training or before != days_between_trainings(config):
        return schedule_training(region, changed, now + HOUR, first=True)
    return changed


SCRIPTS["solution", "create"] = creation(5, 20)
SCRIPTS["solution", "update"] = creation(10, 30, work=_update, field="latest_solution_update")
SCRIPTS["solution", "delete"] = deletion(20, 40)


def schedule_training(region: Region, solution: Solution, due: float, *, first: bool) -> Solution:
    """Train by itself at ``due``, if the solution does that at all; takes the place of what was planned before."""
    if not solution.perform_auto_training:
        return solution
    region.engine.plan(due, "automatic training", region, solution.arn)
    return attrs.evolve(solution, next_training=due, first_training=first)


@operation("CreateSolution")
def create_solution(
    region: Region,
    *,
    name: str,
    perform_hpo: bool = False,
    perform_auto_ml: bool = False,
    perform_auto_training: bool | None = None,
    perform_incremental_update: bool | None = None,
    recipe_arn: str | None = None,
    dataset_group_arn: str,
    event_type: str | None = None,
    solution_config: SolutionConfig | None = None,
    tags: Sequence[Tag] = (),
) -> Solution:
    """A new solution, which is ACTIVE at once (printed output of AWS samples)."""
    group = region.find(DatasetGroup, dataset_group_arn)
    recipe = chosen_recipe(recipe_arn, perform_auto_ml)
    _warn_of_legacy(recipe)
    raise_first(recipe_problems(recipe, group.domain, perform_auto_training, perform_incremental_update))
    automatic = recipe.trains_by_itself(perform_auto_training)
    records = region.records[dataset_group_arn]
    modes = Modes(automatic=automatic, auto_ml=perform_auto_ml, hpo=perform_hpo, event_type=event_type)
    raise_first(config_problems(recipe, solution_config, records, modes))
    new = admit(
        region,
        Solution,
        name,
        tags=tags,
        needs=(group,),
        check=lambda: _require_data(region, recipe, dataset_group_arn),
        group=dataset_group_arn,
    )
    # printed answers without a configuration have {}, those of the segmentation recipes have nothing
    config = counting(solution_config, perform_auto_ml) or (NO_CONFIG if recipe.shows_empty_config else None)
    solution = Solution(
        name=name,
        solution_arn=new.arn,
        perform_hpo=perform_hpo or perform_auto_ml,
        perform_auto_ml=perform_auto_ml,
        perform_auto_training=automatic,
        perform_incremental_update=perform_incremental_update,
        recipe_arn=recipe_arn,
        dataset_group_arn=dataset_group_arn,
        event_type=event_type,
        solution_config=config,
        columns=present_columns(region.records[dataset_group_arn]),
        **new.beginning,
    )
    # The first training is within the hour (service model): here at the end of it.
    return new.enter(schedule_training(region, solution, region.now() + HOUR, first=True))


def chosen_recipe(recipe_arn: str | None, auto_ml: bool) -> Recipe:
    """The recipe that a request names, or that AutoML stands for; refused with both, neither or an unknown one."""
    if (recipe_arn is None) != auto_ml:
        raise refusal("recipe or automl")
    return find_recipe(recipe_arn or AUTO_ML_RECIPE)


def _require_data(region: Region, recipe: Recipe, dataset_group_arn: str) -> None:
    """A finished import or streamed events, of what the recipe trains on; how many rows that is shows in training."""
    if not region.account.needs_data or _has_data(region, recipe, dataset_group_arn):
        return
    for dataset in region.rows(Dataset).of(dataset_group_arn):
        region.look_at_moving("dataset-import-job", dataset.arn)
    if not _has_data(region, recipe, dataset_group_arn):
        raise refusal("no data", datasets=" and ".join(recipe.datasets_with_data))


def _has_data(region: Region, recipe: Recipe, dataset_group_arn: str) -> bool:
    imported = {each.dataset_type for each in region.rows(Dataset).of(dataset_group_arn) if each.imported}
    records = region.records[dataset_group_arn]
    return all(kind in imported or records.holds(kind) for kind in recipe.datasets_with_data)


def _warn_of_legacy(recipe: Recipe) -> None:
    if not recipe.listed:
        # unknown: [solutions/retired-recipe] whether the retired HRNN recipes are refused. chosen: no, the service
        # model still names them
        warn(f"{recipe.name} is no longer available at AWS: take aws-user-personalization-v2", LegacyRecipeWarning)


@operation("DescribeSolution")
def describe_solution(region: Region, *, solution_arn: str) -> Solution:
    """The solution with a summary of its newest version; it is a look at both."""
    solution = region.describe(Solution, solution_arn)
    config = solution.solution_config
    if config is not None and config.hpo_config is not None:
        solution = attrs.evolve(solution, solution_config=with_internal_names(config))
    newest, _ = region.table(VERSION).newest_first(solution_arn, 0, 1)
    if not newest:
        return solution
    return evolved(solution, latest_solution_version=region.engine.look(region, newest[0]))


@operation("UpdateSolution")
def update_solution(
    region: Region,
    *,
    solution_arn: str,
    perform_auto_training: bool | None = None,
    perform_incremental_update: bool | None = None,
    solution_update_config: SolutionUpdateConfig | None = None,
) -> Solution:
    """Change automatic training, incremental updates or the weights of events; progress is in the latest update."""
    solution = region.find(Solution, solution_arn)
    given = solution_update_config or SolutionUpdateConfig()
    automatic = solution.perform_auto_training if perform_auto_training is None else perform_auto_training
    records = region.records[solution.dataset_group_arn]
    raise_first(auto_training_problems(automatic, given.auto_training_config))
    raise_first(incremental_problems(solution.recipe, perform_incremental_update))
    raise_first(events_problems(solution.recipe, given.events_config, records))
    if given.events_config is not None and solution.event_type is not None:
        raise refusal("both event settings")
    if perform_auto_training and not solution.recipe.supports_auto_training:
        raise refusal("recipe lacks", member="performAutoTraining", recipe=solution.recipe.name)
    # unknown: [solutions/update-of-nothing] whether an update that says nothing is refused. chosen: yes, as for
    # recommenders
    if perform_auto_training is None and perform_incremental_update is None and given == SolutionUpdateConfig():
        raise refusal("no change", arn=solution_arn)
    solution = region.settled(region.require(solution))
    update = SolutionUpdate(
        solution_update_config=solution_update_config,
        perform_auto_training=automatic,
        perform_incremental_update=perform_incremental_update,
        **times_now(region),
    )
    region.engine.begin(region, attrs.evolve(solution, latest_solution_update=update), "update")
    return solution


@operation("DeleteSolution")
def delete_solution(region: Region, *, solution_arn: str) -> None:
    """Delete a solution and its versions; not while a campaign uses it, a version is in training or it is updated.

    A campaign of another solution uses it as soon as it is being updated to a version of this one.
    """
    solution = region.find(Solution, solution_arn)
    versions = {one.arn: one for one in region.table(VERSION).of(solution_arn)}

    def users() -> list[Resource]:
        training = [one for arn, one in versions.items() if region.engine.is_moving(arn)]
        return [*training, *(one for one in region.table("campaign") if versions.keys() & one.solution_version_arns)]

    region.refuse_while("used", solution, users)
    if solution.status == ACTIVE:
        solution = region.settled(solution)
    region.delete(solution, (ACTIVE, CREATE_FAILED))
