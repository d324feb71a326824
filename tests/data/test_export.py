"""Export as CSV text: which rows, how often, and that they can be imported again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize.data.csv_import import import_csv
from pytest_personalize.data.export import ExportMode, csv_text, export_csv
from pytest_personalize.data.records import Records

Make = Callable[..., Records]


def export(records: Records, dataset_type: str, mode: ExportMode = "ALL") -> str:
    return "".join(export_csv(records, dataset_type, mode))


def import_text(records: Records, dataset_type: str, text: str) -> None:
    import_csv([("f.csv", text.encode())], records, dataset_type, "FULL")


@pytest.fixture
def shop(items: Make) -> Records:
    """Item i1 was imported and then put, i2 only put, twice."""
    records = items(YEAR="int", GENRE="string? categorical")
    import_text(records, "ITEMS", "ITEM_ID,YEAR,GENRE\ni1,1,A\ni3,3,\ni3,3,\n")
    for item, year in (("i1", 2), ("i2", 3), ("i2", 4), ("i2", 3)):
        records.table("ITEMS").put(records.items.intern(item), {"YEAR": year})
    return records


@pytest.mark.parametrize(("mode", "lines"), [("ALL", ["i1,9,"]), ("BULK", ["i1,9,"]), ("PUT", ["i1,2,"])])
def test_row_28_a_full_import_after_a_put_record_is_the_newest_record(
    items: Make, mode: ExportMode, lines: list[str]
) -> None:
    records = items(YEAR="int", GENRE="string? categorical")
    records.table("ITEMS").put(records.items.intern("i1"), {"YEAR": 2})
    import_text(records, "ITEMS", "ITEM_ID,YEAR,GENRE\ni1,9,\n")
    assert export(records, "ITEMS", mode).splitlines()[1:] == lines


@pytest.mark.parametrize(
    ("mode", "lines"),
    [
        ("ALL", ["i3,3,", "i1,2,", "i2,3,"]),
        ("BULK", ["i1,1,A", "i3,3,"]),
        ("PUT", ["i1,2,", "i2,3,", "i2,4,"]),
    ],
)
def test_all_has_the_newest_records_and_the_others_every_version(
    shop: Records, mode: ExportMode, lines: list[str]
) -> None:
    assert export(shop, "ITEMS", mode).splitlines() == ["ITEM_ID,YEAR,GENRE", *lines]


@pytest.mark.parametrize(
    ("mode", "lines"),
    [
        ("ALL", ["ann,i1,5,watch", "ann,i1,5,click", "ann,i1,6,watch"]),
        ("BULK", ["ann,i1,5,watch", "ann,i1,5,click"]),
        ("PUT", ["ann,i1,5,watch", "ann,i1,6,watch"]),
    ],
)
def test_equal_events_are_written_once(events: Make, mode: ExportMode, lines: list[str]) -> None:
    records = events(EVENT_TYPE="string")
    rows = "ann,i1,5,watch\nann,i1,5,click\nann,i1,5,watch\n"
    import_text(records, "INTERACTIONS", f"USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n{rows}")
    for time in (5, 6):
        records.log("INTERACTIONS").append(user=0, item=0, time=time, type="watch")
    assert export(records, "INTERACTIONS", mode).splitlines() == ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", *lines]


def test_values_are_written_as_an_import_reads_them(items: Make) -> None:
    records = items(TITLE="string?", YEAR="int?", PRICE="float?", ADULT="boolean?")
    values: list[dict[str, Any]] = [
        {"TITLE": 'A "B", C', "YEAR": -1, "PRICE": 2.0, "ADULT": False},
        {"TITLE": r"back\slash, quoted", "ADULT": True},
        {"TITLE": r"back\slash"},
    ]
    for number, record in enumerate(values):
        records.table("ITEMS").put(records.items.intern(f"i{number}"), record)
    assert export(records, "ITEMS").splitlines()[1:] == [
        r'i0,"A \"B\", C",-1,2.0,false',
        r'i1,"back\\slash, quoted",,,true',
        r"i2,back\slash,,,",
    ]


def test_the_text_comes_in_pieces(events: Make) -> None:
    records = events()
    for time in range(10_000):
        records.log("INTERACTIONS").append(user=records.users.intern("u"), item=records.items.intern("i"), time=time)
    pieces = list(export_csv(records, "INTERACTIONS", "ALL"))
    assert len(pieces) > 3
    assert max(map(len, pieces)) < 100_000
    assert "".join(pieces).count("\n") == 10_001


TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=8)
IDS = TEXT.filter(lambda text: not text.isspace())
RECORD = st.fixed_dictionaries(
    {
        "TITLE": TEXT,
        "GENRE": st.none() | TEXT,
        "YEAR": st.none() | st.integers(-(2**31), 2**31 - 1),
        "SOLD": st.integers(-(2**63), 2**63 - 1),
        "PRICE": st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False),
        "RATING": st.floats(allow_nan=False, allow_infinity=False),
        "ADULT": st.none() | st.booleans(),
    }
)
KINDS = {
    "TITLE": "string",
    "GENRE": "string? categorical",
    "YEAR": "int?",
    "SOLD": "long",
    "PRICE": "float?",
    "RATING": "double",
    "ADULT": "boolean?",
}


@given(st.dictionaries(IDS, RECORD, max_size=5))
def test_what_is_exported_can_be_imported(items: Make, given_records: dict[str, dict[str, Any]]) -> None:
    source, copy = items(**KINDS), items(**KINDS)
    for item, record in given_records.items():
        source.table("ITEMS").put(source.items.intern(item), record)
    import_text(copy, "ITEMS", export(source, "ITEMS"))
    table = copy.table("ITEMS")
    assert {copy.items[i]: {name: table.value(i, name) for name in KINDS} for i in table} == given_records
    assert export(copy, "ITEMS") == export(source, "ITEMS")


@given(st.lists(st.tuples(IDS, TEXT, st.none() | st.integers(0, 9)), max_size=5, unique_by=lambda row: row[0]))
def test_rows_that_are_written_can_be_imported(items: Make, rows: list[tuple[str, str, int | None]]) -> None:
    records = items(TITLE="string", YEAR="int?")
    import_text(records, "ITEMS", csv_text(["ITEM_ID", "TITLE", "YEAR"], rows))
    table = records.table("ITEMS")
    assert [(records.items[i], table.value(i, "TITLE"), table.value(i, "YEAR")) for i in table] == rows
