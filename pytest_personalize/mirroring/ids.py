"""Ids in the form that a few examples show."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from pytest_personalize.nearest import hint
from pytest_personalize.testing.sample_store import SIZES

COLUMNS: Final = {
    "user": ("USER_ID", SIZES.users),
    "item": ("ITEM_ID", SIZES.items),
    "action": ("ACTION_ID", SIZES.actions),
}
"""What examples are of -> the column of such ids, and how many samples have."""

UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WHEELS: Final = (string.digits, string.ascii_uppercase, string.ascii_lowercase)
HEXADECIMAL: Final = (f"{string.digits}abcdef", f"{string.digits}ABCDEF")


def ids_like(examples: Sequence[str]) -> dict[str, list[str]]:
    """By column as many ids as samples have, of examples such as ``user=U000123``; ``ValueError`` for what is none."""
    given: dict[str, list[str]] = {}
    for text in examples:
        what, equals, example = text.partition("=")
        if what not in COLUMNS or not equals or not example:
            raise ValueError(f"--like is such as user=U000123 item=B00ABC, not {text!r}; {hint(what, COLUMNS)}")
        given.setdefault(what, []).append(example)
    return {column: _series(given[what], count) for what, (column, count) in COLUMNS.items() if what in given}


def _series(examples: Sequence[str], count: int) -> list[str]:
    """The examples, and then in turn those that come after each of them; fewer where there are not as many."""
    ahead = [islice(_after(example), count) for example in examples]
    turns = (text for several in zip(*ahead, strict=False) for text in several)
    return list(islice(dict.fromkeys([*examples, *turns]), count))


def _after(example: str) -> Iterator[str]:
    """What a counter shows from that text on: digits and letters turn over and carry, all else stays."""
    known = HEXADECIMAL if UUID.fullmatch(example) else WHEELS
    wheels = [next((wheel for wheel in known if sign in wheel), sign) for sign in example]
    signs = list(example)
    while True:
        for place in reversed(range(len(signs))):
            wheel = wheels[place]
            signs[place] = wheel[(wheel.index(signs[place]) + 1) % len(wheel)]
            if signs[place] != wheel[0]:
                break
        text = "".join(signs)
        if text == example:
            return
        yield text
