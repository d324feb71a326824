"""Recommendations in real time: GetRecommendations, GetPersonalizedRanking, GetActionRecommendations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from pytest_personalize.service.answering.answer import Ask, FilterUse, Note, Pair, PromotedResults, rank, recommend
from pytest_personalize.service.answering.declared import as_given, as_items, in_declared_order
from pytest_personalize.service.answering.metadata import item_metadata, metadata_columns
from pytest_personalize.service.answering.reasons import RankingReasons, Reasons
from pytest_personalize.service.answering.recommendation_ids import new_recommendation_id
from pytest_personalize.service.answering.source import Source
from pytest_personalize.service.control.campaigns import Campaign
from pytest_personalize.service.control.filters import usable_filter
from pytest_personalize.service.control.recommenders import Recommender
from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import Answer, operation, structure
from pytest_personalize.service.kernel.resource import ACTIVE

MAX_RESULTS: Final = 500
MAX_RESULTS_WITH_METADATA: Final = 50
DEFAULT_RESULTS: Final = 25
MAX_ACTIONS: Final = 100
DEFAULT_ACTIONS: Final = 5


@structure
@frozen(kw_only=True)
class Promotion:
    """What share of the results to give to the items of a filter (service model)."""

    name: str | None = None
    percent_promoted_items: int = 100
    filter_arn: str | None = None
    filter_values: Mapping[str, str] = {}


@operation("GetRecommendations")
def get_recommendations(
    region: Region,
    *,
    campaign_arn: str | None = None,
    recommender_arn: str | None = None,
    user_id: str | None = None,
    item_id: str | None = None,
    num_results: int | None = None,
    context: Mapping[str, str] = {},
    filter_arn: str | None = None,
    filter_values: Mapping[str, str] = {},
    promotions: Sequence[Promotion] = (),
    metadata_columns: Mapping[str, Sequence[str]] = {},
) -> Answer:
    """Items for a user, or items related to an item."""
    cls, arn = _asked(campaign_arn, recommender_arn)
    alone = _alone(region, cls, arn, user_id, item_id, "itemId")
    if alone is not None:
        most = _count(num_results, DEFAULT_RESULTS, MAX_RESULTS, {})
        return _answer(region, arn, "itemList", alone[:most])
    source = _source(region, cls, arn, "GetRecommendations")
    _require_ids(source, user_id, item_id)
    columns = _columns(source, metadata_columns)
    count = _count(num_results, DEFAULT_RESULTS, MAX_RESULTS, columns)
    ask = Ask(
        user_id=user_id,
        item_id=item_id,
        count=count,
        context=_context(source, context),
        use=_filter(region, source, filter_arn, filter_values),
        promotion=_promotion(region, source, promotions, count),
    )
    entries = _declared(region, source.arn, user_id, item_id, "itemId")
    if entries is not None:
        return _answer(region, arn, "itemList", as_items(entries, count, source.records, columns))
    ids = source.records.items
    results = recommend(source, ask)
    named = ((ids[pair[0]], pair) for pair in results.pairs)
    items = _entries(source, named, results.notes, columns, scored=source.recipe.scored)
    return _answer(region, arn, "itemList", items, Reasons(source, ask))


@operation("GetPersonalizedRanking")
def get_personalized_ranking(
    region: Region,
    *,
    campaign_arn: str,
    input_list: Sequence[str],
    user_id: str,
    context: Mapping[str, str] = {},
    filter_arn: str | None = None,
    filter_values: Mapping[str, str] = {},
    metadata_columns: Mapping[str, Sequence[str]] = {},
) -> Answer:
    """The given items in the order of the user's interest; an item given twice counts once."""
    if not input_list:
        raise refusal("empty list")
    # unknown: [runtime/items-ranked-twice] items given twice. chosen: they are ranked once
    different = list(dict.fromkeys(input_list))
    alone = _alone(region, Campaign, campaign_arn, user_id, None, "itemId")
    if alone is not None:
        return _answer(region, campaign_arn, "personalizedRanking", in_declared_order(alone, different))
    source = _source(region, Campaign, campaign_arn, "GetPersonalizedRanking")
    _require_ids(source, user_id, None)
    columns = _columns(source, metadata_columns)
    limit = MAX_RESULTS_WITH_METADATA if columns else MAX_RESULTS
    if len(input_list) > limit:
        why = " when metadata is asked for" if columns else ""
        raise refusal("too many results", member="inputList", limit=limit, why=why, count=len(input_list))
    ask = Ask(
        user_id=user_id,
        context=_context(source, context),
        use=_filter(region, source, filter_arn, filter_values),
    )
    entries = _declared(region, source.arn, user_id, None, "itemId")
    if entries is not None:
        items = as_items(in_declared_order(entries, different), len(different), source.records, columns)
        return _answer(region, campaign_arn, "personalizedRanking", items)
    items = _entries(source, rank(source, ask, different), {}, columns, scored=True)
    return _answer(region, campaign_arn, "personalizedRanking", items, RankingReasons(source, ask, different))


