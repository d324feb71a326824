"""What answers come from: a trained model, a configuration, and the data of a dataset group."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from pytest_personalize.data.records import Records
from pytest_personalize.recommenders.model import Model, Settings
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.kernel.trained import Trained


@frozen(kw_only=True)
class Source:
    """What gives the answers of one campaign, recommender or batch job.

    ``records`` are the live ones for requests in real time, and those of the training for batch jobs.
    """

    arn: str
    dataset_group_arn: str
    recipe: Recipe
    settings: Settings
    model: Model
    records: Records
    exploration_weight: float
    exploration_age_cut_off: float
    popularity_influence: float
    freshness_influence: float
    seed: int
    with_metadata: bool


def make_source(
    trained: Trained,
    records: Records,
    *,
    arn: str,
    dataset_group_arn: str,
    exploration: Mapping[str, str] | None = None,
    influence: Mapping[str, float] | None = None,
    seed: int,
    with_metadata: bool = False,
) -> Source:
    """The source with settings as requests write them: ``itemExplorationConfig`` and ``rankingInfluence``."""
    explore, influences = exploration or {}, influence or {}
    return Source(
        arn=arn,
        dataset_group_arn=dataset_group_arn,
        recipe=trained.recipe,
        settings=trained.settings,
        model=trained.model,
        records=records,
        exploration_weight=float(explore.get("explorationWeight", 0.3)),
        exploration_age_cut_off=float(explore.get("explorationItemAgeCutOff", 30.0)),
        popularity_influence=influences.get("POPULARITY", 0.0),
        freshness_influence=influences.get("FRESHNESS", 0.0),
        seed=seed,
        with_metadata=with_metadata,
    )
