"""What an expression says, as a flat tree; ``str`` writes it so that parsing gives the same tree again."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from attrs import field, frozen


class Action(StrEnum):
    INCLUDE = "INCLUDE"
    EXCLUDE = "EXCLUDE"


class Target(StrEnum):
    """What a filter selects."""

    ITEM = "ItemID"
    USER = "UserID"
    ACTION = "ActionID"


class Dataset(StrEnum):
    """The names in front of the dot."""

    ITEMS = "Items"
    INTERACTIONS = "Interactions"
    USERS = "Users"
    ACTIONS = "Actions"
    ACTION_INTERACTIONS = "Action_Interactions"
    CURRENT_USER = "CurrentUser"

    @property
    def type(self) -> str:
        """The dataset type whose schema has the fields."""
        return "USERS" if self is Dataset.CURRENT_USER else self.name

    @property
    def has_events(self) -> bool:
        return self in (Dataset.INTERACTIONS, Dataset.ACTION_INTERACTIONS)


class Operator(StrEnum):
    IN = "IN"
    NOT_IN = "NOT IN"
    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="

    @property
    def is_membership(self) -> bool:
        return self in (Operator.IN, Operator.NOT_IN)

    @property
    def is_range(self) -> bool:
        return self in (Operator.LESS, Operator.AT_MOST, Operator.GREATER, Operator.AT_LEAST)

    @property
    def is_negative(self) -> bool:
        return self in (Operator.NOT_IN, Operator.UNEQUAL)


@frozen(kw_only=True)
class Texts:
    """One or more literals in quotes."""

    values: tuple[str, ...]
    position: int = field(default=1, eq=False)

    def __str__(self) -> str:
        return ", ".join(f"'{value}'" if '"' in value else f'"{value}"' for value in self.values)


@frozen(kw_only=True)
class Number:
    """A number, kept as written."""

    text: str
    position: int = field(default=1, eq=False)

    @property
    def value(self) -> int | float:
        return number(self.text)

    def __str__(self) -> str:
        return self.text


@frozen(kw_only=True)
class Parameter:
    """A placeholder whose value comes with the request."""

    name: str
    position: int = field(default=1, eq=False)

    def __str__(self) -> str:
        return f"${self.name}"


@frozen(kw_only=True)
class CurrentItem:
    """A field of the item that the request names."""

    name: str
    position: int = field(default=1, eq=False)

    def __str__(self) -> str:
        return f"CurrentItem.{self.name}"


Operand = Texts | Number | Parameter | CurrentItem


@frozen(kw_only=True)
class Condition:
    """``Items.GENRE IN ("Drama")``; the field name is upper case, since its case does not count."""

    dataset: Dataset
    name: str
    operator: Operator
    operand: Operand
    position: int = field(default=1, eq=False)

    @property
    def fields(self) -> Iterator[tuple[str, str]]:
        """Dataset type and name of the fields that it reads."""
        yield self.dataset.type, self.name
        if isinstance(self.operand, CurrentItem):
            yield "ITEMS", self.operand.name

    def __str__(self) -> str:
        bare = not self.operator.is_membership or isinstance(self.operand, CurrentItem)
        operand = str(self.operand) if bare else f"({self.operand})"
        return f"{self.dataset}.{self.name} {self.operator} {operand}"


@frozen(kw_only=True)
class Expression:
    """One INCLUDE or EXCLUDE: any of ``where`` must hold, each being conditions that must all hold.

    ``current_user`` is the IF part: all must hold for the expression to be applied at all.
    """

    action: Action
    target: Target
    where: tuple[tuple[Condition, ...], ...]
    current_user: tuple[Condition, ...] = ()
    position: int = field(default=1, eq=False)

    @property
    def conditions(self) -> Iterator[Condition]:
        """All conditions, in the order of the text."""
        for all_of in self.where:
            yield from all_of
        yield from self.current_user

    def __str__(self) -> str:
        where = " OR ".join(" AND ".join(map(str, all_of)) for all_of in self.where)
        text = f"{self.action} {self.target} WHERE {where}"
        return f"{text} IF {' AND '.join(map(str, self.current_user))}" if self.current_user else text


@frozen(kw_only=True)
class Filter:
    """A whole filter expression: one or more expressions chained with ``|``."""

    expressions: tuple[Expression, ...]
    fields: frozenset[str] = field(init=False, eq=False, repr=False)
    """The distinct dataset fields, such as ``ITEMS.GENRE``: what the quotas of fields count.

    CurrentUser fields are fields of USERS, CurrentItem fields are fields of ITEMS.
    """

    @fields.default
    def _fields(self) -> frozenset[str]:
        return frozenset(f"{kind}.{name}" for condition in self.conditions for kind, name in condition.fields)

    @property
    def target(self) -> Target:
        return self.expressions[0].target

    @property
    def conditions(self) -> Iterator[Condition]:
        for expression in self.expressions:
            yield from expression.conditions

    def __str__(self) -> str:
        return " | ".join(map(str, self.expressions))


def number(text: str) -> int | float:
    """The value of digits, with or without a fraction."""
    return float(text) if "." in text else int(text)
