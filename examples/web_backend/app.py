"""The pages of a small web shop, as a WSGI application without a framework.

``GET /`` is the home page, ``GET /items/ID`` a product page, ``POST /items/ID/clicks`` and ``POST /items/ID/orders``
record what visitors do. What they are shown comes from recommenders; what they do goes to the event tracker.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import boto3
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """The resources of Personalize that the shop uses."""

    for_you: str
    popular: str
    together: str
    not_bought: str
    tracking_id: str


@dataclass(frozen=True)
class Request:
    """Who wants what: the user is None for a visitor who has not logged in."""

    method: str
    path: str
    user: str | None
    session: str


@dataclass(frozen=True)
class Response:
    """What goes back to the browser."""

    body: str = ""
    status: HTTPStatus = HTTPStatus.OK


class Shop:
    """What the pages need from Personalize."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.runtime = boto3.client("personalize-runtime")
        self.events = boto3.client("personalize-events")

    def home(self, user: str | None, count: int = 8) -> list[str]:
        """Items for a user; what is popular for a visitor without a name."""
        arn = self.settings.popular if user is None else self.settings.for_you
        return self._items(recommenderArn=arn, userId=user or "anonymous", numResults=count)

    def together(self, item: str, user: str | None, count: int = 4) -> list[str]:
        """What is bought with an item, without what the user has bought; nothing is better than an error page."""
        known = {} if user is None else {"filterArn": self.settings.not_bought}
        try:
            return self._items(
                recommenderArn=self.settings.together,
                itemId=item,
                userId=user or "anonymous",
                numResults=count,
                **known,
            )
        except ClientError as error:
            LOG.warning("nothing goes with %s: %s", item, error)
            return []

    def record(self, event_type: str, item: str, request: Request) -> None:
        """Tell the tracker what a visitor did; until the log-in, the session is all that is known of one."""
        known = {} if request.user is None else {"userId": request.user}
        self.events.put_events(
            trackingId=self.settings.tracking_id,
            sessionId=request.session,
            eventList=[{"eventType": event_type, "itemId": item, "sentAt": datetime.now(UTC)}],
            **known,
        )

    def _items(self, **wanted: Any) -> list[str]:
        return [item["itemId"] for item in self.runtime.get_recommendations(**wanted)["itemList"]]


Page = Callable[..., Response]
ROUTES: Final[list[tuple[str, re.Pattern[str], Page]]] = []


def route(method: str, pattern: str) -> Callable[[Page], Page]:
    """Enter a function as what answers a method and a path; named groups of the pattern become arguments."""

    def enter(page: Page) -> Page:
        ROUTES.append((method, re.compile(pattern), page))
        return page

    return enter


@route("GET", "/")
def home_page(shop: Shop, request: Request) -> Response:
    """What the visitor may like."""
    return Response(item_links("For you" if request.user else "Popular", shop.home(request.user)))


@route("GET", r"/items/(?P<item>[\w-]+)")
def item_page(shop: Shop, request: Request, item: str) -> Response:
    """One item, and what goes with it."""
    shop.record("View", item, request)
    return Response(f"<h1>{escape(item)}</h1>" + item_links("Often bought together", shop.together(item, request.user)))


@route("POST", r"/items/(?P<item>[\w-]+)/clicks")
def click(shop: Shop, request: Request, item: str) -> Response:
    """Sent by a script in the page, which wants no answer."""
    shop.record("Click", item, request)
    return Response(status=HTTPStatus.NO_CONTENT)


@route("POST", r"/items/(?P<item>[\w-]+)/orders")
def order(shop: Shop, request: Request, item: str) -> Response:
    """Buying is for users who have logged in."""
    if request.user is None:
        return Response("Please log in.", HTTPStatus.UNAUTHORIZED)
    shop.record("Purchase", item, request)
    return Response("Thank you!", HTTPStatus.CREATED)


def item_links(title: str, items: Sequence[str]) -> str:
    """A list of links, or nothing for no items."""
    links = "".join(f'<li><a href="/items/{escape(item)}">{escape(item)}</a></li>' for item in items)
    return f"<h2>{title}</h2><ul>{links}</ul>" if items else ""


def dispatch(shop: Shop, request: Request) -> Response:
    """The answer of the route that fits."""
    fitting = [
        (method, page, found) for method, path, page in ROUTES if (found := path.fullmatch(request.path)) is not None
    ]
    for method, page, found in fitting:
        if method == request.method:
            return page(shop, request, **found.groupdict())
    return Response("No.", HTTPStatus.METHOD_NOT_ALLOWED if fitting else HTTPStatus.NOT_FOUND)


def make_app(settings: Settings) -> WSGIApplication:
    """The application, for any WSGI server."""
    shop = Shop(settings)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        cookies: Mapping[str, Any] = SimpleCookie(environ.get("HTTP_COOKIE", ""))
        user, session = (cookies[name].value if name in cookies else None for name in ("user", "session"))
        request = Request(environ["REQUEST_METHOD"], environ["PATH_INFO"], user, session or uuid4().hex)
        response = dispatch(shop, request)
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", f"session={request.session}; HttpOnly")]
        start_response(f"{response.status.value} {response.status.phrase}", headers)
        return [response.body.encode()]

    return app
