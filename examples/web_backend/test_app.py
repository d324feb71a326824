"""The shop as a browser sees it: pages are asked for through the WSGI interface, one after another."""

from __future__ import annotations

import re
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults

import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup
from web_backend.app import Settings, make_app

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


class Browser:
    """Asks for pages and keeps cookies, as far as this shop needs it."""

    def __init__(self, app: WSGIApplication, user: str | None) -> None:
        self.app = app
        self.cookies = {} if user is None else {"user": user}
        self.status = ""

    def request(self, method: str, path: str) -> str:
        environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path}
        environ["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        setup_testing_defaults(environ)
        return b"".join(self.app(environ, self.start_response)).decode()

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., Any]:
        self.status = status
        cookies = SimpleCookie(dict(headers).get("Set-Cookie", ""))
        self.cookies.update({name: cookie.value for name, cookie in cookies.items()})
        return lambda _: None

    def items(self, path: str) -> list[str]:
        """The items that a page links to."""
        return re.findall(r'href="/items/([^"]+)"', self.request("GET", path))


Browse = Callable[[str | None], Browser]


@pytest.fixture
def shop(shop_dataset_group: SeededGroup) -> SeededGroup:
    """Fifty users, sixty items, what they did together, and recommenders that have learnt from it."""
    return shop_dataset_group


@pytest.fixture
def browse(shop: SeededGroup) -> Browse:
    """Open the shop in a new browser, logged in as a user."""
    app = make_app(
        Settings(
            for_you=shop.recommenders["aws-ecomm-recommended-for-you"],
            popular=shop.recommenders["aws-ecomm-popular-items-by-views"],
            together=shop.recommenders["aws-ecomm-frequently-bought-together"],
            not_bought=shop.filters["exclude-purchased"],
            tracking_id=shop.tracking_id,
        )
    )
    return lambda user: Browser(app, user)


class TestHomePage:
    def test_it_shows_eight_items_of_the_shop(self, browse: Browse, shop: SeededGroup) -> None:
        items = browse(shop.users[0]).items("/")

        assert len(items) == 8
        assert set(items) <= set(shop.items)

    def test_two_users_see_different_things(self, browse: Browse, shop: SeededGroup) -> None:
        first, second = shop.users[:2]

        assert browse(first).items("/") != browse(second).items("/")

    def test_visitors_without_a_name_see_what_is_popular(
        self, browse: Browse, shop: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        popular = shop.recommenders["aws-ecomm-popular-items-by-views"]
        personalize_backend.answers(popular).default(items=["teapot", "kettle"])

        assert browse(None).items("/") == ["teapot", "kettle"]

    def test_what_was_bought_is_not_offered_again(self, browse: Browse, shop: SeededGroup) -> None:
        browser = browse(shop.users[0])
        wanted = browser.items("/")[0]

        browser.request("POST", f"/items/{wanted}/orders")

        assert browser.status == "201 Created"
        assert wanted not in browser.items("/")

    def test_what_somebody_else_bought_still_is(self, browse: Browse, shop: SeededGroup) -> None:
        browser = browse(shop.users[0])
        wanted = browser.items("/")[0]

        browse(shop.users[1]).request("POST", f"/items/{wanted}/orders")

        assert wanted in browser.items("/")


class TestItemPage:
    def test_it_shows_other_items(self, browse: Browse, shop: SeededGroup) -> None:
        item = shop.items[0]

        related = browse(shop.users[0]).items(f"/items/{item}")

        assert len(related) == 4
        assert item not in related

    def test_bought_items_are_filtered_for_those_who_bought_them(self, browse: Browse, shop: SeededGroup) -> None:
        buyer, visitor = browse(shop.users[0]), browse(None)
        page = f"/items/{shop.items[0]}"
        bought = buyer.items(page)[0]

        buyer.request("POST", f"/items/{bought}/orders")

        assert bought not in buyer.items(page)
        assert bought in visitor.items(page)

    def test_an_item_that_was_not_in_training_is_in_good_company(self, browse: Browse, shop: SeededGroup) -> None:
        related = browse(shop.users[0]).items("/items/new-today")

        assert len(related) == 4
        assert set(related) <= set(shop.items)

    def test_it_is_shown_even_if_personalize_refuses(
        self, browse: Browse, shop: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        browser = browse(shop.users[0])
        arn = shop.recommenders["aws-ecomm-frequently-bought-together"]
        personalize_backend.answers(arn).raises("ResourceNotFoundException")

        assert browser.request("GET", "/items/teapot") == "<h1>teapot</h1>"
        assert browser.status == "200 OK"


class TestEvents:
    def test_a_click_is_recorded_with_user_and_session(
        self, browse: Browse, shop: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        browser = browse("ada")

        browser.request("POST", "/items/teapot/clicks")

        assert browser.status == "204 No Content"
        (call,) = personalize_backend.assert_called("PutEvents", userId="ada", sessionId=browser.cookies["session"])
        (event,) = call.params["eventList"]
        assert (event["eventType"], event["itemId"]) == ("Click", "teapot")

    def test_looking_at_an_item_is_a_view(
        self, browse: Browse, shop: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        browse("ada").request("GET", f"/items/{shop.items[0]}")

        (call,) = personalize_backend.calls.of("PutEvents")
        assert call.params["eventList"][0]["eventType"] == "View"

    def test_a_visitor_keeps_the_session_from_page_to_page(
        self, browse: Browse, personalize_backend: PersonalizeBackend
    ) -> None:
        browser = browse(None)

        browser.request("POST", "/items/teapot/clicks")
        browser.request("POST", "/items/kettle/clicks")

        sessions = {call.params["sessionId"] for call in personalize_backend.assert_called("PutEvents", times=2)}
        assert len(sessions) == 1
        assert all("userId" not in call.params for call in personalize_backend.calls.of("PutEvents"))

    def test_a_visitor_without_a_name_cannot_order(
        self, browse: Browse, personalize_backend: PersonalizeBackend
    ) -> None:
        browser = browse(None)

        assert browser.request("POST", "/items/teapot/orders") == "Please log in."
        assert browser.status == "401 Unauthorized"
        personalize_backend.calls.assert_not_called("PutEvents")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", "404 Not Found"), ("DELETE", "/items/teapot", "405 Method Not Allowed")],
)
def test_other_requests_are_refused(browse: Browse, method: str, path: str, status: str) -> None:
    browser = browse(None)
    browser.request(method, path)

    assert browser.status == status
