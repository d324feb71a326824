"""Recommenders: the use cases of a Domain dataset group, trained and deployed in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import ClassVar, Final

import attrs
from attrs import field, frozen

from pytest_personalize.durations import WEEK
from pytest_personalize.failure import Failure, raise_first
from pytest_personalize.recommenders.model import Settings
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.answering.source import Source, make_source
from pytest_personalize.service.control.automatic_updates import plan_update, update_model
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.item_settings import check_exploration, check_metadata
from pytest_personalize.service.control.recipes import find_recipe
from pytest_personalize.service.control.training_columns import (
    Columns,
    TrainingDataConfig,
    column_problems,
    excluded_columns,
    present_columns,
)
from pytest_personalize.service.jobs.training import train
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit, times_now
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import ACTIONS, SCRIPTS, Script, creation, deletion
from pytest_personalize.service.kernel.lookups import listed
from pytest_personalize.service.kernel.operations import operation, structure
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource, Update
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag
from pytest_personalize.service.kernel.trained import Trained

INACTIVE: Final = "INACTIVE"


@structure
@frozen(kw_only=True)
class RecommenderConfig:
    """How a recommender answers and what it trains on."""

    item_exploration_config: Mapping[str, str] | None = None
    min_recommendation_requests_per_second: int | None = None
    training_data_config: TrainingDataConfig | None = None
    enable_metadata_with_recommendations: bool | None = None


@frozen(kw_only=True)
class RecommenderUpdate(Update):
    """The latest update of a recommender and how far it is."""

    recommender_config: RecommenderConfig


@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class Recommender(Resource):
    """A recommender. ``model_metrics`` are worked out by the first DescribeRecommender after a training.

    Beside the members of the service: ``columns`` are those of the datasets when its training was configured, the
    only ones that it trains on; ``next_training`` is when the service trains it anew, ``next_update`` when it takes in
    new items.
    """

    kind: ClassVar[str] = "recommender"
    arn_field: ClassVar[str] = "recommender_arn"
    parent_field: ClassVar[str | None] = "dataset_group_arn"
    blocks_parent: ClassVar[bool] = True

    recommender_arn: str
    dataset_group_arn: str
    name: str
    recipe_arn: str
    recommender_config: RecommenderConfig
    latest_recommender_update: RecommenderUpdate | None = None
    model_metrics: Mapping[str, float] | None = None

    columns: Columns = field(factory=dict, repr=False)
    next_training: float | None = field(default=None, repr=False)
    next_update: float | None = field(default=None, repr=False)

    @property
    def recipe(self) -> Recipe:
        """Its use case."""
        return find_recipe(self.recipe_arn)

    def source(self, region: Region) -> Source:
        """What it answers from, with the data as they are now."""
        trained, records = region.models[self.arn], region.records[self.dataset_group_arn]

        def make() -> Source:
            return make_source(
                trained,
                records,
                arn=self.arn,
                dataset_group_arn=self.dataset_group_arn,
                exploration=self.recommender_config.item_exploration_config,
                seed=region.account.seed,
                with_metadata=bool(self.recommender_config.enable_metadata_with_recommendations),
            )

        return region.kept(self.arn, (self, trained, records), make)


def _train(region: Region, recommender: Recommender, now: float) -> Recommender:
    """Train on the data of the group; a failure is the recommender's."""
    records = region.records[recommender.dataset_group_arn]
    config = recommender.recommender_config.training_data_config
    settings = Settings(
        excluded_columns=excluded_columns(config, records, recommender.columns), seed=region.account.seed, now=now
    )
    region.progress(recommender, 0, 1)
    region.models[recommender.arn] = train(region, recommender.dataset_group_arn, recommender.recipe, settings)
    region.progress(recommender, 1, 1)
    return attrs.evolve(recommender, model_metrics=None)


def _created(region: Region, recommender: Recommender, now: float) -> Recommender:
    return _plan_training(region, _train(region, recommender, now), now)


def _plan_training(region: Region, recommender: Recommender, now: float) -> Recommender:
    """Recommenders are trained anew every 7 days (developer guide, use cases)."""
    if recommender.declared:
        return recommender
    region.engine.plan(now + WEEK, "recommender training", region, recommender.arn)
    due = plan_update(region, recommender, recommender.arn, now)
    return attrs.evolve(recommender, next_training=now + WEEK, next_update=due)


def _updated(region: Region, recommender: Recommender, now: float) -> Recommender:
    """Put the latest update in force; other training columns mean a full training (service model)."""
    update = recommender.latest_recommender_update
    assert update is not None  # it began the script of which this is the work
    config = update.recommender_config
    changed = attrs.evolve(recommender, recommender_config=config, last_updated_date_time=now)
    if config.training_data_config == recommender.recommender_config.training_data_config:
        return changed
    columns = present_columns(region.records[recommender.dataset_group_arn])
    return _plan_training(region, _train(region, attrs.evolve(changed, columns=columns), now), now)


def _stopped(region: Region, recommender: Recommender, now: float) -> Recommender:
    return attrs.evolve(recommender, next_training=None, next_update=None)


def _weekly(region: Region, arn: str, now: float) -> None:
    """The training of the week; with data that allow none the recommender keeps its model."""
    recommenders = region.rows(Recommender)
    recommender = recommenders.get(arn)
    if recommender is None or recommender.next_training != now:
        return
    with suppress(Failure):
        recommender = _train(region, recommender, now)
    recommenders.put(_plan_training(region, recommender, now))


