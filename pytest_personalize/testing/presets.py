"""Presets: whole dataset groups with data, recommenders or campaigns, and filters, written down as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import frozen

from pytest_personalize import names
from pytest_personalize.data.avro import avro_text
from pytest_personalize.data.export import csv_text
from pytest_personalize.data.schema_rules import DATASET_TYPES, SCHEMA_NAMES
from pytest_personalize.testing import sample_data
from pytest_personalize.testing.building import Plan
from pytest_personalize.testing.sample_data import Habits, Rows, Sizes


@frozen(kw_only=True)
class Preset:
    """A dataset group as it is to be.

    ``schemas`` are the fields of each dataset: name to type, with an attribute of the field behind a blank
    (``string categorical``). ``recipes`` become recommenders in a domain, solutions with a campaign otherwise.
    """

    name: str
    domain: str | None = None
    sizes: Sizes
    schemas: Mapping[str, Mapping[str, str]]
    filters: Mapping[str, str]
    recipes: Sequence[str]
    rows: Callable[[Sizes, str], Rows]


INTERACTIONS: Final = {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"}


def _shop(sizes: Sizes, seed: str) -> Rows:
    users, items = sample_data.people(sizes.users), sample_data.goods(sizes.items)
    habits = Habits(first="View", then="Purchase", share=0.55, seed=seed)
    return {
        "INTERACTIONS": sample_data.interactions(users, items, "CATEGORY_L1", sizes.interactions, habits),
        "ITEMS": items,
        "USERS": sample_data.members(users, MEMBERSHIP=("basic", "gold", "basic"), AGE=(23, 67, 35, 41)),
    }


def _films(sizes: Sizes, seed: str) -> Rows:
    users, films = sample_data.people(sizes.users), sample_data.films(sizes.items)
    habits = Habits(first="Click", then="Watch", share=0.8, seed=seed)
    return {
        "INTERACTIONS": sample_data.interactions(users, films, "GENRES", sizes.interactions, habits),
        "ITEMS": films,
        "USERS": sample_data.members(users, SUBSCRIPTION_MODEL=("free", "free", "family"), AGE=(23, 67, 35, 41)),
    }


def _actions(sizes: Sizes, seed: str) -> Rows:
    rows = _shop(sizes, seed)
    users, actions = sample_data.people(sizes.users), sample_data.offers(sizes.actions)
    events = sample_data.action_interactions(users, actions, sizes.actions * EVENTS_OF_AN_ACTION, seed)
    return {**rows, "ACTIONS": actions, "ACTION_INTERACTIONS": events}


EVENTS_OF_AN_ACTION: Final = 200  # enough for the 50 TAKEN and the 50 others that a score needs (developer guide)

_GOODS: Final = {
    "ITEM_ID": "string",
    "PRICE": "float",
    "CATEGORY_L1": "string categorical",
    "PRODUCT_DESCRIPTION": "string textual",
    "CREATION_TIMESTAMP": "long",
}
_FILMS: Final = {
    "ITEM_ID": "string",
    "TITLE": "string itemName",
    "GENRES": "string categorical",
    "YEAR": "int",
    "DESCRIPTION": "string textual",
    "CREATION_TIMESTAMP": "long",
}
_CUSTOMERS: Final = {"USER_ID": "string", "MEMBERSHIP": "string categorical", "AGE": "int"}
_VIEWERS: Final = {"USER_ID": "string", "SUBSCRIPTION_MODEL": "string categorical", "AGE": "int"}

_FILM_FILTERS: Final = {
    "exclude-watched": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Watch")',
    "only-genre": "INCLUDE ItemID WHERE Items.GENRES IN ($GENRE)",
    "since-year": "INCLUDE ItemID WHERE Items.YEAR >= $YEAR",
}

PRESETS: Final[Mapping[str, Preset]] = {
    preset.name: preset
    for preset in (
        Preset(
            name="shop",
            domain="ECOMMERCE",
            sizes=Sizes(users=50, items=100, interactions=3000),
            schemas={"INTERACTIONS": INTERACTIONS, "ITEMS": _GOODS, "USERS": _CUSTOMERS},
            filters={
                "exclude-purchased": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Purchase")',
                "only-category": "INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ($CATEGORY)",
                "up-to-price": "INCLUDE ItemID WHERE Items.PRICE <= $PRICE",
            },
            recipes=(
                "aws-ecomm-recommended-for-you",
                "aws-ecomm-customers-who-viewed-x-also-viewed",
                "aws-ecomm-frequently-bought-together",
                "aws-ecomm-popular-items-by-views",
                "aws-ecomm-popular-items-by-purchases",
            ),
            rows=_shop,
        ),
        Preset(
            name="video",
            domain="VIDEO_ON_DEMAND",
            sizes=Sizes(users=50, items=100, interactions=2500),
            schemas={"INTERACTIONS": INTERACTIONS, "ITEMS": _FILMS, "USERS": _VIEWERS},
            filters=_FILM_FILTERS,
            recipes=(
                "aws-vod-top-picks",
                "aws-vod-because-you-watched-x",
                "aws-vod-more-like-x",
                "aws-vod-most-popular",
                "aws-vod-trending-now",
            ),
            rows=_films,
        ),
        Preset(
            name="movies",
            sizes=Sizes(users=50, items=60, interactions=2500),
            schemas={"INTERACTIONS": INTERACTIONS, "ITEMS": _FILMS, "USERS": _VIEWERS},
            filters=_FILM_FILTERS,
            recipes=(
                "aws-user-personalization-v2",
                "aws-user-personalization",
                "aws-personalized-ranking-v2",
                "aws-personalized-ranking",
                "aws-similar-items",
                "aws-sims",
                "aws-semantic-similarity",
                "aws-popularity-count",
                "aws-trending-now",
            ),
            rows=_films,
        ),
        Preset(
            name="actions",
            sizes=Sizes(users=50, items=60, interactions=1500, actions=6),
            schemas={
                "INTERACTIONS": INTERACTIONS,
                "ITEMS": _GOODS,
                "USERS": _CUSTOMERS,
                "ACTIONS": {
                    "ACTION_ID": "string",
                    "VALUE": "long",
                    "THEME": "string categorical",
                    "CREATION_TIMESTAMP": "long",
                },
                "ACTION_INTERACTIONS": {
                    "USER_ID": "string",
                    "ACTION_ID": "string",
                    "TIMESTAMP": "long",
                    "EVENT_TYPE": "string",
                },
            },
            filters={
                "exclude-taken": 'EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("TAKEN")',
                "only-theme": "INCLUDE ActionID WHERE Actions.THEME IN ($THEME)",
            },
            recipes=("aws-next-best-action",),
            rows=_actions,
        ),
    )
}


def plan_of(preset: Preset, sizes: Sizes, ids: names.Ids) -> Plan:
    """How a preset of that size is built."""
    rows = preset.rows(sizes, f"{preset.name}/{sizes}")
    if ids == "numeric":
        rows = sample_data.numbered(rows)
    return Plan(
        preset=preset.name,
        domain=preset.domain,
        schemas={kind: _avro(kind, fields) for kind, fields in preset.schemas.items()},
        files={
            kind: csv_text(list(fields), ([row[field] for field in fields] for row in rows[kind])).encode()
            for kind, fields in preset.schemas.items()
        },
        filters=preset.filters,
        recipes=preset.recipes,
    )


def _avro(kind: str, fields: Mapping[str, str]) -> str:
    """The text of a schema from its fields."""
    written = []
    for name, text in fields.items():
        base, _, flag = text.partition(" ")
        written.append({"name": name, "type": base} | ({flag: True} if flag else {}))
    return avro_text(SCHEMA_NAMES[DATASET_TYPES.index(kind)], written)
