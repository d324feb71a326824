"""Items, users and actions: the newest record of an id counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.entities import EntityTable


@pytest.fixture
def table(schema: Callable[..., Schema]) -> EntityTable:
    return EntityTable.for_schema(
        schema("Items", ITEM_ID="string", GENRE="string? categorical", YEAR="int?", PRICE="float?", ADULT="boolean?")
    )


def test_a_record_is_replaced_as_a_whole(table: EntityTable) -> None:
    table.put(7, {"GENRE": "Drama", "YEAR": 1999, "PRICE": 2.5, "ADULT": False})
    assert [table.value(7, name) for name in ("GENRE", "YEAR", "PRICE", "ADULT")] == ["Drama", 1999, 2.5, False]
    table.put(7, {"YEAR": 2001})
    assert [table.value(7, name) for name in ("GENRE", "YEAR", "PRICE", "ADULT")] == [None, 2001, None, None]
    assert len(table) == 1


def test_ids_come_in_first_seen_order(table: EntityTable) -> None:
    for index in (5, 3, 5, 9, 3):
        table.put(index, {})
    assert list(table) == [5, 3, 9]


def test_an_id_without_record_has_neither_row_nor_values(table: EntityTable) -> None:
    table.put(1, {"YEAR": 1999})
    assert table.row_of(2) is None
    assert table.value(2, "YEAR") is None
    assert 2 not in table


def test_every_change_gives_a_version_that_no_copy_has(table: EntityTable) -> None:
    copy = table.fork()
    versions = [table.version]
    for changed in (table, copy, table, copy):
        changed.put(1, {})
        versions.append(changed.version)
    assert len(set(versions)) == len(versions)
    assert versions == sorted(versions)


def test_an_unchanged_copy_keeps_the_version(table: EntityTable) -> None:
    assert table.fork().version == table.version


def test_copies_change_apart(table: EntityTable) -> None:
    table.put(1, {"GENRE": "Drama"})
    copy = table.fork()
    table.put(1, {"GENRE": "Comedy"})
    copy.put(2, {"GENRE": "Horror"})
    assert [table.value(index, "GENRE") for index in (1, 2)] == ["Comedy", None]
    assert [copy.value(index, "GENRE") for index in (1, 2)] == ["Drama", "Horror"]


def test_a_bar_separates_the_members_of_a_category(table: EntityTable) -> None:
    table.put(1, {"GENRE": "Drama|Music"})
    column = table.columns["GENRE"]
    assert column.members(column.codes[0]) == ("Drama", "Music")
    assert column.members(0) == ()


def test_new_columns_of_another_schema_hold_null(table: EntityTable, schema: Callable[..., Schema]) -> None:
    table.put(1, {"YEAR": 1999})
    new = {"COUNTRY": "string? categorical", "RANK": "long?", "SHARE": "double?", "SOLD": "boolean?"}
    wider = table.with_schema(schema("Items", ITEM_ID="string", YEAR="int?", **new))
    assert [wider.value(1, name) for name in ("YEAR", *new)] == [1999, None, None, None, None]
    wider.put(1, {"COUNTRY": "FR", "RANK": 3, "SHARE": 0.5, "SOLD": True})
    assert [wider.value(1, name) for name in ("YEAR", *new)] == [None, "FR", 3, 0.5, True]
    assert table.value(1, "YEAR") == 1999
