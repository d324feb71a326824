"""The input of a batch job, held against what its recipe is asked in a line."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_personalize.checking.problems import Problem
from pytest_personalize.checking.sources import Source, Text, Watched, decoded, lines
from pytest_personalize.data.jsontext import read_json
from pytest_personalize.filters.errors import FilterError
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.jobs.lines import NOT_AN_OBJECT, NOT_JSON, count_problem, line_problems
from pytest_personalize.service.kernel.errors import refusal


def problems(origin: Source, recipe: Recipe, watched: Watched) -> Iterator[Problem]:
    """All that a batch job would refuse, or answer with an error in place of an output."""
    if recipe.batch_lines is None:
        error = refusal("no batch", recipe=recipe.name, arn=recipe.arn, jobs="batch jobs")
        yield Problem(file=origin.name, code="no-batch", message=error.message)
        return
    count = 0
    for number, data in lines(origin, watched):
        count += 1
        text = decoded(data, origin.name, number)
        if isinstance(text, Problem):
            yield text
        else:
            yield from _line_problems(Text(origin.name, text, number), recipe.batch_lines)
    if failure := count_problem(origin.name, count, recipe.most_batch_lines):
        yield Problem(file=origin.name, code="line-count", message=failure.message)


def _line_problems(line: Text, kind: str) -> Iterator[Problem]:
    try:
        members = read_json(line.text)
    except ValueError as error:
        yield line.problem("invalid-json", f"{NOT_JSON} {error}", getattr(error, "pos", 0))
        return
    if not isinstance(members, dict):
        yield line.problem("line-form", NOT_AN_OBJECT)
        return
    for name, failure in line_problems(kind, members):
        offset = line.offset(name)
        if isinstance(failure, FilterError) and failure.position is not None:
            offset = line.text.find('"', line.text.find(":", offset)) + failure.position
        yield line.problem("line-member", failure.message, offset)
