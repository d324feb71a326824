"""Java regular expressions, in which the service models state their patterns, as tests on Python strings."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from itertools import groupby
from typing import Final, TypeAlias

Ranges: TypeAlias = tuple[tuple[int, int], ...]
"""Sorted, disjoint ranges of code points, both ends included."""

_KEPT: Final = 1024
_LAST: Final = 0x10FFFF
_EVERYTHING: Final[Ranges] = ((0, _LAST),)
_LINE_ENDS: Final[Ranges] = ((0x0A, 0x0A), (0x0D, 0x0D), (0x85, 0x85), (0x2028, 0x2029))
_ASCII: Final[Ranges] = ((0, 0x7F),)

# Without the flag UNICODE_CHARACTER_CLASS these are ASCII in Java, where ``\v`` is all vertical space.
_SHORTHANDS: Final[Mapping[str, Ranges]] = {
    "d": ((0x30, 0x39),),
    "w": ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
    "s": ((0x09, 0x0D), (0x20, 0x20)),
    "h": ((0x09, 0x09), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x180E, 0x180E), (0x2000, 0x200A),
          (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)),
    "v": ((0x0A, 0x0D), (0x85, 0x85), (0x2028, 0x2029)),
}  # fmt: skip
_POSIX: Final[Mapping[str, Ranges]] = {
    "ASCII": _ASCII,
    "Lower": ((0x61, 0x7A),),
    "Upper": ((0x41, 0x5A),),
    "Alpha": ((0x41, 0x5A), (0x61, 0x7A)),
    "Digit": _SHORTHANDS["d"],
    "Alnum": ((0x30, 0x39), (0x41, 0x5A), (0x61, 0x7A)),
    "Punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "Graph": ((0x21, 0x7E),),
    "Print": ((0x20, 0x7E),),
    "Blank": ((0x09, 0x09), (0x20, 0x20)),
    "Cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "XDigit": ((0x30, 0x39), (0x41, 0x46), (0x61, 0x66)),
    "Space": _SHORTHANDS["s"],
    "L1": ((0, 0xFF),),
    "all": _EVERYTHING,
}
_BINARY: Final[Mapping[str, str]] = {"Letter": "L", "Digit": "Nd", "Punctuation": "P", "Control": "Cc"}
_CATEGORY: Final = re.compile(r"(?:Is|gc=|general_category=)?([CLMNPSZ][a-zC]?)")
_SIMPLE_ESCAPES: Final[Mapping[str, int]] = {"t": 9, "n": 10, "f": 12, "r": 13, "a": 7, "e": 27}
_ASSERTIONS: Final[Mapping[str, str]] = {"b": r"\b", "B": r"\B", "A": r"\A", "z": r"\Z", "Z": r"\Z"}
_GROUP: Final = re.compile(r"\(\?(?:[:=!>]|<[=!])")
_NAMED_GROUP: Final = re.compile(r"\(\?<([A-Za-z][A-Za-z0-9]*)>")
_HEXADECIMAL: Final = {
    "x": re.compile(r"([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\}"),
    "u": re.compile(r"([0-9A-Fa-f]{4})"),
}
_OCTAL: Final = re.compile(r"[0-3]?[0-7]{1,2}")

# Planes 4 to 13 hold nothing yet, 15 and 16 are for private use; the other planes are asked of unicodedata.
_SCANNED: Final = (range(0x40000), range(0xE0000, 0xF0000))
_UNSCANNED: Final = {
    "Cn": ((0x40000, 0xDFFFF), (0xFFFFE, 0xFFFFF), (0x10FFFE, 0x10FFFF)),
    "Co": ((0xF0000, 0xFFFFD), (0x100000, 0x10FFFD)),
}


class UnsupportedPattern(ValueError):
    """A pattern uses something of Java's language that has no translation here."""


