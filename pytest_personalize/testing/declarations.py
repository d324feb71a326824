"""``backend.answers(arn)``: fixed answers for tests that are about something else than recommendations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.control.campaigns import Campaign
from pytest_personalize.service.control.recommenders import Recommender
from pytest_personalize.service.control.solution_versions import SolutionVersion
from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.declared import Declared, Entry
from pytest_personalize.service.realtime.recommendations import MAX_ACTIONS, MAX_RESULTS
from pytest_personalize.shapes.models import operation
from pytest_personalize.shapes.response import check_output

Items = Sequence[str | Mapping[str, Any]]
"""Ids, or entries by the member names of the API: ``{"itemId": "mug", "score": 0.7}``."""

SERVICE: Final = "personalize-runtime"
MEMBERS: Final = {
    "GetRecommendations": ("itemList", "itemId", MAX_RESULTS),
    "GetPersonalizedRanking": ("personalizedRanking", "itemId", MAX_RESULTS),
    "GetActionRecommendations": ("actionList", "actionId", MAX_ACTIONS),
}
"""Operation -> member with the entries, member with the id, how many there may be."""


class Answers:
    """What one campaign or recommender is to answer, over its model.

    The most specific declaration counts: that for the user, then that for the item, then the default, then the model.
    Requests are checked as ever, and ``numResults`` cuts the list; filters and promotions do not apply to it. A
    ranking gives the items of ``inputList`` in the declared order, and last those that were not declared.
    """

    def __init__(self, region: Callable[[], Region], arn: str) -> None:
        self._region = region
        self._arn = arn
        self._recipe = _recipe(region(), arn)

    def for_user(self, user_id: str, *, items: Items) -> Answers:
        """Answer so to requests with that userId; ``ValueError`` for what the service could not answer."""
        return self._declare(users={**self._declared.users, user_id: self._entries(items)})

    def for_item(self, item_id: str, *, items: Items) -> Answers:
        """Answer so to requests with that itemId."""
        return self._declare(items={**self._declared.items, item_id: self._entries(items)})

    def default(self, *, items: Items) -> Answers:
        """Answer so to all requests for which nothing else is declared."""
        return self._declare(default=self._entries(items))

    def raises(self, code: str, message: str | None = None) -> Answers:
        """Refuse every request with an error of that code."""
        return self._declare(error=(code, f"{code}, as declared by the test" if message is None else message))

    def clear(self) -> None:
        """Let the model answer again."""
        self._region().declared.pop(self._arn, None)

    def __repr__(self) -> str:
        return f"<answers of {self._arn}: {self._declared}>"

    @property
    def _declared(self) -> Declared:
        declared: Declared = self._region().declared.get(self._arn, Declared())
        return declared

    def _declare(self, **changes: Any) -> Answers:
        self._region().declared[self._arn] = attrs.evolve(self._declared, **changes)
        return self

    def _entries(self, items: Items) -> tuple[Entry, ...]:
        asked = self._recipe.operation
        member, key, most = MEMBERS[asked]
        if isinstance(items, str):
            raise ValueError(f"items must be a list of ids, not the text {items!r}")
        given = [{key: item} if isinstance(item, str) else dict(item) for item in items]
        if len(given) > most:
            raise ValueError(f"{asked} answers with at most {most} entries, not {len(given)}")
        if self._recipe.scored:
            given = [{"score": score} | entry for entry, score in zip(given, _scores(len(given)), strict=True)]
        problems = check_output(operation(SERVICE, asked).output, {member: given})
        problems += [f"entry {place} has no {key}" for place, entry in enumerate(given) if not entry.get(key)]
        if problems:
            raise ValueError("\n".join([f"{asked} could not answer this:", *(f"  {problem}" for problem in problems)]))
        ids = [entry[key] for entry in given]
        twice = [each for each in ids if ids.count(each) > 1]
        if twice:
            raise ValueError(f"{asked} does not answer with an id twice: {twice[0]!r}")
        return tuple({key: entry[key]} | entry for entry in given)


def _scores(count: int) -> list[float]:
    """Falling scores that add up to 1, for recipes that give scores."""
    return [round(2 * (count - place) / (count * (count + 1)), 7) for place in range(count)]


def _recipe(region: Region, arn: str) -> Recipe:
    campaign = region.rows(Campaign).get(arn)
    if campaign is not None:
        return region.find(SolutionVersion, campaign.solution_version_arn).recipe
    recommender = region.rows(Recommender).get(arn)
    if recommender is not None:
        return recommender.recipe
    known = [one.arn for cls in (Campaign, Recommender) for one in region.rows(cls)]
    raise KeyError(f"no campaign or recommender {arn!r}; there are: {', '.join(known) or 'none'}")


def region_of(arn: str, default: str) -> str:
    """The region that an ARN names."""
    parts = arns.parse(arn)
    return default if parts is None or not parts.region else parts.region
