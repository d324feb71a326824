"""Recommenders."""

from __future__ import annotations

from typing import Any, Final

from pytest_personalize.conformance.case import ABSENT, ANY, Like, guide, model, recorded
from pytest_personalize.conformance.rows import (
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
    unknown,
    until_rest,
)
from pytest_personalize.conformance.things import RECIPE

OWN_RECOMMENDER: Final = "<own recommender>"


def requests_a_second() -> Any:
    """UpdateRecommender that changes something."""
    return request("UpdateRecommender", recommenderArn=OWN_RECOMMENDER)


BOOK: Final = Book(
    answered(
        "recommenders/described",
        ("DescribeRecommender", {"recommenderArn": "<recommender>"}),
        {
            "recommender": {
                "recommenderArn": "<recommender>",
                "datasetGroupArn": "<store>",
                "status": "ACTIVE",
                "recipeArn": f"{RECIPE}ecomm-popular-items-by-views",
                "recommenderConfig": ANY,
                "latestRecommenderUpdate": ABSENT,
            }
        },
        PRINTED,
        tier="core",
    ),
    answered(
        "recommenders/metrics",
        ("DescribeRecommender", {"recommenderArn": "<recommender>"}),
        {"recommender": {"modelMetrics": {"coverage": ANY, "precision_at_5": ANY}}},
        PRINTED,
    ),
    answered(
        "recommenders/begins-pending",
        ("DescribeRecommender", {"recommenderArn": "<pending recommender>"}),
        {"recommender": {"status": Like("CREATE (PENDING|IN_PROGRESS)")}},
        PRINTED,
        tier="strict",
    ),
    refused(
        "recommenders/custom-group",
        request("CreateRecommender", datasetGroupArn="<shop>"),
        II,
        recorded("amazon-personalize-samples issue 136"),
        needs=("<shop data>",),
    ),
    refused(
        "recommenders/words-of-custom-group",
        request("CreateRecommender", datasetGroupArn="<shop>"),
        II,
        recorded("amazon-personalize-samples issue 136"),
        needs=("<shop data>",),
        text="Please use a domains-specific Dataset Group",
        tier="strict",
    ),
    refused(
        "recommenders/use-case-of-another-domain",
        request("CreateRecommender", recipeArn=f"{RECIPE}vod-most-popular"),
        II,
        guide("domain use cases"),
        needs=("<store data>",),
    ),
    refused(
        "recommenders/custom-recipe",
        request("CreateRecommender", recipeArn=f"{RECIPE}sims"),
        II,
        guide("domain use cases"),
        needs=("<store data>",),
    ),
    refused(
        "recommenders/exploration-of-popular-items",
        request("CreateRecommender", recommenderConfig={"itemExplorationConfig": {"explorationWeight": "0.3"}}),
        II,
        SAYS,
        needs=("<store data>",),
        spends="training",
    ),
    refused(
        "recommenders/update-of-nothing",
        ("UpdateRecommender", {"recommenderArn": "<recommender>", "recommenderConfig": {}}),
        II,
        recorded("immersion day notebooks catch it"),
    ),
    refused(
        "recommenders/updated-twice-at-once",
        (
            "UpdateRecommender",
            {"recommenderArn": OWN_RECOMMENDER, "recommenderConfig": {"minRecommendationRequestsPerSecond": 3}},
        ),
        IU,
        PENDING,
        requests_a_second(),
    ),
    answered(
        "recommenders/updated",
        ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        {
            "recommender": {
                "latestRecommenderUpdate": {"status": "ACTIVE"},
                "recommenderConfig": {"minRecommendationRequestsPerSecond": 2},
            }
        },
        SAYS,
        requests_a_second(),
        until_rest(OWN_RECOMMENDER),
        tier="core",
    ),
    answered(
        "recommenders/stopped",
        ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        {"recommender": {"status": "INACTIVE"}},
        guide("stopping a recommender"),
        ("StopRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        until_rest(OWN_RECOMMENDER),
        tier="core",
    ),
    answered(
        "recommenders/on-the-way-to-stop",
        ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        {"recommender": {"status": Like("STOP (PENDING|IN_PROGRESS)")}},
        guide("stopping a recommender"),
        ("StopRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        tier="strict",
    ),
    answered(
        "recommenders/started-again",
        ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        {"recommender": {"status": "ACTIVE"}},
        guide("starting a recommender"),
        ("StopRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        until_rest(OWN_RECOMMENDER),
        ("StartRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        until_rest(OWN_RECOMMENDER),
        tier="core",
    ),
    refused("recommenders/started-while-active", ("StartRecommender", {"recommenderArn": "<recommender>"}), IU, SAYS),
    refused(
        "recommenders/stopped-while-created",
        ("StopRecommender", {"recommenderArn": "<pending recommender>"}),
        IU,
        PENDING,
        tier="strict",
    ),
    refused(
        "recommenders/deleted-while-created",
        ("DeleteRecommender", {"recommenderArn": "<pending recommender>"}),
        IU,
        PENDING,
        tier="strict",
    ),
    refused(
        "recommenders/deleted-is-gone",
        ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        NF,
        model("the errors of DescribeRecommender"),
        ("DeleteRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        until_rest(OWN_RECOMMENDER),
        tier="core",
    ),
    unknown(
        "recommenders/configuration-replaced-or-merged",
        "Do members of the configuration that are left out of an update keep their values?",
        ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        requests_a_second(),
        until_rest(OWN_RECOMMENDER),
        (
            "UpdateRecommender",
            {
                "recommenderArn": OWN_RECOMMENDER,
                "recommenderConfig": {"trainingDataConfig": {"excludedDatasetColumns": {}}},
            },
        ),
        until_rest(OWN_RECOMMENDER),
        look="recommender.recommenderConfig",
    ),
    unknown(
        "recommenders/dataset-missing",
        "Is a recommender refused where a dataset of its use case is missing?",
        request("CreateRecommender", datasetGroupArn="<own store>"),
        spends="training",
    ),
)
