"""Text to tree: the filter language of Amazon Personalize, and the attribute lists of user segments.

Each rule of the grammar is a function that reads what it names, with the terminals of ``TERMINALS``::

    filter       = expression ("|" expression)*
    expression   = ACTION TARGET WHERE any_of [IF current_user]
    any_of       = all_of (OR all_of)*
    all_of       = condition (AND condition)*
    current_user = condition of CurrentUser (AND condition of CurrentUser)*
    condition    = DATASET "." NAME test
    test         = IN members | NOT IN members | EQUALITY (value | text) | RANGE value
    members      = "(" TEXT ("," TEXT)* ")" | "(" PARAMETER ")" | current_item
    value        = NUMBER | PARAMETER | "(" NUMBER ")" | "(" PARAMETER ")" | current_item
    text         = TEXT | "(" TEXT ")"
    current_item = CURRENT_ITEM "." NAME
    attributes   = DATASET "." NAME "=" (TEXT | NUMBER) (AND ...)*

Sources: developer guide, filter expression structure and elements; expressions of the AWS sample notebooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

from attrs import frozen

from pytest_personalize.filters.errors import FilterError, invalid_symbol
from pytest_personalize.filters.mistakes import explain
from pytest_personalize.filters.nodes import (
    Action,
    Condition,
    CurrentItem,
    Dataset,
    Expression,
    Filter,
    Number,
    Operand,
    Operator,
    Parameter,
    Target,
    Texts,
)
from pytest_personalize.filters.terminals import BLANKS, TERMINALS

MAX_LENGTH = 2500  # service model, FilterExpression
MAX_PARAMETER_LENGTH = 50  # service model, FilterAttributeName

_ACTIONS: Final = {action.lower(): action for action in Action}
_TARGETS: Final = {target.lower(): target for target in Target}
_DATASETS: Final = {dataset.lower(): dataset for dataset in Dataset} | {"action": Dataset.ACTIONS}
_QUOTED_PARAMETER: Final = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")

T = TypeVar("T")


@lru_cache(maxsize=512)
def parse(text: str) -> Filter:
    """Read a filter expression.

    Raises FilterError, and nothing else whatever the text, with the column, what was found and what was expected.
    """
    reading = Reading(text)
    found = Filter(expressions=reading.list_of(_expression, "BAR"))
    reading.need("END")
    return found


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Read the attribute list of a user segment: ``field = value`` conditions joined with AND."""
    reading = Reading(text)
    found = reading.list_of(_attribute, "AND")
    reading.need("END")
    return found


