"""Answers: what botocore's own parser would make of the wire, without going over the wire."""

import json
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from attrs import frozen, make_class
from botocore.model import ShapeResolver, StructureShape
from botocore.parsers import create_parser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_personalize.shapes.models import SERVICES, operation, operation_names, protocol, snake
from pytest_personalize.shapes.response import check_output, compile_output

ALL_OPERATIONS = [(service, name) for service in SERVICES for name in operation_names(service)]
ANSWERING = [(service, name) for service, name in ALL_OPERATIONS if operation(service, name).output is not None]

EXAMPLES = settings(max_examples=settings.default.max_examples // 10, suppress_health_check=[HealthCheck.too_slow])

SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=10),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "float": st.floats(allow_nan=False) | st.integers(0, 9),
    "double": st.floats(allow_nan=False) | st.integers(0, 9),
    "timestamp": st.floats(0, 4e9),
}


def values(shape: Any) -> st.SearchStrategy[Any]:
    """What the service may hold for a shape: dictionaries by member name, tuples, floats for timestamps."""
    if shape.type_name == "structure":
        members = {name: st.none() | values(member) for name, member in shape.members.items()}
        return st.fixed_dictionaries({}, optional=members)
    if shape.type_name == "list":
        return st.lists(values(shape.member), max_size=2).map(tuple)
    if shape.type_name == "map":
        return st.dictionaries(st.text(max_size=5), values(shape.value), max_size=2)
    return SCALARS[shape.type_name]


def as_objects(shape: Any, value: Any, *, attrs: bool) -> Any:
    """The same value with objects for structures; attributes are the members in snake case."""
    if value is None:
        return None
    if shape.type_name == "structure":
        members = shape.members
        fields = {snake(name): as_objects(members[name], item, attrs=attrs) for name, item in value.items()}
        return make_class(shape.name, list(fields), kw_only=True)(**fields) if attrs else SimpleNamespace(**fields)
    if shape.type_name == "list":
        return [as_objects(shape.member, item, attrs=attrs) for item in value]
    return value


def output_shape(service: str, name: str) -> StructureShape:
    shape = operation(service, name).output
    assert shape is not None
    return shape


def as_botocore(service: str, name: str, wire: object) -> dict[str, Any]:
    """The wire form as botocore parses it."""
    shapes = operation(service, name)
    body = json.dumps(wire).encode()
    response = {"status_code": 200, "headers": {}, "body": body}
    parsed: dict[str, Any] = create_parser(protocol(service)).parse(response, shapes.output)
    del parsed["ResponseMetadata"]
    return parsed


@pytest.mark.parametrize(("service", "name"), ANSWERING)
@EXAMPLES
@given(data=st.data())
def test_an_answer_in_process_is_what_botocore_parses_from_the_wire(
    service: str, name: str, data: st.DataObject
) -> None:
    shape = output_shape(service, name)
    value = data.draw(values(shape))

    ours = compile_output(shape, "python")(value)
    theirs = as_botocore(service, name, compile_output(shape, "wire")(value))

    assert ours == theirs
    assert repr(ours) == repr(theirs)  # types, time zones and order as well


@pytest.mark.parametrize("attrs", [True, False])
@EXAMPLES
@given(data=st.data())
def test_objects_answer_like_dictionaries(attrs: bool, data: st.DataObject) -> None:
    service, name = data.draw(st.sampled_from(ANSWERING))
    shape = output_shape(service, name)
    value = data.draw(values(shape))

    assert compile_output(shape, "python")(as_objects(shape, value, attrs=attrs)) == compile_output(shape, "python")(
        value
    )


DESCRIBE = output_shape("personalize", "DescribeCampaign")


def render(campaign: object) -> dict[str, Any]:
    """A campaign through the output of DescribeCampaign."""
    whole: Any = compile_output(DESCRIBE, "python")({"campaign": campaign})
    return whole["campaign"]


def test_none_and_missing_attributes_are_left_out() -> None:
    @frozen(kw_only=True)
    class Campaign:
        name: str
        failure_reason: str | None = None

    assert render(Campaign(name="home")) == {"name": "home"}


def test_attributes_that_the_shape_does_not_name_are_left_out() -> None:
    @frozen(kw_only=True)
    class Campaign:
        name: str
        reads: int

    assert render(Campaign(name="home", reads=3)) == {"name": "home"}


def test_properties_are_attributes_too() -> None:
    @frozen(kw_only=True)
    class Campaign:
        name: str

        @property
        def status(self) -> str:
            return "ACTIVE"

    assert render(Campaign(name="home")) == {"name": "home", "status": "ACTIVE"}


def test_any_mapping_is_read_by_member_name() -> None:
    assert render(MappingProxyType({"minProvisionedTPS": 1})) == {"minProvisionedTPS": 1}


def test_empty_lists_and_maps_are_rendered() -> None:
    shape = output_shape("personalize", "ListCampaigns")

    assert compile_output(shape, "wire")({"campaigns": ()}) == {"campaigns": []}
    assert render({"campaignConfig": {"itemExplorationConfig": {}}}) == {
        "campaignConfig": {"itemExplorationConfig": {}}
    }


