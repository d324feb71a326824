"""Points in time: what boto3's callers see, and what goes over the wire."""

import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from botocore.utils import parse_timestamp
from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize.shapes.timestamps import python_timestamp, wire_timestamp

# A summer that begins at 1711846800 and ends at 1729990800, with the hour before told twice.
MOMENTS = (1711846799.0, 1711846800.5, 1729987200.0, 1729990799.999, 1729990800.0)


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


def clock_face(moment: datetime) -> tuple[str, int, str | None]:
    """All that can be read off; an hour told twice is not equal to itself across two time zone objects."""
    return moment.isoformat(), moment.fold, moment.tzname()


@given(st.floats(-2e9, 2e10, allow_subnormal=False))
def test_a_time_is_what_botocore_makes_of_the_number_on_the_wire(seconds: float) -> None:
    assert repr(python_timestamp(seconds)) == repr(parse_timestamp(wire_timestamp(seconds)))


def test_the_wire_has_milliseconds() -> None:
    assert wire_timestamp(1542392161.8374) == 1542392161.837


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the platform cannot change its time zone")
@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"])
def test_a_change_of_the_time_zone_is_noticed(zone: pytest.MonkeyPatch, name: str) -> None:
    for seconds in MOMENTS:
        python_timestamp(seconds)
    zone.setenv("TZ", name)
    time.tzset()

    assert [clock_face(python_timestamp(seconds)) for seconds in MOMENTS] == [
        clock_face(parse_timestamp(seconds)) for seconds in MOMENTS
    ]


def test_a_time_is_worked_out_once() -> None:
    assert python_timestamp(1700000000.25) is python_timestamp(1700000000.25)
