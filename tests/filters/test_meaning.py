"""Generated filters on generated data select what a slow reading of the rules selects.

The reading below takes one id after the other, one condition after the other, from plain rows: no sets, no indexes, no
memory. It is written from the developer guide's pages on filters, not from the code.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TypeVar

from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_personalize.data.avro import Field, Schema
from pytest_personalize.data.records import Records
from pytest_personalize.filters import UNKNOWN, check, compile_filter, parse
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

Value = str | int | float | None
Row = Mapping[str, Value]

DATASETS = {Target.ITEM: "ITEMS", Target.USER: "USERS", Target.ACTION: "ACTIONS"}
EVENTS = {
    Target.ITEM: Dataset.INTERACTIONS,
    Target.USER: Dataset.INTERACTIONS,
    Target.ACTION: Dataset.ACTION_INTERACTIONS,
}
NUMERIC = ("long", "double")
BASE_TYPES = {"categories": "string", "event": "string"}
Kinds = Mapping[str, Mapping[str, str]]
"""Dataset type to field to kind."""

TEXTS = ["a", "b", "A", "a|b", "b|c|a", "a|", "it's", "Größe"]
EVENT_TYPES = ["click", "Click", "watch", ""]
NUMBERS = ["-1", "0", "1", "1.5", "2", "2.0"]
COMPARISONS = {
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


@define
class World:
    """Everything that was put, in plain rows."""

    kinds: Kinds
    rows: dict[str, dict[int, Row]] = field(factory=lambda: {"ITEMS": {}, "USERS": {}, "ACTIONS": {}})
    events: dict[Dataset, list[tuple[int, int, int, str]]] = field(
        factory=lambda: {Dataset.INTERACTIONS: [], Dataset.ACTION_INTERACTIONS: []}
    )
    """User, subject, time, type."""

    def values(self, dataset_type: str, name: str, index: int | None) -> Sequence[Value]:
        """The values of a field of a record; none for null."""
        value = self.rows[dataset_type].get(-9 if index is None else index, {}).get(name)
        if value is None:
            return []
        if self.kinds[dataset_type][name] == "categories":
            return [category for category in str(value).split("|") if category]
        return [value]


@define
class Asked:
    """One request."""

    user: int | None
    item: int | None
    lookback: int
    values: dict[str, Sequence[Value]]
    written: dict[str, str]
    """The values as a caller writes them."""


class Missing(Exception):
    """A condition without its filter value."""


def wanted(world: World, asked: Asked, operand: Operand, numeric: bool) -> Sequence[Value]:
    if isinstance(operand, Texts):
        return [float(text) for text in operand.values] if numeric else operand.values
    if isinstance(operand, Number):
        return [float(operand.text)]
    if isinstance(operand, CurrentItem):
        return world.values("ITEMS", operand.name, asked.item)
    if operand.name not in asked.values:
        raise Missing
    return asked.values[operand.name]


def compares(relation: Operator, found: Sequence[Value], others: Sequence[Value]) -> bool:
    if relation in COMPARISONS:
        return bool(found) and bool(others) and COMPARISONS[relation](found[0], others[0])
    is_in = any(value in others for value in found)
    return is_in if relation in (Operator.IN, Operator.EQUAL) else not is_in


def had_event(world: World, asked: Asked, condition: Condition, target: Target, index: int) -> bool:
    """Whether an event of the wanted type links the user and the subject."""
    types = [str(text).casefold() for text in wanted(world, asked, condition.operand, numeric=False)]
    events = world.events[condition.dataset]
    looked_at: Counter[tuple[int, str]] = Counter()
    for user, subject, _, kind in sorted(events, key=lambda event: event[2])[::-1]:
        looked_at[user, kind.casefold()] += 1
        if target is not Target.USER and looked_at[user, kind.casefold()] > asked.lookback:
            continue
        linked = user == index if target is Target.USER else (user, subject) == (asked.user, index)
        if linked and ("*" in types or (kind and kind.casefold() in types)):
            return True
    return False


def satisfies(world: World, asked: Asked, condition: Condition, target: Target, index: int) -> bool:
    if condition.dataset in (Dataset.INTERACTIONS, Dataset.ACTION_INTERACTIONS):
        return had_event(world, asked, condition, target, index) is (
            condition.operator in (Operator.IN, Operator.EQUAL)
        )
    found = world.values(DATASETS[target], condition.name, index)
    numeric = world.kinds[DATASETS[target]][condition.name] in NUMERIC
    return compares(condition.operator, found, wanted(world, asked, condition.operand, numeric))


def is_on(world: World, asked: Asked, expression: Expression) -> bool:
    """Whether the IF part holds."""
    for condition in expression.current_user:
        found = world.values("USERS", condition.name, asked.user)
        numeric = world.kinds["USERS"][condition.name] in NUMERIC
        try:
            others = wanted(world, asked, condition.operand, numeric)
        except Missing:
            return False
        if not found or not compares(condition.operator, found, others):
            return False
    return True


def matches(world: World, asked: Asked, expression: Expression, index: int) -> bool:
    for all_of in expression.where:
        try:
            if all(satisfies(world, asked, condition, expression.target, index) for condition in all_of):
                return True
        except Missing:
            continue
    return False


def slowly(world: World, asked: Asked, filter: Filter) -> list[bool]:
    """Which of the seven ids are left, and whether one would be of which nothing is recorded."""
    applied = [expression for expression in filter.expressions if is_on(world, asked, expression)]
    includes = [expression for expression in applied if expression.action is Action.INCLUDE]
    excludes = [expression for expression in applied if expression.action is Action.EXCLUDE]
    return [
        (not includes or any(matches(world, asked, expression, index) for expression in includes))
        and not any(matches(world, asked, expression, index) for expression in excludes)
        for index in range(8)
    ]


# ------------------------------------------------------------------------------------------- what is generated

KINDS = ("categories", "string", "long", "double")
VALUES: Mapping[str, Sequence[Value]] = {
    "categories": [None, None, *TEXTS],
    "string": [None, None, *TEXTS],
    "long": [None, -1, 0, 1, 2],
    "double": [None, -1.0, 0.0, 1.0, 1.5, 2.0],
}
LITERALS = {"long": NUMBERS, "double": NUMBERS}
LITERALS |= {kind: ["", *TEXTS] for kind in ("categories", "string")}
LITERALS |= {"event": ["click", "CLICK", "watch", "*", ""]}
CHANGED = ("ITEMS", "ITEMS", "USERS", "ACTIONS", "INTERACTIONS", "INTERACTIONS", "ACTION_INTERACTIONS")

Change = tuple[str, int, Row | tuple[int, int, str]]
"""Dataset type, index of a record and its row, or index of a user and the subject, time and type of an event."""

T = TypeVar("T")


class Dice:
    """Few strategies, drawn from often: Hypothesis takes its time to make one."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.number(0, len(choices) - 1)]

    def picks(self, choices: Sequence[T], least: int, most: int) -> list[T]:
        return [self.pick(choices) for _ in range(self.number(least, most))]

    def number(self, least: int, most: int) -> int:
        return self.draw(numbers_between(least, most))


