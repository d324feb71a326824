"""Text ids as small integers."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize.data.ids import IdTable

TEXTS = st.lists(st.text(max_size=3))


@given(TEXTS)
def test_ids_are_numbered_in_first_seen_order(texts: list[str]) -> None:
    assert list(IdTable(texts)) == list(dict.fromkeys(texts))


@given(TEXTS)
def test_a_text_and_its_index_lead_to_each_other(texts: list[str]) -> None:
    table = IdTable(texts)
    assert [table[table.intern(text)] for text in texts] == texts
    assert len(table) == len(set(texts))


@given(TEXTS, TEXTS)
def test_interning_many_is_interning_each(first: list[str], then: list[str]) -> None:
    table, codes = IdTable(first), array("I")
    table.intern_into(codes, then)
    assert list(table) == list(IdTable(first + then))
    assert [table[code] for code in codes] == then
    assert table.since(len(set(first))) == list(dict.fromkeys(text for text in then if text not in first))


def test_a_text_that_was_never_added_has_no_index() -> None:
    table = IdTable(["u1"])
    assert table.get("u2") is None
    assert "u2" not in table
    assert len(table) == 1


@given(TEXTS, TEXTS, TEXTS)
def test_copies_grow_apart(before: list[str], here: list[str], there: list[str]) -> None:
    table = IdTable(before)
    copy = table.fork()
    for text in here:
        table.intern(text)
    copy.intern_into(array("I"), there)
    assert list(table) == list(dict.fromkeys(before + here))
    assert list(copy) == list(dict.fromkeys(before + there))
