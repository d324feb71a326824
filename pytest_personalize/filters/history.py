"""What a user did: the items (or actions) with events of given types, and the users with such events.

The users with events are kept for as long as the log lives. Rows of a log never change, so that their number tells
whether it still holds.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping
from itertools import compress, islice
from typing import Final
from weakref import finalize

from attrs import define, field

from pytest_personalize.data.events import EventLog
from pytest_personalize.filters.bits import NOTHING, from_ids

ANY_TYPE: Final = "*"


@define
class _Known:
    """What is known of the first rows of a log."""

    rows: int = 0
    users: dict[str, bytearray] = field(factory=dict)
    """The users with an event of a type, as bytes of a set, from the first ``rows`` rows."""


_KNOWN: Final[dict[int, _Known]] = {}
"""By identity of the types array of a log, which only grows and is never shared by logs that differ."""


def subjects_of(log: EventLog, user: int, types: Collection[str], lookback: int) -> int:
    """The set of items (or actions) with which a user has an event of one of the types.

    Only the ``lookback`` newest events of each type are looked at; event types match whatever their case (developer
    guide, filter expressions). ``"*"`` is any type, also none at all. That the service forgets a user for whom nothing
    was imported in three months is left out: it would need a clock, and no test waits that long.
    """
    if user < 0:
        return NOTHING
    rows = log.rows_of_user(user)[::-1]
    item_of, type_of = log.items.__getitem__, log.types.__getitem__
    newest: list[int] = []
    for codes in _codes(log, types):
        newest += islice(compress(map(item_of, rows), map(codes.__contains__, map(type_of, rows))), lookback)
    return from_ids(newest)


def _codes(log: EventLog, types: Collection[str]) -> Collection[set[int]]:
    """The codes of each of the types that the log knows; it may have been written in several ways."""
    found: dict[str, set[int]] = {}
    folded = log.folded_types()
    wanted = _wanted(types, folded)
    for code, name in enumerate(folded):
        if name in wanted:
            found.setdefault(name, set()).add(code)
    return found.values()


def users_with(log: EventLog, types: Collection[str]) -> int:
    """The set of users with an event of one of the types.

    Whoever has one at all has one among the newest of that type, so that no look-back is needed.
    """
    users = _users(log)
    found = NOTHING
    for name in _wanted(types, users):
        found |= int.from_bytes(users[name], "little")
    return found


def _wanted(types: Collection[str], known: Collection[str]) -> Collection[str]:
    """The known types among the wanted ones; no type is null, which only "*" matches."""
    if ANY_TYPE in types:
        return known
    return {name for text in types if (name := text.casefold()) and name in known}


def _known(log: EventLog) -> _Known:
    types: array[int] = log.types
    known = _KNOWN.get(id(types))
    if known is None:
        known = _KNOWN[id(types)] = _Known()
        finalize(types, _KNOWN.pop, id(types), None).atexit = False
    return known


def _users(log: EventLog) -> Mapping[str, bytearray]:
    known, names = _known(log), log.folded_types()
    if known.rows < len(log):
        users = log.users[known.rows :]
        size = (max(users) >> 3) + 1
        marks = [known.users.setdefault(name, bytearray()) for name in names]
        for mark in known.users.values():
            mark.extend(bytes(max(0, size - len(mark))))
        for user, code in zip(users, log.types[known.rows :], strict=True):
            marks[code][user >> 3] |= 1 << (user & 7)
        known.rows = len(log)
    return known.users
