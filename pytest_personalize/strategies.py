"""Hypothesis strategies from the service shapes: valid requests, requests that break one rule, schemas, interactions.

For property tests of code that calls Amazon Personalize. Needs the extra ``pytest-personalize[hypothesis]``.

>>> from hypothesis import given
>>> @given(requests("CreateSolution", datasetGroupArn=group_arn))
... def test_my_wrapper(members): ...
"""

from __future__ import annotations

import json
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from attrs import frozen
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pytest_personalize.data.avro import avro_text
from pytest_personalize.data.export import csv_text
from pytest_personalize.data.schema_rules import BASE_TYPES, RULES, SCHEMA_NAMES, Rules, Wanted
from pytest_personalize.data.schema_rules import DATASET_TYPES as TYPES
from pytest_personalize.nearest import hint
from pytest_personalize.recommenders.catalogue import RECIPES
from pytest_personalize.shapes.models import SERVICES, OperationShapes, operation, operation_names
from pytest_personalize.shapes.patterns import UnsupportedPattern, compile_pattern, plain_pattern
from pytest_personalize.shapes.request import ShapeViolations, compile_input

__all__ = ["InvalidRequest", "csv_of", "interactions", "invalid_requests", "requests", "schemas"]

Params = dict[str, Any]
Shape = Any

MORE: Final = 3  # elements of a list beyond the least, as a rule
LONGER: Final = 12  # characters of a text beyond the least, as a rule
EARLIEST: Final = datetime(2015, 1, 1)
LATEST: Final = datetime(2035, 1, 1)
REGION: Final = "us-east-1"
ACCOUNT: Final = "123456789012"


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


def requests(operation: str, /, **members: Any) -> SearchStrategy[Params]:
    """Requests of an operation that satisfy its shape: arguments for the method of a boto3 client.

    Args:
        operation: its name in the API, such as ``"CreateCampaign"``.
        members: members that are always there, with that value or with one of that strategy.

    Whether the service takes them is another question: the resources that they name need not exist. ``ValueError`` for
    an unknown operation or member.
    """
    shapes = _shapes(operation)
    _check_members(shapes, members)
    given = {name: each if isinstance(each, SearchStrategy) else st.just(each) for name, each in members.items()}
    if operation == "CreateSchema" and not {"schema", "domain"} & members.keys():
        # A schema and its domain go together.
        return st.sampled_from((None, "ECOMMERCE", "VIDEO_ON_DEMAND")).flatmap(
            lambda domain: _structure(
                shapes.input, {"schema": schemas(domain=domain)} | _domain(domain) | given, leave=("domain",)
            )
        )
    return _structure(shapes.input, given)


def _domain(domain: str | None) -> dict[str, SearchStrategy[Any]]:
    return {} if domain is None else {"domain": st.just(domain)}


def invalid_requests(operation: str, /) -> SearchStrategy[InvalidRequest]:
    """Requests of an operation that break exactly one rule of its shape; each names the rule."""
    shapes = _shapes(operation)
    return st.sampled_from(list(_breaks(shapes.input, ()))).flatmap(
        lambda each: _broken(shapes.input, each.path, each.value).map(lambda params: _judged(shapes, params, each))
    )


def schemas(dataset_type: str | None = None, domain: str | None = None) -> SearchStrategy[str]:
    """Avro schemas that CreateSchema takes, as JSON text.

    Args:
        dataset_type: such as ``"ITEMS"``; any by default.
        domain: ``"ECOMMERCE"`` or ``"VIDEO_ON_DEMAND"``, None for Custom dataset groups.
    """
    types = [kind for of, kind in RULES if of == domain and dataset_type in (None, kind)]
    if not types:
        raise ValueError(f"there is no schema of dataset type {dataset_type!r} in domain {domain!r}")
    return st.sampled_from(types).flatmap(lambda kind: _schema(kind, RULES[domain, kind]))


