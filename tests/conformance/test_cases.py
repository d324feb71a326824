"""The cases: what they cover, and that the emulator stands up to all of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import pytest_personalize
from pytest_personalize.conformance import cases
from pytest_personalize.conformance.case import TIERS
from pytest_personalize.conformance.cases import AREAS, CASES
from pytest_personalize.conformance.report import Report
from pytest_personalize.conformance.run import cost_of
from pytest_personalize.service.kernel.errors import REFUSALS
from pytest_personalize.shapes import models

PACKAGE = Path(pytest_personalize.__file__).parent
OBSERVATIONS: dict[str, dict[str, Any]] = json.loads(
    (files("pytest_personalize.conformance") / "observations.json").read_text(encoding="utf-8")
)
MARK = re.compile(r"\bunknown:(?=[^\n]*(?:\n[^\n]*){0,3}?chosen:)\s*(?:\[([a-z0-9/-]+)\])?")
UNREACHED = {
    "body": "every SDK sends a JSON object",
    "unknown operation": "every case calls an operation of the service model",
    "declared": "only tests declare answers",
}
"""Rows of the table of refusals that no case can show, and why."""
UNKNOWN = {case.id: case for case in CASES if case.is_unknown}


def marks() -> dict[str, list[str | None]]:
    """By module: the ids that the marks of unknown facts name, None for one that names none."""
    found = {
        str(path.relative_to(PACKAGE)): [match[1] for match in MARK.finditer(path.read_text(encoding="utf-8"))]
        for path in PACKAGE.rglob("*.py")
        if "conformance" not in path.parts
    }
    return {module: ids for module, ids in found.items() if ids}


def test_there_are_at_least_250_each_with_an_id_of_its_own() -> None:
    assert len({case.id for case in CASES}) == len(CASES) >= 250
    assert all(re.fullmatch(r"[a-z]+/[a-z0-9-]+", case.id) for case in CASES)


def test_they_come_in_the_same_order_in_every_process() -> None:
    program = f"from {cases.__name__} import CASES; print([(case.id, case.calls) for case in CASES])"
    env = {**os.environ, "PYTHONHASHSEED": "1"}
    told = subprocess.run([sys.executable, "-c", program], env=env, check=True, capture_output=True, text=True).stdout
    assert told.strip() == str([(case.id, case.calls) for case in CASES])


def test_most_of_them_are_rows_of_data() -> None:
    assert sum(case.run is None for case in CASES) > 0.9 * len(CASES)


def test_every_tier_and_every_area_has_some() -> None:
    assert {case.tier for case in CASES} == set(TIERS)
    assert all(area.BOOK.cases for area in AREAS)


def test_most_of_them_are_free_at_aws() -> None:
    assert sum(cost_of(case) == "nothing" for case in CASES) >= 600


def test_every_operation_is_asked() -> None:
    asked = {operation for case in CASES for operation in case.operations}
    assert asked >= {name for service in models.SERVICES for name in models.operation_names(service)}


def test_it_says_what_is_expected_and_where_that_comes_from() -> None:
    assert [case.id for case in CASES if not (case.expectation and case.source.place)] == []


def test_only_a_question_expects_nothing() -> None:
    assert [case.id for case in CASES if case.calls and case.is_unknown != (case.expected is None)] == []


def test_the_emulator_answers_all_as_expected(whole: Any) -> None:
    others = [found for found in whole.results if found.outcome not in ("as expected", "observed")]
    assert [found for found in others if "the installed botocore does not know" not in str(found.seen)] == []


def test_the_page_has_the_tables_of_today(whole: Any) -> None:
    """Where botocore has all members; an older one cannot ask everything."""
    if any(found.outcome == "not run" for found in whole.results):
        pytest.skip("the installed botocore does not know all members")
    page = (Path(__file__).parents[2] / "docs" / "fidelity" / "conformance.md").read_text(encoding="utf-8")
    for tier, counts in Report("", "", {}, whole.results).counts():
        assert f"| {tier} | {' | '.join(map(str, [sum(counts), *counts]))} |" in page
    assert f"{sum(cost_of(case) == 'nothing' for case in CASES)} cases cost nothing" in page


def test_nothing_is_left_behind(whole: Any) -> None:
    assert whole.left == []


@pytest.mark.parametrize("row", REFUSALS.keys() - UNREACHED.keys())
def test_every_refusal_of_the_table_is_met(whole: Any, row: str) -> None:
    refusal = REFUSALS[row]
    text = ".*".join(map(re.escape, re.split(r"\{[^}]*\}", refusal.text)))
    met = any(seen.code == refusal.code and re.fullmatch(text, seen.message, re.DOTALL) for seen in whole.refusals)
    if not met and any(found.outcome == "not run" for found in whole.results):
        pytest.skip("the installed botocore does not know all members")
    assert met, refusal.text


@pytest.mark.parametrize("case_id", UNKNOWN)
def test_the_emulator_shows_what_is_recorded(whole: Any, case_id: str) -> None:
    (found,) = (result for result in whole.results if result.id == case_id)
    if found.outcome == "not run":
        pytest.skip(found.seen)
    assert found.seen == OBSERVATIONS[case_id]["seen"]


def test_every_question_has_its_observation() -> None:
    assert {case_id: found["question"] for case_id, found in OBSERVATIONS.items()} == {
        case_id: case.question or case.expects for case_id, case in UNKNOWN.items()
    }


def test_every_mark_of_an_unknown_fact_names_its_case() -> None:
    assert [module for module, ids in marks().items() if None in ids] == []


def test_marks_and_cases_are_the_same_list() -> None:
    assert {case_id for ids in marks().values() for case_id in ids} == UNKNOWN.keys()
