"""The recipes of Custom dataset groups, as the developer guide and printed DescribeRecipe answers give them."""

from __future__ import annotations

from functools import partial

from pytest_personalize.recommenders.action_metrics import action_metrics
from pytest_personalize.recommenders.actions import next_best_action
from pytest_personalize.recommenders.metrics import item_metrics, semantic_metrics, trend_metrics
from pytest_personalize.recommenders.personalization import personalized_ranking, user_personalization
from pytest_personalize.recommenders.popularity import popular_items
from pytest_personalize.recommenders.recipe import Hyperparameter, Recipe
from pytest_personalize.recommenders.related import Relatedness
from pytest_personalize.recommenders.segment_metrics import attribute_segment_metrics, item_segment_metrics
from pytest_personalize.recommenders.segments import user_segmentation
from pytest_personalize.recommenders.semantic import semantic_similarity
from pytest_personalize.recommenders.trending import trending_items

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


_COLD_START = (
    _integer("cold_start_max_interactions", "15", 1, None, group="featurization"),
    Hyperparameter(name="cold_start_max_duration", kind="continuous", default="5.0", low=0.0, group="featurization"),
    _choice("cold_start_relative_from", "latestItem", ("currentTime", "latestItem"), group="featurization"),
)

_TREND_DISCOVERY_FREQUENCY = Hyperparameter(
    name="trend_discovery_frequency",
    kind="categorical",
    default="2 hours",
    values=("30 minutes", "1 hour", "2 hours", "3 hours", "1 day"),
    group="featurization",
    update_hours={"30 minutes": 0.5, "1 hour": 1.0},  # the longer ones take 2 hours all the same (developer guide)
)

_personal = partial(
    Recipe,
    recipe_type="USER_PERSONALIZATION",
    recommender=user_personalization,
    metrics=item_metrics,
    batch_lines="user",
    requires_user=True,
    scored=True,
    real_time=True,
)

_retired = partial(_personal, listed=False, supports_auto_training=False)

PERSONALIZATION_RECIPES = (
    _personal(
        name="aws-user-personalization-v2",
        algorithm_arn=_ALGORITHM + "aws-user-personalization-v2",
        creation_date_time=1704067200.0,
        description=(
            "Transformer model that recommends items to a user; trains on up to 5 million items and 3 billion "
            "interactions; exploration is run by the service."
        ),
        hyperparameters=(_APPLY_RECENCY_BIAS,),
        trains_on_items=True,
        trains_on_users=True,
        gives_reasons=True,  # service model, PredictedItem.reason
        automatic_update_hours=2.0,
        # unknown: [runtime/share-of-exploration] how much the service explores. chosen: a small share of new items
        own_exploration=(0.05, 30.0),
        metadata_always=True,
        supports_promotions=True,
        supports_events_config=True,
        supports_contextual_metadata=True,
    ),
    _personal(
        name="aws-user-personalization",
        algorithm_arn=_ALGORITHM + "aws-user-personalization",
        description=(
            "Recurrent model with item exploration that recommends items to a user; superseded by v2 but still offered."
        ),
        hyperparameters=_recurrent("149"),
        trains_on_items=True,
        trains_on_users=True,
        automatic_update_hours=2.0,
        supports_update_training=True,
        supports_promotions=True,
        supports_optimization_objective=True,
        supports_exploration_config=True,
        supports_contextual_metadata=True,
    ),
    _retired(
        name="aws-hrnn",
        algorithm_arn=_ALGORITHM + "aws-hrnn",
        feature_transformation_arn=_TRANSFORMATION + "JSON-percentile-filtering",
        description="Recurrent session model from interactions only.",
        hyperparameters=_recurrent("43"),
    ),
    _retired(
        name="aws-hrnn-metadata",
        algorithm_arn=_ALGORITHM + "aws-hrnn-metadata",
        feature_transformation_arn=_TRANSFORMATION + "featurize_metadata",
        description="Recurrent session model that also uses contextual, user and item metadata.",
        hyperparameters=_recurrent("43"),
        trains_on_items=True,
        trains_on_users=True,
        supports_contextual_metadata=True,
    ),
    _retired(
        name="aws-hrnn-coldstart",
        algorithm_arn=_ALGORITHM + "aws-hrnn-coldstart",
        feature_transformation_arn=_TRANSFORMATION + "featurize_coldstart",
        description="Recurrent model that can also recommend new (cold) items; needs 100 to 80000 cold items.",
        hyperparameters=(*_recurrent("149"), *_COLD_START),
        trains_on_items=True,
        trains_on_users=True,
        supports_update_training=True,
        supports_contextual_metadata=True,
    ),
)

_ranking = partial(
    Recipe,
    recipe_type="PERSONALIZED_RANKING",
    recommender=personalized_ranking,
    metrics=item_metrics,
    operation="GetPersonalizedRanking",
    batch_lines="ranking",
    trains_on_items=True,
    trains_on_users=True,
    requires_user=True,
    scored=True,
    real_time=True,
    supports_contextual_metadata=True,
)

RANKING_RECIPES = (
    _ranking(
        name="aws-personalized-ranking-v2",
        algorithm_arn=_ALGORITHM + "aws-personalized-ranking-v2",
        creation_date_time=1704067200.0,
        description="Transformer model that re-ranks a given list of items for a user; up to 5 million items.",
        hyperparameters=(_APPLY_RECENCY_BIAS,),
        metadata_always=True,
        supports_events_config=True,
    ),
    _ranking(
        name="aws-personalized-ranking",
        algorithm_arn=_ALGORITHM + "aws-personalized-ranking",
        feature_transformation_arn=_TRANSFORMATION + "JSON-percentile-filtering",
        description="Recurrent model that re-ranks a given list of items for a user.",
        hyperparameters=_recurrent("149"),
        supports_optimization_objective=True,
    ),
)

