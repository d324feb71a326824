"""From what the service says of items to what became of them, by ids and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from pytest_personalize.explaining import words
from pytest_personalize.explaining.explanation import Cause, Comparison, Event, Explained, FilterVerdict, Outcome
from pytest_personalize.filters.reasons import FilterReason
from pytest_personalize.nearest import nearest
from pytest_personalize.recommenders.reasons import Part, Reason
from pytest_personalize.service.answering.reasons import Reasons, Why

Entries = Mapping[str, tuple[int, Mapping[str, Any]]]
"""The entries of an answer with their places, by id."""


def outcomes(ids: Sequence[str], entries: Entries, reasons: Reasons | None) -> Iterator[Explained]:
    """What became of each id; an answer without reasons is one that a test has declared."""
    if reasons is None:
        return (_declared(each, entries) for each in ids)
    reader = _Reader(reasons, entries, _events(reasons))
    return (reader.explained(each, why) for each, why in zip(ids, reasons.of(ids), strict=True))


def _declared(item_id: str, entries: Entries) -> Explained:
    if item_id not in entries:
        why = "not among the items declared with backend.answers, or cut off by numResults"
        return Explained(id=item_id, outcome="not declared", why=why)
    place, entry = entries[item_id]
    why = f"place {place} of {len(entries)}, as declared with backend.answers"
    return Explained(id=item_id, outcome="declared", why=why, place=place, score=entry.get("score"))


def _events(reasons: Reasons) -> Mapping[int, int]:
    """By item the row of the newest event of the asking user with it, where the model looks at these."""
    source, user_id = reasons.source, reasons.ask.user_id
    user = None if user_id is None else source.records.users.get(user_id)
    log = source.records.interactions
    if log is None or user is None or not source.recipe.real_time:
        return {}
    return {log.items[row]: row for row in log.rows_of_user(user)}


@frozen
class _Reader:
    """Reads the reasons of one answer."""

    reasons: Reasons
    entries: Entries
    events: Mapping[int, int]

    def explained(self, item_id: str, why: Why) -> Explained:
        place, entry = self.entries.get(item_id, (None, {}))
        outcome = _outcome(why, place)
        model = why.model
        return Explained(
            id=item_id,
            outcome=outcome,
            why=self._in_words(item_id, outcome, why, place),
            place=place,
            rank=why.rank,
            score=entry.get("score") if place or not self.reasons.source.recipe.scored else model.score,
            causes=tuple(map(self._cause, _largest_first(model))),
            filter=_verdict(why.filter) if why.recorded else None,
            promotion_filter=_verdict(why.promotion) if why.recorded else None,
            promotion=entry.get("promotionName"),
            reason=tuple(entry.get("reason", ())),
        )

    def _in_words(self, item_id: str, outcome: Outcome, why: Why, place: int | None) -> str:
        match outcome:
            case "answered":
                last = "" if why.trained else ", last, as it took no part in the training"
                return f"place {place} of {len(self.entries)}{last}"
            case "promoted":
                return f"place {place} of {len(self.entries)}, promoted{self._promotion_in_words(why)}"
            case "cut":
                return f"cut by numResults: it is number {why.rank}, and {self._room()}"
            case "filtered":
                assert why.filter is not None
                return f"kept out by the filter: {words.decision(_verdict_of(why.filter))}"
            case "excluded":
                return f'left out by the use case: the user has a "{why.dropped}" event with it'
            case "left out":
                return f"left out by the model: {why.model.left_out}"
            case "untrained":
                return "unknown to the model: it took no part in the training"
            case "unrecorded":
                near = nearest(item_id, self.reasons.subjects)
                return f"unknown: no dataset has it{f'; the nearest is {near}' if near else ''}"
            case _:  # "not listed"; answers that are declared are explained without reasons
                return "not in inputList"

    def _promotion_in_words(self, why: Why) -> str:
        return "" if why.promotion is None else f" by its filter: {words.decision(_verdict_of(why.promotion))}"

    def _room(self) -> str:
        count, promotion = self.reasons.ask.count, self.reasons.ask.promotion
        promoted = f", {promotion.count} of them for promoted items" if promotion is not None else ""
        return f"there {'is 1 place' if count == 1 else f'are {count} places'}{promoted}"

    def _cause(self, part: Part) -> Cause:
        if part.item is None:
            return Cause(kind=part.kind, amount=part.amount, label=part.label)
        item_id = self.reasons.source.records.items[part.item]
        event = self._event(self.events.get(part.item))
        return Cause(kind=part.kind, amount=part.amount, item_id=item_id, event=event, label=part.label)

    def _event(self, row: int | None) -> Event | None:
        log = self.reasons.source.records.interactions
        if row is None or log is None:
            return None
        return Event(type=log.event_types[log.types[row]], time=log.times[row])


def _outcome(why: Why, place: int | None) -> Outcome:
    """What became of an item, told in the order in which the service looks."""
    if place is not None:
        return "promoted" if why.promoted else "answered"
    if not why.listed:
        return "not listed"
    if not why.recorded:
        return "unrecorded"
    if why.filter is not None and not why.filter.allowed and (not why.trained or why.dropped is None):
        return "filtered"
    if not why.trained:
        return "untrained"
    if why.dropped is not None:
        return "excluded"
    return "left out" if why.model.left_out else "cut"


def _largest_first(reason: Reason) -> Sequence[Part]:
    """The parts of a score by size; what is no score has parts of several sorts, which stand as they count."""
    return reason.parts if reason.score is None else sorted(reason.parts, key=lambda part: -abs(part.amount))


def _verdict(reason: FilterReason | None) -> FilterVerdict | None:
    return None if reason is None else _verdict_of(reason)


def _verdict_of(reason: FilterReason) -> FilterVerdict:
    return FilterVerdict(
        allowed=reason.allowed,
        deciding={
            str(each.expression): tuple(
                Comparison(
                    condition=str(found.condition),
                    holds=found.holds,
                    found=tuple(found.found),
                    wanted=tuple(found.wanted),
                )
                for found in each.deciding
            )
            for each in reason.deciding
        },
    )
