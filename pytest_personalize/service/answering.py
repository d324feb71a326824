"""From a trained model to an answer: history, filter, automatic exclusion, promotion, and the number of results.

Real-time requests and batch jobs both come through here; they differ in where the history and the data come from.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from attrs import field, frozen

from pytest_personalize.data.records import Records
from pytest_personalize.filters.compiled import CompiledFilter
from pytest_personalize.filters.errors import FilterError
from pytest_personalize.filters.selection import Selection
from pytest_personalize.recommenders.catalogue import Recipe
from pytest_personalize.recommenders.model import Model, Query, Settings
from pytest_personalize.service.errors import refusal

HISTORY: Final = 100  # events of a user that a model gets to see; no model looks further back
LOOKBACK: Final = 100  # events per user and event type that filters look at (quotas page)
ACTION_LOOKBACK: Final = 300

PROMOTED: Final = "Promoted item"
EXPLORED: Final = "Exploration"
PLACEHOLDER: Final = "Popular item"

REASON_RECIPES: Final = frozenset({"aws-user-personalization-v2"})
"""The recipes that give reasons (service model, PredictedItem.reason)."""


@frozen(kw_only=True)
class Source:
    """What gives the answers: a model, its configuration, and the data of its dataset group.

    ``records`` are the live ones for requests in real time, and those of the training for batch jobs.
    """

    arn: str
    dataset_group_arn: str
    recipe: Recipe
    settings: Settings
    model: Model
    records: Records
    exploration_weight: float = 0.3
    exploration_age_cut_off: float = 30.0
    popularity_influence: float = 0.0
    freshness_influence: float = 0.0
    seed: int = 0

    @property
    def gives_reasons(self) -> bool:
        """Whether results say why they are there."""
        return self.recipe.name in REASON_RECIPES


@frozen(kw_only=True)
class FilterUse:
    """A filter with the values of its placeholders."""

    filter: CompiledFilter
    values: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Promotion:
    """How many of the results are to be promoted items, and which items those are."""

    count: int
    name: str | None = None
    use: FilterUse | None = None


@frozen(kw_only=True)
class Ask:
    """One question, by the ids of the caller."""

    user_id: str | None = None
    item_id: str | None = None
    count: int = 25
    context: Mapping[str, object] = field(factory=dict)
    use: FilterUse | None = None
    promotion: Promotion | None = None
    now: float | None = None


class Result(NamedTuple):
    """One entry of an answer: an interned id (-1 for one that no record has) and what is said about it."""

    subject: int
    score: float | None = None
    reason: str | None = None
    promotion: Promotion | None = None


def select(source: Source, ask: Ask, use: FilterUse | None) -> Selection | None:
    """What the filter leaves for that user and item; InvalidInputException for values that do not fit."""
    if use is None:
        return None
    records = source.records
    actions = source.recipe.recipe_type == "PERSONALIZED_ACTIONS"
    if use.filter.uses_current_item and not source.recipe.requires_item:
        raise refusal("current item", arn=source.arn)
    try:
        return use.filter.select(
            records,
            user=None if ask.user_id is None else _known(records.users.get(ask.user_id), len(records.users)),
            item=None if ask.item_id is None else _known(records.items.get(ask.item_id), len(records.items)),
            values=use.values,
            lookback=ACTION_LOOKBACK if actions else LOOKBACK,
        )
    except FilterError as error:
        raise refusal("filter values", problem=error.message) from None


def _known(index: int | None, beyond: int) -> int:
    """An id that no record has is an index beyond all that have one."""
    return beyond if index is None else index


def query(source: Source, ask: Ask, candidates: Sequence[int] | None = None) -> Query:
    """The question as the model wants it."""
    user = None if ask.user_id is None else source.records.users.get(ask.user_id)
    return Query(
        user=user,
        item=None if ask.item_id is None else source.records.items.get(ask.item_id),
        history=_history(source, user) if source.recipe.real_time else (),
        context=ask.context,
        candidates=candidates,
        exploration_weight=source.exploration_weight,
        exploration_age_cut_off=source.exploration_age_cut_off,
        popularity_influence=source.popularity_influence,
        freshness_influence=source.freshness_influence,
        now=ask.now,
        action_times=_action_times(source, user),
        seed=source.seed,
    )


def _history(source: Source, user: int | None) -> Sequence[int]:
    log = source.records.interactions
    if log is None or user is None:
        return ()
    rows = log.rows_of_user(user)
    items = log.items
    wanted = source.settings.event_type
    if wanted is not None:
        codes = {code for code, text in enumerate(log.event_types) if text.lower() == wanted.lower()}
        rows = [row for row in rows if log.types[row] in codes]
    return [items[row] for row in rows[-HISTORY:]]


def _action_times(source: Source, user: int | None) -> Mapping[int, float]:
    log = source.records.action_interactions
    if log is None or user is None or source.recipe.recipe_type != "PERSONALIZED_ACTIONS":
        return {}
    return {log.items[row]: float(log.times[row]) for row in log.rows_of_user(user)}


def recommend(source: Source, ask: Ask) -> list[Result]:
    """At most ``ask.count`` results: those that the filter leaves, best first, and the promoted ones among them."""
    selection = select(source, ask, ask.use)
    dropped = _dropped(source, ask.user_id)
    promotion = ask.promotion
    if promotion is None:
        return _take(source, ask, selection, dropped, ask.count)
    reason = PROMOTED if source.gives_reasons else None
    promoted = [
        Result(result.subject, result.score, reason, promotion)
        for result in _take(source, ask, select(source, ask, promotion.use), dropped, promotion.count)
    ]
    taken = dropped | {result.subject for result in promoted}
    rest = _take(source, ask, selection, taken, ask.count - len(promoted))
    return _mix(promoted, rest, f"{source.seed}/{source.arn}/{ask.user_id}/{ask.item_id}/{promotion.count}")


def _take(source: Source, ask: Ask, selection: Selection | None, dropped: Collection[int], count: int) -> list[Result]:
    if count <= 0:
        return []
    candidates = None if selection is None else selection.candidates()
    if candidates is not None:
        candidates = [index for index in candidates if source.model.knows(index)]
    asked = query(source, ask, candidates)
    ranked = iter(source.model.ranked(asked))
    if selection is not None and candidates is None:
        allows = selection.allows
        ranked = (pair for pair in ranked if allows(pair[0]))
    if dropped:
        ranked = (pair for pair in ranked if pair[0] not in dropped)
    if not source.gives_reasons:
        return [Result(index, score) for index, score in islice(ranked, count)]
    explored = source.model.explored(asked)
    return [
        Result(index, score, EXPLORED if index in explored else PLACEHOLDER if score is None else None)
        for index, score in islice(ranked, count)
    ]


def _dropped(source: Source, user_id: str | None) -> frozenset[int]:
    """Items that a use case leaves out by itself: those that the user bought, or watched."""
    wanted = source.recipe.automatic_filter
    log = source.records.interactions
    user = None if user_id is None else source.records.users.get(user_id)
    if wanted is None or log is None or user is None:
        return frozenset()
    codes = {code for code, text in enumerate(log.event_types) if text.lower() == wanted.lower()}
    rows = [row for row in log.rows_of_user(user) if log.types[row] in codes]
    return frozenset(log.items[row] for row in rows[-LOOKBACK:])


def _mix(promoted: list[Result], rest: list[Result], seed: str) -> list[Result]:
    """Promoted results at random places, both kinds in their own order (developer guide, promotions)."""
    length = len(promoted) + len(rest)
    places = set(random.Random(seed).sample(range(length), len(promoted)))
    first, second = iter(promoted), iter(rest)
    return [next(first) if place in places else next(second) for place in range(length)]


def rank(source: Source, ask: Ask, item_ids: Sequence[str]) -> Iterator[tuple[str, Result]]:
    """The items of a list, best first; what the model does not know comes last, in the order of the list."""
    selection = select(source, ask, ask.use)
    items = source.records.items
    beyond = len(source.records.items)
    known: dict[int, str] = {}
    unknown: list[str] = []
    for item_id in item_ids:
        index = items.get(item_id)
        if selection is not None and not selection.allows(beyond if index is None else index):
            continue
        if index is not None and source.model.knows(index):
            known[index] = item_id
        else:
            unknown.append(item_id)
    if known:
        for index, score in source.model.ranked(query(source, ask, list(known))):
            yield known[index], Result(index, score)
    for item_id in unknown:
        yield item_id, Result(-1, source.settings.unknown_item_score)
