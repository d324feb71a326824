"""Campaigns and recommenders."""

from __future__ import annotations

from typing import Any, Final

from pytest_personalize.conformance.case import ABSENT, ANY, Like, guide, model, recorded
from pytest_personalize.conformance.rows import II, IU, NF, Book, answered, refused, request, unknown, until_rest
from pytest_personalize.conformance.things import RECIPE

PRINTED: Final = recorded("outputs of AWS's notebooks")
SAYS: Final = model("the documentation of the operation")
PENDING: Final = model("the status that the operation needs; ResourceInUseException is modelled")
NO_OP: Final = recorded("an update that changes nothing, printed 200")
OWN: Final = "<own picks campaign>"
OWN_RECOMMENDER: Final = "<own recommender>"
SPENDS: Final[Any] = "training"


def settings(**members: Any) -> Any:
    """CreateCampaign with that configuration."""
    return request("CreateCampaign", campaignConfig=members)


def two_a_second(arn: str = OWN) -> Any:
    """UpdateCampaign that changes something."""
    return "UpdateCampaign", {"campaignArn": arn, "minProvisionedTPS": 2}


def requests_a_second(arn: str = OWN_RECOMMENDER) -> Any:
    """UpdateRecommender that changes something."""
    return request("UpdateRecommender", recommenderArn=arn)


