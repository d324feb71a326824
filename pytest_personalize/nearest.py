"""The end of every message about a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Collection


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that looks most like it, whatever the case and however words are joined; None without any."""
    plain = {_plain(each): each for each in reversed(list(known))}
    found = difflib.get_close_matches(_plain(name), plain, 1)
    return plain[found[0]] if found else None


def hint(name: str, known: Collection[str]) -> str:
    """``did you mean 'shop'?`` or else ``there are movies, shop``."""
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near is not None else f"there are {', '.join(known) or 'none'}"


def _plain(name: str) -> str:
    return str(name).casefold().replace("_", "").replace("-", "").replace(" ", "")
