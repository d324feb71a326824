"""All records of a dataset group: datasets, copies, deletion."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.errors import DataError
from pytest_personalize.data.records import Records
from pytest_personalize.data.rows import rows_of


@pytest.fixture
def records(schema: Callable[..., Schema]) -> Records:
    records = Records()
    records.add_dataset("INTERACTIONS", schema("Interactions", USER_ID="string", ITEM_ID="string", TIMESTAMP="long"))
    records.add_dataset("ITEMS", schema("Items", ITEM_ID="string", YEAR="int?"))
    records.add_dataset("USERS", schema("Users", USER_ID="string", AGE="int?"))
    for user, item, time in (("ann", "i1", 1), ("bob", "i1", 2), ("ann", "i2", 3)):
        records.log("INTERACTIONS").append(user=records.users.intern(user), item=records.items.intern(item), time=time)
    for age, user in enumerate(records.users):
        records.table("USERS").put(records.users.intern(user), {"AGE": age})
    return records


def users_of_events(records: Records) -> list[str]:
    return [records.users[user] for user in records.log("INTERACTIONS").users]


def test_a_dataset_that_does_not_exist_is_none_and_has_no_rows_to_give() -> None:
    records = Records()
    assert records.interactions is None
    assert records.items_table is None
    with pytest.raises(DataError, match="no INTERACTIONS dataset"):
        records.log("INTERACTIONS")
    with pytest.raises(DataError, match="no ITEMS dataset"):
        records.table("ITEMS")


def test_a_dropped_dataset_is_gone(records: Records) -> None:
    records.drop_dataset("ITEMS")
    assert records.items_table is None
    assert set(records.schemas) == {"INTERACTIONS", "USERS"}


def test_a_copy_and_its_original_change_apart(records: Records) -> None:
    copy = records.fork()
    records.log("INTERACTIONS").append(user=records.users.intern("cleo"), item=0, time=9)
    copy.log("INTERACTIONS").append(user=copy.users.intern("dave"), item=0, time=9)
    copy.table("ITEMS").put(0, {"YEAR": 1999})
    copy.drop_dataset("USERS")
    assert users_of_events(records) == ["ann", "bob", "ann", "cleo"]
    assert users_of_events(copy) == ["ann", "bob", "ann", "dave"]
    assert len(records.table("ITEMS")) == 0
    assert records.users_table is not None
    assert "USERS" in records.schemas


def test_a_view_stays_as_it_was(records: Records) -> None:
    view = records.view()
    records.log("INTERACTIONS").append(user=0, item=0, time=9)
    records.table("USERS").put(0, {"AGE": 99})
    records.delete_users(["bob"])
    assert users_of_events(view) == ["ann", "bob", "ann"]
    assert view.table("USERS").value(0, "AGE") == 0


def test_deleting_users_takes_their_records_and_interactions(records: Records) -> None:
    assert records.delete_users(["ann", "nobody"]) == 3
    assert users_of_events(records) == ["bob"]
    assert [records.users[user] for user in records.table("USERS")] == ["bob"]
    assert records.table("USERS").value(1, "AGE") == 1
    assert [list(records.log("INTERACTIONS").rows_of_user(user)) for user in (0, 1)] == [[], [0]]


def test_deleting_nobody_changes_nothing(records: Records) -> None:
    log, table = records.interactions, records.users_table
    assert records.delete_users(["nobody"]) == 0
    assert records.interactions is log
    assert records.users_table is table


def test_deleting_a_user_takes_action_interactions_too(schema: Callable[..., Schema]) -> None:
    records = Records()
    records.add_dataset(
        "ACTION_INTERACTIONS",
        schema("ActionInteractions", USER_ID="string", ACTION_ID="string", EVENT_TYPE="string", TIMESTAMP="long"),
    )
    records.log("ACTION_INTERACTIONS").append(user=records.users.intern("ann"), item=0, time=1, type="Taken")
    assert records.delete_users(["ann"]) == 1
    assert len(records.log("ACTION_INTERACTIONS")) == 0


def test_another_schema_keeps_the_records(records: Records, schema: Callable[..., Schema]) -> None:
    records.replace_schema("USERS", schema("Users", USER_ID="string", AGE="int?", COUNTRY="string? categorical"))
    assert [records.table("USERS").value(1, name) for name in ("AGE", "COUNTRY")] == [1, None]
    assert records.schemas["USERS"].field("country") is not None


def test_rows_have_the_values_of_their_fields_the_newest_record_of_each_id(items: Callable[..., Records]) -> None:
    records = items(YEAR="int?", GENRE="string? categorical")
    for name, year in (("i1", 1), ("i2", 2), ("i1", 3)):
        records.table("ITEMS").put(records.items.intern(name), {"YEAR": year, "GENRE": "Drama|War"})
    assert rows_of(records, "ITEMS") == [
        {"ITEM_ID": "i2", "YEAR": 2, "GENRE": "Drama|War"},
        {"ITEM_ID": "i1", "YEAR": 3, "GENRE": "Drama|War"},
    ]


def test_rows_of_events_name_who_did_what(events: Callable[..., Records]) -> None:
    records = events(EVENT_TYPE="string", DEVICE="string? categorical")
    log = records.log("INTERACTIONS")
    log.append(user=records.users.intern("ann"), item=records.items.intern("i1"), time=5, type="View")
    row = {"USER_ID": "ann", "ITEM_ID": "i1", "TIMESTAMP": 5, "EVENT_TYPE": "View", "DEVICE": None}
    assert rows_of(records, "INTERACTIONS") == [row]
