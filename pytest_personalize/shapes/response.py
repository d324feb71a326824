"""Output shapes compiled to closures: resources and dictionaries in, answers out."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Literal, TypeAlias

import attrs
from botocore.model import ListShape, MapShape, Shape, StructureShape

from pytest_personalize.shapes.constraints import (
    Path,
    Violation,
    length_violations,
    missing,
    mistyped,
    scalar_check,
    violation,
)
from pytest_personalize.shapes.models import snake
from pytest_personalize.shapes.timestamps import python_timestamp, wire_timestamp

Form: TypeAlias = Literal["python", "wire"]
Convert: TypeAlias = Callable[[object], object]
Renderer: TypeAlias = Callable[[object], dict[str, object]]

# Member name, attribute, conversion of a present value (None: as it is).
_Member: TypeAlias = tuple[str, str, Convert | None]

_SCALARS: Final[Mapping[tuple[str, Form], Callable[[Any], object]]] = {
    ("timestamp", "python"): python_timestamp,
    ("timestamp", "wire"): wire_timestamp,
    ("float", "python"): float,
    ("float", "wire"): float,
    ("double", "python"): float,
    ("double", "wire"): float,
}

_compiled: dict[tuple[Shape, Form], Renderer] = {}


def compile_output(shape: StructureShape | None, form: Form) -> Renderer:
    """The renderer of an output shape: attrs object or dictionary to a dictionary with the shape's members.

    Objects are asked for their attributes (the members in snake case), mappings for the member names. What is
    absent or None is left out, and so is what the shape does not name. Lists may be any iterable.

    Args:
        shape: the output shape; None, for an operation that answers nothing, renders ``{}``.
        form: "python" as botocore's parser hands it out (timestamps are datetimes in local time), "wire"
            for JSON (epoch seconds with milliseconds). Inside, timestamps are float epoch seconds.
    """
    if shape is None:
        return _nothing
    found = _compiled.get((shape, form))
    if found is None:
        found = _compiled[shape, form] = _Compiler(form).structure(shape)
    return found


def _nothing(value: object) -> dict[str, object]:
    return {}


class _Compiler:
    """Compiles the shapes below one output; a shape that holds itself is met by its name."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.done: dict[str, Renderer] = {}

    def compile(self, shape: Shape) -> Convert | None:
        if isinstance(shape, StructureShape):
            return self.done.get(shape.name) or self.structure(shape)
        if isinstance(shape, ListShape):
            return _list_renderer(self.compile(shape.member))
        if isinstance(shape, MapShape):
            return _map_renderer(self.compile(shape.value))
        return _SCALARS.get((shape.type_name, self.form))

    def structure(self, shape: StructureShape) -> Renderer:
        members: list[_Member] = []
        renderers: dict[type, Renderer] = {}

        def render(value: object) -> dict[str, object]:
            renderer = renderers.get(type(value))
            if renderer is None:
                renderer = renderers[type(value)] = _renderer(type(value), members)
            return renderer(value)

        self.done[shape.name] = render
        members.extend((name, snake(name), self.compile(member)) for name, member in shape.members.items())
        return render


def _list_renderer(element: Convert | None) -> Convert:
    if element is None:
        return list  # type: ignore[return-value]

    def render(value: Iterable[object]) -> object:
        return [element(item) for item in value]

    return render  # type: ignore[return-value]


def _map_renderer(element: Convert | None) -> Convert:
    if element is None:
        return dict  # type: ignore[return-value]

    def render(value: Mapping[str, object]) -> object:
        return {key: element(item) for key, item in value.items()}

    return render  # type: ignore[return-value]


def _renderer(cls: type, members: list[_Member]) -> Renderer:
    """The renderer of a structure for values of one class."""
    if issubclass(cls, Mapping):
        return _mapping_renderer(members)
    if not attrs.has(cls):
        return _object_renderer(members)
    fields = {field.name for field in attrs.fields(cls)}
    return _attributes_renderer([one for one in members if one[1] in fields or hasattr(cls, one[1])])


def _mapping_renderer(members: list[_Member]) -> Renderer:
    def render(value: Mapping[str, object]) -> dict[str, object]:
        found = {}
        get = value.get
        for name, _, convert in members:
            item = get(name)
            if item is not None:
                found[name] = item if convert is None else convert(item)
        return found

    return render  # type: ignore[return-value]


def _object_renderer(members: list[_Member]) -> Renderer:
    def render(value: object) -> dict[str, object]:
        found = {}
        for name, attribute, convert in members:
            item = getattr(value, attribute, None)
            if item is not None:
                found[name] = item if convert is None else convert(item)
        return found

    return render


def _attributes_renderer(members: list[_Member]) -> Renderer:
    """All attributes in one step: the class is known to have them."""
    if len(members) < 2:
        return _object_renderer(members)
    read = attrgetter(*(attribute for _, attribute, _ in members))
    steps = tuple((name, convert) for name, _, convert in members)

    def render(value: object) -> dict[str, object]:
        found = {}
        for (name, convert), item in zip(steps, read(value), strict=True):
            if item is not None:
                found[name] = item if convert is None else convert(item)
        return found

    return render


def check_output(shape: StructureShape | None, value: object) -> list[str]:
    """What is wrong with a rendered answer, of either form, by its output shape; empty when it is valid.

    ``ResponseMetadata`` at the top is not looked at. Meant for test runs: nothing is compiled.
    """
    if isinstance(value, dict):
        value = {name: item for name, item in value.items() if name != "ResponseMetadata"}
    violations: list[Violation] = []
    if shape is None:
        return [f"no output is modelled, {value!r} was given"] if value else []
    _check(shape, value, None, violations)
    return list(map(str, violations))


def _check(shape: Shape, value: object, path: Path, violations: list[Violation]) -> None:
    if value is None:
        violations.append(missing(path))
    elif isinstance(shape, StructureShape) and isinstance(value, dict):
        _check_structure(shape, value, path, violations)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        violations.extend(length_violations(shape, value, path))
        for index, item in enumerate(value):
            _check(shape.member, item, (path, index), violations)
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        violations.extend(length_violations(shape, value, path))
        for key, item in value.items():
            _check(shape.key, key, path, violations)
            _check(shape.value, item, (path, f"{key}.member"), violations)
    elif isinstance(shape, StructureShape | ListShape | MapShape):
        violations.append(mistyped(shape, value, path))
    elif not (shape.type_name == "timestamp" and isinstance(value, datetime) and value.tzinfo is not None):
        scalar_check(shape)(value, path, violations)


def _check_structure(shape: StructureShape, value: dict[str, object], path: Path, violations: list[Violation]) -> None:
    for name, item in value.items():
        if name in shape.members:
            _check(shape.members[name], item, (path, name), violations)
        else:
            violations.append(violation(shape, item, (path, name), f"{shape.name} has no such member"))
    for name in shape.metadata.get("required", ()):
        if name not in value:
            violations.append(missing((path, name)))
