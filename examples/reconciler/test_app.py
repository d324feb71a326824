"""Runs of the reconciler, one after another, against one account."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_personalize import PersonalizeBackend
from reconciler.app import CannotReconcile, Desired, Reconciler, as_schema

pytestmark = pytest.mark.mock_personalize(data="optional")  # a solution is trained before its data are there

DESIRED: Desired = {
    "name": "films",
    "tags": {"team": "discovery"},
    "datasets": {
        "watched": {
            "type": "Interactions",
            "fields": [
                {"name": "USER_ID", "type": "string"},
                {"name": "ITEM_ID", "type": "string"},
                {"name": "TIMESTAMP", "type": "long"},
                {"name": "EVENT_TYPE", "type": "string"},
            ],
        },
        "catalogue": {
            "type": "Items",
            "fields": [{"name": "ITEM_ID", "type": "string"}, {"name": "YEAR", "type": "int"}],
        },
    },
    "filters": {"since": "INCLUDE ItemID WHERE Items.YEAR >= $YEAR"},
    "solutions": {"for-you": {"recipe": "aws-user-personalization-v2"}, "like-this": {"recipe": "aws-similar-items"}},
    "campaigns": {
        "for-you": {"solution": "for-you", "min_tps": 1},
        "like-this": {"solution": "like-this", "min_tps": 1},
    },
}


@pytest.fixture
def reconciler(personalize_backend: PersonalizeBackend) -> Iterator[Reconciler]:
    """With resources that need two looks to become what they are to be, and sleeps that take no time."""
    personalize_backend.transitions = "polls:1"
    with personalize_backend.clock.skip_sleep():
        yield Reconciler()


@pytest.fixture
def desired() -> Desired:
    """A state to begin with, for a test to change."""
    return copy.deepcopy(DESIRED)


@pytest.fixture
def deployed(
    reconciler: Reconciler, desired: Desired, personalize_backend: PersonalizeBackend, personalize: Any
) -> Desired:
    """The state when it is all there: applied, filled with data, trained, applied again."""
    reconciler.apply(desired)
    import_data(personalize_backend, personalize)
    for name in desired["solutions"]:
        train(personalize_backend, personalize, name)
    reconciler.apply(desired)
    personalize_backend.calls.clear()
    return desired


def import_data(backend: PersonalizeBackend, personalize: Any) -> None:
    """Twelve users who each watch some of twenty films."""
    watched = [f"u{user},film-{(user * 7 + n * n) % 20},{1700000000 + n},watch" for user in range(12) for n in range(9)]
    files = {
        "INTERACTIONS": ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", *watched],
        "ITEMS": ["ITEM_ID,YEAR", *(f"film-{number},{2000 + number}" for number in range(20))],
    }
    for kind, lines in files.items():
        backend.s3.put(f"s3://films/{kind}.csv", "\n".join(lines).encode())
        job = personalize.create_dataset_import_job(
            jobName=f"import-{kind.lower()}",
            datasetArn=backend.datasets[f"films/{kind}"].dataset_arn,
            dataSource={"dataLocation": f"s3://films/{kind}.csv"},
            roleArn="arn:aws:iam::123456789012:role/imports",
        )["datasetImportJobArn"]
        while (
            personalize.describe_dataset_import_job(datasetImportJobArn=job)["datasetImportJob"]["status"] != "ACTIVE"
        ):
            pass


def train(backend: PersonalizeBackend, personalize: Any, solution: str) -> str:
    """A new version of a solution."""
    arn = personalize.create_solution_version(solutionArn=backend.solutions[solution].arn)["solutionVersionArn"]
    while personalize.describe_solution_version(solutionVersionArn=arn)["solutionVersion"]["status"] != "ACTIVE":
        pass
    return str(arn)


class TestCreating:
    def test_the_first_run_creates_what_needs_no_training(self, reconciler: Reconciler, desired: Desired) -> None:
        assert reconciler.apply(desired) == [
            "create dataset group films",
            "create schema films-watched",
            "create dataset watched",
            "create schema films-catalogue",
            "create dataset catalogue",
            "create filter since",
            "create solution for-you",
            "create solution like-this",
        ]

    def test_campaigns_follow_as_soon_as_there_is_a_version(
        self, reconciler: Reconciler, desired: Desired, personalize_backend: PersonalizeBackend, personalize: Any
    ) -> None:
        reconciler.apply(desired)
        import_data(personalize_backend, personalize)
        train(personalize_backend, personalize, "for-you")

        assert reconciler.apply(desired) == ["create campaign for-you"]

    def test_everything_is_active_and_tagged(
        self, deployed: Desired, personalize_backend: PersonalizeBackend, personalize: Any
    ) -> None:
        campaign = personalize_backend.campaigns["for-you"]

        tags = personalize.list_tags_for_resource(resourceArn=campaign.arn)["tags"]

        assert campaign.status == "ACTIVE"
        assert tags == [{"tagKey": "team", "tagValue": "discovery"}]


class TestASecondRun:
    def test_it_only_looks(
        self, reconciler: Reconciler, deployed: Desired, personalize_backend: PersonalizeBackend
    ) -> None:
        assert reconciler.apply(deployed) == []
        for change in ("CreateCampaign", "UpdateCampaign", "DeleteCampaign", "CreateFilter", "TagResource"):
            personalize_backend.calls.assert_not_called(change)
        assert {call.operation for call in personalize_backend.calls if not call.operation.startswith("List")} == {
            "DescribeSchema",
            "DescribeFilter",
            "DescribeCampaign",
        }

    def test_it_finds_its_own_behind_those_of_others(
        self, reconciler: Reconciler, desired: Desired, personalize: Any
    ) -> None:
        for number in range(150):  # more than a page of a list
            personalize.create_schema(name=f"of-others-{number}", schema=as_schema(desired["datasets"]["watched"]))
        reconciler.apply(desired)

        assert reconciler.apply(desired) == []

    def test_after_a_crash_it_goes_on_where_the_first_one_stopped(
        self, reconciler: Reconciler, desired: Desired, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.fail("CreateFilter", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDeniedException"):
            reconciler.apply(desired)

        assert reconciler.apply(desired) == [
            "create filter since",
            "create solution for-you",
            "create solution like-this",
        ]


class TestChanging:
    def test_a_campaign_is_updated(
        self, reconciler: Reconciler, deployed: Desired, personalize_backend: PersonalizeBackend
    ) -> None:
        deployed["campaigns"]["for-you"]["min_tps"] = 5

        assert reconciler.apply(deployed) == ["update campaign for-you"]
        assert personalize_backend.campaigns["for-you"].min_provisioned_tps == 5
        personalize_backend.calls.assert_not_called("CreateCampaign")

    def test_a_campaign_follows_its_solution(
        self, reconciler: Reconciler, deployed: Desired, personalize_backend: PersonalizeBackend, personalize: Any
    ) -> None:
        personalize_backend.clock.advance(days=1)
        newest = train(personalize_backend, personalize, "for-you")

        assert reconciler.apply(deployed) == ["update campaign for-you"]
        assert personalize_backend.campaigns["for-you"].solution_version_arn == newest

    def test_tags_are_set_and_removed(
        self, reconciler: Reconciler, deployed: Desired, personalize_backend: PersonalizeBackend
    ) -> None:
        deployed["tags"] = {"owner": "ada"}
        group = personalize_backend.dataset_groups["films"].arn

        assert reconciler.apply(deployed) == [
            "tag dataset group films",
            "tag campaign for-you",
            "tag campaign like-this",
        ]
        personalize_backend.assert_called(
            "TagResource", resourceArn=group, tags=[{"tagKey": "owner", "tagValue": "ada"}]
        )
        personalize_backend.assert_called("UntagResource", resourceArn=group, tagKeys=["team"])

    def test_a_filter_is_replaced(self, reconciler: Reconciler, deployed: Desired) -> None:
        deployed["filters"]["since"] = "INCLUDE ItemID WHERE Items.YEAR > $YEAR"

        assert reconciler.apply(deployed) == ["delete filter since", "create filter since"]

    def test_what_cannot_be_changed_is_said(self, reconciler: Reconciler, deployed: Desired) -> None:
        deployed["solutions"]["for-you"]["recipe"] = "aws-sims"

        with pytest.raises(CannotReconcile, match="solution for-you has another recipe"):
            reconciler.apply(deployed)

    def test_a_resource_that_fails_is_reported_with_its_reason(
        self, reconciler: Reconciler, desired: Desired, personalize_backend: PersonalizeBackend
    ) -> None:
        personalize_backend.faults.fail_job("CreateFilter", "Out of space.")

        with pytest.raises(CannotReconcile, match=r"filter since: Out of space\."):
            reconciler.apply(desired)


class TestDeleting:
    def test_what_is_not_desired_any_more_goes_campaigns_first(
        self, reconciler: Reconciler, deployed: Desired, personalize_backend: PersonalizeBackend
    ) -> None:
        del deployed["campaigns"]["like-this"], deployed["solutions"]["like-this"]
        del deployed["filters"]["since"], deployed["datasets"]["catalogue"]

        assert reconciler.apply(deployed) == [
            "delete campaign like-this",
            "delete solution like-this",
            "delete filter since",
            "delete dataset catalogue",
            "delete schema films-catalogue",
        ]
        assert not [call for call in personalize_backend.calls if call.error == "ResourceInUseException"]

    def test_another_group_is_left_alone(
        self, reconciler: Reconciler, deployed: Desired, personalize_backend: PersonalizeBackend
    ) -> None:
        other = personalize_backend.seed("shop")
        recommenders = len(personalize_backend.recommenders)

        reconciler.destroy("films")

        assert other.arn in personalize_backend.dataset_groups
        assert len(personalize_backend.recommenders) == recommenders

    def test_nothing_stays_of_a_group_that_is_destroyed(
        self, reconciler: Reconciler, deployed: Desired, personalize_backend: PersonalizeBackend
    ) -> None:
        reconciler.destroy("films")

        left = [one for one in personalize_backend.all_resources() if one.arn not in personalize_backend.given]
        assert {one.kind for one in left} == {"dataset-import-job"}  # nobody can delete these

    def test_there_is_nothing_to_destroy_twice(
        self, reconciler: Reconciler, deployed: Desired, personalize_backend: PersonalizeBackend
    ) -> None:
        reconciler.destroy("films")

        assert reconciler.destroy("films") == []
