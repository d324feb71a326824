"""A shop page with facets: filters with values that visitors choose."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from pytest_personalize import SeededGroup

ITEMS = [
    {"ITEM_ID": "mug", "CATEGORY": "kitchen", "PRICE": 9.5, "STOCK": 3},
    {"ITEM_ID": "pan", "CATEGORY": "kitchen", "PRICE": 49.0, "STOCK": 1},
    {"ITEM_ID": "kite", "CATEGORY": "outdoor|toys", "PRICE": 25.0, "STOCK": 7},
    {"ITEM_ID": "tent", "CATEGORY": "outdoor", "PRICE": 199.0, "STOCK": 0},
]
SEEN = [(user, item["ITEM_ID"]) for user in ("ada", "bob", "cleo") for item in ITEMS]
FILTERS = {
    "category": "INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)",
    "affordable": "INCLUDE ItemID WHERE Items.PRICE <= $MOST",
    "available": "EXCLUDE ItemID WHERE Items.STOCK = 0",
}


class Page:
    """The code under test."""

    def __init__(self, campaign_arn: str, filters: Any) -> None:
        self.runtime = boto3.client("personalize-runtime", region_name="us-east-1")
        self.campaign_arn = campaign_arn
        self.filters = filters

    def items(self, facet: str, **values: str | list[str]) -> set[str]:
        def written(value: str | list[str]) -> str:
            return ",".join(f'"{one}"' for one in value) if isinstance(value, list) else value

        answer = self.runtime.get_recommendations(
            campaignArn=self.campaign_arn,
            userId="ada",
            filterArn=self.filters[facet],
            filterValues={name: written(value) for name, value in values.items()},
        )
        return {item["itemId"] for item in answer["itemList"]}


@pytest.fixture
def page(personalize_seed: Any) -> Page:
    shop: SeededGroup = personalize_seed(
        "shop", interactions=SEEN, items=ITEMS, filters=FILTERS, recipes=["aws-user-personalization-v2"]
    )
    return Page(shop.campaigns["aws-user-personalization-v2"], shop.filters)


def test_a_category(page: Page) -> None:
    assert page.items("category", CATEGORY=["kitchen"]) == {"mug", "pan"}


def test_two_categories(page: Page) -> None:
    assert page.items("category", CATEGORY=["kitchen", "toys"]) == {"mug", "pan", "kite"}


def test_a_price(page: Page) -> None:
    assert page.items("affordable", MOST="25") == {"mug", "kite"}


def test_what_is_sold_out_is_not_shown(page: Page) -> None:
    assert page.items("available") == {"mug", "pan", "kite"}


def test_a_category_that_there_is_not_is_empty(page: Page) -> None:
    assert page.items("category", CATEGORY=["garden"]) == set()


def test_a_facet_without_its_value_is_refused(page: Page) -> None:
    with pytest.raises(page.runtime.exceptions.InvalidInputException, match="CATEGORY"):
        page.items("category")
