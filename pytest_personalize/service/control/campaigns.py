"""Campaigns: solution versions that answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

import attrs
from attrs import field, frozen

from pytest_personalize.service.answering.source import Source, make_source
from pytest_personalize.service.control.automatic_updates import plan_update, update_model
from pytest_personalize.service.control.item_settings import check_exploration, check_influence, check_metadata
from pytest_personalize.service.control.solution_versions import SolutionVersion, newest_version, what_it_needs
from pytest_personalize.service.control.solutions import Solution
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit, times_now
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import ACTIONS, SCRIPTS, creation, deletion
from pytest_personalize.service.kernel.operations import Page, operation, structure
from pytest_personalize.service.kernel.paging import PAGE_SIZE, list_page, numbered_page
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource, Update, evolved
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag

LATEST: Final = "/$LATEST"


@structure
@frozen(kw_only=True)
class CampaignConfig:
    """How a campaign answers, and whether it follows the newest solution version."""

    item_exploration_config: Mapping[str, str] | None = None
    enable_metadata_with_recommendations: bool | None = None
    sync_with_latest_solution_version: bool | None = None
    ranking_influence: Mapping[str, float] | None = None


@frozen(kw_only=True)
class CampaignUpdate(Update):
    """The latest update of a campaign and how far it is; the values are those at its end."""

    solution_version_arn: str
    min_provisioned_tps: int
    campaign_config: CampaignConfig | None


@resource_kind
@frozen(kw_only=True, slots=False)
class Campaign(Resource):
    """A campaign.

    Beside the members of the service: its solution, its dataset group, and when its model is next updated by itself.
    """

    kind: ClassVar[str] = "campaign"
    arn_field: ClassVar[str] = "campaign_arn"
    parent_field: ClassVar[str | None] = "solution_arn"
    blocks_parent: ClassVar[bool] = True

    name: str
    campaign_arn: str
    solution_version_arn: str
    min_provisioned_tps: int = 1
    campaign_config: CampaignConfig | None = None
    latest_campaign_update: CampaignUpdate | None = None

    solution_arn: str
    dataset_group_arn: str
    next_update: float | None = field(default=None, repr=False)

    @property
    def follows(self) -> bool:
        """Whether it is updated to each new solution version."""
        return bool(self.campaign_config and self.campaign_config.sync_with_latest_solution_version)

    @property
    def solution_version_arns(self) -> tuple[str, ...]:
        """The version that it deploys, and the one that it is about to deploy."""
        update = self.latest_campaign_update
        if update is None or update.status in (ACTIVE, CREATE_FAILED):
            return (self.solution_version_arn,)
        return (self.solution_version_arn, update.solution_version_arn)

    def source(self, region: Region) -> Source:
        """What it answers from, with the data as they are now."""
        trained, records = region.models[self.solution_version_arn], region.records[self.dataset_group_arn]

        def make() -> Source:
            config = self.campaign_config or CampaignConfig()
            return make_source(
                trained,
                records,
                arn=self.arn,
                dataset_group_arn=self.dataset_group_arn,
                exploration=config.item_exploration_config,
                influence=config.ranking_influence,
                seed=region.account.seed,
                with_metadata=trained.recipe.metadata_always or bool(config.enable_metadata_with_recommendations),
            )

        return region.kept(self.arn, (self, trained, records), make)


def _deployed(region: Region, campaign: Campaign, now: float) -> Campaign:
    """A version may have come while the campaign was busy."""
    if campaign.follows:
        region.engine.plan(now, "campaign sync", region, campaign.solution_arn)
    return _plan_update(region, campaign, now)


def _plan_update(region: Region, campaign: Campaign, now: float) -> Campaign:
    version = region.rows(SolutionVersion).get(campaign.solution_version_arn)
    incremental = version is not None and bool(version.perform_incremental_update)
    due = plan_update(region, campaign, campaign.solution_version_arn, now, incremental=incremental)
    return campaign if due is None else evolved(campaign, next_update=due)


def _updated(region: Region, campaign: Campaign, now: float) -> Campaign:
    """Put the values of the latest update in force; until now the campaign answered with the old ones."""
    update = campaign.latest_campaign_update
    assert update is not None  # it began the script of which this is the work
    changed = attrs.evolve(
        campaign,
        solution_arn=region.find(SolutionVersion, update.solution_version_arn).solution_arn,
        solution_version_arn=update.solution_version_arn,
        min_provisioned_tps=update.min_provisioned_tps,
        campaign_config=update.campaign_config,
        status=ACTIVE,  # an update also mends a campaign that failed
        failure_reason=None,
        last_updated_date_time=now,
    )
    return _deployed(region, changed, now)


def _sync(region: Region, solution_arn: str, now: float) -> None:
    """Update the campaigns of a solution that follow its newest ACTIVE version."""
    newest = newest_version(region, solution_arn, ACTIVE)
    for campaign in region.rows(Campaign).of(solution_arn):
        ready = campaign.status == ACTIVE and not region.engine.is_moving(campaign.arn)
        if campaign.follows and ready and newest and campaign.solution_version_arn != newest.arn:
            _begin_update(region, campaign, newest.arn, campaign.min_provisioned_tps, campaign.campaign_config)


def _update_model(region: Region, campaign_arn: str, now: float) -> None:
    """The newest version is updated while it is deployed, if it is fully trained (developer guide, service model)."""
    campaigns = region.rows(Campaign)
    campaign = campaigns.get(campaign_arn)
    if campaign is None or campaign.next_update != now:
        return
    version = region.rows(SolutionVersion).get(campaign.solution_version_arn)
    newest = newest_version(region, campaign.solution_arn, ACTIVE)
    if version is not None and version == newest and version.training_mode != "UPDATE":
        update_model(region, version.arn, campaign.dataset_group_arn, now)
    campaigns.put(_plan_update(region, campaign, now))


SCRIPTS["campaign", "create"] = creation(30, 600, work=_deployed)
SCRIPTS["campaign", "update"] = creation(30, 600, work=_updated, field="latest_campaign_update")
SCRIPTS["campaign", "delete"] = deletion(20, 60)
ACTIONS["campaign sync"] = _sync
ACTIONS["campaign update"] = _update_model


@operation("CreateCampaign")
def create_campaign(
    region: Region,
    *,
    name: str,
    solution_version_arn: str,
    min_provisioned_tps: int = 1,
    campaign_config: CampaignConfig | None = None,
    tags: Sequence[Tag] = (),
) -> Campaign:
    """Deploy a solution version, or with ``SOLUTIONARN/$LATEST`` the newest one."""
    version = _version(region, solution_version_arn)
    if campaign_config is not None:
        _check_config(region, version, campaign_config)
        if campaign_config.sync_with_latest_solution_version and not solution_version_arn.endswith(LATEST):
            raise refusal("sync without latest")
    if not version.recipe.supports_campaign:
        raise refusal("no campaign", recipe=version.recipe.name)
    new = admit(
        region, Campaign, name, tags=tags, needs=what_it_needs(region, version), group=version.dataset_group_arn
    )
    campaign = Campaign(
        name=name,
        campaign_arn=new.arn,
        solution_version_arn=version.arn,
        min_provisioned_tps=min_provisioned_tps,
        campaign_config=campaign_config,
        solution_arn=version.solution_arn,
        dataset_group_arn=version.dataset_group_arn,
        **new.beginning,
    )
    return new.enter(campaign)


@operation("DescribeCampaign")
def describe_campaign(region: Region, *, campaign_arn: str) -> Campaign:
    """The campaign; where it follows, it is a look at what it waits for as well."""
    _look_ahead(region, region.find(Campaign, campaign_arn))
    return region.describe(Campaign, campaign_arn)


def _look_ahead(region: Region, campaign: Campaign) -> None:
    if campaign.follows:
        region.look_at_moving(SolutionVersion.kind, campaign.solution_arn)


def _version(region: Region, arn: str) -> SolutionVersion:
    """The version of an ARN; ``$LATEST`` is the newest ACTIVE one.

    unknown: [campaigns/latest-of-no-version] $LATEST of a solution without an ACTIVE version. chosen:
    ResourceInUseException while there is another, ResourceNotFoundException while there is none.
    """
    if not arn.endswith(LATEST):
        return region.find(SolutionVersion, arn)  # not found for the bare ARN of a solution (aws-sdk-js-v3 issue 4982)
    solution = region.find(Solution, arn.removesuffix(LATEST))
    newest = newest_version(region, solution.arn, ACTIVE) or newest_version(region, solution.arn)
    if newest is None:
        raise refusal("not found", arn=arn)
    return newest


def _check_config(region: Region, version: SolutionVersion, config: CampaignConfig) -> None:
    recipe = version.recipe
    check_exploration(recipe, config.item_exploration_config)
    check_metadata(config.enable_metadata_with_recommendations, region.records[version.dataset_group_arn])
    check_influence(recipe, config.ranking_influence, region.records[version.dataset_group_arn])


@operation("ListCampaigns")
def list_campaigns(
    region: Region,
    *,
    solution_arn: str | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Page:
    """The campaigns of a solution, those that deploy a version when the ARN is that of one, or all of the region."""
    version = region.rows(SolutionVersion).get(solution_arn or "")
    if version is None:
        page = list_page(region, Campaign, solution_arn, next_token, max_results)
        for campaign in page.items:
            _look_ahead(region, campaign)
        return page
    for campaign in region.rows(Campaign).of(version.solution_arn):
        _look_ahead(region, campaign)
        region.engine.look(region, campaign)
    deployed = (
        (number, one) for number, one in region.rows(Campaign).numbered() if one.solution_version_arn == version.arn
    )
    return numbered_page(f"campaigns?{version.arn}", deployed, next_token, max_results or PAGE_SIZE)


@operation("UpdateCampaign")
def update_campaign(
    region: Region,
    *,
    campaign_arn: str,
    solution_version_arn: str | None = None,
    min_provisioned_tps: int | None = None,
    campaign_config: CampaignConfig | None = None,
) -> Campaign:
    """Deploy another version or change the configuration; the campaign answers as before until that is done."""
    campaign = region.find(Campaign, campaign_arn)
    if campaign.declared:
        raise refusal("declared", arn=campaign_arn)
    version = _version(region, solution_version_arn or campaign.solution_version_arn)
    if version.dataset_group_arn != campaign.dataset_group_arn:
        raise refusal("other dataset group", arn=version.arn, campaign=campaign_arn)
    if campaign_config is not None:
        _check_config(region, version, campaign_config)
    # unknown: [campaigns/configuration-replaced-or-merged] whether a new configuration replaces the old one or adds to
    # it. chosen: it replaces it
    config = _kept_config(region, campaign, version) if campaign_config is None else campaign_config
    tps = campaign.min_provisioned_tps if min_provisioned_tps is None else min_provisioned_tps
    _check_sync(campaign, config, solution_version_arn)
    for needed in what_it_needs(region, version):
        region.require(needed)
    campaign = region.settled(region.require(campaign, (ACTIVE, CREATE_FAILED)))
    same = (campaign.solution_version_arn, campaign.min_provisioned_tps, campaign.campaign_config)
    if same != (version.arn, tps, config) or campaign.status == CREATE_FAILED:
        _begin_update(region, campaign, version.arn, tps, config)
    return campaign  # printed answers: what changes nothing is accepted, and starts no update


def _kept_config(region: Region, campaign: Campaign, version: SolutionVersion) -> CampaignConfig | None:
    """The configuration of an update that names none.

    From a v2 recipe to an older one, metadata are switched off until they are asked for (developer guide, campaigns).
    """
    config = campaign.campaign_config
    before = region.find(SolutionVersion, campaign.solution_version_arn).recipe
    if config is None or not before.metadata_always or version.recipe.metadata_always:
        return config
    return attrs.evolve(config, enable_metadata_with_recommendations=None)


def _check_sync(campaign: Campaign, config: CampaignConfig | None, given_arn: str | None) -> None:
    """A campaign that follows takes no version but ``$LATEST``, and has to be told so when it begins to follow."""
    if not (config and config.sync_with_latest_solution_version):
        return
    fixed = given_arn is not None and not given_arn.endswith(LATEST)
    if fixed or (given_arn is None and not campaign.follows):
        raise refusal("sync without latest")


def _begin_update(
    region: Region, campaign: Campaign, version_arn: str, tps: int, config: CampaignConfig | None
) -> None:
    update = CampaignUpdate(
        solution_version_arn=version_arn, min_provisioned_tps=tps, campaign_config=config, **times_now(region)
    )
    region.engine.begin(region, attrs.evolve(campaign, latest_campaign_update=update), "update")


@operation("DeleteCampaign")
def delete_campaign(region: Region, *, campaign_arn: str) -> None:
    """Delete a campaign that is ACTIVE or failed and not being updated."""
    campaign = region.find(Campaign, campaign_arn)
    if campaign.status == ACTIVE:
        campaign = region.settled(campaign)
    region.delete(campaign, (ACTIVE, CREATE_FAILED))
