"""Recommenders: what each recipe is, and the algorithm that stands in for it.

They are deterministic given data and seed, and small enough to be explained in a paragraph each: the docstring of the
model that a recipe makes.
"""

from pytest_personalize.recommenders.metrics import evaluate
from pytest_personalize.recommenders.model import Model, Query, Settings, TrainingError
from pytest_personalize.recommenders.recipe import Hyperparameter, Recipe
from pytest_personalize.recommenders.recipes import RECIPES, RECIPES_BY_ARN
from pytest_personalize.recommenders.training import Census, census, fit

__all__ = [
    "RECIPES",
    "RECIPES_BY_ARN",
    "Census",
    "Hyperparameter",
    "Model",
    "Query",
    "Recipe",
    "Settings",
    "TrainingError",
    "census",
    "evaluate",
    "fit",
]
