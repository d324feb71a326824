"""Text to tree. lark, and the grammar, are loaded at the first parse."""

from __future__ import annotations

import re
import sys
from functools import cache, lru_cache
from importlib import resources
from importlib.util import cache_from_source
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from lark import Lark, Token, UnexpectedInput

MAX_LENGTH = 2500  # service model, FilterExpression
MAX_PARAMETER_LENGTH = 50  # service model, FilterAttributeName

_ACTIONS = {action.lower(): action for action in Action}
_TARGETS = {target.lower(): target for target in Target}
_DATASETS = {dataset.lower(): dataset for dataset in Dataset} | {"action": Dataset.ACTIONS}
_QUOTED_PARAMETER = re.compile(r"\$[A-Za-z_][A-Za-z0-9_]*")


@lru_cache(maxsize=512)
def parse(text: str) -> Filter:
    """Read a filter expression.

    Raises FilterError, and nothing else whatever the text, with the column, what was found and what was expected.
    """
    tree: Filter = _parse(text, "filter")
    return tree


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Read the attribute list of a user segment: ``field = value`` conditions joined with AND."""
    conditions: tuple[Condition, ...] = _parse(text, "attributes")
    return conditions


def _parse(text: str, start: str) -> Any:
    if len(text) > MAX_LENGTH:
        raise FilterError(
            f"Invalid Expression: it has {len(text)} characters, the maximum is {MAX_LENGTH}.", MAX_LENGTH + 1
        )
    language, syntax_error = _language()
    try:
        return language.parse(text, start=start)
    except syntax_error:
        pass
    # A second, slower reading only says where it went wrong, and what would have been accepted there.
    reading = language.parse_interactive(text, start=start)
    offset = len(text)
    try:
        reading.exhaust_lexer()
    except syntax_error as error:
        offset = len(text) if error.pos_in_stream is None else error.pos_in_stream
    accepted: set[str] = reading.accepts()  # type: ignore[no-untyped-call]
    raise explain(text, offset, accepted)


@cache
def _language() -> tuple[Lark, type[UnexpectedInput]]:
    # Here and not above: a session that creates no filter does not pay for lark.
    from lark import Lark, UnexpectedInput

    language = Lark(
        resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8"),
        start=["filter", "attributes"],
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=True,
        g_regex_flags=re.ASCII,  # or a Kelvin sign would be a K, and a long s an S
        transformer=_Builder(),
        cache=_kept_tables(),
    )
    return language, UnexpectedInput


def _kept_tables() -> str | bool:
    """Where lark keeps the tables that it makes of the grammar, for the next process: beside the compiled modules."""
    return False if sys.dont_write_bytecode else f"{cache_from_source(__file__)}.grammar"


class _Builder:
    """One method a grammar rule, called by lark with the children as the rule is recognised."""

    def filter(self, children: list[Expression]) -> Filter:
        return Filter(expressions=tuple(children))

    def expression(self, children: list[Any]) -> Expression:
        action, target, where, current_user = children
        return Expression(
            action=_ACTIONS[action.lower()],
            target=_TARGETS[target.lower()],
            where=where,
            current_user=current_user or (),
            position=_position(action),
        )

    def any_of(self, children: list[Any]) -> tuple[Any, ...]:
        return tuple(children)

    all_of = current_user = attributes = any_of

    def condition(self, children: list[Any]) -> Condition:
        dataset, name, operator, operand = children
        operator = Operator(operator.upper())
        operand = _with_placeholder(operand)
        if operator is Operator.NOT_IN and isinstance(operand, Parameter):
            raise invalid_symbol(
                str(operand),
                "Placeholders are not allowed with NOT_IN operator."
                f" At column {operand.position}: use IN with the opposite action (INCLUDE for EXCLUDE).",
                operand.position,
            )
        return Condition(
            dataset=_DATASETS[dataset.lower()],
            name=name.upper(),
            operator=operator,
            operand=operand,
            position=_position(dataset),
        )

    user_condition = attribute = condition

    def not_in(self, children: list[Token]) -> str:
        return Operator.NOT_IN

    def texts(self, children: list[Token]) -> Texts:
        return Texts(values=tuple(token[1:-1] for token in children), position=_position(children[0]))

    single_text = texts

    def number(self, children: list[Token]) -> Number:
        return Number(text=str(children[0]), position=_position(children[0]))

    def parameter(self, children: list[Token]) -> Parameter:
        name, position = str(children[0][1:]), _position(children[0])
        if len(name) > MAX_PARAMETER_LENGTH:
            raise invalid_symbol(
                f"${name}",
                f"At column {position}: a parameter name has at most {MAX_PARAMETER_LENGTH} characters.",
                position,
            )
        return Parameter(name=name, position=position)

    def current_item(self, children: list[Token]) -> CurrentItem:
        item, name = children
        return CurrentItem(name=name.upper(), position=_position(item))


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


def _position(token: Token) -> int:
    return (token.start_pos or 0) + 1