@operation("GetActionRecommendations")
def get_action_recommendations(
    region: Region,
    *,
    campaign_arn: str | None = None,
    user_id: str | None = None,
    num_results: int | None = None,
    filter_arn: str | None = None,
    filter_values: Mapping[str, str] = {},
) -> Answer:
    """The actions that a user will most likely take, with the probability of each."""
    if campaign_arn is None:
        raise refusal("campaign missing")
    alone = _alone(region, Campaign, campaign_arn, user_id, None, "actionId")
    if alone is not None:
        most = _count(num_results, DEFAULT_ACTIONS, MAX_ACTIONS, {})
        return _answer(region, campaign_arn, "actionList", alone[:most])
    source = _source(region, Campaign, campaign_arn, "GetActionRecommendations")
    _require_ids(source, user_id, None)
    ask = Ask(
        user_id=user_id,
        count=_count(num_results, DEFAULT_ACTIONS, MAX_ACTIONS, {}),
        use=_filter(region, source, filter_arn, filter_values),
        now=region.now(),
    )
    entries = _declared(region, source.arn, user_id, None, "actionId")
    if entries is not None:
        return _answer(region, campaign_arn, "actionList", entries[: ask.count])
    ids = source.records.actions
    pairs = recommend(source, ask).pairs
    actions = [{"actionId": ids[index], "score": round(score or 0.0, 7)} for index, score in pairs]
    return _answer(region, campaign_arn, "actionList", actions, Reasons(source, ask))


def _answer(
    region: Region, arn: str, member: str, entries: list[dict[str, Any]], reasons: Reasons | None = None
) -> Answer:
    answer = Answer({member: entries, "recommendationId": new_recommendation_id(region, arn)})
    answer.reasons = reasons
    return answer


def _asked(campaign_arn: str | None, recommender_arn: str | None) -> tuple[type[Campaign] | type[Recommender], str]:
    """The one of the two that is asked."""
    if campaign_arn is not None and recommender_arn is None:
        return Campaign, campaign_arn
    if recommender_arn is not None and campaign_arn is None:
        return Recommender, recommender_arn
    raise refusal("source missing")


def _seen(region: Region, cls: type[Campaign] | type[Recommender], arn: str) -> Campaign | Recommender | None:
    """The one that is asked, after a look at it where it is not ready: programs ask until they are answered."""
    found: Campaign | Recommender | None = region.rows(cls).get(arn)
    if found is None or found.status == ACTIVE:
        return found
    seen: Campaign | Recommender | None = region.engine.look(region, found)
    return seen


def _alone(
    region: Region,
    cls: type[Campaign] | type[Recommender],
    arn: str,
    user_id: str | None,
    item_id: str | None,
    key: str,
) -> list[dict[str, Any]] | None:
    """What one answers that has no model, as it is only declared; None for all others.

    Whoever asks it need not know what it is: it serves all operations, takes any filter, and wants no id.
    """
    found = _seen(region, cls, arn)
    if found is None or not found.declared or found.status != ACTIVE:
        return None
    return _declared(region, arn, user_id, item_id, key) or []


def _declared(
    region: Region, arn: str, user_id: str | None, item_id: str | None, key: str
) -> list[dict[str, Any]] | None:
    """What a test has declared for the present request, None where the model is to answer.

    ``key`` is what ids are called in the answer: a campaign may answer to another operation since it was declared.
    """
    found = region.declared.get(arn)
    entries = None if found is None else found.entries(user_id, item_id, region.members)
    return None if entries is None else as_given(entries, key)


