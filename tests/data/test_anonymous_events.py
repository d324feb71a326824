"""Events of sessions without a user: kept under the session, linked to a user, and left out of trainings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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
