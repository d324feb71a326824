"""An explanation as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pytest_personalize.recommenders.reasons import Kind
from pytest_personalize.testing.markup import visible

if TYPE_CHECKING:  # what is put into words knows the words
    from pytest_personalize.explaining.explanation import Cause, Comparison, Explained, Explanation, FilterVerdict

MOST_CAUSES: Final = 8  # of one item in full
MOST_IN_LINE: Final = 3  # and in one line

CAUSES: Final[Mapping[Kind, str]] = {
    "popularity": "popularity",
    "early histories": "popularity in the early histories of all users",
    "neighbour": "neighbour of {item}",
    "metadata": "metadata in common with {item}",
    "text": "texts like those of {item}",
    "user attribute": "commoner with users of {label}",
    "context": "commoner in the context {label}",
    "returning": "users come back to what they had",
    "had already": "the user had it already",
    "exploration": "exploration",
    "trend": "growth",
    "freshness": "freshness",
    "rate": "how often it is taken",
    "taste": "users with a taste for {item}",
    "own record": "the user's own record with it",
}
"""What each sort of part is called."""

COUNTED: Final[Mapping[Kind, str]] = {"popularity": "users", "trend": "more interactions than in the window before"}
"""What is counted where there are no scores; all other amounts are strengths."""


def moment(time: float) -> str:
    """A time of the data, in UTC; whatever number it is, as far as the calendar goes."""
    try:
        return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S}"
    except (OSError, OverflowError, ValueError):
        return f"{time:g}"


def comparison(found: Comparison) -> str:
    """A condition with the values that it compared, those that it names itself left out."""
    if found.holds is None:
        return f"{found.condition} is switched off, as its parameter has no value"
    verdict = "holds" if found.holds else "does not hold"
    against = "$" in found.condition or "CurrentItem." in found.condition
    wanted = f" against {_values(found.wanted) or 'null'}" if against else ""
    nothing = "no event" if "nteractions.EVENT_TYPE" in found.condition else "null"
    return f"{found.condition} {verdict} for {_values(found.found) or nothing}{wanted}"


def _values(values: Iterable[str | int | float]) -> str:
    return ", ".join(f'"{value}"' if isinstance(value, str) else f"{value:g}" for value in values)


def decision(verdict: FilterVerdict) -> str:
    """The conditions that decided, in one line."""
    return "; ".join(
        f"{expression.partition(' WHERE ')[0]}, as {' and '.join(map(comparison, comparisons))}"
        for expression, comparisons in verdict.deciding.items()
    )


def cause(found: Cause) -> str:
    """What a part of a score comes from."""
    text = CAUSES[found.kind].format(item=found.item_id or "nothing", label=found.label)
    return f"{text} ({found.event})" if found.event is not None else text


def _note(found: Cause) -> str:
    """What else there is to say of it."""
    return f": {found.label}" if found.label and "{label}" not in CAUSES[found.kind] else ""


def _amount(found: Cause, scored: bool) -> str:
    if scored:
        return f"{found.amount:+.7f}"
    counted = COUNTED.get(found.kind)
    return f"{found.amount:.0f} {counted}" if counted and found.amount >= 1 else f"{found.amount:.4g}"


def in_short(found: Explained) -> str:
    """What became of an item; of one that is in the answer also what counted most, and what the filter compared."""
    if found.place is None:
        return found.why
    let = [] if found.filter is None else [f"let through by the filter: {decision(found.filter)}"]
    return "; ".join([found.why, *_told(found.causes[:1], found.score is not None), *let])


def in_full(found: Explained) -> Iterator[str]:
    """All that there is to say of one item."""
    scored = found.score is not None
    score = f", {'score' if found.place else 'its score would be'} {found.score:.7f}" if scored else ""
    yield visible(f"{found.id}: {found.why}{score}")
    for each in found.causes[:MOST_CAUSES]:
        yield visible(f"  {_amount(each, scored)}  {cause(each)}{_note(each)}")
    rest = found.causes[MOST_CAUSES:]
    if rest:
        total = f"{sum(each.amount for each in rest):+.7f}" if scored else "less"
        yield f"  {total}  from {len(rest)} more"
    if found.reason:
        yield f"  reason in the answer: {', '.join(found.reason)}"
    for what, verdict in (("filter", found.filter), ("filter of the promotion", found.promotion_filter)):
        if verdict is not None:
            yield f"  {'let through' if verdict.allowed else 'kept out'} by the {what}:"
            for expression, comparisons in verdict.deciding.items():
                yield visible(f"    {expression}")
                yield from (visible(f"      {each}") for each in comparisons)


def lines(found: Explanation) -> Iterator[str]:
    """An item a line, as they are answered, and in full those that were named."""
    asked = ", ".join(f"{name}={value!r}" for name, value in found.request.items() if not name.endswith("Arn"))
    recipe = found.recipe or "no recipe"
    yield visible(f"{found.operation} of {found.arn} ({recipe}){f', {asked}' if asked else ''}")
    if found.declared:
        yield "the answer was declared with backend.answers, whatever the model thinks"
    shown = [each for each in found.values() if each.place is not None]
    width = max((len(each.id) for each in shown), default=0)
    for each in shown:
        yield visible(f"{each.place:4}  {each.id:{width}}  {_in_line(each)}".rstrip())
    if len(found.answer) > len(shown):
        yield f"      and {len(found.answer) - len(shown)} more"
    for name in found.named:
        yield from in_full(found[name])


def _in_line(found: Explained) -> str:
    score = "" if found.score is None else f"{found.score:.7f}"
    told = _told(found.causes, found.score is not None) if found.outcome == "answered" and found.causes else [found.why]
    return "  ".join(filter(None, (score, ", ".join(told))))


def _told(causes: Sequence[Cause], scored: bool) -> list[str]:
    told = [f"{cause(each)} {_amount(each, scored)}{_note(each)}" for each in causes[:MOST_IN_LINE]]
    return [*told, "…"] if len(causes) > MOST_IN_LINE else told
