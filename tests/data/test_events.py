"""The log of events: rows by user, copies, repetitions."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.csv_import import import_csv
from pytest_personalize.data.errors import DataError
from pytest_personalize.data.events import BULK, MOST_EVENT_TYPES, PUT, EventLog
from pytest_personalize.data.export import export_csv
from pytest_personalize.data.records import Records

IDS = st.integers(0, 4)
TIMES = st.integers(0, 9)
Event = tuple[int, int, int]


def log_of(*events: Event) -> EventLog:
    log = EventLog()
    for user, item, time in events:
        log.append(user=user, item=item, time=time, origin=BULK)
    return log


def rows_by_hand(keys: list[int], times: list[int], key: int) -> list[int]:
    return sorted((row for row in range(len(keys)) if keys[row] == key), key=lambda row: (times[row], row))


def test_rows_come_oldest_first_and_in_row_order_within_a_second() -> None:
    log = log_of((0, 0, 7), (0, 1, 5), (1, 0, 6), (0, 2, 7))
    assert list(log.rows_of_user(0)) == [1, 0, 3]


def test_an_event_older_than_those_before_it_takes_its_place_in_time() -> None:
    log = log_of((0, 0, 5), (0, 1, 7))
    assert list(log.rows_of_user(0)) == [0, 1]
    log.append(user=0, item=2, time=6)
    log.append(user=0, item=3, time=4)
    assert list(log.rows_of_user(0)) == [3, 0, 2, 1]


@pytest.mark.parametrize("origin", [BULK, PUT])
def test_an_event_after_a_copy_is_found_in_the_one_that_got_it(origin: int) -> None:
    log = log_of((0, 0, 5), (0, 1, 7))
    copy = log.fork()
    log.append(user=0, item=2, time=6, origin=origin)
    assert list(log.rows_of_user(0)) == [0, 2, 1]
    assert list(copy.rows_of_user(0)) == [0, 1]


@pytest.mark.parametrize("unknown", [1, 99])
def test_who_has_no_events_has_no_rows(unknown: int) -> None:
    log = log_of((0, 0, 5), (2, 0, 5))
    assert list(log.rows_of_user(unknown)) == []
    log.append(user=5, item=0, time=6)
    assert list(log.rows_of_user(unknown)) == []
    assert list(log.rows_of_user(5)) == [2]


def test_values_of_all_columns_are_read_by_field_name(events: Callable[..., Records]) -> None:
    log = events(EVENT_TYPE="string", EVENT_VALUE="float?", DEVICE="string? categorical").interactions
    assert log is not None
    log.append(user=0, item=0, time=1, type="watch", value=2.5, extra={"DEVICE": "tv|phone"})
    log.append(user=0, item=0, time=2)
    assert [log.value(0, name) for name in ("EVENT_TYPE", "EVENT_VALUE", "DEVICE")] == ["watch", 2.5, "tv|phone"]
    assert [log.value(1, name) for name in ("EVENT_TYPE", "EVENT_VALUE", "DEVICE")] == [None, None, None]


def test_an_event_value_is_dropped_when_the_schema_has_none(events: Callable[..., Records]) -> None:
    log = events().interactions
    assert log is not None
    log.append(user=0, item=0, time=1, value=2.5)
    assert len(log.values) == 0
    assert log.value(0, "EVENT_VALUE") is None


@pytest.mark.parametrize(
    ("kind", "value", "text"), [("string categorical", "high", "high"), ("int?", 3, "3"), ("float?", 1.5, "1.5")]
)
def test_event_value_is_a_name_like_any_other_in_action_interactions(
    schema: Callable[..., Schema], kind: str, value: object, text: str
) -> None:
    records = Records()
    fields = {"USER_ID": "string", "ACTION_ID": "string", "EVENT_TYPE": "string", "TIMESTAMP": "long"}
    records.add_dataset("ACTION_INTERACTIONS", schema("ActionInteractions", **fields, EVENT_VALUE=kind))
    data = f"USER_ID,ACTION_ID,EVENT_TYPE,TIMESTAMP,EVENT_VALUE\nann,a1,Taken,5,{text}\n"
    import_csv([("f", data.encode())], records, "ACTION_INTERACTIONS", "FULL")
    assert records.log("ACTION_INTERACTIONS").value(0, "EVENT_VALUE") == value
    assert "".join(export_csv(records, "ACTION_INTERACTIONS", "ALL")) == data


@pytest.mark.parametrize("time", [2**63, -(2**63) - 1])
def test_a_time_beyond_all_bounds_is_refused_and_leaves_nothing(time: int) -> None:
    log = log_of((0, 0, 5))
    with pytest.raises(DataError, match="is out of bounds"):
        log.append(user=0, item=0, time=time)
    log.append(user=0, item=1, time=6)
    assert (list(log.users), list(log.items), list(log.times)) == ([0, 0], [0, 1], [5, 6])


def test_more_event_types_than_can_be_told_apart_are_refused() -> None:
    log = EventLog()
    for number in range(MOST_EVENT_TYPES):
        log.append(user=0, item=0, time=number, type=f"type{number}", origin=BULK)
    with pytest.raises(DataError, match="more than 65535 distinct event types"):
        log.append(user=0, item=0, time=0, type="one more")
    assert len(log.users) == len(log.types) == MOST_EVENT_TYPES


class TestRepetition:
    """Developer guide and service model: what PutEvents does with the same event again."""

    @pytest.fixture
    def log(self, events: Callable[..., Records]) -> EventLog:
        log = events(EVENT_TYPE="string", EVENT_VALUE="float?", DEVICE="string?").interactions
        assert log is not None
        self.put(log)
        return log

    def put(self, log: EventLog, **changes: Any) -> bool:
        event: dict[str, Any] = {"user": 0, "item": 0, "time": 5, "type": "watch", "extra": {"DEVICE": "tv"}}
        return log.append(**event | changes)

    def test_an_exact_repetition_is_kept_once(self, log: EventLog) -> None:
        self.put(log, time=6)
        assert not self.put(log)
        assert len(log) == 2

    @pytest.mark.parametrize(
        "change",
        [{"user": 1}, {"item": 1}, {"time": 4}, {"type": "click"}, {"value": 1.0}, {"extra": {"DEVICE": "pc"}}],
        ids=lambda change: next(iter(change)),
    )
    def test_any_difference_makes_another_event(self, log: EventLog, change: dict[str, Any]) -> None:
        assert self.put(log, **change)
        assert len(log) == 2

    def test_imported_rows_may_repeat(self, log: EventLog) -> None:
        assert self.put(log, origin=BULK)
        assert self.put(log, origin=BULK)

    def test_a_streamed_event_is_kept_beside_an_equal_imported_one(self) -> None:
        log = log_of((0, 0, 5))
        assert log.append(user=0, item=0, time=5, origin=PUT)

    def test_an_event_id_that_comes_again_is_kept_but_not_trained_on(self, schema: Callable[..., Schema]) -> None:
        records = Records()
        records.add_dataset(
            "INTERACTIONS", schema("Interactions", USER_ID="string", ITEM_ID="string", TIMESTAMP="long")
        )
        log = records.interactions
        assert log is not None
        log.append(user=0, item=0, time=1, event_id="e1")
        log.append(user=0, item=1, time=2)
        log.append(user=0, item=2, time=3, event_id="e1")
        log.append(user=0, item=3, time=4, event_id="e2")
        trained = records.view().interactions
        assert trained is not None
        assert list(log.items) == [0, 1, 2, 3]
        assert list(trained.items) == [0, 1, 3]


def test_a_log_that_counts_as_a_whole_in_training_is_not_copied() -> None:
    log = log_of((0, 0, 5))
    assert log.trainable() is log


class EventLogMachine(RuleBasedStateMachine):
    """Logs that are filled, copied and asked in any order, held against rows counted by hand."""

    logs: Bundle[tuple[EventLog, list[Event]]] = Bundle("logs")

    def __init__(self) -> None:
        super().__init__()
        self.all: list[tuple[EventLog, list[Event]]] = []

    def keep(self, log: EventLog, events: list[Event]) -> tuple[EventLog, list[Event]]:
        self.all.append((log, events))
        return log, events

    @initialize(target=logs)
    def begin(self) -> tuple[EventLog, list[Event]]:
        return self.keep(EventLog(), [])

    @rule(where=logs, event=st.tuples(IDS, IDS, TIMES))
    def append(self, where: tuple[EventLog, list[Event]], event: Event) -> None:
        log, events = where
        user, item, time = event
        log.append(user=user, item=item, time=time, origin=BULK)
        events.append(event)

    @rule(where=logs, more=st.lists(st.tuples(IDS, IDS, TIMES), max_size=6))
    def import_more(self, where: tuple[EventLog, list[Event]], more: list[Event]) -> None:
        log, events = where
        new = log.empty()
        new.extend(log_of(*more))
        log.extend(new)
        events.extend(more)

    @rule(target=logs, where=logs)
    def fork(self, where: tuple[EventLog, list[Event]]) -> tuple[EventLog, list[Event]]:
        return self.keep(where[0].fork(), where[1][:])

    @rule(target=logs, where=logs, user=IDS)
    def without(self, where: tuple[EventLog, list[Event]], user: int) -> tuple[EventLog, list[Event]]:
        log, events = where
        return self.keep(
            log.select([event[0] != user for event in events]), [event for event in events if event[0] != user]
        )

    @rule(where=logs, key=IDS)
    def ask(self, where: tuple[EventLog, list[Event]], key: int) -> None:
        log, events = where
        times = [time for _, _, time in events]
        assert list(log.rows_of_user(key)) == rows_by_hand([user for user, _, _ in events], times, key)

    @invariant()
    def every_log_holds_its_own_events(self) -> None:
        for log, events in self.all:
            assert list(zip(log.users, log.items, log.times, strict=True)) == events


TestEventLog = EventLogMachine.TestCase


def test_rows_stay_in_order_while_thousands_of_events_are_streamed() -> None:
    random = Random(7)
    log, users, times = EventLog(), [], []
    for _ in range(4000):
        users.append(random.randrange(20))
        times.append(random.randrange(1000))
        log.append(user=users[-1], item=0, time=times[-1], origin=BULK)
        if len(log) % 97 == 0:
            user = users[random.randrange(len(users))]
            assert list(log.rows_of_user(user)) == rows_by_hand(users, times, user)
    assert list(log.rows_of_user(0)) == rows_by_hand(users, times, 0)
