"""Datasets, and the replacement of their schemas."""

import re

import pytest

from making import described

PREFIX = "arn:aws:personalize:us-east-1:123456789012:dataset/"
BRAND = {"BRAND": ["string", "null"]}
CREATION = ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]


def create(personalize, group, schema, dataset_type="INTERACTIONS", **members):
    return personalize.create_dataset(
        name="dataset", datasetGroupArn=group, schemaArn=schema, datasetType=dataset_type, **members
    )["datasetArn"]


@pytest.mark.parametrize("spelling", ["Interactions", "INTERACTIONS", "interactions"])
def test_the_arn_is_made_of_the_group_and_the_type_in_upper_case(personalize, workshop, spelling):
    arn = create(personalize, workshop.group(name="shop"), workshop.schema(), spelling)
    assert arn == f"{PREFIX}shop/INTERACTIONS"
    assert described(personalize, arn)["datasetType"] == "INTERACTIONS"


@pytest.mark.parametrize("dataset_type", ["INTERACTIONS", "ITEMS", "USERS", "ACTIONS", "ACTION_INTERACTIONS"])
def test_a_custom_group_holds_one_dataset_of_every_type(personalize, workshop, refused, dataset_type):
    group = workshop.group()
    arn = workshop.dataset(dataset_type, group)
    with refused("ResourceAlreadyExistsException", f"Another resource with Arn {arn} already exists."):
        workshop.dataset(dataset_type, group)


def test_a_dataset_is_described_with_its_schema(personalize, workshop):
    group, schema = workshop.group(), workshop.schema()
    dataset = described(personalize, create(personalize, group, schema))
    assert set(dataset) == {
        "name",
        "datasetArn",
        "datasetGroupArn",
        "datasetType",
        "schemaArn",
        "status",
        "creationDateTime",
        "lastUpdatedDateTime",
    }
    assert (dataset["datasetGroupArn"], dataset["schemaArn"]) == (group, schema)


def test_an_action_interactions_dataset_has_a_tracking_id(personalize, workshop):
    dataset = described(personalize, workshop.dataset("ACTION_INTERACTIONS"))
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", dataset["trackingId"])


def test_lists_show_the_datasets_of_a_group_without_their_schema(personalize, workshop):
    group = workshop.group()
    mine = workshop.dataset("ITEMS", group)
    workshop.dataset("ITEMS")
    (listed,) = personalize.list_datasets(datasetGroupArn=group)["datasets"]
    assert listed["datasetArn"] == mine
    assert set(listed) == {"name", "datasetArn", "datasetType", "status", "creationDateTime", "lastUpdatedDateTime"}
    assert len(personalize.list_datasets()["datasets"]) == 2


def test_a_dataset_becomes_active_by_way_of_two_states(personalize_backend, personalize, workshop):
    group, schema = workshop.group(), workshop.schema()
    personalize_backend.transitions["dataset"] = "polls:2"
    arn = create(personalize, group, schema)
    assert [described(personalize, arn)["status"] for _ in range(3)] == CREATION


@pytest.mark.mock_personalize(transitions="polls:1")
def test_a_group_that_is_not_active_takes_no_dataset(personalize, workshop, refused):
    with refused("ResourceInUseException", "CREATE PENDING"):
        workshop.dataset()
    assert personalize.list_datasets()["datasets"] == []


def test_an_unknown_group_is_not_found(personalize, workshop, refused):
    with refused("ResourceNotFoundException"):
        create(personalize, "arn:aws:personalize:us-east-1:123456789012:dataset-group/none", workshop.schema())


def test_an_unknown_schema_is_not_found(personalize, workshop, refused):
    with refused("ResourceNotFoundException"):
        create(personalize, workshop.group(), "arn:aws:personalize:us-east-1:123456789012:schema/none")


def test_an_unknown_type_is_refused(personalize, workshop, refused):
    with refused("InvalidInputException", "INTERACTIONS"):
        create(personalize, workshop.group(), workshop.schema(), "Events")


def test_a_schema_of_another_type_is_refused(personalize, workshop, refused):
    with refused("InvalidInputException", "ITEMS"):
        create(personalize, workshop.group(), workshop.schema("ITEMS"), "Users")


@pytest.mark.parametrize(
    ("ours", "theirs"), [("ECOMMERCE", None), (None, "ECOMMERCE"), ("VIDEO_ON_DEMAND", "ECOMMERCE")]
)
def test_a_schema_of_another_domain_is_refused(personalize, workshop, refused, ours, theirs):
    group = workshop.group() if ours is None else workshop.group(domain=ours)
    with refused("InvalidInputException", "domain"):
        create(personalize, group, workshop.schema(domain=theirs))


