"""A request of CreateSolution, held against the service model, the recipe and the schemas."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from pytest_personalize.checking.problems import Problem
from pytest_personalize.checking.sources import Source, Text, text_of
from pytest_personalize.data.jsontext import read_json
from pytest_personalize.data.records import Records
from pytest_personalize.nearest import hint
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.control.solution_rules import Modes, config_problems, recipe_problems
from pytest_personalize.service.control.solutions import chosen_recipe
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.service.kernel.operations import STRUCTURES
from pytest_personalize.shapes.models import operation
from pytest_personalize.shapes.request import ShapeViolations, compile_input, unknown_members

_GROUP = "arn:aws:personalize:us-east-1:123456789012:dataset-group/checked"


def problems(origin: Source, records: Records, domain: str | None, recipe: Recipe | None) -> Iterator[Problem]:
    """All that CreateSolution would refuse; ``recipe`` is the one of a file that names none."""
    text = text_of(origin)
    if isinstance(text, Problem):
        yield text
        return
    found = Text(origin.name, text)
    try:
        members = read_json(text)
    except ValueError as error:
        message = f"The configuration is no valid JSON: {error}"
        yield found.problem("invalid-json", message, getattr(error, "pos", 0))
        return
    if not isinstance(members, dict):
        yield found.problem("body", f"The configuration is not a JSON object: it is a {type(members).__name__}")
        return
    shape = operation("personalize", "CreateSolution").input
    assert shape is not None
    members = _request(shape, members, recipe)
    for path, name, known in unknown_members(shape, members):
        message = f"{path or 'CreateSolution'} has no member {name!r}; {hint(name, known)}"
        yield found.problem("unknown-member", message, found.offset(name))
    try:
        given: dict[str, Any] = compile_input(shape, STRUCTURES)(members)
    except ShapeViolations as error:
        for violation in error.violations:
            offset = found.offset(*reversed(violation.path.split(".")))
            yield found.problem("violations", str(violation), offset)
        return
    auto_ml = given.get("perform_auto_ml", False)
    try:
        chosen = chosen_recipe(given.get("recipe_arn"), auto_ml)
    except ServiceError as error:
        yield _problem(found, error)
        return
    automatic, incremental = given.get("perform_auto_training"), given.get("perform_incremental_update")
    modes = Modes(
        automatic=chosen.trains_by_itself(automatic),
        auto_ml=auto_ml,
        hpo=given.get("perform_hpo", False),
        event_type=given.get("event_type"),
    )
    for refused in chain(
        recipe_problems(chosen, domain, automatic, incremental),
        config_problems(chosen, given.get("solution_config"), records, modes),
    ):
        yield _problem(found, refused)


def _request(shape: Any, given: dict[str, Any], recipe: Recipe | None) -> dict[str, Any]:
    """A whole request, of one that may lack what is not known yet, or is the configuration alone."""
    if set(given).isdisjoint(shape.members) and not set(given).isdisjoint(shape.members["solutionConfig"].members):
        given = {"solutionConfig": given}
    request = {"name": "checked", "datasetGroupArn": _GROUP, **given}
    if recipe is not None and not given.get("performAutoML"):
        request.setdefault("recipeArn", recipe.arn)
    return request


def _problem(found: Text, error: ServiceError) -> Problem:
    values = error.values
    names = (values.get(name) for name in ("value", "column", "name", "member", "dataset_type", "arn"))
    return found.problem(error.row.replace(" ", "-"), error.message, found.offset(*names))
