"""Hyperparameter optimization: which values to try."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Final

from pytest_personalize.recommenders.recipe import Hyperparameter, Recipe
from pytest_personalize.service.control.solution_config import CategoricalHyperParameterRange, HPOConfig, Range

MOST_TRIALS: Final = 4
"""unknown: [versions/tuned-parameters] how the service searches. chosen: the ends, the middle and the default; each
trial is a whole evaluation."""

DRAWN_TRIALS: Final = 10
"""unknown: [versions/tuned-parameters] the search without hpoConfig. chosen: so many candidates, drawn from the
recipe's tunable default ranges."""

Trial = dict[str, str]


def trials(recipe: Recipe, config: HPOConfig | None, seed: int) -> list[Trial]:
    """Values to try for the hyperparameters that may vary, at most as many as there are training jobs.

    Without ranges everything varies that the recipe can tune, within the recipe's own bounds; without a configuration
    the values are drawn by ``seed``.
    """
    if config is None:
        draw = Random(seed)
        tunable = [parameter for parameter in recipe.hyperparameters if parameter.tunable]
        if not tunable:
            return []
        return [{parameter.name: _drawn(parameter, draw) for parameter in tunable} for _ in range(DRAWN_TRIALS)]
    choices = dict(_choices(recipe, config))
    if not choices:
        return []
    rounds = ({name: values[n % len(values)] for name, values in choices.items()} for n in range(MOST_TRIALS))
    different = list({tuple(trial.items()): trial for trial in rounds}.values())
    resources = config.hpo_resource_config
    jobs = resources and resources.max_number_of_training_jobs
    return different[: int(float(jobs))] if jobs else different


def _choices(recipe: Recipe, config: HPOConfig) -> Iterator[tuple[str, list[str]]]:
    ranges = config.algorithm_hyper_parameter_ranges
    given = {one.name: one for _, one in ranges.ranges()} if ranges else None
    for parameter in recipe.hyperparameters:
        if parameter.tunable and (given is None or parameter.name in given):
            values = _values(parameter, None if given is None else given[parameter.name])
            if values:
                yield parameter.name, values


def _drawn(parameter: Hyperparameter, draw: Random) -> str:
    if parameter.kind == "categorical":
        return draw.choice(parameter.values)
    low, high = parameter.low, parameter.high
    assert low is not None  # whatever can be tuned and counted has bounds
    assert high is not None
    return str(draw.randint(int(low), int(high))) if parameter.kind == "integer" else f"{draw.uniform(low, high):.4f}"


def _values(parameter: Hyperparameter, one: Range | None) -> list[str]:
    if isinstance(one, CategoricalHyperParameterRange):
        return list(one.values or ())
    if parameter.kind == "categorical":
        return list(parameter.values)
    low, high = (parameter.low, parameter.high) if one is None else (one.min_value, one.max_value)
    assert low is not None  # a range without a bound is refused
    assert high is not None
    numbers = [min(max(float(parameter.default), low), high), low, high, (low + high) / 2]
    return [str(int(n)) if parameter.kind == "integer" else str(float(n)) for n in dict.fromkeys(numbers)]
