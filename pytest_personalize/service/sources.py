"""What a campaign or a recommender answers from: its trained model, its configuration, the data of its group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_personalize.data.records import Records
from pytest_personalize.service.account import Region
from pytest_personalize.service.answering import Source
from pytest_personalize.service.control.campaigns import Campaign, CampaignConfig
from pytest_personalize.service.control.recommenders import Recommender, RecommenderConfig
from pytest_personalize.service.control.solution_versions import SolutionVersion


def live_source(region: Region, resource: Campaign | Recommender) -> Source:
    """The source of a campaign or recommender, as long as it, its model and the records of its group are the same."""
    model_arn = resource.solution_version_arn if isinstance(resource, Campaign) else resource.arn
    trained = region.models[model_arn]
    records = region.records[resource.dataset_group_arn]
    kept = region.sources.get(resource.arn)
    if kept is not None and kept[0] is resource and kept[1] is trained and kept[2] is records:
        source: Source = kept[3]
        return source
    influence: Mapping[str, float] = {}
    with_metadata = False
    config: CampaignConfig | RecommenderConfig | None
    if isinstance(resource, Campaign):
        config = resource.campaign_config
        influence = config.ranking_influence or {} if config is not None else {}
        with_metadata = trained.recipe.metadata_always
    else:
        config = resource.recommender_config
    exploration: Mapping[str, str] = {}
    if config is not None:
        exploration = config.item_exploration_config or {}
        with_metadata = with_metadata or bool(config.enable_metadata_with_recommendations)
    source = _source(
        region,
        resource.arn,
        resource.dataset_group_arn,
        trained,
        exploration,
        influence,
        records,
        with_metadata=with_metadata,
    )
    region.sources[resource.arn] = (resource, trained, records, source)
    return source


def batch_source(
    region: Region, version: SolutionVersion, exploration: Mapping[str, str], influence: Mapping[str, float]
) -> Source:
    """The source of a batch job: the data are those that the version was trained on, for filters as well."""
    trained = region.models[version.arn]
    return _source(region, version.arn, version.dataset_group_arn, trained, exploration, influence, trained.view)


def _source(
    region: Region,
    arn: str,
    group_arn: str,
    trained: Any,
    exploration: Mapping[str, str],
    influence: Mapping[str, float],
    records: Records,
    *,
    with_metadata: bool = False,
) -> Source:
    return Source(
        arn=arn,
        dataset_group_arn=group_arn,
        recipe=trained.recipe,
        settings=trained.settings,
        model=trained.model,
        records=records,
        exploration_weight=float(exploration.get("explorationWeight", 0.3)),
        exploration_age_cut_off=float(exploration.get("explorationItemAgeCutOff", 30.0)),
        popularity_influence=influence.get("POPULARITY", 0.0),
        freshness_influence=influence.get("FRESHNESS", 0.0),
        seed=region.account.seed,
        with_metadata=with_metadata,
    )
