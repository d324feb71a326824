"""Schemas worked out from columns of values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from pytest_personalize.data.inferring import Cell, as_cells, schema_text

PROSE = "It was a dark and stormy night on the island, and nobody slept."


def fields(dataset_type: str = "ITEMS", domain: str | None = None, **columns: Sequence[Cell]) -> dict[str, Any]:
    """The fields of a schema by name, without their names."""
    schema = json.loads(schema_text(dataset_type, domain, columns))
    return {field.pop("name"): field for field in schema["fields"]}


@pytest.mark.parametrize(
    ("texts", "cells"),
    [
        (["1", "", "-20"], [1, None, -20]),
        (["1", "2.5", ".5", "1e3"], [1.0, 2.5, 0.5, 1000.0]),
        (["true", "", "false"], [True, None, False]),
        (["1", "x", ""], ["1", "x", None]),
        (["01", "2"], ["01", "2"]),
        (["true", "1"], ["true", "1"]),
        (["", ""], [None, None]),
    ],
)
def test_cells_are_numbers_or_truth_values_where_all_of_them_are(texts: list[str], cells: list[Cell]) -> None:
    found = as_cells(texts)
    assert found == cells
    assert list(map(type, found)) == list(map(type, cells))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([True, False], "boolean"),
        ([1, 2**31 - 1, -(2**31)], "int"),
        ([1, 2**31], "long"),
        ([-(2**31) - 1], "long"),
        ([1, 0.5], "float"),
        ([0.5, 1e39], "double"),
        ([True, 1], "string"),
        (["x", 1], "string"),
    ],
)
def test_the_type_is_the_narrowest_that_holds_all_values(cells: list[Cell], kind: str) -> None:
    assert fields(OWN=cells)["OWN"]["type"] == kind


def test_null_is_allowed_where_a_value_is_missing_and_may_be() -> None:
    found = fields(ITEM_ID=["i1", None], YEAR=[1999, None], PRICE=[1.5, 2.0])
    assert found["ITEM_ID"] == {"type": "string"}
    assert found["YEAR"] == {"type": ["null", "int"]}
    assert found["PRICE"] == {"type": "float"}


@pytest.mark.parametrize(
    ("cells", "categorical"),
    [
        ([f"c{n}" for n in range(10)], True),
        ([f"c{n}" for n in range(11)], False),
        ([f"c{n % 12}" for n in range(24)], True),
        ([f"c{n % 12}" for n in range(23)], False),
        ([f"c{n % 5}|c{n // 5}" for n in range(25)], True),
        (["x" * 39] * 2, True),
        (["x" * 40] * 2, False),
    ],
)
def test_few_values_that_come_again_are_categories(cells: list[Cell], categorical: bool) -> None:
    assert fields("USERS", OWN=cells)["OWN"] == {"type": "string"} | ({"categorical": True} if categorical else {})


def test_of_items_the_longest_texts_are_textual() -> None:
    columns = {"BLURB": [PROSE[:45]] * 2, "STORY": [PROSE, None], "NUMBER": [10**60] * 2}
    found = fields(**columns)
    assert found["STORY"] == {"type": ["null", "string"], "textual": True}
    assert "textual" not in found["BLURB"]
    assert "textual" not in fields("USERS", **columns)["STORY"]
    assert "textual" not in fields(STORY=[PROSE[:39]])["STORY"]
    assert fields(STORY=[PROSE[:40]])["STORY"] == {"type": "string", "textual": True}


def test_where_the_rules_know_a_textual_field_no_other_is() -> None:
    found = fields("ITEMS", "ECOMMERCE", ITEM_ID=["i1"], PRODUCT_DESCRIPTION=["short"], STORY=[PROSE])
    assert found["PRODUCT_DESCRIPTION"] == {"type": "string", "textual": True}
    assert found["STORY"] == {"type": "string"}


def test_fields_of_events_have_the_form_that_the_rules_want() -> None:
    found = fields("INTERACTIONS", USER_ID=[1], ITEM_ID=[2], TIMESTAMP=[3], EVENT_TYPE=["View"], EVENT_VALUE=[1])
    kinds = {name: field["type"] for name, field in found.items()}
    assert kinds == {
        "USER_ID": "string",
        "ITEM_ID": "string",
        "TIMESTAMP": "long",
        "EVENT_TYPE": "string",
        "EVENT_VALUE": "float",
    }
