"""Points in time: float epoch seconds inside, datetimes for boto3's callers, numbers on the wire."""

import time
from datetime import datetime
from typing import Final

from botocore.utils import parse_timestamp

_KEPT: Final = 8192


class _LocalTimes:
    """Epoch seconds to the datetime that botocore's response parser makes of them, remembered.

    The parser gives them in the local time zone. ``time.tzset`` puts a new tuple into ``time.tzname``: when that
    is another one than before, what is remembered belongs to another zone.
    """

    def __init__(self) -> None:
        self.known: tuple[tuple[str, str], dict[float, datetime]] = (time.tzname, {})

    def __call__(self, seconds: float) -> datetime:
        zone, known = self.known
        if time.tzname is not zone or len(known) > _KEPT:
            known = {}
            self.known = (time.tzname, known)
        found = known.get(seconds)
        if found is None:
            found = known[seconds] = parse_timestamp(wire_timestamp(seconds))  # type: ignore[arg-type]
        return found


python_timestamp: Final = _LocalTimes()


def wire_timestamp(seconds: float) -> float:
    """Epoch seconds as the service writes them: with milliseconds."""
    return round(seconds, 3)