def test_refused_tags_leave_no_dataset_behind(personalize, workshop, refused):
    with refused("InvalidInputException"):
        create(personalize, workshop.group(), workshop.schema(), tags=[{"tagKey": "aws:x", "tagValue": ""}])
    assert personalize.list_datasets()["datasets"] == []


def test_datasets_of_the_backend_are_found_by_group_and_type(personalize_backend, workshop):
    workshop.dataset("USERS", workshop.group(name="shop"))
    assert personalize_backend.datasets["shop/USERS"].dataset_type == "USERS"


# -- deletion ----------------------------------------------------------------------------------------------------------


def test_a_deleted_dataset_is_gone_with_its_records(personalize, workshop, refused):
    group = workshop.group()
    dataset = workshop.dataset(group=group)
    workshop.imported(dataset, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", "u1,i1,1,View")
    personalize.delete_dataset(datasetArn=dataset)
    with refused("ResourceNotFoundException"):
        described(personalize, dataset)
    assert workshop.rows(workshop.dataset(group=group)) == []


@pytest.mark.mock_personalize(transitions={"dataset-import-job": "polls:1"})
def test_a_dataset_can_not_be_deleted_before_the_end_of_an_import(personalize, workshop, refused):
    dataset = workshop.dataset()
    job = workshop.start_import(dataset, workshop.upload("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n"))
    with refused("ResourceInUseException", job):
        personalize.delete_dataset(datasetArn=dataset)
    for _ in range(2):
        personalize.describe_dataset_import_job(datasetImportJobArn=job)
    personalize.delete_dataset(datasetArn=dataset)


@pytest.mark.mock_personalize(transitions={"solution-version": "polls:1"})
def test_a_dataset_can_not_be_deleted_while_a_solution_version_of_its_group_is_trained(personalize, workshop, refused):
    group = workshop.group()
    dataset = workshop.dataset(group=group)
    workshop.imported(dataset, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", "u1,i1,1,View")
    solution = personalize.create_solution(
        name="best",
        datasetGroupArn=group,
        recipeArn="arn:aws:personalize:::recipe/aws-popularity-count",
        performAutoTraining=False,
    )["solutionArn"]
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    with refused("ResourceInUseException", version):
        personalize.delete_dataset(datasetArn=dataset)
    for _ in range(2):
        personalize.describe_solution_version(solutionVersionArn=version)
    personalize.delete_dataset(datasetArn=dataset)


def test_the_states_of_a_deletion(personalize_backend, personalize, workshop, refused):
    dataset = workshop.dataset()
    personalize_backend.transitions["dataset"] = "polls:2"
    personalize.delete_dataset(datasetArn=dataset)
    states = [described(personalize, dataset)["status"] for _ in range(2)]
    assert states == ["DELETE PENDING", "DELETE IN_PROGRESS"]
    with refused("ResourceNotFoundException"):
        described(personalize, dataset)


# -- another schema ----------------------------------------------------------------------------------------------------


def test_a_replaced_schema_is_described_with_the_update(personalize, workshop):
    dataset = workshop.dataset("ITEMS")
    assert "latestDatasetUpdate" not in described(personalize, dataset)
    schema = workshop.schema("ITEMS", **BRAND)
    assert personalize.update_dataset(datasetArn=dataset, schemaArn=schema)["datasetArn"] == dataset
    after = described(personalize, dataset)
    assert after["schemaArn"] == schema
    assert after["latestDatasetUpdate"]["schemaArn"] == schema
    assert after["latestDatasetUpdate"]["status"] == "ACTIVE"
    assert set(after["latestDatasetUpdate"]) == {"schemaArn", "status", "creationDateTime", "lastUpdatedDateTime"}


def test_the_dataset_itself_shows_the_states_of_a_replacement(personalize_backend, personalize, workshop):
    dataset = workshop.dataset("ITEMS")
    old = described(personalize, dataset)["schemaArn"]
    new = workshop.schema("ITEMS", **BRAND)
    personalize_backend.transitions["dataset"] = "polls:2"
    personalize.update_dataset(datasetArn=dataset, schemaArn=new)
    seen = [described(personalize, dataset) for _ in range(3)]
    states = ["UPDATE PENDING", "UPDATE IN_PROGRESS", "ACTIVE"]
    assert [each["status"] for each in seen] == states
    assert [each["latestDatasetUpdate"]["status"] for each in seen] == states
    assert [each["schemaArn"] for each in seen] == [old, old, new]


def test_rows_from_before_have_null_in_the_new_column(personalize, workshop):
    dataset = workshop.dataset("ITEMS")
    workshop.imported(dataset, "ITEM_ID,PRICE,CATEGORY_L1", "i1,9.5,tools")
    personalize.update_dataset(datasetArn=dataset, schemaArn=workshop.schema("ITEMS", **BRAND))
    workshop.imported(dataset, "ITEM_ID,PRICE,CATEGORY_L1,BRAND", "i2,8.5,tools,Acme", importMode="INCREMENTAL")
    assert workshop.rows(dataset) == ["i1,9.5,tools,", "i2,8.5,tools,Acme"]


@pytest.mark.parametrize(
    "fields",
    [
        {"BRAND": "string"},
        {"PRICE": ["float", "null"]},
        {"CATEGORY_L1": "textual"},
    ],
)
def test_a_schema_that_does_more_than_add_columns_with_null_is_refused(personalize, workshop, refused, fields):
    dataset = workshop.dataset("ITEMS")
    with refused("InvalidInputException", next(iter(fields))):
        personalize.update_dataset(datasetArn=dataset, schemaArn=workshop.schema("ITEMS", **fields))


@pytest.mark.parametrize("dataset_type", ["INTERACTIONS", "ACTIONS", "ACTION_INTERACTIONS"])
def test_only_items_and_users_get_another_schema(personalize, workshop, refused, dataset_type):
    dataset = workshop.dataset(dataset_type)
    with refused("InvalidInputException", "ITEMS and USERS"):
        personalize.update_dataset(datasetArn=dataset, schemaArn=workshop.schema(dataset_type, **BRAND))


def test_a_dataset_that_is_being_updated_refuses_another_update(personalize_backend, personalize, workshop, refused):
    dataset = workshop.dataset("USERS")
    new = workshop.schema("USERS", **BRAND)
    personalize_backend.transitions["dataset"] = "polls:4"
    personalize.update_dataset(datasetArn=dataset, schemaArn=new)
    with refused("ResourceInUseException", "UPDATE PENDING"):
        personalize.update_dataset(datasetArn=dataset, schemaArn=new)
    with refused("ResourceInUseException", "UPDATE IN_PROGRESS"):
        workshop.start_import(dataset, "s3://bucket/users.csv")


@pytest.mark.mock_personalize(transitions={"dataset-import-job": "polls:1"})
def test_a_dataset_with_a_running_import_can_not_be_updated(personalize, workshop, refused):
    dataset = workshop.dataset("ITEMS")
    job = workshop.start_import(dataset, workshop.upload(["ITEM_ID,PRICE,CATEGORY_L1"]))
    with refused("ResourceInUseException", job):
        personalize.update_dataset(datasetArn=dataset, schemaArn=workshop.schema("ITEMS", **BRAND))


def test_an_update_to_an_unknown_schema_is_not_found(personalize, workshop, refused):
    with refused("ResourceNotFoundException"):
        personalize.update_dataset(
            datasetArn=workshop.dataset("ITEMS"), schemaArn="arn:aws:personalize:us-east-1:123456789012:schema/none"
        )


def test_after_a_failed_replacement_the_dataset_is_active_with_its_old_schema(
    personalize_backend, personalize, workshop
):
    dataset = workshop.dataset("ITEMS")
    old = described(personalize, dataset)["schemaArn"]
    new = workshop.schema("ITEMS", **BRAND)
    personalize_backend.faults.fail_job("UpdateDataset", "Out of luck.")
    personalize.update_dataset(datasetArn=dataset, schemaArn=new)
    after = described(personalize, dataset)
    assert (after["status"], after["schemaArn"]) == ("ACTIVE", old)
    assert after["latestDatasetUpdate"]["failureReason"] == "Out of luck."
    personalize.delete_schema(schemaArn=new)


def test_a_dataset_whose_creation_failed_takes_nothing_and_can_be_deleted(
    personalize_backend, personalize, personalize_events, workshop, refused
):
    group = workshop.group()
    personalize_backend.faults.fail_job("CreateDataset", "Out of luck.")
    dataset = workshop.dataset(group=group)
    assert described(personalize, dataset)["status"] == "CREATE FAILED"
    with refused("ResourceInUseException", "CREATE FAILED"):
        workshop.start_import(dataset, "s3://bucket/clicks.csv")
    with refused("InvalidInputException", "Interactions"):
        personalize_events.put_events(
            trackingId=workshop.tracking_id(group),
            sessionId="s",
            eventList=[{"eventType": "View", "itemId": "i", "sentAt": 1}],
        )
    personalize.delete_dataset(datasetArn=dataset)
    assert described(personalize, workshop.dataset(group=group))["status"] == "ACTIVE"
