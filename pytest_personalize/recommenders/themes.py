"""Themes: a few words for what a list of related items has in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log, sqrt
from typing import Final

from attrs import frozen

from pytest_personalize.data.entities import EntityTable
from pytest_personalize.data.records import Records
from pytest_personalize.recommenders.texts import words

_LABELS: Final = 2
"""How many words a theme is made of."""


@frozen(kw_only=True)
class Theme:
    """A theme, and the items with their relevance to it, most relevant first.

    Printed relevance scores lie between -0.1 and 0.6; items below 0.1 are better dropped (developer guide, themes).
    """

    text: str
    items: tuple[int, ...]
    scores: tuple[float, ...]


def theme(records: Records, items: Sequence[int], item_name: str) -> Theme:
    """Name what items have in common.

    A word (category, or word of a description) is the better for the theme the more of the items have it and the
    fewer of all items do; the best two make the text. An item's relevance is the similarity of its words to those of
    the whole list, less the similarity that any item has to it: what has nothing to do with the theme falls below zero.

    Args:
        records: What is known about the items.
        items: The related items.
        item_name: The column with the names, whose words name items rather than themes.
    """
    table = records.items_table
    if table is None or not items:
        return Theme(text=_title(()), items=tuple(items), scores=(0.0,) * len(items))
    everywhere = Counter(word for item in table for word in _words(records, table, item, item_name))
    of_item = {item: frozenset(_words(records, table, item, item_name)) for item in items}
    inside = Counter(word for item in items for word in sorted(of_item[item]))
    total = len(table) + 1
    weight = {word: count * log(total / everywhere[word]) for word, count in inside.items()}
    best = sorted(weight, key=lambda word: (-weight[word], word))
    relevance = {item: _relevance(of_item[item], weight, len(items)) for item in items}
    order = sorted(items, key=lambda item: (-relevance[item], item))
    shared = [word for word in best if inside[word] > 1][:_LABELS] or best[:1]
    return Theme(text=_title(shared), items=tuple(order), scores=tuple(relevance[item] for item in order))


def _words(records: Records, table: EntityTable, item: int, item_name: str) -> Iterator[str]:
    """The distinct words of an item's categories and descriptions."""
    schema = records.schemas["ITEMS"]
    found: dict[str, None] = {}
    for schema_field in schema.fields:
        if schema_field.name not in table.columns or schema_field.name.casefold() == item_name.casefold():
            continue
        value = table.value(item, schema_field.name)
        if value is None:
            continue
        if schema_field.categorical:
            found.update(dict.fromkeys(part.casefold() for part in str(value).split("|") if part))
        elif schema_field.textual:
            found.update(dict.fromkeys(words(str(value))))
    return iter(found)


def _relevance(own: frozenset[str], weight: dict[str, float], count: int) -> float:
    """The cosine of an item's words and the list's, less what one item by itself lends to the list."""
    if not own:
        return -0.1
    length = sqrt(sum(value**2 for value in weight.values()) * len(own)) or 1.0
    return round(sum(weight[word] for word in own) / length - 0.1 / sqrt(count), 8)


def _title(found: Sequence[str]) -> str:
    return " and ".join(found).capitalize() if found else "Items often chosen together"
