"""Campaigns: deployment of solution versions, configuration, updates, and following the newest version."""

from __future__ import annotations

from typing import Any

import pytest

from making import Deploy, Describe, MakeGroup, MakeSolution, Train
from pytest_personalize import PersonalizeBackend

NOWHERE = "arn:aws:personalize:us-east-1:123456789012:campaign/none"


@pytest.fixture
def solution(make_solution: MakeSolution) -> str:
    arn: str = make_solution()
    return arn


@pytest.fixture
def version(train: Train, solution: str) -> str:
    arn: str = train(solution)
    return arn


class TestDescription:
    def test_a_campaign_is_described_as_in_printed_answers(
        self, deploy: Deploy, describe: Describe, version: str
    ) -> None:
        campaign = describe(deploy(version))

        assert campaign.pop("creationDateTime") <= campaign.pop("lastUpdatedDateTime")
        assert campaign == {
            "name": "live",
            "campaignArn": "arn:aws:personalize:us-east-1:123456789012:campaign/live",
            "solutionVersionArn": version,
            "minProvisionedTPS": 1,
            "status": "ACTIVE",
        }

    def test_it_goes_by_way_of_two_states(
        self, backend: PersonalizeBackend, deploy: Deploy, describe: Describe, version: str
    ) -> None:
        backend.transitions["campaign"] = "polls:2"
        campaign = deploy(version)

        seen = [describe(campaign)["status"] for _ in range(3)]
        assert seen == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]

    def test_the_configuration_comes_back_as_it_was_given(
        self, deploy: Deploy, describe: Describe, make_solution: MakeSolution, train: Train
    ) -> None:
        config = {
            "itemExplorationConfig": {"explorationWeight": "0.8", "explorationItemAgeCutOff": "7"},
            "enableMetadataWithRecommendations": True,
            "syncWithLatestSolutionVersion": False,
        }
        version = train(make_solution("aws-user-personalization", "explorer"))
        campaign = describe(deploy(version, minProvisionedTPS=3, campaignConfig=config))

        assert campaign["campaignConfig"] == config
        assert campaign["minProvisionedTPS"] == 3

    def test_campaigns_are_listed_by_solution(
        self, client: Any, deploy: Deploy, make_solution: MakeSolution, train: Train, version: str
    ) -> None:
        deploy(version)
        other = make_solution(name="reads")
        campaign = deploy(train(other), name="other")

        (summary,) = client.list_campaigns(solutionArn=other)["campaigns"]
        assert summary["campaignArn"] == campaign
        assert set(summary) == {"name", "campaignArn", "status", "creationDateTime", "lastUpdatedDateTime"}

    def test_the_backend_has_it_by_name(self, backend: PersonalizeBackend, deploy: Deploy, version: str) -> None:
        campaign = deploy(version)

        assert backend.campaigns["live"].campaign_arn == campaign

    def test_an_unknown_campaign_is_not_found(
        self, describe: Describe, backend: PersonalizeBackend, refused: Any
    ) -> None:
        with refused("ResourceNotFoundException"):
            describe(NOWHERE)


