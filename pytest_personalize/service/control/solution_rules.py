"""What CreateSolution and UpdateSolution refuse in a configuration: every problem, of which a call names the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import inf
from typing import Final

from attrs import frozen

from pytest_personalize.data.records import Records
from pytest_personalize.recommenders.recipe import Hyperparameter, Recipe
from pytest_personalize.service.control.solution_config import (
    NO_CONFIG,
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
from pytest_personalize.service.control.training_columns import column_problems
from pytest_personalize.service.kernel.errors import Problems, refusal

MAX_DAYS: Final = 30
MAX_JOBS: Final = 40
MAX_PARALLEL_JOBS: Final = 10
HPO_ONLY: Final = frozenset({"item_id_hidden_dim", "item_metadata_hidden_dim"})
"""Hyperparameters that can only be set through HPO ranges (developer guide, Similar-Items)."""


@frozen(kw_only=True)
class Modes:
    """What a request of CreateSolution says beside the configuration, as far as that has to go with it."""

    automatic: bool
    auto_ml: bool = False
    hpo: bool = False
    event_type: str | None = None


def counting(config: SolutionConfig | None, auto_ml: bool) -> SolutionConfig | None:
    """What counts of a configuration: with AutoML only the part about AutoML (service model)."""
    return SolutionConfig(auto_ml_config=config.auto_ml_config) if config is not None and auto_ml else config


def config_problems(recipe: Recipe, given: SolutionConfig | None, records: Records, modes: Modes) -> Problems:
    """What in a configuration and its modes the recipe, or the data, do not take."""
    if modes.hpo and not modes.auto_ml and not recipe.supports_hpo:
        yield refusal("recipe lacks", member="performHPO", recipe=recipe.name)
    if given is None:
        return
    yield from auto_training_problems(modes.automatic, given.auto_training_config)
    config = counting(given, modes.auto_ml) or NO_CONFIG
    yield from _value_problems(recipe, "algorithm", config.algorithm_hyper_parameters or {})
    yield from _value_problems(recipe, "featurization", config.feature_transformation_parameters or {})
    if config.hpo_config is not None:
        yield from _hpo_problems(recipe, config.hpo_config)
    if config.event_value_threshold is not None:
        yield from number_problems(config.event_value_threshold, "eventValueThreshold")
    yield from events_problems(recipe, config.events_config, records)
    if config.events_config is not None and modes.event_type is not None:
        # unknown: [solutions/both-event-settings] whether both may be given. chosen: no
        yield refusal("both event settings")
    yield from _objective_problems(recipe, config.optimization_objective, records)
    if config.training_data_config is not None and not recipe.supports_training_data_config:
        yield refusal("recipe lacks", member="trainingDataConfig", recipe=recipe.name)
    yield from column_problems(config.training_data_config, records)


def recipe_problems(recipe: Recipe, domain: str | None, automatic: bool | None, incremental: bool | None) -> Problems:
    """What a solution of that recipe, in a dataset group of that domain, cannot be or do."""
    if recipe.domain is not None:
        yield refusal("domain recipe", recipe=recipe.name)
    if domain is not None and not recipe.supports_domain_groups:
        yield refusal("custom group needed", recipe=recipe.name)
    yield from incremental_problems(recipe, incremental)
    if automatic and not recipe.supports_auto_training:
        yield refusal("recipe lacks", member="performAutoTraining", recipe=recipe.name)


def auto_training_problems(automatic: bool, config: AutoTrainingConfig | None) -> Problems:
    """The schedule must be one of 1 to 30 days, of a solution that trains automatically."""
    if config is None or config.scheduling_expression is None:
        return
    if not automatic:
        # unknown: [solutions/schedule-without-training] whether it is refused. chosen: yes, it contradicts
        yield refusal("schedule without training")
    days = days_between_trainings(SolutionConfig(auto_training_config=config))
    if not 1 <= days <= MAX_DAYS:
        wanted = f"rate(1 day) to rate({MAX_DAYS} days)"
        yield refusal("bad value", member="schedulingExpression", wanted=wanted, value=config.scheduling_expression)


def incremental_problems(recipe: Recipe, wanted: bool | None) -> Problems:
    """Incremental updates are for aws-semantic-similarity alone (service model)."""
    if wanted and not recipe.supports_incremental_update:
        yield refusal("recipe lacks", member="performIncrementalUpdate", recipe=recipe.name)


def events_problems(recipe: Recipe, config: EventsConfig | None, records: Records) -> Problems:
    """Event weights are for the v2 recipes, and need event types in the data."""
    if config is None:
        return
    if not recipe.supports_events_config:
        yield refusal("recipe lacks", member="eventsConfig", recipe=recipe.name)
    interactions = records.schemas.get("INTERACTIONS")
    if interactions is not None and interactions.field("EVENT_TYPE") is None:
        yield refusal("no event type column", member="eventsConfig")
    names = [parameters.event_type for parameters in config.event_parameters_list or ()]
    if None in names or "" in names:
        yield refusal("bad value", member="eventType", wanted="the name of an event type", value=None)
    for name, times in Counter(name.casefold() for name in names if name).items():
        if times > 1:
            yield refusal("bad value", member="eventType", wanted="given once", value=name)


def number_problems(text: str, member: str, low: float = -inf, high: float = inf, *, whole: bool = False) -> Problems:
    """What keeps a text member from being a number of that range."""
    try:
        value = float(text)
    except ValueError:
        value = inf
    if not low <= value <= high or abs(value) == inf:
        wanted = "a number" if low == -inf else f"a number from {low:g}" + (f" to {high:g}" if high < inf else "")
        yield refusal("bad value", member=member, wanted=wanted, value=text)
    elif whole and value % 1:
        yield refusal("bad value", member=member, wanted="a whole number", value=text)


def _value_problems(recipe: Recipe, group: str, values: Mapping[str, str]) -> Problems:
    for name, value in values.items():
        parameter = recipe.hyperparameter(name)
        if parameter is None or parameter.group != group or name in HPO_ONLY:
            yield refusal("hyperparameter", algorithm=recipe.algorithm_arn, member=name)
        elif parameter.kind == "categorical":
            yield from _category_problems(parameter, value)
        else:
            yield from number_problems(value, name, *_bounds(parameter), whole=parameter.kind == "integer")


def _category_problems(parameter: Hyperparameter, value: str) -> Problems:
    if value.casefold() not in map(str.casefold, parameter.values):
        wanted = f"one of {', '.join(parameter.values)}"
        yield refusal("bad value", member=parameter.name, wanted=wanted, value=value)


def _bounds(parameter: Hyperparameter) -> tuple[float, float]:
    return (
        -inf if parameter.low is None else parameter.low,
        inf if parameter.high is None else parameter.high,
    )


def _hpo_problems(recipe: Recipe, config: HPOConfig) -> Problems:
    if config.hpo_objective is not None:
        # unknown: [solutions/hpo-objective] whether it is refused or passed over. chosen: refused
        yield refusal("hpo objective")
    resources = config.hpo_resource_config or HPOResourceConfig()
    for member, text, most in (
        ("maxNumberOfTrainingJobs", resources.max_number_of_training_jobs, MAX_JOBS),
        ("maxParallelTrainingJobs", resources.max_parallel_training_jobs, MAX_PARALLEL_JOBS),
    ):
        if text is not None:
            yield from number_problems(text, member, 1, most, whole=True)
    if config.algorithm_hyper_parameter_ranges is not None:
        for kind, one in config.algorithm_hyper_parameter_ranges.ranges():
            yield from _range_problems(recipe, kind, one)


def _range_problems(recipe: Recipe, kind: str, one: Range) -> Problems:
    parameter = recipe.hyperparameter(one.name or "")
    if parameter is None or parameter.group != "algorithm":
        yield refusal("hyperparameter", algorithm=recipe.algorithm_arn, member=one.name)
    elif not parameter.tunable or parameter.kind != kind:
        yield refusal("not tunable", name=parameter.name, kind=kind)
    elif isinstance(one, CategoricalHyperParameterRange):
        for value in one.values or ():
            yield from _category_problems(parameter, value)
    else:
        yield from _bound_problems(parameter, one.min_value, one.max_value)


def _bound_problems(parameter: Hyperparameter, low: float | None, high: float | None) -> Problems:
    least, most = _bounds(parameter)
    if low is None or high is None or low > high:
        yield refusal("bad value", member=parameter.name, wanted="a range with minValue <= maxValue", value=(low, high))
    elif low < least or high > most:
        yield refusal("bad value", member=parameter.name, wanted=f"within [{least:g}, {most:g}]", value=(low, high))


def _objective_problems(recipe: Recipe, objective: OptimizationObjective | None, records: Records) -> Problems:
    """The objective is a numeric column of the Items dataset that is never null."""
    if objective is None:
        return
    if not recipe.supports_optimization_objective:
        yield refusal("recipe lacks", member="optimizationObjective", recipe=recipe.name)
    items = records.schemas.get("ITEMS")
    name = objective.item_attribute or ""
    field = items.field(name) if items is not None else None
    if field is None or not field.numeric or field.nullable:
        yield refusal("objective attribute", name=name)
