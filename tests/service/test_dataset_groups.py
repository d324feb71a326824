"""Dataset groups."""

import boto3
import pytest

from making import described

KEY = "arn:aws:kms:us-east-1:123456789012:key/abc"
ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
PREFIX = "arn:aws:personalize:us-east-1:123456789012:dataset-group/"


def test_creation_answers_the_arn_made_of_the_name(personalize):
    answer = personalize.create_dataset_group(name="shop")
    del answer["ResponseMetadata"]
    assert answer == {"datasetGroupArn": f"{PREFIX}shop"}


def test_creation_answers_the_domain_when_one_was_given(personalize):
    assert personalize.create_dataset_group(name="shop", domain="ECOMMERCE")["domain"] == "ECOMMERCE"


def test_a_custom_group_is_described_without_domain_role_and_key(personalize, workshop):
    assert set(described(personalize, workshop.group())) == {
        "name",
        "datasetGroupArn",
        "status",
        "creationDateTime",
        "lastUpdatedDateTime",
    }


def test_role_and_key_are_described(personalize, workshop):
    group = described(personalize, workshop.group(roleArn=ROLE, kmsKeyArn=KEY))
    assert (group["roleArn"], group["kmsKeyArn"]) == (ROLE, KEY)


@pytest.mark.parametrize("members", [{"roleArn": ROLE}, {"kmsKeyArn": KEY}])
def test_role_and_key_only_come_together(personalize, workshop, refused, members):
    with refused("InvalidInputException", "kmsKeyArn"):
        workshop.group(name="shop", **members)
    assert personalize.list_dataset_groups()["datasetGroups"] == []


@pytest.mark.mock_personalize(transitions="polls:2")
def test_a_group_becomes_active_by_way_of_two_states(personalize, workshop):
    arn = workshop.group()
    assert [described(personalize, arn)["status"] for _ in range(3)] == [
        "CREATE PENDING",
        "CREATE IN_PROGRESS",
        "ACTIVE",
    ]


def test_a_taken_name_is_refused(workshop, refused):
    workshop.group(name="shop")
    with refused("ResourceAlreadyExistsException", f"Another resource with Arn {PREFIX}shop already exists."):
        workshop.group(name="shop")


def test_the_same_name_is_free_in_another_region(personalize, workshop):
    workshop.group(name="shop")
    elsewhere = boto3.client("personalize", region_name="eu-west-1")
    arn = elsewhere.create_dataset_group(name="shop")["datasetGroupArn"]
    assert arn == "arn:aws:personalize:eu-west-1:123456789012:dataset-group/shop"


def test_a_region_holds_five_groups(workshop, refused):
    for _ in range(5):
        workshop.group()
    with refused("LimitExceededException"):
        workshop.group()


def test_refused_tags_leave_no_group_behind(personalize, workshop, refused):
    with refused("InvalidInputException"):
        workshop.group(name="shop", tags=[{"tagKey": "aws:x", "tagValue": ""}])
    assert personalize.list_dataset_groups()["datasetGroups"] == []
    workshop.dataset(group=workshop.group(name="shop"))


def test_a_list_shows_the_groups_page_by_page(personalize, workshop):
    for name in "abc":
        workshop.group(name=name)
    first = personalize.list_dataset_groups(maxResults=2)
    second = personalize.list_dataset_groups(maxResults=2, nextToken=first["nextToken"])
    assert [group["name"] for group in first["datasetGroups"] + second["datasetGroups"]] == ["a", "b", "c"]
    assert "nextToken" not in second


def test_a_strange_token_is_refused(personalize, refused):
    with refused("InvalidNextTokenException"):
        personalize.list_dataset_groups(nextToken="strange")


def test_an_empty_group_can_be_deleted(personalize, workshop, refused):
    arn = workshop.group()
    personalize.delete_dataset_group(datasetGroupArn=arn)
    with refused("ResourceNotFoundException", f"Resource Arn {arn} does not exist."):
        described(personalize, arn)


def test_an_unknown_group_can_not_be_deleted(personalize, refused):
    with refused("ResourceNotFoundException", f"The given dataset group does not exist: {PREFIX}shop"):
        personalize.delete_dataset_group(datasetGroupArn=f"{PREFIX}shop")


def test_a_group_with_a_dataset_can_not_be_deleted(personalize, workshop, refused):
    group = workshop.group()
    dataset = workshop.dataset(group=group)
    with refused("ResourceInUseException", dataset):
        personalize.delete_dataset_group(datasetGroupArn=group)
    assert described(personalize, group)["status"] == "ACTIVE"


def test_a_group_with_an_event_tracker_can_not_be_deleted(personalize, workshop, refused):
    group = workshop.group()
    workshop.tracking_id(group)
    with refused("ResourceInUseException", "event-tracker/"):
        personalize.delete_dataset_group(datasetGroupArn=group)


def test_row_15_filters_and_metric_attributions_go_with_their_group(personalize, workshop):
    group = workshop.group()
    clicks = workshop.dataset(group=group)
    expression = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Purchase")'
    personalize.create_filter(name="bought", datasetGroupArn=group, filterExpression=expression)
    personalize.create_metric_attribution(
        name="buys",
        datasetGroupArn=group,
        metrics=[{"metricName": "buys", "eventType": "Purchase", "expression": "SAMPLECOUNT()"}],
        metricsOutputConfig={"roleArn": ROLE},
    )
    personalize.delete_dataset(datasetArn=clicks)
    personalize.delete_dataset_group(datasetGroupArn=group)
    assert personalize.list_filters()["Filters"] == []
    assert personalize.list_metric_attributions()["metricAttributions"] == []


@pytest.mark.mock_personalize(transitions="polls:1")
def test_a_group_that_is_being_created_can_not_be_deleted(personalize, workshop, refused):
    with refused("ResourceInUseException", "CREATE PENDING"):
        personalize.delete_dataset_group(datasetGroupArn=workshop.group())


def test_a_group_that_is_being_deleted_keeps_its_name_and_refuses_a_second_deletion(
    personalize_backend, personalize, workshop, refused
):
    arn = workshop.group(name="shop")
    personalize_backend.transitions = "polls:4"
    personalize.delete_dataset_group(datasetGroupArn=arn)
    with refused("ResourceInUseException", "DELETE PENDING"):
        personalize.delete_dataset_group(datasetGroupArn=arn)
    with refused("ResourceAlreadyExistsException"):
        workshop.group(name="shop")
    assert [described(personalize, arn)["status"] for _ in range(2)] == ["DELETE PENDING"] * 2
    with refused("ResourceNotFoundException"):
        described(personalize, arn)
    workshop.group(name="shop")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:personalize:us-east-1:123456789012:schema/shop",
        "arn:aws:personalize:eu-west-1:123456789012:dataset-group/shop",
        "arn:aws:personalize:us-east-1:999999999999:dataset-group/shop",
    ],
)
def test_an_arn_of_another_type_region_or_account_is_refused(personalize, refused, arn):
    with refused("InvalidInputException"):
        personalize.describe_dataset_group(datasetGroupArn=arn)


def test_groups_of_the_backend_are_found_by_name_and_arn(personalize_backend, workshop):
    arn = workshop.group(name="shop")
    assert personalize_backend.dataset_groups["shop"] is personalize_backend.dataset_groups[arn]
