"""Recommendations in real time: who answers, what is refused, and what stands in an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from making import Shop, Workshop
from pytest_personalize import PersonalizeBackend

INVALID = "InvalidInputException"
MALFORMED = "ValidationException"
MISSING = "ResourceNotFoundException"
RID = re.compile(r"RID-[0-9a-f]{2}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-CID-[0-9a-f]{6}")

ITEMS = [f"item-{number:02}" for number in range(30)]


def test_recommendations_have_an_id_that_names_the_campaign(shop: Shop) -> None:
    campaign, other = shop.campaign("aws-user-personalization"), shop.campaign("aws-popularity-count")
    ids = [
        shop.runtime.get_recommendations(campaignArn=arn, userId="user-0")["recommendationId"]
        for arn in (campaign, campaign, other)
    ]
    assert all(RID.fullmatch(each) for each in ids)
    assert ids[0] != ids[1]
    assert ids[0][-6:] == ids[1][-6:] != ids[2][-6:]


def test_the_default_is_25_results(shop: Shop) -> None:
    assert len(shop.ids(shop.campaign("aws-user-personalization"), userId="user-0")) == 25


def test_scores_fall_and_have_seven_decimals(shop: Shop) -> None:
    found = shop.recommend(
        shop.campaign("aws-user-personalization", itemExplorationConfig={"explorationWeight": "0"}), userId="user-1"
    )
    scores = [item["score"] for item in found]
    assert scores == sorted(scores, reverse=True)
    assert scores == [round(score, 7) for score in scores]
    assert 0 < sum(scores) <= 1.000001


@pytest.mark.parametrize("recipe", ["aws-popularity-count", "aws-similar-items", "aws-sims", "aws-trending-now"])
def test_recipes_without_scores_leave_the_key_out(shop: Shop, recipe: str) -> None:
    found = shop.recommend(shop.campaign(recipe), userId="user-0", itemId="item-00")
    assert found
    assert all(set(item) == {"itemId"} for item in found)


def test_users_get_what_is_like_what_they_viewed(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization", itemExplorationConfig={"explorationWeight": "0"})
    even, odd = shop.ids(campaign, userId="user-0", numResults=8), shop.ids(campaign, userId="user-1", numResults=8)
    assert sum(int(item[-2:]) % 2 == 0 for item in even) > 4
    assert sum(int(item[-2:]) % 2 == 1 for item in odd) > 4


def test_popularity_is_the_same_for_everybody(shop: Shop) -> None:
    campaign = shop.campaign("aws-popularity-count")
    assert shop.ids(campaign, userId="user-0") == shop.ids(campaign, userId="nobody")


def test_an_unknown_user_gets_recommendations(shop: Shop) -> None:
    assert len(shop.ids(shop.campaign("aws-user-personalization"), userId="nobody", numResults=10)) == 10


def test_an_unknown_item_gets_popular_items(shop: Shop) -> None:
    related = shop.ids(shop.campaign("aws-sims"), itemId="no-item", numResults=5)
    assert related == shop.ids(shop.campaign("aws-popularity-count"), userId="user-0", numResults=5)


@pytest.mark.parametrize("recipe", ["aws-sims", "aws-similar-items"])
def test_an_item_that_came_after_the_training_gets_popular_items(shop: Shop, recipe: str) -> None:
    campaign = shop.campaign(recipe)
    unknown = shop.ids(campaign, itemId="no-item", numResults=5)
    shop.event("user-0", "novelty")
    assert shop.ids(campaign, itemId="novelty", numResults=5) == unknown


def test_related_items_leave_out_the_item_itself(shop: Shop) -> None:
    assert "item-04" not in shop.ids(shop.campaign("aws-similar-items"), itemId="item-04", numResults=30)


def test_events_change_personal_answers_at_once_and_others_only_after_training(shop: Shop) -> None:
    personal, popular = shop.campaign("aws-user-personalization"), shop.campaign("aws-popularity-count")
    related = shop.campaign("aws-sims")
    before = [
        shop.ids(personal, userId="user-0"),
        shop.ids(popular, userId="user-0"),
        shop.ids(related, itemId="item-02"),
    ]
    for number in range(5):
        shop.event("user-0", ITEMS[2 * number + 1], moment=1_700_000_000 + number)
    after = [
        shop.ids(personal, userId="user-0"),
        shop.ids(popular, userId="user-0"),
        shop.ids(related, itemId="item-02"),
    ]
    assert after[0] != before[0]
    assert after[1:] == before[1:]


def test_a_new_user_is_personalised_after_the_first_event(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization")
    before = shop.ids(campaign, userId="newcomer")
    shop.event("newcomer", "item-05")
    assert shop.ids(campaign, userId="newcomer") != before


def test_the_newest_hundred_events_are_looked_at(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization", itemExplorationConfig={"explorationWeight": "0"})
    for number in range(100):
        shop.event("newcomer", ITEMS[number % 8 * 2], moment=1_700_000_000 + number)
    even = shop.recommend(campaign, userId="newcomer")
    shop.event("newcomer", "item-05", moment=1_700_000_100)
    assert shop.recommend(campaign, userId="newcomer") != even


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, INVALID),
        ({"userId": "user-0", "numResults": 501}, INVALID),
        ({"userId": "u" * 257}, MALFORMED),
        ({"userId": "user-0", "context": {"WEATHER": "rain"}}, INVALID),
        ({"userId": "user-0", "metadataColumns": {"ITEMS": ["PRICE"]}}, INVALID),
        ({"userId": "user-0", "filterArn": "arn:aws:personalize:us-east-1:123456789012:filter/none"}, MISSING),
        ({"userId": "user-0", "filterArn": "arn:aws:personalize:us-east-1:123456789012:campaign/none"}, INVALID),
        ({"userId": "user-0", "recommenderArn": "arn:aws:personalize:us-east-1:123456789012:recommender/r"}, INVALID),
    ],
)
def test_bad_requests_are_refused(shop: Shop, refused: Callable[..., Any], members: dict[str, Any], code: str) -> None:
    campaign = shop.campaign("aws-user-personalization")
    with refused(code):
        shop.runtime.get_recommendations(campaignArn=campaign, **members)


def test_neither_campaign_nor_recommender_is_refused(shop: Shop, refused: Callable[..., Any]) -> None:
    with refused(INVALID):
        shop.runtime.get_recommendations(userId="user-0")


def test_actions_are_asked_of_a_campaign(shop: Shop, refused: Callable[..., Any]) -> None:
    with refused(INVALID, "campaignArn"):
        shop.runtime.get_action_recommendations(userId="user-0")


@pytest.mark.filterwarnings("ignore::pytest_personalize.LegacyRecipeWarning")
@pytest.mark.parametrize(
    ("recipe", "number", "code"), [("aws-user-personalization", 2, MALFORMED), ("aws-hrnn", 1, INVALID)]
)
def test_one_promotion_is_taken_where_the_recipe_takes_any(
    shop: Shop, refused: Callable[..., Any], recipe: str, number: int, code: str
) -> None:
    campaign = shop.campaign(recipe)
    arn = shop.filter('INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("odd")')
    promotions = [{"name": f"p{n}", "percentPromotedItems": 20, "filterArn": arn} for n in range(number)]
    with refused(code, "romotion"):
        shop.runtime.get_recommendations(campaignArn=campaign, userId="user-0", promotions=promotions)


def test_the_context_is_of_columns_of_interactions(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization")
    assert shop.ids(campaign, userId="user-0", context={"event_type": "View"})


def test_a_context_of_another_column_is_refused_by_its_name(shop: Shop, refused: Callable[..., Any]) -> None:
    campaign = shop.campaign("aws-user-personalization")
    with refused(INVALID, "WEATHER"):
        shop.runtime.get_recommendations(campaignArn=campaign, userId="user-0", context={"WEATHER": "rain"})


def test_related_items_need_an_item(shop: Shop, refused: Callable[..., Any]) -> None:
    campaign = shop.campaign("aws-sims")
    with refused(INVALID, "itemId"):
        shop.runtime.get_recommendations(campaignArn=campaign, userId="user-0")


def test_a_campaign_that_is_not_there_is_not_found_with_404(shop: Shop) -> None:
    arn = "arn:aws:personalize:us-east-1:123456789012:campaign/none"
    with pytest.raises(shop.runtime.exceptions.ResourceNotFoundException) as caught:
        shop.runtime.get_recommendations(campaignArn=arn, userId="user-0")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


@pytest.mark.mock_personalize(transitions={"campaign": "polls:1"})
def test_a_campaign_in_creation_does_not_answer(shop: Shop, refused: Callable[..., Any]) -> None:
    campaign = shop.campaign("aws-popularity-count")
    with refused(MISSING):
        shop.runtime.get_recommendations(campaignArn=campaign, userId="user-0")
    for _ in range(2):
        shop.personalize.describe_campaign(campaignArn=campaign)
    assert shop.ids(campaign, userId="user-0")


def test_each_recipe_has_its_api(shop: Shop, refused: Callable[..., Any]) -> None:
    ranking, personal = shop.campaign("aws-personalized-ranking"), shop.campaign("aws-user-personalization")
    with refused(INVALID, "GetPersonalizedRanking"):
        shop.runtime.get_recommendations(campaignArn=ranking, userId="user-0")
    with refused(INVALID, "GetRecommendations"):
        shop.rank(personal, "item-00")
    with refused(INVALID, "GetRecommendations"):
        shop.runtime.get_action_recommendations(campaignArn=personal, userId="user-0")


# -- filters ----------------------------------------------------------------------------------------------------------


def test_a_filter_keeps_what_it_includes(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization")
    arn = shop.filter('INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("odd") AND Items.PRICE < 10')
    found = shop.ids(campaign, userId="user-0", filterArn=arn)
    assert sorted(found) == ["item-01", "item-03", "item-05", "item-07", "item-09"]


def test_a_purchase_is_filtered_as_soon_as_it_is_streamed(shop: Shop) -> None:
    campaign = shop.campaign("aws-personalized-ranking")
    arn = shop.filter('EXCLUDE itemId WHERE INTERACTIONS.event_type in ("Purchase")')
    assert "item-04" in [item["itemId"] for item in shop.rank(campaign, *ITEMS[:6], filterArn=arn)]
    shop.event("user-0", "item-04", "Purchase")
    ranked = [item["itemId"] for item in shop.rank(campaign, *ITEMS[:6], filterArn=arn)]
    assert "item-04" not in ranked
    assert len(ranked) == 5


def test_placeholders_take_values_with_quotes(shop: Shop) -> None:
    campaign = shop.campaign("aws-popularity-count")
    arn = shop.filter("INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ($CATEGORY)")
    found = shop.ids(campaign, userId="user-0", filterArn=arn, filterValues={"CATEGORY": '"even"'})
    assert found
    assert all(int(item[-2:]) % 2 == 0 for item in found)


@pytest.mark.parametrize("values", [{}, {"CATEGORY": "even"}, {"CATEGORY": '"even"', "OTHER": '"x"'}])
def test_values_that_do_not_fit_the_filter_are_refused(
    shop: Shop, refused: Callable[..., Any], values: dict[str, str]
) -> None:
    campaign = shop.campaign("aws-popularity-count")
    arn = shop.filter("INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ($CATEGORY)")
    with refused(INVALID):
        shop.runtime.get_recommendations(campaignArn=campaign, userId="u", filterArn=arn, filterValues=values)


def test_the_filter_of_another_group_is_refused(shop: Shop, workshop: Workshop, refused: Callable[..., Any]) -> None:
    other = workshop.group()
    workshop.dataset("ITEMS", group=other)
    arn = shop.filter("INCLUDE ItemID WHERE Items.PRICE > 1", group=other)
    campaign = shop.campaign("aws-popularity-count")
    with refused(INVALID, "dataset group"):
        shop.runtime.get_recommendations(campaignArn=campaign, userId="user-0", filterArn=arn)


@pytest.mark.parametrize("member", ["filterArn", "promotions"])
def test_a_filter_of_users_is_refused(shop: Shop, refused: Callable[..., Any], member: str) -> None:
    arn = shop.filter('EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("View")')
    campaign = shop.campaign("aws-popularity-count")
    with refused(INVALID, "ItemID"):
        shop.recommend(campaign, userId="user-0", **{member: arn if member == "filterArn" else [{"filterArn": arn}]})


def test_current_item_is_for_related_items(shop: Shop, refused: Callable[..., Any]) -> None:
    arn = shop.filter("INCLUDE ItemID WHERE Items.CATEGORY_L1 IN CurrentItem.CATEGORY_L1")
    found = shop.ids(shop.campaign("aws-similar-items"), itemId="item-03", filterArn=arn)
    assert found
    assert all(int(item[-2:]) % 2 == 1 for item in found)
    popular = shop.campaign("aws-popularity-count")
    with refused(INVALID, "CurrentItem"):
        shop.runtime.get_recommendations(campaignArn=popular, userId="user-0", filterArn=arn)


def test_items_put_later_are_filtered_by_their_new_metadata(shop: Shop) -> None:
    campaign = shop.campaign("aws-popularity-count")
    arn = shop.filter("INCLUDE ItemID WHERE Items.PRICE > 1000")
    assert shop.ids(campaign, userId="user-0", filterArn=arn) == []
    properties = json.dumps({"price": 2000, "categoryL1": "even", "title": "Dear"})
    shop.events.put_items(datasetArn=shop.items_dataset, items=[{"itemId": "item-02", "properties": properties}])
    assert shop.ids(campaign, userId="user-0", filterArn=arn) == ["item-02"]


def test_a_filter_sees_what_an_import_has_replaced(shop: Shop, workshop: Workshop) -> None:
    campaign = shop.campaign("aws-popularity-count")
    arn = shop.filter("INCLUDE ItemID WHERE Items.PRICE > 1000")
    assert shop.ids(campaign, userId="user-0", filterArn=arn) == []
    workshop.imported(shop.items_dataset, "ITEM_ID,PRICE,CATEGORY_L1,TITLE", "item-02,2000,even,Dear")
    assert shop.ids(campaign, userId="user-0", filterArn=arn) == ["item-02"]


# -- promotions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("percent", "count", "expected"), [(30, 15, 4), (70, 5, 3), (60, 5, 3), (100, 3, 3), (19, 10, 1)]
)
def test_promotions_take_their_share_of_the_results_rounded_down(
    shop: Shop, percent: int, count: int, expected: int
) -> None:
    campaign = shop.campaign("aws-user-personalization")
    arn = shop.filter('INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("odd")')
    promotion = {"name": "odd-ones", "percentPromotedItems": percent, "filterArn": arn}
    found = shop.recommend(campaign, userId="user-0", numResults=count, promotions=[promotion])
    named = [item["itemId"] for item in found if item.get("promotionName") == "odd-ones"]
    assert len(found) == count
    assert len(named) == expected
    assert all(int(item[-2:]) % 2 == 1 for item in named)
    assert len({item["itemId"] for item in found}) == count


def test_the_filter_of_the_request_does_not_touch_promoted_items(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization")
    odd = shop.filter('INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("odd")')
    even = shop.filter('INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("even")')
    promotion = {"name": "odd-ones", "percentPromotedItems": 50, "filterArn": odd}
    found = shop.recommend(campaign, userId="user-0", numResults=10, filterArn=even, promotions=[promotion])
    for item in found:
        assert int(item["itemId"][-2:]) % 2 == ("promotionName" in item)


def test_too_few_promoted_items_are_made_up_with_others(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization")
    arn = shop.filter("INCLUDE ItemID WHERE Items.PRICE < 2")
    promotion = {"name": "cheap", "percentPromotedItems": 100, "filterArn": arn}
    found = shop.recommend(campaign, userId="user-0", numResults=10, promotions=[promotion])
    assert sum("promotionName" in item for item in found) == 2
    assert len(found) == 10


def test_rankings_take_no_part_in_promotions_and_requests_take_one(shop: Shop, refused: Callable[..., Any]) -> None:
    campaign = shop.campaign("aws-user-personalization")
    promotion = {"name": "one", "percentPromotedItems": 50}
    with refused(MALFORMED):
        shop.runtime.get_recommendations(campaignArn=campaign, userId="user-0", promotions=[promotion, promotion])


# -- metadata ---------------------------------------------------------------------------------------------------------


def test_metadata_come_as_strings_under_lower_case_keys(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization", enableMetadataWithRecommendations=True)
    found = shop.recommend(campaign, userId="user-0", numResults=5, metadataColumns={"ITEMS": ["PRICE", "title"]})
    for item in found:
        number = int(item["itemId"][-2:])
        assert item["metadata"] == {"price": f"{number + 0.5}", "title": f"Item {number}"}


def test_declared_items_have_the_metadata_that_are_asked_for(
    shop: Shop, personalize_backend: PersonalizeBackend
) -> None:
    campaign = shop.campaign("aws-user-personalization", enableMetadataWithRecommendations=True)
    personalize_backend.answers(campaign).default(items=["item-03", "of no dataset"])
    found = shop.recommend(campaign, userId="user-0", metadataColumns={"ITEMS": ["TITLE"]})
    assert [(item["itemId"], item.get("metadata")) for item in found] == [
        ("item-03", {"title": "Item 3"}),
        ("of no dataset", None),
    ]
    assert not any("metadata" in item for item in shop.recommend(campaign, userId="user-0"))


def test_an_item_without_a_record_has_no_metadata(shop: Shop) -> None:
    for number in range(20):
        shop.event(f"user-{number}", "novelty", moment=1_600_000_500 + number)
    campaign = shop.campaign("aws-user-personalization", enableMetadataWithRecommendations=True)
    found = shop.recommend(campaign, userId="nobody", numResults=50, metadataColumns={"ITEMS": ["TITLE"]})
    assert [item["itemId"] for item in found if "metadata" not in item] == ["novelty"]


@pytest.mark.parametrize(
    "members",
    [
        {"metadataColumns": {"ITEMS": ["WEIGHT"]}},
        {"metadataColumns": {"USERS": ["PRICE"]}},
        {"metadataColumns": {"ITEMS": ["PRICE"] * 11}},
        {"metadataColumns": {"ITEMS": ["PRICE"]}, "numResults": 51},
    ],
)
def test_metadata_that_can_not_be_had_are_refused(
    shop: Shop, refused: Callable[..., Any], members: dict[str, Any]
) -> None:
    campaign = shop.campaign("aws-user-personalization", enableMetadataWithRecommendations=True)
    with refused(INVALID):
        shop.runtime.get_recommendations(campaignArn=campaign, userId="user-0", **members)


def test_version_2_has_metadata_without_a_switch_and_gives_reasons(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization-v2")
    arn = shop.filter('INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("odd")')
    found = shop.recommend(
        campaign,
        userId="user-0",
        numResults=10,
        metadataColumns={"ITEMS": ["TITLE"]},
        promotions=[{"name": "odd-ones", "percentPromotedItems": 20, "filterArn": arn}],
    )
    assert all("title" in item["metadata"] for item in found)
    assert [item["reason"] for item in found if "promotionName" in item] == [["Promoted item"]] * 2


# -- rankings ---------------------------------------------------------------------------------------------------------


def test_a_ranking_scores_the_given_items_to_one(shop: Shop) -> None:
    ranked = shop.rank(shop.campaign("aws-personalized-ranking"), *ITEMS[:10])
    assert sorted(item["itemId"] for item in ranked) == ITEMS[:10]
    scores = [item["score"] for item in ranked]
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) == pytest.approx(1, abs=1e-5)


def test_unknown_items_come_last_without_a_score_in_the_given_order(shop: Shop) -> None:
    ranked = shop.rank(shop.campaign("aws-personalized-ranking"), "new-b", "item-00", "new-a", "item-01")
    assert {item["itemId"] for item in ranked[:2]} == {"item-00", "item-01"}
    assert ranked[2:] == [{"itemId": "new-b"}, {"itemId": "new-a"}]


@pytest.mark.parametrize("given", [[], [f"item-{number}" for number in range(501)]])
def test_a_ranking_takes_1_to_500_items(shop: Shop, refused: Callable[..., Any], given: list[str]) -> None:
    campaign = shop.campaign("aws-personalized-ranking")
    with refused(INVALID):
        shop.rank(campaign, *given)


def test_calls_keep_params_and_answers(shop: Shop, personalize_backend: PersonalizeBackend) -> None:
    campaign = shop.campaign("aws-popularity-count")
    found = shop.ids(campaign, userId="user-0", numResults=3)
    (call,) = personalize_backend.calls.of("GetRecommendations", userId="user-0")
    assert call.params == {"campaignArn": campaign, "userId": "user-0", "numResults": 3}
    assert call.response is not None
    assert [item["itemId"] for item in call.response["itemList"]] == found
