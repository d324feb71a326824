"""The emulator against the installed service models: every operation, every member of every input and resource."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest
from botocore.model import ListShape, StructureShape

from pytest_personalize.service import endpoint
from pytest_personalize.service.control.solution_versions import SolutionVersion
from pytest_personalize.service.control.solutions import Solution
from pytest_personalize.service.kernel.operations import OPERATIONS, STRUCTURES
from pytest_personalize.service.kernel.state import KINDS
from pytest_personalize.shapes import models

assert endpoint.ROOMS  # loading them has filled the registry

NAMES = [(service, name) for service in models.SERVICES for name in models.operation_names(service)]

LISTS = [name for name in models.operation_names("personalize") if name.startswith("List")]

NOT_OF_THE_SERVICE = {
    "Solution": {"columns", "next_training", "first_training"},
    "SolutionVersion": {"columns"},
    "Campaign": {"solution_arn", "dataset_group_arn", "next_update"},
    "Recommender": {"columns", "next_training", "next_update"},
    "Dataset": {"imported"},
    "MetricAttribution": {"metrics"},
}
"""What a resource remembers beside the members that Describe or List answer."""

NOT_SHOWN = {"status", "failure_reason", "declared"}
"""What every resource has and some never show."""

NEWER_MEMBERS = {"events_config", "included_dataset_columns", "perform_incremental_update", "ranking_influence"}
NEWER_STRUCTURES = {"EventParameters", "EventsConfig"}
"""What the oldest supported botocore lacks; in a newer one they are found in the model."""

NO_LONGER_REQUIRED = {("CreateDatasetImportJob", "role_arn")}
"""What the oldest supported botocore demands and the service does not."""


def parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Those of an operation after the region."""
    first, *others = inspect.signature(function).parameters.values()
    assert first.name == "region"
    return {parameter.name: parameter for parameter in others}


def fields(cls: type) -> dict[str, Any]:
    """The types of the attributes of an attrs class by name."""
    hints = typing.get_type_hints(cls) | HELD_AS.get(cls, {})
    return {field.name: hints[field.name] for field in attrs.fields(cls)}


HELD_AS: dict[type, dict[str, Any]] = {Solution: {"latest_solution_version": SolutionVersion}}
"""Attributes that are typed as any resource, because the family does not know the class, and what they hold."""


def attrs_class(hint: Any) -> type | None:
    """The attrs class in ``X``, ``X | None`` or ``tuple[X, ...]``."""
    if isinstance(hint, type) and attrs.has(hint):
        return hint
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) in (typing.Union, tuple):
        return next(filter(None, map(attrs_class, typing.get_args(hint))), None)
    return None


def lacking(cls: type, shape: StructureShape, path: str) -> Iterator[str]:
    """Members of a shape that its class, or a class below it, knows nothing of."""
    known = fields(cls)
    for name, member in shape.members.items():
        attribute = models.snake(name)
        if attribute not in known and not hasattr(cls, attribute):
            yield f"{path}.{name}"
        inner = member.member if isinstance(member, ListShape) else member
        below = attrs_class(known.get(attribute))
        if isinstance(inner, StructureShape) and below is not None:
            yield from lacking(below, inner, f"{path}.{name}")


INPUT_STRUCTURES = {
    shape.name: shape
    for service, name in NAMES
    if (given := models.operation(service, name).input) is not None
    for member in given.members.values()
    for shape in models.structures(member)
    if shape.name in STRUCTURES
}


def described(cls: Any) -> StructureShape:
    """What the Describe of a kind of resource answers inside its envelope: the operation that wants its ARN alone."""
    for name in models.operation_names("personalize"):
        shapes = models.operation("personalize", name)
        if name.startswith("Describe") and [models.snake(member) for member in shapes.input.members] == [cls.arn_field]:
            (envelope,) = shapes.output.members.values()
            return envelope
    raise AssertionError(f"nothing describes {cls.__name__}")


def summaries(shape: StructureShape) -> list[StructureShape]:
    """What lists say about the resource of a description."""
    outputs = (models.operation("personalize", name).output for name in LISTS)
    members = [member for output in outputs for member in output.members.values()]
    lists = [member.member for member in members if isinstance(member, ListShape)]
    return [one for one in lists if one.name == f"{shape.name}Summary"]


@pytest.mark.parametrize(("service", "name"), NAMES)
def test_every_operation_is_there(service: str, name: str) -> None:
    assert name in OPERATIONS


@pytest.mark.parametrize(("service", "name"), NAMES)
def test_a_signature_has_the_input_members_as_keywords(service: str, name: str) -> None:
    given = parameters(OPERATIONS[name])
    members = {models.snake(member) for member in models.operation(service, name).input.members}
    assert {one.kind for one in given.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert members - set(given) == set()
    assert set(given) - members <= NEWER_MEMBERS


@pytest.mark.parametrize(("service", "name"), NAMES)
def test_a_signature_demands_what_the_service_requires_and_nothing_else(service: str, name: str) -> None:
    given = parameters(OPERATIONS[name])
    required = {models.snake(member) for member in models.operation(service, name).input.required_members}
    mandatory = {one.name for one in given.values() if one.default is inspect.Parameter.empty}
    assert mandatory - required == set()
    assert {(name, member) for member in required - mandatory} <= NO_LONGER_REQUIRED


@pytest.mark.parametrize("name", sorted(set(STRUCTURES) & set(INPUT_STRUCTURES)))
def test_a_structure_has_the_members_of_its_shape(name: str) -> None:
    shape = INPUT_STRUCTURES[name]
    assert list(lacking(STRUCTURES[name], shape, name)) == []
    assert set(fields(STRUCTURES[name])) - {models.snake(member) for member in shape.members} <= NEWER_MEMBERS


def test_every_structure_is_one_of_an_input() -> None:
    assert set(STRUCTURES) - set(INPUT_STRUCTURES) <= NEWER_STRUCTURES


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_resource_has_all_that_is_described_and_listed(kind: str) -> None:
    shape = described(KINDS[kind])
    listed = summaries(shape)
    assert listed
    for one in (shape, *listed):
        assert list(lacking(KINDS[kind], one, one.name)) == []


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_resource_has_nothing_else_except_what_is_listed_here(kind: str) -> None:
    cls = KINDS[kind]
    shape = described(cls)
    shown = {models.snake(name) for one in (shape, *summaries(shape)) for name in one.members}
    own = set(fields(cls)) - shown - NOT_SHOWN - NEWER_MEMBERS
    assert own == NOT_OF_THE_SERVICE.get(cls.__name__, set())


def test_every_registered_operation_is_one_of_the_service() -> None:
    assert set(OPERATIONS) == {name for _, name in NAMES}
