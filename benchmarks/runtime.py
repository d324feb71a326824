"""Recommendations and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import cycle

from benchmarks.data import Data, generate
from benchmarks.deployment import deploy
from benchmarks.harness import Bench, Pair, budget
from pytest_personalize import mock_personalize

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
