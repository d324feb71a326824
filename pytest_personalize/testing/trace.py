"""``--personalize-trace=DIR``: one page of HTML per test, with its calls in time and the resources with their status.

A page needs neither network nor scripts, and forbids both to itself: names and values in it come from the test and are
never markup.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence, Set
from datetime import timedelta
from typing import Any, Final

import attrs

from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.testing.calls import Call
from pytest_personalize.testing.graph import MOST, drawing
from pytest_personalize.testing.markup import Html, element, joined
from pytest_personalize.testing.pages import OUTCOMES, document, table
from pytest_personalize.testing.report import clock_time, given, refusal, status_class
from pytest_personalize.testing.watching import Before, Seen, Watched, calls_since, own_resources, tally_since

MOST_CALLS: Final = 2_000
MOST_LETTERS: Final = 20_000  # of one value
JUMP: Final = 1.0  # seconds between two calls from which the page tells how long it was


def file_name(nodeid: str) -> str:
    """A readable name that is no path, fits every file system and belongs to this test alone."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", ".", nodeid.replace(".py::", "::")).strip(".")[-90:]
    return f"{readable}-{hashlib.blake2b(nodeid.encode('utf-8', 'replace'), digest_size=4).hexdigest()}.html"


def page(title: str, outcome: str, seen: Seen, failures: Sequence[str] = ()) -> Html:
    """The page of a test: its outcome, what failed, and for each backend the calls of the test and the resources."""
    return document(
        title,
        element("h1", title),
        element("p", element("b", outcome, class_=OUTCOMES.get(outcome, "still"))),
        *(element("pre", text, class_="failure") for text in failures),
        *(_backend(number, backend, before) for number, (backend, before) in enumerate(seen, 1)),
    )


def _backend(number: int, backend: Watched, before: Before | None) -> Html:
    tally = tally_since(backend, before)
    refused = sum(count for (_, _, error), count in tally.items() if error is not None)
    return element(
        "section",
        element("h2", f"Backend {number}: account {backend.account_id}, {backend.region_name}"),
        element("h3", f"Calls: {tally.total()}, refused: {refused}"),
        element("ol", *_timeline(calls_since(backend, before), tally.total()), class_="calls"),
        *_resources(backend, before),
    )


def _timeline(calls: Sequence[Call], count: int) -> Iterator[Html]:
    shown = calls[-MOST_CALLS:]
    if len(shown) < count:
        yield element("p", f"the last {len(shown)} of {count} calls", class_="jump")
    before = shown[0].time if shown else 0.0
    for call in shown:
        if call.time - before >= JUMP:
            yield element("p", f"{timedelta(seconds=round(call.time - before))} later", class_="jump")
        before = call.time
        yield shown_call(call)


def shown_call(call: Call) -> Html:
    """A line of a list of calls, to be unfolded."""
    summary = element(
        "summary",
        element("time", clock_time(call.time)),
        " ",
        element("b", f"{call.service}.{call.operation}"),
        " ",
        element("i", call.region, " ", given(call)),
        *((" ", element("span", refusal(call), class_="bad")) if call.error else ()),
    )
    answer = ("answer", _value(call.response)) if call.response is not None else ()
    answer = ("refused", _value({"code": call.error, "message": call.message})) if call.error else answer
    details = element("details", summary, "parameters", _value(call.params), *answer)
    return element("li", details, class_="refused" if call.error else "answered")


def _value(value: Any) -> Html:
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    more = len(text) - MOST_LETTERS
    return element("pre", f"{text[:MOST_LETTERS]}\n… {more} more letters" if more > 0 else text)


def _resources(backend: Watched, before: Before | None) -> Iterator[Html]:
    """Those that the test made or changed first; folded away, all that there is, with those marked."""
    resources = backend.all_resources()
    own, gone = own_resources(backend, before)
    arns = {resource.arn for resource in own}
    yield element("h3", f"Resources that the test made or changed: {len(own)}")
    if own:
        yield from _shown(own, arns)
    if gone:
        yield element("h3", f"Resources that were there before and have gone: {len(gone)}")
        yield resource_table(gone, set())
    if len(own) < len(resources):
        what = f"All resources: {len(resources)}, {len(resources) - len(own)} of them as the test found them"
        yield element("details", element("summary", what), *_shown(resources, arns), class_="all")


def _shown(resources: Sequence[Resource], marked: Set[str]) -> Iterator[Html]:
    if len(resources) <= MOST:
        yield element("div", drawing(resources, marked), class_="graph")
    yield resource_table(resources, marked)


def resource_table(resources: Sequence[Resource], marked: Set[str] = frozenset()) -> Html:
    """Resources with their status, to be unfolded; those whose ARNs are ``marked`` as the test's own."""
    rows = [
        element(
            "tr",
            element("td", resource.status, class_=status_class(resource.status)),
            element("td", resource.kind),
            element("td", _details(resource)),
            element("td", clock_time(resource.creation_date_time)),
            class_="own" if resource.arn in marked else "found",
        )
        for resource in resources
    ]
    return table(("status", "kind", "resource", "created"), rows)


def _details(resource: Resource) -> Html:
    reason = element("div", resource.failure_reason, class_="bad") if resource.failure_reason else ""
    return joined([element("details", element("summary", resource.arn), _value(attrs.asdict(resource))), reason])
