"""From the properties of a template to the members of the API."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Final

from pytest_personalize.failure import Failure
from pytest_personalize.nearest import hint
from pytest_personalize.neighbours.registry import ResourceType, lower_first
from pytest_personalize.shapes.models import operation

_TRUTHS: Final = {"true": True, "false": False}
_NUMBERS: Final = {"integer": int, "long": int, "float": float, "double": float}


def check(kind: ResourceType, properties: Mapping[str, Any]) -> None:
    """Failure for properties that the registry's schema of the type does not allow."""
    for name in properties:
        if name not in kind.properties:
            raise Failure(f"#: extraneous key [{name}] is not permitted; {hint(name, sorted(kind.properties))}")
    for name in sorted(kind.required - properties.keys()):
        raise Failure(f"#: required key [{name}] not found")
    for name, values in kind.enums.items():
        if name in properties and properties[name] not in values:
            raise Failure(f"#/{name}: {properties[name]} is not a valid enum value; it has {', '.join(values)}")


def members(operation_name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as members of an operation.

    Names begin with a small letter, the keys of maps stay as they are, and values get the type that the API wants:
    templates write numbers and truths as texts as well, and numbers where the API wants texts.
    """
    shape = operation("personalize", operation_name).input
    named: dict[str, Any] = _value(shape, {name: value for name, value in properties.items() if name != "Tags"})
    if "Tags" in properties:
        named["tags"] = tags(properties["Tags"])
    return named


def tags(given: Any) -> list[dict[str, str]]:
    """Tags as the API writes them."""
    return [{"tagKey": tag["Key"], "tagValue": tag["Value"]} for tag in given]


def _value(shape: Any, value: Any) -> Any:
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        named = {lower_first(name): each for name, each in value.items()}
        return {name: _value(shape.members.get(name), each) for name, each in named.items()}
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _value(shape.value, each) for key, each in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_value(shape.member, each) for each in value]
    if shape.type_name == "string" and isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, str):
        if shape.type_name == "boolean":
            return _TRUTHS.get(value.lower(), value)
        if shape.type_name in _NUMBERS:
            with contextlib.suppress(ValueError):
                return _NUMBERS[shape.type_name](value)
    return value
