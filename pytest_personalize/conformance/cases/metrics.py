"""What arrives in CloudWatch: only what no page says, as an endpoint of Amazon Personalize shows nothing of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from pytest_personalize.conformance.rows import Book, request
from pytest_personalize.conformance.samples import EVENT
from pytest_personalize.conformance.things import REVENUE

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

BOOK: Final = Book()


@BOOK.observed(
    "metrics/of-an-attribution",
    "CreateMetricAttribution PutEvents",
    "Which dimensions has a metric of a metric attribution in CloudWatch?",
    in_process=True,
)
def of_an_attribution(world: World) -> object:
    """An event streams into it."""
    assert world.lane.backend is not None
    world.thing("bare attribution")
    event = {**EVENT, "eventType": REVENUE["eventType"], "sentAt": int(time.time())}
    world.call(*request("PutEvents", eventList=[event]))
    return sorted(world.lane.backend.metrics.of(REVENUE["metricName"])[-1].dimensions)


@BOOK.observed(
    "metrics/of-a-recommender",
    "CreateRecommender GetRecommendations",
    "Which dimension have the requests of a recommender in CloudWatch? The guide names that of a campaign.",
    spends="training",
    in_process=True,
)
def of_a_recommender(world: World) -> object:
    """It is asked once."""
    assert world.lane.backend is not None
    world.call("GetRecommendations", {"recommenderArn": world.thing("recommender"), "userId": "u1"})
    return sorted(world.lane.backend.metrics.of("GetRecommendations")[-1].dimensions)
