"""The rows of the presets: made up, the same in every run, and with tastes that recommendations can find.

Users prefer two categories each, a few items of each category have most of the interactions, every ninth item is new,
and one item of each category rises in the last days.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, cycle, islice
from typing import Any, Final

from attrs import frozen

from pytest_personalize.durations import DAY, HOUR
from pytest_personalize.testing.sample_words import FILMS, GOODS, MAKES, OFFERS, PEOPLE, TITLES

Value = int | float | str
Row = Mapping[str, Any]
"""Values by column: texts and numbers."""
Rows = Mapping[str, Sequence[Row]]
"""Dataset type to its rows, which are values by column."""

FIRST: Final = 1_743_465_600
"""The time of the first interaction: 2025-04-01, midnight in UTC."""
DAYS: Final = 91
LAST: Final = FIRST + DAYS * DAY

FAVOURITE: Final = 0.85  # how often a user turns to one of the two favourite categories
STEEPNESS: Final = 0.8  # how much more often the first items of a category are chosen than the last
NEW_EACH: Final = 9  # every ninth item is a new one
NEW_DAYS: Final = 14
RISING_DAYS: Final = 7
RISING: Final = 0.4  # how often, in the last days, a user takes the item that rises


@frozen(kw_only=True)
class Sizes:
    """How much there is to be: numbers of users, items and interactions, and of actions where there are any."""

    users: int
    items: int
    interactions: int
    actions: int = 0

    def __str__(self) -> str:
        return "/".join(map(str, (self.users, self.items, self.interactions, self.actions)))


def people(count: int) -> list[str]:
    """User ids: ``user-ada``, ``user-ben``; after the last name ``user-ada-2``."""
    return [f"user-{PEOPLE[n % len(PEOPLE)]}{_round(n // len(PEOPLE))}" for n in range(count)]


def _round(number: int) -> str:
    return f"-{number + 1}" if number else ""


@frozen(kw_only=True)
class Thing:
    """One item, not yet as a row: its number, its category and the two halves of its name."""

    number: int
    category: str
    name: str
    created: int


def things(count: int, nouns: Mapping[str, Sequence[str]], adjectives: Sequence[str]) -> Iterator[Thing]:
    """Items of all categories in turn, each name once."""
    categories = list(nouns)
    kinds = len(categories) * len(next(iter(nouns.values())))
    for number in range(count):
        category = categories[number % len(categories)]
        noun = nouns[category][number // len(categories) % len(nouns[category])]
        lap = number // kinds
        adjective = adjectives[(number + lap) % len(adjectives)]  # the sum differs in each lap until all are used
        new = number % NEW_EACH == NEW_EACH - 1
        yield Thing(
            number=number,
            category=category,
            name=f"{adjective}-{noun}{_round(lap // len(adjectives))}",
            created=LAST - NEW_DAYS * DAY + number * HOUR % (7 * DAY) if new else FIRST - (number + 1) * DAY,
        )


def goods(count: int) -> list[Row]:
    """The items of a shop: ``blue-mug`` of category kitchen."""
    return [
        {
            "ITEM_ID": thing.name,
            "PRICE": round(4.5 + 7.25 * (thing.number * 5 % 13), 2),
            "CATEGORY_L1": thing.category,
            "PRODUCT_DESCRIPTION": f"{thing.name.replace('-', ' ').capitalize()} for the {thing.category} department",
            "CREATION_TIMESTAMP": thing.created,
        }
        for thing in things(count, GOODS, MAKES)
    ]


def films(count: int) -> list[Row]:
    """Films: ``film-the-lighthouse`` of genre Drama; every third has a second genre."""
    genres = list(FILMS)
    rows: list[Row] = []
    for thing in things(count, FILMS, TITLES):
        second = f"|{genres[(thing.number + 2) % len(genres)]}" if thing.number % 3 == 0 else ""
        rows.append(
            {
                "ITEM_ID": f"film-{thing.name}",
                "TITLE": thing.name.replace("-", " ").title(),
                "GENRES": thing.category + second,
                "YEAR": 1950 + thing.number * 7 % 75,
                "DESCRIPTION": f"{thing.category} around the {thing.name.rpartition('-')[2]}",
                "CREATION_TIMESTAMP": thing.created,
            }
        )
    return rows


def offers(count: int) -> list[Row]:
    """Actions: ``join-the-club`` and others, each with a value for the business."""
    return [
        {
            "ACTION_ID": f"{OFFERS[n % len(OFFERS)]}{_round(n // len(OFFERS))}",
            "VALUE": 10 - n % 10,
            "THEME": ("loyalty", "contact", "content")[n % 3],
            "CREATION_TIMESTAMP": FIRST - DAY * (n + 1),
        }
        for n in range(count)
    ]


def members(users: Sequence[str], **columns: Sequence[Value]) -> list[Row]:
    """Users, with the values of each column in turn."""
    given = {name: cycle(values) for name, values in columns.items()}
    return [{"USER_ID": user} | {name: next(values) for name, values in given.items()} for user in users]


@frozen(kw_only=True)
class Habits:
    """How users behave: what they do with an item, what some of them do after that, and how often."""

    first: str
    then: str
    share: float
    seed: str


def interactions(
    users: Sequence[str], items: Sequence[Row], category: str, count: int, habits: Habits
) -> list[dict[str, Value]]:
    """Events in the order of their times; ``category`` is the column by which users like or dislike items."""
    source = random.Random(habits.seed)
    shelves: dict[str, list[Row]] = {}
    for item in items:
        shelves.setdefault(str(item[category]).partition("|")[0], []).append(item)
    names = list(shelves)
    weights = {name: list(accumulate(1 / (n + 1) ** STEEPNESS for n in range(len(shelves[name])))) for name in names}
    events: list[dict[str, Value]] = []
    turns = _turns(len(users), source)
    step = DAYS * DAY // max(count, 1)
    while len(events) < count:
        time = FIRST + len(events) * step + source.randrange(max(step // 4, 1))
        number = next(turns)
        name = _favourites(names, number)[source.randrange(2)] if source.random() < FAVOURITE else source.choice(names)
        if time >= LAST - RISING_DAYS * DAY and source.random() < RISING:
            item = shelves[name][-1]
        else:
            item = source.choices(shelves[name], cum_weights=weights[name])[0]
        if int(item["CREATION_TIMESTAMP"]) > time:
            item = shelves[name][0]
        event: dict[str, Value] = {"USER_ID": users[number], "ITEM_ID": str(item["ITEM_ID"])}
        events.append(event | {"TIMESTAMP": time, "EVENT_TYPE": habits.first})
        if source.random() < habits.share and len(events) < count:
            events.append(event | {"TIMESTAMP": time + max(step // 4, 1), "EVENT_TYPE": habits.then})
    return events


def _favourites(names: Sequence[str], user: int) -> tuple[str, str]:
    first = user % len(names)
    return names[first], names[(first + 1 + user // len(names) % max(len(names) - 1, 1)) % len(names)]


def _turns(count: int, source: random.Random) -> Iterator[int]:
    """The numbers of the users, each once before any comes again."""
    numbers = list(range(count))
    while True:
        source.shuffle(numbers)
        yield from numbers


def numbered(rows: Rows) -> Rows:
    """The same rows with numbers for ids: ``"1"`` for the first user, item or action, and so on."""
    numbers = {
        column: {row[column]: str(number) for number, row in enumerate(rows.get(kind, ()), 1)}
        for kind, column in (("USERS", "USER_ID"), ("ITEMS", "ITEM_ID"), ("ACTIONS", "ACTION_ID"))
    }
    return {
        kind: [{name: numbers.get(name, {}).get(value, value) for name, value in row.items()} for row in of]
        for kind, of in rows.items()
    }


def action_interactions(users: Sequence[str], actions: Sequence[Row], count: int, seed: str) -> list[dict[str, Value]]:
    """Actions that users saw and took or did not take, in the order of their times; one user in four likes each."""
    source = random.Random(seed)
    step = DAYS * DAY // 3 // max(count, 1)
    turns = _turns(len(users), source)
    events: list[dict[str, Value]] = []
    for n, number in enumerate(islice(turns, count)):
        place = source.randrange(len(actions))
        likes = (number + place) % 4 == 0
        taken = source.random() < (0.9 if likes else 0.35)
        event_type = "TAKEN" if taken else source.choice(("NOT_TAKEN", "VIEWED"))
        row: dict[str, Value] = {"USER_ID": users[number], "ACTION_ID": str(actions[place]["ACTION_ID"])}
        events.append(row | {"TIMESTAMP": LAST - (count - n) * step, "EVENT_TYPE": event_type})
    return events
