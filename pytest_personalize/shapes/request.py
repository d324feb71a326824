"""Input shapes compiled to closures: a decoded JSON body in, validated keyword arguments out."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final, TypeAlias

import attrs
from botocore.model import ListShape, MapShape, Shape, StructureShape

from pytest_personalize.shapes.constraints import (
    Check,
    Path,
    ShapeViolations,
    Violation,
    length_limits,
    length_violations,
    missing,
    mistyped,
    path_text,
    scalar_check,
    violation,
)
from pytest_personalize.shapes.models import snake

__all__ = ["ShapeViolations", "Violation", "compile_input", "unknown_members"]

InputReader: TypeAlias = Callable[[object], dict[str, object]]

ENOUGH: Final = 1_000
"""Violations after which no list or map is looked at any further: megabytes of nonsense are refused at once."""

# The mapping of structures is kept beside its reader, so that its identity stays its own.
_compiled: dict[tuple[Shape, int], tuple[Mapping[str, type], InputReader]] = {}


def compile_input(shape: StructureShape | None, structures: Mapping[str, type]) -> InputReader:
    """The reader of an operation's input: decoded JSON body to snake-case keyword arguments.

    Absent and null members are left out, unknown members are ignored, lists come as tuples, maps as
    dictionaries, timestamps as float epoch seconds. A structure comes as an instance of its class in
    ``structures``, or else as a dictionary with the member names of the model.

    Args:
        shape: the input shape; None for an operation without input.
        structures: attrs classes by the name of the structure shape; their fields are the members, in snake
            case. A member that the class lacks is validated and dropped.

    Raises:
        TypeError: a class has a mandatory field that the model does not require.
        ShapeViolations: (the reader) with everything that is wrong with the body.
    """
    if shape is None:
        return _no_input
    found = _compiled.get((shape, id(structures)))
    if found is None:
        found = _compiled[shape, id(structures)] = structures, _reader(shape, structures)
    return found[1]


def unknown_members(shape: Shape | None, body: object, path: Path = None) -> Iterator[tuple[str, str, list[str]]]:
    """What a body has and its shape has not, as a misspelt member: path of the structure, name, and the names it has.

    The service passes over them; clients of boto3 do not send them.
    """
    if isinstance(shape, StructureShape) and isinstance(body, dict):
        for name, value in body.items():
            if name in shape.members:
                yield from unknown_members(shape.members[name], value, (path, name))
            else:
                yield path_text(path), name, list(shape.members)
    elif isinstance(shape, ListShape) and isinstance(body, list):
        for index, value in enumerate(body):
            yield from unknown_members(shape.member, value, (path, index))


def _no_input(body: object) -> dict[str, object]:
    return {}


def _reader(shape: StructureShape, structures: Mapping[str, type]) -> InputReader:
    check = _Compiler(structures).arguments(shape)

    def read(body: object) -> dict[str, object]:
        violations: list[Violation] = []
        arguments = check(body, None, violations)
        if violations:
            raise ShapeViolations(violations)
        return arguments  # type: ignore[return-value]

    return read


class _Compiler:
    """Compiles the shapes below one input; a shape that holds itself is met by its name."""

    def __init__(self, structures: Mapping[str, type]) -> None:
        self.structures = structures
        self.done: dict[str, Check] = {}

    def compile(self, shape: Shape) -> Check:
        if isinstance(shape, StructureShape):
            return self.done.get(shape.name) or self.structure(shape)
        if isinstance(shape, ListShape):
            return self.list(shape)
        if isinstance(shape, MapShape):
            return self.map(shape)
        return scalar_check(shape)

    def arguments(self, shape: StructureShape) -> Check:
        members: list[_Member] = []
        check = _structure_check(shape, members, None)
        members.extend(self.members(shape, {name: snake(name) for name in shape.members}))
        return check

    def structure(self, shape: StructureShape) -> Check:
        cls = self.structures.get(shape.name)
        members: list[_Member] = []
        check = self.done[shape.name] = _structure_check(shape, members, cls)
        if cls is None:
            members.extend(self.members(shape, {name: name for name in shape.members}))
        else:
            members.extend(self.members(shape, _keywords(shape, cls)))
        return check

    def members(self, shape: StructureShape, keys: Mapping[str, str]) -> "list[_Member]":
        required = shape.metadata.get("required", ())
        return [
            (
                str(member.serialization.get("name", name)),
                keys.get(name),
                name in required,
                self.compile(member),
            )
            for name, member in shape.members.items()
        ]

    def list(self, shape: ListShape) -> Check:
        least, most = length_limits(shape)
        element = self.compile(shape.member)

        def check(value: object, path: Path, violations: list[Violation]) -> object:
            if not isinstance(value, list):
                violations.append(mistyped(shape, value, path))
                return value
            if not least <= len(value) <= most:
                violations.extend(length_violations(shape, value, path))
            found = []
            for index, item in enumerate(islice(value, most)):
                if len(violations) > ENOUGH:
                    break
                if item is None:
                    violations.append(missing((path, index)))
                else:
                    found.append(element(item, (path, index), violations))
            return tuple(found)

        return check

    def map(self, shape: MapShape) -> Check:
        least, most = length_limits(shape)
        key_check, value_check = self.compile(shape.key), self.compile(shape.value)

        def check(value: object, path: Path, violations: list[Violation]) -> object:
            if not isinstance(value, dict):
                violations.append(mistyped(shape, value, path))
                return value
            if not least <= len(value) <= most:
                violations.extend(length_violations(shape, value, path))
            found = {}
            bad_keys: list[Violation] = []
            for key, item in islice(value.items(), most):
                if len(violations) + len(bad_keys) > ENOUGH:
                    break
                key_check(key, path, bad_keys)
                if item is None:
                    violations.append(missing((path, f"{key}.member")))
                else:
                    found[key] = value_check(item, (path, f"{key}.member"), violations)
            if bad_keys:
                violations.extend(_key_violation(shape, value, path, bad) for bad in bad_keys)
            return found

        return check


# Name on the wire, key in the result (None drops the member), required, check.
_Member: TypeAlias = tuple[str, str | None, bool, Check]


def _structure_check(shape: StructureShape, members: list[_Member], cls: type | None) -> Check:
    """The check of a structure; ``members`` may be filled later, so that a structure can hold itself."""

    def check(value: object, path: Path, violations: list[Violation]) -> object:
        if not isinstance(value, dict):
            violations.append(mistyped(shape, value, path))
            return value
        found = {}
        get = value.get
        for name, key, required, member in members:
            item = get(name)
            if item is not None:
                item = member(item, (path, name), violations)
                if key is not None:
                    found[key] = item
            elif required:
                violations.append(missing((path, name)))
        if cls is None or violations:
            return found
        return cls(**found)

    return check


def _keywords(shape: StructureShape, cls: type) -> dict[str, str]:
    fields = {field.alias: field for field in attrs.fields(cls) if field.init}
    known = {name: snake(name) for name in shape.members if snake(name) in fields}
    given = {known[name] for name in shape.metadata.get("required", ()) if name in known}
    needed = {name for name, field in fields.items() if field.default is attrs.NOTHING}
    if needed - given:
        missing_names = ", ".join(sorted(needed - given))
        raise TypeError(f"{cls.__name__} needs {missing_names}, which {shape.name} does not require")
    return known


def _key_violation(shape: MapShape, value: dict[str, object], path: Path, bad: Violation) -> Violation:
    return violation(shape, value, path, f"Map keys must satisfy constraint: [{bad.constraint}]")
