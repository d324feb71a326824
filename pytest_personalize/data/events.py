"""Item interactions and action interactions: a columnar log that only grows."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from itertools import compress
from types import MappingProxyType
from typing import Any, Final, TypeVar

from attrs import define, evolve, field

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.columns import Column, Value, column_for
from pytest_personalize.data.errors import DataError
from pytest_personalize.data.grouping import Grouping
from pytest_personalize.data.ids import IdTable

BULK: Final = 0
PUT: Final = 1
ANONYMOUS: Final = 2
"""Put without a user: such rows stand under the id of their session, and are no part of trainings and exports."""

MOST_EVENT_TYPES: Final = 2**16 - 1
"""Distinct event types that a log can tell apart."""

T = TypeVar("T")

_NO_VALUES: Mapping[str, Value] = MappingProxyType({})
_NULL_VALUE = float("nan")
_NO_TYPE: Final = IdTable(("",))
_TIMES: Final = range(-(2**63), 2**63)
_OWN_COLUMNS = frozenset({"USER_ID", "ITEM_ID", "ACTION_ID", "TIMESTAMP", "EVENT_TYPE"})


@define(kw_only=True, eq=False)
class EventLog:
    """Events in the order in which they came, one array a column.

    Arrays may be read at will, with exactly one entry a row; they grow through ``append`` and ``extend`` alone.
    Copies share them until one of the copies grows.
    """

    has_values: bool = False
    """Whether the schema has EVENT_VALUE as a float; without it ``values`` stays empty."""
    users: array[int] = field(factory=partial(array, "I"))
    items: array[int] = field(factory=partial(array, "I"))
    times: array[int] = field(factory=partial(array, "q"))
    types: array[int] = field(factory=partial(array, "H"))
    event_types: IdTable = field(factory=_NO_TYPE.fork)
    """Event types as written; code 0 is "no event type"."""
    values: array[float] = field(factory=partial(array, "d"))
    origins: array[int] = field(factory=partial(array, "B"))
    extra: dict[str, Column] = field(factory=dict)
    """Every other column of the schema, by field name."""
    repeated: set[int] = field(factory=set)
    """Rows whose eventId had come before: kept, but no part of trainings (service model, Event.eventId)."""
    _sessions: dict[int, list[int]] = field(factory=dict)
    """Session to its anonymous rows, in the order in which they came."""
    _linked: dict[tuple[int, int], int] = field(factory=dict)
    """Session and user to how many of those rows the user has been given."""
    _event_ids: set[str] = field(factory=set)
    _by_user: Grouping = field(factory=Grouping)
    _shared: bool = False

    @classmethod
    def for_schema(cls, schema: Schema) -> EventLog:
        """An empty log with the columns of a schema."""
        # reserved for floats in item interactions, a name like any other in action interactions
        value = schema.field("EVENT_VALUE")
        has_values = value is not None and (value.name, value.type) == ("EVENT_VALUE", "float")
        own_columns = _OWN_COLUMNS | {"EVENT_VALUE"} if has_values else _OWN_COLUMNS
        return cls(
            has_values=has_values,
            extra={f.name: column_for(f) for f in schema.fields if f.name not in own_columns},
        )

    def __len__(self) -> int:
        return len(self.times)

    def append(
        self,
        *,
        user: int,
        item: int,
        time: int,
        type: str = "",
        value: float | None = None,
        extra: Mapping[str, Value] = _NO_VALUES,
        origin: int = PUT,
        event_id: str | None = None,
    ) -> bool:
        """Add one event; an exact repetition of a streamed event is dropped (developer guide, PutEvents).

        Args:
            user: Index of the user.
            item: Index of the item or action.
            time: Epoch seconds.
            type: EVENT_TYPE as written, "" for none.
            value: EVENT_VALUE; of no effect when the schema has none.
            extra: Values of other columns by field name; those that are missing become null.
            origin: BULK, PUT or ANONYMOUS.
            event_id: The caller's id of the event, None when the service would make one up.

        Returns:
            Whether the event was added.

        Raises:
            DataError: The time is beyond the bounds of long, or there are too many distinct event types.
        """
        value = value if self.has_values else None
        if origin != BULK and self._holds(user, item, time, type, value, extra, origin):
            return False
        if time not in _TIMES:
            raise DataError(f"The time {time} is out of bounds")
        self._own()
        self.check_event_types((type,))
        code = self.event_types.intern(type)
        row = len(self.times)
        self.users.append(user)
        self.items.append(item)
        self.times.append(time)
        self.types.append(code)
        if self.has_values:
            self.values.append(_NULL_VALUE if value is None else value)
        self.origins.append(origin)
        for name, column in self.extra.items():
            column.append(extra.get(name))
        self._notice(row, event_id)
        return True

    def link(self, session: int, user: int) -> None:
        """Give a user the anonymous events of a session that came since the last time.

        The session keeps its own rows, so that it is still personalised.
        """
        rows = self._sessions.get(session, [])
        given = self._linked.get((session, user), 0)
        if given == len(rows):
            return
        self._own()
        self._linked[session, user] = len(rows)
        first, had = len(self), bool(self.rows_of_user(user))
        new = [row for row in rows[given:] if row not in self.repeated and not (had and self._holds_copy(row, user))]
        self.users.extend(array("I", (user,)) * len(new))
        for values in (self.items, self.times, self.types, *((self.values,) if self.has_values else ())):
            values.extend(array(values.typecode, map(values.__getitem__, new)))
        self.origins.extend(bytes((PUT,)) * len(new))
        for column in self.extra.values():
            for row in new:
                column.append(column.get(row))
        for row in range(first, len(self)):
            self._by_user.add(row, user, self.times)

    def of_users(self, users: Collection[int]) -> list[bool]:
        """A mask of the rows that are about some users: their own, and those of sessions that they were given."""
        linked = {
            row
            for (session, user), given in self._linked.items()
            if user in users
            for row in self._sessions[session][:given]
        }
        return [owner in users or row in linked for row, owner in enumerate(self.users)]

    def check_event_types(self, types: Iterable[str]) -> None:
        """DataError when events of these types, all together, would be of more types than can be told apart."""
        known = self.event_types
        if len(known) + len({each for each in types if each not in known}) > MOST_EVENT_TYPES + 1:
            raise DataError(f"There are more than {MOST_EVENT_TYPES} distinct event types")

    def trainable(self) -> EventLog:
        """The rows that count in trainings: no repeated eventId, no anonymous session.

        Returns:
            This log itself when all rows count.
        """
        if not self.repeated and ANONYMOUS.to_bytes() not in self.origins.tobytes():
            return self
        repeated = self.repeated
        return self.select([origin != ANONYMOUS and row not in repeated for row, origin in enumerate(self.origins)])

    def rows_of_user(self, user: int) -> Sequence[int]:
        """Row numbers of a user, oldest first; events of the same second in row order."""
        return self._by_user.rows(user, self.users, self.times)

    def folded_types(self) -> list[str]:
        """By code: the event type as it is compared, whatever its case (developer guide, filter expressions)."""
        return [name.casefold() for name in self.event_types]

    def codes_of(self, event_type: str) -> set[int]:
        """The codes of an event type, which may have been written in several ways."""
        wanted = event_type.casefold()
        return {code for code, name in enumerate(self.folded_types()) if name == wanted}

    def by_code(self, values: Mapping[str, T]) -> list[T | None]:
        """By code: what ``values`` have for the event type, None where they have nothing."""
        folded = {name.casefold(): value for name, value in values.items()}
        return [folded.get(name) for name in self.folded_types()]

    def value(self, row: int, column: str) -> Value:
        """A value by schema field name, None for null; ids and TIMESTAMP are in their arrays."""
        if column == "EVENT_TYPE":
            return self.event_types[self.types[row]] or None
        if column == "EVENT_VALUE" and column not in self.extra:
            value = self.values[row] if self.has_values else None
            return None if value != value else value
        return self.extra[column].get(row)

    def fork(self) -> EventLog:
        """An independent copy; nothing is copied before one of the two grows."""
        self._by_user.share(len(self))
        self._shared = True
        return evolve(self)

    def empty(self) -> EventLog:
        """A log with the same columns and codes but no rows, to be filled and handed to ``extend``."""
        return EventLog(
            has_values=self.has_values,
            event_types=self.event_types.fork(),
            extra={name: column.empty() for name, column in self.extra.items()},
        )

    def select(self, mask: Sequence[object]) -> EventLog:
        """A new log of the rows whose mask entry is true; rows beyond the mask are left out."""
        kept = compress(range(len(self)), mask) if self.repeated or self._sessions else ()
        rows = {row: new_row for new_row, row in enumerate(kept)}
        return EventLog(
            has_values=self.has_values,
            users=array("I", compress(self.users, mask)),
            items=array("I", compress(self.items, mask)),
            times=array("q", compress(self.times, mask)),
            types=array("H", compress(self.types, mask)),
            event_types=self.event_types.fork(),
            values=array("d", compress(self.values, mask)),
            origins=array("B", compress(self.origins, mask)),
            extra={name: column.select(mask) for name, column in self.extra.items()},
            repeated={rows[row] for row in self.repeated if row in rows},
            sessions={session: [rows[row] for row in old if row in rows] for session, old in self._sessions.items()},
            linked={
                (session, user): sum(row in rows for row in self._sessions[session][:given])
                for (session, user), given in self._linked.items()
            },
            event_ids=self._event_ids.copy(),
        )

    def extend(self, other: EventLog) -> None:
        """Add the rows of a log that began as ``empty()`` or a selection of this one, or the reverse."""
        self._own()
        length = len(self)
        for mine, theirs in zip(self._arrays(), other._arrays(), strict=True):
            mine.extend(theirs)
        if len(other.event_types) > len(self.event_types):
            self.event_types = other.event_types.fork()
        for name, column in self.extra.items():
            column.extend(other.extra[name])
        self.repeated |= {length + row for row in other.repeated}
        self._event_ids |= other._event_ids
        for session, rows in other._sessions.items():
            self._sessions.setdefault(session, []).extend(length + row for row in rows)
        self._linked |= other._linked  # of the two, only one has had events streamed into it
        self._by_user.reset()

    def _arrays(self) -> tuple[array[Any], ...]:
        return self.users, self.items, self.times, self.types, self.values, self.origins

    def _own(self) -> None:
        """Part from the copies that share the arrays, because this one is about to grow."""
        if not self._shared:
            return
        self.users, self.items, self.times = self.users[:], self.items[:], self.times[:]
        self.types, self.values, self.origins = self.types[:], self.values[:], self.origins[:]
        self.event_types = self.event_types.fork()
        self.extra = {name: column.copy() for name, column in self.extra.items()}
        self.repeated, self._event_ids = self.repeated.copy(), self._event_ids.copy()
        self._sessions = {session: rows[:] for session, rows in self._sessions.items()}
        self._linked = self._linked.copy()
        self._by_user = self._by_user.copy()
        self._shared = False

    def _notice(self, row: int, event_id: str | None) -> None:
        """Bring what is known about all rows up to date with a row that was just added."""
        self._by_user.add(row, self.users[row], self.times)
        if self.origins[row] == ANONYMOUS:
            self._sessions.setdefault(self.users[row], []).append(row)
        if event_id is not None:
            if event_id in self._event_ids:
                self.repeated.add(row)
            self._event_ids.add(event_id)

    def _holds(
        self, user: int, item: int, time: int, type: str, value: float | None, extra: Mapping[str, Value], origin: int
    ) -> bool:
        """Whether a streamed event of this content and origin is in the log."""
        return any(
            self.items[row] == item
            and self.origins[row] == origin
            and self.event_types[self.types[row]] == type
            and (not self.has_values or self.value(row, "EVENT_VALUE") == value)
            and all(column.get(row) == extra.get(name) for name, column in self.extra.items())
            for row in self._by_user.rows_at(user, time, self.users, self.times)
        )

    def _holds_copy(self, row: int, user: int) -> bool:
        """Whether a user has streamed the same event as the one in a row."""
        return self._holds(
            user,
            self.items[row],
            self.times[row],
            self.event_types[self.types[row]],
            self.value(row, "EVENT_VALUE"),  # type: ignore[arg-type]  # EVENT_VALUE is a number
            {name: column.get(row) for name, column in self.extra.items()},
            PUT,
        )
