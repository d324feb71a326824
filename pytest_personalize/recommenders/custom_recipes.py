"""The recipes of Custom dataset groups, as the developer guide and printed DescribeRecipe answers give them."""

from __future__ import annotations

from pytest_personalize.recommenders.recipe import (
    ACTION_METRICS,
    SEGMENT_METRICS,
    TREND_METRICS,
    Hyperparameter,
    Recipe,
)

_ALGORITHM = "arn:aws:personalize:::algorithm/"
_TRANSFORMATION = "arn:aws:personalize:::feature-transformation/"


def _integer(
    name: str, default: str, low: int, high: int | None, *, group: str = "algorithm", tunable: bool = False
) -> Hyperparameter:
    return Hyperparameter(name=name, kind="integer", default=default, low=low, high=high, group=group, tunable=tunable)


def _share(name: str, default: str, *, group: str = "algorithm", tunable: bool = False) -> Hyperparameter:
    return Hyperparameter(
        name=name, kind="continuous", default=default, low=0.0, high=1.0, group=group, tunable=tunable
    )


def _choice(
    name: str, default: str, values: tuple[str, ...], *, group: str = "algorithm", tunable: bool = False
) -> Hyperparameter:
    return Hyperparameter(name=name, kind="categorical", default=default, values=values, group=group, tunable=tunable)


_APPLY_RECENCY_BIAS = _choice("apply_recency_bias", "true", ("true", "false"))


def _recurrent(hidden_dimension: str) -> tuple[Hyperparameter, ...]:
    """The hyperparameters of the recurrent models; the guide writes the default of recency_mask with a capital."""
    return (
        _integer("hidden_dimension", hidden_dimension, 32, 256, tunable=True),
        _integer("bptt", "32", 2, 32, tunable=True),
        _choice("recency_mask", "True", ("true", "false"), tunable=True),
        _share("min_user_history_length_percentile", "0.0", group="featurization"),
        _share("max_user_history_length_percentile", "0.99", group="featurization"),
    )


_HISTORY_PERCENTILES = {
    "min_user_history_length_percentile": "0.0",
    "max_user_history_length_percentile": "0.99",
}
_COLD_START = (
    _integer("cold_start_max_interactions", "15", 1, None, group="featurization"),
    Hyperparameter(name="cold_start_max_duration", kind="continuous", default="5.0", low=0.0, group="featurization"),
    _choice("cold_start_relative_from", "latestItem", ("currentTime", "latestItem"), group="featurization"),
)

PERSONALIZATION_RECIPES = (
    Recipe(
        name="aws-user-personalization-v2",
        recipe_type="USER_PERSONALIZATION",
        algorithm_arn=_ALGORITHM + "aws-user-personalization-v2",
        creation_date_time=1704067200.0,
        description=(
            "Transformer model that recommends items to a user; trains on up to 5 million items and 3 billion "
            "interactions; exploration is run by the service."
        ),
        hyperparameters=(_APPLY_RECENCY_BIAS,),
        trains_on_items=True,
        trains_on_users=True,
        requires_user=True,
        scored=True,
        real_time=True,
        automatic_update_hours=2.0,
        metadata_always=True,
        supports_promotions=True,
        supports_events_config=True,
        supports_contextual_metadata=True,
    ),
    Recipe(
        name="aws-user-personalization",
        recipe_type="USER_PERSONALIZATION",
        algorithm_arn=_ALGORITHM + "aws-user-personalization",
        description=(
            "Recurrent model with item exploration that recommends items to a user; superseded by v2 but still offered."
        ),
        hyperparameters=_recurrent("149"),
        feature_transformation_defaults=_HISTORY_PERCENTILES,
        supports_hpo=True,
        trains_on_items=True,
        trains_on_users=True,
        requires_user=True,
        scored=True,
        real_time=True,
        automatic_update_hours=2.0,
        supports_update_training=True,
        supports_promotions=True,
        supports_optimization_objective=True,
        supports_exploration_config=True,
        supports_contextual_metadata=True,
    ),
    Recipe(
        name="aws-hrnn",
        recipe_type="USER_PERSONALIZATION",
        listed=False,
        algorithm_arn=_ALGORITHM + "aws-hrnn",
        feature_transformation_arn=_TRANSFORMATION + "JSON-percentile-filtering",
        feature_transformation_defaults=_HISTORY_PERCENTILES,
        description="Recurrent session model from interactions only.",
        hyperparameters=_recurrent("43"),
        supports_hpo=True,
        requires_user=True,
        scored=True,
        real_time=True,
        supports_auto_training=False,
    ),
    Recipe(
        name="aws-hrnn-metadata",
        recipe_type="USER_PERSONALIZATION",
        listed=False,
        algorithm_arn=_ALGORITHM + "aws-hrnn-metadata",
        feature_transformation_arn=_TRANSFORMATION + "featurize_metadata",
        feature_transformation_defaults=_HISTORY_PERCENTILES,
        description="Recurrent session model that also uses contextual, user and item metadata.",
        hyperparameters=_recurrent("43"),
        supports_hpo=True,
        trains_on_items=True,
        trains_on_users=True,
        requires_user=True,
        scored=True,
        real_time=True,
        supports_auto_training=False,
        supports_contextual_metadata=True,
    ),
    Recipe(
        name="aws-hrnn-coldstart",
        recipe_type="USER_PERSONALIZATION",
        listed=False,
        algorithm_arn=_ALGORITHM + "aws-hrnn-coldstart",
        feature_transformation_arn=_TRANSFORMATION + "featurize_coldstart",
        feature_transformation_defaults={
            **_HISTORY_PERCENTILES,
            **{knob.name: knob.default for knob in _COLD_START},
        },
        description="Recurrent model that can also recommend new (cold) items; needs 100 to 80000 cold items.",
        hyperparameters=(*_recurrent("149"), *_COLD_START),
        supports_hpo=True,
        trains_on_items=True,
        trains_on_users=True,
        requires_user=True,
        scored=True,
        real_time=True,
        supports_auto_training=False,
        supports_update_training=True,
        supports_contextual_metadata=True,
    ),
)

