"""The file is held against the rules of Amazon Personalize before anybody uploads it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from catalogue_export.app import SCHEMA, Product, export
from pytest_personalize import check

KETTLE = Product("p-1", Decimal("12.90"), ("Kitchen", "Steel"), "Kettle", datetime(2023, 11, 14, tzinfo=UTC))


@pytest.mark.parametrize("title", ["Kettle", 'Gloves "Rose", green', "Seeds,\nmixed", "Bücher \\ 映画"])
def test_whatever_a_title_holds_can_be_imported(tmp_path: Path, title: str) -> None:
    path = tmp_path / "items.csv"
    export([KETTLE, Product("p-2", Decimal(4), (), title, KETTLE.created)], path)

    check(schema=SCHEMA, data=path, filters="INCLUDE ItemID WHERE Items.PRICE < $MOST").raise_for_problems()


def test_the_file_of_monday_has_five_faults() -> None:
    found = check(schema=SCHEMA, data=Path(__file__).with_name("monday.csv"))

    assert [(each.line, each.code) for each in found] == [
        (3, "wrong-type"),
        (4, "missing-value"),
        (5, "wrong-type"),
        (6, "multiline-record"),
        (8, "too-few-values"),
    ]
