"""What a line of a batch job says: its members, by what the recipe is asked about in a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from pytest_personalize.failure import Failure
from pytest_personalize.filters.attributes import parse_attributes

MAX_RANKED: Final = 500

NOT_JSON: Final = "The line is not valid JSON."
NOT_AN_OBJECT: Final = "The line is not a JSON object."


def read_line(kind: str, members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that count in a line of that kind, by name; Failure for the first that is not as it has to be."""
    return {name: read(members, name) for name, read in MEMBERS[kind].items()}


def line_problems(kind: str, members: Mapping[str, Any]) -> Iterator[tuple[str, Failure]]:
    """Name of the member and fault, for all that is not as it has to be."""
    for name, read in {**MEMBERS[kind], "filterValues": text_map}.items():
        try:
            read(members, name)
        except Failure as failure:
            yield name, failure


def count_problem(uri: str, count: int, most: int) -> Failure | None:
    """What is wrong with the number of lines of a file; ``most`` is how many it may have (quotas page)."""
    if not count:
        return Failure(f"{uri} has no lines.")
    return Failure(f"{uri} has {count} lines; a file may have {most}.") if count > most else None


def text_member(members: Mapping[str, Any], name: str) -> str:
    """A member of a line that must be a text of 1 to 256 characters; Failure otherwise."""
    value = _given(members, name)
    if not isinstance(value, str) or not 1 <= len(value) <= 256:
        raise Failure(f"{name} must be a string of 1 to 256 characters, not {json.dumps(value)}.")
    return value


def text_map(members: Mapping[str, Any], name: str) -> dict[str, str]:
    """A member of a line that may be missing, or is an object of strings; Failure otherwise."""
    value = members.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise Failure(f"{name} must be an object of strings.")
    return value


def _given(members: Mapping[str, Any], name: str) -> Any:
    """A member that a line must have; Failure that tells what it has in its place."""
    if name not in members:
        raise Failure(f"The line has no {name}, it has {', '.join(members) or 'nothing'}.")
    return members[name]


def _text_or_none(members: Mapping[str, Any], name: str) -> str | None:
    return text_member(members, name) if name in members else None


def _item_list(members: Mapping[str, Any], name: str) -> list[str]:
    """Item ids without repetitions."""
    items = _given(members, name)
    if not isinstance(items, list) or not items or {*map(type, items)} != {str}:
        raise Failure(f"{name} must be a list of item ids.")
    if len(items) > MAX_RANKED:
        raise Failure(f"{name} may have {MAX_RANKED} items, not {len(items)}.")
    return list(dict.fromkeys(items))


def _attributes(members: Mapping[str, Any], name: str) -> tuple[tuple[str, str | int | float], ...]:
    text = _given(members, name)
    if not isinstance(text, str):
        raise Failure(f"{name} must be a string.")
    return parse_attributes(text)


MEMBERS: Final[Mapping[str, Mapping[str, Callable[[Mapping[str, Any], str], Any]]]] = {
    "user": {"userId": text_member, "context": text_map},
    "item": {"itemId": text_member, "userId": _text_or_none},
    "ranking": {"itemList": _item_list, "userId": text_member, "context": text_map},
    "item segment": {"itemId": text_member},
    "attribute segment": {"itemAttributes": _attributes},
}
"""By the batch lines of a recipe: what reads each member."""
