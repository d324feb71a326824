"""Filter values: what a request writes for a placeholder.

Texts carry their own double quotes, several are separated by commas; numbers may be quoted or not (developer guide,
applying a filter; AWS sample notebooks for numbers of either form).
unknown: [runtime/single-quoted-filter-value] single quotes around texts. chosen: they do as well, as in expressions
"""

from __future__ import annotations

import re
from functools import lru_cache

from pytest_personalize.filters.errors import FilterError
from pytest_personalize.filters.nodes import number

_ITEM = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^"',]*))\s*(,|$)""")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


@lru_cache(maxsize=1024)
def texts(value: str) -> tuple[str, ...]:
    """The texts of a filter value. Raises FilterError when one is not in double quotes."""
    items = []
    for quoted, bare in _items(value):
        if quoted is None:
            # unknown: [runtime/bare-filter-value] what the service makes of a bare word. chosen: refused, its own
            # examples all have the quotes.
            raise FilterError(f'each text stands in double quotes: write "{bare}", quotes included')
        items.append(quoted)
    return tuple(items)


@lru_cache(maxsize=1024)
def numbers(value: str) -> tuple[int | float, ...]:
    """The numbers of a filter value. Raises FilterError when one is no number."""
    return tuple(number_of(bare if quoted is None else quoted) for quoted, bare in _items(value))


def number_of(text: str) -> int | float:
    """The value of a text that is compared with a numeric field. Raises FilterError when it is no number."""
    if not _NUMBER.fullmatch(text):
        raise FilterError(f'"{text}" is no number')
    return number(text)


def _items(value: str) -> list[tuple[str | None, str]]:
    """Each comma separated item, as the text within quotes (or None) and the text without."""
    items: list[tuple[str | None, str]] = []
    offset = 0
    while match := _ITEM.match(value, offset):
        quoted = match[2] if match[1] is None else match[1]
        items.append((quoted, match[3] and match[3].strip()))
        offset = match.end()
        if not match[4]:
            return items
    raise FilterError(f"{value[offset:]!r} is neither a text in double quotes nor a number")
