"""Below a failed ``assert item in page``: why the item was not in the answer that the page was made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from pytest_personalize.explaining.explainer import Explainer
from pytest_personalize.explaining.explanation import Explanation
from pytest_personalize.explaining.words import in_short
from pytest_personalize.failure import Failure
from pytest_personalize.shapes.models import snake
from pytest_personalize.testing.calls import Call
from pytest_personalize.testing.declarations import MEMBERS
from pytest_personalize.testing.markup import visible
from pytest_personalize.testing.watching import Before, Watched, calls_since, tally_since

UNLIKE: Final = frozenset({"campaignArn", "recommenderArn", "metadataColumns"})
"""Members of a request that ``explain`` takes in another way, or not at all."""


class Explainable(Watched, Protocol):
    """A backend that can explain its answers."""

    @property
    def explain(self) -> Explainer: ...


def reason_of_failure(
    backend: Explainable, before: Before | None, item_id: str, *, wanted: bool
) -> tuple[str, str] | None:
    """Why an item was not in an answer (``wanted``) or was, and how to ask for more.

    It is told of the newest call of which it can: not where the answer would be another one by now, and not where no
    dataset of the group knows the item.
    """
    calls = calls_since(backend, before)
    first = 1 + tally_since(backend, before).total() - len(calls)
    for number, call in reversed([*enumerate(calls, first)]):
        found = _explained(backend, call, item_id)
        if found is None or (item_id in found.answer) is wanted or found[item_id].outcome == "unrecorded":
            continue
        was = "was not" if wanted else "was"
        return (
            visible(f"{item_id} {was} in the answer of call {number}: {in_short(found[item_id])}"),
            f"from pytest_personalize import active_backend\n{_asking(found.arn, call.params, item_id)}",
        )
    return None


def _explained(backend: Explainable, call: Call, item_id: str) -> Explanation | None:
    """What there is to say of an answer, as long as it would still be the same."""
    if call.operation not in MEMBERS or call.response is None:
        return None
    member, key, _ = MEMBERS[call.operation]
    try:
        found = backend.explain.call(call, items=item_id)
    except Failure:  # what was asked is gone
        return None
    return found if list(found.answer) == [entry[key] for entry in call.response[member]] else None


def _asking(arn: str, params: Mapping[str, Any], item_id: str) -> str:
    """The lines of code that explain it."""
    asked = {snake(name): value for name, value in params.items() if name not in UNLIKE} | {"items": item_id}
    arguments = [repr(arn), *(f"{name}={value!r}" for name, value in asked.items())]
    return "\n".join(["print(active_backend().explain(", *(f"    {argument}," for argument in arguments), "))"])
