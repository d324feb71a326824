"""Reading a filter: no text does anything but parse or be refused."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_personalize.filters import FilterError, parse
from pytest_personalize.filters.parser import MAX_LENGTH

LANGUAGE = """INCLUDE EXCLUDE ItemID UserID ActionID WHERE AND OR IF IN NOT Items Interactions Users Actions Action
Action_Interactions CurrentUser CurrentItem . ( ) , | = != < <= > >= * "*" "a" 'b' " ' $P $ 1 -2 3.5 4. x EVENT_TYPE
BETWEEN LIKE IS NULL true & && == <> \u017f \u212a é \xa0"""
WORDS = LANGUAGE.split(" ")
SENTENCE = 'INCLUDE ItemID WHERE Items . GENRE IN ( "a" , "b" ) AND Items . PRICE < 5 IF CurrentUser . AGE > 3'


def outcome(text: str) -> FilterError | None:
    """The refusal, None when the text is a filter."""
    try:
        parse(text)
    except FilterError as error:
        return error
    return None


@given(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join) | st.lists(st.sampled_from(WORDS)).map("".join))
@example("INCLUDE ItemID WHERE INTERACTION\u017f.EVENT_TYPE = 1")
@example("İF")
@example("\ud800")
@example("INCLUDE ItemID WHERE Items.\x00")
def test_any_text_is_parsed_or_refused_at_a_column_of_it(text: str) -> None:
    refusal = outcome(text)
    assert refusal is None or 1 <= (refusal.position or 0) <= len(text) + 1


@given(st.data())
def test_a_word_that_does_not_belong_is_refused_where_it_stands(data: st.DataObject) -> None:
    words = SENTENCE.split()
    place = data.draw(st.integers(0, len(words)))
    before = " ".join(words[:place])
    refusal = outcome(" ".join([before, "%", *words[place:]]))
    assert refusal is not None
    assert refusal.position == len(before) + 2
    assert refusal.message.startswith("Invalid input symbol: %. At column")


@pytest.mark.parametrize(
    "text",
    [
        "(" * MAX_LENGTH,
        "INCLUDE ItemID WHERE " + "(" * 2000,
        "|" * MAX_LENGTH,
        "NOT " * 600,
        '"' * MAX_LENGTH,
        "INCLUDE ItemID WHERE Items.A IN (" + '"a",' * 600,
    ],
)
def test_depth_is_refused_like_anything_else(text: str) -> None:
    assert outcome(text)


@pytest.mark.parametrize(
    ("joint", "part"),
    [
        ("|", "EXCLUDE ItemID WHERE Items.A>1"),
        (" AND ", "Items.A>1"),
        (" OR ", "Items.A>1"),
        (",", '"a"'),
    ],
)
def test_chains_are_as_long_as_the_limit_allows(joint: str, part: str) -> None:
    head = {"|": "", ",": "INCLUDE ItemID WHERE Items.A IN ("}.get(joint, "INCLUDE ItemID WHERE ")
    tail = ")" if joint == "," else ""
    count = (MAX_LENGTH - len(head + tail) + len(joint)) // len(part + joint)
    text = head + joint.join([part] * count) + tail
    assert len(text) > MAX_LENGTH - len(part + joint)
    tree = parse(text)
    assert parse(str(tree).replace(" > ", ">").replace(" | ", "|").replace(", ", ",")) == tree


def test_a_longer_text_is_refused() -> None:
    refusal = outcome("INCLUDE ItemID WHERE Items.A > 1".ljust(MAX_LENGTH + 1))
    assert refusal
    assert "it has 2501 characters, the maximum is 2500" in refusal.message
    assert refusal.position == 2501  # the first character that is too many
    assert not outcome("INCLUDE ItemID WHERE Items.A > 1".ljust(MAX_LENGTH))


def test_a_parameter_name_has_at_most_fifty_characters() -> None:
    refusal = outcome(f"INCLUDE ItemID WHERE Items.A > ${'p' * 51}")
    assert refusal
    assert refusal.position == 32
    assert not outcome(f"INCLUDE ItemID WHERE Items.A > ${'p' * 50}")


@pytest.mark.parametrize("name", ["IN", "AND", "WHERE", "ItemID", "CurrentUser", "_x", "A1"])
def test_a_field_may_be_called_like_a_word_of_the_language(name: str) -> None:
    assert parse(f"INCLUDE ItemID WHERE Items.{name} > 1").fields == {f"ITEMS.{name.upper()}"}


def test_white_space_is_free() -> None:
    spread = "INCLUDE\n\tItemID\r\nWHERE Items . A\nIN(\n'x'\n,\"y\")AND Items.B>=-1|EXCLUDE ItemID WHERE Items.C=1"
    assert parse(spread) == parse(
        'INCLUDE ItemID WHERE Items.A IN ("x", "y") AND Items.B >= -1 | EXCLUDE ItemID WHERE Items.C = 1'
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("INCLUDE ItemID WHERE Itens.A > 1", "Did you mean Items?"),
        ('INCLUDE ItemID WHERE Items.A IN ("a', "The closing quote is missing."),
        ("INCLUDE ItemID WHERE Items.A == 1", "Equality is written =."),
        ("INCLUDE ItemID WHERE Items.A <> 1", "Inequality is written !=."),
        ('INCLUDE ItemID WHERE Items.A IN "a"', "Values stand in parentheses."),
        ('INCLUDE ItemID WHERE Items.A IN ("a", $B)', "One placeholder takes the place of a whole list"),
        ("INCLUDE ItemID WHERE Items.A > 5a", "A number is digits"),
        ("INCLUDE ItemID WHERE Items.A > CurrentUser.A", "Only CurrentItem can stand on the right"),
        ("INCLUDEItemID WHERE Items.A > 1", "found INCLUDEItemID, expected INCLUDE or EXCLUDE"),
        ("", "Invalid Expression at column 1: it ends, expected INCLUDE or EXCLUDE."),
    ],
)
def test_a_refusal_says_what_to_do(text: str, words: str) -> None:
    refusal = outcome(text)
    assert refusal
    assert words in refusal.message
