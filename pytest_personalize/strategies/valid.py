"""Requests that satisfy their shape, and what ties their members to each other."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from datetime import UTC
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pytest_personalize.data.schema_rules import DATASET_TYPES as TYPES
from pytest_personalize.nearest import hint
from pytest_personalize.recommenders.recipes import RECIPES
from pytest_personalize.shapes.models import OperationShapes, find_operation
from pytest_personalize.shapes.patterns import UnsupportedPattern, compile_pattern, plain_pattern
from pytest_personalize.strategies.ties import ANY, NEVER, TIES, Alternative
from pytest_personalize.strategies.values import (
    EARLIEST,
    LATEST,
    LONGER,
    MORE,
    Params,
    expressions,
    metric_expressions,
    names,
    properties,
    schedules,
    schemas,
    tags,
)

Shape = Any

REGION: Final = "us-east-1"
ACCOUNT: Final = "123456789012"


def requests(operation: str, /, **members: Any) -> SearchStrategy[Params]:
    """Requests of an operation that the service takes when their ARNs exist: arguments for a method of a client.

    Args:
        operation: its name in the API, such as ``"CreateCampaign"``.
        members: members that are always there, with that value or with one of that strategy.

    They satisfy their shape and the rules that tie one member to another (``kmsKeyArn`` comes with ``roleArn``, a
    request names one source of recommendations, not two). What is left to the caller are the rules that look
    elsewhere: columns, event types, filter values and properties must be those of the data; hyperparameters,
    exploration, training modes and required ids those of the recipe; the files of imports and batch jobs must be in
    the bucket; statuses and quotas must allow it. ``ValueError`` for an unknown operation or member.
    """
    shapes = find_operation(operation)
    _check_members(shapes, members)
    given = {name: each if isinstance(each, SearchStrategy) else st.just(each) for name, each in members.items()}
    values = {name: each for name, each in members.items() if not isinstance(each, SearchStrategy)}
    return structure(shapes.input, given, values)


def _check_members(shapes: OperationShapes, members: Mapping[str, Any]) -> None:
    known = list(shapes.input.members) if shapes.input is not None else []
    for name in members:
        if name not in known:
            raise ValueError(f"{shapes.name} has no member {name!r}; {hint(name, known)}")


def structure(
    shape: Shape, given: Mapping[str, SearchStrategy[Any]] = {}, values: Mapping[str, Any] = {}
) -> SearchStrategy[Params]:
    """A structure; ``given`` members are always there, ``values`` are those among them that have one value."""
    choices = [
        fitting for tie in TIES.get(shape.name, ()) if (fitting := [each for each in tie if _fits(each, given, values)])
    ]
    return st.tuples(*map(st.sampled_from, choices)).flatmap(lambda chosen: _members(shape, given, chosen))


def _fits(alternative: Alternative, given: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether what the caller has fixed may stand beside it."""
    return not any(
        wanted is NEVER or (name in values and isinstance(wanted, str | bool) and wanted != values[name])
        for name, wanted in alternative.items()
        if name in given
    )


def _members(
    shape: Shape, given: Mapping[str, SearchStrategy[Any]], chosen: tuple[Alternative, ...]
) -> SearchStrategy[Params]:
    never = {name for each in chosen for name, wanted in each.items() if wanted is NEVER}
    tied: dict[str, SearchStrategy[Any]] = {
        name: _wanted(wanted, shape.members[name], name)
        for each in chosen
        for name, wanted in each.items()
        if name in shape.members and name not in never
    }
    required = {name: any_value(shape.members[name], name) for name in shape.metadata.get("required", ())}
    always = {**required, **tied, **given}
    rest = {name: any_value(each, name) for name, each in shape.members.items() if name not in {*always, *never}}
    return st.fixed_dictionaries(always, optional=rest)


def _wanted(wanted: Any, shape: Shape, name: str) -> SearchStrategy[Any]:
    if wanted is ANY:
        return any_value(shape, name)
    return wanted if isinstance(wanted, SearchStrategy) else st.just(wanted)


def any_value(shape: Shape, member: str) -> SearchStrategy[Any]:
    """A value of a shape; ``member`` is what it is called, by which ARNs know what they name."""
    special = _SPECIAL.get(shape.name)
    if special is not None:
        return special(shape)
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if shape.type_name == "structure":
        return structure(shape)
    if shape.type_name == "list":
        return st.lists(any_value(shape.member, member), min_size=least, max_size=_size(least, most, MORE))
    if shape.type_name == "map":
        keys, values = any_value(shape.key, member), any_value(shape.value, member)
        return st.dictionaries(keys, values, min_size=least, max_size=_size(least, most, MORE))
    if shape.type_name == "string":
        return _text(shape, member, least, most)
    return _NUMBERS[shape.type_name](shape.metadata.get("min"), most)


