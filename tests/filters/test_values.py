"""Placeholders and the values that a request gives for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_personalize.filters import FilterError, compile_filter, parse

Select = Callable[..., list[str]]

ALL = ["alien", "brazil", "casablanca", "dune", "enigma", "ghost"]


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ('"Horror"', ["alien"]),
        ('"Horror","Drama"', ["alien", "casablanca", "dune"]),
        ('  "Horror" ,\t"Drama" ', ["alien", "casablanca", "dune"]),
        ('"Horror,Drama"', []),
        ('"horror"', []),
        ('""', []),
    ],
)
def test_texts_carry_their_own_quotes_and_are_separated_by_commas(select: Select, value: str, left: list[str]) -> None:
    assert select("INCLUDE ItemID WHERE Items.GENRE IN ($GENRES)", GENRES=value) == left


def test_texts_may_stand_in_single_quotes(select: Select) -> None:
    assert select("INCLUDE ItemID WHERE Items.GENRE IN ($GENRES)", GENRES="'Horror'") == ["alien"]


def test_row_27_a_placeholder_may_stand_in_quotes(select: Select) -> None:
    assert select('INCLUDE ItemID WHERE Items.GENRE IN ("$GENRES")', GENRES='"Horror"') == ["alien"]


@pytest.mark.parametrize("value", ["1979", '"1979"', " 1979 ", "1979.0"])
def test_numbers_are_quoted_or_not(select: Select, value: str) -> None:
    assert select("INCLUDE ItemID WHERE Items.YEAR <= $YEAR", YEAR=value) == ["alien", "casablanca"]


@pytest.mark.parametrize("value", ["1979,1942", '"1979", "1942"'])
def test_numbers_in_a_list(select: Select, value: str) -> None:
    assert select("INCLUDE ItemID WHERE Items.YEAR IN ($YEARS)", YEARS=value) == ["alien", "casablanca"]


def test_placeholders_with_and_without_parentheses_are_the_same(select: Select) -> None:
    bare, parenthesised = "INCLUDE ItemID WHERE Items.YEAR > $Y", "INCLUDE ItemID WHERE Items.YEAR > ($Y)"
    assert select(bare, Y="1980") == select(parenthesised, Y="1980") == ["brazil", "dune"]


@pytest.mark.parametrize(
    ("condition", "value", "words"),
    [
        ("BRAND IN ($P)", "fox", 'write "fox"'),
        ("BRAND IN ($P)", '"fox', "neither a text"),
        ("BRAND IN ($P)", '"fox" "warner"', "neither a text"),
        ("BRAND IN ($P)", '"fox",', "double quotes"),
        ("BRAND IN ($P)", "", "double quotes"),
        ("BRAND IN ($P)", '"fox","*"', '"*" stands for any EVENT_TYPE only'),
        ("BRAND = $P", '"fox","warner"', "= compares with one value, not with 2"),
        ("PRICE < $P", "cheap", '"cheap" is no number'),
        ("PRICE < $P", "", "is no number"),
        ("PRICE < $P", "1e3", "is no number"),
        ("PRICE < $P", "1,2", "< compares with one value, not with 2"),
        ("BRAND < $P", '"fox"', "Items.BRAND is no number"),
    ],
)
def test_a_malformed_value_is_refused_with_the_name_of_its_parameter(
    select: Select, condition: str, value: str, words: str
) -> None:
    with pytest.raises(FilterError) as refusal:
        select(f"EXCLUDE ItemID WHERE Items.{condition}", P=value)
    assert refusal.value.message.startswith("Invalid filter value for parameter P: ")
    assert words in refusal.value.message


def test_an_include_needs_every_value(select: Select) -> None:
    with pytest.raises(FilterError, match="Missing filter value for parameter MAX"):
        select("INCLUDE ItemID WHERE Items.PRICE > $MIN AND Items.PRICE < $MAX", MIN="1")


def test_an_include_needs_the_values_of_its_if_part(select: Select) -> None:
    with pytest.raises(FilterError, match="Missing filter value for parameter AGE"):
        select("INCLUDE ItemID WHERE Items.PRICE > 3 IF CurrentUser.AGE > $AGE", user="ann")


@pytest.mark.parametrize(("first", "then"), [("INCLUDE", "EXCLUDE"), ("EXCLUDE", "INCLUDE")])
def test_an_include_needs_a_value_that_an_exclude_could_do_without(select: Select, first: str, then: str) -> None:
    expression = f"{first} ItemID WHERE Items.GENRE IN ($G) | {then} ItemID WHERE Items.BRAND IN ($G)"
    with pytest.raises(FilterError, match="Missing filter value for parameter G"):
        select(expression)


def test_an_exclude_without_its_value_is_switched_off(select: Select) -> None:
    assert select("EXCLUDE ItemID WHERE Items.GENRE IN ($GENRES)") == ALL


def test_only_the_exclude_without_its_value_is_switched_off(select: Select) -> None:
    expression = "EXCLUDE ItemID WHERE Items.GENRE IN ($G) | EXCLUDE ItemID WHERE Items.BRAND IN ($B)"
    assert select(expression, B='"warner"') == ["alien", "brazil", "enigma", "ghost"]


def test_a_missing_value_switches_off_what_and_joins_with_it(select: Select) -> None:
    assert select('EXCLUDE ItemID WHERE Items.BRAND IN ("warner") AND Items.PRICE > $MIN') == ALL


def test_a_missing_value_leaves_on_what_or_joins_with_it(select: Select) -> None:
    left = select('EXCLUDE ItemID WHERE Items.BRAND IN ("warner") OR Items.PRICE > $MIN')
    assert left == ["alien", "brazil", "enigma", "ghost"]


def test_a_missing_value_in_the_if_part_of_an_exclude_switches_it_off(select: Select) -> None:
    assert select('EXCLUDE ItemID WHERE Items.BRAND IN ("fox") IF CurrentUser.AGE > $AGE', user="bob") == ALL


def test_an_unknown_parameter_is_refused_with_the_near_match(select: Select) -> None:
    with pytest.raises(FilterError, match=r"Unknown parameter genre .* Did you mean GENRES\?"):
        select("EXCLUDE ItemID WHERE Items.GENRE IN ($GENRES)", genre='"Drama"')


def test_parameter_names_keep_their_case(select: Select) -> None:
    with pytest.raises(FilterError, match="Unknown parameter genres"):
        select("EXCLUDE ItemID WHERE Items.GENRE IN ($GENRES)", genres='"Drama"')


def test_a_compiled_filter_tells_which_values_must_be_given() -> None:
    expression = "INCLUDE ItemID WHERE Items.PRICE > $MIN | EXCLUDE ItemID WHERE Items.GENRE IN ($G)"
    assert compile_filter(parse(expression)).parameters == {"MIN": True, "G": False}


def test_event_types_come_from_values_too(select: Select) -> None:
    expression = "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($TYPES)"
    assert select(expression, user="ann", TYPES='"WATCH","CLICK"') == ["casablanca", "enigma", "ghost"]
