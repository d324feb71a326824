"""How near each operation is to the service: made of the conformance cases, the marks in the code, and one list."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from attrs import frozen

import pytest_personalize
from pytest_personalize.conformance.case import Case
from pytest_personalize.conformance.cases import CASES
from pytest_personalize.service.kernel.operations import OPERATIONS
from pytest_personalize.testing.coverage import coverage

PACKAGE: Final = Path(pytest_personalize.__path__[0])
LIST: Final = Path(__file__).parents[1] / "fidelity" / "divergences.toml"
MARK: Final = re.compile(r"unknown: \[([a-z0-9/-]+)\].*?\bchosen:\s+(.*)", re.DOTALL)


@frozen
class Divergence:
    """What is known to be done otherwise than at AWS, and by which operations (all of them when none is named)."""

    name: str
    title: str
    here: str
    operations: tuple[str, ...] = ()


@frozen
class Unknown:
    """A mark in the code: a fact that no public source tells, and the choice."""

    case: str
    chosen: str
    file: str


def divergences() -> list[Divergence]:
    """The list, in its order."""
    rows = tomllib.loads(LIST.read_text(encoding="utf-8"))
    return [Divergence(name=name, **row | {"operations": tuple(row["operations"])}) for name, row in rows.items()]


def unknowns() -> list[Unknown]:
    """All marks, by the id of their case."""
    found = [
        Unknown(mark[1], " ".join(mark[2].split()), str(path.relative_to(PACKAGE)))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "conformance" not in path.parts
        for text in remarks(path.read_text(encoding="utf-8"))
        if (mark := MARK.search(text))
    ]
    return sorted(found, key=lambda one: one.case)


def remarks(code: str) -> Iterator[str]:
    """The comments of a module, those in lines that follow each other as one, and the paragraphs of its docstrings."""
    block: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1 or "unknown:" in token.string:
                yield "\n".join(block)
                block = []
            block.append(token.string.lstrip("# "))
            last = token.start[0]
    yield "\n".join(block)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for paragraph in node.value.value.split("\n\n"):
                yield from re.split(r"(?=unknown: \[)", paragraph)


def asked_of(case: Case) -> str:
    """The operation that a case is about: the last one that it calls; else the first one that it names of its area."""
    if case.calls:
        return case.calls[-1][0]
    area = case.id.partition("/")[0]
    of_area = (name for name in case.operations if OPERATIONS[name].__module__.endswith(area))
    return next(of_area, next(iter(case.operations), ""))


def operations_table() -> Iterator[str]:
    """A line for each operation: how it is done, the number of cases about it, and what there is to know."""
    asked = Counter(operation for case in CASES if not case.is_unknown for operation in case.operations)
    guesses: dict[str, list[Case]] = {}
    for case in CASES:
        if case.is_unknown and case.operations:
            guesses.setdefault(asked_of(case), []).append(case)
    for service in coverage():
        yield f"\n## {service.name}\n"
        yield "| operation | how | cases | to know |"
        yield "|---|---|---|---|"
        for name in service.modelled:
            simple = [one for one in divergences() if name in one.operations]
            guessed = guesses.get(name, [])
            words = ["simplified"] * bool(simple) + ["guessed"] * bool(guessed)
            notes = [f"[{one.title}](divergences.md#{one.name})" for one in simple]
            notes += [f"[{case.id}](unknowns.md#{anchor(case.id)})" for case in guessed]
            how = ", ".join(words) if name in service.emulated else "not emulated"
            yield f"| {name} | {how or 'emulated'} | {asked[name]} | {'; '.join(notes)} |"


def summary() -> Iterator[str]:
    """How many operations there are of each sort."""
    rows = [line.split(" | ") for line in operations_table() if line.count(" | ") == 3 and "---" not in line]
    counted = Counter(row[1] for row in rows if row[1] != "how")
    sorts = (f"{count} {how.replace(', ', ' and ')}" for how, count in counted.most_common())
    yield f"{counted.total()} operations: {', '.join(sorts)}."


def unknowns_table() -> Iterator[str]:
    """The marks by area, below the question that their case asks."""
    questions = {case.id: case.question or case.expects for case in CASES if case.is_unknown}
    for area, of_area in groupby(unknowns(), lambda one: one.case.partition("/")[0]):
        yield f"\n## {area.capitalize()}\n"
        for case, marks in groupby(of_area, lambda one: one.case):
            yield f"({anchor(case)})=\n### {questions[case]}\n"
            for one in marks:
                yield f"Chosen: {one.chosen.rstrip('.')}. Marked in `{one.file}`.\n"
            yield f"Case: `{case}`\n"


def anchor(case: str) -> str:
    """The name of an unknown within its page."""
    return case.replace("/", "-")


def divergences_list() -> Iterator[str]:
    """A section for each known divergence."""
    for one in divergences():
        yield f"({one.name})=\n## {one.title}\n\n{one.here}\n"
        if one.operations:
            yield f"Operations: {', '.join(one.operations)}.\n"
