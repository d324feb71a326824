"""Training: from the records of a dataset group to a model that answers, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs
from attrs import field, frozen

from pytest_personalize.data.records import Records
from pytest_personalize.recommenders import Model, Recipe, Settings, TrainingError, census, evaluate, fit
from pytest_personalize.service.account import Region
from pytest_personalize.service.errors import JobFailed
from pytest_personalize.service.quotas import Minimums


TUNED_FOR: Final = "normalized_discounted_cumulative_gain_at_25"
"""unknown: the metric that optimization looks at. chosen: the one that looks at most of a list."""


@frozen(kw_only=True, eq=False)
class Trained:
    """A finished training: what it was asked, the records that it saw, and the model.

    ``full`` is the full training that an UPDATE builds on: it has no metrics of its own (developer guide, metrics).
    ``tuned`` are the hyperparameters that optimization chose, None without it.
    """

    recipe: Recipe
    settings: Settings
    view: Records
    model: Model
    full: Trained | None = None
    tuned: Mapping[str, str] | None = None
    _metrics: dict[str, float] = field(factory=dict, init=False, repr=False)

    def metrics(self) -> Mapping[str, float]:
        """The offline metrics by name, worked out when they are first asked for."""
        if self.full is not None:
            return self.full.metrics()
        if not self._metrics:
            self._metrics.update(evaluate(self.recipe, self.view, self.settings))
        return self._metrics


def train(
    region: Region,
    dataset_group_arn: str,
    recipe: Recipe,
    settings: Settings,
    trials: Sequence[Mapping[str, str]] | None = None,
) -> Trained:
    """Train on the records as they are now; JobFailed when they do not allow it.

    ``trials`` are hyperparameters to choose from by their metrics, None for a training without optimization.
    """
    view = region.records[dataset_group_arn].view()
    try:
        _require_minimums(region.account.minimums, recipe, view, settings)
        tuned = None if trials is None else _best_trial(recipe, view, settings, trials)
        if tuned:
            settings = _with(settings, tuned)
        model = fit(recipe, view, settings)
    except TrainingError as problem:
        raise JobFailed(str(problem)) from None
    return Trained(recipe=recipe, settings=settings, view=view, model=model, tuned=tuned)


def _best_trial(
    recipe: Recipe, view: Records, settings: Settings, trials: Sequence[Mapping[str, str]]
) -> Mapping[str, str]:
    """The trial with the best metric, the first of equal ones."""
    if len(trials) < 2:
        return trials[0] if trials else {}
    return max(trials, key=lambda trial: evaluate(recipe, view, _with(settings, trial)).get(TUNED_FOR, 0.0))


def _with(settings: Settings, hyperparameters: Mapping[str, str]) -> Settings:
    return attrs.evolve(settings, hyperparameters={**settings.hyperparameters, **hyperparameters})


def _require_minimums(minimums: Minimums, recipe: Recipe, view: Records, settings: Settings) -> None:
    """Hold the data against the minimums of the quotas page, after filtering by event type and value."""
    if minimums == Minimums() or not recipe.minimum_interactions:
        return
    found = census(recipe, view, settings)
    if found.interactions < minimums.interactions:
        event_type = recipe.required_event_type or settings.event_type
        # The text is quoted with an event type (developer guide, error messages); without one it is cut short here.
        filtered = f" after filtering by event type: {event_type}" if event_type else "."
        raise JobFailed(f"Dataset has fewer than {minimums.interactions} interactions{filtered}")
    if recipe.recipe_type == "PERSONALIZED_ACTIONS":  # the recipe page gives no minimum of users
        return
    if found.users_with_two_interactions < minimums.users_with_two_interactions:
        least = minimums.users_with_two_interactions
        raise JobFailed(f"Create failed. Dataset has fewer than {least} users with at least 2 interactions each.")
    if found.users_with_two_interactions * 100 < minimums.percent_of_users * found.users:
        percent = f"{minimums.percent_of_users:g}"  # own wording
        raise JobFailed(f"Create failed. Fewer than {percent} percent of all users have at least 2 interactions each.")
