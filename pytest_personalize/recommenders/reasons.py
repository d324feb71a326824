"""Why a model answers as it does: what a score, or a place in a list, comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from attrs import frozen

Kind = Literal[
    "popularity",
    "early histories",
    "neighbour",
    "metadata",
    "text",
    "user attribute",
    "context",
    "returning",
    "had already",
    "exploration",
    "trend",
    "freshness",
    "rate",
    "taste",
    "own record",
]
"""The sorts of parts; the docstring of each model tells how it comes by those that it has."""


@frozen
class Part:
    """One thing that a result owes its score to, or its place where there are no scores.

    ``amount`` is a part of the score; without scores it is what the list is ordered by: the strength of a relation, or
    a number of users or interactions. ``item`` is the item that it comes from: of the user's history, or the one asked
    about. ``label`` is what else there is to say.
    """

    kind: Kind
    amount: float
    item: int | None = None
    label: str = ""


@frozen(kw_only=True)
class Reason:
    """Why an item (or action, or user) is where it is in the answer to a question, as far as the model goes.

    ``score`` is the sum of the parts, None where the recipe has no scores. ``left_out`` says why the model does not
    answer with it at all; empty when it does.
    """

    score: float | None = None
    parts: Sequence[Part] = ()
    left_out: str = ""


UNKNOWN = Reason(left_out="it took no part in the training")


def shares(parts: Sequence[Part], whole: float) -> Reason:
    """The reason of a score that is a share of the whole, from the masses that add up to it."""
    found = [Part(part.kind, part.amount / whole, part.item, part.label) for part in parts if part.amount]
    return Reason(score=sum(part.amount for part in found), parts=found)