_related = partial(
    Recipe,
    recipe_type="RELATED_ITEMS",
    batch_lines="item",
    requires_item=True,
    supports_promotions=True,
)

RELATED_ITEMS_RECIPES = (
    _related(
        name="aws-similar-items",
        recommender=Relatedness(window=4, discount=0.2, metadata=0.8).fit,
        metrics=item_metrics,
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
        trains_on_items=True,
        supports_theme_generation=True,
    ),
    _related(
        name="aws-sims",
        recommender=Relatedness(discount=0.0).fit,
        metrics=item_metrics,
        algorithm_arn=_ALGORITHM + "aws-sims",
        feature_transformation_arn=_TRANSFORMATION + "sims",
        description="Item-to-item collaborative filtering from co-interactions only; popular items for unknown items.",
        hyperparameters=(
            _share("popularity_discount_factor", "0.5", tunable=True),
            _integer("min_cointeraction_count", "3", 0, 10, tunable=True),
            _share("min_user_history_length_percentile", "0.005", group="featurization"),
            _share("max_user_history_length_percentile", "0.995", group="featurization"),
            _share("min_item_interaction_count_percentile", "0.01", group="featurization"),
            _share("max_item_interaction_count_percentile", "0.9", group="featurization"),
        ),
    ),
    _related(
        name="aws-semantic-similarity",
        recommender=semantic_similarity,
        metrics=semantic_metrics,
        algorithm_arn=_ALGORITHM + "aws-semantic-similarity",
        feature_transformation_arn=_TRANSFORMATION + "aws-semantic-similarity",
        description=(
            "Similar items from text embeddings of item name and description; no interactions needed; up to 10 "
            "million items."
        ),
        required_datasets=("ITEMS",),
        datasets_with_data=("ITEMS",),
        trains_on_items=True,
        minimum_of_interactions=False,
        metadata_always=True,
        supports_incremental_update=True,
        supports_ranking_influence=True,
        supports_promotions=False,
    ),
)

POPULAR_ITEMS_RECIPES = (
    Recipe(
        name="aws-popularity-count",
        # unknown: [recipes/type-of-popularity-count] USER_PERSONALIZATION (its own page) or POPULAR_ITEMS (table of
        # recipe groups). chosen: its own page
        recipe_type="USER_PERSONALIZATION",
        recommender=popular_items,
        metrics=item_metrics,
        batch_lines="user",
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
        recommender=trending_items,
        metrics=trend_metrics,
        algorithm_arn=_ALGORITHM + "aws-trending-now-custom",
        creation_date_time=1664582400.0,
        description="Items whose interaction count grows fastest between consecutive time windows.",
        hyperparameters=(_TREND_DISCOVERY_FREQUENCY,),
        automatic_update_hours=2.0,
        updates_take_all=True,
        supports_promotions=True,
    ),
)

ACTION_RECIPES = (
    Recipe(
        name="aws-next-best-action",
        recipe_type="PERSONALIZED_ACTIONS",
        recommender=next_best_action,
        metrics=action_metrics,
        answers="actions",
        operation="GetActionRecommendations",
        algorithm_arn=_ALGORITHM + "aws-next-best-action",
        creation_date_time=1691712000.0,
        description=(
            "Ranks actions by the propensity of a user to take them within a period; score 0.0 until an action has "
            "at least 50 TAKEN and 50 NOT_TAKEN or VIEWED events within 6 weeks of the newest event."
        ),
        hyperparameters=(_integer("action_optimization_period", "14", 7, 28, group="featurization"),),
        required_datasets=("INTERACTIONS", "ACTIONS"),
        datasets_with_data=("ACTIONS", "ACTION_INTERACTIONS"),
        trains_on_items=True,
        trains_on_users=True,
        trains_on_actions=True,
        minimum_of_users=False,  # the recipe page gives none
        requires_user=True,
        scored=True,
        real_time=True,
        automatic_update_hours=2.0,
        supports_domain_groups=False,
        supports_training_data_config=False,
    ),
)

_segmentation = partial(
    Recipe,
    recipe_type="USER_SEGMENTATION",
    recommender=user_segmentation,
    answers="users",
    operation="CreateBatchSegmentJob",
    hyperparameters=(_integer("hidden_dimension", "149", 32, 256),),
    trains_on_items=True,
    trains_on_users=True,
    shows_empty_config=False,
    supports_campaign=False,
)

SEGMENTATION_RECIPES = (
    _segmentation(
        name="aws-item-affinity",
        metrics=item_segment_metrics,
        batch_lines="item segment",
        most_batch_lines=500,
        algorithm_arn=_ALGORITHM + "aws-item-affinity",
        feature_transformation_arn=_TRANSFORMATION + "item-affinity",
        creation_date_time=1626307200.0,
        description="Builds for each given item the segment of users most likely to interact with it.",
    ),
    _segmentation(
        name="aws-item-attribute-affinity",
        metrics=attribute_segment_metrics,
        batch_lines="attribute segment",
        most_batch_lines=10,
        algorithm_arn=_ALGORITHM + "aws-item-attribute-affinity",
        feature_transformation_arn=_TRANSFORMATION + "item-attribute-affinity",
        creation_date_time=1629849600.0,
        description=(
            "Builds for each given item-attribute query the segment of users most likely to interact with matching "
            "items."
        ),
        filters_on_interactions=False,
        required_datasets=("INTERACTIONS", "ITEMS"),
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
