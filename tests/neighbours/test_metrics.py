"""``backend.metrics``, and the same in moto's CloudWatch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

from making import ROLE
from pytest_personalize import PersonalizeBackend, SeededGroup

ORIGIN = "EVENT_ATTRIBUTION_SOURCE"


@pytest.fixture
def shop(shop_dataset_group: SeededGroup, personalize: Any) -> SeededGroup:
    """The shop, which counts purchases."""
    personalize.create_metric_attribution(
        name="impact",
        datasetGroupArn=shop_dataset_group.arn,
        metrics=[
            {"eventType": "Purchase", "metricName": "Purchases", "expression": "SAMPLECOUNT()"},
            {"eventType": "Purchase", "metricName": "Turnover", "expression": "SUM(Items.PRICE)"},
        ],
        metricsOutputConfig={"roleArn": ROLE},
    )
    return shop_dataset_group


@pytest.fixture
def buy(shop: SeededGroup, personalize_events: Any, personalize_backend: PersonalizeBackend) -> Callable[..., None]:
    """Sends a purchase of the first item."""

    def buy(age: float = 0, user: str = "user-ada", **members: Any) -> None:
        event = {
            "eventType": "Purchase",
            "sentAt": personalize_backend.clock.timestamp() - age,
            "itemId": shop.items[0],
        }
        personalize_events.put_events(
            trackingId=shop.tracking_id, sessionId="one", userId=user, eventList=[event | members]
        )

    return buy


def test_a_campaign_counts_its_requests(
    movies_dataset_group: SeededGroup, personalize_runtime: Any, personalize_backend: PersonalizeBackend
) -> None:
    arn = movies_dataset_group.campaigns["aws-user-personalization-v2"]
    for _ in range(2):
        personalize_runtime.get_recommendations(campaignArn=arn, userId="user-ada")

    assert personalize_backend.metrics.of("GetRecommendations", CampaignArn=arn).total == 2


def test_a_recommender_counts_its_requests(
    shop: SeededGroup, personalize_runtime: Any, personalize_backend: PersonalizeBackend
) -> None:
    arn = shop.recommenders["Recommended for you"]
    personalize_runtime.get_recommendations(recommenderArn=arn, userId="user-ada")

    assert personalize_backend.metrics.of("GetRecommendations", RecommenderArn=arn).total == 1


@pytest.mark.parametrize(
    ("error", "metric"),
    [
        ("ThrottlingException", "GetRecommendations4xxErrors"),
        ("ServiceUnavailable", "GetRecommendations5xxErrors"),
    ],
)
def test_refused_requests_are_counted_apart(
    shop: SeededGroup,
    personalize_runtime: Any,
    personalize_backend: PersonalizeBackend,
    error: Any,
    metric: str,
) -> None:
    arn = shop.recommenders["Recommended for you"]
    personalize_backend.faults.fail("GetRecommendations", error, times=1)
    personalize_runtime.get_recommendations(recommenderArn=arn, userId="user-ada")  # botocore tries again

    assert personalize_backend.metrics.of(metric, RecommenderArn=arn).total == 1
    assert personalize_backend.metrics.of("GetRecommendations").total == 1


def test_a_request_that_never_arrived_is_not_counted(
    shop: SeededGroup, personalize_runtime: Any, personalize_backend: PersonalizeBackend
) -> None:
    personalize_backend.faults.disconnect("GetRecommendations", times=1)
    personalize_runtime.get_recommendations(recommenderArn=shop.recommenders["Recommended for you"], userId="user-ada")

    assert [point.name for point in personalize_backend.metrics] == ["GetRecommendations"]


def test_events_are_counted_by_tracker_dataset_and_group(
    shop: SeededGroup, buy: Any, personalize_backend: PersonalizeBackend
) -> None:
    buy()

    (point,) = personalize_backend.metrics.of("PutEventsRequests")
    (tracker,) = personalize_backend.event_trackers.values()
    assert point.dimensions == {
        "DatasetGroupArn": shop.arn,
        "DatasetArn": shop.datasets["INTERACTIONS"],
        "EventTrackerArn": tracker.arn,
    }


def test_events_without_a_dataset_have_no_dimensions_to_be_counted_by(
    personalize: Any, personalize_events: Any, personalize_backend: PersonalizeBackend
) -> None:
    group = personalize.create_dataset_group(name="films")["datasetGroupArn"]
    tracker = personalize.create_event_tracker(name="films", datasetGroupArn=group)["trackingId"]
    event = {"eventType": "Watch", "itemId": "a", "sentAt": 1_700_000_000}
    with pytest.raises(personalize_events.exceptions.ClientError):
        personalize_events.put_events(trackingId=tracker, sessionId="one", userId="u", eventList=[event])

    assert list(personalize_backend.metrics) == []


def test_items_are_counted_by_dataset_and_group(
    shop: SeededGroup, personalize_events: Any, personalize_backend: PersonalizeBackend
) -> None:
    arn = shop.datasets["ITEMS"]
    with pytest.raises(personalize_events.exceptions.InvalidInputException):
        personalize_events.put_items(datasetArn=arn, items=[{"itemId": "x", "properties": "{"}])

    (point,) = personalize_backend.metrics.of("PutItems4xxErrors")
    assert point.dimensions == {"DatasetGroupArn": shop.arn, "DatasetArn": arn}


def test_events_are_attributed_to_where_they_come_from(
    shop: SeededGroup, buy: Any, personalize_runtime: Any, personalize_backend: PersonalizeBackend
) -> None:
    """The schema of the shop needs no columns for it."""
    arn = shop.recommenders["Recommended for you"]
    answer = personalize_runtime.get_recommendations(recommenderArn=arn, userId="user-ada")
    buy(recommendationId=answer["recommendationId"])
    buy(age=1, metricAttribution={"eventAttributionSource": "newsletter"}, recommendationId=answer["recommendationId"])
    buy(age=2)

    purchases = personalize_backend.metrics.of("Purchases")
    assert {point.dimensions[ORIGIN] for point in purchases} == {arn, "newsletter", "SOURCE_NAME_UNDEFINED"}
    assert purchases.total == 3


def test_sums_add_up_a_column(shop: SeededGroup, buy: Any, personalize_backend: PersonalizeBackend) -> None:
    (price,) = (
        row["PRICE"] for row in personalize_backend.records(shop.datasets["ITEMS"]) if row["ITEM_ID"] == shop.items[0]
    )
    buy()

    assert personalize_backend.metrics.of("Turnover").total == pytest.approx(price)


def test_a_repeated_event_counts_once(buy: Any, personalize_backend: PersonalizeBackend) -> None:
    for _ in range(2):
        buy(sentAt=personalize_backend.clock.timestamp() // 900 * 900, eventId="one")

    assert personalize_backend.metrics.of("Purchases").total == 1


def test_events_of_more_than_two_weeks_do_not_count(buy: Any, personalize_backend: PersonalizeBackend) -> None:
    buy(age=timedelta(days=15).total_seconds())
    buy(age=timedelta(days=13).total_seconds())

    assert personalize_backend.metrics.of("Purchases").total == 1


def test_without_an_attribution_nothing_is_reported(
    shop_dataset_group: SeededGroup, personalize_events: Any, personalize_backend: PersonalizeBackend
) -> None:
    event = {"eventType": "Purchase", "sentAt": personalize_backend.clock.timestamp(), "itemId": "x"}
    personalize_events.put_events(trackingId=shop_dataset_group.tracking_id, sessionId="one", eventList=[event])

    assert [point.name for point in personalize_backend.metrics] == ["PutEventsRequests"]


def test_an_incremental_import_is_reported_and_a_full_one_is_not(
    shop: SeededGroup, personalize: Any, personalize_backend: PersonalizeBackend
) -> None:
    now = int(personalize_backend.clock.timestamp())
    rows = "".join(f"user-{number},{shop.items[0]},Purchase,{now - number}\n" for number in range(1000))
    personalize_backend.s3.put("s3://data/rows.csv", f"USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n{rows}".encode())
    for mode in ("FULL", "INCREMENTAL"):
        personalize.create_dataset_import_job(
            jobName=mode.lower(),
            datasetArn=shop.datasets["INTERACTIONS"],
            dataSource={"dataLocation": "s3://data/rows.csv"},
            roleArn=ROLE,
            importMode=mode,
        )
        job = personalize_backend.dataset_import_jobs[mode.lower()]
        assert job.status == "ACTIVE", job.failure_reason
        assert personalize_backend.metrics.of("Purchases").total == (1000 if mode == "INCREMENTAL" else 0)


def test_metrics_can_be_printed(buy: Any, personalize_backend: PersonalizeBackend) -> None:
    buy()
    buy(age=1)

    assert f"  Purchases 2 {ORIGIN}=SOURCE_NAME_UNDEFINED" in str(personalize_backend.metrics).splitlines()


def test_a_name_that_no_metric_has_is_an_error(personalize_backend: PersonalizeBackend) -> None:
    with pytest.raises(KeyError, match="GetRecommendations"):
        personalize_backend.metrics.of("GetRecomendations")


class TestInCloudWatch:
    """moto's CloudWatch shows them, beside what else is there."""

    @pytest.fixture
    def cloudwatch(self, client: Callable[[str], Any]) -> Any:
        return client("cloudwatch")

    def sum(self, cloudwatch: Any, backend: PersonalizeBackend, name: str, **dimensions: str) -> float:
        """The sum of a metric over the last hour of the backend."""
        now = backend.clock.now()
        found = cloudwatch.get_metric_statistics(
            Namespace="AWS/Personalize",
            MetricName=name,
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=1),
            Period=900,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in found["Datapoints"]))

    def test_attributed_events_arrive(self, cloudwatch: Any, buy: Any, personalize_backend: PersonalizeBackend) -> None:
        buy(metricAttribution={"eventAttributionSource": "newsletter"})
        buy(age=1)

        assert self.sum(cloudwatch, personalize_backend, "Purchases", **{ORIGIN: "newsletter"}) == 1

    def test_requests_and_events_arrive(
        self,
        cloudwatch: Any,
        shop: SeededGroup,
        buy: Any,
        personalize_runtime: Any,
        personalize_backend: PersonalizeBackend,
    ) -> None:
        arn = shop.recommenders["Recommended for you"]
        personalize_runtime.get_recommendations(recommenderArn=arn, userId="user-ada")
        buy()

        assert self.sum(cloudwatch, personalize_backend, "GetRecommendations", RecommenderArn=arn) == 1
        dimensions = personalize_backend.metrics.of("PutEventsRequests")[0].dimensions
        assert self.sum(cloudwatch, personalize_backend, "PutEventsRequests", **dimensions) == 1

    def test_the_clock_of_the_backend_counts(
        self, cloudwatch: Any, buy: Any, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.clock.advance(days=30)
        buy()

        assert self.sum(cloudwatch, personalize_backend, "Purchases") == 1

    def test_they_are_listed_in_their_region(self, cloudwatch: Any, buy: Any) -> None:
        buy()

        listed = {one["MetricName"] for one in cloudwatch.list_metrics(Namespace="AWS/Personalize")["Metrics"]}
        assert listed == {"Purchases", "Turnover", "PutEventsRequests"}
        elsewhere = boto3.client("cloudwatch", region_name="eu-west-1")
        assert elsewhere.list_metrics(Namespace="AWS/Personalize")["Metrics"] == []

    def test_what_a_program_puts_there_itself_stays(self, cloudwatch: Any, buy: Any) -> None:
        cloudwatch.put_metric_data(Namespace="Mine", MetricData=[{"MetricName": "x", "Value": 1}])

        assert [one["MetricName"] for one in cloudwatch.list_metrics(Namespace="Mine")["Metrics"]] == ["x"]
