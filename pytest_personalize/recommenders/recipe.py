"""What is known about one recipe: its identity, its hyperparameters, and all that it decides elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

if TYPE_CHECKING:  # a training knows its recipe
    from pytest_personalize.recommenders.model import Model
    from pytest_personalize.recommenders.training import Training


@frozen(kw_only=True)
class Hyperparameter:
    """A hyperparameter of a recipe, or a parameter of its feature transformation.

    ``low`` and ``high`` bound a number (``high`` None: unbounded), ``values`` list the categories.

    ``group`` is "algorithm" or "featurization", ``kind`` is "integer", "continuous" or "categorical", ``default`` is
    written as requests write it, and ``tunable`` says whether hyperparameter optimization may search it.
    ``update_hours`` is by value how often the model is updated, where that differs from what the recipe says.
    """

    name: str
    kind: str
    default: str
    group: str = "algorithm"
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    tunable: bool = False
    update_hours: Mapping[str, float] = field(factory=dict)


@frozen(kw_only=True)
class Recipe:
    """A recipe of a Custom dataset group, or a use case of a Domain dataset group (``domain`` is set).

    All that a recipe decides stands here; nobody asks for its name or its type to decide by them. ``recommender`` makes
    a model of a training and ``metrics`` measures that kind of model. ``answers`` is what results are, ``operation``
    what serves them, and ``batch_lines`` what a line of a batch job asks about (None: no batch jobs), of which a file
    may have ``most_batch_lines``.

    ``required_datasets`` must exist for a training, ``datasets_with_data`` must hold something before there can be a
    solution. ``automatic_filter`` is the event type whose items a use case drops for the asking user,
    ``required_event_type`` the one that it trains on, ``minimum_of_interactions`` and ``minimum_of_users`` whether the
    minimums of the quotas page are asked of its data, ``requires_user`` and ``requires_item`` the ids that a request
    must carry, ``scored`` whether results have scores, ``gives_reasons`` whether they say why they are there,
    ``real_time`` whether streamed events change the answers at once, and ``automatic_update_hours`` how often the
    service takes in what is new without a training: new items with their events, or with ``updates_take_all`` all
    events. ``own_exploration`` is the weight (0..1) and the age limit (days) of exploration in which campaigns have no
    say. ``metadata_always`` says that campaigns return metadata without a switch, ``shows_empty_config`` that solutions
    without a configuration show one.
    """

    name: str
    recipe_type: str
    """What DescribeRecipe shows; nothing follows from it."""
    description: str
    recommender: Callable[[Training], Model] = field(repr=False)
    metrics: Callable[[Training], dict[str, float]] = field(repr=False)
    answers: Literal["items", "users", "actions"] = "items"
    operation: str = "GetRecommendations"
    batch_lines: Literal["user", "item", "ranking", "item segment", "attribute segment"] | None = None
    most_batch_lines: int = 50_000_000

    domain: str | None = None
    use_case: str | None = None
    algorithm_arn: str | None = None
    feature_transformation_arn: str | None = None
    listed: bool = True
    status: str = "ACTIVE"
    creation_date_time: float = 1560124800.0
    last_updated_date_time: float = 1718815639.191  # printed in outputs of AWS sample notebooks, 2024

    hyperparameters: tuple[Hyperparameter, ...] = ()

    required_datasets: tuple[str, ...] = ("INTERACTIONS",)
    datasets_with_data: tuple[str, ...] = ("INTERACTIONS",)
    trains_on_items: bool = False
    trains_on_users: bool = False
    trains_on_actions: bool = False
    required_event_type: str | None = None
    automatic_filter: str | None = None
    minimum_of_interactions: bool = True
    minimum_of_users: bool = True

    requires_user: bool = False
    requires_item: bool = False
    scored: bool = False
    gives_reasons: bool = False
    real_time: bool = False
    automatic_update_hours: float | None = None
    updates_take_all: bool = False
    own_exploration: tuple[float, float] | None = None
    metadata_always: bool = False
    shows_empty_config: bool = True

    supports_domain_groups: bool = True
    supports_auto_training: bool = True
    supports_update_training: bool = False
    supports_incremental_update: bool = False
    supports_campaign: bool = True
    supports_theme_generation: bool = False
    filters_on_interactions: bool = True
    supports_promotions: bool = False
    supports_training_data_config: bool = True
    supports_optimization_objective: bool = False
    supports_events_config: bool = False
    supports_ranking_influence: bool = False
    supports_exploration_config: bool = False
    supports_contextual_metadata: bool = False

    @property
    def arn(self) -> str:
        """The same in every account and region."""
        return f"arn:aws:personalize:::recipe/{self.name}"

    @property
    def feature_transformation_defaults(self) -> dict[str, str]:
        """The parameters of its feature transformation, as requests write them."""
        return {one.name: one.default for one in self.hyperparameters if one.group == "featurization"}

    @property
    def supports_hpo(self) -> bool:
        """Whether hyperparameter optimization has anything to search."""
        return any(one.tunable for one in self.hyperparameters)

    def trains_by_itself(self, wanted: bool | None) -> bool:
        """Whether solutions train automatically, when a request wants that, does not, or says nothing."""
        return self.supports_auto_training if wanted is None else wanted

    def hyperparameter(self, name: str) -> Hyperparameter | None:
        """The hyperparameter of this name, None when the recipe has none."""
        return next((known for known in self.hyperparameters if known.name == name), None)
