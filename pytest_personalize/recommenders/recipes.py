"""All recipes, by name and by ARN."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from pytest_personalize.recommenders.custom_recipes import CUSTOM_RECIPES
from pytest_personalize.recommenders.domain_recipes import DOMAIN_RECIPES
from pytest_personalize.recommenders.recipe import Hyperparameter, Recipe

__all__ = ["RECIPES", "RECIPES_BY_ARN", "Hyperparameter", "Recipe"]

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {recipe.name: recipe for recipe in sorted((*CUSTOM_RECIPES, *DOMAIN_RECIPES), key=lambda recipe: recipe.name)}
)
"""By name, in the order in which the service lists them; those with ``listed`` false can be described, not listed."""

RECIPES_BY_ARN: Mapping[str, Recipe] = MappingProxyType({recipe.arn: recipe for recipe in RECIPES.values()})
