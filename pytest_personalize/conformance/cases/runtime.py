"""Recommendations, rankings and actions: requests, forms of answers, filters and promotions in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import ABSENT, ANY, Like, Long, guide, model, recorded
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.rows import (
    II,
    NF,
    PRINTED,
    SAYS,
    VE,
    Book,
    answered,
    refused,
    request,
    unknown,
    until_rest,
)
from pytest_personalize.conformance.run import observation

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

SHAPES: Final = model("the shapes of the runtime")
SCORES: Final = guide("how recommendation scoring works")
FILTERS: Final = guide("filtering recommendations")
PROMOTIONS: Final = guide("promoting items")
RECOMMENDATION_ID: Final = Like("RID-.{36}")


def get(**changes: Any) -> Any:
    """GetRecommendations of the personalizing campaign."""
    return request("GetRecommendations", **changes)


def alike(**changes: Any) -> Any:
    """GetRecommendations of the campaign for similar items."""
    return request("GetRecommendations", campaignArn="<alike campaign>", userId=None, **{"itemId": "i1", **changes})


def popular(**changes: Any) -> Any:
    """GetRecommendations of the recommender."""
    return request("GetRecommendations", campaignArn=None, **{"recommenderArn": "<recommender>", **changes})


def rank(**changes: Any) -> Any:
    """GetPersonalizedRanking."""
    return request("GetPersonalizedRanking", **changes)


def act(**changes: Any) -> Any:
    """GetActionRecommendations."""
    return request("GetActionRecommendations", **changes)


def rich(columns: dict[str, list[str]], **changes: Any) -> Any:
    """GetRecommendations with metadata, of a campaign that gives it always."""
    return get(campaignArn="<own picks2 campaign>", metadataColumns=columns, **changes)


METADATA: Final = guide("item metadata with recommendations")
GENRE: Final = "<genre filter>"
PROMOTION: Final = {
    "name": "ours",
    "percentPromotedItems": 50,
    "filterArn": GENRE,
    "filterValues": {"GENRE": '"Comedy"'},
}

BOOK: Final = Book(
    # -- forms
    answered(
        "runtime/scored",
        get(numResults=3),
        {
            "itemList": [{"itemId": ANY, "score": ANY, "promotionName": ABSENT}] * 3,
            "recommendationId": RECOMMENDATION_ID,
        },
        PRINTED,
        tier="core",
    ),
    answered("runtime/25-by-default", get(), {"itemList": Long(25)}, SAYS, tier="core"),
    answered(
        "runtime/similar-items-without-score",
        alike(numResults=2),
        {"itemList": [{"itemId": ANY, "score": ABSENT}] * 2},
        SCORES,
        tier="core",
    ),
    answered(
        "runtime/recommender-without-score",
        popular(numResults=2),
        {"itemList": [{"itemId": ANY, "score": ABSENT}] * 2, "recommendationId": ANY},
        PRINTED,
        tier="core",
    ),
    answered(
        "runtime/ranking",
        rank(),
        {"personalizedRanking": [{"itemId": ANY, "score": ANY}] * 2, "recommendationId": ANY},
        PRINTED,
        tier="core",
    ),
    answered(
        "runtime/actions",
        act(numResults=2),
        {"actionList": [{"actionId": ANY, "score": ANY}] * 2, "recommendationId": ANY},
        SHAPES,
        tier="core",
    ),
    answered("runtime/five-actions-by-default", act(), {"actionList": Long(5)}, SAYS),
    answered(
        "runtime/unknown-user",
        get(userId="nobody", numResults=1),
        {"itemList": Long(1)},
        guide("new users"),
        tier="core",
    ),
    answered(
        "runtime/unknown-item",
        alike(itemId="nothing", numResults=1),
        {"itemList": Long(1)},
        guide("the page of similar items"),
        tier="core",
    ),
    answered(
        "runtime/item-beside-the-point",
        get(itemId="i1", numResults=1),
        {"itemList": Long(1)},
        recorded("amazon-personalize-samples issue 18"),
    ),
    answered("runtime/context", get(context={"DEVICE": "phone"}, numResults=1), {"itemList": Long(1)}, PRINTED),
    answered("runtime/no-more-than-there-is", get(numResults=500), {"itemList": ANY}, SAYS),
    # -- refusals
    refused("runtime/neither-campaign-nor-recommender", get(campaignArn=None), II, SHAPES),
    refused("runtime/campaign-and-recommender", get(recommenderArn="<recommender>"), II, SHAPES),
    refused("runtime/no-user", get(userId=None), II, guide("required inputs of the recipe"), tier="core"),
    refused("runtime/no-item", alike(itemId=None), II, guide("required inputs of the recipe"), tier="core"),
    refused("runtime/ranking-campaign-asked-for-recommendations", get(campaignArn="<ranks campaign>"), II, SAYS),
    refused("runtime/campaign-that-does-not-rank", rank(campaignArn="<picks campaign>"), II, SAYS),
    refused("runtime/campaign-without-actions", act(campaignArn="<picks campaign>"), II, SAYS),
    refused("runtime/actions-campaign-asked-for-items", get(campaignArn="<deals campaign>"), II, SAYS),
    refused("runtime/501-results", get(numResults=501), II, SAYS),
    refused("runtime/101-actions", act(numResults=101), II, SAYS),
    refused("runtime/minus-one-result", get(numResults=-1), VE, SHAPES, tier="strict"),
    refused("runtime/501-to-rank", rank(inputList=[f"i{n}" for n in range(501)]), II, SAYS),
    refused("runtime/nothing-to-rank", rank(inputList=[]), II, SAYS),
    refused("runtime/context-of-no-column", get(context={"WEATHER": "rain"}), II, guide("contextual metadata")),
    refused("runtime/metadata-not-enabled", get(metadataColumns={"ITEMS": ["PRICE"]}), II, METADATA),
    answered(
        "runtime/metadata",
        rich({"ITEMS": ["PRICE", "genre"]}, numResults=1),
        {"itemList": [{"metadata": {"price": Like(r"\d+\.5"), "genre": ANY}}]},
        recorded("immersion day, News_03"),
    ),
    refused("runtime/11-metadata-columns", rich({"ITEMS": [f"C{n}" for n in range(11)]}), II, METADATA),
    refused("runtime/metadata-of-no-column", rich({"ITEMS": ["COLOUR"]}), II, METADATA),
    refused("runtime/metadata-of-users", rich({"USERS": ["AGE"]}), II, METADATA),
    refused("runtime/no-campaign-for-actions", act(campaignArn=None), II, SHAPES),
    refused(
        "runtime/campaign-gone",
        get(campaignArn="<own picks campaign>"),
        NF,
        SHAPES,
        ("DeleteCampaign", {"campaignArn": "<own picks campaign>"}),
        until_rest("<own picks campaign>"),
    ),
    refused(
        "runtime/recommender-stopped",
        popular(recommenderArn="<own recommender>"),
        II,
        guide("stopping a recommender"),
        ("StopRecommender", {"recommenderArn": "<own recommender>"}),
        until_rest("<own recommender>"),
    ),
    answered(
        "runtime/campaign-in-update-answers",
        get(campaignArn="<own picks campaign>", numResults=1),
        {"itemList": Long(1)},
        guide("updating a campaign"),
        ("UpdateCampaign", {"campaignArn": "<own picks campaign>", "minProvisionedTPS": 2}),
    ),
    # -- what nobody has printed
    unknown(
        "runtime/campaign-in-creation",
        "Which exception has a campaign that is being created?",
        get(campaignArn="<pending picks campaign>"),
    ),
    unknown(
        "runtime/recommender-nobody-is-allowed",
        "Is a caller whose policy names campaigns alone told that a recommender is not there, or denied access?",
        popular(recommenderArn="<here>:recommender/no-such"),
    ),
)


@BOOK.checked(
    "runtime/scores-sum-to-one",
    "GetRecommendations",
    "scores of 0 to 1, falling, at most 1 in all",
    SCORES,
    needs=("<picks campaign>",),
)
def scores(world: World) -> str | None:
    """All items."""
    found = [item["score"] for item in world.call(*get(numResults=500))["itemList"] if "score" in item]
    sound = found == sorted(found, reverse=True) and all(0 <= score <= 1 for score in found) and sum(found) < 1.001
    return None if sound else f"{found}"


@BOOK.checked(
    "runtime/seven-decimals",
    "GetPersonalizedRanking",
    "scores have at most 7 decimals",
    PRINTED,
    tier="strict",
    needs=("<ranks campaign>",),
)
def decimals(world: World) -> str | None:
    """A ranking."""
    found = [item["score"] for item in world.call(*rank())["personalizedRanking"]]
    return None if all(round(score, 7) == score for score in found) else f"{found}"


@BOOK.observed(
    "runtime/unknown-item-in-a-ranking",
    "GetPersonalizedRanking",
    "Has an item that the model does not know a score, in a ranking?",
    needs=("<ranks campaign>",),
)
def unknown_ranked(world: World) -> Any:
    """The last one of the list."""
    last = world.call(*rank(inputList=["nothing", "i1"]))["personalizedRanking"][-1]
    return {"itemId": last["itemId"], "score": last.get("score", "absent")}


@BOOK.observed(
    "runtime/items-ranked-twice",
    "GetPersonalizedRanking",
    "What becomes of items that are given twice?",
    needs=("<ranks campaign>",),
)
def ranked_twice(world: World) -> Any:
    """How often each of them comes back."""
    answer = world.ask(*rank(inputList=["i1", "i2", "i1"]))
    if isinstance(answer, Refusal):
        return observation(answer)
    ids = [item["itemId"] for item in answer["personalizedRanking"]]
    return {"i1": ids.count("i1"), "i2": ids.count("i2")}


@BOOK.observed(
    "runtime/share-of-exploration",
    "GetRecommendations",
    "How many items does User-Personalization-v2 explore for a user?",
    needs=("<own picks2 campaign>",),
)
def explored(world: World) -> Any:
    """Ten of the fifty items were never seen by anybody; ten users."""
    count = 0
    for number in range(10):
        answer = world.call(*get(campaignArn="<own picks2 campaign>", userId=f"u{number}", numResults=100))
        count += sum(any("xploration" in reason for reason in item.get("reason", ())) for item in answer["itemList"])
    return {"of 10 users": count}
