"""``backend.explain``: makes the call that it is to explain, off the record, and asks the answer for its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final

from pytest_personalize.explaining.explanation import Explanation
from pytest_personalize.explaining.outcomes import outcomes
from pytest_personalize.service import endpoint
from pytest_personalize.service.answering.reasons import Reasons
from pytest_personalize.service.control.campaigns import Campaign
from pytest_personalize.service.control.recommenders import Recommender
from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.testing.calls import Call
from pytest_personalize.testing.declarations import MEMBERS, SERVICE, recipe_of, region_of

MOST: Final = 25  # of an answer; more only by name


class Explainer:
    """``backend.explain``: call it with an ARN and a request, or hand it a recorded call."""

    def __init__(self, lock: AbstractContextManager[Any], read_region: Callable[[str], Region], home: str) -> None:
        self._lock = lock
        self._read_region = read_region
        self._home = home

    def __call__(
        self,
        arn: str,
        *,
        user_id: str | None = None,
        item_id: str | None = None,
        items: str | Iterable[str] = (),
        input_list: Sequence[str] | None = None,
        num_results: int | None = None,
        context: Mapping[str, str] | None = None,
        filter_arn: str | None = None,
        filter_values: Mapping[str, str] | None = None,
        promotions: Sequence[Mapping[str, Any]] | None = None,
    ) -> Explanation:
        """Why the answer of a campaign or recommender is as it is.

        Args:
            arn: of the campaign or recommender.
            user_id: as in the request, like all that follows but ``items``.
            item_id: as in the request. Recipes that take no item pay no heed to it: there it is explained.
            items: ids, or one, to explain beside the first 25 of the answer.
            input_list: what a ranking ranks.
            num_results: 25 by default, 5 for actions.
            context: by field name.
            filter_arn: of a filter.
            filter_values: with the quotes that they have in a request.
            promotions: as mappings with the member names of the API.

        It is the call itself, off the record and without faults. ServiceError, with ``code`` and ``message``, for what
        the service would refuse.

        >>> backend.explain(arn, user_id="user-ada", items="no-such-mug")["no-such-mug"].outcome
        'unrecorded'
        """
        members = {
            _arn_member(arn): arn,
            "userId": user_id,
            "itemId": item_id,
            "inputList": None if input_list is None else list(input_list),
            "numResults": num_results,
            "context": context,
            "filterArn": filter_arn,
            "filterValues": filter_values,
            "promotions": promotions,
        }
        with self._lock:
            region = self._read_region(region_of(arn, self._home))
            given = {member: value for member, value in members.items() if value is not None}
            return _explanation(region, _operation(region, arn, given), given, _as_ids(items))

    def call(self, call: Call, *, items: str | Iterable[str] = ()) -> Explanation:
        """What a recorded call of the runtime would get now, explained."""
        with self._lock:
            return _explanation(self._read_region(call.region), call.operation, call.params, _as_ids(items))


def _as_ids(items: str | Iterable[str]) -> tuple[str, ...]:
    return (items,) if isinstance(items, str) else tuple(dict.fromkeys(items))


def _arn_member(arn: str) -> str:
    parts = arns.parse(arn)
    return "recommenderArn" if parts is not None and parts.kind == Recommender.kind else "campaignArn"


def _operation(region: Region, arn: str, members: Mapping[str, Any]) -> str:
    """The operation by which that campaign or recommender answers; where there is none, the one that the request fits.

    Whatever the request has too much or too little is refused as ever.
    """
    parts = arns.parse(arn)
    recipe = recipe_of(region, arn) if parts is not None and parts.kind in (Campaign.kind, Recommender.kind) else None
    if recipe is not None:
        return recipe.operation
    return "GetPersonalizedRanking" if "inputList" in members else "GetRecommendations"


def _explanation(region: Region, operation: str, members: Mapping[str, Any], items: tuple[str, ...]) -> Explanation:
    serial = region.state.serial
    try:
        answer: Any = endpoint.answer(region, SERVICE, operation, members, "python")
    finally:
        region.state.serial = serial  # of recommendation ids, which are not to depend on whether somebody explains
    member, key, _ = MEMBERS[operation]
    entries = {entry[key]: (place, entry) for place, entry in enumerate(answer[member], 1)}
    reasons: Reasons | None = answer.reasons
    recipe = None if reasons is None else reasons.source.recipe
    if recipe is not None and not recipe.requires_item and "itemId" in members:
        items = tuple(dict.fromkeys((members["itemId"], *items)))
    ids = list(dict.fromkeys((*list(entries)[:MOST], *items)))
    return Explanation(
        arn=next(value for name, value in members.items() if name in ("campaignArn", "recommenderArn")),
        operation=operation,
        recipe=None if recipe is None else recipe.name,
        request=members,
        answer=tuple(entries),
        declared=reasons is None,
        named=items,
        explained={each.id: each for each in outcomes(ids, entries, reasons)},
    )
