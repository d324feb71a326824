"""What a filter leaves over, one rule of the language at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_personalize.data.avro import Field, Schema
from pytest_personalize.data.records import Records
from pytest_personalize.filters import (
    ACTION_LOOKBACK,
    ITEM_LOOKBACK,
    UNKNOWN,
    FilterError,
    check,
    compile_filter,
    parse,
)

Select = Callable[..., list[str]]

ALL = ["alien", "brazil", "casablanca", "dune", "enigma", "ghost"]


def test_include_keeps_what_matches(select: Select) -> None:
    assert select('INCLUDE ItemID WHERE Items.BRAND IN ("warner")') == ["casablanca", "dune"]


def test_exclude_removes_what_matches(select: Select) -> None:
    assert select('EXCLUDE ItemID WHERE Items.BRAND IN ("warner")') == ["alien", "brazil", "enigma", "ghost"]


def test_values_are_compared_exactly(select: Select) -> None:
    assert select('INCLUDE ItemID WHERE Items.BRAND IN ("fox")') == ["alien"]


def test_keywords_datasets_and_fields_are_read_whatever_their_case(select: Select) -> None:
    assert select('include itemid where ITEMS.brand in ("fox")') == ["alien"]


def test_a_field_of_several_categories_is_in_a_list_when_any_of_them_is(select: Select) -> None:
    assert select('INCLUDE ItemID WHERE Items.GENRE IN ("Horror", "Drama")') == ["alien", "casablanca", "dune"]


def test_a_category_is_not_found_by_the_joined_text(select: Select) -> None:
    assert select('INCLUDE ItemID WHERE Items.GENRE IN ("Horror|Sci-Fi")') == []


def test_not_in_holds_when_no_category_is_in_the_list(select: Select) -> None:
    assert select('INCLUDE ItemID WHERE Items.GENRE NOT IN ("Sci-Fi")') == ["casablanca", "enigma", "ghost"]


@pytest.mark.parametrize(
    "condition", ['GENRE IN ("Sci-Fi")', 'BRAND = "fox"', "PRICE < 100", "PRICE >= 0", "YEAR = 1942", "YEAR > 0"]
)
def test_null_satisfies_no_positive_condition(select: Select, condition: str) -> None:
    assert not {"enigma", "ghost"} & set(select(f"INCLUDE ItemID WHERE Items.{condition}"))


@pytest.mark.parametrize("condition", ['GENRE NOT IN ("Sci-Fi")', 'BRAND != "fox"', "PRICE != 5", "YEAR != 1942"])
def test_null_satisfies_not_in_and_unequal(select: Select, condition: str) -> None:
    assert set(select(f"INCLUDE ItemID WHERE Items.{condition}")) > {"enigma", "ghost"}


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("PRICE = 5", ["alien"]),
        ("PRICE < 5", ["casablanca"]),
        ("PRICE <= 5", ["alien", "casablanca"]),
        ("PRICE > 7.5", ["dune"]),
        ("PRICE >= (7.5)", ["brazil", "dune"]),
        ("PRICE > -1", ["alien", "brazil", "casablanca", "dune"]),
        ("YEAR < 1979.5", ["alien", "casablanca"]),
        ('YEAR IN ("1942", "2021")', ["casablanca", "dune"]),
        ('BRAND = "Fox"', ["brazil"]),
        ('GENRE = "Drama"', ["casablanca", "dune"]),
        ('ITEM_ID IN ("dune", "ghost", "nobody")', ["dune"]),
    ],
)
def test_comparisons(select: Select, condition: str, left: list[str]) -> None:
    assert select(f"INCLUDE ItemID WHERE Items.{condition}") == left


def test_and_binds_tighter_than_or(select: Select) -> None:
    expression = 'INCLUDE ItemID WHERE Items.YEAR = 1942 OR Items.GENRE IN ("Sci-Fi") AND Items.PRICE < 6'
    assert select(expression) == ["alien", "casablanca"]


def test_several_includes_are_united(select: Select) -> None:
    expression = 'INCLUDE ItemID WHERE Items.PRICE < 4 | INCLUDE ItemID WHERE Items.BRAND = "fox"'
    assert select(expression) == ["alien", "casablanca"]


@pytest.mark.parametrize("turn", [1, -1])
def test_excludes_are_taken_from_the_includes_in_any_order(select: Select, turn: int) -> None:
    expressions = ['INCLUDE ItemID WHERE Items.GENRE IN ("Sci-Fi")', "EXCLUDE ItemID WHERE Items.PRICE > 10"]
    assert select(" | ".join(expressions[::turn])) == ["alien", "brazil"]


def test_events_of_the_user_match_whatever_the_case_of_their_type(select: Select) -> None:
    expression = 'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("WATCH")'
    assert [select(expression, user=user) for user in ("ann", "bob")] == [["alien"], ["casablanca"]]


def test_the_star_is_any_event_also_without_a_type(select: Select) -> None:
    assert select('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")', user="bob") == ["casablanca", "dune"]


def test_no_type_is_not_the_empty_type(select: Select) -> None:
    assert select('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("")', user="bob") == []


def test_include_not_in_is_exclude_in_for_events(select: Select) -> None:
    one = select('INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ("click")', user="ann")
    assert one == select('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")', user="ann")
    assert one == ["alien", "casablanca", "enigma", "ghost"]


def test_items_with_one_event_and_without_another(select: Select, records: Records) -> None:
    records.log("INTERACTIONS").append(user=0, item=0, time=9, type="click")  # ann, alien
    expression = 'INCLUDE ItemID WHERE Interactions.EVENT_TYPE = "click" AND Interactions.EVENT_TYPE != "watch"'
    assert select(expression, user="ann") == ["brazil", "dune"]


@pytest.mark.parametrize("user", ["zoe", "nobody"])
def test_a_user_without_events_has_no_matching_items(select: Select, user: str) -> None:
    assert select('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")', user=user) == ALL


def test_the_newest_events_of_each_type_count(select: Select) -> None:
    expression = 'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click", "watch")'
    assert select(expression, user="ann", lookback=1) == ["alien", "dune"]


@pytest.mark.parametrize(
    ("dataset_type", "target", "lookback", "counting"),
    [
        ("INTERACTIONS", "ItemID", ITEM_LOOKBACK, 100),
        ("ACTION_INTERACTIONS", "ActionID", ACTION_LOOKBACK, 300),
    ],
)
def test_as_many_of_them_count_as_the_quotas_say(
    select: Select, records: Records, dataset_type: str, target: str, lookback: int, counting: int
) -> None:
    log, ids = records.log(dataset_type), records.subjects(dataset_type)
    user, oldest, later = records.users.intern("eva"), ids.intern("oldest"), ids.intern("later")
    for number in range(counting):
        log.append(user=user, item=later if number else oldest, time=number, type="Taken")
    expression = f'INCLUDE {target} WHERE {dataset_type}.EVENT_TYPE IN ("taken")'
    assert select(expression, user="eva", lookback=lookback) == ["oldest", "later"]
    log.append(user=user, item=later, time=counting, type="Taken")
    assert select(expression, user="eva", lookback=lookback) == ["later"]


def test_newest_is_by_timestamp(select: Select, records: Records) -> None:
    records.log("INTERACTIONS").append(user=0, item=2, time=-5, type="CLICK")  # ann, casablanca, long ago
    assert select('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")', user="ann", lookback=1) == ["dune"]


def test_an_event_counts_at_once(select: Select, records: Records) -> None:
    expression = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")'
    before = select(expression, user="ann")
    records.log("INTERACTIONS").append(user=0, item=3, time=9, type="purchase")
    assert (before, select(expression, user="ann")) == (ALL, [name for name in ALL if name != "dune"])


@pytest.mark.parametrize(("user", "left"), [("ann", ALL), ("bob", ["alien", "brazil", "enigma", "ghost"])])
def test_an_exclude_whose_if_is_false_removes_nothing(select: Select, user: str, left: list[str]) -> None:
    assert select('EXCLUDE ItemID WHERE Items.BRAND IN ("warner") IF CurrentUser.AGE > 18', user=user) == left


@pytest.mark.parametrize(("user", "left"), [("ann", ALL), ("bob", ["casablanca", "dune"])])
def test_an_include_whose_if_is_false_no_longer_restricts(select: Select, user: str, left: list[str]) -> None:
    expression = 'INCLUDE ItemID WHERE Items.BRAND IN ("warner") IF CurrentUser.PLAN IN ("premium", "gold")'
    assert select(expression, user=user) == left


def test_all_conditions_of_an_if_must_hold(select: Select) -> None:
    expression = 'INCLUDE ItemID WHERE Items.PRICE < 4 IF CurrentUser.AGE < 50 AND CurrentUser.PLAN = "basic"'
    assert [select(expression, user=user) for user in ("ann", "bob")] == [["casablanca"], ALL]


@pytest.mark.parametrize("user", ["cid", "zoe", "nobody"])
@pytest.mark.parametrize("condition", ["AGE > 0", 'PLAN NOT IN ("basic")', 'PLAN != "basic"', 'USER_ID = "bob"'])
def test_an_if_over_nothing_known_is_false(select: Select, user: str, condition: str) -> None:
    assert select(f"INCLUDE ItemID WHERE Items.PRICE < 4 IF CurrentUser.{condition}", user=user) == ALL


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ("PRICE < CurrentItem.PRICE", ["alien", "casablanca"]),
        ("GENRE IN CurrentItem.GENRE", ["alien", "brazil", "dune"]),
        ("GENRE NOT IN CurrentItem.GENRE", ["casablanca", "enigma", "ghost"]),
        ("YEAR = CurrentItem.YEAR", ["brazil"]),
        ("ITEM_ID != CurrentItem.ITEM_ID", ["alien", "casablanca", "dune", "enigma", "ghost"]),
    ],
)
def test_current_item_is_the_item_of_the_request(select: Select, condition: str, left: list[str]) -> None:
    assert select(f"INCLUDE ItemID WHERE Items.{condition}", item="brazil") == left


@pytest.mark.parametrize("item", ["enigma", "ghost", "nobody"])
def test_a_current_item_without_the_field_compares_with_nothing(select: Select, item: str) -> None:
    assert select("INCLUDE ItemID WHERE Items.PRICE <= CurrentItem.PRICE", item=item) == []
    assert select("EXCLUDE ItemID WHERE Items.GENRE IN CurrentItem.GENRE", item=item) == ALL


def test_users_are_selected_by_their_fields(select: Select) -> None:
    assert select("INCLUDE UserID WHERE Users.AGE < 18") == ["ann"]


def test_users_are_selected_by_their_events_without_a_current_user(select: Select, records: Records) -> None:
    expression = 'INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("Click")'
    assert select(expression) == ["ann"]
    records.log("INTERACTIONS").append(user=2, item=0, time=7, type="click")
    assert select(expression) == ["ann", "cid"]
    assert not compile_filter(parse(expression)).needs_user


def test_actions_are_selected_by_fields_and_events(select: Select) -> None:
    assert select("EXCLUDE ActionID WHERE Actions.VALUE < (20)") == ["upgrade"]
    assert select('EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("TAKEN")', user="ann") == ["upgrade"]


@pytest.mark.parametrize(
    "expression",
    [
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")',
        'EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("Taken")',
        "INCLUDE ItemID WHERE Items.PRICE > 1 IF CurrentUser.AGE > 18",
    ],
)
def test_a_filter_that_looks_at_the_user_needs_one(select: Select, expression: str) -> None:
    assert compile_filter(parse(expression)).needs_user
    with pytest.raises(FilterError, match="userId is required"):
        select(expression)


def test_a_filter_that_looks_at_the_current_item_needs_one(select: Select) -> None:
    expression = "INCLUDE ItemID WHERE Items.PRICE > CurrentItem.PRICE"
    assert compile_filter(parse(expression)).uses_current_item
    with pytest.raises(FilterError, match="itemId is required"):
        select(expression)


@pytest.mark.parametrize(
    ("dataset_type", "expression", "words"),
    [
        ("ITEMS", "INCLUDE ItemID WHERE Items.PRICE > 1", "there is no Items dataset"),
        ("INTERACTIONS", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")', "there is no Interactions dataset"),
    ],
)
def test_a_dataset_that_went_away_is_named(
    select: Select, records: Records, dataset_type: str, expression: str, words: str
) -> None:
    records.drop_dataset(dataset_type)
    with pytest.raises(FilterError, match=words):
        select(expression, user="ann")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("Items.BRAND > 3", "Items.BRAND is no number"),
        ("Items.BRAND = 3", "Items.BRAND is a text"),
        ('Items.PRICE IN ("3", "cheap")', '"cheap" is no number'),
        ("Items.PRICE = CurrentItem.BRAND", "compares a text with a number"),
        ("Items.BRAND > CurrentItem.BRAND", "compares a text with a number"),
        ("Items.COLOUR = 3", "field COLOUR not found in the Items schema"),
        ("Items.NEW = 1", "field NEW of Items is boolean"),
    ],
)
def test_what_does_not_fit_the_fields_any_more_is_refused(select: Select, condition: str, words: str) -> None:
    expression = f"INCLUDE ItemID WHERE {condition}"
    with pytest.raises(FilterError, match=words) as refusal:
        select(expression, item="alien")
    column = refusal.value.position
    assert column is None or expression.index(condition) < column <= len(expression)
    assert refusal.value.message.startswith("Invalid Expression" + (f" at column {column}: " if column else ": "))


def test_candidates_are_listed_in_ascending_order_when_they_are_few(records: Records) -> None:
    for number in range(1000):
        records.table("ITEMS").put(records.items.intern(f"i{number}"), {"YEAR": number % 500, "BRAND": "acme"})
    few = compile_filter(parse("INCLUDE ItemID WHERE Items.YEAR = 7"))
    others = compile_filter(parse('EXCLUDE ItemID WHERE Items.BRAND IN ("acme")'))
    many = compile_filter(parse('INCLUDE ItemID WHERE Items.BRAND IN ("acme")'))
    expected = [records.items.get("i7"), records.items.get("i507")]
    assert few.select(records, user=None, item=None, values={}).candidates() == expected
    assert others.select(records, user=None, item=None, values={}).candidates() == list(range(len(ALL)))
    assert many.select(records, user=None, item=None, values={}).candidates() is None


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("INCLUDE ItemID WHERE Items.PRICE > 0", False),
        ("EXCLUDE ItemID WHERE Items.PRICE > 0", True),
        ('INCLUDE ItemID WHERE Items.BRAND NOT IN ("fox")', True),
        ("EXCLUDE ItemID WHERE Items.PRICE != 5", False),
    ],
)
@pytest.mark.parametrize("extra", range(9))
def test_an_item_that_nobody_recorded_is_all_null(records: Records, expression: str, allowed: bool, extra: int) -> None:
    for number in range(extra):
        records.items.intern(f"i{number}")
    selection = compile_filter(parse(expression)).select(records, user=None, item=None, values={})
    assert [selection.allows(UNKNOWN), selection.allows(len(records.items))] == [allowed, allowed]


def test_a_schema_may_have_names_in_lower_case(select: Select, records: Records) -> None:
    fields = [Field(name=name, type="string") for name in ("ITEM_ID", "colour")]
    schema = Schema(dataset_type="ITEMS", domain=None, fields=tuple(fields), text="")
    expression = 'INCLUDE ItemID WHERE Items.COLOUR = "red"'
    check(parse(expression), {"ITEMS": schema})
    records.replace_schema("ITEMS", schema)
    records.table("ITEMS").put(3, {"colour": "red"})
    assert select(expression) == ["dune"]


def test_an_unknown_user_is_no_missing_user(records: Records) -> None:
    compiled = compile_filter(parse('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")'))
    assert len(compiled.select(records, user=UNKNOWN, item=None, values={})) == len(ALL)
