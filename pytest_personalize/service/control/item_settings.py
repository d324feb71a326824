"""Settings that campaigns and recommenders share: item exploration and item metadata."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Final

from pytest_personalize.data.records import Records
from pytest_personalize.failure import raise_first
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.control.solution_rules import number_problems
from pytest_personalize.service.kernel.errors import refusal

EXPLORATION: Final = {"explorationWeight": (0.0, 1.0), "explorationItemAgeCutOff": (1.0, inf)}
"""Least and largest value of each setting (developer guide, User-Personalization)."""


def check_exploration(recipe: Recipe, config: Mapping[str, str] | None) -> None:
    """Item exploration can be set for User-Personalization and the use cases like it."""
    if config is None:
        return
    if not recipe.supports_exploration_config:
        raise refusal("recipe lacks", member="itemExplorationConfig", recipe=recipe.name)
    for name, value in config.items():
        if name not in EXPLORATION:
            wanted = " and ".join(EXPLORATION)
            raise refusal("bad value", member="itemExplorationConfig", wanted=f"of {wanted}", value=name)
        raise_first(number_problems(value, name, *EXPLORATION[name]))


def check_influence(recipe: Recipe, influence: Mapping[str, float] | None, records: Records) -> None:
    """Ranking influence is for the recipes that have it; popularity is that of interactions (developer guide)."""
    if influence is None:
        return
    if not recipe.supports_ranking_influence:
        raise refusal("recipe lacks", member="rankingInfluence", recipe=recipe.name)
    if "POPULARITY" in influence and "INTERACTIONS" not in records.schemas:
        raise refusal("popularity of nothing")


def check_metadata(enabled: bool | None, records: Records) -> None:
    """Metadata in recommendations needs an Items dataset with a metadata column (service model)."""
    if not enabled:
        return
    items = records.schemas.get("ITEMS")
    if items is None or len(items.fields) < 2:
        raise refusal("no item metadata")
