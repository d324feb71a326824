"""From a trained model to an answer: history, filter, automatic exclusion, promotion, and the number of results.

Real-time requests and batch jobs both come through here; they differ in where the history and the data come from.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from attrs import field, frozen

from pytest_personalize.data.ids import IdTable
from pytest_personalize.filters.compiled import ACTION_LOOKBACK, ITEM_LOOKBACK, CompiledFilter
from pytest_personalize.filters.selection import Selection
from pytest_personalize.recommenders.model import Query
from pytest_personalize.service.answering.source import Source

HISTORY: Final = 100  # events of a user that a model gets to see; no model looks further back
LOOKBACK: Final[Mapping[str, int]] = {"items": ITEM_LOOKBACK, "users": ITEM_LOOKBACK, "actions": ACTION_LOOKBACK}
"""By what is answered: the events per user and event type that filters look at (quotas page)."""

PROMOTED: Final = "Promoted item"
EXPLORED: Final = "Exploration"
PLACEHOLDER: Final = "Popular item"


@frozen(kw_only=True)
class FilterUse:
    """A filter with the values of its placeholders."""

    filter: CompiledFilter
    values: Mapping[str, str] = field(factory=dict)


@frozen(kw_only=True)
class PromotedResults:
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
    promotion: PromotedResults | None = None
    now: float | None = None


Pair = tuple[int, float | None]
"""One result: an interned id (-1 for one that the model does not know) and its score."""


@frozen
class Note:
    """What an answer says about a result besides its score."""

    reason: str | None = None
    promotion: str | None = None


@frozen
class Results:
    """The results, best first, and notes on those about which there is something to say."""

    pairs: list[Pair]
    notes: Mapping[int, Note] = {}


def select(source: Source, ask: Ask, use: FilterUse | None) -> Selection | None:
    """What the filter leaves for that user and item; InvalidInputException for values that do not fit."""
    if use is None:
        return None
    records = source.records
    return use.filter.select(
        records,
        user=None if ask.user_id is None else index_of(records.users, ask.user_id),
        item=None if ask.item_id is None else index_of(records.items, ask.item_id),
        values=use.values,
        lookback=LOOKBACK[source.recipe.answers],
    )


def index_of(ids: IdTable, text: str) -> int:
    """The index of an id; one that no record has is an index beyond all that have one."""
    index = ids.get(text)
    return len(ids) if index is None else index


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
        codes = log.codes_of(wanted)
        rows = [row for row in rows if log.types[row] in codes]
    return list(map(items.__getitem__, rows[-HISTORY:]))


def _action_times(source: Source, user: int | None) -> Mapping[int, float]:
    log = source.records.action_interactions
    if log is None or user is None or not source.recipe.trains_on_actions:
        return {}
    return {log.items[row]: float(log.times[row]) for row in log.rows_of_user(user)}


def recommend(source: Source, ask: Ask) -> Results:
    """At most ``ask.count`` results: those that the filter leaves, best first, and the promoted ones among them."""
    selection = select(source, ask, ask.use)
    dropped = dropped_items(source, ask.user_id)
    promotion = ask.promotion
    if promotion is None:
        return _take(source, ask, selection, dropped, ask.count)
    promoted = promoted_pairs(source, ask, promotion, dropped)
    note = Note(PROMOTED if source.recipe.gives_reasons else None, promotion.name)
    notes = dict.fromkeys((index for index, _ in promoted), note)
    rest = _take(source, ask, selection, dropped | notes.keys(), ask.count - len(promoted))
    seed = f"{source.seed}/{source.arn}/{ask.user_id}/{ask.item_id}/{promotion.count}"
    return Results(_mix(promoted, rest.pairs, seed), {**rest.notes, **notes})


def promoted_pairs(source: Source, ask: Ask, promotion: PromotedResults, dropped: Collection[int]) -> list[Pair]:
    """The results that a promotion puts in, best first."""
    return _take(source, ask, select(source, ask, promotion.use), dropped, promotion.count).pairs


def _take(source: Source, ask: Ask, selection: Selection | None, dropped: Collection[int], count: int) -> Results:
    if count <= 0:
        return Results([])
    asked, ranked = ranking(source, ask, selection, dropped)
    pairs = list(islice(ranked, count))
    return Results(pairs, _reasons(source, asked, pairs)) if source.recipe.gives_reasons else Results(pairs)


def ranking(
    source: Source, ask: Ask, selection: Selection | None, dropped: Collection[int]
) -> tuple[Query, Iterator[Pair]]:
    """The question to the model, and all that the filter and the exclusion leave, best first."""
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
    return asked, ranked


def _reasons(source: Source, asked: Query, pairs: list[Pair]) -> dict[int, Note]:
    """Why items are there that are not there for their relevance: exploration, or popularity to fill the list up."""
    explored = source.model.explored(asked)
    return {
        index: Note(EXPLORED if index in explored else PLACEHOLDER)
        for index, score in pairs
        if score is None or index in explored
    }


def dropped_items(source: Source, user_id: str | None) -> frozenset[int]:
    """Items that a use case leaves out by itself: those that the user bought, or watched."""
    wanted = source.recipe.automatic_filter
    log = source.records.interactions
    user = None if user_id is None else source.records.users.get(user_id)
    if wanted is None or log is None or user is None:
        return frozenset()
    codes = log.codes_of(wanted)
    rows = [row for row in log.rows_of_user(user) if log.types[row] in codes]
    return frozenset(log.items[row] for row in rows[-LOOKBACK[source.recipe.answers] :])


def _mix(promoted: list[Pair], rest: list[Pair], seed: str) -> list[Pair]:
    """Promoted results at random places, both kinds in their own order (developer guide, promotions)."""
    length = len(promoted) + len(rest)
    places = set(random.Random(seed).sample(range(length), len(promoted)))
    first, second = iter(promoted), iter(rest)
    return [next(first) if place in places else next(second) for place in range(length)]


def rank(source: Source, ask: Ask, item_ids: Sequence[str]) -> Iterator[tuple[str, Pair]]:
    """The items of a list, best first; what the model does not know comes last, in the order of the list."""
    known, unknown = competitors(source, ask, item_ids)
    if known:
        for index, score in source.model.ranked(query(source, ask, list(known))):
            yield known[index], (index, score)
    for item_id in unknown:
        yield item_id, (-1, None)


def competitors(source: Source, ask: Ask, item_ids: Sequence[str]) -> tuple[dict[int, str], list[str]]:
    """The items of a list that the filter leaves: those that the model ranks, by index, and those it does not know."""
    selection = select(source, ask, ask.use)
    known: dict[int, str] = {}
    unknown: list[str] = []
    for item_id in item_ids:
        index = index_of(source.records.items, item_id)
        if selection is not None and not selection.allows(index):
            continue
        if source.model.knows(index):
            known[index] = item_id
        else:
            unknown.append(item_id)
    return known, unknown
