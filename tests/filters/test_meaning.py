"""Generated filters on generated data select what a slow reading of the rules selects.

The reading below takes one id after the other, one condition after the other, from plain rows: no sets, no indexes, no
memory. It is written from the developer guide's pages on filters, not from the code.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

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
EVENT_FIELDS = {"EVENT_TYPE": "string"}

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

    kinds: Mapping[str, Mapping[str, str]]
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
    values: Mapping[str, Sequence[Value]]
    lookback: int


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
    numeric = world.kinds[DATASETS[target]][condition.name] in ("long", "double")
    return compares(condition.operator, found, wanted(world, asked, condition.operand, numeric))


def is_on(world: World, asked: Asked, expression: Expression) -> bool:
    """Whether the IF part holds."""
    for condition in expression.current_user:
        found = world.values("USERS", condition.name, asked.user)
        numeric = world.kinds["USERS"][condition.name] in ("long", "double")
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


def slowly(world: World, asked: Asked, filter: Filter, size: int) -> list[int]:
    applied = [expression for expression in filter.expressions if is_on(world, asked, expression)]
    includes = [expression for expression in applied if expression.action is Action.INCLUDE]
    excludes = [expression for expression in applied if expression.action is Action.EXCLUDE]
    return [
        index
        for index in range(size)
        if (not includes or any(matches(world, asked, expression, index) for expression in includes))
        and not any(matches(world, asked, expression, index) for expression in excludes)
    ]


# ------------------------------------------------------------------------------------------- what is generated

KINDS = st.sampled_from(["categories", "string", "long", "double"])
FIELDS = st.dictionaries(st.sampled_from(["A", "B_2", "IN"]), KINDS, min_size=1, max_size=3)
INDEXES = st.integers(min_value=0, max_value=6)


def value_of(kind: str) -> st.SearchStrategy[Value]:
    if kind == "long":
        return st.none() | st.integers(-1, 2)
    if kind == "double":
        return st.none() | st.sampled_from([-1.0, 0.0, 1.0, 1.5, 2.0])
    return st.none() | st.sampled_from(TEXTS)


@st.composite
def changes(draw: st.DrawFn, kinds: Mapping[str, Mapping[str, str]]) -> list[tuple[str, int, object]]:
    """Records that are put, and events that happen."""
    made: list[tuple[str, int, object]] = []
    for _ in range(draw(st.integers(0, 12))):
        dataset_type = draw(
            st.sampled_from(
                ["ITEMS", "ITEMS", "USERS", "ACTIONS", "INTERACTIONS", "INTERACTIONS", "ACTION_INTERACTIONS"]
            )
        )
        index = draw(INDEXES)
        if dataset_type in kinds:
            row = draw(st.fixed_dictionaries({name: value_of(kind) for name, kind in kinds[dataset_type].items()}))
            made.append((dataset_type, index, row))
        else:
            made.append(
                (dataset_type, index, (draw(INDEXES), draw(st.integers(0, 5)), draw(st.sampled_from(EVENT_TYPES))))
            )
    return made


@st.composite
def operands(
    draw: st.DrawFn,
    relation: Operator,
    kind: str,
    target: Target,
    events: bool,
    kinds: Mapping[str, Mapping[str, str]],
    names: Iterable[str],
) -> Operand:
    numeric = kind in ("long", "double")
    choices = ["literal"]
    if relation is not Operator.NOT_IN:
        choices.append("parameter")
    fitting = [name for name, other in kinds["ITEMS"].items() if (other in ("long", "double")) is numeric]
    if target is Target.ITEM and fitting:
        choices.append("current item")
    choice = draw(st.sampled_from(choices))
    if choice == "current item":
        return CurrentItem(name=draw(st.sampled_from(fitting)))
    if choice == "parameter":
        return Parameter(name=draw(st.sampled_from([f"{name}_{kind[0]}{relation.is_membership:d}" for name in names])))
    if numeric and not relation.is_membership:
        return Number(text=draw(st.sampled_from(NUMBERS)))
    pool = ["click", "CLICK", "watch", "*", ""] if events else NUMBERS if numeric else TEXTS
    return Texts(
        values=tuple(draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3 if relation.is_membership else 1)))
    )


@st.composite
def conditions(draw: st.DrawFn, dataset: Dataset, target: Target, kinds: Mapping[str, Mapping[str, str]]) -> Condition:
    events = dataset in EVENTS.values()
    name, kind = draw(st.sampled_from(sorted((EVENT_FIELDS if events else kinds[dataset.type]).items())))
    numeric = kind in ("long", "double")
    relation = draw(st.sampled_from([each for each in Operator if numeric or each not in COMPARISONS]))
    operand = draw(operands(relation, "event" if events else kind, target, events, kinds, ["P", "q"]))
    return Condition(dataset=dataset, name=name, operator=relation, operand=operand)


@st.composite
def filters(draw: st.DrawFn, kinds: Mapping[str, Mapping[str, str]]) -> Filter:
    target = draw(st.sampled_from(list(Target)))
    expressions = []
    for _ in range(draw(st.integers(1, 3))):
        dataset = draw(st.sampled_from([Dataset(DATASETS[target].title()), EVENTS[target]]))
        where = draw(
            st.lists(st.lists(conditions(dataset, target, kinds), min_size=1, max_size=2), min_size=1, max_size=2)
        )
        tested = draw(st.lists(conditions(Dataset.CURRENT_USER, target, kinds), max_size=2))
        expressions.append(
            Expression(
                action=draw(st.sampled_from(list(Action))),
                target=target,
                where=tuple(map(tuple, where)),
                current_user=tuple(tested),
            )
        )
    return Filter(expressions=tuple(expressions))


@st.composite
def requests(draw: st.DrawFn, filter: Filter) -> tuple[Asked, dict[str, str]]:
    """A request, and its filter values as they are written; those of EXCLUDE may be missing."""
    asked: dict[str, Sequence[Value]] = {}
    written: dict[str, str] = {}
    for name, required in compile_filter(filter).parameters.items():
        kind, several = name[-2], name[-1] == "1"
        if not required and draw(st.booleans()):
            continue
        pool = {"e": ["Click", "WATCH", "*"], "c": TEXTS, "s": TEXTS}.get(kind, NUMBERS)
        chosen = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3 if several else 1))
        numeric = kind in "ld"
        asked[name] = [float(text) for text in chosen] if numeric else chosen
        quoted = not numeric or draw(st.booleans())
        written[name] = draw(st.sampled_from([",", " , "])).join(f'"{text}"' if quoted else text for text in chosen)
    indexes = st.just(UNKNOWN) | INDEXES
    return Asked(user=draw(indexes), item=draw(indexes), values=asked, lookback=draw(st.integers(1, 3))), written


# --------------------------------------------------------------------------------------------------- the proof


def schema(dataset_type: str, fields: Mapping[str, str]) -> Schema:
    return Schema(
        dataset_type=dataset_type,
        domain=None,
        fields=tuple(
            Field(
                name=name,
                type="string" if kind == "categories" else kind,
                nullable=True,
                categorical=kind == "categories",
            )
            for name, kind in fields.items()
        ),
        text="",
    )


def make(world: World, records: Records, made: Iterable[tuple[str, int, object]]) -> None:
    """Put the same into the plain rows and into the records."""
    for dataset_type, index, content in made:
        if isinstance(content, dict):
            world.rows[dataset_type][index] = content
            records.table(dataset_type).put(index, content)
        elif isinstance(content, tuple):
            subject, time, kind = content
            if records.log(dataset_type).append(user=index, item=subject, time=time, type=kind):
                world.events[Dataset[dataset_type]].append((index, subject, time, kind))


@settings(max_examples=200)
@given(st.data())
def test_a_filter_selects_what_the_rules_say(data: st.DataObject) -> None:
    kinds = {dataset_type: data.draw(FIELDS) for dataset_type in ("ITEMS", "USERS", "ACTIONS")}
    schemas = {dataset_type: schema(dataset_type, fields) for dataset_type, fields in kinds.items()}
    schemas |= {kind: schema(kind, EVENT_FIELDS) for kind in ("INTERACTIONS", "ACTION_INTERACTIONS")}
    world, records = World(kinds=kinds), Records()
    for dataset_type, each in schemas.items():
        records.add_dataset(dataset_type, each)
    for ids in (records.users, records.items, records.actions):
        for index in range(7):
            ids.intern(f"i{index}")
    tree = data.draw(filters(kinds))
    compiled = compile_filter(parse(str(tree)))
    check(tree, schemas)

    # Data that goes on changing, in copies too, finds out whether something is remembered for too long.
    for step in range(3):
        make(world, records, data.draw(changes(kinds), label=f"changes {step}"))
        if step == 1:
            make(World(kinds=kinds), records.fork(), data.draw(changes(kinds), label="changes of a copy"))
        asked, written = data.draw(requests(tree), label=f"request {step}")
        selection = compiled.select(records, user=asked.user, item=asked.item, values=written, lookback=asked.lookback)
        expected = slowly(world, asked, tree, 7)
        assert [index for index in range(7) if selection.allows(index)] == expected
        assert selection.candidates() in (None, expected)
        assert len(selection) == len(expected)


@given(st.data())
def test_a_filter_reads_back_as_it_is_written(data: st.DataObject) -> None:
    kinds = {dataset_type: data.draw(FIELDS) for dataset_type in ("ITEMS", "USERS", "ACTIONS")}
    tree = data.draw(filters(kinds))
    assert parse(str(tree)) == tree
