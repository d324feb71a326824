"""What a service model demands of single values, and how the service words a value that fails."""

import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

from attrs import frozen
from botocore.model import Shape, StringShape

from pytest_personalize.shapes.patterns import UnsupportedPattern, compile_pattern

Path: TypeAlias = "tuple[Path, str | int] | None"
"""Where a value stands: the path of what holds it, and its member name, key or index. None is the top."""

Check: TypeAlias = "Callable[[object, Path, list[Violation]], object]"
"""Returns the value as the service core wants it; appends to the list what is wrong with it."""

_TEXT_LIMIT: Final = 256
_DEPTH_LIMIT: Final = 4
_NULL: Final = "Member must not be null"


@frozen(kw_only=True)
class Violation:
    """One value that fails one constraint; ``value`` is its text as printed, empty when it is sensitive."""

    path: str
    value: str
    constraint: str

    def __str__(self) -> str:
        value = f" {self.value}" if self.value else ""
        place = f" at '{self.path}'" if self.path else ""
        return f"Value{value}{place} failed to satisfy constraint: {self.constraint}"


class ShapeViolations(Exception):
    """A request does not satisfy its input shape; ``message`` is worded as AWS does."""

    def __init__(self, violations: list[Violation]) -> None:
        self.violations = violations
        errors = "error" if len(violations) == 1 else "errors"
        listed = "; ".join(map(str, violations))
        self.message = f"{len(violations)} validation {errors} detected: {listed}"
        super().__init__(self.message)


def violation(shape: Shape, value: object, path: Path, constraint: str) -> Violation:
    """The violation of a constraint by a value at a path; values of sensitive shapes are not repeated."""
    text = "" if shape.metadata.get("sensitive") else f"'{value_text(value)}'"
    return Violation(path=path_text(path), value=text, constraint=constraint)


def missing(path: Path) -> Violation:
    """The violation of a required member that is absent or null."""
    return Violation(path=path_text(path), value="null", constraint=_NULL)


def mistyped(shape: Shape, value: object, path: Path) -> Violation:
    """The violation of a value whose JSON type is wrong."""
    # unknown: [requests/below-a-minimum] how Personalize words this (the SDKs never send it); chosen: the form of the
    # other constraints
    return violation(shape, value, path, f"Member must be of type {shape.type_name}")


def path_text(path: Path) -> str:
    """A path as AWS prints it: ``tags.1.member.tagKey``."""
    steps: list[str] = []
    while path is not None:
        path, step = path
        steps.append(f"{step + 1}.member" if isinstance(step, int) else step)
    return ".".join(reversed(steps))


def value_text(value: object) -> str:
    """A value as Java would print it, shortened when it is long."""
    text = _java_text(value, 0)
    return text if len(text) <= _TEXT_LIMIT else f"{text[:_TEXT_LIMIT]}..."


def _java_text(value: object, depth: int) -> str:
    match value:
        case str():
            return value
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() if value.bit_length() > _TEXT_LIMIT:
            return f"{value:#x}"  # the decimal digits of a huge integer are refused by Python
        case dict() | list() if depth >= _DEPTH_LIMIT:
            return "..."
        case dict():
            pairs = list(value.items())[:_TEXT_LIMIT]
            return f"{{{', '.join(f'{key}={_java_text(item, depth + 1)}' for key, item in pairs)}}}"
        case list():
            return f"[{', '.join(_java_text(item, depth + 1) for item in value[:_TEXT_LIMIT])}]"
        case _:
            return str(value)


def length_violations(shape: Shape, value: str | list[object] | dict[str, object], path: Path) -> list[Violation]:
    """What is wrong with the length of a text, list or map."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    found = []
    if most is not None and len(value) > most:
        found.append(violation(shape, value, path, f"Member must have length less than or equal to {most}"))
    if least is not None and len(value) < least:
        found.append(violation(shape, value, path, f"Member must have length greater than or equal to {least}"))
    return found


def length_limits(shape: Shape) -> tuple[int, int]:
    """The smallest and the largest length that a shape allows."""
    return shape.metadata.get("min", 0), shape.metadata.get("max", sys.maxsize)


def scalar_check(shape: Shape) -> Check:
    """The check of a string, number, boolean or timestamp; of an unknown type every value is good."""
    compiler = _SCALARS.get(shape.type_name)
    return compiler(shape) if compiler is not None else _anything


def pattern_test(shape: Shape) -> Callable[[str], bool] | None:
    """The test of a string shape's pattern; None when it has none."""
    pattern = shape.metadata.get("pattern")
    if pattern is None:
        return None
    try:
        return compile_pattern(pattern)
    except UnsupportedPattern:
        return None  # a newer model may use what has no translation: rather accept than refuse everything


