"""What ``backend.explain`` gives: an answer, and of each item why it is where it is, or why it is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from attrs import field, fields_dict, frozen, has

from pytest_personalize.explaining import words
from pytest_personalize.nearest import hint
from pytest_personalize.recommenders.reasons import Kind

Outcome = Literal[
    "answered",
    "promoted",
    "declared",
    "cut",
    "filtered",
    "excluded",
    "left out",
    "untrained",
    "unrecorded",
    "not listed",
    "not declared",
]
"""What became of an item. The first three are in the answer: by its score, by a promotion, because a test has declared
it. The others are not: cut off by numResults, kept out by the filter, excluded by the use case for the user's events,
left out by the model, not in the training, in no dataset, not in inputList, not among the declared ones."""


@frozen(kw_only=True)
class Event:
    """An event of the asking user: its type (empty for none) and its time, in epoch seconds."""

    type: str
    time: int

    def __str__(self) -> str:
        return f"{self.type or 'event'} of {words.moment(self.time)}"


@frozen(kw_only=True)
class Cause:
    """One thing that a score, or a place, comes from.

    The amounts of an item add up to its ``score``; without scores an amount is what the list is ordered by: the
    strength of a relation, or a number of users or interactions. ``item_id`` is where it comes from: an item of the
    user's history, with the newest ``event`` of the user with it, or the item that the request names.
    """

    kind: Kind
    amount: float
    item_id: str | None = None
    event: Event | None = None
    label: str = ""


@frozen(kw_only=True)
class Comparison:
    """A condition of a filter: what it found, and what that was compared with.

    ``holds`` is None when its parameter has no value, which switches it off; ``found`` is empty for null.
    """

    condition: str
    holds: bool | None
    found: tuple[str | int | float, ...]
    wanted: tuple[str | int | float, ...]

    def __str__(self) -> str:
        return words.comparison(self)


@frozen(kw_only=True)
class FilterVerdict:
    """Whether a filter lets an item through, and the conditions that decided, by the expression that they stand in."""

    allowed: bool
    deciding: Mapping[str, tuple[Comparison, ...]]


@frozen(kw_only=True)
class Explained:
    """One item (or action) and an answer.

    ``place`` is where it stands in the answer, from 1, None when it is not there. ``rank`` is where it stands among all
    that filter and exclusion leave, promoted ones aside. ``score`` is that of the answer, or what it would be, None
    without. ``causes`` is what that comes from, the largest first; ``filter`` and ``promotion_filter`` are what the two
    filters made of it, ``promotion`` the name of the promotion, ``reason`` what the answer says itself. ``why`` is the
    outcome in a sentence.
    """

    id: str
    outcome: Outcome
    why: str
    place: int | None = None
    rank: int | None = None
    score: float | None = None
    causes: tuple[Cause, ...] = ()
    filter: FilterVerdict | None = None
    promotion_filter: FilterVerdict | None = None
    promotion: str | None = None
    reason: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(words.in_full(self))

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {name: _plain(getattr(self, name)) for name in fields_dict(Explained)}


@frozen(kw_only=True, repr=False)
class Explanation(Mapping[str, Explained]):
    """Why an answer is as it is; by id, the items that are explained.

    These are the first 25 of the answer, and those that were named. ``answer`` is all its ids, in order. ``declared``
    says that a test has declared it, whatever the model thinks; ``recipe`` is None where there is no model at all.
    """

    arn: str
    operation: str
    recipe: str | None
    request: Mapping[str, Any]
    answer: tuple[str, ...]
    declared: bool
    named: tuple[str, ...] = ()
    explained: Mapping[str, Explained] = field(factory=dict)

    def __getitem__(self, item_id: str) -> Explained:
        found = self.explained.get(item_id)
        if found is None:
            raise KeyError(f"{item_id!r} is not explained, name it with items=; {hint(item_id, [*self.explained])}")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.explained)

    def __len__(self) -> int:
        return len(self.explained)

    def __str__(self) -> str:
        return "\n".join(words.lines(self))

    def __repr__(self) -> str:
        return f"<Explanation of {self.operation} of {self.arn}: {len(self.answer)} answered, {len(self)} explained>"

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON: the explained items as a list, in the order of the answer, those not in it last."""
        return {
            "arn": self.arn,
            "operation": self.operation,
            "recipe": self.recipe,
            "request": _plain(self.request),
            "answer": list(self.answer),
            "declared": self.declared,
            "explained": [each.as_dict() for each in self.explained.values()],
        }


def _plain(value: Any) -> Any:
    """What JSON has for it."""
    if has(type(value)):
        return {name: _plain(getattr(value, name)) for name in fields_dict(type(value))}
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
