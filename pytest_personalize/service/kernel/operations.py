"""The registry: which function answers an operation of the API, and which classes its structures become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from attrs import frozen

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)

OPERATIONS: Final[dict[str, Callable[..., Any]]] = {}
"""API name of an operation -> ``function(region, *, members in snake case)``."""

STRUCTURES: Final[dict[str, type]] = {}
"""Name of a structure shape -> the attrs class that its values become."""


def operation(name: str) -> Callable[[F], F]:
    """Enter a function as the answer to that operation.

    It gets the region and the input members in snake case, validated; it returns what the output shape is rendered
    from (a resource, a ``Page``, a mapping by member names, None) or raises ServiceError.
    """

    def enter(function: F) -> F:
        _enter(OPERATIONS, name, function)
        return function

    return enter


def operation_name(verb: str, noun: str) -> str:
    """The API's name of an operation: CreateDatasetImportJob for ``create`` and ``dataset-import-job``."""
    return "".join(word.title() for word in (verb, *noun.split("-")))


def structure(cls: C) -> C:
    """Class decorator: input structures of the shape with this name become this attrs class."""
    return structures(cls.__name__)(cls)


def structures(*names: str) -> Callable[[C], C]:
    """Class decorator: input structures of the shapes with these names become this attrs class."""

    def enter(cls: C) -> C:
        for name in names:
            _enter(STRUCTURES, name, cls)
        return cls

    return enter


def _enter(registry: dict[str, Any], name: str, entry: Any) -> None:
    if name in registry:
        raise ValueError(f"{name} is registered already, by {registry[name].__module__}")
    registry[name] = entry


class Answer(dict[str, Any]):
    """An answer by member names that needs no rendering: the hot paths make theirs as the output shape has it.

    ``reasons`` is what can tell why it is as it is; None where nobody has asked a model.
    """

    reasons: object = None


@frozen
class Page:
    """One page of a list: ``items`` render as the list member, ``next_token`` is None on the last page."""

    items: Sequence[Any]
    next_token: str | None = None
