"""What a case is: the calls, the answer that is expected, and who says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

from attrs import field, frozen

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

Tier = Literal["core", "complete", "strict"]
"""What every program relies on; what the documentation promises beside that; texts, orders and statuses on the way."""

Cost = Literal["nothing", "import", "training"]
"""What a case makes an account pay for; each includes those before it."""

Kind = Literal["recorded", "guide", "service model", "unknown"]

TIERS: Final[tuple[Tier, ...]] = ("core", "complete", "strict")
COSTS: Final[tuple[Cost, ...]] = ("nothing", "import", "training")

Members = Mapping[str, Any]
Call = tuple[str, Members]
"""Operation and request; ``<...>`` in a text of the request stands for something of the world, see ``World.fill``."""

WAIT: Final = "Wait"
"""In the place of an operation: wait for the resource with that ``arn``."""


@frozen
class Source:
    """Where an expectation comes from: the kind, and the place."""

    kind: Kind
    place: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.place}"


def recorded(place: str) -> Source:
    """The service printed it."""
    return Source("recorded", place)


def guide(place: str) -> Source:
    """The developer guide says it; ``place`` is the page."""
    return Source("guide", place)


def model(place: str) -> Source:
    """It follows from the service model of botocore."""
    return Source("service model", place)


ABSENT: Final = object()
"""In a pattern: the member is not there."""

ANY: Final = object()
"""In a pattern: the member is there, whatever it is."""


@frozen
class Like:
    """In a pattern: a text that the regular expression matches as a whole; ``<...>`` is filled in first."""

    expression: str


@frozen
class Long:
    """In a pattern: a list of that length."""

    length: int


@frozen
class Refused:
    """The last call is refused with that code; with ``text``, a regular expression is found in the message."""

    code: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


@frozen
class Answered:
    """The last call is answered, with at least the members of the pattern."""

    pattern: Members = field(factory=dict)

    def __str__(self) -> str:
        return f"an answer with {', '.join(self.pattern)}" if self.pattern else "an answer"


@frozen(kw_only=True)
class Case:
    """One question to an endpoint. Without ``expected`` nobody knows the answer, and what is seen is recorded.

    The last of ``calls`` is the one that is looked at; those before it must be answered. ``look`` is the dotted path of
    what is recorded of its answer. ``run`` takes the place of calls where they are not enough: it gives what was
    wrong, or None, and for an unknown what was seen.
    """

    id: str
    tier: Tier
    source: Source
    operations: tuple[str, ...]
    calls: tuple[Call, ...] = ()
    expected: Refused | Answered | None = None
    question: str = ""
    look: str = ""
    run: Callable[[World], Any] | None = None
    expects: str = ""
    needs: tuple[str, ...] = ()
    spends: Cost = "nothing"
    in_process: bool = False

    @property
    def is_unknown(self) -> bool:
        """Whether it asks, and expects nothing."""
        return self.source.kind == "unknown"

    @property
    def expectation(self) -> str:
        """What is expected, in words."""
        return self.expects or self.question or str(self.expected)


def difference(pattern: Any, seen: Any, path: str = "") -> str | None:
    """What of the pattern the answer does not have; None when it has all."""
    if pattern is ANY:
        return None
    if isinstance(pattern, Mapping):
        return _of_members(pattern, seen, path)
    if isinstance(pattern, Like):
        like = isinstance(seen, str) and re.fullmatch(pattern.expression, seen, re.DOTALL)
        return None if like else f"{path} is {seen!r}, not like {pattern.expression}"
    if isinstance(pattern, Long):
        fits = isinstance(seen, list) and len(seen) == pattern.length
        return None if fits else f"{path} has {len(seen or ())} entries, not {pattern.length}"
    if isinstance(pattern, list) and isinstance(seen, list) and len(pattern) == len(seen):
        pairs = enumerate(zip(pattern, seen, strict=True))
        problems = (difference(one, other, f"{path}[{place}]") for place, (one, other) in pairs)
        return next(filter(None, problems), None)
    return None if pattern == seen else f"{path} is {seen!r}, not {pattern!r}"


def _of_members(pattern: Mapping[str, Any], seen: Any, path: str) -> str | None:
    if not isinstance(seen, Mapping):
        return f"{path} is {seen!r}, not a structure"
    for name, wanted in pattern.items():
        place = f"{path}.{name}" if path else name
        if wanted is ABSENT:
            if name in seen:
                return f"{place} is {seen[name]!r}, but should be absent"
        elif name not in seen:
            return f"{place} is absent"
        elif problem := difference(wanted, seen[name], place):
            return problem
    return None
