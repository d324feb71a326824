"""Events of sessions without a user: kept under the session, linked to a user, and left out of trainings."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from pytest_personalize.data.csv_import import import_csv
from pytest_personalize.data.events import ANONYMOUS
from pytest_personalize.data.records import Records


@pytest.fixture
def records(events: Callable[..., Records]) -> Records:
    """A session with two anonymous events, and a user with one event."""
    records = events(EVENT_VALUE="float?", DEVICE="string?")
    log, intern = records.log("INTERACTIONS"), records.users.intern
    log.append(user=intern("session"), item=0, time=5, origin=ANONYMOUS)
    log.append(user=intern("session"), item=1, time=6, value=2.5, extra={"DEVICE": "phone"}, origin=ANONYMOUS)
    log.append(user=intern("ann"), item=2, time=7)
    return records


def items_of(records: Records, user: str) -> list[int]:
    log = records.log("INTERACTIONS")
    return [log.items[row] for row in log.rows_of_user(records.users.intern(user))]


def link(records: Records) -> None:
    users = records.users
    records.log("INTERACTIONS").link(users.intern("session"), users.intern("ann"))


def test_a_link_gives_the_user_the_events_of_the_session_in_their_order(records: Records) -> None:
    link(records)
    assert items_of(records, "ann") == [0, 1, 2]
    assert items_of(records, "session") == [0, 1]


def test_a_link_keeps_all_values(records: Records) -> None:
    link(records)
    log = records.log("INTERACTIONS")
    row = log.rows_of_user(records.users.intern("ann"))[1]
    assert (log.value(row, "EVENT_VALUE"), log.value(row, "DEVICE"), log.times[row]) == (2.5, "phone", 6)


def test_a_second_link_adds_nothing(records: Records) -> None:
    link(records)
    link(records)
    assert items_of(records, "ann") == [0, 1, 2]


def test_a_repeated_anonymous_event_is_kept_once(records: Records) -> None:
    log, session = records.log("INTERACTIONS"), records.users.intern("session")
    assert not log.append(user=session, item=0, time=5, origin=ANONYMOUS)
    assert items_of(records, "session") == [0, 1]


def test_a_session_without_a_user_is_no_part_of_a_training(records: Records) -> None:
    assert items_of(records.view(), "session") == []
    assert items_of(records.view(), "ann") == [2]


def test_a_linked_session_is_a_part_of_a_training_under_its_user(records: Records) -> None:
    link(records)
    assert items_of(records.view(), "session") == []
    assert items_of(records.view(), "ann") == [0, 1, 2]


def test_an_event_with_an_id_that_came_before_is_not_linked(records: Records) -> None:
    log, session = records.log("INTERACTIONS"), records.users.intern("session")
    log.append(user=session, item=3, time=8, event_id="e", origin=ANONYMOUS)
    log.append(user=session, item=4, time=9, event_id="e", origin=ANONYMOUS)
    link(records)
    assert items_of(records, "ann") == [0, 1, 2, 3]


def test_what_a_session_did_since_the_last_link_is_linked(records: Records) -> None:
    log, session = records.log("INTERACTIONS"), records.users.intern("session")
    link(records)
    log.append(user=session, item=3, time=4, origin=ANONYMOUS)
    link(records)
    assert items_of(records, "ann") == [3, 0, 1, 2]


def test_another_user_gets_the_whole_session(records: Records) -> None:
    link(records)
    records.log("INTERACTIONS").link(records.users.intern("session"), records.users.intern("bob"))
    assert items_of(records, "bob") == [0, 1]


def test_a_link_costs_the_same_however_long_the_session_was_before(records: Records) -> None:
    def calls() -> int:
        count = 0

        def notice(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(notice)
        try:
            link(records)
        finally:
            sys.setprofile(None)
        return count

    log, session = records.log("INTERACTIONS"), records.users.intern("session")
    link(records)
    before = calls()
    for time in range(1000):
        log.append(user=session, item=5, time=100 + time, origin=ANONYMOUS)
    link(records)
    assert calls() == before


def test_a_copy_links_by_itself(records: Records) -> None:
    copy = records.fork()
    link(copy)
    assert items_of(records, "ann") == [2]
    link(records)
    assert items_of(records, "ann") == items_of(copy, "ann") == [0, 1, 2]


class TestDeletedUsers:
    def test_the_sessions_of_a_deleted_user_go_as_well_and_never_come_back(self, records: Records) -> None:
        link(records)
        assert records.delete_users(["ann"]) == 3
        link(records)
        assert items_of(records, "ann") == items_of(records, "session") == []

    def test_what_the_session_does_afterwards_counts(self, records: Records) -> None:
        link(records)
        records.delete_users(["ann"])
        session = records.users.intern("session")
        records.log("INTERACTIONS").append(user=session, item=7, time=9, origin=ANONYMOUS)
        link(records)
        assert items_of(records, "ann") == [7]

    def test_others_keep_their_sessions(self, records: Records) -> None:
        link(records)
        records.delete_users(["bob", "nobody"])
        link(records)
        assert items_of(records, "ann") == [0, 1, 2]


def test_an_import_keeps_the_links(records: Records) -> None:
    link(records)
    import_csv([("f", b"USER_ID,ITEM_ID,TIMESTAMP,EVENT_VALUE,DEVICE\nbob,i,1,,\n")], records, "INTERACTIONS", "FULL")
    link(records)
    assert len(items_of(records, "ann")) == 3
