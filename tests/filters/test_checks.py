"""Rules that need the schemas, beyond the table of expressions."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_personalize.data.avro import Schema
from pytest_personalize.filters import FilterError, check, parse


@pytest.mark.parametrize(
    ("expression", "column", "words"),
    [
        ("INCLUDE ItemID WHERE Items.PRISE < 5", 22, "field PRISE not found in the Items schema. Did you mean PRICE?"),
        (
            "INCLUDE ItemID WHERE Items.PRICE < 5 IF CurrentUser.SIZE = 3",
            41,
            "field SIZE not found in the Users schema. Its fields are USER_ID, AGE, PLAN.",
        ),
        (
            "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRISE",
            36,
            "field PRISE not found in the Items schema. Did you mean PRICE?",
        ),
        ("INCLUDE ItemID WHERE Items.GENRE > 5", 22, "> compares numbers, field GENRE is a string"),
        ("INCLUDE ItemID WHERE Items.GENRE = 5", 36, 'field GENRE is a string, 5 a number. Write "5".'),
        ('INCLUDE ItemID WHERE Items.PRICE = "low"', 36, '"low" is no number, field PRICE is'),
        ('INCLUDE ItemID WHERE Items.YEAR IN ("1999", "x")', 37, '"x" is no number, field YEAR is'),
        ("INCLUDE ItemID WHERE Items.PRICE = CurrentItem.GENRE", 36, "a string with a number"),
        ("INCLUDE ActionID WHERE Actions.VALUE > CurrentItem.PRICE", 40, "belongs to related-items requests"),
        ("INCLUDE UserID WHERE Users.AGE > 18 IF CurrentUser.AGE > 18", 40, "IF in a filter of UserID"),
        ("INCLUDE UserID WHERE Users.AGE > CurrentItem.PRICE", 34, "belongs to related-items requests"),
    ],
)
def test_a_field_that_does_not_fit_is_refused(
    schemas: Mapping[str, Schema], expression: str, column: int, words: str
) -> None:
    with pytest.raises(FilterError) as refusal:
        check(parse(expression), schemas)
    assert refusal.value.position == column
    assert words in refusal.value.message


@pytest.mark.parametrize("missing", ["ITEMS", "USERS", "INTERACTIONS"])
def test_a_dataset_that_is_not_there_is_named(schemas: Mapping[str, Schema], missing: str) -> None:
    expression = (
        "INCLUDE ItemID WHERE Items.PRICE < 5 IF CurrentUser.AGE > 3"
        ' | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")'
    )
    check(parse(expression), schemas)
    with pytest.raises(FilterError, match=f"the dataset group has no {missing.title()} dataset"):
        check(parse(expression), {kind: schema for kind, schema in schemas.items() if kind != missing})


def test_ten_distinct_fields_are_allowed_however_often_they_are_used(schemas: Mapping[str, Schema]) -> None:
    fields = ["Items.PRICE", "Items.YEAR"] * 10
    check(parse("INCLUDE ItemID WHERE " + " AND ".join(f"{name} > 1" for name in fields)), schemas)


def test_numbers_may_stand_in_quotes_where_texts_may(schemas: Mapping[str, Schema]) -> None:
    check(parse('INCLUDE ItemID WHERE Items.YEAR IN ("1999") OR Items.PRICE = "2.5"'), schemas)


def test_the_current_user_and_item_count_as_fields_of_their_datasets() -> None:
    expression = "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.LIMIT IF CurrentUser.AGE > 18"
    assert parse(expression).fields == {"ITEMS.PRICE", "ITEMS.LIMIT", "USERS.AGE"}
