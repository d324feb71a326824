"""All records of one dataset group."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from attrs import define, evolve, field

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.errors import DataError
from pytest_personalize.data.events import EventLog
from pytest_personalize.data.ids import IdTable

LOGS: Final = {"INTERACTIONS": "interactions", "ACTION_INTERACTIONS": "action_interactions"}
TABLES: Final = {"ITEMS": "items_table", "USERS": "users_table", "ACTIONS": "actions_table"}
"""Dataset type to attribute of ``Records``."""

_PARTS: Final = LOGS | TABLES

SUBJECTS: Final = {
    "INTERACTIONS": "items",
    "ACTION_INTERACTIONS": "actions",
    "ITEMS": "items",
    "USERS": "users",
    "ACTIONS": "actions",
}
"""Dataset type to the id table of what its rows are about (besides the user, for interactions)."""


@define(kw_only=True, eq=False)
class Records:
    """What the datasets of a dataset group hold. A dataset that does not exist is None."""

    users: IdTable = field(factory=IdTable)
    items: IdTable = field(factory=IdTable)
    actions: IdTable = field(factory=IdTable)
    interactions: EventLog | None = None
    action_interactions: EventLog | None = None
    items_table: EntityTable | None = None
    users_table: EntityTable | None = None
    actions_table: EntityTable | None = None
    schemas: dict[str, Schema] = field(factory=dict)
    """Dataset type ("INTERACTIONS", "ITEMS", ...) to the schema in force."""

    def log(self, dataset_type: str) -> EventLog:
        """The log of a dataset of events; DataError when there is no such dataset."""
        log: EventLog | None = getattr(self, LOGS[dataset_type])
        if log is None:
            raise DataError(f"There is no {dataset_type} dataset")
        return log

    def table(self, dataset_type: str) -> EntityTable:
        """The table of a dataset of items, users or actions; DataError when there is no such dataset."""
        table: EntityTable | None = getattr(self, TABLES[dataset_type])
        if table is None:
            raise DataError(f"There is no {dataset_type} dataset")
        return table

    def holds(self, dataset_type: str) -> bool:
        """Whether there is a dataset of that type with anything in it."""
        part: EventLog | EntityTable | None = getattr(self, _PARTS[dataset_type])
        return part is not None and len(part) > 0

    def subjects(self, dataset_type: str) -> IdTable:
        """The ids of what the rows of a dataset type are about: its items, users or actions."""
        ids: IdTable = getattr(self, SUBJECTS[dataset_type])
        return ids

    def add_dataset(self, dataset_type: str, schema: Schema) -> None:
        """Begin an empty dataset."""
        self.schemas[dataset_type] = schema
        if dataset_type in LOGS:
            setattr(self, LOGS[dataset_type], EventLog.for_schema(schema))
        else:
            setattr(self, TABLES[dataset_type], EntityTable.for_schema(schema))

    def drop_dataset(self, dataset_type: str) -> None:
        """Forget a dataset and its rows."""
        del self.schemas[dataset_type]
        setattr(self, _PARTS[dataset_type], None)

    def replace_schema(self, dataset_type: str, schema: Schema) -> None:
        """Put another schema in force (Items, Users); columns that it adds are null in the rows so far."""
        setattr(self, TABLES[dataset_type], self.table(dataset_type).with_schema(schema))
        self.schemas[dataset_type] = schema

    def take_back(self, dataset_type: str, earlier: Records) -> None:
        """Have a dataset as it was in an earlier copy: its rows and its schema, or not at all."""
        setattr(self, _PARTS[dataset_type], getattr(earlier, _PARTS[dataset_type]))
        self.schemas.pop(dataset_type, None)
        if dataset_type in earlier.schemas:
            self.schemas[dataset_type] = earlier.schemas[dataset_type]

    def fork(self) -> Records:
        """An independent copy; nothing is copied before one of the two changes."""
        return evolve(
            self,
            users=self.users.fork(),
            items=self.items.fork(),
            actions=self.actions.fork(),
            schemas=self.schemas.copy(),
            **{name: part.fork() for name in _PARTS.values() if (part := getattr(self, name)) is not None},
        )

    def view(self) -> Records:
        """The records as a training sees them now, to be kept and never changed.

        Left out are streamed events that repeat an earlier eventId (service model, Event.eventId) and those of
        sessions without a user (developer guide, events for anonymous users).
        """
        view = self.fork()
        for name in LOGS.values():
            log: EventLog | None = getattr(view, name)
            if log is not None:
                setattr(view, name, log.trainable())
        return view

    def delete_users(self, ids: Collection[str]) -> int:
        """Forget the records and the interactions of users (data deletion job).

        Returns:
            How many records were deleted, interactions included.
        """
        doomed = {user for text in ids if (user := self.users.get(text)) is not None}
        deleted = 0
        for name in LOGS.values():
            log: EventLog | None = getattr(self, name)
            if log is not None and any(gone := log.of_users(doomed)):
                deleted += sum(map(doomed.__contains__, log.users))  # and not a second time as rows of a session
                setattr(self, name, log.select([not each for each in gone]))
        table = self.users_table
        if table is not None and (keep := _others(table.ids, doomed)):
            deleted += len(table.ids) - sum(keep)
            self.users_table = table.select(keep)
        return deleted


def _others(owners: Collection[int], doomed: Collection[int]) -> list[bool]:
    """A mask of the rows that stay; empty when all do."""
    keep = [owner not in doomed for owner in owners]
    return [] if all(keep) else keep
