"""A state machine as Step Functions runs it: tasks that start a job, then Wait and Choice until it is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup

State = dict[str, Any]


class JobFailed(Exception):
    """The Fail state."""


class Retraining:
    """StartTraining → Wait → Describe → Choice → UpdateCampaign → Wait → Describe → Choice → done."""

    def __init__(self) -> None:
        self.personalize = boto3.client("personalize", region_name="us-east-1")

    def start(self, state: State) -> State:
        answer = self.personalize.create_solution_version(solutionArn=state["solution"], trainingMode="FULL")
        return state | {"version": answer["solutionVersionArn"]}

    def trained(self, state: State) -> str:
        return self._status("solutionVersion", self.personalize.describe_solution_version, state["version"])

    def deploy(self, state: State) -> State:
        self.personalize.update_campaign(campaignArn=state["campaign"], solutionVersionArn=state["version"])
        return state

    def deployed(self, state: State) -> str:
        campaign = self.personalize.describe_campaign(campaignArn=state["campaign"])["campaign"]
        return str(campaign.get("latestCampaignUpdate", campaign)["status"])

    def run(self, state: State) -> State:
        for task, look in ((self.start, self.trained), (self.deploy, self.deployed)):
            state = task(state)
            while (status := look(state)) != "ACTIVE":
                if status.endswith("FAILED"):
                    raise JobFailed(f"{task.__name__}: {status}")
                time.sleep(300)  # the Wait state
        return state

    def _status(self, member: str, describe: Callable[..., Any], arn: str) -> str:
        return str(describe(**{f"{member}Arn": arn})[member]["status"])


@pytest.fixture
def state(movies_dataset_group: SeededGroup) -> State:
    recipe = "aws-user-personalization-v2"
    return {"solution": movies_dataset_group.solutions[recipe], "campaign": movies_dataset_group.campaigns[recipe]}


def test_the_campaign_serves_the_new_version(state: State, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.transitions = "clock"
    begun = personalize_backend.clock.now()

    with personalize_backend.clock.skip_sleep():
        done = Retraining().run(state)

    assert personalize_backend.campaigns[state["campaign"]].solution_version_arn == done["version"]
    assert (personalize_backend.clock.now() - begun).total_seconds() > 10 * 60


@pytest.mark.mock_personalize(transitions="aws")
def test_each_job_is_looked_at_until_it_is_done(state: State, personalize_backend: PersonalizeBackend) -> None:
    with personalize_backend.clock.skip_sleep():
        Retraining().run(state)

    assert len(personalize_backend.calls.of("DescribeSolutionVersion")) == 3
    assert len(personalize_backend.calls.of("DescribeCampaign")) == 3


def test_a_failed_training_deploys_nothing(state: State, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.faults.fail_job("CreateSolutionVersion", "Not enough data.")

    with pytest.raises(JobFailed, match="start: CREATE FAILED"):
        Retraining().run(state)

    personalize_backend.assert_not_called("UpdateCampaign")
