"""What the installed botocore has and the emulator lacks: for a botocore that is newer than the emulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from inspect import signature
from itertools import chain
from typing import Any, Final

import attrs
from attrs import frozen

from pytest_personalize.service import endpoint
from pytest_personalize.service.kernel.operations import OPERATIONS, STRUCTURES
from pytest_personalize.service.kernel.state import KINDS
from pytest_personalize.shapes.models import (
    SERVICES,
    OperationShapes,
    enums,
    operation,
    operation_names,
    snake,
    structures,
)

VALUES: Final[Mapping[str, frozenset[str]]] = {
    "BatchInferenceJobMode": frozenset({"BATCH_INFERENCE", "THEME_GENERATION"}),
    "Domain": frozenset({"ECOMMERCE", "VIDEO_ON_DEMAND"}),
    "ImportMode": frozenset({"FULL", "INCREMENTAL"}),
    "IngestionMode": frozenset({"ALL", "BULK", "PUT"}),
    "ObjectiveSensitivity": frozenset({"HIGH", "LOW", "MEDIUM", "OFF"}),
    "RankingInfluenceType": frozenset({"FRESHNESS", "POPULARITY"}),
    "RecipeProvider": frozenset({"SERVICE"}),
    "TrainingMode": frozenset({"AUTOTRAIN", "FULL", "UPDATE"}),
    "TrainingType": frozenset({"AUTOMATIC", "MANUAL"}),
}
"""The values of every enumeration that mean something to the emulator."""


@frozen
class Lack:
    """One thing that is lacking: an operation, ``Operation.member``, ``Structure.member`` or ``Enumeration.VALUE``.

    ``answer`` is what becomes of a call that has to do with it.
    """

    name: str
    answer: str

    def __str__(self) -> str:
        return f"{self.name}: {self.answer}"


def drift() -> list[Lack]:
    """All that is lacking, each once: operations and their members, structures, resources, values."""
    assert endpoint.ROOMS  # loading them has filled the registry
    names = [(service, name) for service in SERVICES for name in operation_names(service)]
    shapes = [operation(*name) for name in names]
    found = (*_operations(shapes), *_structures(shapes), *_resources(shapes), *_values())
    return list(dict.fromkeys(found))


def _operations(shapes: Sequence[OperationShapes]) -> Iterator[Lack]:
    for one in shapes:
        function = OPERATIONS.get(one.name)
        if function is None:
            yield Lack(one.name, "a call is refused with UnknownOperationException")
            continue
        known = signature(function).parameters
        members = () if one.input is None else one.input.members
        yield from (_ignored(one.name, member) for member in members if snake(member) not in known)


def _structures(shapes: Sequence[OperationShapes]) -> Iterator[Lack]:
    for shape in chain.from_iterable(structures(one.input) for one in shapes):
        if shape.name in STRUCTURES:
            yield from (_ignored(shape.name, member) for member in _beyond(STRUCTURES[shape.name], shape))


def _ignored(name: str, member: str) -> Lack:
    return Lack(f"{name}.{member}", "a request that has it is answered as if it had not")


def _resources(shapes: Sequence[OperationShapes]) -> Iterator[Lack]:
    kinds = {name: cls for cls in KINDS.values() for name in (cls.__name__, f"{cls.__name__}Summary")}
    for shape in chain.from_iterable(structures(one.output) for one in shapes):
        if shape.name in kinds:
            yield from (Lack(f"{shape.name}.{name}", "no answer has it") for name in _beyond(kinds[shape.name], shape))


def _beyond(cls: type, shape: Any) -> Iterator[str]:
    """The members of a shape that a class knows nothing of."""
    known = {field.name for field in attrs.fields(cls)}
    return (name for name in shape.members if snake(name) not in known and not hasattr(cls, snake(name)))


def _values() -> Iterator[Lack]:
    for name, values in enums().items():
        for value in values:
            if value not in VALUES.get(name, ()):
                yield Lack(f"{name}.{value}", "a request that has it is taken, and nothing follows from it")