RANKING_RECIPES = (
    Recipe(
        name="aws-personalized-ranking-v2",
        recipe_type="PERSONALIZED_RANKING",
        algorithm_arn=_ALGORITHM + "aws-personalized-ranking-v2",
        creation_date_time=1704067200.0,
        description="Transformer model that re-ranks a given list of items for a user; up to 5 million items.",
        hyperparameters=(_APPLY_RECENCY_BIAS,),
        trains_on_items=True,
        trains_on_users=True,
        requires_user=True,
        scored=True,
        real_time=True,
        metadata_always=True,
        supports_events_config=True,
        supports_contextual_metadata=True,
    ),
    Recipe(
        name="aws-personalized-ranking",
        recipe_type="PERSONALIZED_RANKING",
        algorithm_arn=_ALGORITHM + "aws-personalized-ranking",
        feature_transformation_arn=_TRANSFORMATION + "JSON-percentile-filtering",
        feature_transformation_defaults=_HISTORY_PERCENTILES,
        description="Recurrent model that re-ranks a given list of items for a user.",
        hyperparameters=_recurrent("149"),
        supports_hpo=True,
        trains_on_items=True,
        trains_on_users=True,
        requires_user=True,
        scored=True,
        real_time=True,
        supports_optimization_objective=True,
        supports_contextual_metadata=True,
    ),
)

RELATED_ITEMS_RECIPES = (
    Recipe(
        name="aws-similar-items",
        recipe_type="RELATED_ITEMS",
        algorithm_arn=_ALGORITHM + "aws-similar-items",
        description=(
            "Similar items from co-occurrence in user histories plus item metadata and text; popular items are "
            "returned for an unknown item id."
        ),
        hyperparameters=(
            _share("popularity_discount_factor", "0.0"),
            _integer("item_id_hidden_dim", "100", 30, 200, tunable=True),
            _integer("item_metadata_hidden_dim", "100", 30, 200, tunable=True),
        ),
        supports_hpo=True,
        trains_on_items=True,
        requires_item=True,
        supports_theme_generation=True,
        supports_promotions=True,
    ),
    Recipe(
        name="aws-sims",
        recipe_type="RELATED_ITEMS",
        algorithm_arn=_ALGORITHM + "aws-sims",
        feature_transformation_arn=_TRANSFORMATION + "sims",
        feature_transformation_defaults={
            "min_user_history_length_percentile": "0.005",
            "max_user_history_length_percentile": "0.995",
            "min_item_interaction_count_percentile": "0.01",
            "max_item_interaction_count_percentile": "0.9",
        },
        description="Item-to-item collaborative filtering from co-interactions only; popular items for unknown items.",
        hyperparameters=(
            _share("popularity_discount_factor", "0.5", tunable=True),
            _integer("min_cointeraction_count", "3", 0, 10, tunable=True),
            _share("min_user_history_length_percentile", "0.005", group="featurization"),
            _share("max_user_history_length_percentile", "0.995", group="featurization"),
            _share("min_item_interaction_count_percentile", "0.01", group="featurization"),
            _share("max_item_interaction_count_percentile", "0.9", group="featurization"),
        ),
        supports_hpo=True,
        requires_item=True,
        supports_promotions=True,
    ),
    Recipe(
        name="aws-semantic-similarity",
        recipe_type="RELATED_ITEMS",
        algorithm_arn=_ALGORITHM + "aws-semantic-similarity",
        feature_transformation_arn=_TRANSFORMATION + "aws-semantic-similarity",
        description=(
            "Similar items from text embeddings of item name and description; no interactions needed; up to 10 "
            "million items."
        ),
        required_datasets=("ITEMS",),
        trains_on_items=True,
        minimum_interactions=0,
        requires_item=True,
        metadata_always=True,
        supports_incremental_update=True,
        supports_ranking_influence=True,
    ),
)

