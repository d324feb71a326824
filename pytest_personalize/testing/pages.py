"""What all pages have in common: one document, one style sheet, one form of tables."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from pytest_personalize.testing.markup import Html, element

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

OUTCOMES: Final = {"passed": "good", "failed": "bad", "skipped": "still"}
"""The class of each outcome of a test."""

STYLE: Final = Html("""
:root { color-scheme: light; --text: #1b1f24; --back: #ffffff; --soft: #f1f3f5; --line: #b6bec8; --dim: #57606a;
  --good: #1f6f31; --bad: #b3261e; --moving: #8a5300; --link: #0a58ca; }
@media (prefers-color-scheme: dark) {
:root { color-scheme: dark; --text: #e6e9ed; --back: #16191d; --soft: #22272e; --line: #4a535e; --dim: #a2acb8;
  --good: #6fcf83; --bad: #ff8a80; --moving: #e3b04b; --link: #8ab4f8; }
}
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem;
  color: var(--text); background: var(--back); }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin-top: 2.5rem; } h3 { font-size: 1rem; }
a { color: var(--link); }
pre, time, td, summary, svg { font-family: ui-monospace, monospace; font-size: .85rem; }
pre { background: var(--soft); padding: .6rem; max-height: 26rem; overflow: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; }
pre.failure { border-left: 4px solid var(--bad); max-height: none; }
ol.calls { list-style: none; padding-left: 1rem; border-left: 3px solid var(--line); }
ol.calls > li { margin: .25rem 0; position: relative; }
ol.calls > li::before { content: ""; position: absolute; left: -1.45rem; top: .4rem; width: .7rem; height: .7rem;
  border-radius: 50%; background: var(--good); }
ol.calls > li.refused::before { background: var(--bad); }
p.jump { color: var(--moving); margin: .2rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; } summary b { font-weight: 600; }
summary i, summary time { color: var(--dim); font-style: normal; }
.good { color: var(--good); } .bad { color: var(--bad); } .moving { color: var(--moving); }
.still { color: var(--dim); }
div.graph { overflow: auto; border: 1px solid var(--line); border-radius: 5px; }
svg path { fill: none; stroke: var(--line); stroke-width: 1.5; }
svg rect { fill: var(--soft); stroke: currentColor; stroke-width: 1.5; } svg text { fill: currentColor; }
svg text.name { font-weight: 600; }
section.window { max-height: 24rem; overflow: auto; padding-left: .4rem; }
details.all { margin-top: 1.5rem; } details.all g.own rect { stroke-width: 4; }
table { border-collapse: collapse; width: 100%; } td, th { border-bottom: 1px solid var(--line); padding: .25rem .5rem;
  text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th, tr:has(details) td:not(:has(details)) { white-space: nowrap; }
@media (max-width: 40rem) { thead { display: none; } tr, td { display: block; }
  td { border: 0; padding: 0; } tr { border-bottom: 1px solid var(--line); padding: .4rem 0; } }
details.all tr.own td:first-child { border-left: 4px solid currentColor; }
form label { margin-right: 1rem; }
button { font: inherit; color: var(--text); background: var(--soft); border: 1px solid var(--line); border-radius: 5px;
  padding: .2rem .7rem; margin: 0 .4rem .4rem 0; cursor: pointer; }
body:has(#failed:checked) tbody tr:not(.failed), body:has(#passed:checked) tbody tr:not(.passed),
body:has(#skipped:checked) tbody tr:not(.skipped), body:has(#refused:checked) tbody tr:not(.refused) { display: none; }
""")


def document(title: str, *body: Html, script: str = "") -> Html:
    """A page that loads nothing, and runs nothing but that script, which may ask the server that the page came from."""
    policy = f"{POLICY}; script-src '{_digest(script)}'; connect-src 'self'" if script else POLICY
    head = element(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("title", title),
        element("style", STYLE),
    )
    running = element("script", Html(script)) if script else Html("")
    return Html(f"<!doctype html>\n{element('html', head, element('body', *body, running), lang='en')}\n")


def _digest(script: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def table(heads: Sequence[str], rows: Iterable[Html]) -> Html:
    """A table with a line of headings."""
    head = element("tr", *(element("th", name) for name in heads))
    return element("table", element("thead", head), element("tbody", *rows))
