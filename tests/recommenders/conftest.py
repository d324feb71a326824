"""A small world of users, items and events, built through the public API of the data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import islice

import pytest
from attrs import define, field

from pytest_personalize.data.avro import parse_schema
from pytest_personalize.data.records import Records
from pytest_personalize.recommenders import RECIPES, Model, Query, Settings, fit

Column = tuple[str, object, dict[str, bool]]

_IDS: dict[str, list[Column]] = {
    "Interactions": [("USER_ID", "string", {}), ("ITEM_ID", "string", {}), ("TIMESTAMP", "long", {})],
    "Items": [("ITEM_ID", "string", {})],
    "Users": [("USER_ID", "string", {})],
    "Actions": [("ACTION_ID", "string", {})],
    "Action_Interactions": [
        ("USER_ID", "string", {}),
        ("ACTION_ID", "string", {}),
        ("EVENT_TYPE", "string", {}),
        ("TIMESTAMP", "long", {}),
    ],
}


@define
class World:
    """Records under construction, and questions by text ids."""

    records: Records = field(factory=Records)
    _clock: int = 1_600_000_000

    def dataset(self, name: str, *columns: Column) -> World:
        fields = [{"name": n, "type": t, **flags} for n, t, flags in (*_IDS[name], *columns)]
        text = json.dumps(
            {
                "type": "record",
                "name": name.replace("_", ""),
                "namespace": "com.amazonaws.personalize.schema",
                "version": "1.0",
                "fields": fields,
            }
        )
        self.records.add_dataset(name.upper(), parse_schema(text))
        return self

    def event(
        self,
        user: str,
        item: str,
        time: int | None = None,
        type: str = "",
        value: float | None = None,
        **extra: object,
    ) -> None:
        assert self.records.interactions is not None
        self._clock += 10
        self.records.interactions.append(
            user=self.records.users.intern(user),
            item=self.records.items.intern(item),
            time=self._clock if time is None else time,
            type=type,
            value=value,
            extra=extra,
        )

    def events(self, user: str, items: str | Iterable[str], **facts: object) -> None:
        for item in items.split() if isinstance(items, str) else items:
            self.event(user, item, **facts)

    def item(self, name: str, **values: object) -> None:
        assert self.records.items_table is not None
        self.records.items_table.put(self.records.items.intern(name), values)

    def user(self, name: str, **values: object) -> None:
        assert self.records.users_table is not None
        self.records.users_table.put(self.records.users.intern(name), values)

    def action(self, name: str, **values: object) -> None:
        assert self.records.actions_table is not None
        self.records.actions_table.put(self.records.actions.intern(name), values)

    def respond(self, user: str, action: str, type: str, time: int | None = None) -> None:
        assert self.records.action_interactions is not None
        self._clock += 10
        self.records.action_interactions.append(
            user=self.records.users.intern(user),
            item=self.records.actions.intern(action),
            time=self._clock if time is None else time,
            type=type,
        )

    def fit(self, recipe: str, **settings: object) -> Model:
        return fit(RECIPES[recipe], self.records, Settings(**settings))

    def query(self, user: str | None = None, item: str | None = None, **facts: object) -> Query:
        """A question with the live history of the user, and without exploration unless asked for."""
        log = self.records.interactions
        index = None if user is None else self.records.users.get(user)
        rows = () if log is None or index is None else log.rows_of_user(index)
        given = {"history": [log.items[row] for row in rows] if log is not None else [], "exploration_weight": 0.0}
        return Query(user=index, item=None if item is None else self.records.items.get(item), **(given | facts))

    def items(self, model: Model, query: Query, count: int | None = None) -> list[str]:
        return [self.records.items[item] for item, _ in islice(model.ranked(query), count)]

    def scores(self, model: Model, query: Query) -> dict[str, float | None]:
        return {self.records.items[item]: score for item, score in model.ranked(query)}


GENRES = ("comedy", "horror", "western", "drama")


@pytest.fixture
def world() -> World:
    """An empty world with an Interactions dataset."""
    return World().dataset("Interactions")


@pytest.fixture(scope="session")
def make_world() -> Callable[..., World]:
    """Worlds with other columns."""

    def make(*columns: Column) -> World:
        return World().dataset("Interactions", *columns)

    return make


def crowd(world: World, users: int = 40, items: int = 8) -> None:
    """Users that each keep to one genre: user 0 to comedy, user 1 to horror, and so on round the genres."""
    for user in range(users):
        genre = GENRES[user % len(GENRES)]
        for step in range(items // 2):
            world.event(f"user{user}", f"{genre}{(user // len(GENRES) + step) % items}")


@pytest.fixture
def genres(world: World) -> World:
    """Forty users and four genres of eight items; nobody crosses from one genre to another."""
    crowd(world)
    return world
