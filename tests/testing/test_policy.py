"""The IAM policy for the calls of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_personalize.service.kernel.state import RegionState
from pytest_personalize.shapes import models
from pytest_personalize.testing.policy import OF_THE_SERVICE, PASSED_TO, Policy, kinds_of

HERE = "arn:aws:personalize:us-east-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/jobs"


@pytest.fixture
def granted(backend: Any) -> Callable[[], dict[str, set[str]]]:
    """``granted()``: the resources of each action that the calls so far need."""

    def granted() -> dict[str, set[str]]:
        policy = Policy()
        policy.add(backend.calls, backend.calls.tally, backend.region_name, backend.account_id)
        found: dict[str, set[str]] = {}
        for statement in policy.document()["Statement"]:
            for action in statement["Action"]:
                found.setdefault(action, set()).update(statement["Resource"])
        return found

    return granted


Granted = Callable[[], dict[str, set[str]]]


def test_an_action_takes_the_type_that_it_names(client: Any, granted: Granted) -> None:
    group = client.create_dataset_group(name="films")["datasetGroupArn"]
    client.describe_dataset_group(datasetGroupArn=group)
    assert granted() == {
        "personalize:CreateDatasetGroup": {f"{HERE}:dataset-group/*"},
        "personalize:DescribeDatasetGroup": {f"{HERE}:dataset-group/*"},
    }


def test_what_is_made_below_a_group_takes_the_group_too(client: Any, granted: Granted) -> None:
    group = client.create_dataset_group(name="films")["datasetGroupArn"]
    client.create_event_tracker(name="films", datasetGroupArn=group)
    assert granted()["personalize:CreateEventTracker"] == {f"{HERE}:event-tracker/*", f"{HERE}:dataset-group/*"}


def test_versions_are_reached_as_solutions(client: Any, backend: Any, granted: Granted) -> None:
    version = backend.seed("movies").solution_versions["aws-sims"]
    client.describe_solution_version(solutionVersionArn=version)
    client.create_campaign(name="home", solutionVersionArn=version)
    assert granted() == {
        "personalize:CreateCampaign": {f"{HERE}:campaign/*", f"{HERE}:solution/*"},
        "personalize:DescribeSolutionVersion": {f"{HERE}:solution/*"},
    }


def test_lists_and_events_have_no_resource_level(
    client: Any, backend: Any, make_client: Callable[..., Any], granted: Granted
) -> None:
    shop = backend.seed("shop")
    client.list_datasets(datasetGroupArn=shop.arn)
    event = {"eventType": "View", "itemId": shop.items[0], "sentAt": 1700000000}
    make_client("personalize-events").put_events(trackingId=shop.tracking_id, sessionId="1", eventList=[event])
    assert granted() == {"personalize:ListDatasets": {"*"}, "personalize:PutEvents": {"*"}}


def test_records_are_put_into_datasets(backend: Any, make_client: Callable[..., Any], granted: Granted) -> None:
    dataset = backend.seed("movies").datasets["USERS"]
    user = {"userId": "ada", "properties": '{"age": 30, "subscriptionModel": "yearly"}'}
    make_client("personalize-events").put_users(datasetArn=dataset, users=[user])
    assert granted() == {"personalize:PutUsers": {f"{HERE}:dataset/*"}}


def test_the_runtime_takes_what_the_call_names(backend: Any, make_client: Callable[..., Any], granted: Granted) -> None:
    shop = backend.seed("shop")
    make_client("personalize-runtime").get_recommendations(
        recommenderArn=shop.recommenders["Best sellers"],
        userId=shop.users[0],
        filterArn=shop.filters["exclude-purchased"],
    )
    assert granted() == {"personalize:GetRecommendations": {f"{HERE}:recommender/*", f"{HERE}:filter/*"}}


def test_tags_take_whatever_is_tagged(client: Any, granted: Granted) -> None:
    group = client.create_dataset_group(name="films")["datasetGroupArn"]
    client.tag_resource(resourceArn=group, tags=[{"tagKey": "team", "tagValue": "home"}])
    assert granted()["personalize:TagResource"] == {f"{HERE}:dataset-group/*"}


def test_tags_given_with_a_new_resource_are_an_action_of_their_own(client: Any, granted: Granted) -> None:
    client.create_dataset_group(name="films", tags=[{"tagKey": "team", "tagValue": "home"}])
    assert granted()["personalize:TagResource"] == {f"{HERE}:dataset-group/*"}


def test_recipes_belong_to_the_service(client: Any, granted: Granted) -> None:
    client.describe_recipe(recipeArn="arn:aws:personalize:::recipe/aws-sims")
    assert granted() == {"personalize:DescribeRecipe": {"arn:aws:personalize:::recipe/*"}}


def test_a_refused_call_was_wanted_as_well(client: Any, granted: Granted) -> None:
    with pytest.raises(client.exceptions.ClientError):
        client.describe_campaign(campaignArn="nowhere")
    assert granted() == {"personalize:DescribeCampaign": {f"{HERE}:campaign/*"}}


def test_the_account_is_that_of_the_arn(backend: Any, make_client: Callable[..., Any], granted: Granted) -> None:
    arn = "arn:aws:personalize:us-east-1:111122223333:campaign/home"
    backend.answers(arn).default(items=[])
    make_client("personalize-runtime").get_recommendations(campaignArn=arn, userId="ada")
    assert granted() == {"personalize:GetRecommendations": {"arn:aws:personalize:us-east-1:111122223333:campaign/*"}}


def test_a_job_passes_its_role_which_reads_and_writes_in_s3(client: Any, backend: Any, granted: Granted) -> None:
    films = backend.seed("movies")
    backend.s3.put("s3://in/users.json", b'{"userId": "1"}\n')
    client.create_batch_inference_job(
        jobName="night",
        solutionVersionArn=films.solution_versions["aws-user-personalization-v2"],
        jobInput={"s3DataSource": {"path": "s3://in/users.json"}},
        jobOutput={"s3DataDestination": {"path": "s3://out/night/"}},
        roleArn=ROLE,
    )
    found = granted()
    assert found.pop("personalize:CreateBatchInferenceJob") == {
        f"{HERE}:batch-inference-job/*",
        f"{HERE}:solution/*",
    }
    assert found == {
        "iam:PassRole": {ROLE},
        "s3:GetObject": {"arn:aws:s3:::in/*"},
        "s3:ListBucket": {"arn:aws:s3:::in"},
        "s3:PutObject": {"arn:aws:s3:::out/*"},
    }


def test_a_role_is_passed_to_personalize_alone(client: Any, backend: Any) -> None:
    client.create_dataset_group(name="films", roleArn=ROLE, kmsKeyArn="arn:aws:kms:us-east-1:123456789012:key/12345678")
    policy = Policy()
    policy.add(backend.calls, backend.calls.tally, "us-east-1", "123456789012")
    (statement,) = (one for one in policy.document()["Statement"] if one["Sid"] == "PassRole")
    assert statement["Condition"] == PASSED_TO


def test_calls_that_are_no_longer_on_record_count_with_all_that_they_could_be_about(
    client: Any, backend: Any, granted: Granted
) -> None:
    group = client.create_dataset_group(name="films")["datasetGroupArn"]
    client.list_tags_for_resource(resourceArn=group)
    backend.calls.clear()
    assert granted() == {
        "personalize:CreateDatasetGroup": {f"{HERE}:dataset-group/*"},
        "personalize:ListTagsForResource": {f"{HERE}:*/*"},
    }


def test_it_does_not_depend_on_the_order_of_the_calls(client: Any, backend: Any) -> None:
    for name in ("films", "books"):
        client.create_dataset_group(name=name)
    client.list_schemas()
    one, other = Policy(), Policy()
    one.add(backend.calls, Counter(), "us-east-1", "123456789012")
    other.add(reversed(backend.calls), Counter(), "us-east-1", "123456789012")
    assert one.document() == other.document()


def operations() -> Iterator[str]:
    for service in models.SERVICES:
        yield from models.operation_names(service)


@pytest.mark.parametrize("operation", list(operations()))
def test_every_operation_takes_types_that_there_are(operation: str) -> None:
    assert set(kinds_of(operation)) <= {*RegionState().tables, *OF_THE_SERVICE, "*"}
