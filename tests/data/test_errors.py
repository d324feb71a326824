"""Refused data say where they stand, as far as it is known."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_personalize.data.errors import DataError


@pytest.mark.parametrize(
    ("known", "text"),
    [
        ({}, "No"),
        ({"file": "s3://b/1.csv"}, "No (s3://b/1.csv)"),
        ({"line": 3}, "No (line 3)"),
        ({"column": "YEAR"}, "No (column YEAR)"),
        ({"file": "s3://b/1.csv", "line": 3, "column": "YEAR"}, "No (s3://b/1.csv, line 3, column YEAR)"),
    ],
)
def test_the_text_names_the_place_as_far_as_it_is_known(known: dict[str, Any], text: str) -> None:
    error = DataError("No", **known)
    assert str(error) == error.message == text
    assert error.problem == "No"
