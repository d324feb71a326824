"""Requests that break exactly one rule of their shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pytest_personalize.shapes.models import OperationShapes, find_operation
from pytest_personalize.shapes.request import ShapeViolations, Violation, compile_input
from pytest_personalize.strategies.valid import Shape, any_value, structure
from pytest_personalize.strategies.values import Params


@frozen(kw_only=True)
class InvalidRequest:
    """A request that breaks one rule of its shape.

    ``path`` says where (``tags.1.member.tagKey``), ``constraint`` which rule, in the words of the service.
    ``stopped_by_client`` is true for what botocore refuses before it calls, with ``ParamValidationError``; all else
    is refused by the service with ValidationException.
    """

    params: Params
    path: str
    constraint: str
    stopped_by_client: bool


def invalid_requests(operation: str, /) -> SearchStrategy[InvalidRequest]:
    """Requests of an operation that break exactly one rule of its shape; each names the rule."""
    shapes = find_operation(operation)
    return st.sampled_from(list(_breaks(shapes.input, ()))).flatmap(
        lambda each: _broken(shapes.input, each.path, each.value).map(lambda params: _judged(shapes, params, each))
    )


Path = tuple[str | int, ...]
"""Names of members and map keys, and 0 for the first element of a list."""

MISSING: Final = object()


@frozen
class Break:
    """One way to break a rule: what to put where (``MISSING``: nothing), and whether botocore notices."""

    path: Path
    value: Any
    by_client: bool = False


def _breaks(shape: Shape, path: Path) -> Iterator[Break]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "structure":
        for name in shape.metadata.get("required", ()):
            yield Break((*path, name), MISSING, by_client=True)
        for name, member in shape.members.items():
            yield from _breaks(member, (*path, name))
    elif shape.type_name in ("list", "map"):
        yield Break(path, "no list and no map", by_client=True)
        if shape.type_name == "list" and most is not None and most <= 1000:
            yield Break(path, (shape.member, most + 1))
        yield from _breaks(*((shape.member, (*path, 0)) if shape.type_name == "list" else (shape.value, (*path, "A"))))
    elif shape.type_name == "string":
        yield from _breaks_of_text(shape, path, least, most)
    else:
        yield Break(path, ["no number"], by_client=True)
        if least is not None:
            yield Break(path, least - 1, by_client=True)
        if most is not None:
            yield Break(path, most + 1)


def _breaks_of_text(shape: Shape, path: Path, least: int | None, most: int | None) -> Iterator[Break]:
    yield Break(path, 7, by_client=True)
    if shape.metadata.get("enum"):
        yield Break(path, "SOMETHING_ELSE")
    if most is not None:
        yield Break(path, "x" * (most + 1))
    if least:
        yield Break(path, "", by_client=True)
    pattern = shape.metadata.get("pattern")
    if pattern is not None:
        yield from (Break(path, text) for text in ("!", "\t", "é-!"))


def _broken(shape: Shape, path: Path, value: Any) -> SearchStrategy[Any]:
    """A value of the shape in which something else stands at the path."""
    if not path:
        if isinstance(value, tuple):  # an element, and how often
            element, count = value
            return any_value(element, "").map(lambda found: [found] * count)
        return st.just(value)
    step, rest = path[0], path[1:]
    if shape.type_name == "list":
        others = st.lists(any_value(shape.member, ""), max_size=1)
        return st.builds(lambda first, more: [first, *more], _broken(shape.member, rest, value), others)
    if shape.type_name == "map":
        keys = any_value(shape.key, "")
        return st.builds(lambda key, found: {key: found}, keys, _broken(shape.value, rest, value))
    name = str(step)
    if value is MISSING and not rest:
        return structure(shape).map(lambda found: {key: each for key, each in found.items() if key != name})
    return structure(shape, {name: _broken(shape.members[name], rest, value)})


_NO_CLASSES: Final[Mapping[str, type]] = {}


def _judged(shapes: OperationShapes, params: Params, each: Break) -> InvalidRequest:
    """The request with the rule that it breaks; passed over if it breaks none, or two."""
    wire = json.loads(json.dumps(params, default=lambda moment: moment.timestamp()))
    violations: Sequence[Violation] = ()
    try:
        compile_input(shapes.input, _NO_CLASSES)(wire)
    except ShapeViolations as found:
        violations = found.violations
    assume(len(violations) == 1)
    return InvalidRequest(
        params=params,
        path=violations[0].path,
        constraint=violations[0].constraint,
        stopped_by_client=each.by_client,
    )