def _source(region: Region, cls: type[Campaign] | type[Recommender], arn: str, asked: str) -> Source:
    """Who answers: a campaign or recommender that is ready and of the right kind.

    One of another region or account is not found here, as far as the runtime is concerned.
    """
    parts = arns.parse(arn)
    if parts is None or parts.kind != cls.kind:
        raise refusal("wrong arn", wanted=cls.kind, arn=arn)
    found = _seen(region, cls, arn)
    if found is None:
        raise refusal("source unknown", arn=arn)
    if found.status != ACTIVE:
        # unknown: [runtime/campaign-in-creation] which exception. chosen: not found before the endpoint exists, invalid
        # input for a stopped one
        row = "source status" if found.status.startswith("CREATE") else "source stopped"
        raise refusal(row, arn=arn, status=found.status)
    source = found.source(region)
    recipe = source.recipe
    if recipe.operation != asked:
        raise refusal("wrong api", operation=asked, recipe=recipe.name, arn=arn, instead=recipe.operation)
    return source


def _require_ids(source: Source, user_id: str | None, item_id: str | None) -> None:
    recipe = source.recipe
    if recipe.requires_user and not user_id:
        raise refusal("id missing", member="userId", recipe=recipe.name, arn=source.arn)
    if recipe.requires_item and not item_id:
        raise refusal("id missing", member="itemId", recipe=recipe.name, arn=source.arn)


def _count(asked: int | None, default: int, limit: int, columns: Mapping[str, str]) -> int:
    """How many results; 0 stands for the default, as the service model has a minimum of 0 and no rule for it."""
    why = ""
    if columns:
        limit, why = MAX_RESULTS_WITH_METADATA, " when metadata is asked for"
    count = asked or default
    if count > limit:
        raise refusal("too many results", member="numResults", limit=limit, why=why, count=count)
    return count


def _context(source: Source, context: Mapping[str, str]) -> Mapping[str, object]:
    """The context by column name; a key that is no column of Interactions is refused."""
    if not context:
        return context
    schema = source.records.schemas.get("INTERACTIONS")
    found: dict[str, object] = {}
    for key, value in context.items():
        column = None if schema is None else schema.field(key)
        if column is None:
            raise refusal("context key", key=key)
        found[column.name] = value
    return found if source.recipe.supports_contextual_metadata else {}


def _filter(region: Region, source: Source, arn: str | None, values: Mapping[str, str]) -> FilterUse | None:
    if arn is None:
        return None
    use = usable_filter(region, arn, source.dataset_group_arn, source.recipe, source.arn)
    return FilterUse(filter=use, values=values)


def _promotion(region: Region, source: Source, promotions: Sequence[Promotion], count: int) -> PromotedResults | None:
    if not promotions:
        return None
    if not source.recipe.supports_promotions:
        raise refusal("no promotions", recipe=source.recipe.name, arn=source.arn)
    wanted = promotions[0]  # the constraint of the shape allows no other
    use = _filter(region, source, wanted.filter_arn, wanted.filter_values)
    # unknown: [runtime/promoted-share-is-rounded] 4.5 promoted items are printed as 4, which rounding down and rounding
    # to even both give. chosen: down
    return PromotedResults(count=count * wanted.percent_promoted_items // 100, name=wanted.name, use=use)


def _columns(source: Source, asked: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    if not asked:
        return {}
    if not source.with_metadata:
        raise refusal("no metadata", arn=source.arn)
    return metadata_columns(source.records, asked)


def _entries(
    source: Source,
    results: Iterable[tuple[str, Pair]],
    notes: Mapping[int, Note],
    columns: Mapping[str, str],
    *,
    scored: bool,
) -> list[dict[str, Any]]:
    """The items of an answer; members that say nothing are left out."""
    entries = []
    for item_id, (index, score) in results:
        entry: dict[str, Any] = {"itemId": item_id}
        if scored and score is not None:
            entry["score"] = int(score * 1e7 + 0.5) / 1e7  # round(score, 7) in a third of the time
        if columns:
            metadata = item_metadata(source.records, item_id, columns)
            if metadata:
                entry["metadata"] = metadata
        if index in notes:
            note = notes[index]
            if note.promotion is not None:
                entry["promotionName"] = note.promotion
            if note.reason is not None:
                entry["reason"] = [note.reason]
        entries.append(entry)
    return entries