def test_a_list_may_be_any_iterable() -> None:
    shape = output_shape("personalize", "ListCampaigns")
    summaries = ({"name": name} for name in "ab")

    assert compile_output(shape, "wire")({"campaigns": summaries}) == {"campaigns": [{"name": "a"}, {"name": "b"}]}


@pytest.mark.parametrize("kind", ["float", "double"])
@pytest.mark.parametrize("form", ["python", "wire"])
def test_a_number_is_a_float_even_when_it_is_whole(kind: str, form: Any) -> None:
    shape = {"type": "structure", "members": {"score": {"shape": "Score"}}}
    shapes = ShapeResolver({"Thing": shape, "Score": {"type": kind}})

    assert repr(compile_output(shapes.get_shape_by_name("Thing"), form)({"score": 1})) == "{'score': 1.0}"


def test_what_is_rendered_is_a_copy() -> None:
    inside = {"explorationWeight": "0.3"}
    answer = render({"campaignConfig": {"itemExplorationConfig": inside}})

    answer["campaignConfig"]["itemExplorationConfig"]["explorationWeight"] = "0.9"

    assert inside == {"explorationWeight": "0.3"}


def test_an_operation_that_answers_nothing_renders_nothing() -> None:
    assert operation("personalize", "DeleteCampaign").output is None
    assert compile_output(None, "python")(object()) == {}


def test_an_output_is_compiled_once_per_form() -> None:
    assert compile_output(DESCRIBE, "python") is compile_output(DESCRIBE, "python")
    assert compile_output(DESCRIBE, "python") is not compile_output(DESCRIBE, "wire")


def test_a_structure_may_hold_itself() -> None:
    node = {"type": "structure", "members": {"next": {"shape": "Node"}, "at": {"shape": "Time"}}}
    shape = ShapeResolver({"Node": node, "Time": {"type": "timestamp"}}).get_shape_by_name("Node")

    assert compile_output(shape, "wire")({"next": {"next": {"at": 1.00049}}}) == {"next": {"next": {"at": 1.0}}}


# -- checking our own answers ---------------------------------------------------------------------------------------

GOOD = {"campaign": {"name": "home", "minProvisionedTPS": 1, "creationDateTime": 1700000000.5, "status": "ACTIVE"}}


@pytest.mark.parametrize("form", ["python", "wire"])
def test_a_good_answer_passes_in_either_form(form: Any) -> None:
    assert check_output(DESCRIBE, compile_output(DESCRIBE, form)(GOOD)) == []


def test_response_metadata_is_not_looked_at() -> None:
    assert check_output(DESCRIBE, {"ResponseMetadata": {"HTTPStatusCode": 200}}) == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"colour": "red"}, "Value 'red' at 'colour' failed to satisfy constraint: DescribeCampaignResponse has no"),
        ({"campaign": None}, "Value null at 'campaign' failed"),
        ({"campaign": []}, "at 'campaign' failed to satisfy constraint: Member must be of type structure"),
        ({"campaign": {"name": "a b"}}, "at 'campaign.name' failed to satisfy constraint: Member must satisfy regular"),
        ({"campaign": {"minProvisionedTPS": 0}}, "Member must have value greater than or equal to 1"),
        ({"campaign": {"creationDateTime": "now"}}, "Member must be of type timestamp"),
    ],
)
def test_a_bad_answer_is_found_out(answer: dict[str, Any], told: str) -> None:
    (found,) = check_output(DESCRIBE, answer)

    assert told in found


@pytest.mark.parametrize("answer", [[], "campaign", 3])
def test_what_is_no_structure_is_found_out(answer: object) -> None:
    (found,) = check_output(DESCRIBE, answer)

    assert "Member must be of type structure" in found


def test_a_structure_in_the_place_of_a_list_is_found_out() -> None:
    (found,) = check_output(output_shape("personalize", "ListCampaigns"), {"campaigns": {}})

    assert "at 'campaigns' failed to satisfy constraint: Member must be of type list" in found


def test_a_tuple_is_no_list() -> None:
    assert check_output(output_shape("personalize", "ListCampaigns"), {"campaigns": ()})


def test_an_answer_with_too_many_elements_is_found_out() -> None:
    (found,) = check_output(output_shape("personalize", "ListCampaigns"), {"campaigns": [{}] * 101})

    assert "Member must have length less than or equal to 100" in found


def test_a_missing_required_member_is_found_out() -> None:
    shape = {"type": "structure", "members": {"name": {"shape": "Text"}}, "required": ["name"]}
    shapes = ShapeResolver({"Thing": shape, "Text": {"type": "string"}})

    assert check_output(shapes.get_shape_by_name("Thing"), {}) == [
        "Value null at 'name' failed to satisfy constraint: Member must not be null"
    ]


def test_an_answer_where_none_is_modelled_is_found_out() -> None:
    assert check_output(None, {"a": 1})
    assert check_output(None, {}) == []
