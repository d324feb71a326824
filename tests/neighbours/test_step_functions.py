"""``aws-sdk:personalize`` tasks in moto's interpreter of state machines."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup

RECIPE = "aws-user-personalization-v2"
SDK = "arn:aws:states:::aws-sdk"


@pytest.fixture
def run(client: Callable[[str], Any]) -> Callable[..., dict[str, Any]]:
    """Runs a state machine to its end."""

    def run(states: dict[str, Any], **given: Any) -> dict[str, Any]:
        machines = client("stepfunctions")
        arn = machines.create_state_machine(
            name="retraining",
            definition=json.dumps({"StartAt": next(iter(states)), "States": states}),
            roleArn="arn:aws:iam::123456789012:role/machine",
        )["stateMachineArn"]
        execution = machines.start_execution(stateMachineArn=arn, input=json.dumps(given))["executionArn"]
        for _ in range(200):
            found = dict(machines.describe_execution(executionArn=execution))
            if found["status"] != "RUNNING":
                return found
            time.sleep(0.05)
        raise AssertionError("it still runs")

    return run


def task(api: str, parameters: dict[str, Any], **members: Any) -> dict[str, Any]:
    following = {} if "Next" in members else {"End": True}
    return {"Type": "Task", "Resource": f"{SDK}:{api}", "Parameters": parameters} | members | following


def test_a_state_machine_trains_looks_and_deploys(
    run: Any, movies_dataset_group: SeededGroup, personalize_backend: PersonalizeBackend
) -> None:
    personalize_backend.transitions = "polls:1"
    states = {
        "Train": task(
            "personalize:createSolutionVersion",
            {"solutionArn.$": "$.solution"},
            ResultPath="$.made",
            Next="Look",
        ),
        "Look": task(
            "personalize:describeSolutionVersion",
            {"solutionVersionArn.$": "$.made.solutionVersionArn"},
            ResultSelector={"status.$": "$.solutionVersion.status"},
            ResultPath="$.seen",
            Next="Ready?",
        ),
        "Ready?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.seen.status", "StringEquals": "ACTIVE", "Next": "Deploy"}],
            "Default": "Look",
        },
        "Deploy": task(
            "personalize:updateCampaign",
            {"campaignArn.$": "$.campaign", "solutionVersionArn.$": "$.made.solutionVersionArn"},
        ),
    }
    campaign = movies_dataset_group.campaigns[RECIPE]
    found = run(states, solution=movies_dataset_group.solutions[RECIPE], campaign=campaign)

    assert found["status"] == "SUCCEEDED", found
    assert len(personalize_backend.calls.of("DescribeSolutionVersion")) > 1
    deployed = personalize_backend.assert_called("UpdateCampaign")[0].params["solutionVersionArn"]
    assert deployed == personalize_backend.calls.of("CreateSolutionVersion")[0].response["solutionVersionArn"]


def test_a_refused_task_can_be_caught_by_its_error(run: Any, personalize_backend: PersonalizeBackend) -> None:
    arn = "arn:aws:personalize:us-east-1:123456789012:solution/none"
    caught = [{"ErrorEquals": ["personalize.ResourceNotFoundException"], "Next": "Missing"}]
    states = {
        "Look": task("personalize:describeSolution", {"solutionArn": arn}, Catch=caught),
        "Missing": {"Type": "Succeed"},
    }

    assert run(states)["status"] == "SUCCEEDED"


def test_the_runtime_is_reached(
    run: Any, movies_dataset_group: SeededGroup, personalize_backend: PersonalizeBackend
) -> None:
    request = {"campaignArn": movies_dataset_group.campaigns[RECIPE], "userId": "user-ada"}
    # moto looks for a service by the name of botocore; Step Functions itself calls it personalizeruntime.
    found = run({"Ask": task("personalize-runtime:getRecommendations", request)})

    assert found["status"] == "SUCCEEDED", found
    assert json.loads(found["output"])["itemList"]


def test_parameters_in_pascal_case_do_not_get_through_moto(
    run: Any, movies_dataset_group: SeededGroup, personalize_backend: PersonalizeBackend
) -> None:
    """Step Functions wants them so; moto hands them as they are to botocore, which knows the members of the API."""
    solution = movies_dataset_group.solutions[RECIPE]
    found = run({"Look": task("personalize:describeSolution", {"SolutionArn": solution})})

    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")
    assert "SolutionArn" in found["cause"]
    personalize_backend.assert_not_called("DescribeSolution")
