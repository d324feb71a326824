"""Requests: what of a decoded body is refused, with which words, and what becomes of the rest."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import field, frozen
from botocore.model import ShapeResolver, StructureShape
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_personalize.shapes.models import SERVICES, operation, operation_names
from pytest_personalize.shapes.request import ShapeViolations, compile_input, unknown_members

ARN = "arn:aws:personalize:us-east-1:123456789012:solution/s/0123abcd"
CAMPAIGN = {"name": "home", "solutionVersionArn": ARN}


@frozen(kw_only=True)
class Tag:
    tag_key: str
    tag_value: str


@frozen(kw_only=True)
class CampaignConfig:
    item_exploration_config: Mapping[str, str] = field(factory=dict)
    enable_metadata_with_recommendations: bool = False


STRUCTURES = {"Tag": Tag, "CampaignConfig": CampaignConfig}


def read(service: str, name: str, body: object, structures: Mapping[str, type] = STRUCTURES) -> dict[str, Any]:
    return compile_input(operation(service, name).input, structures)(body)


def create_campaign(**members: object) -> dict[str, Any]:
    return read("personalize", "CreateCampaign", CAMPAIGN | members)


def violations(call: Callable[[], object]) -> list[str]:
    with pytest.raises(ShapeViolations) as caught:
        call()
    return [str(violation) for violation in caught.value.violations]


def campaign_violations(**members: object) -> list[str]:
    return violations(lambda: create_campaign(**members))


def of_type(member: Mapping[str, object], value: object, **more: Mapping[str, object]) -> dict[str, Any]:
    """Read a structure with one member of a made-up shape, for what the installed models do not have."""
    shapes = {"Input": {"type": "structure", "members": {"value": {"shape": "Value"}}}, "Value": member, **more}
    shape = ShapeResolver(shapes).get_shape_by_name("Input")
    return compile_input(shape, {})({"value": value})


# -- what comes out -------------------------------------------------------------------------------------------------


def test_members_become_snake_case_arguments() -> None:
    assert create_campaign(minProvisionedTPS=2) == {
        "name": "home",
        "solution_version_arn": ARN,
        "min_provisioned_tps": 2,
    }


def test_absent_and_null_members_are_left_out() -> None:
    assert create_campaign(tags=None) == {"name": "home", "solution_version_arn": ARN}


def test_unknown_members_are_ignored() -> None:
    assert "colour" not in create_campaign(colour="red")


def test_structures_become_instances_of_their_classes_and_lists_tuples() -> None:
    arguments = create_campaign(tags=[{"tagKey": "team", "tagValue": "blue"}])

    assert arguments["tags"] == (Tag(tag_key="team", tag_value="blue"),)


def test_maps_stay_dictionaries_inside_an_instance() -> None:
    arguments = create_campaign(campaignConfig={"itemExplorationConfig": {"explorationWeight": "0.3"}})

    assert arguments["campaign_config"] == CampaignConfig(item_exploration_config={"explorationWeight": "0.3"})


def test_a_member_that_the_class_lacks_is_dropped() -> None:
    arguments = create_campaign(campaignConfig={"syncWithLatestSolutionVersion": True})

    assert arguments["campaign_config"] == CampaignConfig()


def test_a_member_that_the_class_lacks_is_validated_all_the_same() -> None:
    assert campaign_violations(campaignConfig={"syncWithLatestSolutionVersion": "yes"})


def test_structures_without_a_class_stay_dictionaries_with_the_names_of_the_model() -> None:
    arguments = read("personalize", "CreateCampaign", CAMPAIGN | {"tags": [{"tagKey": "a", "tagValue": "b"}]}, {})

    assert arguments["tags"] == ({"tagKey": "a", "tagValue": "b"},)


def test_a_class_that_asks_for_more_than_the_model_is_a_mistake() -> None:
    @frozen(kw_only=True)
    class Demanding:
        enable_metadata_with_recommendations: bool

    with pytest.raises(TypeError, match="Demanding needs enable_metadata_with_recommendations"):
        read("personalize", "CreateCampaign", CAMPAIGN, {"CampaignConfig": Demanding})


def test_an_input_is_compiled_once_per_set_of_structures() -> None:
    shape = operation("personalize", "CreateCampaign").input
    others: dict[str, type] = {}

    assert compile_input(shape, STRUCTURES) is compile_input(shape, STRUCTURES)
    assert compile_input(shape, STRUCTURES) is not compile_input(shape, others)


def test_an_operation_without_input_takes_any_body() -> None:
    assert compile_input(None, {})({"a": 1}) == {}


def test_a_structure_may_hold_itself() -> None:
    node = {"type": "structure", "members": {"next": {"shape": "Node"}, "name": {"shape": "Text"}}}
    shapes = {"Node": node, "Text": {"type": "string", "max": 3}}
    reader = compile_input(ShapeResolver(shapes).get_shape_by_name("Node"), {})

    assert reader({"next": {"next": {"name": "abc"}}}) == {"next": {"next": {"name": "abc"}}}
    assert violations(lambda: reader({"next": {"next": {"name": "abcd"}}})) == [
        "Value 'abcd' at 'next.next.name' failed to satisfy constraint: Member must have length less than or equal to 3"
    ]


@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        (1553631760, 1553631760.0),
        (1553631760.25, 1553631760.25),
        ("2019-03-26T20:22:40Z", 1553631760.0),
        ("2019-03-26T21:22:40.250+01:00", 1553631760.25),
        ("2019-03-26T20:22:40", 1553631760.0),
        (1553631760250, 1553631760250.0),
    ],
)
def test_timestamps_become_epoch_seconds(sent: object, seconds: float) -> None:
    value = of_type({"type": "timestamp"}, sent)["value"]

    assert (value, type(value)) == (seconds, float)


def test_an_integer_will_do_for_a_number() -> None:
    value = of_type({"type": "double"}, 3)["value"]

    assert (value, type(value)) == (3.0, float)


@pytest.mark.parametrize(("kind", "bits"), [("integer", 32), ("long", 64)])
def test_whole_numbers_reach_as_far_as_those_of_java(kind: str, bits: int) -> None:
    smallest, largest = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    assert [of_type({"type": kind}, value)["value"] for value in (smallest, largest)] == [smallest, largest]


# -- what is refused ------------------------------------------------------------------------------------------------


def test_a_missing_required_member() -> None:
    assert violations(lambda: read("personalize", "CreateCampaign", {"name": "home"})) == [
        "Value null at 'solutionVersionArn' failed to satisfy constraint: Member must not be null"
    ]


def test_a_text_that_is_too_long() -> None:
    name = "x" * 64

    assert campaign_violations(name=name) == [
        f"Value '{name}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 63"
    ]


def test_a_text_that_is_too_short_and_does_not_match() -> None:
    assert campaign_violations(name="") == [
        "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
        "Value '' at 'name' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: ^[a-zA-Z0-9][a-zA-Z0-9\-_]*",
    ]


def test_a_number_that_is_too_small() -> None:
    assert campaign_violations(minProvisionedTPS=0) == [
        "Value '0' at 'minProvisionedTPS' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    ]


def test_a_number_that_is_too_large() -> None:
    assert violations(lambda: of_type({"type": "integer", "max": 500}, 501)) == [
        "Value '501' at 'value' failed to satisfy constraint: Member must have value less than or equal to 500"
    ]


def test_a_value_outside_an_enumeration() -> None:
    body = {"name": "g", "domain": "BAKERY"}

    assert violations(lambda: read("personalize", "CreateDatasetGroup", body)) == [
        "Value 'BAKERY' at 'domain' failed to satisfy constraint: "
        "Member must satisfy enum value set: [ECOMMERCE, VIDEO_ON_DEMAND]"
    ]


def test_a_list_that_is_too_long() -> None:
    shapes = {"Text": {"type": "string"}}
    member = {"type": "list", "member": {"shape": "Text"}, "max": 2}

    assert violations(lambda: of_type(member, ["a", "b", "c"], **shapes)) == [
        "Value '[a, b, c]' at 'value' failed to satisfy constraint: Member must have length less than or equal to 2"
    ]


def test_a_list_that_is_too_short() -> None:
    body = {"trackingId": "t", "sessionId": "s", "eventList": []}

    assert violations(lambda: read("personalize-events", "PutEvents", body)) == [
        "Value '[]' at 'eventList' failed to satisfy constraint: Member must have length greater than or equal to 1"
    ]


def test_an_element_is_named_by_its_place_and_keeps_a_sensitive_value_secret() -> None:
    shapes = {
        "Tag": {"type": "structure", "members": {"key": {"shape": "Key"}}},
        "Key": {"type": "string", "max": 3, "sensitive": True},
    }
    tags = {"type": "list", "member": {"shape": "Tag"}}
    assert violations(lambda: of_type(tags, [{"key": "a"}, {"key": "secret"}], **shapes)) == [
        "Value at 'value.2.member.key' failed to satisfy constraint: Member must have length less than or equal to 3"
    ]


def test_an_element_that_is_null() -> None:
    assert campaign_violations(tags=[None]) == [
        "Value null at 'tags.1.member' failed to satisfy constraint: Member must not be null"
    ]


MAP = {"type": "map", "key": {"shape": "Key"}, "value": {"shape": "Text"}, "max": 2}
MAP_SHAPES = {"Key": {"type": "string", "pattern": "[a-z]+"}, "Text": {"type": "string", "max": 3}}


def test_a_map_with_too_many_entries() -> None:
    assert violations(lambda: of_type(MAP, {"a": "1", "b": "2", "c": "3"}, **MAP_SHAPES)) == [
        "Value '{a=1, b=2, c=3}' at 'value' failed to satisfy constraint: "
        "Member must have length less than or equal to 2"
    ]


def test_a_value_in_a_map_is_named_by_its_key() -> None:
    assert violations(lambda: of_type(MAP, {"a": "1234"}, **MAP_SHAPES)) == [
        "Value '1234' at 'value.a.member' failed to satisfy constraint: Member must have length less than or equal to 3"
    ]


def test_a_key_of_a_map() -> None:
    assert violations(lambda: of_type(MAP, {"A": "1"}, **MAP_SHAPES)) == [
        "Value '{A=1}' at 'value' failed to satisfy constraint: "
        "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-z]+]"
    ]


def test_a_null_in_a_map() -> None:
    assert violations(lambda: of_type(MAP, {"a": None}, **MAP_SHAPES)) == [
        "Value null at 'value.a.member' failed to satisfy constraint: Member must not be null"
    ]


@pytest.mark.parametrize(
    ("kind", "value", "printed"),
    [
        ("string", 1, "1"),
        ("integer", "1", "1"),
        ("integer", True, "true"),
        ("integer", 1.5, "1.5"),
        ("integer", 2**31, "2147483648"),
        ("integer", float("nan"), "nan"),
        ("long", 2**63, "9223372036854775808"),
        ("double", "0.5", "0.5"),
        ("double", "NaN", "NaN"),
        ("double", float("inf"), "inf"),
        ("float", False, "false"),
        ("boolean", "true", "true"),
        ("boolean", 0, "0"),
        ("timestamp", "yesterday", "yesterday"),
        ("timestamp", True, "true"),
        ("timestamp", float("nan"), "nan"),
        ("timestamp", [1], "[1]"),
        ("structure", ["a"], "[a]"),
    ],
)
def test_a_value_of_the_wrong_type(kind: str, value: object, printed: str) -> None:
    member = {"type": kind, "members": {}} if kind == "structure" else {"type": kind}

    assert violations(lambda: of_type(member, value)) == [
        f"Value '{printed}' at 'value' failed to satisfy constraint: Member must be of type {kind}"
    ]


@pytest.mark.parametrize("value", ["a", 1, {"a": 1}])
def test_no_list_where_one_is_wanted(value: object) -> None:
    (told,) = campaign_violations(tags=value)

    assert told.endswith("at 'tags' failed to satisfy constraint: Member must be of type list")


@pytest.mark.parametrize("value", ["a", 1, ["a"]])
def test_no_map_where_one_is_wanted(value: object) -> None:
    (told,) = violations(lambda: of_type(MAP, value, **MAP_SHAPES))

    assert told.endswith("at 'value' failed to satisfy constraint: Member must be of type map")


def test_a_body_that_is_no_object() -> None:
    assert violations(lambda: read("personalize", "CreateCampaign", ["a"])) == [
        "Value '[a]' failed to satisfy constraint: Member must be of type structure"
    ]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ShapeViolations) as caught:
        read("personalize", "CreateCampaign", {"name": "a b", "minProvisionedTPS": 0})

    assert caught.value.message == str(caught.value)
    assert caught.value.message == (
        "3 validation errors detected: "
        "Value 'a b' at 'name' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: ^[a-zA-Z0-9][a-zA-Z0-9\-_]*; "
        "Value null at 'solutionVersionArn' failed to satisfy constraint: Member must not be null; "
        "Value '0' at 'minProvisionedTPS' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1"
    )


def test_one_thing_wrong_is_one_error() -> None:
    with pytest.raises(ShapeViolations, match=r"^1 validation error detected: "):
        create_campaign(minProvisionedTPS=0)


def test_a_long_value_is_shortened() -> None:
    (told,) = campaign_violations(name="x" * 100_000)

    assert told.startswith("Value 'xxx")
    assert len(told) < 400


def test_a_text_that_is_too_long_is_not_tried_against_its_pattern() -> None:
    assert len(campaign_violations(name="!" * 64)) == 1


MANY = range(5_000)


@pytest.mark.parametrize(
    ("service", "name", "body", "most"),
    [
        ("personalize-events", "PutEvents", {"eventList": [0 for _ in MANY]}, 20),
        ("personalize-runtime", "GetRecommendations", {"context": {str(number): 0 for number in MANY}}, 160),
        ("personalize-runtime", "GetPersonalizedRanking", {"inputList": [0 for _ in MANY]}, 1_010),
        ("personalize", "CreateCampaign", {"campaignConfig": {"rankingInfluence": {str(n): 2 for n in MANY}}}, 1_010),
        (
            "personalize",
            "CreateCampaign",
            {"campaignConfig": {"rankingInfluence": {str(n): None for n in MANY}}},
            1_010,
        ),
    ],
)
def test_of_what_is_far_too_long_not_every_element_is_refused(
    service: str, name: str, body: dict[str, object], most: int
) -> None:
    assert 1 < len(violations(lambda: read(service, name, body))) <= most


def test_a_long_text_of_the_allowed_length_is_held_against_the_pattern() -> None:
    member = {"type": "string", "max": 3, "pattern": "a*"}
    assert of_type(member, "aaa") == {"value": "aaa"}
    assert violations(lambda: of_type(member, "aab")) == [
        "Value 'aab' at 'value' failed to satisfy constraint: Member must satisfy regular expression pattern: a*"
    ]


def test_a_pattern_that_cannot_be_read_refuses_nothing() -> None:
    assert of_type({"type": "string", "pattern": r"\R"}, "anything") == {"value": "anything"}


def test_a_type_that_nobody_knows_refuses_nothing() -> None:
    assert of_type({"type": "blob"}, "anything") == {"value": "anything"}


@pytest.mark.parametrize("value", [{"price": 3}, [3]])
def test_json_in_the_place_of_a_text_with_json_in_it_comes_through(value: object) -> None:
    shapes = {"Input": {"type": "structure", "members": {"value": {"shape": "Value", "jsonvalue": True}}}}
    shape = ShapeResolver(shapes | {"Value": {"type": "string"}}).get_shape_by_name("Input")
    assert compile_input(shape, {})({"value": value}) == {"value": value}
    assert violations(lambda: compile_input(shape, {})({"value": 3}))


def test_members_that_nobody_knows_are_told_with_those_that_there_are() -> None:
    shape = operation("personalize", "CreateSolution").input
    tags = [{"tagKey": "team", "tagValue": "x"}, {"tagKey": "team", "tagvalue": "x"}]
    body = {"name": "picks", "colour": "red", "solutionConfig": {"autoMlConfig": {}}, "tags": tags}
    told = {(path, name): known for path, name, known in unknown_members(shape, body)}
    assert list(told) == [("", "colour"), ("solutionConfig", "autoMlConfig"), ("tags.2.member", "tagvalue")]
    assert told["tags.2.member", "tagvalue"] == ["tagKey", "tagValue"]
    assert list(unknown_members(None, body)) == []


def test_a_deeply_nested_value_is_refused_like_any_other() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]

    assert campaign_violations(name=nested) == [
        "Value '[[[[...]]]]' at 'name' failed to satisfy constraint: Member must be of type string"
    ]


@pytest.mark.parametrize(("length", "shown"), [(256, "x" * 256), (257, "x" * 256 + "...")])
def test_a_long_value_is_cut_in_the_message(length: int, shown: str) -> None:
    assert campaign_violations(name="x" * length) == [
        f"Value '{shown}' at 'name' failed to satisfy constraint: Member must have length less than or equal to 63"
    ]


def test_a_sensitive_value_is_not_repeated() -> None:
    assert violations(lambda: of_type({"type": "string", "max": 3, "sensitive": True}, "secret")) == [
        "Value at 'value' failed to satisfy constraint: Member must have length less than or equal to 3"
    ]


def test_a_number_too_long_to_print_is_refused_like_any_other() -> None:
    assert len(campaign_violations(minProvisionedTPS=10**5000)) == 1


# -- whatever is sent -----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def bodies(shape: Any) -> st.SearchStrategy[Any]:
    """JSON values that go along with a shape for a while, so that what lies deep is reached as well."""
    if shape.type_name == "structure":
        members = {name: JSON | bodies(member) for name, member in shape.members.items()}
        return st.fixed_dictionaries({}, optional=members)
    if shape.type_name == "list":
        return st.lists(JSON | bodies(shape.member), max_size=3)
    if shape.type_name == "map":
        return st.dictionaries(st.text(max_size=5), JSON | bodies(shape.value), max_size=3)
    return st.text(max_size=20) if shape.type_name == "string" else st.integers() | st.floats() | st.booleans()


def input_shape(service: str, name: str) -> StructureShape:
    shape = operation(service, name).input
    assert shape is not None
    return shape


def read_or_refuse(shape: StructureShape, body: object) -> dict[str, Any] | ShapeViolations:
    try:
        return compile_input(shape, STRUCTURES)(body)
    except ShapeViolations as refused:
        return refused


@pytest.mark.parametrize(
    ("service", "name"), [(service, name) for service in SERVICES for name in operation_names(service)]
)
@settings(max_examples=settings.default.max_examples // 10)
@given(data=st.data())
def test_any_body_is_read_or_refused(service: str, name: str, data: st.DataObject) -> None:
    shape = input_shape(service, name)
    body = data.draw(JSON | bodies(shape))

    outcome = read_or_refuse(shape, body)

    assert isinstance(outcome, dict) or outcome.violations