def interactions(
    *,
    users: Sequence[str] | SearchStrategy[str] = ("user-ada", "user-ben", "user-cleo"),
    items: Sequence[str] | SearchStrategy[str] = ("blue-mug", "red-kite", "oak-spade", "linen-scarf"),
    event_types: Sequence[str] | SearchStrategy[str] = ("View", "Purchase"),
    min_size: int = 0,
    max_size: int = 50,
) -> SearchStrategy[list[Params]]:
    """Rows of an Interactions dataset, oldest first: USER_ID, ITEM_ID, TIMESTAMP (epoch seconds), EVENT_TYPE.

    ``csv_of`` makes an import file of them.
    """
    ids, things, kinds = (
        each if isinstance(each, SearchStrategy) else st.sampled_from(list(each))
        for each in (users, items, event_types)
    )
    times = st.integers(int(EARLIEST.timestamp()), int(LATEST.timestamp()))
    names = ("USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE")
    rows = st.lists(st.tuples(ids, things, times, kinds), min_size=min_size, max_size=max_size)
    return rows.map(lambda found: [dict(zip(names, row, strict=True)) for row in sorted(found, key=lambda row: row[2])])


def csv_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """An import file of such rows; ``ValueError`` when there are none, for its header is theirs."""
    if not rows:
        raise ValueError("a CSV file needs at least one row to take its header from")
    header = list(rows[0])
    return csv_text(header, ([row[name] for name in header] for row in rows)).encode()


# -- what is valid ----------------------------------------------------------------------------------------------------


@cache
def _shapes(name: str) -> OperationShapes:
    for service in SERVICES:
        if name in operation_names(service):
            return operation(service, name)
    known = [each for service in SERVICES for each in operation_names(service)]
    raise ValueError(f"no operation {name!r}; {hint(name, known)}")


def _check_members(shapes: OperationShapes, members: Mapping[str, Any]) -> None:
    known = list(shapes.input.members) if shapes.input is not None else []
    for name in members:
        if name not in known:
            raise ValueError(f"{shapes.name} has no member {name!r}; {hint(name, known)}")


def _structure(
    shape: Shape, given: Mapping[str, SearchStrategy[Any]] = {}, leave: Sequence[str] = ()
) -> SearchStrategy[Params]:
    """A structure; ``given`` members are always there, those of ``leave`` only if they are given."""
    if shape is None:
        return st.just({})
    required = shape.metadata.get("required", ())
    always = {name: given.get(name, _any(shape.members[name], name)) for name in (*required, *given)}
    rest = {name: _any(each, name) for name, each in shape.members.items() if name not in (*always, *leave)}
    return st.fixed_dictionaries(always, optional=rest)


def _any(shape: Shape, member: str) -> SearchStrategy[Any]:
    """A value of a shape; ``member`` is what it is called, by which ARNs know what they name."""
    special = _SPECIAL.get(shape.name)
    if special is not None:
        return special()
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if shape.type_name == "structure":
        return _structure(shape)
    if shape.type_name == "list":
        return st.lists(_any(shape.member, member), min_size=least, max_size=_size(least, most, MORE))
    if shape.type_name == "map":
        keys, values = _any(shape.key, member), _any(shape.value, member)
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
    path = _names()
    if kind == "solution-version":
        kind, path = "solution", st.builds("{}/{:08x}".format, path, st.integers(0, 16**8 - 1))
    if kind == "dataset":
        path = st.builds("{}/{}".format, path, st.sampled_from(TYPES))
    return path.map(lambda end: f"arn:aws:personalize:{REGION}:{ACCOUNT}:{kind}/{end}")


def _names() -> SearchStrategy[str]:
    letters = string.ascii_letters + string.digits
    rest = st.text(alphabet=f"{letters}-_", max_size=LONGER)
    return st.builds("{}{}".format, st.sampled_from(letters), rest)


def _tags() -> SearchStrategy[list[Params]]:
    """Tags with different keys, none of which belongs to AWS."""
    keys = st.text(alphabet=f"{string.ascii_letters} _.:/=+-@é", min_size=1, max_size=LONGER)
    values = st.text(alphabet=f"{string.digits}{string.ascii_letters} é", max_size=LONGER)
    mine = keys.filter(lambda key: not key.lower().startswith("aws:"))
    return st.dictionaries(mine, values.filter(lambda text: not text.lower().startswith("aws:")), max_size=MORE).map(
        lambda found: [{"tagKey": key, "tagValue": value} for key, value in found.items()]
    )


