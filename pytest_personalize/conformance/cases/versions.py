"""Solution versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pytest_personalize.conformance.case import ABSENT, ANY, Like
from pytest_personalize.conformance.rows import (
    II,
    IU,
    PENDING,
    PRINTED,
    SAYS,
    SHAPE,
    Book,
    answered,
    refused,
    request,
    unknown,
)
from pytest_personalize.conformance.run import observation

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

BOOK: Final = Book(
    answered(
        "versions/described",
        ("DescribeSolutionVersion", {"solutionVersionArn": "<picks version>"}),
        {
            "solutionVersion": {
                "solutionVersionArn": "<picks version>",
                "solutionArn": "<picks>",
                "status": "ACTIVE",
                "trainingMode": "FULL",
                "trainingHours": ANY,
                "trainingType": "MANUAL",
                "datasetGroupArn": "<shop>",
                "failureReason": ABSENT,
            }
        },
        PRINTED,
        tier="core",
    ),
    answered(
        "versions/name-of-an-unnamed-one",
        ("DescribeSolutionVersion", {"solutionVersionArn": "<picks version>"}),
        {"solutionVersion": {"name": Like(".*/[0-9a-f]{8}")}},
        PRINTED,
        tier="strict",
    ),
    answered(
        "versions/latest-of-the-solution",
        ("DescribeSolution", {"solutionArn": "<picks>"}),
        {"solution": {"latestSolutionVersion": {"solutionVersionArn": ANY, "status": ANY}}},
        SHAPE,
        needs=("<picks version>",),
    ),
    answered(
        "versions/metrics",
        ("GetSolutionMetrics", {"solutionVersionArn": "<picks version>"}),
        {
            "metrics": {
                "coverage": ANY,
                "mean_reciprocal_rank_at_25": ANY,
                "precision_at_5": ANY,
                "normalized_discounted_cumulative_gain_at_10": ANY,
            }
        },
        PRINTED,
        tier="core",
    ),
    answered(
        "versions/metrics-of-segments",
        ("GetSolutionMetrics", {"solutionVersionArn": "<fans version>"}),
        {"metrics": {"coverage": ANY, "hits_at_1_percent": ANY, "recall_at_1_percent": ANY}},
        PRINTED,
    ),
    refused(
        "versions/metrics-in-training",
        ("GetSolutionMetrics", {"solutionVersionArn": "<pending picks version>"}),
        IU,
        PENDING,
        tier="strict",
    ),
    refused(
        "versions/stopped-when-trained",
        ("StopSolutionVersionCreation", {"solutionVersionArn": "<picks version>"}),
        IU,
        SAYS,
    ),
    answered(
        "versions/stopped",
        ("StopSolutionVersionCreation", {"solutionVersionArn": "<pending picks version>"}),
        {"ResponseMetadata": {"HTTPStatusCode": 200}},
        SAYS,
        tier="strict",
    ),
    refused(
        "versions/update-of-nothing",
        ("CreateSolutionVersion", {"solutionArn": "<own picks>", "trainingMode": "UPDATE"}),
        II,
        SAYS,
        spends="training",
    ),
    unknown(
        "versions/metrics-of-deals",
        "Which keys have the metrics of aws-next-best-action?",
        ("GetSolutionMetrics", {"solutionVersionArn": "<deals version>"}),
        look="keys of metrics",
    ),
    unknown(
        "versions/mode-autotrain",
        "May callers ask for trainingMode AUTOTRAIN?",
        ("CreateSolutionVersion", {"solutionArn": "<own picks>", "trainingMode": "AUTOTRAIN"}),
        spends="training",
    ),
    unknown(
        "versions/training-hours",
        "How do the training hours follow from the data?",
        ("DescribeSolutionVersion", {"solutionVersionArn": "<picks version>"}),
        look="solutionVersion.trainingHours",
    ),
)


@BOOK.observed(
    "versions/name-of-another-solution",
    "CreateSolutionVersion CreateSolution",
    "Within what must the name of a version be unique?",
    needs=("<picks version>", "<alike version>"),
    spends="training",
)
def same_name(world: World) -> dict[str, object]:
    """The same name in the same solution, and in another."""
    world.make(*request("CreateSolutionVersion"))
    again = request("CreateSolutionVersion")
    other = request("CreateSolutionVersion", solutionArn="<alike>")
    return {"same solution": observation(world.ask(*again)), "another": observation(world.ask(*other))}
