"""Which schemas are accepted, and what is said of the others (developer guide, datasets and schemas)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from pytest_personalize.data.avro import Field, Schema, check_replacement, parse_schema
from pytest_personalize.data.errors import SchemaError
from pytest_personalize.data.schema_rules import RULES

Text = Callable[..., str]
Make = Callable[..., Schema]

EVENTS = {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long"}
DOMAIN_EVENTS = EVENTS | {"EVENT_TYPE": "string"}
SHOP_ITEMS = {"ITEM_ID": "string", "PRICE": "float", "CATEGORY_L1": "string categorical"}
FILMS = {"ITEM_ID": "string", "GENRES": "string categorical", "CREATION_TIMESTAMP": "long"}

ACCEPTED = [
    ("Interactions", None, EVENTS),
    ("interactions", None, EVENTS),
    (
        "Interactions",
        None,
        EVENTS
        | {
            "EVENT_TYPE": "string",
            "EVENT_VALUE": "float?",
            "IMPRESSION": "string?",
            "RECOMMENDATION_ID": "string?",
            "EVENT_ATTRIBUTION_SOURCE": "string?",
        }
        | {f"OWN_{number}": "string? categorical" for number in range(5)},
    ),
    ("Interactions", None, EVENTS | {"EVENT_VALUE": "float", "IMPRESSION": "string"}),
    ("Items", None, {"ITEM_ID": "string", "GENRES": "string? categorical"}),
    ("Items", None, {"ITEM_ID": "string", "DESCRIPTION": "string textual", "TITLE": "string itemName"}),
    ("Items", None, {"ITEM_ID": "string"} | {f"OWN_{number}": "double" for number in range(100)}),
    ("Users", None, {"USER_ID": "string", "AGE": "int"}),
    ("Users", None, {"USER_ID": "string", "AGE": "int", "MEMBER": "boolean", "NOTE": "string?"}),
    ("Actions", None, {"ACTION_ID": "string", "VALUE": "long?", "TYPE": "string?", "LEVEL": "string categorical"}),
    ("ActionInteractions", None, DOMAIN_EVENTS | {"ACTION_ID": "string"}),
    ("Action_Interactions", None, DOMAIN_EVENTS | {"ACTION_ID": "string"}),
    ("Interactions", "ECOMMERCE", DOMAIN_EVENTS),
    ("Users", "ECOMMERCE", {"USER_ID": "string", "MEMBERSHIP_STATUS": "string categorical"}),
    ("Items", "ECOMMERCE", SHOP_ITEMS),
    ("Items", "ECOMMERCE", SHOP_ITEMS | {"GENDER": "string? categorical", "PRODUCT_DESCRIPTION": "string textual"}),
    ("Interactions", "VIDEO_ON_DEMAND", DOMAIN_EVENTS),
    ("Users", "VIDEO_ON_DEMAND", {"USER_ID": "string", "SUBSCRIPTION_MODEL": "string? categorical"}),
    ("Items", "VIDEO_ON_DEMAND", FILMS),
    (
        "Items",
        "VIDEO_ON_DEMAND",
        {"ITEM_ID": "string", "GENRES_L1": "string categorical", "CREATION_TIMESTAMP": "long"},
    ),
]

REFUSED = [
    # required fields
    ("Interactions", None, {"USER_ID": "string", "ITEM_ID": "string"}, "required field TIMESTAMP (long) is missing"),
    ("Interactions", None, EVENTS | {"USER_ID": "int"}, "USER_ID is int, expected string without null"),
    ("Interactions", None, EVENTS | {"TIMESTAMP": "int"}, "TIMESTAMP is int, expected long without null"),
    ("Interactions", None, EVENTS | {"ITEM_ID": "string?"}, "ITEM_ID is string or null, expected string without"),
    ("Items", None, {"ITEM_ID": "string categorical", "A": "int"}, "ITEM_ID is string categorical, expected string"),
    ("Interactions", "ECOMMERCE", EVENTS, "required field EVENT_TYPE (string) is missing"),
    ("Items", "ECOMMERCE", SHOP_ITEMS | {"PRICE": "double"}, "PRICE is double, expected float without null"),
    ("Items", "ECOMMERCE", SHOP_ITEMS | {"CATEGORY_L1": "string"}, "expected categorical string without null"),
    ("Items", "VIDEO_ON_DEMAND", SHOP_ITEMS, "required field GENRES (categorical string) is missing"),
    ("Items", "VIDEO_ON_DEMAND", FILMS | {"GENRES": "string"}, "GENRES is string, expected categorical string"),
    # reserved words
    ("Interactions", None, EVENTS | {"EVENT_VALUE": "double"}, "EVENT_VALUE is double, but is reserved for float"),
    (
        "Interactions",
        None,
        EVENTS | {"EVENT_TYPE": "string categorical"},
        "EVENT_TYPE is string categorical, but is reserved for string",
    ),
    ("Interactions", None, EVENTS | {"IMPRESSION": "string? categorical"}, "IMPRESSION is string or null categorical"),
    ("Items", None, {"ITEM_ID": "string", "CREATION_TIMESTAMP": "string"}, "CREATION_TIMESTAMP is string, but is"),
    ("Items", "ECOMMERCE", SHOP_ITEMS | {"GENDER": "string"}, "GENDER is string, but is reserved for categorical"),
    ("Items", "ECOMMERCE", SHOP_ITEMS | {"PRODUCT_DESCRIPTION": "string categorical"}, "reserved for textual string"),
    (
        "Users",
        None,
        {"user_id": "string", "AGE": "int"},
        "user_id is a reserved word in another spelling: write USER_ID",
    ),
    # attributes
    ("Items", None, {"ITEM_ID": "string", "A": "int categorical"}, "A: only strings can be categorical"),
    ("Items", None, {"ITEM_ID": "string", "A": "string categorical textual"}, "A: a field is either categorical or"),
    ("Items", None, {"ITEM_ID": "string", "A": "string textual", "B": "string textual"}, "A, B are textual"),
    ("Items", None, {"ITEM_ID": "string", "A": "int", "B": "string itemName", "C": "string itemName"}, "are itemName"),
    ("Users", None, {"USER_ID": "string", "A": "string textual"}, "A: only fields of an Items schema can be textual"),
    ("Users", None, {"USER_ID": "string", "A": "int", "B": "string itemName"}, "B: only fields of an Items schema"),
    # metadata counts
    ("Users", None, {"USER_ID": "string"}, "a metadata field is missing"),
    ("Users", None, {"USER_ID": "string", "NOTE": "string", "MEMBER": "boolean"}, "a metadata field is missing"),
    ("Users", "ECOMMERCE", {"USER_ID": "string"}, "a metadata field is missing"),
    ("Actions", None, {"ACTION_ID": "string"}, "a metadata field is missing"),
    ("Interactions", None, EVENTS | {f"OWN_{n}": "int" for n in range(6)}, "6 metadata fields, expected at most 5"),
    ("Users", None, {"USER_ID": "string"} | {f"OWN_{n}": "int" for n in range(26)}, "expected at most 25"),
    ("Items", None, {"ITEM_ID": "string"} | {f"OWN_{n}": "int" for n in range(101)}, "expected at most 100"),
    ("Users", "ECOMMERCE", {"USER_ID": "string"} | {f"OWN_{n}": "int" for n in range(26)}, "expected at most 25"),
    ("Users", "VIDEO_ON_DEMAND", {"USER_ID": "string"} | {f"OWN_{n}": "int" for n in range(26)}, "at most 25"),
    ("Interactions", "ECOMMERCE", DOMAIN_EVENTS | {f"OWN_{n}": "int" for n in range(6)}, "expected at most 5"),
    ("Actions", None, {"ACTION_ID": "string"} | {f"OWN_{n}": "int" for n in range(11)}, "expected at most 10"),
    # names
    ("Users", None, {"USER_ID": "string", "GENRES_FIELD_1": "int", "GENRESFIELD1": "int"}, "must differ by more than"),
    ("Users", None, {"USER_ID": "string", "1ST": "int"}, "the name '1ST' is invalid"),
    ("Users", None, {"USER_ID": "string", "A-B": "int"}, "the name 'A-B' is invalid"),
    ("Users", None, {"USER_ID": "string", "A" * 151: "int"}, "expected at most 150 letters"),
    ("Products", None, EVENTS, "named 'Products', which is no dataset type: expected one of Interactions, Items"),
    ("Actions", "ECOMMERCE", {"ACTION_ID": "string", "A": "int"}, "domain ECOMMERCE has no dataset type ACTIONS"),
    ("ActionInteractions", "VIDEO_ON_DEMAND", DOMAIN_EVENTS, "has no dataset type ACTION_INTERACTIONS"),
    ("Users", "BANKING", {"USER_ID": "string", "AGE": "int"}, "There is no domain 'BANKING'"),
]


@pytest.mark.parametrize(("name", "domain", "fields"), ACCEPTED)
def test_a_schema_that_keeps_the_rules_is_accepted(
    text: Text, name: str, domain: str | None, fields: dict[str, str]
) -> None:
    schema = parse_schema(text(name, **fields), domain)
    assert [field.name for field in schema.fields] == list(fields)
    assert (schema.domain, schema.dataset_type) in RULES


@pytest.mark.parametrize(("name", "domain", "fields", "problem"), REFUSED)
def test_a_schema_that_breaks_a_rule_is_refused(
    text: Text, name: str, domain: str | None, fields: dict[str, str], problem: str
) -> None:
    with pytest.raises(SchemaError) as refusal:
        parse_schema(text(name, **fields), domain)
    assert problem in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "nullable"),
    [("int", False), (["int"], False), (["null", "int"], True), (["int", "null"], True)],
)
def test_a_type_is_a_name_or_a_list_with_null(text: Text, given: object, nullable: bool) -> None:
    record = json.loads(text("Users", USER_ID="string"))
    record["fields"].append({"name": "AGE", "type": given})
    assert parse_schema(json.dumps(record)).field("AGE") == Field(name="AGE", type="int", nullable=nullable)


@pytest.mark.parametrize(
    "given",
    ["null", ["null"], [], ["int", "long"], ["int", "null", "null"], "text", "INT", None, 5, {"type": "int"}],
    ids=str,
)
def test_other_types_are_refused(text: Text, given: object) -> None:
    record = json.loads(text("Users", USER_ID="string", LEVEL="int"))
    record["fields"].append({"name": "AGE", "type": given})
    with pytest.raises(SchemaError, match=r"AGE: the type .* expected one of string, int, long, float"):
        parse_schema(json.dumps(record))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("", "no valid JSON"),
        ("{", "no valid JSON"),
        ("[]", 'a JSON object with "type": "record"'),
        ('{"type": "enum", "name": "Users"}', '"type": "record"'),
        ('{"type": "record", "fields": []}', '"name": one of'),
        ('{"type": "record", "name": "Users"}', '"fields": a list of at least one field'),
        ('{"type": "record", "name": "Users", "fields": []}', "at least one field"),
        ('{"type": "record", "name": "Users", "fields": ["USER_ID"]}', 'field number 1 must be an object with "name"'),
        (
            '{"type": "record", "name": "Users", "fields": [{"name": "A", "type": "string", "categorical": "true"}]}',
            'A: categorical is "true", expected true or false',
        ),
    ],
)
def test_what_is_no_record_is_refused(given: str, problem: str) -> None:
    with pytest.raises(SchemaError) as refusal:
        parse_schema(given)
    assert problem in str(refusal.value)


def test_all_problems_are_told_at_once(text: Text) -> None:
    with pytest.raises(SchemaError) as refusal:
        parse_schema(text("Interactions", USER_ID="int", ITEM_ID="string", DEVICE="int categorical"))
    for problem in ("USER_ID is int", "TIMESTAMP (long) is missing", "DEVICE: only strings can be categorical"):
        assert problem in str(refusal.value)


def test_the_text_is_kept_unchanged(text: Text) -> None:
    given = "\n" + text("Users", USER_ID="string", AGE="int").replace(",", " ,\t")
    assert parse_schema(given).text == given


def test_fields_are_found_ignoring_case(schema: Make) -> None:
    users = schema("Users", USER_ID="string", memberClass="string categorical")
    assert users.field("MEMBERCLASS") == Field(name="memberClass", type="string", categorical=True)
    assert users.field("AGE") is None


class TestReplacement:
    """UpdateDataset (developer guide, replacing a dataset's schema)."""

    def test_fields_that_allow_null_can_be_added_in_any_order(self, schema: Make) -> None:
        old = schema("Items", ITEM_ID="string", GENRES="string categorical")
        check_replacement(
            old, schema("Items", YEAR="int?", GENRES="string categorical", ITEM_ID="string", COLOR="string?")
        )

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"ITEM_ID": "string", "YEAR": "int?"}, "GENRES is missing: a new schema must keep every field"),
            ({"ITEM_ID": "string", "GENRES": "string? categorical"}, "GENRES is string or null categorical, but was"),
            ({"ITEM_ID": "string", "GENRES": "string textual"}, "GENRES is string textual, but was string categorical"),
            (
                {"ITEM_ID": "string", "GENRES": "string categorical", "YEAR": "int"},
                "YEAR is new and does not allow null: the type must be ['int', 'null']",
            ),
        ],
    )
    def test_other_changes_are_refused(self, schema: Make, fields: dict[str, str], problem: str) -> None:
        old = schema("Items", ITEM_ID="string", GENRES="string categorical")
        with pytest.raises(SchemaError) as refusal:
            check_replacement(old, schema("Items", **fields))
        assert problem in str(refusal.value)

    def test_only_items_and_users_can_get_another_schema(self, schema: Make) -> None:
        events = schema("Interactions", **EVENTS)
        with pytest.raises(SchemaError, match="only ITEMS and USERS datasets can get another schema"):
            check_replacement(events, events)

    def test_dataset_type_and_domain_stay(self, schema: Make) -> None:
        users = schema("Users", USER_ID="string", AGE="int")
        with pytest.raises(SchemaError, match="one for USERS of the domain ECOMMERCE: expected one for USERS"):
            check_replacement(users, schema("Users", "ECOMMERCE", USER_ID="string", AGE="int"))
        with pytest.raises(SchemaError, match="one for ITEMS: expected one for USERS"):
            check_replacement(users, schema("Items", ITEM_ID="string", AGE="int"))


@pytest.mark.parametrize(
    ("name", "fields"),
    [("Items", {"ITEM_ID": "string", "CREATION_TIMESTAMP": "long"}), ("Users", {"USER_ID": "string"})],
)
def test_row_17_ids_and_reserved_fields_are_no_metadata(schema: Make, name: str, fields: dict[str, str]) -> None:
    with pytest.raises(SchemaError, match="a metadata field is missing"):
        schema(name, **fields)
