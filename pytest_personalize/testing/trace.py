"""``--personalize-trace=DIR``: one page of HTML per test, with its calls in time and the resources with their status.

A page needs neither network nor scripts, and forbids both to itself: names and values in it come from the test and are
never markup.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

import attrs

from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.testing.calls import Call
from pytest_personalize.testing.graph import MOST, drawing, status_class
from pytest_personalize.testing.markup import Html, element, joined
from pytest_personalize.testing.report import Seen, Watched, calls_since, clock_time, given, refusal

MOST_CALLS: Final = 2_000
MOST_LETTERS: Final = 20_000  # of one value
JUMP: Final = 1.0  # seconds between two calls from which the page tells how long it was
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

STYLE: Final = Html("""
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --good: #2a7d3c; --bad: #c62f2f; --moving: #a66a00; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin-top: 2.5rem; } h3 { font-size: 1rem; }
pre, time, td, summary, svg { font-family: ui-monospace, monospace; font-size: .85rem; }
pre { background: var(--soft); padding: .6rem; max-height: 26rem; overflow: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; }
ol.calls { list-style: none; padding-left: 1rem; border-left: 3px solid var(--line); }
ol.calls > li { margin: .25rem 0; position: relative; }
ol.calls > li::before { content: ""; position: absolute; left: -1.45rem; top: .4rem; width: .7rem; height: .7rem;
  border-radius: 50%; background: var(--good); }
ol.calls > li.refused::before { background: var(--bad); }
p.jump { color: var(--moving); margin: .2rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; } summary b { font-weight: 600; }
summary i, summary time { opacity: .7; font-style: normal; }
.good { color: var(--good); } .bad { color: var(--bad); } .moving { color: var(--moving); }
div.graph { overflow: auto; border: 1px solid var(--line); border-radius: 5px; }
svg path { fill: none; stroke: var(--line); stroke-width: 1.5; }
svg rect { fill: var(--soft); stroke: currentColor; stroke-width: 1.5; } svg text { fill: currentColor; }
svg text.name { font-weight: 600; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .25rem .5rem;
  text-align: left; vertical-align: top; overflow-wrap: anywhere; }
""")


def file_name(nodeid: str) -> str:
    """A readable name that is no path, fits every file system and belongs to this test alone."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", ".", nodeid.replace(".py::", "::")).strip(".")[-90:]
    return f"{readable}-{hashlib.blake2b(nodeid.encode('utf-8', 'replace'), digest_size=4).hexdigest()}.html"


def page(title: str, outcome: str, seen: Seen) -> Html:
    """The page of a test: its outcome, and for each backend the calls since the test began and the resources now."""
    head = element(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        element("title", title),
        element("style", STYLE),
    )
    mark = {"passed": "good", "failed": "bad"}.get(outcome, "still")
    parts = [_backend(number, backend, calls_since(backend, last)) for number, (backend, last) in enumerate(seen, 1)]
    body = element("body", element("h1", title), element("p", element("b", outcome, class_=mark)), *parts)
    return Html(f"<!doctype html>\n{element('html', head, body, lang='en')}\n")


def _backend(number: int, backend: Watched, calls: Sequence[Call]) -> Html:
    resources = backend.all_resources()
    refused = sum(call.error is not None for call in calls)
    return element(
        "section",
        element("h2", f"Backend {number}: account {backend.account_id}, {backend.region_name}"),
        element("h3", f"Calls: {len(calls)}, refused: {refused}"),
        element("ol", *_timeline(calls), class_="calls"),
        element("h3", f"Resources: {len(resources)}"),
        *_resources(resources),
    )


def _timeline(calls: Sequence[Call]) -> Iterator[Html]:
    shown = calls[-MOST_CALLS:]
    if len(shown) < len(calls):
        yield element("p", f"the last {len(shown)} of {len(calls)} calls", class_="jump")
    before = shown[0].time if shown else 0.0
    for call in shown:
        if call.time - before >= JUMP:
            yield element("p", f"{timedelta(seconds=round(call.time - before))} later", class_="jump")
        before = call.time
        yield element("li", _call(call), class_="refused" if call.error else "answered")


def _call(call: Call) -> Html:
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
    return element("details", summary, "parameters", _value(call.params), *answer)


def _value(value: Any) -> Html:
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    more = len(text) - MOST_LETTERS
    return element("pre", f"{text[:MOST_LETTERS]}\n… {more} more letters" if more > 0 else text)


def _resources(resources: Sequence[Resource]) -> Iterator[Html]:
    if resources and len(resources) <= MOST:
        yield element("div", drawing(resources), class_="graph")
    rows = [
        element(
            "tr",
            element("td", resource.status, class_=status_class(resource.status)),
            element("td", resource.kind),
            element("td", _details(resource)),
            element("td", clock_time(resource.creation_date_time)),
        )
        for resource in resources
    ]
    if rows:
        head = joined(element("th", name) for name in ("status", "kind", "resource", "created"))
        yield element("table", element("thead", element("tr", head)), element("tbody", *rows))


def _details(resource: Resource) -> Html:
    reason = element("div", resource.failure_reason, class_="bad") if resource.failure_reason else ""
    return joined([element("details", element("summary", resource.arn), _value(attrs.asdict(resource))), reason])
