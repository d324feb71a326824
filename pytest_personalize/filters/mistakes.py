"""Why a text is no filter expression: what was found, what was expected, and the remedy for the known mistakes."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from pytest_personalize.filters.errors import FilterError, invalid_expression, invalid_symbol
from pytest_personalize.filters.terminals import DATASETS, TERMINALS
from pytest_personalize.nearest import nearest

_SYMBOL: Final = re.compile(r"""(?a:\s*)("[^"]*"|'[^']*'|\$?\w+|[=!<>]+|&&|.)""")
"""Blanks of other alphabets, which look like those that are read over, are symbols as well."""
_LONGEST_SYMBOL: Final = 40

_QUOTED = r"""\"[^"]*\"|'[^']*'"""

# What was found (ignoring case), terminals that would have been accepted there, and the remedy. The first match counts.
_REMEDIES: Final = (
    ("BETWEEN", {"IN"}, "There is no BETWEEN: write field >= low AND field <= high."),
    ("LIKE", {"IN"}, "There is no LIKE: texts are compared as a whole, with IN."),
    ("IS", {"IN"}, "There is no test for null."),
    ("==+", {"EQUALITY"}, "Equality is written =."),
    ("<>", {"EQUALITY"}, "Inequality is written !=."),
    ("NOT", {"DATASET"}, "NOT exists only in NOT IN: field NOT IN (...)."),
    (
        r"\(",
        {"DATASET", "CURRENT_USER"},
        "Parentheses do not group conditions: AND binds tighter than OR, or chain expressions with |.",
    ),
    ("CurrentUser", {"DATASET"}, "CurrentUser belongs in an IF part at the end of the expression."),
    ("CurrentItem", {"DATASET"}, "CurrentItem stands on the right of an operator."),
    ("&&?|AND", {"BAR"}, "Conditions are joined with AND or OR, expressions with |."),
    ("OR", {"BAR"}, "An IF part is extended with AND only."),
    ("IF", {"BAR"}, "An expression has one IF part, extended with AND."),
    ("IF", {"ACTION"}, "IF stands at the end of an expression."),
    (r"[!<>=]+|IN|NOT", {"EQUAL"}, "Attributes are compared with = only."),
    (r"\w+", {"CURRENT_USER"}, "An IF part tests fields of CurrentUser only."),
    (",", {"RPAR"}, "One placeholder takes the place of a whole list: IN ($NAME)."),
    (r"\$\w+", {"TEXT"}, "One placeholder takes the place of a whole list: IN ($NAME)."),
    (r"\)", {"TEXT"}, "A list needs at least one value."),
    ("-?[0-9.]+", {"TEXT"}, "IN compares texts: put each value in double quotes."),
    ("true|false", {"TEXT", "NUMBER"}, "Boolean fields cannot be filtered: use a string field, or 0 and 1."),
    (_QUOTED, {"NUMBER"}, "<, <=, > and >= compare numbers: write them without quotes."),
    ("[\"']", {"TEXT", "COMMA", "NUMBER"}, "The closing quote is missing."),
    ("[0-9].*", {"NUMBER"}, "A number is digits, with or without a fraction."),
    (r"\w+", {"TEXT"}, "A text stands in double quotes."),
    ("Current(User|Item)", {"CURRENT_ITEM"}, "Only CurrentItem can stand on the right of an operator."),
    (r"[^(]+", {"LPAR"}, "Values stand in parentheses."),
)


def explain(text: str, offset: int, accepted: Collection[str]) -> FilterError:
    """Make the error for a text that goes wrong at ``offset``, where the ``accepted`` terminals could have stood."""
    match = _SYMBOL.match(text, offset)
    if match is None:
        position = len(text) + 1
        return invalid_expression(f"it ends, expected {_choices(accepted)}", position)
    symbol = match[1] if match[1].isprintable() else ascii(match[1])[1:-1]
    symbol = symbol if len(symbol) <= _LONGEST_SYMBOL else symbol[:_LONGEST_SYMBOL] + "..."
    position = match.start(1) + 1
    reason = f"At column {position}: found {symbol}, expected {_choices(accepted)}. {_remedy(match[1], accepted)}"
    return invalid_symbol(symbol, reason.rstrip(), position)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """A remedy that names the nearest match of a word, ignoring case; an empty text when there is none."""
    near = nearest(word, known)
    return f"Did you mean {near}?" if near is not None else ""


def _choices(accepted: Collection[str]) -> str:
    words = [word for name, terminal in TERMINALS.items() if name in accepted for word in terminal.words]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _remedy(symbol: str, accepted: Collection[str]) -> str:
    if symbol.isspace():
        return "It looks like a blank and is none: write a space."
    for found, terminals, remedy in _REMEDIES:
        if terminals & set(accepted) and re.fullmatch(found, symbol, re.IGNORECASE | re.ASCII):
            return remedy
    if "DATASET" in accepted:
        return did_you_mean(symbol, DATASETS) or "A field is written dataset.field, such as Items.GENRE."
    return ""
