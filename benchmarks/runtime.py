"""Recommendations and events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count, cycle

from benchmarks.data import FIRST_TIME, Data, generate
from benchmarks.deployment import deploy
from benchmarks.harness import REGION, Bench, Pair, budget, emulated_client
from pytest_personalize import PersonalizeBackend, mock_personalize

RESULTS = 25
ASKING = range(1, 51)  # users, in turn: no answer can come from a memory of the last one
FEW_ITEMS, MANY_ITEMS = 1_000, 100_000


def few_items(bench: Bench) -> Data:
    """What a test would make up."""
    return generate(20_000, users=200, items=FEW_ITEMS)


def many_items(bench: Bench) -> Data:
    """The catalogue of a big shop."""
    return generate(200_000, users=2_000, items=MANY_ITEMS)


def all_data(bench: Bench) -> Data:
    """The data of this run."""
    return bench.data


RECOMMENDATIONS: tuple[tuple[str, float, Callable[[Bench], Data], str | None], ...] = (
    (f"of {FEW_ITEMS:,} items", 2, few_items, None),
    (
        f"of {FEW_ITEMS:,} items, filtered by two attributes",
        3,
        few_items,
        'INCLUDE ItemID WHERE Items.GENRE IN ("Drama", "Comedy") AND Items.YEAR NOT IN ("1999")',
    ),
    (
        f"of {FEW_ITEMS:,} items, filtered by history and attribute",
        3,
        few_items,
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch") | EXCLUDE ItemID WHERE Items.GENRE IN ("War")',
    ),
    (f"of {MANY_ITEMS:,} items", 5, many_items, None),
    ("of the data of this run", 3, all_data, None),
)


def _register(what: str, floors: float, data: Callable[[Bench], Data], expression: str | None) -> None:
    @budget(f"GetRecommendations, {RESULTS} {what}", floors=floors)
    def recommendations(bench: Bench) -> Iterator[Pair]:
        users = cycle(map(str, ASKING))
        with mock_personalize() as backend:
            deployment = deploy(backend, data(bench))
            request = {"campaignArn": deployment.campaign_arn, "numResults": RESULTS}
            if expression is not None:
                request["filterArn"] = deployment.add_filter(expression)
            yield bench.call(
                "personalize-runtime", lambda client: client.get_recommendations(userId=next(users), **request)
            )


for row in RECOMMENDATIONS:
    _register(*row)


EVENTS = 10


@budget(f"PutEvents, {EVENTS} events", floors=2.5)
def put_events(bench: Bench) -> Iterator[Pair]:
    """Of one user, as many as one request may hold, to a tracker whose campaign is in use."""
    events = [
        {"eventType": "watch", "itemId": str(item), "sentAt": datetime(2018, 9, 1, 12, item, tzinfo=UTC)}
        for item in range(1, EVENTS + 1)
    ]
    with mock_personalize() as backend:
        tracking_id = deploy(backend, few_items(bench)).tracking_id
        yield bench.call(
            "personalize-events",
            lambda client: client.put_events(trackingId=tracking_id, userId="1", sessionId="session", eventList=events),
        )


SESSION, STREAMED = 1_000, 1_000_000


def _event(item: int, second: int) -> dict[str, object]:
    return {"eventType": "watch", "itemId": str(item), "sentAt": FIRST_TIME + second}


@budget(f"PutEvents, one event, in a session of {SESSION:,} events", floors=3)
def put_in_session(bench: Bench) -> Iterator[Pair]:
    """Of an anonymous visitor, all within a second: any of them might be the one that this repeats."""
    with mock_personalize() as backend:
        tracking_id = _visit(bench, backend)
        request = {"trackingId": tracking_id, "sessionId": "visit", "eventList": [_event(1, 0)]}
        yield bench.call("personalize-events", lambda client: client.put_events(**request))


@budget(f"PutEvents, the first of a user whose session had {SESSION:,} events", floors=25)
def link_session(bench: Bench) -> Iterator[Pair]:
    """All of them, again within a second, become events of the user."""
    users = count()
    with mock_personalize() as backend:
        request = {"trackingId": _visit(bench, backend), "sessionId": "visit", "eventList": [_event(1, 0)]}
        yield bench.call("personalize-events", lambda client: client.put_events(userId=f"new-{next(users)}", **request))


def _visit(bench: Bench, backend: PersonalizeBackend) -> str:
    tracking_id = deploy(backend, few_items(bench)).tracking_id
    events = emulated_client("personalize-events")
    for item in range(SESSION):
        events.put_events(trackingId=tracking_id, sessionId="visit", eventList=[_event(item, 0)])
    return tracking_id


@budget(f"PutEvents, {EVENTS} events, after {STREAMED:,} streamed ones", times=1.5, versus="after none")
def put_after_many(bench: Bench) -> Iterator[Pair]:
    """One backend whose users have streamed for long, and a new one."""
    yield Pair(work=_stream(bench, STREAMED), base=_stream(bench, 0))


def _stream(bench: Bench, before: int) -> Callable[[], object]:
    with mock_personalize() as backend:
        deployment = deploy(backend, few_items(bench))
        log = backend._account.region(REGION).records[deployment.dataset_group_arn].log("INTERACTIONS")
        for number in range(before):
            log.append(user=number % 20, item=number % 900, time=FIRST_TIME + number, type="watch")
    seconds = count(before)

    def put() -> object:
        events = [_event(item, next(seconds)) for item in range(EVENTS)]
        body = {"trackingId": deployment.tracking_id, "userId": "1", "sessionId": "session", "eventList": events}
        return backend._door.call("personalize-events", "PutEvents", REGION, json.dumps(body))

    return put