def _anything(value: object, path: Path, violations: list[Violation]) -> object:
    return value


def _string_check(shape: Shape) -> Check:
    least, most = length_limits(shape)
    matches = pattern_test(shape)
    values = frozenset(shape.enum) if isinstance(shape, StringShape) and shape.enum else None
    json_text = bool(shape.serialization.get("jsonvalue"))

    def check(value: object, path: Path, violations: list[Violation]) -> object:
        if (
            isinstance(value, str)
            and least <= len(value) <= most
            and (matches is None or matches(value))
            and (values is None or value in values)
        ):
            return value
        if json_text and isinstance(value, dict | list):
            return value  # what is JSON instead of text with JSON in it: refused as such, by who reads it
        violations.extend(explain(value, path))
        return value

    def explain(value: object, path: Path) -> list[Violation]:
        if not isinstance(value, str):
            return [mistyped(shape, value, path)]
        found = length_violations(shape, value, path)
        # A pattern may need cubic time: a text that is too long is not tried.
        if matches is not None and len(value) <= most and not matches(value):
            pattern = shape.metadata["pattern"]
            found.append(violation(shape, value, path, f"Member must satisfy regular expression pattern: {pattern}"))
        if values is not None and value not in values:
            listed = ", ".join(shape.metadata["enum"])
            found.append(violation(shape, value, path, f"Member must satisfy enum value set: [{listed}]"))
        return found

    return check


def _number_check(shape: Shape) -> Check:
    low, high = _NUMBERS[shape.type_name]
    whole = shape.type_name in _WHOLE_NUMBERS
    types = (int,) if whole else (int, float)
    least, most = shape.metadata.get("min", low), shape.metadata.get("max", high)

    def check(value: object, path: Path, violations: list[Violation]) -> object:
        # ``type``, as a bool is an int; NaN and the infinities fall through the comparison
        if type(value) not in types or not low <= value <= high:  # type: ignore[operator]
            violations.append(mistyped(shape, value, path))
        elif value > most:
            text = f"Member must have value less than or equal to {most}"
            violations.append(violation(shape, value, path, text))
        elif value < least:
            text = f"Member must have value greater than or equal to {least}"
            violations.append(violation(shape, value, path, text))
        elif not whole:
            return float(value)  # type: ignore[arg-type]
        return value

    return check


def _boolean_check(shape: Shape) -> Check:
    def check(value: object, path: Path, violations: list[Violation]) -> object:
        if value is not True and value is not False:
            violations.append(mistyped(shape, value, path))
        return value

    return check


def _timestamp_check(shape: Shape) -> Check:
    def check(value: object, path: Path, violations: list[Violation]) -> object:
        seconds = _seconds(value) if isinstance(value, str) else value
        if type(seconds) not in (int, float) or not -_LONGEST_TIME <= seconds <= _LONGEST_TIME:  # type: ignore[operator]
            violations.append(mistyped(shape, value, path))
            return value
        return float(seconds)  # type: ignore[arg-type]

    return check


def _seconds(text: str) -> float | None:
    """The time that a text says: digits in quotes, as hand-written clients send them, or ISO 8601."""
    if _DIGITS.fullmatch(text):
        return float(text)
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


_DIGITS: Final = re.compile(r"[0-9]{1,18}(\.[0-9]+)?")
_LARGEST_FLOAT: Final = 1.7976931348623157e308
_WHOLE_NUMBERS: Final = frozenset({"integer", "long"})
# The Java types behind the model's names; a float is read as a double, for JSON knows no other.
_NUMBERS: Final[Mapping[str, tuple[float, float]]] = {
    "integer": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "float": (-_LARGEST_FLOAT, _LARGEST_FLOAT),
    "double": (-_LARGEST_FLOAT, _LARGEST_FLOAT),
}
# A Java date counts milliseconds in 64 bits. Far years are let through: some senders count in milliseconds.
_LONGEST_TIME: Final = (2**63 - 1) / 1000

_SCALARS: Final[Mapping[str, Callable[[Shape], Check]]] = {
    "string": _string_check,
    "character": _string_check,
    "boolean": _boolean_check,
    "timestamp": _timestamp_check,
    **dict.fromkeys(_NUMBERS, _number_check),
}
