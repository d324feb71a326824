"""Whatever a request says, the answer is an answer of the service or a refusal, never an accident."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.shapes import models

OPERATIONS = [(service, name) for service in models.SERVICES for name in models.operation_names(service)]
SAMPLES: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("requests.json").read_text())
SOME = settings(
    max_examples=settings.default.max_examples // 5, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

RARE_TEXTS = ["", "u1", "i1", "\ud800", "x" * 300, "1e999", "nan", "0.5", "3"]
TEXTS = st.sampled_from(RARE_TEXTS) | st.text(max_size=12)
NUMBERS = st.sampled_from([2**31, 10**400, 0.5, float("nan"), float("inf"), 1e308, 1_700_000_000]) | st.integers(
    -3, 600
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)

FIELDS = [
    {"name": "USER_ID", "type": "string"},
    {"name": "ITEM_ID", "type": "string"},
    {"name": "TIMESTAMP", "type": "long"},
    {"name": "EVENT_TYPE", "type": ["null", "string"]},
    {"name": "X", "type": "float", "categorical": True},
    {"name": "x", "type": {"type": "array"}},
    {"name": 3},
    "EVENT_TYPE",
]
SCHEMAS = st.builds(
    lambda name, fields: json.dumps(
        {"type": "record", "name": name, "namespace": "n", "version": "1.0", "fields": fields}
    ),
    st.sampled_from(["Interactions", "Items", "Users", "Actions", "ActionInteractions", "Films", None]),
    st.lists(st.sampled_from(FIELDS), max_size=6) | JSON,
)
WORDS = (
    *("INCLUDE", "EXCLUDE", "ItemID", "UserID", "WHERE", "Items.PRICE", "Interactions.EVENT_TYPE", "IN", '("View")'),
    *("(", ")", '"x"', ">", "=", "3", "$P", "AND", "OR", "NOT", "IF", "CurrentUser.AGE", "CurrentItem.GENRE", "|", "*"),
)
EXPRESSIONS = st.sampled_from(
    [
        "INCLUDE ItemID WHERE Items.PRICE > $P | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (*)",
        "EXCLUDE ItemID WHERE Items.GENRE IN ($P) IF CurrentUser.AGE > 3",
        "INCLUDE ItemID WHERE Items.GENRE IN (CurrentItem.GENRE)",
    ]
) | st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
PROPERTY_NAMES = ["price", "genre", "title", "age", "value", "itemId", "eventValue", "colour", "PRICE"]

BY_MEMBER: dict[str, st.SearchStrategy[Any]] = {
    "schema": SCHEMAS,
    "filterExpression": EXPRESSIONS,
    "properties": st.dictionaries(st.sampled_from(PROPERTY_NAMES), JSON).map(json.dumps),
    "expression": st.sampled_from(["SUM(Items.PRICE)", "SUM(Interactions.EVENT_VALUE)", "SUM(", "é"]),
    "dataLocation": st.sampled_from(["s3://bucket/users.csv", "s3://bucket", "s3:///", "s3://none/x"]),
    "path": st.sampled_from(["s3://bucket/items.json", "s3://bucket/users.csv", "s3://", "s3://none/x/"]),
    "schedulingExpression": st.sampled_from(["rate(1 day)", "rate(99 days)", "rate(0 days)"]),
    "datasetType": st.sampled_from(["Items", "INTERACTIONS", "ß", "Action_Interactions"]),
    "eventType": st.sampled_from(["View", "purchase", "TAKEN", "Not Taken"]),
    "nextToken": st.sampled_from(["MTAw", "MS4=", "x" * 1500]) | TEXTS,
    "itemId": st.sampled_from(["i1", "i99"]) | TEXTS,
    "roleArn": st.just("arn:aws:iam::123456789012:role/any"),
}
"""What has a chance to get past the first checks of a member of that name."""

KEYS = ["P", "ITEMS", "PRICE", "explorationWeight", "explorationItemAgeCutOff", "POPULARITY", "EVENT_TYPE", "bptt", "x"]


def values(shape: Shape, name: str, known: list[str]) -> st.SearchStrategy[Any]:
    """Values in the form of a shape."""
    if isinstance(shape, StructureShape):
        members = {member: values(inner, member, known) for member, inner in shape.members.items()}
        required = {member: members.pop(member) for member in shape.required_members}
        return st.fixed_dictionaries(required, optional=members)
    if isinstance(shape, ListShape):
        return st.lists(values(shape.member, name, known), min_size=shape.metadata.get("min", 0), max_size=3)
    if isinstance(shape, MapShape):
        return st.dictionaries(st.sampled_from(KEYS), values(shape.value, name, known), max_size=2)
    if isinstance(shape, StringShape) and shape.enum:
        return st.sampled_from(shape.enum)
    if name.endswith("Arn") and name != "roleArn":
        return st.sampled_from(known)
    if name in BY_MEMBER:
        return BY_MEMBER[name]
    return {"string": TEXTS, "boolean": st.booleans()}.get(shape.type_name, NUMBERS)


def places(shape: Shape, value: Any, name: str = "") -> Iterator[tuple[Any, Any, Shape, str]]:
    """Every place in a request: what holds it, under which key, with which shape and member name."""
    if isinstance(shape, StructureShape):
        inside = [(key, shape.members[key], key) for key in value]
    elif isinstance(shape, ListShape):
        inside = [(index, shape.member, name) for index in range(len(value))]
    elif isinstance(shape, MapShape):
        inside = [(key, shape.value, name) for key in value]
    else:
        return
    for key, member, member_name in inside:
        yield value, key, member, member_name
        yield from places(member, value[key], member_name)


@st.composite
def requests(draw: st.DrawFn, shape: StructureShape, sample: dict[str, Any], known: list[str]) -> dict[str, Any]:
    """A request that is answered, with some members more, and something else in some places."""
    request: dict[str, Any] = json.loads(json.dumps(sample))
    others = [name for name in shape.members if name not in request]
    for name in draw(st.lists(st.sampled_from(others), unique=True, max_size=2)) if others else ():
        request[name] = draw(values(shape.members[name], name, known))
    for _ in range(draw(st.integers(0, 2))):
        found = list(places(shape, request))
        if found:
            holder, key, member, name = draw(st.sampled_from(range(len(found))).map(found.__getitem__))
            holder[key] = draw(values(member, name, known) | values(member, name, known) | JSON)
            if member.type_name in ("structure", "list", "map"):
                break  # what is in it now may have any form
    return request


@pytest.mark.parametrize(("service", "name"), OPERATIONS)
def test_a_request_somewhat_out_of_form_is_answered_or_refused(world: Any, service: str, name: str) -> None:
    known = [*world.known.values(), f"{world.known['picks']}/$LATEST", "arn:aws:personalize:::recipe/aws-sims"]
    start = world.backend.snapshot()
    shape = models.operation(service, name).input

    @SOME
    @given(requests(shape, world.fill(SAMPLES[name]), known))
    def check(members: dict[str, Any]) -> None:
        world.backend.restore(start)
        is_answered_or_refused(world.backend, service, name, json.dumps(members))

    check()


@SOME
@given(st.sampled_from(OPERATIONS), JSON.map(json.dumps) | st.binary(max_size=20) | st.text(max_size=20))
@example(("personalize", "CreateSchema"), "[" * 100_000)
@example(("personalize-events", "PutEvents"), b"\xff\xfe")
@example(("personalize", "ListSchemas"), b"")
def test_any_body_is_answered_or_refused(world: Any, operation: tuple[str, str], body: bytes | str) -> None:
    is_answered_or_refused(world.backend, *operation, body)


def is_answered_or_refused(backend: Any, service: str, name: str, body: bytes | str) -> None:
    with contextlib.suppress(ServiceError):
        answer = backend._door.call(service, name, "us-east-1", body, "wire")
        json.dumps(answer, allow_nan=False)
