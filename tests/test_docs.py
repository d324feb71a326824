"""What in the pages of docs/ is made of the code says what the code does."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from made import MADE, PLACE, drawing, fidelity, filled, picture, recommenders, reference
from pytest_personalize import names
from pytest_personalize.conformance.case import Case, Source
from pytest_personalize.conformance.cases import CASES
from pytest_personalize.recommenders import RECIPES
from pytest_personalize.service.kernel.operations import OPERATIONS
from pytest_personalize.service.kernel.quotas import QUOTAS
from pytest_personalize.testing.coverage import coverage
from pytest_personalize.testing.presets import PRESETS
from tests.test_readme import TEXTS


def test_a_place_in_a_page_gives_way_to_what_is_made() -> None:
    assert filled("before\n<!-- made: ini -->\nafter") == "\n".join(("before", *MADE["ini"](), "after"))


def test_all_that_is_made_has_its_page() -> None:
    assert sorted(name for text in TEXTS.values() for name in PLACE.findall(text)) == sorted(MADE)


def test_every_operation_has_its_line() -> None:
    table = "\n".join(fidelity.operations_table())
    assert sorted(re.findall(r"^\| ([A-Z]\w+) \|", table, re.MULTILINE)) == sorted(OPERATIONS)


def test_the_readme_counts_the_operations() -> None:
    counts = {service.name: len(service.emulated) for service in coverage()}
    assert f"all {sum(counts.values())} operations" in TEXTS["README"]
    assert all(f"{count} of `{name}`" in TEXTS["README"] for name, count in counts.items())


def test_the_tutorial_says_how_large_the_shop_is() -> None:
    sizes = PRESETS["shop"].sizes
    told = f"{sizes.users} users, {sizes.items} items and {sizes.interactions} interactions"
    assert told in " ".join(TEXTS["tutorial"].split())


def test_every_quota_has_its_line() -> None:
    table = list(reference.quotas_table())
    assert len(table) == 2 + len(QUOTAS)
    assert "| `campaigns` | 5 | campaigns in a dataset group |" in table
    assert "| `import_jobs_running` | 5 | dataset import jobs under way in a region |" in table


def test_every_step_that_can_be_set_has_its_line() -> None:
    table = list(reference.steps_table())
    assert re.findall(r"`(.+?)`", "".join(table)) == sorted(get_args(names.Step))
    assert "| `dataset-group:delete` | DELETE PENDING | 30 s |" in table
    assert "| `campaign:create` | CREATE PENDING, CREATE IN_PROGRESS | 10.5 min |" in table


def test_an_operation_that_is_missing_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(OPERATIONS, "ListSchemas")

    (missing,) = [line for line in fidelity.operations_table() if "not emulated" in line]

    assert missing.startswith("| ListSchemas | not emulated | ")


def test_an_operation_is_simplified_where_the_list_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    one = fidelity.Divergence(name="late", title="Late", here="It is late.", operations=("ListSchemas",))
    monkeypatch.setattr(fidelity, "divergences", lambda: [one])

    simplified = [line for line in fidelity.operations_table() if "simplified" in line]

    assert len(simplified) == 1
    assert simplified[0].startswith("| ListSchemas | simplified | ")
    assert simplified[0].endswith(" | [Late](divergences.md#late) |")


def test_an_operation_is_guessed_where_a_question_is_about_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asks = Case(
        id="schemas/of-what",
        tier="strict",
        source=Source("unknown", "nobody"),
        operations=("CreateDataset", "ListSchemas"),
        question="Of what?",
    )
    monkeypatch.setattr(fidelity, "CASES", [asks])

    guessed = [line for line in fidelity.operations_table() if "guessed" in line]

    assert guessed == ["| ListSchemas | guessed | 0 | [schemas/of-what](unknowns.md#schemas-of-what) |"]


def test_divergences_name_operations_that_there_are() -> None:
    named = {name for one in fidelity.divergences() for name in one.operations}
    assert named
    assert named <= OPERATIONS.keys()


def test_every_unknown_is_listed_with_its_choice() -> None:
    found = fidelity.unknowns()
    assert {one.case for one in found} == {case.id for case in CASES if case.is_unknown}
    assert all(one.chosen for one in found)


@pytest.mark.parametrize(
    "code",
    [
        "# unknown: [a/b] whether. chosen: the\n# first one\nx = 1\n",
        "x = 1  # unknown: [a/b] whether. chosen: the first one\n",
        '"""Text.\n\nunknown: [a/b] whether. chosen:\nthe first one\n"""\n',
        "# unknown: [c/d] how. chosen: so\n# unknown: [a/b] whether. chosen: the first one\n",
    ],
    ids=["comment of two lines", "comment behind code", "docstring", "one mark after another"],
)
def test_a_mark_is_found_wherever_it_may_stand(code: str) -> None:
    found = filter(None, map(fidelity.MARK.search, fidelity.remarks(code)))
    assert {mark[1]: " ".join(mark[2].split()) for mark in found}["a/b"] == "the first one"


def test_every_recipe_has_a_recommender_that_is_told() -> None:
    told = "\n".join(recommenders.recommenders())
    assert [recipe.name for recipe in RECIPES.values() if f"`{recipe.name}`" not in told] == []


def test_rooms_stand_below_those_that_know_them() -> None:
    graph = drawing.on_the_way()
    floor = {room: number for number, rooms in enumerate(drawing.floors(graph)) for room in rooms}
    assert all(floor[room] < floor[other] for room, others in graph.items() for other in others)
    assert {"interception", "door", "service.endpoint", "recommenders"} <= floor.keys()


def test_the_drawing_leaves_out_an_arrow_that_a_longer_way_replaces() -> None:
    assert drawing.reduced({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}, "c": set()}


@pytest.mark.processes
def test_the_picture_shows_what_is_printed_today() -> None:
    """Else ``make docs`` writes it anew."""
    shown = picture.picture(picture.section(picture.printed()))
    lines = re.findall(r">([^<]*)</text>", shown)
    assert lines == re.findall(r">([^<]*)</text>", picture.FILE.read_text(encoding="utf-8"))[-len(lines) :]
