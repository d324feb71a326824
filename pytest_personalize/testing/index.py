"""``index.html`` of ``--personalize-trace``: a line for each test, those of one outcome at a time if that is asked for.

There are no scripts: the browser's own search finds names and errors, and the style sheet does the filtering.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from pytest_personalize.testing.markup import Html, element
from pytest_personalize.testing.pages import OUTCOMES, document, table

Row = tuple[str, str, str, int, str]
"""Of one test: its name, the file of its page, its outcome, how many calls it made, the errors that they met."""

ORDER: Final = ("failed", "skipped", "passed")
TITLE: Final = "Amazon Personalize: tests"


def index(rows: Iterable[Row]) -> Html:
    """The page: failed tests first, then by name."""
    found = sorted(rows, key=lambda row: (ORDER.index(row[2]), row[0]))
    counts = Counter(row[2] for row in found) + Counter(refused=sum(bool(row[4]) for row in found))
    return document(
        TITLE,
        element("h1", TITLE),
        element("form", *_choices(len(found), counts)),
        table(("outcome", "test", "calls", "errors"), map(_line, found)),
    )


def _choices(count: int, counts: Counter[str]) -> Iterator[Html]:
    yield _choice("all", f"all {count}", checked="")
    for name, text in (("failed", "failed"), ("passed", "passed"), ("skipped", "skipped"), ("refused", "with errors")):
        if counts[name]:
            yield _choice(name, f"{counts[name]} {text}")


def _choice(name: str, text: str, **checked: str) -> Html:
    return element("label", element("input", type="radio", name="shown", id=name, **checked), " ", text)


def _line(row: Row) -> Html:
    name, file, outcome, calls, errors = row
    return element(
        "tr",
        element("td", outcome, class_=OUTCOMES[outcome]),
        element("td", element("a", name, href=file)),
        element("td", str(calls)),
        element("td", errors, class_="bad"),
        class_=f"{outcome} refused" if errors else outcome,
    )