def _properties() -> SearchStrategy[str]:
    """JSON objects as text, with the keys of properties."""
    keys = st.sampled_from(["price", "categoryL1", "genres", "creationTimestamp", "discount"])
    return st.dictionaries(keys, st.integers(0, 10**9) | _names(), max_size=MORE).map(json.dumps)


def _expressions() -> SearchStrategy[str]:
    """Filter expressions of one condition."""
    left = st.sampled_from(["INCLUDE ItemID WHERE Items.", "EXCLUDE ItemID WHERE Items."])
    category = st.builds('CATEGORY_L1 IN ("{}")'.format, _names()) | st.builds("CATEGORY_L1 IN (${})".format, _words())
    price = st.builds("PRICE {} {}".format, st.sampled_from(["<", "<=", ">", ">=", "="]), st.integers(0, 999))
    return st.builds("{}{}".format, left, category | price)


def _words() -> SearchStrategy[str]:
    return st.text(alphabet=string.ascii_uppercase, min_size=1, max_size=LONGER)


_SPECIAL: Final[Mapping[str, Callable[[], SearchStrategy[Any]]]] = {
    "AvroSchema": lambda: schemas(),
    "FilterExpression": _expressions,
    "Tags": _tags,
    "S3Location": lambda: st.builds("s3://{}/{}".format, _names(), _names()),
    **dict.fromkeys(
        ("EventPropertiesJSON", "ActionInteractionProperties", "ItemProperties", "UserProperties", "ActionProperties"),
        _properties,
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


def _schema(kind: str, rules: Rules) -> SearchStrategy[str]:
    name = dict(zip(TYPES, SCHEMA_NAMES, strict=True))[kind]
    reserved = st.sets(st.sampled_from(sorted(rules.reserved))) if rules.reserved else st.just(set())
    useful = st.sampled_from([each for each in BASE_TYPES if each not in ("string", "boolean")])
    most = min(MORE, rules.metadata_maximum)
    own = st.lists(useful, min_size=rules.metadata_minimum, max_size=max(most, rules.metadata_minimum))

    def text(chosen: set[str], metadata: Sequence[str]) -> str:
        wanted = {**rules.required, **{each: rules.reserved[each] for each in sorted(chosen)}}
        fields = [_field(field_name, each) for field_name, each in wanted.items()]
        fields += [{"name": f"OWN_{string.ascii_uppercase[n]}", "type": each} for n, each in enumerate(metadata)]
        return avro_text(name, fields)

    return st.builds(text, reserved, own)


def _field(name: str, wanted: Wanted) -> Params:
    return {"name": name, "type": wanted.type} | (
        {wanted.kind: True} if wanted.kind in ("categorical", "textual") else {}
    )


# -- what is not ------------------------------------------------------------------------------------------------------

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
            return _any(element, "").map(lambda found: [found] * count)
        return st.just(value)
    step, rest = path[0], path[1:]
    if shape.type_name == "list":
        others = st.lists(_any(shape.member, ""), max_size=1)
        return st.builds(lambda first, more: [first, *more], _broken(shape.member, rest, value), others)
    if shape.type_name == "map":
        keys = _any(shape.key, "")
        return st.builds(lambda key, found: {key: found}, keys, _broken(shape.value, rest, value))
    name = str(step)
    if value is MISSING and not rest:
        return _structure(shape).map(lambda found: {key: each for key, each in found.items() if key != name})
    return _structure(shape, {name: _broken(shape.members[name], rest, value)})


_NO_CLASSES: Final[Mapping[str, type]] = {}


def _judged(shapes: OperationShapes, params: Params, each: Break) -> InvalidRequest:
    """The request with the rule that it breaks; passed over if it breaks none, or two."""
    wire = json.loads(json.dumps(params, default=lambda moment: moment.timestamp()))
    try:
        compile_input(shapes.input, _NO_CLASSES)(wire)
    except ShapeViolations as found:
        (violation, *others) = found.violations
        assume(not others)
        return InvalidRequest(
            params=params, path=violation.path, constraint=violation.constraint, stopped_by_client=each.by_client
        )
    assume(False)
    raise AssertionError("assume() does not return")
