"""A small shop, and filters that are applied to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from pytest_personalize.data.avro import Field, Schema
from pytest_personalize.data.records import Records
from pytest_personalize.filters import compile_filter, parse

# Field names with a type; "categories" are categorical strings.
FIELDS = {
    "ITEMS": {
        "ITEM_ID": "string",
        "GENRE": "categories",
        "BRAND": "string",
        "PRICE": "double",
        "YEAR": "long",
        "NEW": "boolean",
    },
    "USERS": {"USER_ID": "string", "AGE": "int", "PLAN": "string"},
    "ACTIONS": {"ACTION_ID": "string", "KIND": "categories", "VALUE": "long"},
    "INTERACTIONS": {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"},
    "ACTION_INTERACTIONS": {"USER_ID": "string", "ACTION_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"},
}

ITEMS = {
    "alien": {"GENRE": "Horror|Sci-Fi", "BRAND": "fox", "PRICE": 5.0, "YEAR": 1979},
    "brazil": {"GENRE": "Sci-Fi", "BRAND": "Fox", "PRICE": 7.5, "YEAR": 1985},
    "casablanca": {"GENRE": "Drama", "BRAND": "warner", "PRICE": 3.0, "YEAR": 1942},
    "dune": {"GENRE": "Sci-Fi|Drama", "BRAND": "warner", "PRICE": 12.0, "YEAR": 2021},
    "enigma": {},
}
USERS = {"ann": {"AGE": 17, "PLAN": "basic"}, "bob": {"AGE": 42, "PLAN": "premium"}, "cid": {}}
ACTIONS = {"enrol": {"KIND": "club", "VALUE": 10}, "upgrade": {"KIND": "plan|club", "VALUE": 30}}
EVENTS = [  # user, item, type; a second apart
    ("ann", "alien", "Watch"),
    ("ann", "brazil", "click"),
    ("ann", "dune", "click"),
    ("bob", "casablanca", "watch"),
    ("bob", "dune", ""),
]
ACTION_EVENTS = [("ann", "enrol", "Taken"), ("bob", "upgrade", "NOT_TAKEN")]


def _schema(dataset_type: str, fields: Mapping[str, str]) -> Schema:
    return Schema(
        dataset_type=dataset_type,
        domain=None,
        fields=tuple(
            Field(
                name=name,
                type="string" if kind == "categories" else kind,
                nullable=True,
                categorical=kind == "categories",
            )
            for name, kind in fields.items()
        ),
        text="",
    )


@pytest.fixture(scope="session")
def schemas() -> dict[str, Schema]:
    return {dataset_type: _schema(dataset_type, fields) for dataset_type, fields in FIELDS.items()}


@pytest.fixture
def records(schemas: Mapping[str, Schema]) -> Records:
    """The shop; "ghost" is an item of which no dataset has a record, "zoe" such a user."""
    records = Records()
    for dataset_type, schema in schemas.items():
        records.add_dataset(dataset_type, schema)
    for dataset_type, entities in (("ITEMS", ITEMS), ("USERS", USERS), ("ACTIONS", ACTIONS)):
        table, ids = records.table(dataset_type), records.subjects(dataset_type)
        for name, values in entities.items():
            table.put(ids.intern(name), values)
    records.items.intern("ghost")
    records.users.intern("zoe")
    for dataset_type, events in (("INTERACTIONS", EVENTS), ("ACTION_INTERACTIONS", ACTION_EVENTS)):
        log, ids = records.log(dataset_type), records.subjects(dataset_type)
        for time, (user, subject, kind) in enumerate(events):
            log.append(user=records.users.intern(user), item=ids.intern(subject), time=time, type=kind)
    return records


Select = Callable[..., list[str]]


@pytest.fixture
def select(records: Records) -> Select:
    """``select(expression, user=..., item=..., values...)``: the ids that are left, by their first letters' order."""

    def left(
        expression: str,
        *,
        user: str | None = None,
        item: str | None = None,
        among: Records | None = None,
        lookback: int = 100,
        **values: str,
    ) -> list[str]:
        data = among or records
        compiled = compile_filter(parse(expression))
        selection = compiled.select(
            data,
            user=None if user is None else _index(data.users.get(user)),
            item=None if item is None else _index(data.items.get(item)),
            values=values,
            lookback=lookback,
        )
        ids = {"ItemID": data.items, "UserID": data.users, "ActionID": data.actions}[compiled.target]
        return [name for index, name in enumerate(ids) if selection.allows(index)]

    return left


def _index(known: int | None) -> int:
    return -1 if known is None else known
