"""The form of answers that the real service was seen to give: members, ARNs, numbers, status words.

The table says in our own words what is printed in the outputs of notebooks, those of AWS and of others, of 2020 to
2025. Where a member came into the service later than the output, the table has it, with its year.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

ACCOUNT = "arn:aws:personalize:us-east-1:123456789012"
TIME = datetime
FLAG = bool


class Text(str):
    """A pattern that the whole of a text fits."""


def arn(tail: str) -> Text:
    return Text(f"{ACCOUNT}:{tail}")


ACTIVE = Text("ACTIVE")
UUID = Text("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NAME = Text("[a-zA-Z0-9][a-zA-Z0-9_-]*")
DATES = {"creationDateTime": TIME, "lastUpdatedDateTime": TIME}
VERSION = arn("solution/[a-z]+/[0-9a-f]{8}")
TRAINED_SINCE_2024 = {"trainingType": Text("MANUAL")}
SOLUTION = {
    "name": NAME,
    "solutionArn": arn("solution/[a-z]+"),
    "performHPO": FLAG,
    "performAutoML": FLAG,
    "performAutoTraining": FLAG,  # since 2024
    "recipeArn": Text("arn:aws:personalize:::recipe/aws-[a-z-]+"),
    "datasetGroupArn": arn("dataset-group/shop"),
    "status": ACTIVE,
    "latestSolutionVersion": {
        "solutionVersionArn": VERSION,
        "status": Text(".*"),
        "trainingMode": Text("FULL"),
        **TRAINED_SINCE_2024,
        **DATES,
    },
    **DATES,
}
TRAINED = {
    "name": Text("[a-z]+/[0-9a-f]{8}"),
    "solutionVersionArn": VERSION,
    "solutionArn": arn("solution/[a-z]+"),
    "performHPO": FLAG,
    "performAutoML": FLAG,
    "recipeArn": Text("arn:aws:personalize:::recipe/aws-[a-z-]+"),
    "datasetGroupArn": arn("dataset-group/shop"),
    "trainingHours": float,
    "trainingMode": Text("FULL"),
    "status": ACTIVE,
    **TRAINED_SINCE_2024,
    **DATES,
}
METRICS = (
    "coverage",
    "mean_reciprocal_rank_at_25",
    *(f"normalized_discounted_cumulative_gain_at_{length}" for length in (5, 10, 25)),
    *(f"precision_at_{length}" for length in (5, 10, 25)),
)

RECOMMENDATION_ID = Text("RID-[0-9a-f]{2}(-[0-9a-f]{4}){2}-[0-9a-f]{12}-CID-[0-9a-f]{6}")
SCORED = {"itemId": Text("i[0-9]+"), "score": float}
RECOMMENDER = {
    "recommenderArn": arn("recommender/[a-z-]+"),
    "datasetGroupArn": arn("dataset-group/store"),
    "name": NAME,
    "recipeArn": Text("arn:aws:personalize:::recipe/aws-ecomm-[a-z-]+"),
    "modelMetrics": dict.fromkeys(METRICS, float),
    "recommenderConfig": {},
    "status": ACTIVE,
    **DATES,
}

FORMS: list[tuple[str, str, Any]] = [
    ("CreateDatasetGroup", "", {"datasetGroupArn": arn("dataset-group/new")}),
    (
        "CreateDatasetGroup",
        "of a domain",
        {"datasetGroupArn": arn("dataset-group/new"), "domain": Text("ECOMMERCE")},
    ),
    ("CreateSchema", "", {"schemaArn": arn("schema/new")}),
    ("CreateDataset", "", {"datasetArn": arn("dataset/fresh/USERS")}),
    ("CreateDatasetImportJob", "", {"datasetImportJobArn": arn("dataset-import-job/new")}),
    ("CreateSolution", "", {"solutionArn": arn("solution/new")}),
    ("CreateSolutionVersion", "", {"solutionVersionArn": arn("solution/picks/[0-9a-f]{8}")}),
    ("CreateCampaign", "", {"campaignArn": arn("campaign/new")}),
    ("CreateRecommender", "", {"recommenderArn": arn("recommender/new")}),
    ("CreateBatchInferenceJob", "", {"batchInferenceJobArn": arn("batch-inference-job/new")}),
    ("CreateBatchSegmentJob", "", {"batchSegmentJobArn": arn("batch-segment-job/new")}),
    (
        "CreateEventTracker",
        "",
        {"eventTrackerArn": arn("event-tracker/[0-9a-f]{8}"), "trackingId": UUID},
    ),
    ("DeleteCampaign", "", {}),
    ("DeleteSchema", "", {}),
    ("PutEvents", "", {}),
    ("GetRecommendations", "personal", {"itemList": [SCORED] * 3, "recommendationId": RECOMMENDATION_ID}),
    ("DescribeRecommender", "", {"recommender": RECOMMENDER}),
    ("GetSolutionMetrics", "", {"solutionVersionArn": VERSION, "metrics": dict.fromkeys(METRICS, float)}),
    ("DescribeSolution", "", {"solution": SOLUTION | {"solutionConfig": {}}}),
    ("DescribeSolution", "of segments", {"solution": SOLUTION}),
    ("DescribeSolutionVersion", "", {"solutionVersion": TRAINED | {"solutionConfig": {}}}),
    ("DescribeSolutionVersion", "of segments", {"solutionVersion": TRAINED}),
    (
        "DescribeDataset",
        "after an update",
        {
            "dataset": {
                "name": NAME,
                "datasetArn": arn("dataset/shop/ITEMS"),
                "datasetGroupArn": arn("dataset-group/shop"),
                "datasetType": Text("ITEMS"),
                "schemaArn": arn("schema/wider-items"),
                "status": ACTIVE,
                "latestDatasetUpdate": {"schemaArn": arn("schema/wider-items"), "status": ACTIVE, **DATES},
                **DATES,
            }
        },
    ),
    (
        "DescribeSchema",
        "of a domain",
        {
            "schema": {
                "name": NAME,
                "schemaArn": arn("schema/store"),
                "schema": Text(r'\{"type": "record", .*\}'),
                "domain": Text("ECOMMERCE"),
                **DATES,
            }
        },
    ),
    (
        "GetPersonalizedRanking",
        "",
        {
            "personalizedRanking": [{"itemId": Text("i[12]"), "score": float}] * 2,
            "recommendationId": RECOMMENDATION_ID,
        },
    ),
]
"""Operation, which request of it, and the answer: a pattern for a text, or the type of another value."""

REQUESTS: dict[tuple[str, str], dict[str, Any]] = {
    ("CreateDatasetGroup", "of a domain"): {"name": "new", "domain": "ECOMMERCE"},
    ("DescribeSolution", "of segments"): {"solutionArn": "<fans>"},
    ("DescribeSolutionVersion", "of segments"): {"solutionVersionArn": "<fans version>"},
    ("DescribeSchema", "of a domain"): {"schemaArn": "<store schema>"},
    ("GetRecommendations", "personal"): {"campaignArn": "<picks campaign>", "userId": "u1", "numResults": 3},
    ("GetPersonalizedRanking", ""): {"campaignArn": "<ranks campaign>", "userId": "u1", "inputList": ["i1", "i2"]},
}
"""Requests that are not those of the samples."""


def differences(form: Any, value: Any, path: str = "answer") -> list[str]:
    """Where a value is not of a form."""
    if isinstance(form, dict):
        if not isinstance(value, dict) or form.keys() != value.keys():
            return [f"{path} has {sorted(value)} instead of {sorted(form)}"]
        return [found for name in form for found in differences(form[name], value[name], f"{path}.{name}")]
    if isinstance(form, list):
        if len(form) != len(value):
            return [f"{path} has {len(value)} entries"]
        pairs = enumerate(zip(form, value, strict=True))
        return [found for index, (one, other) in pairs for found in differences(one, other, f"{path}[{index}]")]
    fits = re.fullmatch(form, value, re.DOTALL) if isinstance(form, str) else isinstance(value, form)
    return [] if fits else [f"{path} is {value!r} instead of {form}"]


@pytest.mark.parametrize(("operation", "which", "form"), FORMS)
def test_an_answer_has_the_form_of_the_service(
    world: Any, samples: dict[str, Any], operation: str, which: str, form: Any
) -> None:
    if which == "after an update":
        world.call("UpdateDataset", samples["UpdateDataset"])
    answer = world.call(operation, REQUESTS.get((operation, which), samples[operation]))
    answer.pop("ResponseMetadata")
    assert differences(form, answer) == []


def test_metrics_have_at_most_four_decimals(world: Any, samples: dict[str, Any]) -> None:
    metrics = world.call("GetSolutionMetrics", samples["GetSolutionMetrics"])["metrics"]
    assert metrics == {name: round(value, 4) for name, value in metrics.items()}


def test_scores_have_at_most_seven_decimals_and_fall(world: Any, samples: dict[str, Any]) -> None:
    items = [f"i{number}" for number in range(11)]
    request = samples["GetPersonalizedRanking"] | {"inputList": items}
    request.pop("filterArn")
    scores = [item["score"] for item in world.call("GetPersonalizedRanking", request)["personalizedRanking"]]
    assert scores == sorted((round(score, 7) for score in scores), reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-5)


def test_row_7_training_hours_have_three_decimals(world: Any, samples: dict[str, Any]) -> None:
    hours = world.call("DescribeSolutionVersion", samples["DescribeSolutionVersion"])["solutionVersion"][
        "trainingHours"
    ]
    assert hours == round(hours, 3) > 1


def test_recipes_are_listed_by_name_in_short_pages(world: Any) -> None:
    form = {"name": NAME, "recipeArn": Text("arn:aws:personalize:::recipe/aws-[a-z0-9-]+"), "status": ACTIVE, **DATES}
    page = world.call("ListRecipes", {})
    recipes = page["recipes"]
    for recipe in recipes:
        domain = {"domain": Text("ECOMMERCE|VIDEO_ON_DEMAND")} if "domain" in recipe else {}
        assert differences(form | domain, recipe) == []
    assert recipes == sorted(recipes, key=lambda recipe: recipe["name"])
    assert len(page["nextToken"]) <= 1500


def test_a_recipe_that_was_printed_has_its_date(world: Any) -> None:
    listed = {recipe["name"]: recipe["creationDateTime"] for recipe in world.call("ListRecipes", {})["recipes"]}
    assert listed["aws-item-affinity"] == datetime(2021, 7, 15, tzinfo=UTC)
    assert listed["aws-item-attribute-affinity"] == datetime(2021, 8, 25, tzinfo=UTC)


@pytest.mark.parametrize("operation", ["CreateSchema", "DeleteSchema", "PutEvents"])
def test_row_5_the_names_of_the_headers(world: Any, samples: dict[str, Any], operation: str) -> None:
    headers = world.call(operation, samples[operation])["ResponseMetadata"]["HTTPHeaders"]
    always = {"date", "content-type", "content-length", "connection", "x-amzn-requestid"}
    front_end = {"strict-transport-security", "x-frame-options", "cache-control", "x-content-type-options"}
    assert set(headers) == (always if operation == "PutEvents" else always | front_end)


def test_an_empty_list_says_nothing_else(world: Any) -> None:
    assert world.backend._door.call("personalize", "ListDatasetGroups", "eu-west-1", "{}", "wire") == {
        "datasetGroups": []
    }
