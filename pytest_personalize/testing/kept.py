"""What may be kept, and what fits where.

Both are read from the annotations of the classes themselves, from ``Saved`` down: a class that no annotation leads to
is neither written nor read, and an attribute holds what its annotation says, or the file is refused.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import isfinite
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.columns import BooleanColumn, Column, NumberColumn, TextColumn
from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.events import EventLog
from pytest_personalize.recommenders import Recipe
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.state import KINDS
from pytest_personalize.service.kernel.tables import Table
from pytest_personalize.service.kernel.trained import Trained
from pytest_personalize.testing.seeded import Named
from pytest_personalize.testing.snapshots import Snapshot

COLUMNS: Final = (NumberColumn, BooleanColumn, TextColumn)

BY_NAME: Final = (Recipe, Schema)
"""Attrs classes that are kept by a name or a text of theirs, not by their attributes."""

DERIVED: Final[Mapping[type, frozenset[str]]] = {
    EventLog: frozenset({"_by_user", "_shared"}),
    EntityTable: frozenset({"_rows", "_shared"}),
    TextColumn: frozenset({"_members"}),
    Trained: frozenset({"model", "mark"}),
}
"""Class to attributes that follow from the others and are not kept."""


@frozen(kw_only=True)
class Options:
    """The options of a saved backend, as its constructor takes them."""

    region: str
    account_id: str
    transitions: Mapping[str, str]
    minimums: str | Mapping[str, float] | None
    data: str
    seed: int
    regions: str | Sequence[str]
    calls_kept: int | None


@frozen(kw_only=True)
class Saved:
    """All that is in a file; ``now`` is the time on the clock of the backend when it was written, in epoch seconds."""

    options: Options
    now: float
    snapshot: Snapshot


class _Array:
    """Makes ``array[int]`` a type, which it is from Python 3.12 on."""

    def __class_getitem__(cls, item: object) -> type[array[Any]]:
        return array


@cache
def attributes(cls: Any) -> Mapping[str, Any]:
    """The attributes of a class that are kept, and their types."""
    hints = get_type_hints(cls, localns={"array": _Array})
    derived = DERIVED.get(cls, frozenset())
    return {field.name: hints[field.name] for field in attrs.fields(cls) if field.name not in derived}


@cache
def classes() -> Mapping[str, Any]:
    """The attrs classes that are kept by their attributes, by name."""
    found: dict[str, Any] = {}
    ahead: list[Any] = [Saved, *KINDS.values(), *COLUMNS]
    while ahead:
        hint = ahead.pop()
        ahead += get_args(hint)
        if attrs.has(hint) and hint not in BY_NAME and hint.__name__ not in found:
            found[hint.__name__] = hint
            ahead += attributes(hint).values()
    return found


def fits(value: Any, hint: Any) -> bool:
    """Whether a value, with everything in it, is what an annotation says."""
    origin = get_origin(hint) or hint
    check = _CHECKS.get(origin)
    if check is not None:
        return check(value, get_args(hint))
    return type(value) is origin and (origin not in classes().values() or check_attributes(value))


def check_attributes(value: Any) -> bool:
    """``TypeError`` for an attribute that does not hold what its class says, True if there is none."""
    cls: Any = type(value)
    made_of_nothing = isinstance(value, Resource) and value.declared is True
    for name, hint in attributes(cls).items():
        held = getattr(value, name)
        if not fits(held, hint) and not (made_of_nothing and held is None):
            raise TypeError(f"{name} of {cls.__name__} is no {getattr(hint, '__name__', hint)}")
    return True


def _each(values: Any, hint: Any) -> bool:
    return all(fits(value, hint) for value in values)


def _mapping(value: Any, args: tuple[Any, ...]) -> bool:
    if type(value) is Named:
        return _named(value, args[1:])
    return isinstance(value, dict) and _each(value, args[0]) and _each(value.values(), args[1])


def _sequence(value: Any, args: tuple[Any, ...]) -> bool:
    return type(value) in (list, tuple) and _each(value, args[0])


def _tuple(value: Any, args: tuple[Any, ...]) -> bool:
    if args[-1] is ...:
        return type(value) is tuple and _each(value, args[0])
    return type(value) is tuple and len(value) == len(args) and all(map(fits, value, args))


def _named(value: Any, args: tuple[Any, ...]) -> bool:
    if type(value) is not Named:
        return False
    parts = (value._what, str), (value._values, dict[str, args[0]]), (value._aliases, dict[str, str])  # type: ignore[valid-type]
    return all(fits(part, hint) for part, hint in parts)


def _anything(value: Any, _: tuple[Any, ...]) -> bool:
    """What JSON knows: nothing else is annotated as ``Any``."""
    return fits(value, None | bool | int | float | str | Sequence[Any] | Mapping[str, Any])


def _resources(value: Any, _: tuple[Any, ...]) -> bool:
    return type(value) is Table and all(KINDS.get(row.kind) is type(row) and check_attributes(row) for row in value)


_CHECKS: Final[Mapping[Any, Callable[[Any, tuple[Any, ...]], bool]]] = {
    Any: _anything,
    float: lambda value, _: type(value) in (int, float) and isfinite(value),
    Literal: lambda value, args: value in args,
    Union: lambda value, args: any(fits(value, arg) for arg in args),
    UnionType: lambda value, args: any(fits(value, arg) for arg in args),
    dict: _mapping,
    Mapping: _mapping,
    list: _sequence,
    Sequence: _sequence,
    tuple: _tuple,
    set: lambda value, args: type(value) is set and _each(value, args[0]),
    frozenset: lambda value, args: type(value) is frozenset and _each(value, args[0]),
    Table: _resources,
    Named: _named,
    Column: lambda value, _: type(value) in COLUMNS and check_attributes(value),
}
