"""The attribute lists of user segments."""

from __future__ import annotations

import pytest

from pytest_personalize.filters import FilterError, parse_attributes


def test_attributes_are_read_in_order() -> None:
    attributes = parse_attributes('ITEMS.genres = "Comedy" AND ITEMS.genres = "Action"')
    assert attributes == (("GENRES", "Comedy"), ("GENRES", "Action"))


def test_a_number_stays_a_number() -> None:
    assert parse_attributes("items.YEAR = 1995 and Items.PRICE = 2.5") == (("YEAR", 1995), ("PRICE", 2.5))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1),
        ('ITEMS.genres = "Comedy" OR ITEMS.genres = "Action"', 25),
        ('ITEMS.genres != "Comedy"', 14),
        ("ITEMS.year > 1995", 12),
        ('ITEMS.genres IN ("Comedy")', 14),
        ("ITEMS.genres = $GENRE", 16),
        ('USERS.plan = "basic"', 1),
        ('ITEMS.genres = "Comedy" AND', 28),
        ('INCLUDE ItemID WHERE Items.genres = "Comedy"', 1),
    ],
)
def test_anything_else_is_refused_with_its_column(text: str, column: int) -> None:
    with pytest.raises(FilterError) as refusal:
        parse_attributes(text)
    assert refusal.value.position == column
