"""The use cases of Domain dataset groups; a recommender is made from each.

DescribeRecipe was never seen printed for them.
unknown: their recipe type. chosen: that of the custom recipe that answers alike; algorithm and transformation absent.
"""

from __future__ import annotations

from typing import Any

from pytest_personalize.recommenders.recipe import Recipe


def _use_case(name: str, use_case: str, description: str, recipe_type: str, **facts: Any) -> Recipe:
    """A recommender is retrained every 7 days by the service; it has no campaign and no batch jobs."""
    return Recipe(
        name=name,
        use_case=use_case,
        description=f"{use_case}: {description}",
        recipe_type=recipe_type,
        supports_auto_training=False,
        supports_campaign=False,
        supports_batch_inference=False,
        supports_promotions=True,
        **facts,
    )


ECOMMERCE_RECIPES = (
    _use_case(
        "aws-ecomm-popular-items-by-views",
        "Most viewed",
        "Items ranked by number of views.",
        "POPULAR_ITEMS",
        domain="ECOMMERCE",
        requires_user=True,
        required_event_type="View",
    ),
    _use_case(
        "aws-ecomm-popular-items-by-purchases",
        "Best sellers",
        "Items ranked by number of purchases.",
        "POPULAR_ITEMS",
        domain="ECOMMERCE",
        requires_user=True,
        required_event_type="Purchase",
    ),
    _use_case(
        "aws-ecomm-frequently-bought-together",
        "Frequently bought together",
        "Items often bought with a given item.",
        "RELATED_ITEMS",
        domain="ECOMMERCE",
        requires_item=True,
        required_event_type="Purchase",
    ),
    _use_case(
        "aws-ecomm-customers-who-viewed-x-also-viewed",
        "Customers who viewed X also viewed",
        "Items viewed by the viewers of a given item.",
        "RELATED_ITEMS",
        domain="ECOMMERCE",
        requires_user=True,
        requires_item=True,
        required_event_type="View",
        automatic_filter="Purchase",
    ),
    _use_case(
        "aws-ecomm-recommended-for-you",
        "Recommended for you",
        "Personalised items for a user.",
        "USER_PERSONALIZATION",
        domain="ECOMMERCE",
        requires_user=True,
        real_time=True,
        automatic_update_hours=2.0,
        trains_on_items=True,
        trains_on_users=True,
        automatic_filter="Purchase",
        supports_exploration_config=True,
        supports_contextual_metadata=True,
    ),
)

VIDEO_ON_DEMAND_RECIPES = (
    _use_case(
        "aws-vod-because-you-watched-x",
        "Because you watched X",
        "Videos watched by the watchers of a given video.",
        "RELATED_ITEMS",
        domain="VIDEO_ON_DEMAND",
        requires_user=True,
        requires_item=True,
        required_event_type="Watch",
        automatic_filter="Watch",
    ),
    _use_case(
        "aws-vod-more-like-x",
        "More like X",
        "Videos similar to a given video.",
        "RELATED_ITEMS",
        domain="VIDEO_ON_DEMAND",
        requires_user=True,
        requires_item=True,
        required_datasets=("INTERACTIONS", "ITEMS"),
        trains_on_items=True,
        automatic_filter="Watch",
    ),
    _use_case(
        "aws-vod-most-popular",
        "Most popular",
        "Videos watched by the most users.",
        "POPULAR_ITEMS",
        domain="VIDEO_ON_DEMAND",
        requires_user=True,
        required_event_type="Watch",
    ),
    _use_case(
        "aws-vod-trending-now",
        "Trending now",
        "Videos gaining interactions fastest, re-evaluated every two hours.",
        "POPULAR_ITEMS",
        domain="VIDEO_ON_DEMAND",
        automatic_update_hours=2.0,
    ),
    _use_case(
        "aws-vod-top-picks",
        "Top picks for you",
        "Personalised videos for a user.",
        "USER_PERSONALIZATION",
        domain="VIDEO_ON_DEMAND",
        requires_user=True,
        real_time=True,
        automatic_update_hours=2.0,
        trains_on_items=True,
        trains_on_users=True,
        automatic_filter="Watch",
        supports_exploration_config=True,
        supports_contextual_metadata=True,
    ),
)

DOMAIN_RECIPES = (*ECOMMERCE_RECIPES, *VIDEO_ON_DEMAND_RECIPES)
