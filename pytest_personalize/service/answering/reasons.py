"""Why an answer is as it is: for any item, what the filter, the exclusion, the promotion and the model make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from attrs import frozen

from pytest_personalize.data.ids import IdTable
from pytest_personalize.filters.reasons import FilterReason
from pytest_personalize.recommenders.reasons import Reason
from pytest_personalize.service.answering.answer import (
    LOOKBACK,
    Ask,
    FilterUse,
    competitors,
    dropped_items,
    index_of,
    promoted_pairs,
    query,
    ranking,
    select,
)
from pytest_personalize.service.answering.source import Source


@frozen(kw_only=True)
class Why:
    """What there is to say of one item (or action) and a request, whether it is in the answer or not.

    ``listed`` says whether it could be in the answer at all: that items are given to a ranking, not to a
    recommendation. ``recorded`` says whether any record or event names it, ``trained`` whether it took part in the
    training. ``model`` is why the model has it where it has it. ``filter`` and ``promotion`` are what the two filters
    make of it, None without, and ``promoted`` whether it is there as a promotion. ``dropped`` is the event type of the
    user for which the use case leaves it out. ``rank`` is its place, from 1, among all that filter and exclusion leave
    and that are not promoted; None when it is not among them.
    """

    listed: bool = True
    recorded: bool
    trained: bool
    model: Reason
    filter: FilterReason | None
    promotion: FilterReason | None = None
    promoted: bool = False
    dropped: str | None = None
    rank: int | None = None


class Reasons:
    """Why the answer to a question is as it is; nothing is worked out before anybody asks."""

    __slots__ = ("ask", "source")

    def __init__(self, source: Source, ask: Ask) -> None:
        self.source = source
        self.ask = ask

    @property
    def subjects(self) -> IdTable:
        """The ids of what is answered with."""
        return self.source.records.actions if self.source.recipe.answers == "actions" else self.source.records.items

    def of(self, ids: Sequence[str]) -> list[Why]:
        """For each id what the parts of the service make of it, by the numbers that the answer came from."""
        source, ask = self.source, self.ask
        indexes = [index_of(self.subjects, each) for each in ids]
        filtered = self._filtered(ask.use, indexes)
        promoted = self._filtered(ask.promotion.use if ask.promotion else None, indexes)
        dropped = dropped_items(source, ask.user_id)
        models = source.model.reasons(query(source, ask), indexes)
        among = () if ask.promotion is None else promoted_pairs(source, ask, ask.promotion, dropped)
        promotions = {index for index, _ in among}
        left_out = {index for index, model in zip(indexes, models, strict=True) if model.left_out}
        ranks = self._ranks(set(indexes) - left_out, dropped | promotions)
        return [
            Why(
                recorded=index < len(self.subjects),
                trained=source.model.knows(index),
                model=model,
                filter=by_filter,
                promotion=by_promotion,
                promoted=index in promotions,
                dropped=source.recipe.automatic_filter if index in dropped else None,
                rank=ranks.get(index),
            )
            for index, model, by_filter, by_promotion in zip(indexes, models, filtered, promoted, strict=True)
        ]

    def _filtered(self, use: FilterUse | None, indexes: Sequence[int]) -> Sequence[FilterReason | None]:
        if use is None:
            return [None] * len(indexes)
        records, ask = self.source.records, self.ask
        return use.filter.reasons(
            records,
            indexes,
            user=None if ask.user_id is None else index_of(records.users, ask.user_id),
            item=None if ask.item_id is None else index_of(records.items, ask.item_id),
            values=use.values,
            lookback=LOOKBACK[self.source.recipe.answers],
        )

    def _ranks(self, indexes: Set[int], dropped: Set[int]) -> Mapping[int, int]:
        """By item its place in the list without the dropped ones, which is walked no further than it must."""
        source, ask = self.source, self.ask
        selection = select(source, ask, ask.use)
        missing = {
            index
            for index in indexes
            if source.model.knows(index) and index not in dropped and (selection is None or selection.allows(index))
        }
        ranks: dict[int, int] = {}
        _, ranked = ranking(source, ask, selection, dropped)
        for rank, (index, _) in enumerate(ranked if missing else (), 1):
            if index in missing:
                ranks[index] = rank
                missing.remove(index)
                if not missing:
                    break
        return ranks


class RankingReasons(Reasons):
    """Why a given list is ranked as it is."""

    __slots__ = ("item_ids",)

    def __init__(self, source: Source, ask: Ask, item_ids: Sequence[str]) -> None:
        super().__init__(source, ask)
        self.item_ids = item_ids

    def of(self, ids: Sequence[str]) -> list[Why]:
        """As for recommendations; only the items of the list that the filter leaves share out the score."""
        source, ask = self.source, self.ask
        indexes = [index_of(self.subjects, each) for each in ids]
        known, _ = competitors(source, ask, self.item_ids)
        given = set(self.item_ids)
        ranked = list(known)
        models = source.model.reasons(query(source, ask, ranked), ranked) if ranked else ()
        by_index = dict(zip(ranked, models, strict=True))
        return [
            Why(
                listed=each in given,
                recorded=index < len(self.subjects),
                trained=source.model.knows(index),
                model=by_index.get(index, Reason()),
                filter=by_filter,
            )
            for each, index, by_filter in zip(ids, indexes, self._filtered(ask.use, indexes), strict=True)
        ]
