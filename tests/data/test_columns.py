"""Columns of text: what a code stands for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_personalize.data.columns import TextColumn
from pytest_personalize.data.records import Records


@pytest.mark.parametrize(
    ("kind", "text", "members"),
    [
        ("string? categorical", "Drama|Music", ("Drama", "Music")),
        ("string? categorical", "|Drama||Music|", ("Drama", "Music")),
        ("string? categorical", None, ()),
        ("string?", "Drama|Music", ("Drama|Music",)),
        ("string?", "", ()),
        ("string?", None, ()),
    ],
)
def test_a_bar_parts_values_of_categories_alone_and_null_has_none(
    items: Callable[..., Records], kind: str, text: str | None, members: tuple[str, ...]
) -> None:
    records = items(GENRE=kind, YEAR="int?")
    records.table("ITEMS").put(records.items.intern("i1"), {"GENRE": text})
    column = records.table("ITEMS").columns["GENRE"]
    assert isinstance(column, TextColumn)
    assert column.members(column.codes[0]) == members
