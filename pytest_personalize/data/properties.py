"""The ``properties`` of put records and events: JSON objects whose camelCase keys stand for schema fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal, NoReturn

from pytest_personalize.data.avro import WHOLE_TYPES, Field, Schema
from pytest_personalize.data.columns import Value
from pytest_personalize.data.errors import PropertiesError
from pytest_personalize.data.jsontext import read_json
from pytest_personalize.data.values import ID_FIELDS, check_number, misfit, missing, parse_text
from pytest_personalize.nearest import nearest

UNREADABLE: Final = "Error parsing properties json"
"""The service's words (quoted: GitHub issue aws-sdk-js 2773)."""

# unknown: [events/unknown-key] what the service does with a key that no schema field goes with. chosen: an event
# without it is kept, an item, user or action is refused
UNKNOWN_KEYS: Final[Mapping[str, Literal["ignore", "refuse"]]] = {
    "INTERACTIONS": "ignore",
    "ACTION_INTERACTIONS": "ignore",
    "ITEMS": "refuse",
    "USERS": "refuse",
    "ACTIONS": "refuse",
}

FORBIDDEN_KEYS: Final = ("userId", "sessionId", "eventType", "timestamp", "recommendationId", "impression")
"""Keys that the properties of an event must not have, in any case (service model, Event.properties)."""

_FORBIDDEN: Final = frozenset(map(str.lower, FORBIDDEN_KEYS))
# unknown: [events/no-impression-where-the-schema-has-it] an event without IMPRESSION where the schema has it without
# null. chosen: accepted, the API calls it optional
_OPTIONAL: Final = frozenset({"IMPRESSION"})
_OF_THE_CALL: Final = frozenset({"USER_ID", "TIMESTAMP", "EVENT_TYPE"})
_EVENTS: Final = frozenset({"INTERACTIONS", "ACTION_INTERACTIONS"})


@lru_cache(maxsize=1024)
def property_name(field_name: str) -> str:
    """The key that stands for a schema field: ``NUM_RATINGS`` is ``numRatings`` (service model, Event.properties)."""
    first, *others = field_name.lower().split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def read_properties(
    properties: str | None, schema: Schema, call: Mapping[str, Value] | None = None
) -> dict[str, Value]:
    """The values of a put record or event by schema field name, every one checked.

    Args:
        properties: The JSON text of the call, None when it has none.
        schema: The schema of the dataset that the record goes to.
        call: Values that came beside the properties, by schema field name (such as ITEM_ID, EVENT_VALUE,
            IMPRESSION); None stands for "not given". They win over the same ones in the properties, and those that
            the schema lacks are dropped.

    Returns:
        A value, None for null, for every field of the schema except the ids of put records, and for events except
        USER_ID, TIMESTAMP and EVENT_TYPE, which are the caller's to add.

    Raises:
        PropertiesError: The text is no JSON object, a key is forbidden or unknown, or a value does not fit.
    """
    given = _object(properties) if properties is not None else {}
    if schema.dataset_type in _EVENTS:
        _refuse_forbidden(given)
    optional = _OPTIONAL if schema.dataset_type in _EVENTS else ()
    fields = _fields_by_key(schema)
    values: dict[str, Value] = {}
    for key, value in given.items():
        field = fields.get(key)
        if field is not None:
            values[field.name] = _checked(field, value, key)
        elif UNKNOWN_KEYS[schema.dataset_type] == "refuse":
            _refuse_unknown(key, fields)
    for name, value in (call or {}).items():
        if value is not None and (field := fields.get(key := property_name(name))) is not None:
            values[field.name] = _checked(field, value, key)
    for field in fields.values():
        if values.setdefault(field.name, None) is None and not field.nullable and field.name not in optional:
            raise PropertiesError(missing(field), column=property_name(field.name))
    return values


@lru_cache(maxsize=1024)
def _fields_by_key(schema: Schema) -> dict[str, Field]:
    """The fields that properties can give, by key."""
    elsewhere = _OF_THE_CALL if schema.dataset_type in _EVENTS else ID_FIELDS
    fields = [field for field in schema.fields if field.name not in elsewhere]
    # unknown: [events/key-of-a-field-in-mixed-case] the key of a field that is not in upper case, such as memberClass.
    # chosen: its own name will do, too
    own_names = {field.name: field for field in fields if field.name != field.name.upper()}
    return own_names | {property_name(field.name): field for field in fields}


def _object(properties: object) -> dict[str, Any]:
    if not isinstance(properties, str):
        raise PropertiesError(UNREADABLE)  # JSON itself, which only a caller without botocore can send
    try:
        given = read_json(properties)
    except ValueError:
        raise PropertiesError(UNREADABLE) from None
    if not isinstance(given, dict):
        raise PropertiesError(UNREADABLE)
    return given


def _refuse_forbidden(given: Mapping[str, Any]) -> None:
    for key in given:
        if key.lower() in _FORBIDDEN:
            raise PropertiesError(
                f"The properties of an event must not have the key {key!r}; not allowed are"
                f" {', '.join(FORBIDDEN_KEYS)}, which are members of the call"
            )


def _refuse_unknown(key: str, fields: Mapping[str, Field]) -> NoReturn:
    near = nearest(key, [*fields, *map(property_name, ID_FIELDS)])
    remedy = "" if near is None else f"; did you mean {near!r}?" if near in fields else f"; {near} stands beside them"
    raise PropertiesError(
        f"The schema has no field for the key {key!r}: expected one of {', '.join(sorted(fields))}{remedy}"
    )


def _checked(field: Field, given: Any, key: str) -> Value:
    try:
        return _value(field, given)
    except ValueError as error:
        raise PropertiesError(str(error), column=key) from None


def _value(field: Field, given: Any) -> Value:
    """The value of a field from what JSON made of it; ValueError says why it does not fit."""
    if given is None:
        given = ""
    if isinstance(given, str):
        return parse_text(field, given)
    if isinstance(given, bool):
        if field.type == "boolean":
            return given
    elif isinstance(given, int | float) and field.numeric:
        number = check_number(field, given, given)
        if field.type not in WHOLE_TYPES:
            return float(number)
        if number == int(number):
            return int(number)
    elif isinstance(given, list) and field.type == "string":
        raise ValueError(f"{misfit(field, given)}, several values joined with a bar")
    raise ValueError(misfit(field, given))