BOOK: Final = Book(
    # -- campaigns
    answered(
        "campaigns/described",
        ("DescribeCampaign", {"campaignArn": "<picks campaign>"}),
        {"campaign": {"campaignArn": "<picks campaign>", "solutionVersionArn": "<picks version>", "minProvisionedTPS": 1, "status": "ACTIVE", "latestCampaignUpdate": ABSENT, "campaignConfig": ABSENT, "failureReason": ABSENT}},
        PRINTED,
        tier="core",
    ),
    answered("campaigns/default-tps", ("DescribeCampaign", {"campaignArn": "<here>:campaign/<new>"}), {"campaign": {"minProvisionedTPS": 1}}, SAYS, request("CreateCampaign"), spends=SPENDS),
    answered("campaigns/begins-pending", ("DescribeCampaign", {"campaignArn": "<pending picks campaign>"}), {"campaign": {"status": Like("CREATE (PENDING|IN_PROGRESS)")}}, PRINTED, tier="strict"),
    answered("campaigns/latest", request("CreateCampaign", solutionVersionArn="<picks>/$LATEST", campaignConfig={"syncWithLatestSolutionVersion": True}), {"campaignArn": ANY}, SAYS, needs=("<picks version>",), spends=SPENDS),
    answered("campaigns/listed-by-version", ("ListCampaigns", {"solutionArn": "<picks version>"}), {"campaigns": [{"campaignArn": "<picks campaign>"}]}, recorded("ListCampaigns with the ARN of a version"), needs=("<picks campaign>",), tier="strict"),
    refused("campaigns/version-in-training", request("CreateCampaign", solutionVersionArn="<pending picks version>"), IU, PENDING, tier="strict"),
    refused("campaigns/solution-for-a-version", request("CreateCampaign", solutionVersionArn="<picks>"), NF, recorded("aws-sdk-js-v3 issue 4982"), needs=("<picks version>",), spends=SPENDS),
    refused("campaigns/sync-without-latest", settings(syncWithLatestSolutionVersion=True), II, SAYS),
    refused("campaigns/recipe-for-segments", request("CreateCampaign", solutionVersionArn="<fans version>"), II, guide("USER_SEGMENTATION recipes")),
    refused("campaigns/weight-of-2", settings(itemExplorationConfig={"explorationWeight": "2"}), II, SAYS),
    refused("campaigns/weight-of-text", settings(itemExplorationConfig={"explorationWeight": "much"}), II, SAYS),
    refused("campaigns/cut-off-of-0", settings(itemExplorationConfig={"explorationItemAgeCutOff": "0"}), II, SAYS),
    refused("campaigns/unknown-exploration-setting", settings(itemExplorationConfig={"courage": "1"}), II, SAYS),
    refused("campaigns/exploration-of-a-ranking", request("CreateCampaign", solutionVersionArn="<ranks version>", campaignConfig={"itemExplorationConfig": {"explorationWeight": "0.1"}}), II, SAYS),
    refused("campaigns/influence-of-the-wrong-recipe", settings(rankingInfluence={"POPULARITY": 0.5}), II, SAYS),
    answered("campaigns/exploration", settings(itemExplorationConfig={"explorationWeight": "0.1", "explorationItemAgeCutOff": "7"}), {}, SAYS, spends=SPENDS, tier="core"),
    answered("campaigns/metadata", settings(enableMetadataWithRecommendations=True), {}, SAYS, spends=SPENDS),
    answered("campaigns/update-is-shown", ("DescribeCampaign", {"campaignArn": OWN}), {"campaign": {"status": "ACTIVE", "minProvisionedTPS": 1, "latestCampaignUpdate": {"minProvisionedTPS": 2, "status": Like("CREATE (PENDING|IN_PROGRESS)")}}}, SAYS, two_a_second(), tier="strict"),
    answered("campaigns/updated", ("DescribeCampaign", {"campaignArn": OWN}), {"campaign": {"minProvisionedTPS": 2, "latestCampaignUpdate": {"status": "ACTIVE"}}}, SAYS, two_a_second(), until_rest(OWN), tier="core"),
    answered("campaigns/update-of-nothing", ("UpdateCampaign", {"campaignArn": OWN, "solutionVersionArn": "<picks version>"}), {"campaignArn": OWN}, NO_OP),
    answered("campaigns/update-of-nothing-starts-nothing", ("DescribeCampaign", {"campaignArn": OWN}), {"campaign": {"latestCampaignUpdate": ABSENT}}, NO_OP, ("UpdateCampaign", {"campaignArn": OWN, "solutionVersionArn": "<picks version>"}), tier="strict"),
    refused("campaigns/updated-twice-at-once", ("UpdateCampaign", {"campaignArn": OWN, "minProvisionedTPS": 3}), IU, PENDING, two_a_second()),
    refused("campaigns/updated-while-created", two_a_second("<pending picks campaign>"), IU, PENDING, tier="strict"),
    refused("campaigns/deleted-while-created", ("DeleteCampaign", {"campaignArn": "<pending picks campaign>"}), IU, PENDING, tier="strict"),
    refused("campaigns/deleted-while-updated", ("DeleteCampaign", {"campaignArn": OWN}), IU, PENDING, two_a_second(), tier="strict"),
    refused("campaigns/updated-to-a-weight-of-2", ("UpdateCampaign", {"campaignArn": OWN, "campaignConfig": {"itemExplorationConfig": {"explorationWeight": "2"}}}), II, SAYS),
    refused("campaigns/deleted-is-gone", ("DescribeCampaign", {"campaignArn": OWN}), NF, model("the errors of DescribeCampaign"), ("DeleteCampaign", {"campaignArn": OWN}), until_rest(OWN), tier="core"),
    # -- recommenders
    answered(
        "recommenders/described",
        ("DescribeRecommender", {"recommenderArn": "<recommender>"}),
        {"recommender": {"recommenderArn": "<recommender>", "datasetGroupArn": "<store>", "status": "ACTIVE", "recipeArn": f"{RECIPE}ecomm-popular-items-by-views", "recommenderConfig": ANY, "latestRecommenderUpdate": ABSENT}},
        PRINTED,
        tier="core",
    ),
    answered("recommenders/metrics", ("DescribeRecommender", {"recommenderArn": "<recommender>"}), {"recommender": {"modelMetrics": {"coverage": ANY, "precision_at_5": ANY}}}, PRINTED),
    answered("recommenders/begins-pending", ("DescribeRecommender", {"recommenderArn": "<pending recommender>"}), {"recommender": {"status": Like("CREATE (PENDING|IN_PROGRESS)")}}, PRINTED, tier="strict"),
    refused("recommenders/custom-group", request("CreateRecommender", datasetGroupArn="<shop>"), II, recorded("amazon-personalize-samples issue 136"), needs=("<shop data>",)),
    refused("recommenders/words-of-custom-group", request("CreateRecommender", datasetGroupArn="<shop>"), II, recorded("amazon-personalize-samples issue 136"), needs=("<shop data>",), text="Please use a domains-specific Dataset Group", tier="strict"),
    refused("recommenders/use-case-of-another-domain", request("CreateRecommender", recipeArn=f"{RECIPE}vod-most-popular"), II, guide("domain use cases"), needs=("<store data>",)),
    refused("recommenders/custom-recipe", request("CreateRecommender", recipeArn=f"{RECIPE}sims"), II, guide("domain use cases"), needs=("<store data>",)),
    refused("recommenders/exploration-of-popular-items", request("CreateRecommender", recommenderConfig={"itemExplorationConfig": {"explorationWeight": "0.3"}}), II, SAYS, needs=("<store data>",)),
    refused("recommenders/update-of-nothing", ("UpdateRecommender", {"recommenderArn": "<recommender>", "recommenderConfig": {}}), II, recorded("immersion day notebooks catch it")),
    refused("recommenders/updated-twice-at-once", ("UpdateRecommender", {"recommenderArn": OWN_RECOMMENDER, "recommenderConfig": {"minRecommendationRequestsPerSecond": 3}}), IU, PENDING, requests_a_second()),
    answered("recommenders/updated", ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}), {"recommender": {"latestRecommenderUpdate": {"status": "ACTIVE"}, "recommenderConfig": {"minRecommendationRequestsPerSecond": 2}}}, SAYS, requests_a_second(), until_rest(OWN_RECOMMENDER), tier="core"),
    answered("recommenders/stopped", ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}), {"recommender": {"status": "INACTIVE"}}, guide("stopping a recommender"), ("StopRecommender", {"recommenderArn": OWN_RECOMMENDER}), until_rest(OWN_RECOMMENDER), tier="core"),
    answered("recommenders/on-the-way-to-stop", ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}), {"recommender": {"status": Like("STOP (PENDING|IN_PROGRESS)")}}, guide("stopping a recommender"), ("StopRecommender", {"recommenderArn": OWN_RECOMMENDER}), tier="strict"),
    answered("recommenders/started-again", ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}), {"recommender": {"status": "ACTIVE"}}, guide("starting a recommender"), ("StopRecommender", {"recommenderArn": OWN_RECOMMENDER}), until_rest(OWN_RECOMMENDER), ("StartRecommender", {"recommenderArn": OWN_RECOMMENDER}), until_rest(OWN_RECOMMENDER), tier="core"),
    refused("recommenders/started-while-active", ("StartRecommender", {"recommenderArn": "<recommender>"}), IU, SAYS),
    refused("recommenders/stopped-while-created", ("StopRecommender", {"recommenderArn": "<pending recommender>"}), IU, PENDING, tier="strict"),
    refused("recommenders/deleted-while-created", ("DeleteRecommender", {"recommenderArn": "<pending recommender>"}), IU, PENDING, tier="strict"),
    refused("recommenders/deleted-is-gone", ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}), NF, model("the errors of DescribeRecommender"), ("DeleteRecommender", {"recommenderArn": OWN_RECOMMENDER}), until_rest(OWN_RECOMMENDER), tier="core"),
    # -- what nobody has printed
    unknown(
        "campaigns/configuration-replaced-or-merged",
        "Does a new configuration replace the old one, or add to it?",
        ("DescribeCampaign", {"campaignArn": OWN}),
        ("UpdateCampaign", {"campaignArn": OWN, "campaignConfig": {"itemExplorationConfig": {"explorationWeight": "0.1"}}}),
        until_rest(OWN),
        ("UpdateCampaign", {"campaignArn": OWN, "campaignConfig": {"enableMetadataWithRecommendations": True}}),
        until_rest(OWN),
        look="campaign.campaignConfig",
    ),
    unknown("campaigns/latest-of-no-version", "How is $LATEST of a solution without a trained version refused?", request("CreateCampaign", solutionVersionArn="<own picks>/$LATEST"), spends=SPENDS),
    unknown(
        "recommenders/configuration-replaced-or-merged",
        "Do members of the configuration that are left out of an update keep their values?",
        ("DescribeRecommender", {"recommenderArn": OWN_RECOMMENDER}),
        requests_a_second(),
        until_rest(OWN_RECOMMENDER),
        ("UpdateRecommender", {"recommenderArn": OWN_RECOMMENDER, "recommenderConfig": {"trainingDataConfig": {"excludedDatasetColumns": {}}}}),
        until_rest(OWN_RECOMMENDER),
        look="recommender.recommenderConfig",
    ),
    unknown("recommenders/dataset-missing", "Is a recommender refused where a dataset of its use case is missing?", request("CreateRecommender", datasetGroupArn="<own store>"), spends=SPENDS),
)  # fmt: skip
