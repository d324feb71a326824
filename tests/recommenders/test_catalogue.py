"""The recipes: what is listed, and that the table agrees with itself."""

from __future__ import annotations

import pytest

from pytest_personalize.recommenders import RECIPES, RECIPES_BY_ARN, Hyperparameter, Recipe
from pytest_personalize.recommenders.fitting import RECOMMENDERS

LISTED = [recipe for recipe in RECIPES.values() if recipe.listed]
KNOBS = [(recipe, knob) for recipe in RECIPES.values() for knob in recipe.hyperparameters]


def test_twenty_two_recipes_are_listed_and_three_retired_ones_are_kept() -> None:
    assert len(LISTED) == 22
    assert [name for name, recipe in RECIPES.items() if not recipe.listed] == [
        "aws-hrnn",
        "aws-hrnn-coldstart",
        "aws-hrnn-metadata",
    ]


def test_recipes_stand_in_the_order_of_listings() -> None:
    assert list(RECIPES) == sorted(RECIPES)


def test_arn_belongs_to_no_account_and_no_region() -> None:
    recipe = RECIPES["aws-sims"]
    assert recipe.arn == "arn:aws:personalize:::recipe/aws-sims"
    assert RECIPES_BY_ARN[recipe.arn] is recipe


def test_every_recipe_has_an_algorithm() -> None:
    assert set(RECOMMENDERS) == set(RECIPES)


@pytest.mark.parametrize("domain", ["ECOMMERCE", "VIDEO_ON_DEMAND"])
def test_domains_have_five_use_cases_each(domain: str) -> None:
    recipes = [recipe for recipe in LISTED if recipe.domain == domain]
    assert len({recipe.use_case for recipe in recipes}) == 5


@pytest.mark.parametrize(("recipe", "knob"), KNOBS, ids=[f"{recipe.name}-{knob.name}" for recipe, knob in KNOBS])
def test_defaults_lie_in_the_range(recipe: Recipe, knob: Hyperparameter) -> None:
    if knob.kind == "categorical":
        assert knob.default.casefold() in {value.casefold() for value in knob.values}
    else:
        assert knob.low is not None
        assert knob.low <= float(knob.default) <= (knob.high if knob.high is not None else float("inf"))
    assert recipe.hyperparameter(knob.name) is knob


def test_feature_transformation_defaults_are_the_defaults_of_featurization() -> None:
    for recipe in RECIPES.values():
        featurization = {knob.name: knob.default for knob in recipe.hyperparameters if knob.group == "featurization"}
        assert dict(recipe.feature_transformation_defaults) == featurization


@pytest.mark.parametrize("recipe", LISTED, ids=lambda recipe: recipe.name)
def test_only_custom_personal_recipes_and_actions_have_scores(recipe: Recipe) -> None:
    personal = recipe.recipe_type in ("USER_PERSONALIZATION", "PERSONALIZED_RANKING", "PERSONALIZED_ACTIONS")
    expected = personal and recipe.domain is None and recipe.name != "aws-popularity-count"
    assert recipe.scored is expected


@pytest.mark.parametrize("feature", ["supports_campaign", "supports_batch_inference", "supports_auto_training"])
def test_use_cases_have_recommenders_instead_of_campaigns_and_batch_jobs(feature: str) -> None:
    assert not [name for name, recipe in RECIPES.items() if recipe.domain and getattr(recipe, feature)]


@pytest.mark.parametrize(
    ("name", "event_type"),
    [
        ("aws-ecomm-recommended-for-you", "Purchase"),
        ("aws-ecomm-customers-who-viewed-x-also-viewed", "Purchase"),
        ("aws-vod-top-picks", "Watch"),
        ("aws-vod-because-you-watched-x", "Watch"),
        ("aws-vod-more-like-x", "Watch"),
        ("aws-ecomm-frequently-bought-together", None),
        ("aws-vod-most-popular", None),
    ],
)
def test_use_cases_that_drop_items_the_user_had(name: str, event_type: str | None) -> None:
    assert RECIPES[name].automatic_filter == event_type


@pytest.mark.parametrize(
    ("feature", "names"),
    [
        ("supports_update_training", {"aws-user-personalization", "aws-hrnn-coldstart"}),
        ("supports_incremental_update", {"aws-semantic-similarity"}),
        ("supports_theme_generation", {"aws-similar-items"}),
        ("supports_batch_segment", {"aws-item-affinity", "aws-item-attribute-affinity"}),
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


def test_row_25_similarity_by_texts_promotes_nothing() -> None:
    promoting = {name for name, recipe in RECIPES.items() if recipe.supports_promotions}
    assert "aws-semantic-similarity" not in promoting
    assert {"aws-similar-items", "aws-sims"} <= promoting
