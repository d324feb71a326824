r"""Java regular expressions, in which the service models state their patterns, as tests on Python strings.

Nearly all of what the models write means the same in Python. Rewritten are the dot, which in Java passes over every
line end, and the Unicode categories (``\p{L}``), which Python lacks: such a class becomes those of its members that
the value at hand consists of, besides ASCII, so that no Unicode tables are needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Final

_KEPT: Final = 1024
_ASCII: Final = "".join(map(chr, range(128)))
_NO_TEXT: Final = "\ud800"  # stands in an empty set: half a character is in no text

_TOKEN: Final = re.compile(
    r"""\\(?P<sign>[pP])(?:\{(?:Is)?(?P<name>ASCII|[CLMNPSZ][a-z]?)\}|(?P<letter>[CLMNPSZ]))(?!-[^\]])
      | (?P<same>\\(?:[dDwWsSbBAZntrf]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|[^\w]) | \(\?(?:[:=!>]|<[=!]))
      | (?P<escape>\\) | (?P<flag>\(\?) | (?P<operation>&&|--|~~|\|\|)
      | (?P<opening>\[\^?\]?) | (?P<closing>\]) | (?P<dot>\.) | .""",
    re.DOTALL | re.VERBOSE,
)

_STRANGE: Final = ({"escape", "flag"}, {"escape", "opening", "operation"})
"""Tokens that mean something else in Python, outside and inside a class."""


class UnsupportedPattern(ValueError):
    """A pattern uses something of Java's language that is read differently here, or not at all."""


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A test whether a whole value matches a Java regular expression; UnsupportedPattern if that is unknown."""
    plain = plain_pattern(pattern).fullmatch

    @lru_cache(maxsize=_KEPT)  # the same names and ARNs come again and again
    def matches(value: str) -> bool:
        if value.isascii():
            return plain(value) is not None
        return _compiled(pattern, "".join(sorted(set(value) - set(_ASCII)))).fullmatch(value) is not None

    return matches


def plain_pattern(pattern: str) -> re.Pattern[str]:
    """A Python regular expression that matches the same ASCII texts; UnsupportedPattern if that is unknown."""
    return _compiled(pattern, "")


@lru_cache(maxsize=_KEPT)
def _compiled(pattern: str, others: str) -> re.Pattern[str]:
    """The pattern for texts of ASCII and these other characters."""
    try:
        return re.compile(_translated(pattern, _ASCII + others), re.ASCII)
    except (re.error, OverflowError) as error:
        raise UnsupportedPattern(f"{pattern}: {error}") from error


def _translated(pattern: str, characters: str) -> str:
    parts: list[str] = []
    inside = False
    for token in _TOKEN.finditer(pattern):
        text, kind = token.group(), token.lastgroup
        if kind in _STRANGE[inside]:
            raise UnsupportedPattern(f"{text} at {token.start()} in {pattern}")
        inside = kind == "opening" or (inside and kind != "closing")
        if kind in ("name", "letter"):
            members = _members(token[kind], characters, wanted=token["sign"] == "p")
            text = members if inside else f"[{members}]"
        elif kind == "dot" and not inside:
            text = r"[^\n\r\x85\u2028\u2029]"
        parts.append(text)
    return "".join(parts)


def _members(name: str, characters: str, *, wanted: bool) -> str:
    """The characters that are, or are not, of a general category (or ASCII), as they stand in a class."""
    belongs = str.isascii if name == "ASCII" else lambda char: unicodedata.category(char).startswith(name)
    return "".join(re.escape(char) for char in characters if belongs(char) is wanted) or _NO_TEXT
