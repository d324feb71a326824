"""The way of a call: decode, validate, run the operation, render."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from inspect import signature
from typing import Any, Final, Literal

from attrs import frozen

from pytest_personalize.data.jsontext import read_json
from pytest_personalize.failure import Failure
from pytest_personalize.service import control, realtime
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.errors import INVALID_INPUT, ServiceError, refusal
from pytest_personalize.service.kernel.operations import OPERATIONS, STRUCTURES, Answer
from pytest_personalize.shapes.models import operation, snake
from pytest_personalize.shapes.request import ShapeViolations, compile_input
from pytest_personalize.shapes.response import compile_output

Form = Literal["python", "wire"]
Rendered = dict[str, Any]

JSON: Final = {
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}
"""What a body may be instead of an object."""

ROOMS = (control, realtime)
"""Importing them has entered their operations."""


@frozen
class Way:
    """All that is known of an operation before its first call."""

    validate: Callable[[Mapping[str, object]], dict[str, Any]]
    run: Callable[..., Any]
    render: Callable[[Any], Rendered]


def decode(body: bytes | str) -> dict[str, Any]:
    """The members of a request, by their names in the API; InvalidInputException unless it is a JSON object."""
    try:
        members = read_json((body if isinstance(body, str) else body.decode()) or "{}")
    except ValueError as problem:
        raise refusal("body", problem=problem) from None
    if not isinstance(members, dict):
        raise refusal("body", problem=f"it is {JSON[type(members)]}")
    return members


def answer(region: Region, service: str, name: str, members: Mapping[str, Any], form: Form) -> Rendered:
    """The answer of one operation, rendered; raises ServiceError."""
    way = _way(service, name, form)
    try:
        arguments = way.validate(members)
    except ShapeViolations as violations:
        no_domain = members.get("domain") == "CUSTOM" and len(violations.violations) == 1
        raise refusal("domain" if no_domain else "violations", message=violations.message) from None
    region.operation, region.members = name, members
    try:
        result = way.run(region, **arguments)
    except ServiceError:
        raise
    except Failure as failure:
        raise ServiceError(INVALID_INPUT, failure.message) from None
    return result if type(result) is Answer else way.render(result)


@cache
def _way(service: str, name: str, form: Form) -> Way:
    function = OPERATIONS.get(name)
    if function is None:
        raise refusal("unknown operation", operation=name, known=", ".join(sorted(OPERATIONS)))
    shapes = operation(service, name)
    run = _tolerant(function, shapes.input)
    return Way(compile_input(shapes.input, STRUCTURES), run, _renderer(shapes.output, form))


def _tolerant(function: Callable[..., Any], shape: Any) -> Callable[..., Any]:
    """The function, without the members that it lacks: of a botocore that is newer than the emulator."""
    lacking = {snake(member) for member in (shape.members if shape else ())} - signature(function).parameters.keys()
    if not lacking:
        return function
    return lambda region, **members: function(
        region, **{name: value for name, value in members.items() if name not in lacking}
    )


def _renderer(shape: Any, form: Form) -> Callable[[Any], Rendered]:
    """A structure around one structure is an envelope, one around a list and a token is a page."""
    if shape is None or not shape.members:
        return lambda result: {}
    members = dict(shape.members)
    if len(members) == 1:
        ((name, inner),) = members.items()
        if inner.type_name == "structure":
            render = compile_output(inner, form)
            return lambda result: {name: render(result)}
    whole = compile_output(shape, form)
    if set(members) > {"nextToken"} and len(members) == 2:
        (name,) = set(members) - {"nextToken"}
        return lambda page: whole({name: page.items, "nextToken": page.next_token})
    return whole
