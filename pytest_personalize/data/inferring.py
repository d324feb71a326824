"""Schemas worked out from data: by the names that the rules know, and by the values of all other columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pytest_personalize.data.avro import avro_text
from pytest_personalize.data.schema_rules import DATASET_TYPES, RULES, SCHEMA_NAMES, Rules, Wanted
from pytest_personalize.data.values import BOUNDS, TRUTH

Cell = str | int | float | bool | None
"""A value of a row; None is null."""

LONG_TEXT: Final = 40
"""The mean length in characters from which texts are prose and no names."""
FEW_CATEGORIES: Final = 10
"""So many different values are categories, however few rows there are."""
PER_CATEGORY: Final = 2
"""How many values a category has at least in the mean, where there are more than a few."""

_WHOLE: Final = re.compile(r"[+-]?(0|[1-9]\d{0,18})")
_NUMBER: Final = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def schema_text(dataset_type: str, domain: str | None, columns: Mapping[str, Sequence[Cell]]) -> str:
    """The Avro text of a schema for columns of values.

    What the rules of the dataset type name has the form that they want; other columns are booleans, numbers or strings
    by their values. Strings are categorical when few different ones come again and again (the parts between bars count
    by themselves), and one column of long texts in Items is textual. Null is allowed where values are missing.
    """
    rules = RULES.get((domain, dataset_type)) or RULES[None, dataset_type]
    prose = _prose(dataset_type, rules, columns)
    fields = [_field(name, cells, rules, prose) for name, cells in columns.items()]
    return avro_text(SCHEMA_NAMES[DATASET_TYPES.index(dataset_type)], fields)


def as_cells(texts: Sequence[str]) -> Sequence[Cell]:
    """The values that the cells of a column of a CSV file mean: numbers and truth values where all of them are."""
    filled = [text for text in texts if text]
    read: Any = str
    if filled and all(text in TRUTH for text in filled):
        read = TRUTH.__getitem__
    elif filled and all(map(_WHOLE.fullmatch, filled)):
        read = int
    elif filled and all(map(_NUMBER.fullmatch, filled)):
        read = float
    return [read(text) if text else None for text in texts]


def _field(name: str, cells: Sequence[Cell], rules: Rules, prose: str | None) -> dict[str, object]:
    wanted = _wanted(name, rules)
    required = name in rules.required or name in rules.alternatives.values()
    filled = [cell for cell in cells if cell is not None]
    if wanted is None or wanted.kind == "any":
        wanted = _by_values(filled, textual=name == prose)
    nullable = len(filled) < len(cells) and not required
    flag: dict[str, object] = {wanted.kind: True} if wanted.kind in ("categorical", "textual") else {}
    return {"name": name, "type": ["null", wanted.type] if nullable else wanted.type} | flag


def _wanted(name: str, rules: Rules) -> Wanted | None:
    """The form in which the rules want a field, if they name it."""
    required = next((own for own, other in rules.alternatives.items() if other == name), name)
    return rules.required.get(required) or rules.reserved.get(name)


def _by_values(filled: Sequence[Cell], *, textual: bool) -> Wanted:
    if filled and all(isinstance(cell, bool) for cell in filled):
        return Wanted("boolean")
    if numbers := _numbers(filled):
        whole = all(isinstance(cell, int) for cell in numbers)
        narrow, wide = ("int", "long") if whole else ("float", "double")
        low, high = BOUNDS[narrow]
        return Wanted(narrow if low <= min(numbers) and max(numbers) <= high else wide)
    if textual:
        return Wanted("string", "textual")
    parts = {part for cell in filled for part in str(cell).split("|")}
    few = len(parts) <= max(FEW_CATEGORIES, len(filled) // PER_CATEGORY)
    return Wanted("string", "categorical" if few and _mean_length(filled) < LONG_TEXT else "plain")


def _numbers(filled: Sequence[Cell]) -> list[int | float]:
    """The values, if all of them are numbers."""
    numbers = [cell for cell in filled if isinstance(cell, int | float) and not isinstance(cell, bool)]
    return numbers if len(numbers) == len(filled) else []


def _prose(dataset_type: str, rules: Rules, columns: Mapping[str, Sequence[Cell]]) -> str | None:
    """The one column that may be textual: none where the rules know one by its name, else that of the longest texts."""
    named = any(wanted.kind == "textual" for name in columns if (wanted := _wanted(name, rules)))
    if dataset_type != "ITEMS" or named:
        return None
    lengths = {
        name: _mean_length(cells)
        for name, cells in columns.items()
        if _wanted(name, rules) is None and all(cell is None or isinstance(cell, str) for cell in cells)
    }
    longest = max(lengths, key=lambda name: lengths[name], default=None)
    return longest if longest is not None and lengths[longest] >= LONG_TEXT else None


def _mean_length(cells: Sequence[Cell]) -> float:
    lengths = [len(str(cell)) for cell in cells if cell is not None]
    return sum(lengths) / max(len(lengths), 1)
