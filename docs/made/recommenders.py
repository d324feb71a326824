"""How each recommender works: the docstrings of the models, beside the recipes that make them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from pytest_personalize.recommenders import RECIPES
from pytest_personalize.recommenders.model import Model
from pytest_personalize.recommenders.recipe import Recipe


def recommenders() -> Iterator[str]:
    """A section for each module of recommenders, in the order in which the recipes name them."""
    by_module: dict[ModuleType, list[Recipe]] = {}
    for recipe in RECIPES.values():
        module = inspect.getmodule(inspect.unwrap(function_of(recipe.recommender)))
        assert module is not None
        by_module.setdefault(module, []).append(recipe)
    for module, recipes in by_module.items():
        yield f"## {module.__name__.rpartition('.')[2].capitalize()}\n"
        yield f"For {', '.join(f'`{recipe.name}`' for recipe in recipes)}.\n"
        yield f"{without_marks(inspect.getdoc(module) or '')}\n"
        for model in models_of(module):
            yield f"**{spaced(model.__name__)}.** {without_marks(inspect.getdoc(model) or '')}\n"
        yield f"Source: `{module.__name__.replace('.', '/')}.py`\n"


def function_of(recommender: Any) -> Callable[..., Any]:
    """The function behind a recommender whose settings are bound already."""
    function: Callable[..., Any] = getattr(recommender, "func", recommender)
    return function


def models_of(module: ModuleType) -> list[Any]:
    """The models that a module answers with: its own, and those of modules without recipes; else its recommender."""
    recommenders = [function_of(recipe.recommender) for recipe in RECIPES.values()]
    others = {one.__module__ for one in recommenders} - {module.__name__}
    classes = [one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ not in others]
    return [one for one in classes if hasattr(one, "ranked") and one is not Model] or [
        next(one for one in recommenders if one.__module__ == module.__name__)
    ]


def spaced(name: str) -> str:
    """The name of a class as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).capitalize()


def without_marks(text: str) -> str:
    """A docstring, a line for each paragraph, without those that mark unknown facts: these have a page of their own."""
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(part for part in paragraphs if not part.startswith("unknown:"))
