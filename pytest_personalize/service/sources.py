"""What a campaign or a recommender answers from: its trained model, its configuration, the data of its group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_personalize.data.records import Records
from pytest_personalize.service.account import Region
from pytest_personalize.service.answering import Source
from pytest_personalize.service.control.campaigns import Campaign
from pytest_personalize.service.control.recommenders import Recommender
from pytest_personalize.service.control.solution_versions import SolutionVersion


def campaign_source(region: Region, campaign: Campaign) -> tuple[Source, bool]:
    """The source, and whether it may answer with metadata."""
    trained = region.models[campaign.solution_version_arn]
    config = campaign.campaign_config
    version = region.find(SolutionVersion, campaign.solution_version_arn)
    source = _source(
        region,
        campaign.arn,
        version.dataset_group_arn,
        trained,
        {} if config is None else config.item_exploration_config or {},
        {} if config is None else config.ranking_influence or {},
        region.records[version.dataset_group_arn],
    )
    enabled = trained.recipe.metadata_always or (config is not None and config.enable_metadata_with_recommendations)
    return source, bool(enabled)


def recommender_source(region: Region, recommender: Recommender) -> tuple[Source, bool]:
    """The source, and whether it may answer with metadata."""
    trained = region.models[recommender.arn]
    config = recommender.recommender_config
    exploration = {} if config is None else config.item_exploration_config or {}
    group_arn = recommender.dataset_group_arn
    source = _source(region, recommender.arn, group_arn, trained, exploration, {}, region.records[group_arn])
    return source, config is not None and bool(config.enable_metadata_with_recommendations)


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
    )
