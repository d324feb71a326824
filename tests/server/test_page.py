"""The page at ``/``: what it shows, and that nothing from a client becomes a part of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from pytest_personalize import PersonalizeBackend
from pytest_personalize.server.accounts import Accounts
from pytest_personalize.server.admin import Admin
from pytest_personalize.server.page import page
from pytest_personalize.service.kernel.errors import ServiceError


class Elements(HTMLParser):
    """Tags with their attributes, and the text by the id of the section around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._section = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self._section = found.get("id") or self._section if tag == "section" else self._section

    def handle_endtag(self, tag: str) -> None:
        self._section = "" if tag == "section" else self._section

    def handle_data(self, data: str) -> None:
        self.texts[self._section] = f"{self.texts.get(self._section, '')}{data}\n"


@pytest.fixture
def backend() -> PersonalizeBackend:
    return PersonalizeBackend(preset="shop")


def _refused(backend: PersonalizeBackend, name: str) -> None:
    with pytest.raises(ServiceError):
        backend._door.call("personalize", "DescribeSchema", "us-east-1", json.dumps({"schemaArn": name}))


def test_it_shows_resources_by_group_with_their_status(backend: PersonalizeBackend) -> None:
    backend.seed("movies")
    shown = Elements(page(backend)).texts["resources"]

    order = [shown.index(f"\n{name}\n") for name in ("of no dataset group", "movies", "shop")]
    assert order == sorted(order)
    campaign = next(iter(backend.seeded["movies"].campaigns.values()))
    assert order[1] < shown.index(campaign) < order[2]
    assert shown.count("\nACTIVE\n") == len(backend.all_resources())


def test_it_shows_the_newest_calls_first_and_refusals_in_red() -> None:
    backend = PersonalizeBackend(quotas=None)
    for number in range(60):
        backend._door.call("personalize", "CreateDatasetGroup", "us-east-1", json.dumps({"name": f"n{number}"}))
    _refused(backend, "arn:aws:personalize:us-east-1:123456789012:schema/none")
    found = Elements(page(backend))

    assert "61 so far, 1 of them refused" in found.texts["calls"]
    assert found.texts["calls"].index("ResourceNotFoundException") < found.texts["calls"].index('name="n59"')
    assert 'name="n9"' not in found.texts["calls"]
    assert ("li", {"class": "refused"}) in found.tags
    assert found.texts["calls"].count("CreateDatasetGroup") == 49


def test_a_failed_resource_shows_its_reason(backend: PersonalizeBackend) -> None:
    backend.faults.fail_job("CreateDatasetGroup", "no luck today")
    backend._door.call("personalize", "CreateDatasetGroup", "us-east-1", '{"name": "mine"}')

    assert "no luck today" in Elements(page(backend)).texts["resources"]


def test_it_shows_the_clock_and_has_buttons_for_it(backend: PersonalizeBackend) -> None:
    backend.clock.freeze(1_700_000_000)
    found = Elements(page(backend))
    admin = Admin(Accounts(backend))
    asked = [attributes["value"] for tag, attributes in found.tags if tag == "button"]
    replies = [
        admin.answer("POST", "/_personalize/clock", "", {"host": "localhost"}, (value or "").encode())
        for value in asked
    ]

    assert "2023-11-14 22:13:20" in found.texts["now"]
    assert "stands still" in found.texts["now"]
    assert [reply.status for reply in replies] == [200] * 5


def test_nothing_from_a_client_is_markup(backend: PersonalizeBackend) -> None:
    tags = {tag for tag, _ in Elements(page(backend)).tags}
    hostile = "</summary></script><script>alert(1)</script><img src=x onerror=alert(1)>"
    _refused(backend, hostile)
    backend.answers("arn:aws:personalize:us-east-1:123456789012:campaign/x").default(items=[hostile])
    found = Elements(page(backend))

    assert {tag for tag, _ in found.tags} - tags <= {"ol", "li", "details", "summary", "b", "i", "span", "pre", "time"}
    assert [tag for tag, _ in found.tags].count("script") == 1
    assert hostile in found.texts["calls"]


def test_it_loads_nothing_and_runs_only_its_own_script(backend: PersonalizeBackend) -> None:
    text = page(backend)
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [
        attributes["content"] for tag, attributes in Elements(text).tags if "http-equiv" in attributes and tag == "meta"
    ]
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; connect-src 'self'"
    assert not [attributes for _, attributes in Elements(text).tags if attributes.keys() & {"src", "onclick", "action"}]


def test_no_other_page_frames_it(backend: PersonalizeBackend) -> None:
    reply = Admin(Accounts(backend)).answer("GET", "/", "", {"host": "localhost"}, b"")

    assert dict(reply.headers)[b"content-security-policy"] == b"frame-ancestors 'none'"
    assert dict(reply.headers)[b"cache-control"] == b"no-store"


def test_it_leads_to_the_other_accounts() -> None:
    accounts = Accounts(PersonalizeBackend(), lambda account_id: PersonalizeBackend(account_id=account_id))
    accounts.of("111122223333")
    admin = Admin(accounts)

    def shown(query: str) -> Any:
        return Elements(admin.answer("GET", "/", query, {"host": "localhost"}, b"").body.decode())

    assert ("a", {"href": "/?account=111122223333"}) in shown("").tags
    assert "account 111122223333" in shown("account=111122223333").texts[""]
