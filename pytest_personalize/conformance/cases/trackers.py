"""Event trackers and metric attributions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_personalize.conformance.case import ABSENT, Like, guide, model
from pytest_personalize.conformance.cases.groups import EVENT_COLUMN
from pytest_personalize.conformance.rows import (
    AE,
    II,
    IU,
    NF,
    PENDING,
    PRINTED,
    SAYS,
    Book,
    answered,
    refused,
    request,
    until_rest,
)
from pytest_personalize.conformance.things import METRIC, REVENUE

if TYPE_CHECKING:
    pass

BOOK: Final = Book(
    answered(
        "trackers/answer",
        request("CreateEventTracker"),
        {
            "eventTrackerArn": Like("<here>:event-tracker/[0-9a-f]{8}"),
            "trackingId": Like("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        },
        PRINTED,
        tier="core",
    ),
    answered(
        "trackers/described",
        ("DescribeEventTracker", {"eventTrackerArn": "<shop tracker>"}),
        {
            "eventTracker": {
                "trackingId": "<shop tracker id>",
                "accountId": Like(r"\d{12}"),
                "datasetGroupArn": "<shop>",
            }
        },
        PRINTED,
        tier="core",
    ),
    refused(
        "trackers/second-of-a-group",
        request("CreateEventTracker", datasetGroupArn="<shop>"),
        AE,
        SAYS,
        needs=("<shop tracker>",),
        tier="core",
    ),
    refused(
        "trackers/group-in-creation",
        request("CreateEventTracker", datasetGroupArn="<pending group>"),
        IU,
        PENDING,
        tier="strict",
    ),
    refused(
        "trackers/deleted-is-gone",
        ("DeleteEventTracker", {"eventTrackerArn": "<group tracker>"}),
        NF,
        model("the errors of DeleteEventTracker"),
        ("DeleteEventTracker", {"eventTrackerArn": "<group tracker>"}),
        until_rest("<group tracker>"),
    ),
    refused(
        "attributions/unknown-function",
        request("CreateMetricAttribution", metrics=[METRIC | {"expression": "MAX(Items.PRICE)"}]),
        II,
        EVENT_COLUMN,
        needs=("<bare INTERACTIONS>",),
    ),
    refused(
        "attributions/sum-of-nothing",
        request("CreateMetricAttribution", metrics=[METRIC | {"expression": "SUM(Items.COLOUR)"}]),
        II,
        EVENT_COLUMN,
        needs=("<bare INTERACTIONS>",),
    ),
    refused(
        "attributions/sum-of-a-text",
        request("CreateMetricAttribution", metrics=[METRIC | {"expression": "SUM(Interactions.DEVICE)"}]),
        II,
        EVENT_COLUMN,
        needs=("<bare INTERACTIONS>",),
    ),
    refused(
        "attributions/a-metric-twice",
        request("CreateMetricAttribution", metrics=[METRIC, METRIC]),
        II,
        SAYS,
        needs=("<bare INTERACTIONS>",),
    ),
    refused(
        "attributions/no-metric",
        request("CreateMetricAttribution", metrics=[]),
        II,
        guide("requirements of metric attributions: 1 to 10 metrics"),
        needs=("<bare INTERACTIONS>",),
    ),
    refused(
        "attributions/no-interactions", request("CreateMetricAttribution", datasetGroupArn="<group>"), II, EVENT_COLUMN
    ),
    refused(
        "attributions/group-in-creation",
        request("CreateMetricAttribution", datasetGroupArn="<pending group>"),
        IU,
        PENDING,
        tier="strict",
    ),
    refused(
        "attributions/second-of-a-group", request("CreateMetricAttribution"), AE, SAYS, needs=("<bare attribution>",)
    ),
    answered(
        "attributions/metrics-are-listed",
        ("ListMetricAttributionMetrics", {"metricAttributionArn": "<bare attribution>"}),
        {"metrics": [dict(REVENUE)]},
        model("the shape of the answer"),
    ),
    answered(
        "attributions/described-without-metrics",
        ("DescribeMetricAttribution", {"metricAttributionArn": "<bare attribution>"}),
        {"metricAttribution": {"metrics": ABSENT, "metricsOutputConfig": {"roleArn": "<role>"}, "status": "ACTIVE"}},
        model("the shape MetricAttribution"),
    ),
    refused(
        "attributions/metric-again",
        ("UpdateMetricAttribution", {"metricAttributionArn": "<bare attribution>", "addMetrics": [dict(REVENUE)]}),
        AE,
        SAYS,
    ),
    refused(
        "attributions/unknown-metric-removed",
        ("UpdateMetricAttribution", {"metricAttributionArn": "<bare attribution>", "removeMetrics": ["no-such"]}),
        II,
        SAYS,
    ),
    refused("attributions/updated-without-arn", ("UpdateMetricAttribution", {"addMetrics": [dict(METRIC)]}), II, SAYS),
)