class Reading:
    """A text that is read from left to right; FilterError for one that is too long."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise FilterError(
                f"Invalid Expression: it has {len(text)} characters, the maximum is {MAX_LENGTH}.", MAX_LENGTH + 1
            )
        self._text = text
        self._offset = 0
        self._tried: set[str] = set()  # at this offset, in vain

    def take(self, *names: str) -> Token | None:
        """The first of those terminals that comes next, if one does."""
        start = BLANKS.match(self._text, self._offset).end()  # type: ignore[union-attr]  # it matches anything
        for name in names:
            found = TERMINALS[name].pattern.match(self._text, start)
            if found is not None:
                self._offset = found.end()
                self._tried = set()
                return Token(name, found[0], start + 1)
        self._tried.update(names)
        return None

    def need(self, *names: str) -> Token:
        """The first of those terminals that comes next; FilterError when none does."""
        token = self.take(*names)
        if token is None:
            raise explain(self._text, self._offset, self._tried)
        return token

    def list_of(self, rule: Callable[[Reading], T], separator: str) -> tuple[T, ...]:
        """One or more of what a rule reads, with that terminal between them."""
        found = [rule(self)]
        while self.take(separator) is not None:
            found.append(rule(self))
        return tuple(found)


@frozen
class Token:
    """A terminal that was read; ``position`` is the column where it begins, counted from 1."""

    terminal: str
    text: str
    position: int


def _expression(reading: Reading) -> Expression:
    action, target, _ = reading.need("ACTION"), reading.need("TARGET"), reading.need("WHERE")
    return Expression(
        action=_ACTIONS[action.text.lower()],
        target=_TARGETS[target.text.lower()],
        # unknown: [runtime/and-beside-or] the precedence of AND and OR. chosen: AND binds tighter, as in SQL
        where=reading.list_of(_all_of, "OR"),
        # The IF part tests the user of the request and is extended with AND only.
        current_user=() if reading.take("IF") is None else reading.list_of(_user_condition, "AND"),
        position=action.position,
    )


def _all_of(reading: Reading) -> tuple[Condition, ...]:
    return reading.list_of(_condition, "AND")


def _condition(reading: Reading) -> Condition:
    return _test(reading, reading.need("DATASET"), _field_name(reading))


def _user_condition(reading: Reading) -> Condition:
    return _test(reading, reading.need("CURRENT_USER"), _field_name(reading))


def _attribute(reading: Reading) -> Condition:
    dataset, name = reading.need("DATASET"), _field_name(reading)
    reading.need("EQUAL")
    return _compared(dataset, name, Operator.EQUAL, _operand(reading.need("TEXT", "NUMBER")))


def _field_name(reading: Reading) -> str:
    reading.need("DOT")
    return reading.need("NAME").text.upper()


def _test(reading: Reading, dataset: Token, name: str) -> Condition:
    operator = reading.take("IN", "NOT", "EQUALITY") or reading.need("RANGE")
    if operator.terminal == "NOT":
        reading.need("IN")
        return _compared(dataset, name, Operator.NOT_IN, _members(reading))
    if operator.terminal == "IN":
        return _compared(dataset, name, Operator.IN, _members(reading))
    kinds = ("NUMBER", "PARAMETER", "TEXT") if operator.terminal == "EQUALITY" else ("NUMBER", "PARAMETER")
    return _compared(dataset, name, Operator(operator.text), _value(reading, *kinds))


def _members(reading: Reading) -> Operand:
    if reading.take("LPAR") is None:
        return _current_item(reading)
    parameter = reading.take("PARAMETER")
    texts = () if parameter else reading.list_of(_text, "COMMA")
    reading.need("RPAR")
    return _operand(parameter) if parameter else Texts(values=tuple(map(_unquoted, texts)), position=texts[0].position)


def _value(reading: Reading, *kinds: str) -> Operand:
    """One value of those kinds, in parentheses or not, or a field of the current item."""
    token = reading.take(*kinds)
    if token is None and reading.take("LPAR") is not None:
        token = reading.need(*kinds)
        reading.need("RPAR")
    return _current_item(reading) if token is None else _operand(token)


def _current_item(reading: Reading) -> CurrentItem:
    item = reading.need("CURRENT_ITEM")
    return CurrentItem(name=_field_name(reading), position=item.position)


def _text(reading: Reading) -> Token:
    return reading.need("TEXT")


def _unquoted(token: Token) -> str:
    return token.text[1:-1]


def _operand(token: Token) -> Operand:
    if token.terminal == "TEXT":
        return Texts(values=(_unquoted(token),), position=token.position)
    if token.terminal == "NUMBER":
        return Number(text=token.text, position=token.position)
    name = token.text[1:]
    if len(name) > MAX_PARAMETER_LENGTH:
        raise invalid_symbol(
            f"${name}",
            f"At column {token.position}: a parameter name has at most {MAX_PARAMETER_LENGTH} characters.",
            token.position,
        )
    return Parameter(name=name, position=token.position)


def _compared(dataset: Token, name: str, operator: Operator, operand: Operand) -> Condition:
    operand = _with_placeholder(operand)
    if operator is Operator.NOT_IN and isinstance(operand, Parameter):
        # It is read, and refused in the words of the service.
        raise invalid_symbol(
            str(operand),
            "Placeholders are not allowed with NOT_IN operator."
            f" At column {operand.position}: use IN with the opposite action (INCLUDE for EXCLUDE).",
            operand.position,
        )
    return Condition(
        dataset=_DATASETS[dataset.text.lower()],
        name=name,
        operator=operator,
        operand=operand,
        position=dataset.position,
    )


def _with_placeholder(operand: Operand) -> Operand:
    # unknown: [runtime/placeholder-in-quotes] the service may take "$GENRE" for a literal. chosen: a placeholder, as an
    # example of the guide has it; among other texts it is refused, as no request could ever give it a value.
    values = operand.values if isinstance(operand, Texts) else ()
    if len(values) == 1 and _QUOTED_PARAMETER.fullmatch(values[0]):
        return Parameter(name=values[0][1:], position=operand.position)
    for value in values:
        if _QUOTED_PARAMETER.fullmatch(value):
            raise invalid_symbol(
                f'"{value}"',
                f"At column {operand.position}: a placeholder in quotes is a literal; write {value} without quotes.",
                operand.position,
            )
    return operand
