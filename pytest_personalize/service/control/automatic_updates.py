"""Automatic updates: models take in new items by themselves, on the clock, without a training."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from pytest_personalize.durations import HOUR
from pytest_personalize.failure import Failure
from pytest_personalize.service.jobs.training import updated
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.trained import Trained

INCREMENTAL_HOURS: Final = 0.5
"""After about that time aws-semantic-similarity with incremental updates takes in new items (developer guide)."""


def plan_update(
    region: Region, resource: Resource, model_arn: str, now: float, *, incremental: bool = False
) -> float | None:
    """Plan the next update of the model that a campaign or recommender answers from: when, None for never.

    The module of the resource has the action. Times that nobody was there to see are passed over.
    """
    trained: Trained = region.models[model_arn]
    hours = _hours(trained) or (INCREMENTAL_HOURS if incremental else None)
    if hours is None:
        return None
    period = hours * HOUR
    due = now + period
    behind = region.account.clock.timestamp() - due
    due += max(0.0, behind // period) * period
    region.engine.plan(due, f"{resource.kind} update", region, resource.arn)
    return due


def update_model(region: Region, model_arn: str, dataset_group_arn: str, now: float) -> None:
    """Put the model in place that knows the new items."""
    with suppress(Failure):  # with data that allow no training it keeps the model that it has
        new = updated(region.models[model_arn], region.records[dataset_group_arn], now)
        if new is not None:
            region.models[model_arn] = new


def _hours(trained: Trained) -> float | None:
    given = trained.settings.hyperparameters
    for parameter in trained.recipe.hyperparameters:
        if parameter.update_hours:
            hours = parameter.update_hours.get(given.get(parameter.name, parameter.default).casefold())
            if hours is not None:
                return hours
    return trained.recipe.automatic_update_hours
