"""The configuration of a solution: its structures, and what a training makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

import attrs
from attrs import frozen

from pytest_personalize.data.records import Records
from pytest_personalize.recommenders.model import Settings
from pytest_personalize.service.control.training_columns import Columns, TrainingDataConfig, excluded_columns
from pytest_personalize.service.kernel.operations import structure

DEFAULT_DAYS: Final = 7


@structure
@frozen(kw_only=True)
class IntegerHyperParameterRange:
    """Whole numbers that optimization may try."""

    name: str | None = None
    min_value: int | None = None
    max_value: int | None = None


@structure
@frozen(kw_only=True)
class ContinuousHyperParameterRange:
    """Numbers that optimization may try."""

    name: str | None = None
    min_value: float | None = None
    max_value: float | None = None


@structure
@frozen(kw_only=True)
class CategoricalHyperParameterRange:
    """Categories that optimization may try."""

    name: str | None = None
    values: tuple[str, ...] | None = None


Range = IntegerHyperParameterRange | ContinuousHyperParameterRange | CategoricalHyperParameterRange
R = TypeVar("R", IntegerHyperParameterRange, ContinuousHyperParameterRange, CategoricalHyperParameterRange)


@structure
@frozen(kw_only=True)
class HyperParameterRanges:
    """The hyperparameters that optimization may vary, by kind."""

    integer_hyper_parameter_ranges: tuple[IntegerHyperParameterRange, ...] | None = None
    continuous_hyper_parameter_ranges: tuple[ContinuousHyperParameterRange, ...] | None = None
    categorical_hyper_parameter_ranges: tuple[CategoricalHyperParameterRange, ...] | None = None

    def ranges(self) -> Iterator[tuple[str, Range]]:
        """Kind and range of each hyperparameter."""
        for kind in ("integer", "continuous", "categorical"):
            for one in getattr(self, f"{kind}_hyper_parameter_ranges") or ():
                yield kind, one


@structure
@frozen(kw_only=True)
class HPOResourceConfig:
    """How many training jobs optimization may use; numbers written as text."""

    max_number_of_training_jobs: str | None = None
    max_parallel_training_jobs: str | None = None


@structure
@frozen(kw_only=True)
class HPOConfig:
    """Hyperparameter optimization: what to vary and how often."""

    hpo_objective: Mapping[str, Any] | None = None
    hpo_resource_config: HPOResourceConfig | None = None
    algorithm_hyper_parameter_ranges: HyperParameterRanges | None = None


@structure
@frozen(kw_only=True)
class AutoMLConfig:
    """Recipes to choose from in AutoML."""

    metric_name: str | None = None
    recipe_list: tuple[str, ...] | None = None


@structure
@frozen(kw_only=True)
class EventParameters:
    """How much events of one type count, and from which value on."""

    event_type: str | None = None
    event_value_threshold: float | None = None
    weight: float | None = None


@structure
@frozen(kw_only=True)
class EventsConfig:
    """The event types that a solution trains on."""

    event_parameters_list: tuple[EventParameters, ...] | None = None


@structure
@frozen(kw_only=True)
class OptimizationObjective:
    """An item attribute to favour beside relevance."""

    item_attribute: str | None = None
    objective_sensitivity: str | None = None


@structure
@frozen(kw_only=True)
class AutoTrainingConfig:
    """How often the service trains by itself: ``rate(N days)``."""

    scheduling_expression: str | None = None


@structure
@frozen(kw_only=True)
class SolutionConfig:
    """What a solution trains with, as CreateSolution gets it."""

    event_value_threshold: str | None = None
    hpo_config: HPOConfig | None = None
    algorithm_hyper_parameters: Mapping[str, str] | None = None
    feature_transformation_parameters: Mapping[str, str] | None = None
    auto_ml_config: AutoMLConfig | None = None
    events_config: EventsConfig | None = None
    optimization_objective: OptimizationObjective | None = None
    training_data_config: TrainingDataConfig | None = None
    auto_training_config: AutoTrainingConfig | None = None


NO_CONFIG: Final = SolutionConfig()

# The first two are printed in the developer guide, the others are the names that a user found in an answer
# (amazon-personalize-samples issue 156); those not listed keep their bare name.
_INTERNAL_NAMES: Final = {
    "bptt": "training.bptt",
    "recency_mask": "data.recency_mask",
    "item_id_hidden_dim": "model.id_embedding_dim",
    "item_metadata_hidden_dim": "model.feature_embedding_dim",
}


def with_internal_names(config: SolutionConfig) -> SolutionConfig:
    """The configuration as Describe answers it: ranges under the names that the algorithm uses inside."""
    hpo = config.hpo_config
    ranges = None if hpo is None else hpo.algorithm_hyper_parameter_ranges
    if hpo is None or ranges is None:
        return config
    renamed = HyperParameterRanges(
        integer_hyper_parameter_ranges=_renamed(ranges.integer_hyper_parameter_ranges),
        continuous_hyper_parameter_ranges=_renamed(ranges.continuous_hyper_parameter_ranges),
        categorical_hyper_parameter_ranges=_renamed(ranges.categorical_hyper_parameter_ranges),
    )
    return attrs.evolve(config, hpo_config=attrs.evolve(hpo, algorithm_hyper_parameter_ranges=renamed))


def _renamed(ranges: tuple[R, ...] | None) -> tuple[R, ...] | None:
    if ranges is None:
        return None
    return tuple(attrs.evolve(one, name=_INTERNAL_NAMES.get(one.name or "", one.name)) for one in ranges)


def outer_name(name: str) -> str:
    """The name by which requests call the hyperparameter that Describe has under this one."""
    return next((given for given, inside in _INTERNAL_NAMES.items() if inside == name), name)


def days_between_trainings(config: SolutionConfig | None) -> int:
    """The period of automatic training, 7 days unless the configuration says otherwise."""
    schedule = config and config.auto_training_config and config.auto_training_config.scheduling_expression
    found = re.search(r"\d+", schedule or "")
    return int(found[0]) if found else DEFAULT_DAYS


def settings_of(
    config: SolutionConfig | None, event_type: str | None, records: Records, known: Columns, seed: int
) -> Settings:
    """What the recommenders take from a configuration."""
    given = config or NO_CONFIG
    events = (given.events_config and given.events_config.event_parameters_list) or ()
    return Settings(
        hyperparameters={
            **(given.feature_transformation_parameters or {}),
            **(given.algorithm_hyper_parameters or {}),
        },
        event_type=event_type,
        event_value_threshold=None if given.event_value_threshold is None else float(given.event_value_threshold),
        # unknown: [solutions/weight-of-an-event-type] the weight of a type for which none is given. chosen: 1, the
        # largest
        event_weights={e.event_type: 1.0 if e.weight is None else e.weight for e in events if e.event_type},
        event_thresholds={
            e.event_type: e.event_value_threshold
            for e in events
            if e.event_type and e.event_value_threshold is not None
        },
        excluded_columns=excluded_columns(given.training_data_config, records, known),
        objective=_objective(given.optimization_objective, records),
        seed=seed,
    )


def _objective(objective: OptimizationObjective | None, records: Records) -> tuple[str, str] | None:
    """The attribute as the schema writes it, and how much it counts."""
    items = records.schemas.get("ITEMS")
    field = None if objective is None or items is None else items.field(objective.item_attribute or "")
    if objective is None or field is None:
        return None
    # unknown: [solutions/sensitivity-left-out] the sensitivity when none is given. chosen: OFF, the attribute then
    # counts for nothing
    return field.name, objective.objective_sensitivity or "OFF"
