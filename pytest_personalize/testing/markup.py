"""HTML that cannot be broken out of: every text is escaped where it goes in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import Final


class Html(str):
    """Finished markup; every other string is text."""

    __slots__ = ()


VOID: Final = frozenset({"input"})  # elements that have neither children nor an end

_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]"
)
"""Controls, writing directions and halves of characters: what is not seen, or changes how the rest is."""


def visible(text: str) -> str:
    """The text with invisible characters written out, so that it reads in a page and in a terminal as it is."""
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def cut(text: str, most: int) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def element(name: str, /, *children: str, **attributes: object) -> Html:
    """One element. A child that is not ``Html`` is text; ``class_`` stands for the attribute ``class``."""
    written = "".join(f' {key.rstrip("_")}="{escape(visible(str(value)))}"' for key, value in attributes.items())
    return Html(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{joined(children)}</{name}>")


def joined(children: Iterable[str]) -> Html:
    """Elements and texts one after the other."""
    return Html("".join(child if isinstance(child, Html) else escape(visible(child)) for child in children))