@cache
def numbers_between(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


def some_changes(dice: Dice, kinds: Kinds) -> list[Change]:
    made: list[Change] = []
    for dataset_type in dice.picks(CHANGED, 0, 12):
        index = dice.number(0, 6)
        if dataset_type in kinds:
            row = {name: dice.pick(VALUES[kind]) for name, kind in kinds[dataset_type].items()}
            made.append((dataset_type, index, row))
        else:
            made.append((dataset_type, index, (dice.number(0, 6), dice.number(0, 5), dice.pick(EVENT_TYPES))))
    return made


def an_operand(dice: Dice, relation: Operator, kind: str, target: Target, kinds: Kinds) -> Operand:
    numeric = kind in NUMERIC
    fitting = [name for name, other in kinds["ITEMS"].items() if (other in NUMERIC) is numeric]
    choices = ["literal", "literal"]
    if relation is not Operator.NOT_IN:
        choices.append("parameter")
    if target is Target.ITEM and fitting:
        choices.append("current item")
    match dice.pick(choices):
        case "parameter":
            # The name tells which values fit: the kind, and whether it may be several.
            return Parameter(name=f"{kind}_{'list' if relation.is_membership else 'one'}_{dice.pick('Pq')}")
        case "current item":
            return CurrentItem(name=dice.pick(fitting))
    if numeric and not relation.is_membership:
        return Number(text=dice.pick(NUMBERS))
    return Texts(values=tuple(dice.picks(LITERALS[kind], 1, 3 if relation.is_membership else 1)))


def a_condition(dice: Dice, dataset: Dataset, target: Target, kinds: Kinds) -> Condition:
    fields = {"EVENT_TYPE": "event"} if dataset.has_events else kinds[dataset.type]
    name, kind = dice.pick(list(fields.items()))
    relation = dice.pick([each for each in Operator if kind in NUMERIC or each not in COMPARISONS])
    operand = an_operand(dice, relation, kind, target, kinds)
    return Condition(dataset=dataset, name=name, operator=relation, operand=operand)


def an_expression(dice: Dice, target: Target, kinds: Kinds) -> Expression:
    dataset = dice.pick([Dataset(DATASETS[target].title()), EVENTS[target]])

    def conditions(least: int, among: Dataset) -> tuple[Condition, ...]:
        return tuple(a_condition(dice, among, target, kinds) for _ in range(dice.number(least, 2)))

    return Expression(
        action=dice.pick(list(Action)),
        target=target,
        where=tuple(conditions(1, dataset) for _ in range(dice.number(1, 2))),
        current_user=() if target is Target.USER else conditions(0, Dataset.CURRENT_USER),
    )


def a_request(dice: Dice, tree: Filter) -> Asked:
    """A request; values that only EXCLUDE needs may be missing."""
    asked = Asked(
        user=dice.number(UNKNOWN, 6), item=dice.number(UNKNOWN, 6), lookback=dice.number(1, 3), values={}, written={}
    )
    for name, required in compile_filter(tree).parameters.items():
        kind, size, _ = name.split("_")
        if not required and dice.pick([True, False]):
            continue
        chosen = dice.picks([text for text in LITERALS[kind] if text or kind != "event"], 1, 3 if size == "list" else 1)
        asked.values[name] = [float(text) for text in chosen] if kind in NUMERIC else chosen
        quote = "" if kind in NUMERIC and dice.pick([True, False]) else '"'
        asked.written[name] = dice.pick([",", " , "]).join(f"{quote}{text}{quote}" for text in chosen)
    return asked


@define
class Step:
    """Changes, changes of a copy, and a request after them."""

    changes: list[Change]
    changes_of_copy: list[Change]
    asked: Asked


@define
class Case:
    kinds: Kinds
    tree: Filter
    steps: list[Step]


@st.composite
def cases(draw: st.DrawFn, steps: int) -> Case:
    dice = Dice(draw)
    kinds = {
        dataset_type: {name: dice.pick(KINDS) for name in ("A", "B_2", "IN")[: dice.number(1, 3)]}
        for dataset_type in ("ITEMS", "USERS", "ACTIONS")
    }
    target = dice.pick(list(Target))
    tree = Filter(expressions=tuple(an_expression(dice, target, kinds) for _ in range(dice.number(1, 3))))
    return Case(
        kinds=kinds,
        tree=tree,
        steps=[
            Step(
                changes=some_changes(dice, kinds),
                changes_of_copy=some_changes(dice, kinds) if dice.pick([True, False]) else [],
                asked=a_request(dice, tree),
            )
            for _ in range(steps)
        ],
    )


# --------------------------------------------------------------------------------------------------- the proof


def schema(dataset_type: str, fields: Mapping[str, str]) -> Schema:
    return Schema(
        dataset_type=dataset_type,
        domain=None,
        fields=tuple(
            Field(name=name, type=BASE_TYPES.get(kind, kind), nullable=True, categorical=kind == "categories")
            for name, kind in fields.items()
        ),
        text="",
    )


def make(world: World, records: Records, changes: Iterable[Change]) -> None:
    """Put the same into the plain rows and into the records."""
    for dataset_type, index, content in changes:
        if isinstance(content, tuple):
            subject, time, kind = content
            if records.log(dataset_type).append(user=index, item=subject, time=time, type=kind):
                world.events[Dataset[dataset_type]].append((index, subject, time, kind))
        else:
            world.rows[dataset_type][index] = content
            records.table(dataset_type).put(index, content)


@settings(max_examples=5 * settings.default.max_examples)
@given(cases(steps=3))
def test_a_filter_selects_what_the_rules_say(case: Case) -> None:
    schemas = {dataset_type: schema(dataset_type, fields) for dataset_type, fields in case.kinds.items()}
    schemas |= {kind: schema(kind, {"EVENT_TYPE": "event"}) for kind in ("INTERACTIONS", "ACTION_INTERACTIONS")}
    world, records = World(kinds=case.kinds), Records()
    for dataset_type, each in schemas.items():
        records.add_dataset(dataset_type, each)
    for ids in (records.users, records.items, records.actions):
        for index in range(7):
            ids.intern(f"i{index}")
    check(case.tree, schemas)
    compiled = compile_filter(case.tree)
    # Data that goes on changing, in copies too, finds out whether something is remembered for too long.
    for step in case.steps:
        make(world, records, step.changes)
        if step.changes_of_copy:
            make(World(kinds=case.kinds), records.fork(), step.changes_of_copy)
        asked = step.asked
        selection = compiled.select(
            records, user=asked.user, item=asked.item, values=asked.written, lookback=asked.lookback
        )
        *expected, beyond = slowly(world, asked, case.tree)
        assert [selection.allows(index) for index in range(7)] == expected
        assert selection.allows(UNKNOWN) is beyond
        allowed = [index for index in range(7) if expected[index]]
        assert len(selection) == len(allowed)
        assert selection.candidates() in (None, allowed)


@given(cases(steps=0))
def test_a_filter_reads_back_as_it_is_written(case: Case) -> None:
    assert parse(str(case.tree)) == case.tree
