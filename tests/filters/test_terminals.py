"""The words and signs of the filter language."""

from __future__ import annotations

import pytest

from pytest_personalize.filters.terminals import TERMINALS

WRITTEN = [(name, word) for name, terminal in TERMINALS.items() for word in terminal.words if " " not in word]
"""What messages name as it is written, rather than describe as "a number"."""


@pytest.mark.parametrize(("name", "word"), WRITTEN)
def test_what_a_message_asks_for_is_taken(name: str, word: str) -> None:
    assert TERMINALS[name].pattern.fullmatch(word)


@pytest.mark.parametrize(("name", "word"), [(name, word) for name, word in WRITTEN if word.isalpha()])
def test_a_word_is_read_in_any_case_but_never_out_of_a_longer_one(name: str, word: str) -> None:
    pattern = TERMINALS[name].pattern
    assert pattern.match(word.swapcase())
    assert not pattern.match(f"{word}ID")


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("DOT", ["."]),
        ("NAME", ["GENRE", "_x2"]),
        ("TEXT", ['"a"', "'b'", '""']),
        ("NUMBER", ["1", "-2", "3.5"]),
        ("PARAMETER", ["$GENRE"]),
        ("COMMA", [","]),
        ("END", [""]),
    ],
)
def test_what_a_message_describes_is_taken(name: str, texts: list[str]) -> None:
    assert all(TERMINALS[name].pattern.fullmatch(text) for text in texts)