class TestWhichVersion:
    def test_latest_is_the_newest_version(
        self, deploy: Deploy, describe: Describe, train: Train, solution: str
    ) -> None:
        train(solution)
        newest = train(solution)

        assert describe(deploy(solution + "/$LATEST"))["solutionVersionArn"] == newest

    def test_latest_is_the_newest_that_is_active(
        self, backend: PersonalizeBackend, deploy: Deploy, describe: Describe, train: Train, solution: str, version: str
    ) -> None:
        backend.transitions["solution-version"] = "polls:9"
        train(solution)

        assert describe(deploy(solution + "/$LATEST"))["solutionVersionArn"] == version

    def test_latest_of_a_solution_without_versions_is_not_found(
        self, deploy: Deploy, solution: str, refused: Any
    ) -> None:
        with refused("ResourceNotFoundException"):
            deploy(solution + "/$LATEST")

    def test_the_arn_of_a_solution_is_not_that_of_a_version(self, deploy: Deploy, solution: str, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            deploy(solution)

    def test_the_arn_of_something_else_is_refused(self, deploy: Deploy, films: str, refused: Any) -> None:
        with refused("InvalidInputException"):
            deploy(films)

    def test_a_version_in_training_is_not_deployed(
        self, backend: PersonalizeBackend, deploy: Deploy, train: Train, solution: str, refused: Any
    ) -> None:
        backend.transitions["solution-version"] = "polls:9"
        with refused("ResourceInUseException"):
            deploy(train(solution))

    def test_a_failed_version_is_not_deployed(
        self, deploy: Deploy, train: Train, make_solution: MakeSolution, refused: Any
    ) -> None:
        failed = train(make_solution(name="of-nothing", eventType="Never"))
        with refused("ResourceInUseException"):
            deploy(failed)

    @pytest.mark.parametrize("recipe", ["aws-item-affinity", "aws-item-attribute-affinity"])
    def test_segmentation_has_no_campaigns(
        self, deploy: Deploy, train: Train, make_solution: MakeSolution, refused: Any, recipe: str
    ) -> None:
        version = train(make_solution(recipe, "segments"))
        with refused("InvalidInputException"):
            deploy(version)


class TestRefusals:
    def test_a_name_is_taken_once(self, deploy: Deploy, version: str, refused: Any) -> None:
        campaign = deploy(version)
        with refused("ResourceAlreadyExistsException", f"Another resource with Arn {campaign} already exists."):
            deploy(version, "live")

    def test_a_group_has_five_campaigns(self, deploy: Deploy, version: str, refused: Any) -> None:
        for n in range(5):
            deploy(version, f"live-{n}")
        with refused("LimitExceededException", "More than 5 resources in ACTIVE state."):
            deploy(version, "live-5")

    def test_the_quota_is_of_the_dataset_group(
        self,
        deploy: Deploy,
        make_group: MakeGroup,
        make_solution: MakeSolution,
        train: Train,
        version: str,
        describe: Describe,
    ) -> None:
        for n in range(5):
            deploy(version, f"live-{n}")
        elsewhere = train(make_solution(name="other", datasetGroupArn=make_group("INTERACTIONS")))

        assert describe(deploy(elsewhere, "other"))["status"] == "ACTIVE"

    @pytest.mark.parametrize(
        ("recipe", "config"),
        [
            ("aws-sims", {"itemExplorationConfig": {"explorationWeight": "0.3"}}),
            ("aws-user-personalization-v2", {"itemExplorationConfig": {"explorationWeight": "0.3"}}),
            ("aws-user-personalization", {"itemExplorationConfig": {"explorationWeight": "1.1"}}),
            ("aws-user-personalization", {"itemExplorationConfig": {"explorationWeight": "some"}}),
            ("aws-user-personalization", {"itemExplorationConfig": {"explorationItemAgeCutOff": "0.5"}}),
            ("aws-user-personalization", {"itemExplorationConfig": {"exploration_weight": "0.5"}}),
            pytest.param(
                "aws-user-personalization",
                {"rankingInfluence": {"POPULARITY": 0.5}},
                marks=pytest.mark.needs_member("CampaignConfig.rankingInfluence"),
            ),
            ("aws-sims", {"syncWithLatestSolutionVersion": True}),
        ],
    )
    def test_configurations_that_the_recipe_does_not_take(
        self,
        deploy: Deploy,
        make_solution: MakeSolution,
        train: Train,
        refused: Any,
        recipe: str,
        config: dict[str, Any],
    ) -> None:
        version = train(make_solution(recipe, "other"))
        with refused("InvalidInputException"):
            deploy(version, campaignConfig=config)

    def test_metadata_needs_items(
        self, deploy: Deploy, make_group: MakeGroup, make_solution: MakeSolution, train: Train, refused: Any
    ) -> None:
        version = train(make_solution(name="bare", datasetGroupArn=make_group("INTERACTIONS")))
        with refused("InvalidInputException"):
            deploy(version, campaignConfig={"enableMetadataWithRecommendations": True})


class TestUpdate:
    @pytest.fixture
    def campaign(self, deploy: Deploy, version: str) -> str:
        arn: str = deploy(version)
        return arn

    def test_another_version_is_deployed(
        self, client: Any, campaign: str, train: Train, solution: str, describe: Describe
    ) -> None:
        newer = train(solution)
        answer = client.update_campaign(campaignArn=campaign, solutionVersionArn=newer)

        described = describe(campaign)
        assert answer["campaignArn"] == campaign
        assert described["solutionVersionArn"] == newer
        update = described["latestCampaignUpdate"]
        del update["creationDateTime"], update["lastUpdatedDateTime"]
        assert update == {"solutionVersionArn": newer, "minProvisionedTPS": 1, "status": "ACTIVE"}

    def test_an_update_is_at_work_for_minutes_on_the_clock(
        self, backend: PersonalizeBackend, client: Any, campaign: str, describe: Describe
    ) -> None:
        backend.clock.freeze()
        backend.transitions["campaign"] = "clock"
        client.update_campaign(campaignArn=campaign, minProvisionedTPS=2)
        statuses = []
        for minutes in (0, 5, 15):
            backend.clock.advance(minutes=minutes)
            statuses.append(describe(campaign)["latestCampaignUpdate"]["status"])

        assert statuses == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]

    def test_the_latest_version_is_deployed(
        self, client: Any, campaign: str, train: Train, solution: str, describe: Describe
    ) -> None:
        newer = train(solution)
        client.update_campaign(campaignArn=campaign, solutionVersionArn=solution + "/$LATEST")

        assert describe(campaign)["solutionVersionArn"] == newer

    def test_capacity_is_changed(self, client: Any, campaign: str, describe: Describe, version: str) -> None:
        client.update_campaign(campaignArn=campaign, minProvisionedTPS=5)

        assert (describe(campaign)["minProvisionedTPS"], describe(campaign)["solutionVersionArn"]) == (5, version)

    def test_the_configuration_is_changed(self, client: Any, campaign: str, describe: Describe) -> None:
        config = {"enableMetadataWithRecommendations": True}
        client.update_campaign(campaignArn=campaign, campaignConfig=config)

        assert describe(campaign)["campaignConfig"] == config

    def test_there_is_no_latest_update_before_the_first(self, campaign: str, describe: Describe) -> None:
        assert "latestCampaignUpdate" not in describe(campaign)

    def test_old_values_hold_until_the_update_is_active(
        self, backend: PersonalizeBackend, client: Any, campaign: str, describe: Describe
    ) -> None:
        backend.transitions["campaign"] = "polls:2"
        client.update_campaign(campaignArn=campaign, minProvisionedTPS=5)

        seen = [describe(campaign) for _ in range(3)]
        assert [one["status"] for one in seen] == ["ACTIVE"] * 3
        assert [one["minProvisionedTPS"] for one in seen] == [1, 1, 5]
        states = [one["latestCampaignUpdate"]["status"] for one in seen]
        assert states == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]

    def test_a_second_update_has_to_wait(
        self, backend: PersonalizeBackend, client: Any, campaign: str, refused: Any
    ) -> None:
        backend.transitions["campaign"] = "polls:9"
        client.update_campaign(campaignArn=campaign, minProvisionedTPS=5)
        with refused("ResourceInUseException"):
            client.update_campaign(campaignArn=campaign, minProvisionedTPS=6)

    def test_a_campaign_in_creation_is_not_updated(
        self, backend: PersonalizeBackend, client: Any, deploy: Deploy, version: str, refused: Any
    ) -> None:
        backend.transitions["campaign"] = "polls:9"
        campaign = deploy(version)
        with refused("ResourceInUseException"):
            client.update_campaign(campaignArn=campaign, minProvisionedTPS=6)

    @pytest.mark.parametrize("members", [{}, {"minProvisionedTPS": 1}])
    def test_row_4_an_update_that_changes_nothing_is_answered_and_starts_nothing(
        self, client: Any, campaign: str, describe: Describe, members: dict[str, Any]
    ) -> None:
        assert client.update_campaign(campaignArn=campaign, **members)["campaignArn"] == campaign
        assert "latestCampaignUpdate" not in describe(campaign)

    def test_row_4_deploying_what_is_deployed_starts_nothing(
        self, client: Any, campaign: str, solution: str, describe: Describe
    ) -> None:
        client.update_campaign(campaignArn=campaign, solutionVersionArn=solution + "/$LATEST")
        assert "latestCampaignUpdate" not in describe(campaign)

    def test_row_4_a_configuration_that_is_in_place_starts_no_second_update(
        self, backend: PersonalizeBackend, client: Any, campaign: str, describe: Describe
    ) -> None:
        config = {"enableMetadataWithRecommendations": True}
        client.update_campaign(campaignArn=campaign, campaignConfig=config)
        first = describe(campaign)["latestCampaignUpdate"]
        backend.clock.advance(minutes=1)
        client.update_campaign(campaignArn=campaign, campaignConfig=config)
        assert describe(campaign)["latestCampaignUpdate"] == first

    def test_row_24_a_version_of_another_solution_of_the_group_is_deployed(
        self, client: Any, campaign: str, solution: str, make_solution: MakeSolution, train: Train, describe: Describe
    ) -> None:
        other = make_solution(name="reads")
        version = train(other)
        client.update_campaign(campaignArn=campaign, solutionVersionArn=version)

        assert describe(campaign)["solutionVersionArn"] == version
        assert client.list_campaigns(solutionArn=solution)["campaigns"] == []
        assert [one["campaignArn"] for one in client.list_campaigns(solutionArn=other)["campaigns"]] == [campaign]
        client.delete_solution(solutionArn=solution)

    def test_row_24_the_other_solution_stays_while_the_campaign_is_on_its_way_there(
        self,
        backend: PersonalizeBackend,
        client: Any,
        campaign: str,
        make_solution: MakeSolution,
        train: Train,
        refused: Any,
    ) -> None:
        other = make_solution(name="reads")
        version = train(other)
        backend.transitions = {"default": "clock", "solution": "clock"}
        client.update_campaign(campaignArn=campaign, solutionVersionArn=version)
        with refused("ResourceInUseException", "campaign/"):
            client.delete_solution(solutionArn=other)
        backend.clock.advance(hours=1)

        assert backend.campaigns[campaign].solution_version_arn == version

    def test_row_24_a_version_of_a_solution_that_is_being_deleted_is_refused(
        self,
        backend: PersonalizeBackend,
        client: Any,
        campaign: str,
        make_solution: MakeSolution,
        train: Train,
        refused: Any,
    ) -> None:
        other = make_solution(name="reads")
        version = train(other)
        backend.transitions["solution"] = "clock"
        client.delete_solution(solutionArn=other)
        with refused("ResourceInUseException", "DELETE PENDING"):
            client.update_campaign(campaignArn=campaign, solutionVersionArn=version)

    def test_row_24_a_version_of_another_dataset_group_is_refused(
        self, client: Any, campaign: str, make_group: MakeGroup, make_solution: MakeSolution, train: Train, refused: Any
    ) -> None:
        other = train(make_solution(name="reads", datasetGroupArn=make_group("INTERACTIONS")))
        with refused("InvalidInputException", "another dataset group"):
            client.update_campaign(campaignArn=campaign, solutionVersionArn=other)

    @pytest.mark.parametrize(
        ("asked", "metadata"),
        [({}, False), ({"campaignConfig": {"enableMetadataWithRecommendations": True}}, True)],
    )
    def test_row_24_an_older_recipe_gives_no_metadata_until_it_is_asked_for(
        self,
        client: Any,
        make_solution: MakeSolution,
        train: Train,
        deploy: Deploy,
        personalize_runtime: Any,
        asked: dict[str, Any],
        metadata: bool,
        refused: Any,
    ) -> None:
        newer = train(make_solution("aws-user-personalization-v2", name="newer"))
        older = train(make_solution("aws-user-personalization", name="older"))
        live = deploy(newer, "moved", campaignConfig={"enableMetadataWithRecommendations": True})
        request = {"campaignArn": live, "userId": "u1", "metadataColumns": {"ITEMS": ["PRICE"]}}
        assert "metadata" in personalize_runtime.get_recommendations(**request)["itemList"][0]

        client.update_campaign(campaignArn=live, solutionVersionArn=older, **asked)

        if metadata:
            assert "metadata" in personalize_runtime.get_recommendations(**request)["itemList"][0]
        else:
            with refused("InvalidInputException", "enableMetadataWithRecommendations"):
                personalize_runtime.get_recommendations(**request)

    def test_a_version_in_training_is_refused(
        self, backend: PersonalizeBackend, client: Any, campaign: str, train: Train, solution: str, refused: Any
    ) -> None:
        backend.transitions["solution-version"] = "polls:9"
        with refused("ResourceInUseException"):
            client.update_campaign(campaignArn=campaign, solutionVersionArn=train(solution))

    def test_an_unknown_campaign_is_not_found(self, client: Any, backend: PersonalizeBackend, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            client.update_campaign(campaignArn=NOWHERE, minProvisionedTPS=2)


SYNC = {"syncWithLatestSolutionVersion": True}


class TestFailure:
    @pytest.fixture
    def failed(self, backend: PersonalizeBackend, deploy: Deploy, version: str) -> str:
        backend.faults.fail_job("CreateCampaign", "no capacity")
        arn: str = deploy(version)
        return arn

    def test_the_reason_is_told(self, failed: str, describe: Describe) -> None:
        campaign = describe(failed)

        assert (campaign["status"], campaign["failureReason"]) == ("CREATE FAILED", "no capacity")

    def test_an_update_mends_it(self, client: Any, failed: str, version: str, describe: Describe) -> None:
        client.update_campaign(campaignArn=failed, solutionVersionArn=version)
        campaign = describe(failed)

        assert campaign["status"] == "ACTIVE"
        assert "failureReason" not in campaign

    def test_it_does_not_count_for_the_quota(
        self, failed: str, deploy: Deploy, version: str, describe: Describe
    ) -> None:
        for n in range(5):
            assert describe(deploy(version, f"live-{n}"))["status"] == "ACTIVE"

    def test_a_failed_update_leaves_the_campaign(
        self, backend: PersonalizeBackend, client: Any, deploy: Deploy, version: str, describe: Describe
    ) -> None:
        campaign = deploy(version)
        backend.faults.fail_job("UpdateCampaign", "no capacity")
        client.update_campaign(campaignArn=campaign, minProvisionedTPS=9)

        described = describe(campaign)
        assert (described["status"], described["minProvisionedTPS"]) == ("ACTIVE", 1)
        assert described["latestCampaignUpdate"]["status"] == "CREATE FAILED"
        assert described["latestCampaignUpdate"]["failureReason"] == "no capacity"


class TestFollowing:
    @pytest.fixture
    def follower(self, deploy: Deploy, solution: str, version: str) -> str:
        arn: str = deploy(solution + "/$LATEST", campaignConfig=SYNC)
        return arn

    def test_it_is_updated_to_each_new_version(
        self, follower: str, train: Train, solution: str, describe: Describe
    ) -> None:
        newer = train(solution)

        described = describe(follower)
        assert described["solutionVersionArn"] == newer
        assert described["latestCampaignUpdate"]["solutionVersionArn"] == newer
        assert described["campaignConfig"] == SYNC

    def test_it_stays_while_the_new_version_is_in_training(
        self, backend: PersonalizeBackend, follower: str, train: Train, solution: str, version: str, describe: Describe
    ) -> None:
        backend.transitions["solution-version"] = "polls:9"
        train(solution)

        assert describe(follower)["solutionVersionArn"] == version

    def test_it_catches_up_with_a_version_that_came_during_an_update(
        self, backend: PersonalizeBackend, client: Any, follower: str, train: Train, solution: str, describe: Describe
    ) -> None:
        backend.transitions["campaign"] = "polls:1"
        client.update_campaign(campaignArn=follower, minProvisionedTPS=4)
        newer = train(solution)

        seen = [describe(follower)["solutionVersionArn"] for _ in range(4)]
        assert seen[-1] == newer
        assert seen[0] != newer

    def test_other_campaigns_stay(
        self, deploy: Deploy, follower: str, train: Train, solution: str, version: str, describe: Describe
    ) -> None:
        other = deploy(version, "other")
        train(solution)

        assert describe(other)["solutionVersionArn"] == version

    def test_a_campaign_begins_to_follow_by_an_update(
        self, client: Any, deploy: Deploy, train: Train, solution: str, version: str, describe: Describe
    ) -> None:
        campaign = deploy(version)
        client.update_campaign(campaignArn=campaign, solutionVersionArn=solution + "/$LATEST", campaignConfig=SYNC)
        newer = train(solution)

        assert describe(campaign)["solutionVersionArn"] == newer

    @pytest.mark.parametrize("fixed_version", [False, True])
    def test_it_has_to_be_told_to_follow_latest(
        self, client: Any, deploy: Deploy, version: str, refused: Any, fixed_version: bool
    ) -> None:
        campaign = deploy(version)
        fixed = {"solutionVersionArn": version} if fixed_version else {}
        with refused("InvalidInputException"):
            client.update_campaign(campaignArn=campaign, campaignConfig=SYNC, **fixed)

    def test_a_follower_takes_no_fixed_version(
        self, client: Any, follower: str, train: Train, solution: str, version: str, refused: Any
    ) -> None:
        train(solution)
        with refused("InvalidInputException"):
            client.update_campaign(campaignArn=follower, solutionVersionArn=version)

    def test_it_stops_to_follow_by_an_update(
        self, client: Any, follower: str, train: Train, solution: str, version: str, describe: Describe
    ) -> None:
        client.update_campaign(campaignArn=follower, campaignConfig={"syncWithLatestSolutionVersion": False})
        train(solution)

        assert describe(follower)["solutionVersionArn"] == version


class TestDeletion:
    def test_a_campaign_goes(self, client: Any, deploy: Deploy, describe: Describe, version: str, refused: Any) -> None:
        campaign = deploy(version)
        client.delete_campaign(campaignArn=campaign)
        with refused("ResourceNotFoundException"):
            describe(campaign)

    def test_it_goes_by_way_of_two_states(
        self, backend: PersonalizeBackend, client: Any, deploy: Deploy, describe: Describe, version: str
    ) -> None:
        campaign = deploy(version)
        backend.transitions["campaign"] = "polls:2"
        client.delete_campaign(campaignArn=campaign)

        assert [describe(campaign)["status"] for _ in range(2)] == ["DELETE PENDING", "DELETE IN_PROGRESS"]

    def test_not_in_creation(
        self, backend: PersonalizeBackend, client: Any, deploy: Deploy, version: str, refused: Any
    ) -> None:
        backend.transitions["campaign"] = "polls:9"
        campaign = deploy(version)
        with refused("ResourceInUseException"):
            client.delete_campaign(campaignArn=campaign)

    def test_not_during_an_update(
        self, backend: PersonalizeBackend, client: Any, deploy: Deploy, version: str, refused: Any
    ) -> None:
        campaign = deploy(version)
        backend.transitions["campaign"] = "polls:9"
        client.update_campaign(campaignArn=campaign, minProvisionedTPS=5)
        with refused("ResourceInUseException"):
            client.delete_campaign(campaignArn=campaign)

    def test_not_twice(
        self, backend: PersonalizeBackend, client: Any, deploy: Deploy, version: str, refused: Any
    ) -> None:
        campaign = deploy(version)
        backend.transitions["campaign"] = "polls:9"
        client.delete_campaign(campaignArn=campaign)
        with refused("ResourceInUseException"):
            client.delete_campaign(campaignArn=campaign)

    def test_an_unknown_campaign_is_not_found(self, client: Any, backend: PersonalizeBackend, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            client.delete_campaign(campaignArn=NOWHERE)


def test_row_3_the_campaigns_that_deploy_a_version_are_listed(
    client: Any, solution: str, train: Train, deploy: Deploy
) -> None:
    older, newer = train(solution), train(solution)
    deployed = {
        version: [deploy(version, f"{name}{n}") for n in range(2)] for name, version in [("a", older), ("b", newer)]
    }

    for version, campaigns in deployed.items():
        page = client.list_campaigns(solutionArn=version, maxResults=1)
        rest = client.list_campaigns(solutionArn=version, maxResults=1, nextToken=page["nextToken"])
        assert [one["campaignArn"] for one in page["campaigns"] + rest["campaigns"]] == campaigns
        assert "nextToken" not in rest


def test_row_3_none_is_passed_over_when_those_before_it_are_deleted(client: Any, version: str, deploy: Deploy) -> None:
    campaigns = [deploy(version, f"live{n}") for n in range(3)]
    listed = []
    for page in client.get_paginator("list_campaigns").paginate(solutionArn=version, PaginationConfig={"PageSize": 1}):
        listed += [one["campaignArn"] for one in page["campaigns"]]
        client.delete_campaign(campaignArn=listed[-1])

    assert listed == campaigns


def test_row_3_versions_are_not_listed_by_version(client: Any, version: str, refused: Any) -> None:
    with refused("ResourceNotFoundException"):
        client.list_solution_versions(solutionArn=version)


@pytest.mark.needs_member("CampaignConfig.rankingInfluence")
def test_row_25_popularity_is_that_of_interactions(
    client: Any, make_group: MakeGroup, make_solution: MakeSolution, train: Train, deploy: Deploy, refused: Any
) -> None:
    group = make_group("ITEMS")
    version = train(make_solution("aws-semantic-similarity", name="texts", datasetGroupArn=group))
    with refused("InvalidInputException", "Interactions dataset"):
        deploy(version, campaignConfig={"rankingInfluence": {"POPULARITY": 0.5}})
