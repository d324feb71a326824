"""The words and signs of the filter language: how each is read, and what a message calls it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from attrs import frozen

DATASETS: Final = ("Items", "Interactions", "Users", "Actions", "Action_Interactions")


@frozen
class Terminal:
    """What a pattern matches, and the ``words`` for it where it is expected and not found."""

    pattern: re.Pattern[str]
    words: tuple[str, ...]


def _terminal(pattern: str, *words: str) -> Terminal:
    # ASCII, or a Kelvin sign would be a K, and a long s an S
    return Terminal(re.compile(pattern, re.ASCII | re.IGNORECASE), words)


BLANKS: Final = re.compile(r"\s*", re.ASCII)

TERMINALS: Final[Mapping[str, Terminal]] = {
    # Words are read whatever their case; \b keeps INCLUDEItemID from being two of them.
    "ACTION": _terminal(r"(INCLUDE|EXCLUDE)\b", "INCLUDE", "EXCLUDE"),
    "TARGET": _terminal(r"(ItemID|UserID|ActionID)\b", "ItemID", "UserID", "ActionID"),
    "WHERE": _terminal(r"WHERE\b", "WHERE"),
    # The developer guide prints Action.MEMBERSHIP_LEVEL once, probably a slip; whoever copies it should be understood.
    "DATASET": _terminal(r"(Items|Interactions|Users|Actions?|Action_Interactions)\b", *DATASETS),
    "CURRENT_USER": _terminal(r"CurrentUser\b", "CurrentUser"),
    "DOT": _terminal(r"\.", "a dot"),
    "NAME": _terminal(r"[A-Z_][A-Z0-9_]*", "a field name"),
    "IN": _terminal(r"IN\b", "IN"),
    "NOT": _terminal(r"NOT\b", "NOT IN"),
    "EQUAL": _terminal(r"=(?![=<>])", "="),
    "EQUALITY": _terminal(r"!?=(?![=<>])", "=", "!="),
    "RANGE": _terminal(r"[<>]=?(?![=<>])", "<", "<=", ">", ">="),
    "LPAR": _terminal(r"\(", "("),
    # unknown: [filters/single-quotes] whether they are taken, as two AWS samples have them. chosen: yes, but no escapes
    "TEXT": _terminal("\"[^\"]*\"|'[^']*'", "a text in double quotes"),
    "NUMBER": _terminal(r"-?[0-9]+(\.[0-9]+)?(?![A-Z0-9_.])", "a number"),
    "PARAMETER": _terminal(r"\$[A-Z0-9_]+", "a $PARAMETER"),
    "CURRENT_ITEM": _terminal(r"CurrentItem\b", "CurrentItem"),
    "COMMA": _terminal(",", "a comma"),
    "RPAR": _terminal(r"\)", ")"),
    "AND": _terminal(r"AND\b", "AND"),
    "OR": _terminal(r"OR\b", "OR"),
    "IF": _terminal(r"IF\b", "IF"),
    "BAR": _terminal(r"\|", "|"),
    "END": _terminal(r"\Z", "the end"),
}
"""By name, in the order in which a message lists them."""