def _size(least: int, most: int | None, more: int) -> int:
    return least + more if most is None else min(least + more, most)


def _text(shape: Shape, member: str, least: int, most: int | None) -> SearchStrategy[str]:
    if shape.metadata.get("enum"):
        return st.sampled_from(shape.metadata["enum"])
    pattern = shape.metadata.get("pattern")
    if pattern is None:
        return st.text(min_size=least, max_size=_size(least, most, LONGER))
    if shape.name == "Arn":
        return _arns(member)
    return _matching(pattern).filter(lambda text: least <= len(text) <= (most or len(text)))


@cache
def _matching(pattern: str) -> SearchStrategy[str]:
    try:
        return st.from_regex(plain_pattern(pattern), fullmatch=True).filter(compile_pattern(pattern))
    except UnsupportedPattern:  # then it is not checked either
        return st.text(alphabet=string.ascii_letters, min_size=1, max_size=LONGER)


def _arns(member: str) -> SearchStrategy[str]:
    """ARNs that fit the member: ``campaignArn`` is one of a campaign."""
    stem = member.removesuffix("s").removesuffix("Arn")
    kind = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in stem)
    if kind == "recipe":
        return st.sampled_from([recipe.arn for recipe in RECIPES.values()])
    path = names()
    if kind == "solution-version":
        kind, path = "solution", st.builds("{}/{:08x}".format, path, st.integers(0, 16**8 - 1))
    if kind == "dataset":
        path = st.builds("{}/{}".format, path, st.sampled_from(TYPES))
    return path.map(lambda end: f"arn:aws:personalize:{REGION}:{ACCOUNT}:{kind}/{end}")


def _columns(shape: Shape) -> SearchStrategy[Params]:
    """Columns by the dataset that they are of."""
    datasets = ("ITEMS",) if shape.name == "MetadataColumns" else ("INTERACTIONS", "ITEMS", "USERS")
    least = shape.value.metadata.get("min", 0)
    columns = st.lists(any_value(shape.value.member, ""), min_size=least, max_size=MORE)
    return st.dictionaries(st.sampled_from(datasets), columns, max_size=MORE)


def _metrics(shape: Shape) -> SearchStrategy[list[Params]]:
    """Metrics of different names."""
    return st.lists(structure(shape.member), min_size=1, max_size=MORE, unique_by=lambda found: found["metricName"])


_SPECIAL: Final[Mapping[str, Callable[[Shape], SearchStrategy[Any]]]] = {
    "AvroSchema": lambda shape: schemas(),
    "DatasetType": lambda shape: st.sampled_from(TYPES),
    "ExcludedDatasetColumns": _columns,
    "FilterExpression": lambda shape: expressions(),
    "IncludedDatasetColumns": _columns,
    "InputList": lambda shape: st.lists(any_value(shape.member, ""), min_size=1, max_size=MORE),
    "MetadataColumns": _columns,
    "MetricAttributes": _metrics,
    "MetricExpression": lambda shape: metric_expressions(),
    "NumBatchResults": lambda shape: st.integers(1, 100),
    "NumResults": lambda shape: st.integers(0, 100),
    "S3Location": lambda shape: st.builds("s3://{}/{}".format, names(), names()),
    "SchedulingExpression": lambda shape: schedules(),
    "Tags": lambda shape: tags(),
    "TrainingMode": lambda shape: st.sampled_from(("FULL", "UPDATE")),
    **dict.fromkeys(
        ("EventPropertiesJSON", "ActionInteractionProperties", "ItemProperties", "UserProperties", "ActionProperties"),
        lambda shape: properties(),
    ),
}
"""Shapes whose name says more than their constraints."""

Limits = Callable[[Any, Any], SearchStrategy[Any]]


def _floats(least: float | None, most: float | None) -> SearchStrategy[float]:
    return st.floats(-1e9 if least is None else least, 1e9 if most is None else most)


_NUMBERS: Final[Mapping[str, Limits]] = {
    "integer": lambda least, most: st.integers(
        -(2**31) if least is None else least, 2**31 - 1 if most is None else most
    ),
    "long": lambda least, most: st.integers(-(2**63) if least is None else least, 2**63 - 1 if most is None else most),
    "float": _floats,
    "double": _floats,
    "boolean": lambda least, most: st.booleans(),
    "timestamp": lambda least, most: st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)),
}
