"""From a recipe to the algorithm behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from pytest_personalize.data.records import Records
from pytest_personalize.recommenders.actions import next_best_action
from pytest_personalize.recommenders.model import Model, Settings
from pytest_personalize.recommenders.personalization import personalized_ranking, user_personalization
from pytest_personalize.recommenders.popularity import popular_items
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.recommenders.related import related_items
from pytest_personalize.recommenders.segments import user_segmentation
from pytest_personalize.recommenders.semantic import semantic_similarity
from pytest_personalize.recommenders.training import Training, prepare
from pytest_personalize.recommenders.trending import trending_items

RECOMMENDERS: Final[Mapping[str, Callable[[Training], Model]]] = MappingProxyType(
    {
        "aws-user-personalization-v2": user_personalization,
        "aws-user-personalization": user_personalization,
        "aws-hrnn": user_personalization,
        "aws-hrnn-metadata": user_personalization,
        "aws-hrnn-coldstart": user_personalization,
        "aws-ecomm-recommended-for-you": user_personalization,
        "aws-vod-top-picks": user_personalization,
        "aws-personalized-ranking-v2": personalized_ranking,
        "aws-personalized-ranking": personalized_ranking,
        "aws-similar-items": related_items,
        "aws-sims": related_items,
        "aws-ecomm-frequently-bought-together": related_items,
        "aws-ecomm-customers-who-viewed-x-also-viewed": related_items,
        "aws-vod-because-you-watched-x": related_items,
        "aws-vod-more-like-x": related_items,
        "aws-semantic-similarity": semantic_similarity,
        "aws-popularity-count": popular_items,
        "aws-ecomm-popular-items-by-views": popular_items,
        "aws-ecomm-popular-items-by-purchases": popular_items,
        "aws-vod-most-popular": popular_items,
        "aws-trending-now": trending_items,
        "aws-vod-trending-now": trending_items,
        "aws-next-best-action": next_best_action,
        "aws-item-affinity": user_segmentation,
        "aws-item-attribute-affinity": user_segmentation,
    }
)
"""By name of the recipe."""


def fit(recipe: Recipe, records: Records, settings: Settings) -> Model:
    """Train a model on the records as they are now.

    Raises:
        TrainingError: The data do not allow it, for instance because a dataset is missing.
    """
    return RECOMMENDERS[recipe.name](prepare(recipe, records, settings))
