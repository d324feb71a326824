"""What CreateSolution and UpdateSolution refuse in a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Final

from pytest_personalize.data.records import Records
from pytest_personalize.recommenders.recipe import Hyperparameter, Recipe
from pytest_personalize.service.control.solution_config import (
    AutoTrainingConfig,
    CategoricalHyperParameterRange,
    EventsConfig,
    HPOConfig,
    HPOResourceConfig,
    OptimizationObjective,
    Range,
    SolutionConfig,
    days_between_trainings,
)
from pytest_personalize.service.control.training_columns import TrainingDataConfig, check_columns
from pytest_personalize.service.kernel.errors import refusal

MAX_DAYS: Final = 30
MAX_JOBS: Final = 40
MAX_PARALLEL_JOBS: Final = 10
HPO_ONLY: Final = frozenset({"item_id_hidden_dim", "item_metadata_hidden_dim"})
"""Hyperparameters that can only be set through HPO ranges (developer guide, Similar-Items)."""


def check_config(
    recipe: Recipe, config: SolutionConfig, records: Records, *, event_type: str | None, hpo: bool
) -> None:
    """InvalidInputException for the first thing in a configuration that the recipe does not take."""
    _check_values(recipe, "algorithm", config.algorithm_hyper_parameters or {})
    _check_values(recipe, "featurization", config.feature_transformation_parameters or {})
    if hpo and not recipe.supports_hpo:
        raise refusal("recipe lacks", member="performHPO", recipe=recipe.name)
    if config.hpo_config is not None:
        _check_hpo(recipe, config.hpo_config)
    if config.event_value_threshold is not None:
        number(config.event_value_threshold, "eventValueThreshold")
    check_events(recipe, config.events_config, records)
    if config.events_config is not None and event_type is not None:
        # unknown: [solutions/both-event-settings] whether both may be given. chosen: no
        raise refusal("both event settings")
    _check_objective(recipe, config.optimization_objective, records)
    _check_training_data(recipe, config.training_data_config, records)


def check_auto_training(automatic: bool, config: AutoTrainingConfig | None) -> None:
    """The schedule must be one of 1 to 30 days, of a solution that trains automatically."""
    if config is None or config.scheduling_expression is None:
        return
    if not automatic:
        # unknown: [solutions/schedule-without-training] whether it is refused. chosen: yes, it contradicts
        raise refusal("schedule without training")
    days = days_between_trainings(SolutionConfig(auto_training_config=config))
    if not 1 <= days <= MAX_DAYS:
        wanted = f"rate(1 day) to rate({MAX_DAYS} days)"
        raise refusal("bad value", member="schedulingExpression", wanted=wanted, value=config.scheduling_expression)


def check_incremental(recipe: Recipe, wanted: bool | None) -> None:
    """Incremental updates are for aws-semantic-similarity alone (service model)."""
    if wanted and not recipe.supports_incremental_update:
        raise refusal("recipe lacks", member="performIncrementalUpdate", recipe=recipe.name)


def check_events(recipe: Recipe, config: EventsConfig | None, records: Records) -> None:
    """Event weights are for the v2 recipes, and need event types in the data."""
    if config is None:
        return
    if not recipe.supports_events_config:
        raise refusal("recipe lacks", member="eventsConfig", recipe=recipe.name)
    interactions = records.schemas.get("INTERACTIONS")
    if interactions is not None and interactions.field("EVENT_TYPE") is None:
        raise refusal("no event type column", member="eventsConfig")
    names = [parameters.event_type for parameters in config.event_parameters_list or ()]
    if None in names or "" in names:
        raise refusal("bad value", member="eventType", wanted="the name of an event type", value=None)
    folded = [str(name).casefold() for name in names]
    for name in folded:
        if folded.count(name) > 1:
            raise refusal("bad value", member="eventType", wanted="given once", value=name)


def number(text: str, member: str, low: float = -inf, high: float = inf) -> float:
    """The number that a text member says; InvalidInputException unless it is one of that range."""
    try:
        value = float(text)
    except ValueError:
        value = inf
    if not low <= value <= high or abs(value) == inf:
        wanted = "a number" if low == -inf else f"a number from {low:g}" + (f" to {high:g}" if high < inf else "")
        raise refusal("bad value", member=member, wanted=wanted, value=text)
    return value


def _check_values(recipe: Recipe, group: str, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        parameter = recipe.hyperparameter(name)
        if parameter is None or parameter.group != group or name in HPO_ONLY:
            raise refusal("hyperparameter", algorithm=recipe.algorithm_arn)
        _check_value(parameter, value)


def _check_value(parameter: Hyperparameter, value: str) -> None:
    if parameter.kind == "categorical":
        if value.casefold() not in map(str.casefold, parameter.values):
            wanted = f"one of {', '.join(parameter.values)}"
            raise refusal("bad value", member=parameter.name, wanted=wanted, value=value)
        return
    found = number(value, parameter.name, *_bounds(parameter))
    if parameter.kind == "integer" and found != int(found):
        raise refusal("bad value", member=parameter.name, wanted="a whole number", value=value)


def _bounds(parameter: Hyperparameter) -> tuple[float, float]:
    return (
        -inf if parameter.low is None else parameter.low,
        inf if parameter.high is None else parameter.high,
    )


def _check_hpo(recipe: Recipe, config: HPOConfig) -> None:
    if config.hpo_objective is not None:
        # unknown: [solutions/hpo-objective] whether it is refused or passed over. chosen: refused
        raise refusal("hpo objective")
    resources = config.hpo_resource_config or HPOResourceConfig()
    _check_jobs("maxNumberOfTrainingJobs", resources.max_number_of_training_jobs, MAX_JOBS)
    _check_jobs("maxParallelTrainingJobs", resources.max_parallel_training_jobs, MAX_PARALLEL_JOBS)
    if config.algorithm_hyper_parameter_ranges is not None:
        for kind, one in config.algorithm_hyper_parameter_ranges.ranges():
            _check_range(recipe, kind, one)


def _check_jobs(member: str, text: str | None, most: int) -> None:
    if text is not None and number(text, member, 1, most) % 1:
        raise refusal("bad value", member=member, wanted="a whole number", value=text)


def _check_range(recipe: Recipe, kind: str, one: Range) -> None:
    parameter = recipe.hyperparameter(one.name or "")
    if parameter is None or parameter.group != "algorithm":
        raise refusal("hyperparameter", algorithm=recipe.algorithm_arn)
    if not parameter.tunable or parameter.kind != kind:
        raise refusal("not tunable", name=parameter.name, kind=kind)
    if isinstance(one, CategoricalHyperParameterRange):
        for value in one.values or ():
            _check_value(parameter, value)
        return
    low, high = one.min_value, one.max_value
    if low is None or high is None or low > high:
        raise refusal("bad value", member=parameter.name, wanted="a range with minValue <= maxValue", value=(low, high))
    least, most = _bounds(parameter)
    if low < least or high > most:
        raise refusal("bad value", member=parameter.name, wanted=f"within [{least:g}, {most:g}]", value=(low, high))


def _check_objective(recipe: Recipe, objective: OptimizationObjective | None, records: Records) -> None:
    """The objective is a numeric column of the Items dataset that is never null."""
    if objective is None:
        return
    if not recipe.supports_optimization_objective:
        raise refusal("recipe lacks", member="optimizationObjective", recipe=recipe.name)
    items = records.schemas.get("ITEMS")
    name = objective.item_attribute or ""
    field = items.field(name) if items is not None else None
    if field is None or not field.numeric or field.nullable:
        raise refusal("objective attribute", name=name)


def _check_training_data(recipe: Recipe, config: TrainingDataConfig | None, records: Records) -> None:
    if config is not None and not recipe.supports_training_data_config:
        raise refusal("recipe lacks", member="trainingDataConfig", recipe=recipe.name)
    check_columns(config, records)
