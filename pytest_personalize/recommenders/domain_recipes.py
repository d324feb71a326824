"""The use cases of Domain dataset groups; a recommender is made from each.

DescribeRecipe was never seen printed for them.
unknown: [recipes/type-of-use-cases] their recipe type. chosen: that of the custom recipe that answers alike; algorithm
and transformation absent.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pytest_personalize.durations import DAY
from pytest_personalize.recommenders.metrics import item_metrics
from pytest_personalize.recommenders.personalization import user_personalization
from pytest_personalize.recommenders.popularity import popular_items
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.recommenders.related import Relatedness
from pytest_personalize.recommenders.trending import trending_items


def _use_case(name: str, use_case: str, description: str, **facts: Any) -> Recipe:
    """A recommender is retrained every 7 days by the service; it has no campaign and no batch jobs."""
    return Recipe(
        name=name,
        use_case=use_case,
        description=f"{use_case}: {description}",
        metrics=item_metrics,
        supports_auto_training=False,
        supports_campaign=False,
        supports_promotions=True,
        **facts,
    )


_popular = partial(_use_case, recipe_type="POPULAR_ITEMS", recommender=popular_items, requires_user=True)
_related = partial(_use_case, recipe_type="RELATED_ITEMS", requires_item=True)
_personal = partial(
    _use_case,
    recipe_type="USER_PERSONALIZATION",
    recommender=user_personalization,
    requires_user=True,
    real_time=True,
    automatic_update_hours=2.0,
    trains_on_items=True,
    trains_on_users=True,
    supports_exploration_config=True,
    supports_contextual_metadata=True,
)

ECOMMERCE_RECIPES = (
    _popular(
        "aws-ecomm-popular-items-by-views",
        "Most viewed",
        "Items ranked by number of views.",
        domain="ECOMMERCE",
        required_event_type="View",
    ),
    _popular(
        "aws-ecomm-popular-items-by-purchases",
        "Best sellers",
        "Items ranked by number of purchases.",
        domain="ECOMMERCE",
        required_event_type="Purchase",
    ),
    _related(
        "aws-ecomm-frequently-bought-together",
        "Frequently bought together",
        "Items often bought with a given item.",
        # "Bought together" is one basket: purchases of one user with no pause of more than a day between them.
        recommender=Relatedness(window=12, discount=0.3, sitting=DAY).fit,
        domain="ECOMMERCE",
        required_event_type="Purchase",
    ),
    _related(
        "aws-ecomm-customers-who-viewed-x-also-viewed",
        "Customers who viewed X also viewed",
        "Items viewed by the viewers of a given item.",
        recommender=Relatedness(discount=0.3).fit,
        domain="ECOMMERCE",
        requires_user=True,
        required_event_type="View",
        automatic_filter="Purchase",
    ),
    _personal(
        "aws-ecomm-recommended-for-you",
        "Recommended for you",
        "Personalised items for a user.",
        domain="ECOMMERCE",
        automatic_filter="Purchase",
    ),
)

VIDEO_ON_DEMAND_RECIPES = (
    _related(
        "aws-vod-because-you-watched-x",
        "Because you watched X",
        "Videos watched by the watchers of a given video.",
        recommender=Relatedness(discount=0.4).fit,
        domain="VIDEO_ON_DEMAND",
        requires_user=True,
        required_event_type="Watch",
        automatic_filter="Watch",
    ),
    _related(
        "aws-vod-more-like-x",
        "More like X",
        "Videos similar to a given video.",
        recommender=Relatedness(keep=120, discount=0.4, metadata=0.99).fit,
        domain="VIDEO_ON_DEMAND",
        requires_user=True,
        required_datasets=("INTERACTIONS", "ITEMS"),
        trains_on_items=True,
        automatic_filter="Watch",
    ),
    _popular(
        "aws-vod-most-popular",
        "Most popular",
        "Videos watched by the most users.",
        domain="VIDEO_ON_DEMAND",
        required_event_type="Watch",
    ),
    _use_case(
        "aws-vod-trending-now",
        "Trending now",
        "Videos gaining interactions fastest, re-evaluated every two hours.",
        recipe_type="POPULAR_ITEMS",
        recommender=trending_items,
        domain="VIDEO_ON_DEMAND",
        automatic_update_hours=2.0,
        updates_take_all=True,
    ),
    _personal(
        "aws-vod-top-picks",
        "Top picks for you",
        "Personalised videos for a user.",
        domain="VIDEO_ON_DEMAND",
        automatic_filter="Watch",
    ),
)

DOMAIN_RECIPES = (*ECOMMERCE_RECIPES, *VIDEO_ON_DEMAND_RECIPES)
