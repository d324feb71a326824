"""What a schema must, may and may not contain (developer guide, datasets and schemas)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from attrs import frozen

DATASET_TYPES: Final = ("INTERACTIONS", "ITEMS", "USERS", "ACTIONS", "ACTION_INTERACTIONS")
SCHEMA_NAMES: Final = ("Interactions", "Items", "Users", "Actions", "ActionInteractions")
"""The ``name`` of a schema, in the order of ``DATASET_TYPES``; compared ignoring case and underscores."""

BASE_TYPES: Final = ("string", "int", "long", "float", "double", "boolean")
WHOLE_TYPES: Final = frozenset({"int", "long"})
NUMBER_TYPES: Final = frozenset({"int", "long", "float", "double"})

NAME_PATTERN: Final = r"[A-Za-z_][A-Za-z\d_]*"
NAME_LENGTH: Final = 150
"""The ColumnName shape of the service model."""

StringKind = Literal["plain", "categorical", "textual", "any"]


@frozen
class Wanted:
    """The form that a required or reserved field must have.

    Args:
        type: The base type.
        kind: For strings: plain, categorical or textual; "any" when the guide leaves it open.
    """

    type: str
    kind: StringKind = "plain"

    def __str__(self) -> str:
        return f"{self.kind} {self.type}" if self.kind in ("categorical", "textual") else self.type


@frozen(kw_only=True)
class Rules:
    """The rules for one dataset type in one kind of dataset group.

    Args:
        required: Fields that must be there, never null, in exactly this form.
        reserved: Fields that may be there in this form, null or not.
        alternatives: Other spellings of required fields.
        metadata_minimum: Metadata fields that must be there at least.
        reserved_count: Whether reserved fields count among them.
        metadata_maximum: Fields besides required and reserved ones at most.
    """

    required: Mapping[str, Wanted]
    reserved: Mapping[str, Wanted] = MappingProxyType({})
    alternatives: Mapping[str, str] = MappingProxyType({})
    metadata_minimum: int = 0
    reserved_count: bool = True
    metadata_maximum: int = 100


_ID = Wanted("string")
_TEXT = Wanted("string")
_CATEGORY = Wanted("string", "categorical")
_TEXTUAL = Wanted("string", "textual")
_LONG = Wanted("long")
_FLOAT = Wanted("float")

# The tables of the guide give some reserved fields null, its examples do not: null is free.
_EVENT_RESERVED = {
    "EVENT_VALUE": _FLOAT,
    "IMPRESSION": _TEXT,
    "RECOMMENDATION_ID": _TEXT,
    "EVENT_ATTRIBUTION_SOURCE": _TEXT,
}
_EVENT_REQUIRED = {"USER_ID": _ID, "ITEM_ID": _ID, "TIMESTAMP": _LONG}
_DOMAIN_EVENTS = Rules(required=_EVENT_REQUIRED | {"EVENT_TYPE": _TEXT}, reserved=_EVENT_RESERVED, metadata_maximum=5)
_USERS = Rules(required={"USER_ID": _ID}, metadata_minimum=1, reserved_count=False, metadata_maximum=25)

RULES: Final[Mapping[tuple[str | None, str], Rules]] = {
    (None, "INTERACTIONS"): Rules(
        required=_EVENT_REQUIRED, reserved=_EVENT_RESERVED | {"EVENT_TYPE": _TEXT}, metadata_maximum=5
    ),
    (None, "USERS"): _USERS,
    (None, "ITEMS"): Rules(
        required={"ITEM_ID": _ID}, reserved={"CREATION_TIMESTAMP": _LONG}, metadata_minimum=1, reserved_count=False
    ),
    (None, "ACTIONS"): Rules(
        required={"ACTION_ID": _ID},
        reserved={
            "CREATION_TIMESTAMP": _LONG,
            "VALUE": _LONG,
            "TYPE": Wanted("string", "any"),
            # unknown: [schemas/two-names-of-expiration] which of the two the service reads, the guide writes both.
            # chosen: both are reserved
            "EXPIRATION_TIMESTAMP": _LONG,
            "ACTION_EXPIRATION_TIMESTAMP": _LONG,
            "REPEAT_FREQUENCY": _LONG,
        },
        metadata_minimum=1,
        metadata_maximum=10,
    ),
    (None, "ACTION_INTERACTIONS"): Rules(
        required={"USER_ID": _ID, "ACTION_ID": _ID, "EVENT_TYPE": _TEXT, "TIMESTAMP": _LONG},
        reserved={"IMPRESSION": _TEXT, "RECOMMENDATION_ID": _TEXT},
        metadata_maximum=5,
    ),
    ("ECOMMERCE", "INTERACTIONS"): _DOMAIN_EVENTS,
    ("ECOMMERCE", "USERS"): _USERS,
    ("ECOMMERCE", "ITEMS"): Rules(
        required={"ITEM_ID": _ID, "PRICE": _FLOAT, "CATEGORY_L1": _CATEGORY},
        reserved={
            "CATEGORY_L2": _CATEGORY,
            "CATEGORY_L3": _CATEGORY,
            "PRODUCT_DESCRIPTION": _TEXTUAL,
            "CREATION_TIMESTAMP": _LONG,
            "AGE_GROUP": _CATEGORY,
            "ADULT": _CATEGORY,
            "GENDER": _CATEGORY,
        },
    ),
    ("VIDEO_ON_DEMAND", "INTERACTIONS"): _DOMAIN_EVENTS,
    ("VIDEO_ON_DEMAND", "USERS"): Rules(
        required={"USER_ID": _ID},
        reserved={"SUBSCRIPTION_MODEL": _CATEGORY},
        metadata_minimum=1,
        metadata_maximum=25,
    ),
    ("VIDEO_ON_DEMAND", "ITEMS"): Rules(
        required={"ITEM_ID": _ID, "GENRES": _CATEGORY, "CREATION_TIMESTAMP": _LONG},
        # the default schema of the guide says GENRES_L1, its table of requirements GENRES
        alternatives={"GENRES": "GENRES_L1"},
        reserved={
            "PRICE": _FLOAT,
            "DURATION": _FLOAT,
            "AVERAGE_RATING": _FLOAT,
            "GENRE_L2": _CATEGORY,
            "GENRE_L3": _CATEGORY,
            "PRODUCT_DESCRIPTION": _TEXTUAL,
            "CONTENT_OWNER": _CATEGORY,
            "CONTENT_CLASSIFICATION": _CATEGORY,
        },
    ),
}
"""Rules by domain (None: custom dataset group) and dataset type; what is missing does not exist there."""
