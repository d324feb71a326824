"""Why a filter lets an item through or keeps it out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_personalize.data.records import Records
from pytest_personalize.filters import FilterError, compile_filter, parse
from pytest_personalize.filters.reasons import ConditionReason, FilterReason

CONDITIONS = st.sampled_from(
    [
        'Items.GENRE IN ("Sci-Fi", "Horror")',
        'Items.GENRE NOT IN ("Drama")',
        "Items.PRICE <= $PRICE",
        "Items.PRICE > 4",
        "Items.YEAR != 1979",
        'Items.BRAND = "fox"',
        "Items.GENRE IN CurrentItem.GENRE",
        "Items.PRICE < CurrentItem.PRICE",
        'Items.ITEM_ID IN ("alien", "ghost")',
    ]
)
EVENT_CONDITIONS = st.sampled_from(
    [
        'Interactions.EVENT_TYPE IN ("watch")',
        'Interactions.EVENT_TYPE IN ("*")',
        'Interactions.EVENT_TYPE NOT IN ("Click")',
        "Interactions.EVENT_TYPE IN ($TYPES)",
    ]
)
USER_CONDITIONS = st.sampled_from(["CurrentUser.AGE > 18", 'CurrentUser.PLAN IN ("basic")', "CurrentUser.AGE <= $AGE"])


@st.composite
def expressions(draw: st.DrawFn) -> str:
    conditions = draw(st.lists(draw(st.sampled_from([CONDITIONS, EVENT_CONDITIONS])), min_size=1, max_size=3))
    where = conditions[0] + "".join(f" {draw(st.sampled_from(['AND', 'OR']))} {each}" for each in conditions[1:])
    users = draw(st.lists(USER_CONDITIONS, max_size=2))
    action = draw(st.sampled_from(["INCLUDE", "EXCLUDE"]))
    return f"{action} ItemID WHERE {where}" + (f" IF {' AND '.join(users)}" if users else "")


VALUES = {"PRICE": "6", "TYPES": '"click"', "AGE": "17"}


@given(
    text=st.lists(expressions(), min_size=1, max_size=3).map(" | ".join),
    user=st.integers(-1, 4),
    item=st.integers(-1, 5),
    left_away=st.sets(st.sampled_from(sorted(VALUES))),
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reasons_agree_with_the_selection(
    records: Records, text: str, user: int, item: int, left_away: set[str]
) -> None:
    compiled = compile_filter(parse(text))
    values = {
        name: value
        for name, value in VALUES.items()
        if name in compiled.parameters and (compiled.parameters[name] or name not in left_away)
    }
    asked: dict[str, Any] = {"user": user, "item": item, "values": values}
    indexes = range(len(records.items) + 1)  # and one of which nothing is recorded

    selection = compiled.select(records, **asked)
    reasons = compiled.reasons(records, indexes, **asked)

    assert [reason.allowed for reason in reasons] == [selection.allows(index) for index in indexes]
    assert all(reason.deciding for reason in reasons)


@pytest.fixture
def why(records: Records) -> Any:
    """``why(expression, item, user=..., values...)``: the reason of one item."""

    def why(expression: str, name: str, user: str | None = None, lookback: int = 100, **values: str) -> FilterReason:
        index, known = records.items.get(name), None if user is None else records.users.get(user)
        assert index is not None
        (reason,) = compile_filter(parse(expression)).reasons(
            records, [index], user=known, item=None, values=values, lookback=lookback
        )
        return reason

    return why


def deciding(reason: FilterReason) -> list[ConditionReason]:
    return [condition for expression in reason.deciding for condition in expression.deciding]


def test_it_names_the_values_that_were_compared(why: Any) -> None:
    (condition,) = deciding(why("INCLUDE ItemID WHERE Items.PRICE <= $PRICE", "dune", PRICE="10"))

    assert (condition.holds, condition.found, condition.wanted) == (False, (12.0,), (10,))


def test_a_value_that_is_needed_is_missed_here_too(why: Any) -> None:
    with pytest.raises(FilterError, match="PRICE"):
        why("INCLUDE ItemID WHERE Items.PRICE <= $PRICE", "dune")


def test_of_alternatives_it_names_the_one_that_holds(why: Any) -> None:
    reason = why("INCLUDE ItemID WHERE Items.PRICE > 100 OR Items.YEAR = 1979", "alien")

    assert [(condition.holds, condition.found) for condition in deciding(reason)] == [(True, (1979,))]


def test_of_events_it_names_the_types_that_the_user_has_with_the_item(why: Any) -> None:
    reason = why('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")', "alien", "ann")

    (condition,) = deciding(reason)
    assert not reason.allowed
    assert (condition.holds, condition.found, condition.wanted) == (True, ["watch"], ("watch",))


def test_events_that_are_no_longer_looked_at_are_not_named(why: Any) -> None:
    reason = why('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")', "brazil", "ann", lookback=1)

    assert reason.allowed
    assert deciding(reason)[0].found == []


def test_only_the_conditions_that_fail_keep_an_item_out_of_an_include(why: Any) -> None:
    reason = why('INCLUDE ItemID WHERE Items.GENRE IN ("Sci-Fi") AND Items.YEAR > 2000 AND Items.PRICE > 1', "brazil")

    assert [str(each.condition) for each in deciding(reason)] == ["Items.YEAR > 2000"]


def test_an_expression_whose_if_part_fails_is_decided_by_that(why: Any) -> None:
    reason = why('EXCLUDE ItemID WHERE Items.GENRE IN ("Sci-Fi") IF CurrentUser.AGE < 18', "dune", "bob")

    (condition,) = deciding(reason)
    assert reason.allowed
    assert (str(condition.condition), condition.found) == ("CurrentUser.AGE < 18", (42,))


def test_a_parameter_without_a_value_switches_its_condition_off(why: Any) -> None:
    reason = why("EXCLUDE ItemID WHERE Items.PRICE > $PRICE", "dune")

    assert reason.allowed
    assert [condition.holds for condition in deciding(reason)] == [None]
