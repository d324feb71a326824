"""Resources of Amazon Personalize in templates: made, updated, replaced and deleted in the backend."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto import mock_aws

from making import ROLE, avro
from pytest_personalize import PersonalizeBackend, SeededGroup
from pytest_personalize.neighbours.registry import TYPES

TUNED = {"PerformHPO": True, "RecipeArn": "arn:aws:personalize:::recipe/aws-user-personalization"}
ROWS = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n" + "".join(
    f"user-{number % 30},item-{number % 50},{1_700_000_000 + number},Buy\n" for number in range(1000)
)


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::Personalize::{kind}", "Properties": properties}


def arn_of(logical_id: str, kind: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, f"{kind}Arn"]}


def base(**group: Any) -> dict[str, Any]:
    """A schema, a dataset group and a dataset."""
    return {
        "Fields": resource("Schema", Name="fields", Schema=avro("INTERACTIONS")),
        "Group": resource("DatasetGroup", **{"Name": "shop"} | group),
        "Clicks": resource(
            "Dataset",
            Name="clicks",
            DatasetType="Interactions",
            DatasetGroupArn={"Ref": "Group"},
            SchemaArn=arn_of("Fields", "Schema"),
        ),
    }


def imported(key: str, job: str) -> dict[str, Any]:
    """The same, with an import job."""
    resources = base()
    resources["Clicks"]["Properties"]["DatasetImportJob"] = {
        "JobName": job,
        "DataSource": {"DataLocation": f"s3://data/{key}"},
        "RoleArn": ROLE,
    }
    return resources


@pytest.fixture
def data(client: Callable[[str], Any]) -> Any:
    """A file of interactions in the S3 of moto."""
    s3 = client("s3")
    s3.create_bucket(Bucket="data")
    s3.put_object(Bucket="data", Key="rows.csv", Body=ROWS)
    return s3


def test_resources_of_a_template_are_those_of_the_backend(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    stack.deploy(base())

    assert list(personalize_backend.datasets) == ["shop/INTERACTIONS"]
    assert personalize_backend.datasets["shop/INTERACTIONS"].schema_arn == personalize_backend.schemas["fields"].arn


def test_the_ref_of_a_resource_is_its_arn_and_so_is_its_physical_id(stack: Any) -> None:
    outputs = stack.deploy(base(), {"Ref": {"Ref": "Group"}, "GetAtt": arn_of("Group", "DatasetGroup")})

    group = "arn:aws:personalize:us-east-1:123456789012:dataset-group/shop"
    assert outputs == {"Ref": group, "GetAtt": group}
    assert stack.ids()["Group"] == group


def test_an_event_tracker_gives_its_tracking_id(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    tracker = resource("EventTracker", Name="tracker", DatasetGroupArn={"Ref": "Group"})
    outputs = stack.deploy(base() | {"Tracker": tracker}, {"Id": {"Fn::GetAtt": ["Tracker", "TrackingId"]}})

    assert [each.tracking_id for each in personalize_backend.event_trackers.values()] == [outputs["Id"]]


def test_only_what_the_registry_has_can_be_asked_of_a_resource(stack: Any) -> None:
    assert "Name" in stack.refusal(base(), {"Name": {"Fn::GetAtt": ["Group", "Name"]}})


def test_nor_can_other_resources_ask_for_more(stack: Any) -> None:
    resources = base()
    resources["Clicks"]["Properties"]["DatasetGroupArn"] = {"Fn::GetAtt": ["Group", "Name"]}

    assert "Fn::GetAtt" in stack.refusal(resources)


def test_a_dataset_is_made_with_its_rows(stack: Any, data: Any, personalize_backend: PersonalizeBackend) -> None:
    stack.deploy(imported("rows.csv", "first"))

    dataset = personalize_backend.datasets["shop/INTERACTIONS"]
    assert len(personalize_backend.records(dataset.arn)) == 1000


def test_another_import_job_of_a_dataset_imports_into_the_same(
    stack: Any, data: Any, personalize_backend: PersonalizeBackend
) -> None:
    stack.deploy(imported("rows.csv", "first"))
    made = personalize_backend.datasets["shop/INTERACTIONS"].creation_date_time

    stack.deploy(imported("rows.csv", "second"))

    assert list(personalize_backend.dataset_import_jobs) == ["first", "second"]
    assert personalize_backend.datasets["shop/INTERACTIONS"].creation_date_time == made


def test_a_dataset_whose_import_fails_is_not_made(
    stack: Any, data: Any, personalize_backend: PersonalizeBackend
) -> None:
    data.put_object(Bucket="data", Key="bad.csv", Body="USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\na,b,yesterday,Buy\n")

    assert "yesterday" in stack.refusal(imported("bad.csv", "first"))
    assert not personalize_backend.datasets


@pytest.mark.mock_personalize(data="optional")
def test_values_get_the_types_of_the_api_and_keys_of_maps_stay(
    stack: Any, personalize_backend: PersonalizeBackend
) -> None:
    solution = resource(
        "Solution",
        Name="taste",
        DatasetGroupArn={"Ref": "Group"},
        RecipeArn="arn:aws:personalize:::recipe/aws-user-personalization",
        PerformHPO="false",
        SolutionConfig={"AlgorithmHyperParameters": {"hidden_dimension": 55}},
    )
    stack.deploy(base() | {"Taste": solution | {"DependsOn": "Clicks"}})

    params = personalize_backend.assert_called("CreateSolution")[0].params
    assert params["performHPO"] is False
    assert params["solutionConfig"] == {"algorithmHyperParameters": {"hidden_dimension": "55"}}


@pytest.mark.mock_personalize(data="optional")
def test_values_in_lists_get_their_types_as_well(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    ranges = [{"Name": "hidden_dimension", "MinValue": 32, "MaxValue": "64"}]
    config = {"HpoConfig": {"AlgorithmHyperParameterRanges": {"IntegerHyperParameterRanges": ranges}}}
    solution = {"Name": "taste", "DatasetGroupArn": {"Ref": "Group"}, "SolutionConfig": config} | TUNED
    stack.deploy(base() | {"Taste": resource("Solution", **solution) | {"DependsOn": "Clicks"}})

    params = personalize_backend.assert_called("CreateSolution")[0].params
    assert params["solutionConfig"]["hpoConfig"]["algorithmHyperParameterRanges"] == {
        "integerHyperParameterRanges": [{"name": "hidden_dimension", "minValue": 32, "maxValue": 64}]
    }


def test_the_arn_that_an_import_job_will_have_is_not_asked_for(
    stack: Any, data: Any, personalize_backend: PersonalizeBackend
) -> None:
    resources = imported("rows.csv", "first")
    resources["Clicks"]["Properties"]["DatasetImportJob"]["DatasetImportJobArn"] = "arn:of:another:job"
    stack.deploy(resources)

    assert "datasetImportJobArn" not in personalize_backend.assert_called("CreateDatasetImportJob")[0].params


def test_an_export_is_not_made_before_what_it_depends_on(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    """Which moto evaluates before all else."""
    resources = base()
    tracker = resource("EventTracker", Name="tracker", DatasetGroupArn={"Ref": "Group"}) | {"DependsOn": ["Clicks"]}
    stack.deploy(resources | {"Tracker": tracker}, exports={"Tracker": {"Ref": "Tracker"}})

    made = [call.operation for call in personalize_backend.calls if call.operation.startswith("Create")]
    assert made[-2:] == ["CreateDataset", "CreateEventTracker"]


def test_a_stack_waits_for_its_resources(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.transitions = "aws"

    stack.deploy(base())

    assert {one.status for one in personalize_backend.all_resources()} == {"ACTIVE"}


def test_what_the_service_refuses_is_refused_in_its_words(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    boto3.client("personalize", region_name="us-east-1").create_dataset_group(name="shop")

    assert "ResourceAlreadyExistsException" in stack.refusal(base())


def test_a_call_is_made_again_as_clients_make_it(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.faults.disconnect("CreateSchema", times=2)
    personalize_backend.faults.throttle("CreateDatasetGroup", times=2)
    personalize_backend.faults.fail("CreateDataset", "InternalFailure", times=2)

    stack.deploy(base())

    assert personalize_backend.calls.made("CreateDataset") == 3


@pytest.mark.parametrize("seed", range(5))
def test_a_stack_gets_through_chaos(stack: Any, personalize_backend: PersonalizeBackend, seed: int) -> None:
    personalize_backend.faults.chaos(seed)

    stack.deploy(base())

    assert personalize_backend.dataset_groups["shop"].status == "ACTIVE"


def test_a_connection_that_breaks_is_told_of(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.faults.disconnect("CreateDatasetGroup", times=3)

    assert "the request was lost" in stack.refusal(base())
    assert not personalize_backend.dataset_groups


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"Nme": "shop"}, "extraneous key [Nme] is not permitted"),
        ({}, "required key [Name] not found"),
        ({"Name": "shop", "Domain": "BOOKS"}, "BOOKS is not a valid enum value"),
    ],
)
def test_properties_are_held_against_the_registry(stack: Any, properties: dict[str, Any], said: str) -> None:
    assert said in stack.refusal({"Group": resource("DatasetGroup", **properties)})


def test_actions_have_no_dataset_in_cloudformation(stack: Any) -> None:
    resources = base()
    resources["Clicks"]["Properties"]["DatasetType"] = "Actions"

    assert "Actions is not a valid enum value" in stack.refusal(resources)


def test_types_that_cloudformation_lacks_are_named(stack: Any) -> None:
    said = stack.refusal({"Recommender": resource("Recommender", Name="x")})

    assert "Unrecognized resource types: [AWS::Personalize::Recommender]" in said
    assert all(kind.noun in said for kind in TYPES.values())


class TestUpdates:
    """What becomes of a resource whose properties have changed."""

    def test_a_campaign_is_changed_in_its_place(
        self, stack: Any, movies_dataset_group: SeededGroup, personalize_backend: PersonalizeBackend
    ) -> None:
        version = next(iter(personalize_backend.solution_versions.values())).arn
        campaign = {"Name": "front-page", "SolutionVersionArn": version}
        stack.deploy({"Campaign": resource("Campaign", **campaign, MinProvisionedTPS="1")})
        made = personalize_backend.campaigns["front-page"]

        stack.deploy({"Campaign": resource("Campaign", **campaign, MinProvisionedTPS="3")})

        changed = personalize_backend.campaigns["front-page"]
        assert (made.min_provisioned_tps, changed.min_provisioned_tps) == (1, 3)
        assert changed.creation_date_time == made.creation_date_time

    def test_tags_of_an_event_tracker_are_changed_in_its_place(
        self, stack: Any, personalize_backend: PersonalizeBackend, client: Callable[[str], Any]
    ) -> None:
        def tracker(*tags: dict[str, str]) -> dict[str, Any]:
            return base() | {
                "Tracker": resource("EventTracker", Name="x", DatasetGroupArn={"Ref": "Group"}, Tags=list(tags))
            }

        stack.deploy(tracker({"Key": "team", "Value": "web"}, {"Key": "stage", "Value": "test"}))
        arn = stack.ids()["Tracker"]

        stack.deploy(tracker({"Key": "team", "Value": "shop"}))

        assert stack.ids()["Tracker"] == arn
        assert client("personalize").list_tags_for_resource(resourceArn=arn)["tags"] == [
            {"tagKey": "team", "tagValue": "shop"}
        ]

    def test_tags_come_and_go(self, stack: Any, client: Callable[[str], Any]) -> None:
        for tags in ([], [{"Key": "team", "Value": "web"}], []):
            tracker = resource("EventTracker", Name="x", DatasetGroupArn={"Ref": "Group"}, Tags=tags)
            stack.deploy(base() | {"Tracker": tracker})

            found = client("personalize").list_tags_for_resource(resourceArn=stack.ids()["Tracker"])["tags"]
            assert found == [{"tagKey": tag["Key"], "tagValue": tag["Value"]} for tag in tags]

    def test_a_new_name_makes_a_new_resource_and_what_refers_to_it_follows(
        self, stack: Any, personalize_backend: PersonalizeBackend
    ) -> None:
        stack.deploy(base())

        stack.deploy(base(Name="store"))

        assert list(personalize_backend.dataset_groups) == ["store"]
        assert list(personalize_backend.datasets) == ["store/INTERACTIONS"]
        assert stack.ids()["Clicks"].endswith("store/INTERACTIONS")

    def test_a_resource_that_has_to_be_replaced_needs_another_name(
        self, stack: Any, personalize_backend: PersonalizeBackend
    ) -> None:
        stack.deploy(base())

        assert "ResourceAlreadyExistsException" in stack.refusal(base(Domain="ECOMMERCE"))
        assert personalize_backend.dataset_groups["shop"].domain is None

    def test_what_was_replaced_cannot_go_with_what_others_have_made_in_it(
        self, stack: Any, personalize_backend: PersonalizeBackend
    ) -> None:
        outputs = stack.deploy({"Group": resource("DatasetGroup", Name="shop")}, {"Arn": {"Ref": "Group"}})
        personalize = boto3.client("personalize", region_name="us-east-1")
        personalize.create_event_tracker(name="others", datasetGroupArn=outputs["Arn"])

        assert "ResourceInUseException" in stack.refusal({"Group": resource("DatasetGroup", Name="store")})

    def test_what_was_replaced_stays_when_the_template_says_so(
        self, stack: Any, personalize_backend: PersonalizeBackend
    ) -> None:
        kept = {"UpdateReplacePolicy": "Retain"}
        stack.deploy({"Group": resource("DatasetGroup", Name="shop") | kept})

        stack.deploy({"Group": resource("DatasetGroup", Name="store") | kept})

        assert list(personalize_backend.dataset_groups) == ["shop", "store"]

    def test_what_the_template_no_longer_has_is_deleted(
        self, stack: Any, personalize_backend: PersonalizeBackend
    ) -> None:
        stack.deploy(base())

        stack.deploy({"Fields": base()["Fields"]})

        assert [one.kind for one in personalize_backend.all_resources()] == ["schema"]


def test_nothing_is_left_of_a_stack_that_is_deleted(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    personalize_backend.transitions = "aws"
    stack.deploy(base())

    stack.destroy()

    assert personalize_backend.all_resources() == []


def test_what_is_to_be_retained_stays(stack: Any, personalize_backend: PersonalizeBackend) -> None:
    stack.deploy({"Group": resource("DatasetGroup", Name="shop") | {"DeletionPolicy": "Retain"}})

    stack.destroy()

    assert list(personalize_backend.dataset_groups) == ["shop"]


@mock_aws
def test_without_a_backend_moto_does_as_it_does_without_the_plugin() -> None:
    cloudformation = boto3.client("cloudformation", region_name="us-east-1")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cloudformation.create_stack(
            StackName="stack", TemplateBody='{"Resources": {"X": {"Type": "AWS::Personalize::Schema"}}}'
        )

    assert any("not supported by moto" in str(warning.message) for warning in caught)


@mock_aws
def test_without_a_backend_stacks_and_metrics_are_those_of_moto() -> None:
    cloudformation = boto3.client("cloudformation", region_name="us-east-1")
    cloudwatch = boto3.client("cloudwatch", region_name="us-east-1")
    cloudwatch.put_metric_data(Namespace="shop", MetricData=[{"MetricName": "visits", "Value": 1.0}])
    body = '{{"Resources": {{"Queue": {{"Type": "AWS::SQS::Queue", "Properties": {{"QueueName": "{}"}}}}}}}}'
    cloudformation.create_stack(StackName="stack", TemplateBody=body.format("old"))
    cloudformation.update_stack(StackName="stack", TemplateBody=body.format("new"))

    (stack,) = cloudformation.describe_stacks(StackName="stack")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert [metric["Namespace"] for metric in cloudwatch.list_metrics()["Metrics"]] == ["shop"]
