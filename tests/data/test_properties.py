"""The properties of put records and events: keys, values, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.errors import PropertiesError
from pytest_personalize.data.properties import FORBIDDEN_KEYS, property_name, read_properties

Make = Callable[..., Schema]


@pytest.fixture(scope="module")
def items(schema: Make) -> Schema:
    return schema(
        "Items",
        ITEM_ID="string",
        GENRES="string? categorical",
        NUM_RATINGS="int?",
        CREATION_TIMESTAMP="long?",
        PRICE="float?",
        TEXT="string? textual",
        ADULT="boolean?",
    )


@pytest.fixture(scope="module")
def events(schema: Make) -> Schema:
    return schema(
        "Interactions",
        USER_ID="string",
        ITEM_ID="string",
        TIMESTAMP="long",
        EVENT_TYPE="string",
        EVENT_VALUE="float?",
        IMPRESSION="string?",
        DISCOUNT="string? categorical",
    )


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("NUM_RATINGS", "numRatings"),
        ("CREATION_TIMESTAMP", "creationTimestamp"),
        ("GENRES", "genres"),
        ("MEMBERSHIP_TYPE", "membershipType"),
        ("CATEGORY_L1", "categoryL1"),
        ("SIZE_2_X", "size2X"),
    ],
)
def test_keys_are_the_field_names_in_camel_case(field: str, key: str) -> None:
    assert property_name(field) == key


@given(st.lists(st.from_regex(r"[A-Z][A-Z0-9]{0,4}", fullmatch=True), min_size=1, max_size=4))
def test_a_key_names_its_field_and_no_other(words: list[str]) -> None:
    key = property_name("_".join(words))
    assert key.lower() == "".join(words).lower()
    assert key[0] == words[0][0].lower()
    assert sum(letter.isupper() for letter in key) == len(words) - 1


@pytest.mark.parametrize(
    ("key", "given_value", "field", "value"),
    [
        ("genres", "Drama|Music", "GENRES", "Drama|Music"),
        ("genres", None, "GENRES", None),
        ("genres", "", "GENRES", None),
        ("numRatings", 0, "NUM_RATINGS", 0),
        ("numRatings", "12", "NUM_RATINGS", 12),
        ("numRatings", 12.0, "NUM_RATINGS", 12),
        ("creationTimestamp", 1700000000, "CREATION_TIMESTAMP", 1700000000),
        ("price", 4, "PRICE", 4.0),
        ("price", "4.5", "PRICE", 4.5),
        ("adult", True, "ADULT", True),
        ("adult", "false", "ADULT", False),
        ("text", "x" * 20_001, "TEXT", "x" * 20_000),
    ],
)
def test_values_follow_the_schema(items: Schema, key: str, given_value: object, field: str, value: object) -> None:
    values = read_properties(json.dumps({key: given_value}), items)
    assert values[field] == value
    assert type(values[field]) is type(value)


def test_fields_that_were_not_sent_are_null(items: Schema) -> None:
    expected = ["ADULT", "CREATION_TIMESTAMP", "GENRES", "NUM_RATINGS", "PRICE", "TEXT"]
    for properties in (None, "{}"):
        values = read_properties(properties, items)
        assert sorted(values) == expected
        assert set(values.values()) == {None}


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"numRatings": "many"}, "'many' is no int for NUM_RATINGS: expected a whole number"),
        ({"numRatings": 1.5}, "1.5 is no int for NUM_RATINGS"),
        ({"numRatings": 2**31}, "2147483648 is no int"),
        ({"numRatings": True}, "True is no int"),
        ({"creationTimestamp": 2**63}, "is no long"),
        ({"creationTimestamp": 1e300}, "1e+300 is no long"),
        ({"price": "1e39"}, "'1e39' is no float"),
        ({"price": "nan"}, "'nan' is no float"),
        ({"price": {}}, "{} is no float"),
        ({"adult": "True"}, "'True' is no boolean for ADULT: expected true or false"),
        ({"adult": 1}, "1 is no boolean"),
        ({"genres": 5}, "5 is no string for GENRES: expected text"),
        ({"genres": ["Drama", "Music"]}, "expected text, several values joined with a bar"),
        ({"genres": "d" * 1001}, "Length cannot be more than 1000 characters for GENRES. If no values"),
        ({"colour": "red"}, "no field for the key 'colour': expected one of adult, creationTimestamp, genres"),
        ({"GENRES": "Drama"}, "; did you mean 'genres'?"),
        ({"NUM_RATINGS": 3}, "; did you mean 'numRatings'?"),
        ({"itemId": "i1"}, "no field for the key 'itemId'"),
        ({"ITEM_ID": "i1"}, "; itemId stands beside them"),
    ],
)
def test_what_does_not_fit_an_item_is_refused(items: Schema, properties: dict[str, Any], problem: str) -> None:
    with pytest.raises(PropertiesError) as refusal:
        read_properties(json.dumps(properties), items)
    assert problem in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"{}"', "{'genres': 'Drama'}", '{"price": NaN}', '{"genres": "\\ud800"}'], ids=repr
)
def test_what_is_no_json_object_is_refused_in_the_service_s_words(items: Schema, text: str) -> None:
    with pytest.raises(PropertiesError, match=r"^Error parsing properties json$"):
        read_properties(text, items)


def test_a_field_that_does_not_allow_null_must_be_sent(schema: Make) -> None:
    users = schema("Users", USER_ID="string", AGE="int")
    with pytest.raises(PropertiesError, match="A value is missing: the schema does not allow null for AGE") as refusal:
        read_properties("{}", users)
    assert refusal.value.column == "age"


def test_a_field_in_mixed_case_goes_by_its_own_name_too(schema: Make) -> None:
    users = schema("Users", USER_ID="string", memberClass="string categorical")
    assert read_properties('{"memberClass": "gold"}', users) == {"memberClass": "gold"}
    assert read_properties('{"memberclass": "gold"}', users) == {"memberClass": "gold"}


class TestEvents:
    def test_unknown_keys_are_ignored(self, events: Schema) -> None:
        values = read_properties('{"itemId": "i1", "discount": "No", "colour": "red"}', events)
        assert values == {"ITEM_ID": "i1", "EVENT_VALUE": None, "IMPRESSION": None, "DISCOUNT": "No"}

    def test_what_stands_beside_the_properties_wins(self, events: Schema) -> None:
        call = {"ITEM_ID": "i2", "EVENT_VALUE": None, "IMPRESSION": "i1|i2", "SESSION_ID": "s1"}
        values = read_properties('{"itemId": "i1", "eventValue": "4"}', events, call)
        assert values == {"ITEM_ID": "i2", "EVENT_VALUE": 4.0, "IMPRESSION": "i1|i2", "DISCOUNT": None}

    def test_an_item_is_needed(self, events: Schema) -> None:
        with pytest.raises(PropertiesError, match=r"A value is missing: .* ITEM_ID"):
            read_properties('{"discount": "No"}', events)

    @pytest.mark.parametrize("key", FORBIDDEN_KEYS)
    @pytest.mark.parametrize("spelling", [str, str.lower, str.upper], ids=["as is", "lower", "upper"])
    def test_members_of_the_call_are_no_properties(
        self, events: Schema, key: str, spelling: Callable[[str], str]
    ) -> None:
        with pytest.raises(PropertiesError, match="must not have the key"):
            read_properties(json.dumps({"itemId": "i1", spelling(key): "x"}), events)

    def test_actions_take_the_place_of_items(self, schema: Make) -> None:
        actions = schema(
            "ActionInteractions", USER_ID="string", ACTION_ID="string", EVENT_TYPE="string", TIMESTAMP="long"
        )
        assert read_properties(None, actions, {"ACTION_ID": "a1"}) == {"ACTION_ID": "a1"}


def test_row_13_an_event_needs_no_impression_where_the_schema_has_it_without_null(schema: Make) -> None:
    seen = schema("Interactions", USER_ID="string", ITEM_ID="string", TIMESTAMP="long", IMPRESSION="string")
    assert read_properties(None, seen, {"ITEM_ID": "i"}) == {"ITEM_ID": "i", "IMPRESSION": None}
