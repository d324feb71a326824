"""Recipes, and the algorithms and feature transformations behind them: what the service itself brings along."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from pytest_personalize.recommenders.recipes import RECIPES, RECIPES_BY_ARN, Hyperparameter, Recipe
from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import Page, operation
from pytest_personalize.service.kernel.paging import numbered_page

PAGE_SIZE: Final = 12
"""A listing without maxResults comes in short pages: 11 recipes and a token were seen printed."""

_RANGES: Final = {
    "integer": "integerHyperParameterRanges",
    "continuous": "continuousHyperParameterRanges",
    "categorical": "categoricalHyperParameterRanges",
}


def find_recipe(recipe_arn: str) -> Recipe:
    """The recipe of an ARN; ResourceNotFoundException for an unknown one, InvalidInputException for another type."""
    recipe = RECIPES_BY_ARN.get(recipe_arn)
    if recipe is None:
        raise _unknown(recipe_arn, "recipe")
    return recipe


@operation("DescribeRecipe")
def describe_recipe(region: Region, *, recipe_arn: str) -> Mapping[str, Any]:
    """A recipe, the legacy ones included."""
    return _recipe(find_recipe(recipe_arn).name)


@operation("ListRecipes")
def list_recipes(
    region: Region,
    *,
    recipe_provider: str | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
    domain: str | None = None,
) -> Page:
    """The recipes on offer, by name; ``domain`` is looked at in a page that is cut already (printed output).

    So the use cases of a domain may stand on the second page alone, below a first one that is empty and has a token.
    """
    names = [name for name, recipe in RECIPES.items() if recipe.listed]
    page = numbered_page(f"recipes?{domain or ''}", enumerate(names, 1), next_token, max_results or PAGE_SIZE)
    wanted = [name for name in page.items if domain in (None, RECIPES[name].domain)]
    return Page([_recipe(name) for name in wanted], page.next_token)


@operation("DescribeAlgorithm")
def describe_algorithm(region: Region, *, algorithm_arn: str) -> Mapping[str, Any]:
    """An algorithm: its hyperparameters, their defaults and ranges.

    No printed answer was found; image, input mode and resource configuration are unknown and left out.
    """
    recipe = next((recipe for recipe in RECIPES.values() if recipe.algorithm_arn == algorithm_arn), None)
    if recipe is None:
        raise _unknown(algorithm_arn, "algorithm")
    known = [one for one in recipe.hyperparameters if one.group == "algorithm"]
    return {
        "name": algorithm_arn.rpartition("/")[2],
        "algorithmArn": algorithm_arn,
        "defaultHyperParameters": {one.name: one.default for one in known},
        "defaultHyperParameterRanges": {
            member: [_range(one) for one in known if one.kind == kind] for kind, member in _RANGES.items()
        },
        **_dates(recipe),
    }


@operation("DescribeFeatureTransformation")
def describe_feature_transformation(region: Region, *, feature_transformation_arn: str) -> Mapping[str, Any]:
    """A feature transformation and its default parameters."""
    arn = feature_transformation_arn
    recipes = [recipe for recipe in RECIPES.values() if recipe.feature_transformation_arn == arn]
    if not recipes:
        raise _unknown(arn, "feature-transformation")
    return {
        "name": arn.rpartition("/")[2],
        "featureTransformationArn": arn,
        # those of recipes without such parameters are shared by others
        "defaultParameters": next(filter(None, (recipe.feature_transformation_defaults for recipe in recipes)), {}),
        "status": recipes[0].status,
        **_dates(recipes[0]),
    }


def _unknown(arn: str, kind: str) -> Exception:
    parsed = arns.parse(arn)
    if parsed is None or parsed.kind != kind:
        return refusal("wrong arn", wanted=kind.replace("-", " "), arn=arn)
    return refusal("not found", arn=arn)


@cache
def _recipe(name: str) -> Mapping[str, Any]:
    recipe = RECIPES[name]
    return {
        "name": recipe.name,
        "recipeArn": recipe.arn,
        "algorithmArn": recipe.algorithm_arn,
        "featureTransformationArn": recipe.feature_transformation_arn,
        "status": recipe.status,
        "description": recipe.description,
        "recipeType": recipe.recipe_type,
        "domain": recipe.domain,
        **_dates(recipe),
    }


def _range(one: Hyperparameter) -> dict[str, Any]:
    if one.kind == "categorical":
        return {"name": one.name, "values": one.values, "isTunable": one.tunable}
    return {"name": one.name, "minValue": one.low, "maxValue": one.high, "isTunable": one.tunable}


def _dates(recipe: Recipe) -> dict[str, float]:
    return {
        "creationDateTime": recipe.creation_date_time,
        "lastUpdatedDateTime": recipe.last_updated_date_time,
    }
