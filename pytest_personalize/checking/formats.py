"""The forms in which problems are written, each while they are found: nothing waits for the last one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote

from pytest_personalize.checking.problems import Problem
from pytest_personalize.checking.rules import RULES
from pytest_personalize.version import version

Form = Callable[[Iterable[Problem]], Iterator[str]]
"""From problems to pieces of text."""


def as_text(problems: Iterable[Problem]) -> Iterator[str]:
    """For people: place, code and message, the row, and what to do."""
    for problem in problems:
        yield f"{problem}\n"


def as_json(problems: Iterable[Problem]) -> Iterator[str]:
    """One JSON object, with all problems in ``problems``."""
    yield '{"problems": ['
    yield from _joined(map(_members, problems))
    yield "\n]}\n"


def as_github(problems: Iterable[Problem]) -> Iterator[str]:
    """Workflow commands, which GitHub shows at the lines of a pull request."""
    for problem in problems:
        place = f"file={_escaped(problem.file, ',:')},line={problem.line},col={problem.column}"
        text = _escaped(f"{problem.message}\n{problem.remedy}")
        yield f"::{problem.level} {place},title={_escaped(problem.code, ',:')}::{text}\n"


def as_sarif(problems: Iterable[Problem]) -> Iterator[str]:
    """A log of SARIF 2.1.0 with one run."""
    seen: dict[str, None] = {}

    def results() -> Iterator[dict[str, Any]]:
        for problem in problems:
            seen[problem.code] = None
            yield _result(problem)

    yield '{"version": "2.1.0", "runs": [{"columnKind": "unicodeCodePoints", "results": ['
    yield from _joined(results())
    driver = {"name": "pytest-personalize check", "version": version(), "rules": [_rule(code) for code in seen]}
    yield f'\n], "tool": {json.dumps({"driver": driver})}}}]}}\n'


FORMS: Final[Mapping[str, Form]] = {"text": as_text, "json": as_json, "github": as_github, "sarif": as_sarif}


def _joined(values: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The members of a JSON list, one a line."""
    comma = ""
    for value in values:
        yield f"{comma}\n{json.dumps(value)}"
        comma = ","


def _members(problem: Problem) -> dict[str, Any]:
    names = ("file", "line", "column", "code", "level", "message", "row", "remedy")
    return {name: getattr(problem, name) for name in names}


def _result(problem: Problem) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": problem.line, "startColumn": problem.column}
    if problem.row is not None:
        region["snippet"] = {"text": problem.row}
    place = {"artifactLocation": {"uri": quote(os.fsencode(problem.file.replace("\\", "/")))}, "region": region}
    return {
        "ruleId": problem.code,
        "level": problem.level,
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": place}],
    }


def _rule(code: str) -> dict[str, Any]:
    rule = RULES[code]
    return {"id": code, "shortDescription": {"text": rule.title}, "help": {"text": rule.remedy}}


def _escaped(text: str, further: str = "") -> str:
    """Text as workflow commands take it."""
    for character in f"%\r\n{further}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
