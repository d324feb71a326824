"""The recipes: what is listed, and that the table agrees with itself."""

from __future__ import annotations

import pytest

from pytest_personalize.recommenders import RECIPES, RECIPES_BY_ARN

LISTED = [recipe for recipe in RECIPES.values() if recipe.listed]
OF_RECIPES = [(recipe, one) for recipe in RECIPES.values() for one in recipe.hyperparameters]


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


@pytest.mark.parametrize("domain", ["ECOMMERCE", "VIDEO_ON_DEMAND"])
def test_domains_have_five_use_cases_each(domain: str) -> None:
    recipes = [recipe for recipe in LISTED if recipe.domain == domain]
    assert len({recipe.use_case for recipe in recipes}) == 5


def test_defaults_lie_in_the_range() -> None:
    for recipe, one in OF_RECIPES:
        if one.kind == "categorical":
            assert one.default.casefold() in {value.casefold() for value in one.values}
        else:
            assert one.low is not None
            assert one.low <= float(one.default) <= (one.high if one.high is not None else float("inf"))
        assert recipe.hyperparameter(one.name) is one


BOUNDS = {
    "hidden_dimension": (32, 256),
    "bptt": (2, 32),
    "item_id_hidden_dim": (30, 200),
    "item_metadata_hidden_dim": (30, 200),
    "min_cointeraction_count": (0, 10),
    "popularity_discount_factor": (0, 1),
    "min_user_history_length_percentile": (0, 1),
    "max_user_history_length_percentile": (0, 1),
    "min_item_interaction_count_percentile": (0, 1),
    "max_item_interaction_count_percentile": (0, 1),
    "cold_start_max_interactions": (1, None),
    "cold_start_max_duration": (0, None),
    "action_optimization_period": (7, 28),
}
"""Of the pages of the recipes in the developer guide."""


def test_numbers_have_the_bounds_of_the_guide() -> None:
    found = {one.name: (one.low, one.high) for _, one in OF_RECIPES if one.kind != "categorical"}
    assert found == BOUNDS
    assert all((one.low, one.high) == found[one.name] for _, one in OF_RECIPES if one.name in found)


def test_only_custom_personal_recipes_and_actions_have_scores() -> None:
    personal = {"USER_PERSONALIZATION", "PERSONALIZED_RANKING", "PERSONALIZED_ACTIONS"}
    custom = {recipe.name for recipe in RECIPES.values() if recipe.recipe_type in personal and recipe.domain is None}
    assert {name for name, recipe in RECIPES.items() if recipe.scored} == custom - {"aws-popularity-count"}


@pytest.mark.parametrize("feature", ["supports_campaign", "batch_lines", "supports_auto_training"])
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


HRNN = {"aws-hrnn", "aws-hrnn-coldstart", "aws-hrnn-metadata"}
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
        ("listed", HRNN),
        ("minimum_of_interactions", {"aws-semantic-similarity"}),
        ("minimum_of_users", {"aws-next-best-action"}),
        ("requires_user", RELATED | SEGMENTS | {"aws-trending-now", "aws-vod-trending-now"}),
        ("filters_on_interactions", {"aws-item-attribute-affinity"}),
        ("supports_domain_groups", {"aws-next-best-action"}),
        ("supports_training_data_config", {"aws-next-best-action"}),
        ("shows_empty_config", SEGMENTS),
        (
            "supports_promotions",
            HRNN
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


RECURRENT = HRNN | {"aws-user-personalization", "aws-personalized-ranking"}
PERSONAL = (
    RECURRENT
    | {"aws-user-personalization-v2", "aws-personalized-ranking-v2"}
    | {"aws-ecomm-recommended-for-you", "aws-vod-top-picks"}
)


@pytest.mark.parametrize(
    ("searched", "names"),
    [
        ({"hidden_dimension", "bptt", "recency_mask"}, RECURRENT),
        ({"item_id_hidden_dim", "item_metadata_hidden_dim"}, {"aws-similar-items"}),
        ({"popularity_discount_factor", "min_cointeraction_count"}, {"aws-sims"}),
    ],
)
def test_hyperparameter_optimization_searches_what_the_guide_says(searched: set[str], names: set[str]) -> None:
    found = {name: {one.name for one in recipe.hyperparameters if one.tunable} for name, recipe in RECIPES.items()}
    assert {name for name, tunable in found.items() if tunable == searched} == names


@pytest.mark.parametrize(
    ("feature", "names"),
    [
        ("trains_on_users", (PERSONAL - {"aws-hrnn"}) | SEGMENTS | {"aws-next-best-action"}),
        (
            "trains_on_items",
            (PERSONAL - {"aws-hrnn"})
            | SEGMENTS
            | {"aws-next-best-action", "aws-similar-items", "aws-semantic-similarity", "aws-vod-more-like-x"},
        ),
        ("supports_contextual_metadata", PERSONAL - {"aws-hrnn"}),
        ("real_time", PERSONAL | {"aws-next-best-action"}),
    ],
)
def test_what_recipes_learn_from_and_answer_by(feature: str, names: set[str]) -> None:
    assert {name for name, recipe in RECIPES.items() if getattr(recipe, feature)} == names


def test_row_25_similarity_by_texts_promotes_nothing() -> None:
    promoting = {name for name, recipe in RECIPES.items() if recipe.supports_promotions}
    assert "aws-semantic-similarity" not in promoting
    assert {"aws-similar-items", "aws-sims"} <= promoting
