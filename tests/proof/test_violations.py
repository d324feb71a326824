"""Every constraint that the service models put on an input, broken one at a time: refused, and nothing happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from pytest_personalize.shapes import models

SERVICE_OF = {name: service for service in models.SERVICES for name in models.operation_names(service)}
Broken = tuple[str, Any]
"""Where a value breaks a constraint, as the service words it, and a request with that value."""


def least(shape: Shape) -> Any:
    """A small value that a client lets through; what else is wrong with it does not matter here."""
    if isinstance(shape, StructureShape):
        return {name: least(shape.members[name]) for name in shape.required_members}
    if isinstance(shape, ListShape):
        return [least(shape.member)] * max(1, shape.metadata.get("min", 0))
    if isinstance(shape, MapShape):
        return {}
    if isinstance(shape, StringShape):
        return shape.enum[0] if shape.enum else "x"
    return {"boolean": True, "timestamp": 0}.get(shape.type_name, shape.metadata.get("min", 0))


def broken(shape: Shape, path: str = "") -> Iterator[Broken]:
    """Values of a shape, each with one constraint broken that a client does not look at."""
    dot = f"{path}." if path else ""
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            for place, value in broken(member, f"{dot}{name}"):
                yield place, least(shape) | {name: value}
    elif isinstance(shape, ListShape):
        for place, value in broken(shape.member, f"{dot}1.member"):
            yield place, [value]
    elif isinstance(shape, MapShape):
        for place, value in broken(shape.value, f"{dot}any.member"):
            yield place, {"any": value}
    yield from ((path, value) for value in breaking(shape))


def breaking(shape: Shape) -> Iterator[Any]:
    """Values that break a constraint of the shape itself."""
    most = shape.metadata.get("max")
    if isinstance(shape, ListShape) and most is not None:
        yield [least(shape.member)] * (most + 1)
    elif isinstance(shape, MapShape) and most is not None:
        yield {f"key{number}": least(shape.value) for number in range(most + 1)}
    elif isinstance(shape, StringShape):
        if most is not None:
            yield "a" * (most + 1)
        if shape.enum:
            yield "NO_SUCH_VALUE"
        if "pattern" in shape.metadata:
            yield "£ no pattern allows this"
    elif most is not None:
        yield most + 1


CASES = [
    pytest.param(name, request, place, id=f"{name}-{place}-{number}")
    for name, service in SERVICE_OF.items()
    for number, (place, request) in enumerate(broken(models.operation(service, name).input))
]


@pytest.mark.parametrize(("name", "request_", "place"), CASES)
def test_row_1_what_breaks_a_constraint_is_refused(world: Any, name: str, request_: dict[str, Any], place: str) -> None:
    before = world.state()
    with pytest.raises(ClientError) as caught:
        world.clients.call(name, request_)
    error = caught.value.response["Error"]
    assert type(caught.value) is ClientError
    assert error["Code"] == "ValidationException"
    assert f"at '{place}' failed to satisfy constraint" in error["Message"]
    assert world.state() == before


def test_every_operation_has_a_constraint_to_break() -> None:
    assert {case.values[0] for case in CASES} == set(SERVICE_OF)