POPULAR_ITEMS_RECIPES = (
    Recipe(
        name="aws-popularity-count",
        # unknown: USER_PERSONALIZATION (its own page) or POPULAR_ITEMS (table of recipe groups). chosen: its own page
        recipe_type="USER_PERSONALIZATION",
        algorithm_arn=_ALGORITHM + "aws-popularity-count",
        feature_transformation_arn=_TRANSFORMATION + "sims",
        description=(
            "Counts interactions by distinct users and returns the same most popular items to everybody; meant as "
            "a baseline."
        ),
        requires_user=True,
        supports_promotions=True,
    ),
    Recipe(
        name="aws-trending-now",
        recipe_type="POPULAR_ITEMS",
        algorithm_arn=_ALGORITHM + "aws-trending-now-custom",
        creation_date_time=1664582400.0,
        feature_transformation_defaults={"trend_discovery_frequency": "2 hours"},
        description="Items whose interaction count grows fastest between consecutive time windows.",
        hyperparameters=(
            _choice(
                "trend_discovery_frequency",
                "2 hours",
                ("30 minutes", "1 hour", "2 hours", "3 hours", "1 day"),
                group="featurization",
            ),
        ),
        metrics=TREND_METRICS,
        supports_batch_inference=False,
        supports_promotions=True,
    ),
)

ACTION_RECIPES = (
    Recipe(
        name="aws-next-best-action",
        recipe_type="PERSONALIZED_ACTIONS",
        algorithm_arn=_ALGORITHM + "aws-next-best-action",
        creation_date_time=1691712000.0,
        feature_transformation_defaults={"action_optimization_period": "14"},
        description=(
            "Ranks actions by the propensity of a user to take them within a period; score 0.0 until an action has "
            "at least 50 TAKEN and 50 NOT_TAKEN or VIEWED events within 6 weeks of the newest event."
        ),
        hyperparameters=(_integer("action_optimization_period", "14", 7, 28, group="featurization"),),
        metrics=ACTION_METRICS,
        required_datasets=("INTERACTIONS", "ACTIONS"),
        trains_on_items=True,
        trains_on_users=True,
        requires_user=True,
        scored=True,
        real_time=True,
        automatic_update_hours=2.0,
        supports_batch_inference=False,
    ),
)

SEGMENTATION_RECIPES = (
    Recipe(
        name="aws-item-affinity",
        recipe_type="USER_SEGMENTATION",
        algorithm_arn=_ALGORITHM + "aws-item-affinity",
        feature_transformation_arn=_TRANSFORMATION + "item-affinity",
        creation_date_time=1626307200.0,
        description="Builds for each given item the segment of users most likely to interact with it.",
        hyperparameters=(_integer("hidden_dimension", "149", 32, 256),),
        metrics=SEGMENT_METRICS,
        trains_on_items=True,
        trains_on_users=True,
        supports_campaign=False,
        supports_batch_inference=False,
        supports_batch_segment=True,
    ),
    Recipe(
        name="aws-item-attribute-affinity",
        recipe_type="USER_SEGMENTATION",
        algorithm_arn=_ALGORITHM + "aws-item-attribute-affinity",
        feature_transformation_arn=_TRANSFORMATION + "item-attribute-affinity",
        creation_date_time=1629849600.0,
        description=(
            "Builds for each given item-attribute query the segment of users most likely to interact with matching "
            "items."
        ),
        filters_on_interactions=False,
        hyperparameters=(_integer("hidden_dimension", "149", 32, 256),),
        metrics=SEGMENT_METRICS,
        required_datasets=("INTERACTIONS", "ITEMS"),
        trains_on_items=True,
        trains_on_users=True,
        supports_campaign=False,
        supports_batch_inference=False,
        supports_batch_segment=True,
    ),
)

CUSTOM_RECIPES = (
    *PERSONALIZATION_RECIPES,
    *RANKING_RECIPES,
    *RELATED_ITEMS_RECIPES,
    *POPULAR_ITEMS_RECIPES,
    *ACTION_RECIPES,
    *SEGMENTATION_RECIPES,
)
