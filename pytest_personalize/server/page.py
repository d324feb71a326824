"""The page at ``/``: the clock, the resources by dataset group, and the last calls, as they are now.

The server makes all of it. A script asks for the page again every two seconds, and puts in what has become another;
nothing is loaded from elsewhere, and names and values from clients are never markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.testing.markup import Html, element
from pytest_personalize.testing.pages import document
from pytest_personalize.testing.report import clock_time
from pytest_personalize.testing.trace import resource_table, shown_call
from pytest_personalize.version import version

TITLE: Final = "Amazon Personalize"
LAST_CALLS: Final = 50
MOST_RESOURCES: Final = 500
GROUP: Final = "dataset-group"

BUTTONS: Final = (
    ("+1 minute", '{"advance": {"minutes": 1}}'),
    ("+1 hour", '{"advance": {"hours": 1}}'),
    ("+1 day", '{"advance": {"days": 1}}'),
    ("stand still", '{"freeze": true}'),
    ("run on", '{"unfreeze": true}'),
)
"""What is on a button of the clock, and what it asks of the clock."""

SCRIPT: Final = """
const parts = ["now", "resources", "calls"], find = (id) => document.getElementById(id);
const seen = Object.fromEntries(parts.map((id) => [id, find(id).innerHTML]));
const key = (details) => details.querySelector("summary").textContent;
function put(id, markup) {
  if (seen[id] === markup) return;
  const open = new Set([...find(id).querySelectorAll("details[open]")].map(key));
  const top = find(id).scrollTop;
  find(id).innerHTML = seen[id] = markup;
  for (const details of find(id).querySelectorAll("details")) details.open = open.has(key(details));
  find(id).scrollTop = top;
}
async function refresh() {
  try {
    const answer = await fetch(location.href), text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    if (!answer.ok) throw new Error(text);
    for (const id of parts) put(id, page.getElementById(id).innerHTML);
    find("problem").textContent = "";
  } catch (problem) { find("problem").textContent = `the server does not answer: ${problem.message}`; }
}
for (const button of document.querySelectorAll("button")) button.onclick = async () => {
  const answer = await fetch(`/_personalize/clock${location.search}`, {method: "POST", body: button.value});
  await refresh();
  if (!answer.ok) find("problem").textContent = (await answer.json()).message;
};
setInterval(() => document.hidden || refresh(), 2000);
"""


def page(backend: PersonalizeBackend, accounts: Sequence[str] = ()) -> Html:
    """The page of a backend, with links to those of other accounts."""
    return document(
        TITLE,
        element("h1", TITLE),
        element("p", f"account {backend.account_id}, {backend.region_name}, pytest-personalize {version()}"),
        *_others(backend.account_id, accounts),
        element("section", _time(backend), id="now"),
        element("p", *(element("button", text, type="button", value=asked) for text, asked in BUTTONS)),
        element("p", id="problem", class_="bad", role="alert"),
        element("h2", "Calls"),
        element("section", *_calls(backend), id="calls", class_="window"),
        element("h2", "Resources"),
        element("section", *_resources(backend), id="resources"),
        script=SCRIPT,
    )


def _others(own: str, accounts: Sequence[str]) -> Iterator[Html]:
    links = [element("a", each, href=f"/?account={each}") for each in accounts if each != own]
    if links:
        yield element("p", "other accounts: ", *(part for link in links for part in (link, " ")))


def _time(backend: PersonalizeBackend) -> Html:
    going = "runs" if backend.clock.inner.state.frozen is None else "stands still"
    return element("p", element("time", clock_time(backend.clock.timestamp())[:-4]), f" UTC: the clock {going}")


def _resources(backend: PersonalizeBackend) -> Iterator[Html]:
    found = backend.all_resources()
    older = f", the newest {MOST_RESOURCES} of which are shown" if len(found) > MOST_RESOURCES else ""
    yield element("p", f"{len(found)} in all{older}")
    by_arn = {resource.arn: resource for resource in found}
    groups: dict[str, list[Resource]] = {}
    for resource in found[-MOST_RESOURCES:]:
        groups.setdefault(_group(resource, by_arn), []).append(resource)
    for name in sorted(groups):  # what belongs to none comes first
        yield element("h3", name or "of no dataset group")
        yield resource_table(groups[name])


def _group(resource: Resource, by_arn: Mapping[str, Resource]) -> str:
    """The dataset group that a resource was made in, directly or by what it was made of; empty for none."""
    seen: set[str] = set()
    ahead = [resource]
    while ahead:
        one = ahead.pop()
        if one.kind == GROUP:
            return one.key
        seen.add(one.arn)
        named = [value for name, value in vars(one).items() if name.endswith("_arn") and value not in seen]
        ahead += [by_arn[arn] for arn in named if arn in by_arn]
    return ""


def _calls(backend: PersonalizeBackend) -> Iterator[Html]:
    tally = backend.calls.tally.copy()
    refused = sum(count for (_, _, error), count in tally.items() if error is not None)
    yield element("p", f"{tally.total()} so far, {refused} of them refused; the newest first")
    last = list(backend.calls)[: -LAST_CALLS - 1 : -1]
    yield element("ol", *map(shown_call, last), class_="calls")
