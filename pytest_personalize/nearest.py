"""The end of every message about a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Collection


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that looks most like it, whatever the case and however words are joined; None without any."""
    by_plain = {plain(each): each for each in reversed(list(known))}
    found = difflib.get_close_matches(plain(name), by_plain, 1)
    return by_plain[found[0]] if found else None


def hint(name: str, known: Collection[str]) -> str:
    """``did you mean 'shop'?`` or else ``there are movies, shop``."""
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near is not None else f"there are {', '.join(known) or 'none'}"


def plain(name: str) -> str:
    """A name without case and without what joins its words: names that differ in nothing else are taken for one."""
    return str(name).casefold().replace("_", "").replace("-", "").replace(" ", "")
