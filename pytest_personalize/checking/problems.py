"""What a check has found, and how it prints."""

from __future__ import annotations

import textwrap
from typing import Final, Literal

from attrs import frozen

from pytest_personalize.checking.rules import RULES

_WIDTH: Final = 100
_INDENT: Final = "    "
_SHOWN: Final = _WIDTH - len(_INDENT)
"""So many characters of a row are shown, around the place."""


@frozen(kw_only=True)
class Problem:
    """One problem: ``message`` says what is wrong, in the words of the service where it has some.

    ``file`` is the file, or what the text was given as, ``code`` the rule that is broken, a key of ``RULES``. ``line``
    and ``column`` say where, both counted from 1, the column in characters; ``row`` is that line, None where there is
    none to show.
    """

    file: str
    code: str
    message: str
    line: int = 1
    column: int = 1
    row: str | None = None

    @property
    def level(self) -> Literal["error", "warning"]:
        """A warning is about what the service takes, and hardly anybody means."""
        return RULES[self.code].level

    @property
    def remedy(self) -> str:
        """What to do about it."""
        return RULES[self.code].remedy

    def __str__(self) -> str:
        lines = _wrapped(f"{self.file}:{self.line}:{self.column}: [{self.code}] {self.message}", "")
        if self.row:
            begin = max(0, self.column - 1 - _SHOWN // 2) if len(self.row) > _SHOWN else 0
            shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in self.row)
            lines += [f"{_INDENT}{shown[begin : begin + _SHOWN]}", f"{_INDENT}{' ' * (self.column - 1 - begin)}^"]
        return "\n".join([*lines, *_wrapped(self.remedy, _INDENT)])


def _wrapped(text: str, indent: str) -> list[str]:
    """Lines that fit, unless a word alone does not."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=_INDENT,
        break_on_hyphens=False,
        break_long_words=False,
    )


class CheckFailed(AssertionError):
    """What was checked is not as the service wants it; ``problems`` has all that was found."""

    __module__ = "pytest_personalize"  # where it is imported from, in tracebacks

    def __init__(self, problems: Problems) -> None:
        super().__init__(str(problems))
        self.problems = problems


class Problems(tuple[Problem, ...]):
    """All problems of a check, in the order in which they were found; ``str`` is what the command prints."""

    __slots__ = ()

    def raise_for_problems(self) -> None:
        """``CheckFailed`` with all of them, if there are any."""
        __tracebackhide__ = True
        if self:
            raise CheckFailed(self)

    def __str__(self) -> str:
        return "\n".join([*map(str, self), counted(len(self))])

    def __repr__(self) -> str:
        return f"<{self}>"


def counted(count: int, what: str = "problem") -> str:
    """``3 problems``."""
    return f"{count:,} {what}{'s' * (count != 1)}" if count else f"no {what}s"
