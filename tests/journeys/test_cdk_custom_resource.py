"""A custom resource as CDK's provider framework runs it: on_event and is_complete, for Create, Update and Delete."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup

Event = dict[str, Any]


def on_event(event: Event) -> Event:
    """A campaign of the newest version of ``SolutionArn``; the physical id is its ARN."""
    personalize = boto3.client("personalize", region_name="us-east-1")
    properties = event["ResourceProperties"]
    if event["RequestType"] == "Delete":
        with suppress(personalize.exceptions.ResourceNotFoundException):
            personalize.delete_campaign(campaignArn=event["PhysicalResourceId"])
        return {"PhysicalResourceId": event["PhysicalResourceId"]}
    solution = personalize.describe_solution(solutionArn=properties["SolutionArn"])["solution"]
    options = {
        "solutionVersionArn": solution["latestSolutionVersion"]["solutionVersionArn"],
        "minProvisionedTPS": int(properties["MinProvisionedTPS"]),
    }
    if event["RequestType"] == "Create":
        arn = personalize.create_campaign(name=properties["Name"], **options)["campaignArn"]
    else:
        arn = personalize.update_campaign(campaignArn=event["PhysicalResourceId"], **options)["campaignArn"]
    return {"PhysicalResourceId": arn}


def is_complete(event: Event) -> Event:
    """Called again and again until it says so."""
    personalize = boto3.client("personalize", region_name="us-east-1")
    try:
        campaign = personalize.describe_campaign(campaignArn=event["PhysicalResourceId"])["campaign"]
    except personalize.exceptions.ResourceNotFoundException:
        return {"IsComplete": event["RequestType"] == "Delete"}
    status = campaign.get("latestCampaignUpdate", campaign)["status"]
    if status.endswith("FAILED"):
        raise RuntimeError(campaign.get("failureReason", status))
    return {"IsComplete": status == "ACTIVE" and event["RequestType"] != "Delete"}


def deploy(request: str, properties: Event, physical_id: str | None = None) -> tuple[str, int]:
    """What the framework does: the physical id, and how often it had to look."""
    event: Event = {"RequestType": request, "ResourceProperties": properties, "PhysicalResourceId": physical_id}
    event |= on_event(event)
    looks = 1
    while not is_complete(event)["IsComplete"]:
        looks += 1
    return event["PhysicalResourceId"], looks


@pytest.fixture
def properties(movies_dataset_group: SeededGroup) -> Event:
    return {"Name": "home", "SolutionArn": movies_dataset_group.solutions["aws-sims"], "MinProvisionedTPS": "1"}


@pytest.mark.mock_personalize(transitions="polls:2")
class TestStack:
    def test_create_waits_until_the_campaign_is_there(
        self, properties: Event, personalize_backend: PersonalizeBackend
    ) -> None:
        arn, looks = deploy("Create", properties)

        assert personalize_backend.campaigns["home"].arn == arn
        assert looks == 3

    def test_update_keeps_the_physical_id(self, properties: Event, personalize_backend: PersonalizeBackend) -> None:
        arn, _ = deploy("Create", properties)

        updated, looks = deploy("Update", properties | {"MinProvisionedTPS": "5"}, arn)

        assert (updated, looks) == (arn, 3)
        assert personalize_backend.campaigns[arn].min_provisioned_tps == 5

    def test_delete_waits_until_it_is_gone(self, properties: Event, personalize_backend: PersonalizeBackend) -> None:
        arn, _ = deploy("Create", properties)

        deploy("Delete", properties, arn)

        assert "home" not in personalize_backend.campaigns

    def test_delete_of_what_was_never_made_is_no_error(self, properties: Event) -> None:
        arn = properties["SolutionArn"].replace("solution/", "campaign/never-")

        assert deploy("Delete", properties, arn) == (arn, 1)

    def test_a_failure_rolls_back(self, properties: Event, personalize_backend: PersonalizeBackend) -> None:
        personalize_backend.faults.fail_job("CreateCampaign", "No capacity.")

        with pytest.raises(RuntimeError, match=r"No capacity\."):
            deploy("Create", properties)
