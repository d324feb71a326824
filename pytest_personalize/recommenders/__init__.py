"""Recommenders: what each recipe is, and the algorithm that stands in for it.

They are deterministic given data and seed, and small enough to be explained in a paragraph each: the docstring of the
model that a recipe makes.
"""

from .catalogue import RECIPES, RECIPES_BY_ARN
from .fitting import fit
from .metrics import evaluate
from .model import Model, Query, Settings, TrainingError
from .recipe import Hyperparameter, Recipe
from .training import Census, census

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
