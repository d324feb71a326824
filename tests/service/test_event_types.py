"""Event types are the same in whatever case they are written, also with letters of two lower cases: "MASS" is "Maß"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from making import MakeGroup, Shop, Workshop
from pytest_personalize import PersonalizeBackend

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
AS_WRITTEN, OTHERWISE = "Maß", "MASS"


@pytest.fixture
def pub(shop: Shop) -> Any:
    """The shop, where the even users also had the second half of the even items, by events of the type ``Maß``."""
    for number in range(0, 20, 2):
        for item in range(10 + number % 4, 20, 4):
            shop.event(f"user-{number}", f"item-{item:02}", AS_WRITTEN)
    return shop


@pytest.fixture
def answers(pub: Any) -> Callable[..., Any]:
    """What user-0 and a stranger are recommended by a new campaign of a solution with these members."""

    def ask(**members: Any) -> tuple[Any, Any]:
        solution = pub.personalize.create_solution(
            name=pub.workshop.name("solution"),
            datasetGroupArn=pub.group,
            recipeArn="arn:aws:personalize:::recipe/aws-user-personalization-v2",
            performAutoTraining=False,
            **members,
        )["solutionArn"]
        version = pub.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
        campaign = pub.personalize.create_campaign(name=pub.workshop.name("campaign"), solutionVersionArn=version)
        return tuple(pub.recommend(campaign["campaignArn"], userId=user) for user in ("user-0", "stranger"))

    return ask


def test_the_history_of_a_solution_with_an_event_type(answers: Callable[..., Any]) -> None:
    known, stranger = answers(eventType=OTHERWISE)
    assert known == answers(eventType=AS_WRITTEN)[0]
    assert known != stranger


@pytest.mark.needs_member("SolutionConfig.eventsConfig")
def test_the_weights_of_an_events_configuration(answers: Callable[..., Any]) -> None:
    def weighing(event_type: str) -> dict[str, Any]:
        events = [{"eventType": event_type, "weight": 1.0}, {"eventType": "View", "weight": 0.1}]
        return {"eventsConfig": {"eventParametersList": events}}

    found = answers(solutionConfig=weighing(OTHERWISE))
    assert found == answers(solutionConfig=weighing(AS_WRITTEN))
    assert found != answers()


def test_the_condition_of_a_filter(pub: Any) -> None:
    arn = pub.filter(f'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("{OTHERWISE}")')
    found = pub.ids(pub.campaign("aws-popularity-count"), userId="user-0", filterArn=arn)
    assert sorted(found) == ["item-10", "item-14", "item-18"]


def test_the_metric_of_an_attribution(workshop: Workshop, backend: PersonalizeBackend) -> None:
    group = workshop.group()
    dataset = workshop.dataset(group=group)
    workshop.personalize.create_metric_attribution(
        name="pub",
        datasetGroupArn=group,
        metrics=[{"metricName": "drinks", "eventType": OTHERWISE, "expression": "SAMPLECOUNT()"}],
        metricsOutputConfig={"roleArn": ROLE, "s3DataDestination": {"path": "s3://reports/"}},
    )
    rows = (f"u{number},i,{1_700_000_000 + number},{AS_WRITTEN}" for number in range(3))
    workshop.imported(dataset, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", *rows, publishAttributionMetricsToS3=True)
    (report,) = backend.s3.list("s3://reports/")
    assert [line.split(",")[2] for line in backend.s3.get(report).decode().splitlines()[1:]] == ["3.0"]


def test_what_a_use_case_drops_by_itself(
    make_group: MakeGroup, workshop: Workshop, personalize_runtime: Any, personalize_events: Any
) -> None:
    group = make_group("INTERACTIONS", "ITEMS", domain="ECOMMERCE")
    recommender = workshop.personalize.create_recommender(
        name="top", datasetGroupArn=group, recipeArn="arn:aws:personalize:::recipe/aws-ecomm-recommended-for-you"
    )["recommenderArn"]

    def ids() -> list[str]:
        answer = personalize_runtime.get_recommendations(recommenderArn=recommender, userId="u0")
        return [item["itemId"] for item in answer["itemList"]]

    first = ids()[0]
    personalize_events.put_events(
        trackingId=workshop.tracking_id(group),
        userId="u0",
        sessionId="session",
        eventList=[{"eventType": "Purcha\N{LATIN SMALL LETTER LONG S}e", "itemId": first, "sentAt": 1_800_000_000}],
    )
    assert first not in ids()
