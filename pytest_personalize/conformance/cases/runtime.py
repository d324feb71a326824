"""Recommendations, rankings and actions: requests, forms of answers, filters and promotions in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import ABSENT, ANY, Like, Long, guide, model, recorded
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.rows import II, NF, VE, Book, answered, refused, request, unknown, until_rest
from pytest_personalize.conformance.run import observation
from pytest_personalize.conformance.things import MOMENT

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

PRINTED: Final = recorded("outputs of AWS's notebooks")
SHAPES: Final = model("the shapes of the runtime")
SAYS: Final = model("the documentation of the operation")
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


GENRE: Final = "<genre filter>"
PROMOTION: Final = {"name": "ours", "percentPromotedItems": 50, "filterArn": GENRE, "filterValues": {"GENRE": '"Comedy"'}}

BOOK: Final = Book(
    # -- forms
    answered("runtime/scored", get(numResults=3), {"itemList": [{"itemId": ANY, "score": ANY, "promotionName": ABSENT}] * 3, "recommendationId": RECOMMENDATION_ID}, PRINTED, tier="core"),
    answered("runtime/25-by-default", get(), {"itemList": Long(25)}, SAYS, tier="core"),
    answered("runtime/similar-items-without-score", alike(numResults=2), {"itemList": [{"itemId": ANY, "score": ABSENT}] * 2}, SCORES, tier="core"),
    answered("runtime/recommender-without-score", popular(numResults=2), {"itemList": [{"itemId": ANY, "score": ABSENT}] * 2, "recommendationId": ANY}, PRINTED, tier="core"),
    answered("runtime/ranking", rank(), {"personalizedRanking": [{"itemId": ANY, "score": ANY}] * 2, "recommendationId": ANY}, PRINTED, tier="core"),
    answered("runtime/actions", act(numResults=2), {"actionList": [{"actionId": ANY, "score": ANY}] * 2, "recommendationId": ANY}, SHAPES, tier="core"),
    answered("runtime/five-actions-by-default", act(), {"actionList": Long(5)}, SAYS),
    answered("runtime/unknown-user", get(userId="nobody", numResults=1), {"itemList": Long(1)}, guide("new users"), tier="core"),
    answered("runtime/unknown-item", alike(itemId="nothing", numResults=1), {"itemList": Long(1)}, guide("the page of similar items"), tier="core"),
    answered("runtime/item-beside-the-point", get(itemId="i1", numResults=1), {"itemList": Long(1)}, recorded("amazon-personalize-samples issue 18")),
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
    refused("runtime/metadata-not-enabled", get(metadataColumns={"ITEMS": ["PRICE"]}), II, guide("item metadata with recommendations")),
    refused("runtime/11-metadata-columns", get(metadataColumns={"ITEMS": [f"C{n}" for n in range(11)]}), II, guide("item metadata with recommendations")),
    refused("runtime/campaign-gone", get(campaignArn="<own picks campaign>"), NF, SHAPES, ("DeleteCampaign", {"campaignArn": "<own picks campaign>"}), until_rest("<own picks campaign>")),
    refused("runtime/recommender-stopped", popular(recommenderArn="<own recommender>"), II, guide("stopping a recommender"), ("StopRecommender", {"recommenderArn": "<own recommender>"}), until_rest("<own recommender>")),
    answered("runtime/campaign-in-update-answers", get(campaignArn="<own picks campaign>", numResults=1), {"itemList": Long(1)}, guide("updating a campaign"), ("UpdateCampaign", {"campaignArn": "<own picks campaign>", "minProvisionedTPS": 2})),
    # -- filters
    answered("runtime/filtered", get(filterArn="<filter>", numResults=1), {"itemList": ANY}, FILTERS, tier="core"),
    answered("runtime/filter-value", get(filterArn=GENRE, filterValues={"GENRE": '"Comedy"'}, numResults=5), {"itemList": Long(5)}, FILTERS, tier="core"),
    answered("runtime/two-filter-values", get(filterArn=GENRE, filterValues={"GENRE": '"Comedy","War"'}, numResults=5), {"itemList": Long(5)}, FILTERS, tier="core"),
    answered("runtime/value-that-nothing-has", get(filterArn=GENRE, filterValues={"GENRE": '"Polka"'}), {"itemList": []}, FILTERS),
    answered("runtime/case-of-values-matters", get(filterArn=GENRE, filterValues={"GENRE": '"comedy"'}), {"itemList": []}, guide("filter expression structure and elements")),
    answered("runtime/one-of-several-categories", get(filterArn=GENRE, filterValues={"GENRE": '"Drama"'}, numResults=3), {"itemList": Long(3)}, recorded("immersion day, Media_04")),
    refused("runtime/value-of-an-include-left-out", get(filterArn=GENRE), II, SAYS, tier="core"),
    refused("runtime/value-of-no-parameter", get(filterArn=GENRE, filterValues={"GENRE": '"War"', "COLOUR": '"red"'}), II, SAYS),
    refused("runtime/parameter-in-another-case", get(filterArn=GENRE, filterValues={"genre": '"War"'}), II, SAYS),
    refused("runtime/unknown-filter", get(filterArn="<here>:filter/no-such"), NF, SHAPES),
    refused("runtime/filter-of-users", get(filterArn="<users filter>"), II, FILTERS),
    refused("runtime/filter-of-actions", get(filterArn="<actions filter>"), II, FILTERS),
    refused("runtime/filter-of-another-group", get(filterArn="<store filter>"), II, FILTERS),
    refused("runtime/filter-in-creation", get(filterArn="<pending filter>"), II, FILTERS, tier="strict"),
    refused("runtime/current-item-of-a-user", get(filterArn="<current filter>"), II, FILTERS),
    answered("runtime/current-item", alike(filterArn="<current filter>", numResults=1), {"itemList": ANY}, FILTERS),
    answered("runtime/ranking-filtered", rank(filterArn=GENRE, filterValues={"GENRE": '"Comedy"'}, inputList=["i1", "i2"]), {"personalizedRanking": [{"itemId": "i2"}]}, recorded("immersion day, Retail_03")),
    answered("runtime/actions-filtered", act(filterArn="<actions filter>"), {"actionList": ANY}, FILTERS),
    # -- promotions
    answered("runtime/promoted", get(numResults=4, promotions=[PROMOTION]), {"itemList": Long(4)}, PROMOTIONS),
    refused("runtime/two-promotions", get(promotions=[PROMOTION, PROMOTION]), VE, SHAPES, tier="strict"),
    refused("runtime/promotion-of-101-percent", get(promotions=[PROMOTION | {"percentPromotedItems": 101}]), VE, SHAPES, tier="strict"),
    refused("runtime/promotion-without-its-value", get(promotions=[PROMOTION | {"filterValues": {}}]), II, PROMOTIONS),
    # -- what nobody has printed
    unknown("runtime/campaign-in-creation", "Which exception has a campaign that is being created?", get(campaignArn="<pending picks campaign>")),
    unknown("runtime/bare-filter-value", "Is a text without quotes taken as a filter value?", get(filterArn=GENRE, filterValues={"GENRE": "Comedy"}, numResults=1)),
    unknown("runtime/single-quoted-filter-value", "Is a text in single quotes taken as a filter value?", get(filterArn=GENRE, filterValues={"GENRE": "'Comedy'"}, numResults=1)),
    unknown(
        "runtime/placeholder-in-quotes",
        'Is "$GENRE" in an expression a text, or the placeholder?',
        get(filterArn="<here>:filter/<new>"),
        request("CreateFilter", filterExpression='INCLUDE ItemID WHERE Items.GENRE IN ("$GENRE")'),
        until_rest("<here>:filter/<new>"),
    ),
)  # fmt: skip


@BOOK.checked("runtime/scores-sum-to-one", "GetRecommendations", "scores of 0 to 1, falling, at most 1 in all", SCORES, needs=("<picks campaign>",))
def scores(world: World) -> str | None:
    """All items."""
    found = [item["score"] for item in world.call(*get(numResults=500))["itemList"] if "score" in item]
    sound = found == sorted(found, reverse=True) and all(0 <= score <= 1 for score in found) and sum(found) < 1.001
    return None if sound else f"{found}"


@BOOK.checked("runtime/seven-decimals", "GetPersonalizedRanking", "scores have at most 7 decimals", PRINTED, tier="strict", needs=("<ranks campaign>",))
def decimals(world: World) -> str | None:
    """A ranking."""
    found = [item["score"] for item in world.call(*rank())["personalizedRanking"]]
    return None if all(round(score, 7) == score for score in found) else f"{found}"


@BOOK.checked("runtime/bought-items-are-filtered", "GetRecommendations PutEvents", "a purchase is filtered out within seconds", guide("filtering recommendations"), tier="core", needs=("<picks campaign>", "<filter>"))
def bought(world: World) -> str | None:
    """The first recommendation is bought."""
    first = world.call(*get(userId="u7", filterArn="<filter>", numResults=1))["itemList"][0]["itemId"]
    event = {"eventType": "Purchase", "itemId": first, "sentAt": MOMENT + 86_400}
    world.call(*request("PutEvents", trackingId="<shop tracker id>", userId="u7", eventList=[event]))
    for _ in range(5):
        left = {item["itemId"] for item in world.call(*get(userId="u7", filterArn="<filter>"))["itemList"]}
        if first not in left:
            return None
        world.lane.rest()
    return f"{first} is still recommended"


@BOOK.observed("runtime/unknown-item-in-a-ranking", "GetPersonalizedRanking", "Has an item that the model does not know a score, in a ranking?", needs=("<ranks campaign>",))
def unknown_ranked(world: World) -> Any:
    """The last one of the list."""
    last = world.call(*rank(inputList=["nothing", "i1"]))["personalizedRanking"][-1]
    return {"itemId": last["itemId"], "score": last.get("score", "absent")}


@BOOK.observed("runtime/items-ranked-twice", "GetPersonalizedRanking", "What becomes of items that are given twice?", needs=("<ranks campaign>",))
def ranked_twice(world: World) -> Any:
    """How often each of them comes back."""
    answer = world.ask(*rank(inputList=["i1", "i2", "i1"]))
    if isinstance(answer, Refusal):
        return observation(answer)
    ids = [item["itemId"] for item in answer["personalizedRanking"]]
    return {"i1": ids.count("i1"), "i2": ids.count("i2")}


@BOOK.observed("runtime/promoted-share-is-rounded", "GetRecommendations", "How many of 15 items are promoted, of 30 percent?", needs=("<picks campaign>", GENRE))
def rounded(world: World) -> Any:
    """30 percent of 15, and of 5, are four and a half, and one and a half."""
    shares = {}
    for count in (15, 5):
        answer = world.call(*get(numResults=count, promotions=[PROMOTION | {"percentPromotedItems": 30}]))
        shares[str(count)] = sum("promotionName" in item for item in answer["itemList"])
    return shares


@BOOK.observed("runtime/exclude-without-its-value", "CreateFilter GetRecommendations", "How much of an EXCLUDE does a missing value switch off?", needs=("<picks campaign>",))
def switched_off(world: World) -> Any:
    """Comedies that are of brand b0, or cost more than 20: the value of the brand is missing."""
    filters = {
        "and": 'EXCLUDE ItemID WHERE Items.GENRE IN ("Comedy") AND Items.BRAND IN ($BRAND)',
        "or": 'EXCLUDE ItemID WHERE Items.GENRE IN ("Comedy") OR Items.BRAND IN ($BRAND)',
    }
    seen = {}
    for word, expression in filters.items():
        arn = world.make(*request("CreateFilter", name=f"<new {word}>", filterExpression=expression))
        answer = world.call(*get(filterArn=arn, numResults=100))
        comedies = any(int(item["itemId"][1:]) % 2 == 0 for item in answer["itemList"] if item["itemId"][1:].isdigit())
        seen[word] = "comedies stay" if comedies else "comedies are excluded"
    return seen


@BOOK.observed("runtime/if-over-a-null", "CreateFilter GetRecommendations", "Does IF CurrentUser hold for a user of whom nothing is known?", needs=("<picks campaign>", "<shop USERS>"))
def if_over_null(world: World) -> Any:
    """A user who is not in the Users dataset, with an operator that null may satisfy, and one that it may not."""
    seen = {}
    for word, condition in {"not in": 'MEMBERSHIP NOT IN ("gold")', "above": "AGE > 1"}.items():
        expression = f'EXCLUDE ItemID WHERE Items.GENRE IN ("Comedy") IF CurrentUser.{condition}'
        arn = world.make(*request("CreateFilter", name=f"<new {word}>", filterExpression=expression))
        answer = world.ask(*get(filterArn=arn, userId="nobody", numResults=100))
        if isinstance(answer, Refusal):
            seen[word] = observation(answer)
        else:
            ids = [item["itemId"][1:] for item in answer["itemList"]]
            seen[word] = "does not hold" if any(text.isdigit() and int(text) % 2 == 0 for text in ids) else "holds"
    return seen


@BOOK.observed("runtime/share-of-exploration", "GetRecommendations", "How many of 25 items does User-Personalization-v2 explore?", needs=("<own picks2 campaign>",))
def explored(world: World) -> Any:
    """Ten of the fifty items were never seen by anybody; ten users."""
    count = 0
    for number in range(10):
        answer = world.call(*get(campaignArn="<own picks2 campaign>", userId=f"u{number}"))
        count += sum(any("xploration" in reason for reason in item.get("reason", ())) for item in answer["itemList"])
    return {"of 250": count}
