"""A plugin of pytest: every answer goes over the wire as well, and botocore's own parser has to read the same.

``python -m pytest -p tests.proof.through_the_wire`` runs the whole suite with it; .ci/run does. A client inside the
process gets the members of an answer without a body in between, and an HTTP client the body: this holds the two
against each other, refusals included, for whatever the tests ask.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from botocore.parsers import create_parser

from pytest_personalize import door
from pytest_personalize.service import endpoint
from pytest_personalize.shapes import models
from pytest_personalize.shapes.errors import error_body

WRONG: list[str] = []
"""What differs in the answers of the present test."""


def parsed(service: str, name: str, status: int, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """What botocore makes of a body."""
    answer = {"status_code": status, "headers": headers, "body": body}
    shape = models.service_model(service).operation_model(name).output_shape if name else None
    members: dict[str, Any] = create_parser(models.protocol(service)).parse(answer, shape)
    del members["ResponseMetadata"]
    return members


def differences(one: Any, other: Any, path: str = "answer") -> Iterator[str]:
    """Where two answers are not the same, down to the types of their values."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            yield f"{path} has {sorted(one)} in the process and {sorted(other)} over the wire"
        for key in one.keys() & other.keys():
            yield from differences(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            yield f"{path} has {len(one)} entries in the process and {len(other)} over the wire"
        for place, (mine, theirs) in enumerate(zip(one, other, strict=False)):
            yield from differences(mine, theirs, f"{path}[{place}]")
    elif type(one) is not type(other) or one != other:
        yield f"{path} is {one!r} in the process and {other!r} over the wire"


def compare(service: str, name: str, members: Any, on_the_wire: Any) -> None:
    """Note what botocore reads otherwise."""
    body = json.dumps(on_the_wire).encode()
    WRONG.extend(f"{name}: {found}" for found in differences(members, parsed(service, name, 200, {}, body)))


def both_ways(way: Callable[..., endpoint.Way]) -> Callable[..., endpoint.Way]:
    """``endpoint._way`` whose answers are rendered for the wire, too."""

    @cache
    def found(service: str, name: str, form: endpoint.Form) -> endpoint.Way:
        in_process, wire = way(service, name, form), way(service, name, "wire")
        if form == "wire":
            return in_process

        def run(*args: Any, **members: Any) -> Any:
            result = in_process.run(*args, **members)
            if type(result) is endpoint.Answer:
                compare(service, name, dict(result), result)
            return result

        def render(result: Any) -> dict[str, Any]:
            members = in_process.render(result)
            compare(service, name, members, wire.render(result))
            return members

        return endpoint.Way(in_process.validate, run, render)

    return found


def refused_both_ways(refused: Callable[..., Any]) -> Callable[..., Any]:
    """``door.refused`` whose errors are read from their bodies, too."""

    def found(service: str, code: str, message: str) -> Any:
        answer, members = refused(service, code, message)
        modelled = code in models.service_errors(service)
        wire = error_body(models.protocol(service), code, message, modelled, answer.status_code)
        WRONG.extend(differences(members["Error"], parsed(service, "", *wire)["Error"], code))
        return answer, members

    return found


def pytest_configure(config: pytest.Config) -> None:
    """Both forms from now on, until pytest ends."""
    patch = pytest.MonkeyPatch()
    patch.setattr(endpoint, "_way", both_ways(endpoint._way))
    patch.setattr(door, "refused", refused_both_ways(door.refused))
    config.add_cleanup(patch.undo)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """A test whose answers differ fails."""
    wrong = list(WRONG)
    WRONG.clear()
    assert not wrong, "\n".join(wrong[:20])