def _update_model(region: Region, arn: str, now: float) -> None:
    recommenders = region.rows(Recommender)
    recommender = recommenders.get(arn)
    if recommender is None or recommender.next_update != now:
        return
    update_model(region, arn, recommender.dataset_group_arn, now)
    due = plan_update(region, recommender, arn, now)
    recommenders.put(attrs.evolve(recommender, next_update=due))


_STOP: Final = ("STOP PENDING", "STOP IN_PROGRESS")
_START: Final = ("START PENDING", "START IN_PROGRESS")
SCRIPTS["recommender", "create"] = creation(60, 2400, work=_created)
SCRIPTS["recommender", "update"] = creation(30, 600, work=_updated, field="latest_recommender_update")
SCRIPTS["recommender", "stop"] = Script(states=_STOP, seconds=(30, 120), end=INACTIVE, work=_stopped)
SCRIPTS["recommender", "start"] = Script(states=_START, seconds=(30, 600), work=_plan_training)
SCRIPTS["recommender", "delete"] = deletion(20, 60)
ACTIONS["recommender training"] = _weekly
ACTIONS["recommender update"] = _update_model


@operation("CreateRecommender")
def create_recommender(
    region: Region,
    *,
    name: str,
    dataset_group_arn: str,
    recipe_arn: str,
    recommender_config: RecommenderConfig | None = None,
    tags: Sequence[Tag] = (),
) -> Recommender:
    """Train and deploy a use case of the domain of the group.

    unknown: [recommenders/dataset-missing] whether a missing dataset is refused here. chosen: no, the recommender is
    CREATE FAILED.
    """
    group = region.find(DatasetGroup, dataset_group_arn)
    recipe = find_recipe(recipe_arn)
    if group.domain is None:
        raise refusal("domain group needed")
    if recipe.domain != group.domain:
        raise refusal("other domain", recipe=recipe.name, domain=group.domain)
    config = recommender_config or RecommenderConfig()
    records = region.records[dataset_group_arn]
    _check_config(region, recipe, config, dataset_group_arn)
    new = admit(region, Recommender, name, tags=tags, needs=(group,), group=dataset_group_arn)
    recommender = Recommender(
        recommender_arn=new.arn,
        dataset_group_arn=dataset_group_arn,
        name=name,
        recipe_arn=recipe_arn,
        recommender_config=config,
        columns=present_columns(records),
        **new.beginning,
    )
    return new.enter(recommender)


def _check_config(region: Region, recipe: Recipe, config: RecommenderConfig, dataset_group_arn: str) -> None:
    records = region.records[dataset_group_arn]
    check_exploration(recipe, config.item_exploration_config)
    check_metadata(config.enable_metadata_with_recommendations, records)
    raise_first(column_problems(config.training_data_config, records))


@operation("DescribeRecommender")
def describe_recommender(region: Region, *, recommender_arn: str) -> Recommender:
    """The recommender, with the metrics of its model once it has one."""
    recommender = region.describe(Recommender, recommender_arn)
    trained: Trained | None = region.models.get(recommender_arn)
    if recommender.model_metrics is None and trained is not None and not recommender.status.startswith("DELETE"):
        recommender = attrs.evolve(recommender, model_metrics=trained.metrics())
        region.rows(Recommender).put(recommender)
    return recommender


@operation("UpdateRecommender")
def update_recommender(region: Region, *, recommender_arn: str, recommender_config: RecommenderConfig) -> Recommender:
    """Change the configuration; the recommender answers as before until that is done.

    unknown: [recommenders/configuration-replaced-or-merged] whether members that are left out keep their values.
    chosen: no, the configuration is replaced.
    """
    recommender = region.find(Recommender, recommender_arn)
    if recommender.declared:
        raise refusal("declared", arn=recommender_arn)
    _check_config(region, recommender.recipe, recommender_config, recommender.dataset_group_arn)
    if recommender_config == recommender.recommender_config:
        raise refusal("no change", arn=recommender_arn)
    recommender = region.settled(region.require(recommender))
    update = RecommenderUpdate(recommender_config=recommender_config, **times_now(region))
    region.engine.begin(region, attrs.evolve(recommender, latest_recommender_update=update), "update")
    return recommender


@operation("StopRecommender")
def stop_recommender(region: Region, *, recommender_arn: str) -> Recommender:
    """Stop an ACTIVE recommender: it answers no more and is not trained."""
    recommender = region.settled(region.active(Recommender, recommender_arn))
    region.engine.begin(region, recommender, "stop")
    return recommender


@operation("StartRecommender")
def start_recommender(region: Region, *, recommender_arn: str) -> Recommender:
    """Start an INACTIVE recommender again, with the model that it had."""
    recommender = region.require(region.find(Recommender, recommender_arn), (INACTIVE,))
    region.engine.begin(region, recommender, "start")
    return recommender


@operation("DeleteRecommender")
def delete_recommender(region: Region, *, recommender_arn: str) -> None:
    """Delete a recommender that is ACTIVE, INACTIVE or failed and not being updated."""
    recommender = region.find(Recommender, recommender_arn)
    if recommender.status == ACTIVE:
        recommender = region.settled(recommender)
    without_metrics = attrs.evolve(recommender, model_metrics=None)  # null from now on (service model)
    region.delete(without_metrics, (ACTIVE, INACTIVE, CREATE_FAILED))
