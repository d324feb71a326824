"""Campaigns."""

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

NO_OP: Final = recorded("an update that changes nothing, printed 200")
OWN: Final = "<own picks campaign>"
SPENDS: Final[Any] = "training"


def settings(**members: Any) -> Any:
    """CreateCampaign with that configuration."""
    return request("CreateCampaign", campaignConfig=members)


def two_a_second(arn: str = OWN) -> Any:
    """UpdateCampaign that changes something."""
    return "UpdateCampaign", {"campaignArn": arn, "minProvisionedTPS": 2}


BOOK: Final = Book(
    answered(
        "campaigns/described",
        ("DescribeCampaign", {"campaignArn": "<picks campaign>"}),
        {
            "campaign": {
                "campaignArn": "<picks campaign>",
                "solutionVersionArn": "<picks version>",
                "minProvisionedTPS": 1,
                "status": "ACTIVE",
                "latestCampaignUpdate": ABSENT,
                "campaignConfig": ABSENT,
                "failureReason": ABSENT,
            }
        },
        PRINTED,
        tier="core",
    ),
    answered(
        "campaigns/default-tps",
        ("DescribeCampaign", {"campaignArn": "<here>:campaign/<new>"}),
        {"campaign": {"minProvisionedTPS": 1}},
        SAYS,
        request("CreateCampaign"),
        spends=SPENDS,
    ),
    answered(
        "campaigns/begins-pending",
        ("DescribeCampaign", {"campaignArn": "<pending picks campaign>"}),
        {"campaign": {"status": Like("CREATE (PENDING|IN_PROGRESS)")}},
        PRINTED,
        tier="strict",
    ),
    answered(
        "campaigns/latest",
        request(
            "CreateCampaign",
            solutionVersionArn="<picks>/$LATEST",
            campaignConfig={"syncWithLatestSolutionVersion": True},
        ),
        {"campaignArn": ANY},
        SAYS,
        needs=("<picks version>",),
        spends=SPENDS,
    ),
    answered(
        "campaigns/listed-by-version",
        ("ListCampaigns", {"solutionArn": "<picks version>"}),
        {"campaigns": [{"campaignArn": "<picks campaign>"}]},
        recorded("ListCampaigns with the ARN of a version"),
        needs=("<picks campaign>",),
        tier="strict",
    ),
    refused(
        "campaigns/version-in-training",
        request("CreateCampaign", solutionVersionArn="<pending picks version>"),
        IU,
        PENDING,
        tier="strict",
    ),
    refused(
        "campaigns/solution-for-a-version",
        request("CreateCampaign", solutionVersionArn="<picks>"),
        NF,
        recorded("aws-sdk-js-v3 issue 4982"),
        needs=("<picks version>",),
        spends=SPENDS,
    ),
    refused("campaigns/sync-without-latest", settings(syncWithLatestSolutionVersion=True), II, SAYS),
    refused(
        "campaigns/recipe-for-segments",
        request("CreateCampaign", solutionVersionArn="<fans version>"),
        II,
        guide("USER_SEGMENTATION recipes"),
    ),
    refused("campaigns/weight-of-2", settings(itemExplorationConfig={"explorationWeight": "2"}), II, SAYS),
    refused("campaigns/weight-of-text", settings(itemExplorationConfig={"explorationWeight": "much"}), II, SAYS),
    refused("campaigns/cut-off-of-0", settings(itemExplorationConfig={"explorationItemAgeCutOff": "0"}), II, SAYS),
    refused("campaigns/unknown-exploration-setting", settings(itemExplorationConfig={"courage": "1"}), II, SAYS),
    refused(
        "campaigns/exploration-of-a-ranking",
        request(
            "CreateCampaign",
            solutionVersionArn="<ranks version>",
            campaignConfig={"itemExplorationConfig": {"explorationWeight": "0.1"}},
        ),
        II,
        SAYS,
    ),
    refused("campaigns/influence-of-the-wrong-recipe", settings(rankingInfluence={"POPULARITY": 0.5}), II, SAYS),
    answered(
        "campaigns/exploration",
        settings(itemExplorationConfig={"explorationWeight": "0.1", "explorationItemAgeCutOff": "7"}),
        {},
        SAYS,
        spends=SPENDS,
        tier="core",
    ),
    answered("campaigns/metadata", settings(enableMetadataWithRecommendations=True), {}, SAYS, spends=SPENDS),
    answered(
        "campaigns/update-is-shown",
        ("DescribeCampaign", {"campaignArn": OWN}),
        {
            "campaign": {
                "status": "ACTIVE",
                "minProvisionedTPS": 1,
                "latestCampaignUpdate": {"minProvisionedTPS": 2, "status": Like("CREATE (PENDING|IN_PROGRESS)")},
            }
        },
        SAYS,
        two_a_second(),
        tier="strict",
    ),
    answered(
        "campaigns/updated",
        ("DescribeCampaign", {"campaignArn": OWN}),
        {"campaign": {"minProvisionedTPS": 2, "latestCampaignUpdate": {"status": "ACTIVE"}}},
        SAYS,
        two_a_second(),
        until_rest(OWN),
        tier="core",
    ),
    answered(
        "campaigns/update-of-nothing",
        ("UpdateCampaign", {"campaignArn": OWN, "solutionVersionArn": "<picks version>"}),
        {"campaignArn": OWN},
        NO_OP,
    ),
    answered(
        "campaigns/update-of-nothing-starts-nothing",
        ("DescribeCampaign", {"campaignArn": OWN}),
        {"campaign": {"latestCampaignUpdate": ABSENT}},
        NO_OP,
        ("UpdateCampaign", {"campaignArn": OWN, "solutionVersionArn": "<picks version>"}),
        tier="strict",
    ),
    refused(
        "campaigns/updated-twice-at-once",
        ("UpdateCampaign", {"campaignArn": OWN, "minProvisionedTPS": 3}),
        IU,
        PENDING,
        two_a_second(),
    ),
    refused("campaigns/updated-while-created", two_a_second("<pending picks campaign>"), IU, PENDING, tier="strict"),
    refused(
        "campaigns/deleted-while-created",
        ("DeleteCampaign", {"campaignArn": "<pending picks campaign>"}),
        IU,
        PENDING,
        tier="strict",
    ),
    refused(
        "campaigns/deleted-while-updated",
        ("DeleteCampaign", {"campaignArn": OWN}),
        IU,
        PENDING,
        two_a_second(),
        tier="strict",
    ),
    refused(
        "campaigns/updated-to-a-weight-of-2",
        (
            "UpdateCampaign",
            {"campaignArn": OWN, "campaignConfig": {"itemExplorationConfig": {"explorationWeight": "2"}}},
        ),
        II,
        SAYS,
    ),
    refused(
        "campaigns/deleted-is-gone",
        ("DescribeCampaign", {"campaignArn": OWN}),
        NF,
        model("the errors of DescribeCampaign"),
        ("DeleteCampaign", {"campaignArn": OWN}),
        until_rest(OWN),
        tier="core",
    ),
    # -- what nobody has printed
    unknown(
        "campaigns/configuration-replaced-or-merged",
        "Does a new configuration replace the old one, or add to it?",
        ("DescribeCampaign", {"campaignArn": OWN}),
        (
            "UpdateCampaign",
            {"campaignArn": OWN, "campaignConfig": {"itemExplorationConfig": {"explorationWeight": "0.1"}}},
        ),
        until_rest(OWN),
        ("UpdateCampaign", {"campaignArn": OWN, "campaignConfig": {"enableMetadataWithRecommendations": True}}),
        until_rest(OWN),
        look="campaign.campaignConfig",
    ),
    unknown(
        "campaigns/latest-of-no-version",
        "How is $LATEST of a solution without a trained version refused?",
        request("CreateCampaign", solutionVersionArn="<own picks>/$LATEST"),
        spends=SPENDS,
    ),
)
