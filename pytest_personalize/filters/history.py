"""What a user did: the items (or actions) with events of given types, and the users with such events.

What is worked out is kept for as long as the log lives. Rows of a log never change, so that their number tells whether
it still holds.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from weakref import finalize

from attrs import define, field

from pytest_personalize.data.events import EventLog
from pytest_personalize.filters.bits import NOTHING, from_ids

ANY_TYPE: Final = "*"

_MAX_KEPT_USERS: Final = 128


@define
class _Known:
    """What is known of the first rows of a log."""

    rows: int = 0
    users: dict[str, bytearray] = field(factory=dict)
    """The users with an event of a type, as bytes of a set, from the first ``rows`` rows."""
    newest: dict[tuple[int, int], tuple[int, Mapping[str, int]]] = field(factory=dict)
    """By user and look-back: the number of the user's rows, and the set of subjects of each type."""


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
    known = _known(log).newest
    rows = log.rows_of_user(user)
    count, newest = known.get((user, lookback), (-1, {}))
    if count != len(rows):
        newest = _newest(log, rows, lookback)
        while len(known) >= _MAX_KEPT_USERS:
            known.pop(next(iter(known)), None)
        known[user, lookback] = len(rows), newest
    found = NOTHING
    for name in _wanted(types, newest):
        found |= newest[name]
    return found


def users_with(log: EventLog, types: Collection[str]) -> int:
    """The set of users with an event of one of the types.

    Whoever has one at all has one among the newest of that type, so that no look-back is needed.
    """
    users = _users(log)
    found = NOTHING
    for name in _wanted(types, users):
        found |= int.from_bytes(users[name], "little")
    return found


def _wanted(types: Collection[str], known: Mapping[str, object]) -> Collection[str]:
    """The known types among the wanted ones; no type is null, which only "*" matches."""
    if ANY_TYPE in types:
        return known.keys()
    return {name for text in types if (name := text.casefold()) and name in known}


def _known(log: EventLog) -> _Known:
    types: array[int] = log.types
    known = _KNOWN.get(id(types))
    if known is None:
        known = _KNOWN[id(types)] = _Known()
        finalize(types, _KNOWN.pop, id(types), None).atexit = False
    return known


def _newest(log: EventLog, rows: Sequence[int], lookback: int) -> Mapping[str, int]:
    names, items, type_of = log.folded_types(), log.items, log.types
    found: dict[str, list[int]] = {names[code]: [] for code in set(map(type_of.__getitem__, rows))}
    # The walk back in time ends when every type of this user has had its share.
    unfinished = len(found)
    for row in reversed(rows):
        subjects = found[names[type_of[row]]]
        if len(subjects) < lookback:
            subjects.append(items[row])
            if len(subjects) == lookback:
                unfinished -= 1
        elif not unfinished:
            break
    return {name: from_ids(subjects) for name, subjects in found.items()}


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
