"""A recipe: what few of them can, cannot, or do in a way of their own."""

from __future__ import annotations

import pytest

from pytest_personalize.recommenders import RECIPES

RETIRED = {"aws-hrnn", "aws-hrnn-coldstart", "aws-hrnn-metadata"}
SEGMENTS = {"aws-item-affinity", "aws-item-attribute-affinity"}
RELATED = {"aws-sims", "aws-similar-items", "aws-semantic-similarity", "aws-ecomm-frequently-bought-together"}


@pytest.mark.parametrize(
    ("feature", "names"),
    [
        ("supports_update_training", {"aws-user-personalization", "aws-hrnn-coldstart"}),
        ("supports_incremental_update", {"aws-semantic-similarity"}),
        ("supports_theme_generation", {"aws-similar-items"}),
        ("own_exploration", {"aws-user-personalization-v2"}),
        ("gives_reasons", {"aws-user-personalization-v2"}),
        ("trains_on_actions", {"aws-next-best-action"}),
        ("updates_take_all", {"aws-trending-now", "aws-vod-trending-now"}),
        ("supports_events_config", {"aws-user-personalization-v2", "aws-personalized-ranking-v2"}),
        ("supports_optimization_objective", {"aws-user-personalization", "aws-personalized-ranking"}),
        ("supports_ranking_influence", {"aws-semantic-similarity"}),
        (
            "supports_exploration_config",
            {"aws-user-personalization", "aws-ecomm-recommended-for-you", "aws-vod-top-picks"},
        ),
        (
            "metadata_always",
            {"aws-user-personalization-v2", "aws-personalized-ranking-v2", "aws-semantic-similarity"},
        ),
    ],
)
def test_features_that_few_recipes_have(feature: str, names: set[str]) -> None:
    assert {name for name, recipe in RECIPES.items() if getattr(recipe, feature)} == names


@pytest.mark.parametrize(
    ("feature", "names"),
    [
        ("listed", RETIRED),
        ("minimum_of_users", {"aws-next-best-action"}),
        ("requires_user", RELATED | SEGMENTS | {"aws-trending-now", "aws-vod-trending-now"}),
        ("filters_on_interactions", {"aws-item-attribute-affinity"}),
        ("supports_domain_groups", {"aws-next-best-action"}),
        ("supports_training_data_config", {"aws-next-best-action"}),
        ("shows_empty_config", SEGMENTS),
        (
            "supports_promotions",
            RETIRED
            | SEGMENTS
            | {"aws-next-best-action", "aws-semantic-similarity"}
            | {"aws-personalized-ranking", "aws-personalized-ranking-v2"},
        ),
    ],
)
def test_features_that_few_recipes_lack(feature: str, names: set[str]) -> None:
    assert {name for name, recipe in RECIPES.items() if not getattr(recipe, feature)} == names


@pytest.mark.parametrize(
    ("member", "value", "names"),
    [
        ("minimum_interactions", 0, {"aws-semantic-similarity"}),
        ("answers", "users", {"aws-item-affinity", "aws-item-attribute-affinity"}),
        ("answers", "actions", {"aws-next-best-action"}),
        ("operation", "GetPersonalizedRanking", {"aws-personalized-ranking", "aws-personalized-ranking-v2"}),
        ("operation", "GetActionRecommendations", {"aws-next-best-action"}),
        ("operation", "CreateBatchSegmentJob", {"aws-item-affinity", "aws-item-attribute-affinity"}),
        ("batch_lines", "item", {"aws-similar-items", "aws-sims", "aws-semantic-similarity"}),
        ("batch_lines", "ranking", {"aws-personalized-ranking", "aws-personalized-ranking-v2"}),
        ("batch_lines", "item segment", {"aws-item-affinity"}),
        ("batch_lines", "attribute segment", {"aws-item-attribute-affinity"}),
        ("most_batch_lines", 500, {"aws-item-affinity"}),
        ("most_batch_lines", 10, {"aws-item-attribute-affinity"}),
    ],
)
def test_what_few_recipes_answer_and_how(member: str, value: object, names: set[str]) -> None:
    assert {name for name, recipe in RECIPES.items() if getattr(recipe, member) == value} == names
