"""What is known about one recipe: its identity, its knobs and which features of the service it takes part in."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

STANDARD_METRICS = (
    "coverage",
    "mean_reciprocal_rank_at_25",
    "normalized_discounted_cumulative_gain_at_5",
    "normalized_discounted_cumulative_gain_at_10",
    "normalized_discounted_cumulative_gain_at_25",
    "precision_at_5",
    "precision_at_10",
    "precision_at_25",
)
SEGMENT_METRICS = ("coverage", "hits_at_1_percent", "recall_at_1_percent")
# unknown: the spelled keys of aws-next-best-action. chosen: the guide's names, lower case, NDCG as elsewhere
ACTION_METRICS = (
    "coverage",
    "normalized_discounted_cumulative_gain_at_5",
    "normalized_discounted_cumulative_gain_at_10",
    "normalized_discounted_cumulative_gain_at_25",
    "precision",
    "recall",
    "auc",
)
# unknown: the spelled key of "trend prediction accuracy", and what stands beside it. chosen: beside the eight
TREND_METRICS = (*STANDARD_METRICS, "trend_prediction_accuracy")


@frozen(kw_only=True)
class Hyperparameter:
    """A hyperparameter of a recipe, or a parameter of its feature transformation.

    ``low`` and ``high`` bound a number (``high`` None: unbounded), ``values`` list the categories.

    ``group`` is "algorithm" or "featurization", ``kind`` is "integer", "continuous" or "categorical", ``default`` is
    written as requests write it, and ``tunable`` says whether hyperparameter optimization may search it.
    """

    name: str
    kind: str
    default: str
    group: str = "algorithm"
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    tunable: bool = False


@frozen(kw_only=True)
class Recipe:
    """A recipe of a Custom dataset group, or a use case of a Domain dataset group (``domain`` is set).

    ``automatic_filter`` is the event type whose items a use case drops for the asking user, ``required_event_type`` the
    one that it trains on, ``requires_user`` and ``requires_item`` the ids that a request must carry, ``scored`` whether
    results have scores, ``real_time`` whether streamed events change the answers at once, and
    ``automatic_update_hours`` how often the service takes in new items and events without a training.
    ``metadata_always`` says that campaigns return metadata without a switch.
    """

    name: str
    recipe_type: str
    description: str
    domain: str | None = None
    use_case: str | None = None
    algorithm_arn: str | None = None
    feature_transformation_arn: str | None = None
    feature_transformation_defaults: Mapping[str, str] = field(factory=dict)
    listed: bool = True
    status: str = "ACTIVE"
    creation_date_time: float = 1560124800.0
    last_updated_date_time: float = 1718815639.191  # printed in outputs of AWS sample notebooks, 2024

    hyperparameters: tuple[Hyperparameter, ...] = ()
    supports_hpo: bool = False
    metrics: tuple[str, ...] = STANDARD_METRICS

    required_datasets: tuple[str, ...] = ("INTERACTIONS",)
    trains_on_items: bool = False
    trains_on_users: bool = False
    required_event_type: str | None = None
    automatic_filter: str | None = None
    minimum_interactions: int = 1000

    requires_user: bool = False
    requires_item: bool = False
    scored: bool = False
    real_time: bool = False
    automatic_update_hours: float | None = None
    metadata_always: bool = False

    supports_auto_training: bool = True
    supports_update_training: bool = False
    supports_incremental_update: bool = False
    supports_campaign: bool = True
    supports_batch_inference: bool = True
    supports_theme_generation: bool = False
    supports_batch_segment: bool = False
    filters_on_interactions: bool = True
    supports_promotions: bool = False
    supports_optimization_objective: bool = False
    supports_events_config: bool = False
    supports_ranking_influence: bool = False
    supports_exploration_config: bool = False
    supports_contextual_metadata: bool = False

    @property
    def arn(self) -> str:
        """The same in every account and Region."""
        return f"arn:aws:personalize:::recipe/{self.name}"

    def hyperparameter(self, name: str) -> Hyperparameter | None:
        """The hyperparameter of this name, None when the recipe has none."""
        return next((knob for knob in self.hyperparameters if knob.name == name), None)