@cache
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A test whether a whole value matches a Java regular expression; UnsupportedPattern if that is unknown.

    Nearly every value is printable ASCII. For those a narrower translation does: it needs no Unicode tables,
    and its dot needs no exceptions. The full one is made when the first other value comes.
    """
    plain = _compiled(pattern, True).fullmatch

    @lru_cache(maxsize=_KEPT)  # the same names and ARNs come again and again
    def matches(value: str) -> bool:
        if value.isascii() and value.isprintable():
            return plain(value) is not None
        return _compiled(pattern, False).fullmatch(value) is not None

    return matches


def plain_pattern(pattern: str) -> re.Pattern[str]:
    """A Python regular expression that matches the same printable ASCII texts; UnsupportedPattern if that is unknown.

    What else it matches says nothing.
    """
    return _compiled(pattern, True)


@cache
def _compiled(pattern: str, plain: bool) -> re.Pattern[str]:
    try:
        return re.compile(_Translator(pattern, plain).translate(), re.ASCII | re.DOTALL)
    except UnsupportedPattern:
        raise
    except (re.error, ValueError, OverflowError) as error:
        raise UnsupportedPattern(f"{pattern}: {error}") from error


class _Translator:
    """Rewrites one Java pattern for Python; ``plain`` narrows classes to ASCII and lets the dot match all."""

    def __init__(self, pattern: str, plain: bool) -> None:
        self.pattern = pattern
        self.plain = plain
        self.at = 0

    def translate(self) -> str:
        parts: list[str] = []
        while self.at < len(self.pattern):
            parts.append(self.element())
        return "".join(parts)

    def element(self) -> str:
        start = self.at
        char = self.take()
        if char == "[":
            return self.emit(self.character_class())
        if char == ".":
            return "." if self.plain else self.emit(_complement(_LINE_ENDS))
        if char == "\\":
            return self.escape()
        if char == "$":
            return r"\Z"  # Java also matches before a last line end, but the whole value has to match anyway
        if char == "(" and self.pattern.startswith("?", self.at):
            return self.group(start)
        return char if char in "^|()*+?{}" or char.isalnum() else re.escape(char)

    def group(self, start: int) -> str:
        if found := _GROUP.match(self.pattern, start):
            self.at = found.end()
            return found.group()
        if found := _NAMED_GROUP.match(self.pattern, start):
            self.at = found.end()
            return f"(?P<{found.group(1)}>"
        raise self.unsupported("group or flag")

    def escape(self) -> str:
        char = self.take()
        if char in _ASSERTIONS:
            return _ASSERTIONS[char]
        if char in "123456789":
            return f"(?:\\{char})"
        if char == "k" and (found := re.compile(r"<(\w+)>").match(self.pattern, self.at)):
            self.at = found.end()
            return f"(?P={found.group(1)})"
        if char == "R":
            return r"(?:\r\n|[\n\x0b\f\r\x85\u2028\u2029])"
        if char == "Q":
            return re.escape(self.quotation())
        found_set = self.escaped(char)
        return re.escape(chr(found_set)) if isinstance(found_set, int) else self.emit(found_set)

    def quotation(self) -> str:
        end = self.pattern.find("\\E", self.at)
        quoted = self.pattern[self.at :] if end < 0 else self.pattern[self.at : end]
        self.at = len(self.pattern) if end < 0 else end + 2
        return quoted

    def character_class(self) -> Ranges:
        """The set that a class denotes; its opening bracket has been read. Java knows unions and ``&&``."""
        negated = self.skip("^")
        members: list[Ranges] = []
        operands: list[Ranges] = []
        opening = self.at
        while True:
            before = self.at
            char = self.take()
            if char == "]" and before > opening:
                break
            if char == "[":
                members.append(self.character_class())
            elif char == "&" and self.skip("&"):
                operands.append(_union(members))
                members = []
            else:
                members.append(self.class_member(char))
        result = _union(members) if members or not operands else _EVERYTHING
        for operand in operands:
            result = _intersection(result, operand)
        return _complement(result) if negated else result

    def class_member(self, char: str) -> Ranges:
        low = self.class_character(char)
        if not isinstance(low, int):
            return low
        following = self.pattern[self.at : self.at + 2]
        if len(following) < 2 or following[0] != "-" or following[1] in "[]":
            return ((low, low),)
        self.at += 1
        high = self.class_character(self.take())
        if not isinstance(high, int) or high < low:
            raise self.unsupported("range")
        return ((low, high),)

    def class_character(self, char: str) -> int | Ranges:
        return self.escaped(self.take()) if char == "\\" else ord(char)

    def escaped(self, char: str) -> int | Ranges:
        """What an escape denotes that is good inside a class as well: a code point, or a set of them."""
        if char in "pP":
            found = self.property()
            return _complement(found) if char == "P" else found
        if char.lower() in _SHORTHANDS:
            found = _SHORTHANDS[char.lower()]
            return found if char.islower() else _complement(found)
        if char in _SIMPLE_ESCAPES:
            return _SIMPLE_ESCAPES[char]
        if char in _HEXADECIMAL:
            return int(self.expect(_HEXADECIMAL[char]).strip("{}"), 16)
        if char == "0":
            return int(self.expect(_OCTAL), 8)
        if char == "c":
            return ord(self.take()) ^ 64
        if char.isalnum():
            raise self.unsupported(f"\\{char}")
        return ord(char)

    def property(self) -> Ranges:
        name = self.expect(re.compile(r"\{[\w=]+\}|[CLMNPSZ]")).strip("{}")
        if name in _POSIX:
            return _POSIX[name]
        known = _CATEGORY.fullmatch(name)
        category = known.group(1) if known else _BINARY.get(name.removeprefix("Is"))
        if category is None:
            raise self.unsupported(f"\\p{{{name}}}")
        return _category(category, self.plain)

    def emit(self, ranges: Ranges) -> str:
        wanted = _intersection(ranges, _ASCII) if self.plain else ranges
        if not wanted:
            return "(?!)"
        return f"[{''.join(_escape_range(low, high) for low, high in wanted)}]"

    def take(self) -> str:
        if self.at >= len(self.pattern):
            raise self.unsupported("end")
        char = self.pattern[self.at]
        self.at += 1
        return char

    def skip(self, char: str) -> bool:
        found = self.pattern.startswith(char, self.at)
        self.at += found
        return found

    def expect(self, wanted: re.Pattern[str]) -> str:
        found = wanted.match(self.pattern, self.at)
        if found is None:
            raise self.unsupported("escape")
        self.at = found.end()
        return found.group()

    def unsupported(self, what: str) -> UnsupportedPattern:
        return UnsupportedPattern(f"{what} at {self.at} in {self.pattern}")


def _escape_range(low: int, high: int) -> str:
    return f"\\U{low:08x}" if low == high else f"\\U{low:08x}-\\U{high:08x}"


def _union(sets: Iterable[Ranges]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pair for ranges in sets for pair in ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _complement(ranges: Ranges) -> Ranges:
    starts = (0, *(high + 1 for _, high in ranges))
    ends = (*(low - 1 for low, _ in ranges), _LAST)
    return tuple((low, high) for low, high in zip(starts, ends, strict=True) if low <= high)


def _intersection(one: Ranges, other: Ranges) -> Ranges:
    return _complement(_union((_complement(one), _complement(other))))


def _category(name: str, plain: bool) -> Ranges:
    wanted = ("Lu", "Ll", "Lt") if name == "LC" else (name,)
    return _union(ranges for code, ranges in _categories(plain).items() if code.startswith(wanted))


@cache
def _categories(plain: bool) -> Mapping[str, Ranges]:
    """The code points of each general category; only those of ASCII when ``plain``, which costs nothing."""
    found: dict[str, list[tuple[int, int]]] = {}
    for scanned in (range(0x80),) if plain else _SCANNED:
        at = scanned.start
        for code, run in groupby(map(unicodedata.category, map(chr, scanned))):
            length = sum(1 for _ in run)
            found.setdefault(code, []).append((at, at + length - 1))
            at += length
    if not plain:
        for code, ranges in _UNSCANNED.items():
            found[code].extend(ranges)
    return {code: tuple(ranges) for code, ranges in found.items()}
