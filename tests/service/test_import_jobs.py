"""Dataset import jobs. What a CSV file may be is specified with the imports of the data room."""

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from making import described
from pytest_personalize import mock_personalize

HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"
ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
PREFIX = "arn:aws:personalize:us-east-1:123456789012:dataset-import-job/"


def create(personalize, dataset, location="s3://bucket/clicks.csv", name="clicks", **members):
    return personalize.create_dataset_import_job(
        jobName=name, datasetArn=dataset, dataSource={"dataLocation": location}, roleArn=ROLE, **members
    )["datasetImportJobArn"]


def test_the_rows_of_a_file_are_in_the_dataset(workshop):
    dataset = workshop.dataset()
    assert workshop.imported(dataset, HEADER, "u1,i1,1,View", "u2,i2,2,Buy")["status"] == "ACTIVE"
    assert workshop.rows(dataset) == ["u1,i1,1,View", "u2,i2,2,Buy"]


def test_a_job_is_described_as_it_was_asked_for(personalize, workshop):
    dataset, location = workshop.dataset(), workshop.upload(HEADER + "\n")
    job = described(personalize, create(personalize, dataset, location))
    del job["creationDateTime"], job["lastUpdatedDateTime"]
    assert job == {
        "jobName": "clicks",
        "datasetImportJobArn": f"{PREFIX}clicks",
        "datasetArn": dataset,
        "dataSource": {"dataLocation": location},
        "roleArn": ROLE,
        "status": "ACTIVE",
        "importMode": "FULL",
    }


def test_lists_show_the_jobs_of_a_dataset(personalize, workshop):
    dataset = workshop.dataset()
    workshop.imported(dataset, HEADER)
    workshop.imported(workshop.dataset(), HEADER)
    (job,) = personalize.list_dataset_import_jobs(datasetArn=dataset)["datasetImportJobs"]
    assert set(job) == {
        "datasetImportJobArn",
        "jobName",
        "status",
        "creationDateTime",
        "lastUpdatedDateTime",
        "importMode",
    }
    assert len(personalize.list_dataset_import_jobs()["datasetImportJobs"]) == 2


def test_the_file_is_read_at_the_end_of_the_job(personalize_backend, personalize, workshop):
    dataset = workshop.dataset()
    personalize_backend.s3.put("s3://bucket/clicks.csv", f"{HEADER}\n")
    personalize_backend.transitions = "polls:2"
    job = create(personalize, dataset)
    assert [described(personalize, job)["status"] for _ in range(2)] == ["CREATE PENDING", "CREATE IN_PROGRESS"]
    personalize_backend.s3.put("s3://bucket/clicks.csv", f"{HEADER}\nu1,i1,1,View\n".encode())
    assert described(personalize, job)["status"] == "ACTIVE"
    personalize_backend.transitions = "instant"
    assert workshop.rows(dataset) == ["u1,i1,1,View"]


@pytest.mark.mock_personalize(transitions={"dataset-import-job": "clock"})
def test_an_import_takes_six_minutes_on_the_clock(personalize_backend, personalize, workshop):
    job = create(personalize, workshop.dataset(), workshop.upload(HEADER + "\n"))
    personalize_backend.clock.advance(minutes=5)
    assert described(personalize, job)["status"] == "CREATE IN_PROGRESS"
    personalize_backend.clock.advance(minutes=1)
    assert described(personalize, job)["status"] == "ACTIVE"


def test_all_files_of_a_folder_are_read(personalize, personalize_backend, workshop):
    dataset = workshop.dataset()
    for number in (1, 2):
        personalize_backend.s3.put(f"s3://bucket/clicks/{number}.csv", f"{HEADER}\nu{number},i,1,View\n".encode())
    create(personalize, dataset, "s3://bucket/clicks/")
    assert workshop.rows(dataset) == ["u1,i,1,View", "u2,i,1,View"]


# -- modes -------------------------------------------------------------------------------------------------------------


def test_a_full_import_replaces_earlier_imports_and_keeps_streamed_events(workshop, personalize_events):
    group = workshop.group()
    dataset = workshop.dataset(group=group)
    workshop.imported(dataset, HEADER, "u1,i1,1,View")
    personalize_events.put_events(
        trackingId=workshop.tracking_id(group),
        sessionId="s",
        userId="u1",
        eventList=[{"eventType": "View", "itemId": "streamed", "sentAt": 5}],
    )
    workshop.imported(dataset, HEADER, "u2,i2,2,View")
    assert workshop.rows(dataset) == ["u2,i2,2,View", "u1,streamed,5,View"]


def test_an_incremental_import_adds(workshop):
    dataset = workshop.dataset()
    workshop.imported(dataset, HEADER, "u1,i1,1,View")
    job = workshop.imported(dataset, HEADER, "u2,i2,2,View", importMode="INCREMENTAL")
    assert job["importMode"] == "INCREMENTAL"
    assert workshop.rows(dataset) == ["u1,i1,1,View", "u2,i2,2,View"]


def test_an_incremental_import_replaces_records_of_the_same_id(workshop):
    dataset = workshop.dataset("ITEMS")
    workshop.imported(dataset, "ITEM_ID,PRICE,CATEGORY_L1", "i1,1.5,tools", "i2,2.5,tools")
    workshop.imported(dataset, "ITEM_ID,PRICE,CATEGORY_L1", "i1,9.5,toys", importMode="INCREMENTAL")
    assert workshop.rows(dataset) == ["i2,2.5,tools", "i1,9.5,toys"]


def test_the_first_import_can_not_be_incremental(personalize, workshop, refused):
    with refused("InvalidInputException", "INCREMENTAL"):
        create(personalize, workshop.dataset(), importMode="INCREMENTAL")


def test_a_failed_import_is_no_first_import(workshop, refused):
    dataset = workshop.dataset()
    assert workshop.imported(dataset, HEADER, "u,i,soon,View")["status"] == "CREATE FAILED"
    with refused("InvalidInputException", "INCREMENTAL"):
        workshop.imported(dataset, HEADER, importMode="INCREMENTAL")


def test_a_new_dataset_in_the_place_of_another_needs_its_own_first_import(personalize, workshop, refused):
    group = workshop.group()
    dataset = workshop.dataset(group=group)
    workshop.imported(dataset, HEADER)
    personalize.delete_dataset(datasetArn=dataset)
    with refused("InvalidInputException", "INCREMENTAL"):
        create(personalize, workshop.dataset(group=group), importMode="INCREMENTAL")


# -- failures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([f"u,{'i' * 257},1,View"], "Length cannot be more than 256 characters for ITEM_ID."),
        (["u,i,1,View", "u,i,soon,View"], "line 3, column TIMESTAMP"),
    ],
)
def test_a_bad_row_fails_the_job_and_changes_nothing(workshop, lines, reason):
    dataset = workshop.dataset()
    workshop.imported(dataset, HEADER, "u1,i1,1,View")
    job = workshop.imported(dataset, HEADER, *lines)
    assert job["status"] == "CREATE FAILED"
    assert reason in job["failureReason"]
    assert workshop.rows(dataset) == ["u1,i1,1,View"]


def test_the_reason_of_a_failure_is_listed(personalize, workshop):
    job = workshop.imported(workshop.dataset(), HEADER, "u,i,soon,View")
    (listed,) = personalize.list_dataset_import_jobs()["datasetImportJobs"]
    assert listed["failureReason"] == job["failureReason"]


@pytest.mark.mock_personalize(transitions={"dataset-import-job": "polls:1"})
def test_a_file_that_is_gone_when_the_job_runs_fails_it(personalize, personalize_backend, workshop):
    location = workshop.upload([HEADER])
    arn = create(personalize, workshop.dataset(), location)
    personalize_backend.s3.delete(location)
    described(personalize, arn)
    job = described(personalize, arn)
    assert job["status"] == "CREATE FAILED"
    assert job["failureReason"] == f"Invalid Data location. The object does not exist ({location})"


def test_a_folder_without_files_is_refused(personalize, workshop, refused):
    workshop.upload([HEADER], "folder/_SUCCESS")
    with refused("InvalidInputException", "Invalid Data location. There are no CSV files in the folder"):
        create(personalize, workshop.dataset(), "s3://bucket/folder/")


def test_a_denied_bucket_is_refused_with_the_words_of_the_service(refused):
    class Closed:
        def get_object(self, **_):
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject")

    with mock_personalize(s3=Closed()):
        personalize = boto3.client("personalize", region_name="us-east-1")
        group = personalize.create_dataset_group(name="shop")["datasetGroupArn"]
        schema = personalize.create_schema(
            name="clicks",
            schema='{"type": "record", "name": "Interactions", "fields": [{"name": "USER_ID", "type": "string"},'
            ' {"name": "ITEM_ID", "type": "string"}, {"name": "TIMESTAMP", "type": "long"}]}',
        )["schemaArn"]
        dataset = personalize.create_dataset(
            name="clicks", schemaArn=schema, datasetGroupArn=group, datasetType="Interactions"
        )["datasetArn"]
        with refused("InvalidInputException", "Insufficient privileges for accessing data in S3."):
            create(personalize, dataset)


@mock_aws
def test_files_are_read_from_the_s3_of_moto(personalize, workshop):
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="clicks.csv", Body=f"{HEADER}\nu1,i1,1,View\n")
    assert described(personalize, create(personalize, workshop.dataset()))["status"] == "ACTIVE"


@pytest.mark.mock_personalize(minimums="aws")
def test_an_import_of_interactions_needs_a_thousand_records(workshop):
    dataset = workshop.dataset()
    rows = [f"u{number},i,{number},View" for number in range(1000)]
    short = workshop.imported(dataset, HEADER, *rows[1:])
    assert short["status"] == "CREATE FAILED"
    assert "1000" in short["failureReason"]
    assert workshop.rows(dataset) == []
    assert workshop.imported(dataset, HEADER, *rows)["status"] == "ACTIVE"


@pytest.mark.mock_personalize(minimums="aws")
def test_an_import_of_items_can_be_small(workshop):
    job = workshop.imported(workshop.dataset("ITEMS"), "ITEM_ID,PRICE,CATEGORY_L1", "i1,1.5,tools")
    assert job["status"] == "ACTIVE"


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("location", ["https://bucket/clicks.csv", "s3:///clicks.csv"])
def test_a_malformed_location_is_refused(personalize, workshop, refused, location):
    with refused("InvalidInputException", "Invalid Data location."):
        create(personalize, workshop.dataset(), location)


def test_a_missing_location_is_refused(personalize, workshop, refused):
    with refused("InvalidInputException", "Invalid Data location."):
        personalize.create_dataset_import_job(
            jobName="clicks", datasetArn=workshop.dataset(), dataSource={}, roleArn=ROLE
        )


def test_an_unknown_dataset_is_not_found(personalize, refused):
    with refused("ResourceNotFoundException"):
        create(personalize, "arn:aws:personalize:us-east-1:123456789012:dataset/shop/ITEMS")


def test_an_unknown_job_is_not_found(personalize, refused):
    with refused("ResourceNotFoundException"):
        described(personalize, f"{PREFIX}none")


def test_a_dataset_that_is_not_active_takes_no_import(personalize_backend, personalize, workshop, refused):
    group = workshop.group()
    personalize_backend.transitions["dataset"] = "polls:1"
    with refused("ResourceInUseException", "CREATE PENDING"):
        create(personalize, workshop.dataset(group=group))
    assert personalize.list_dataset_import_jobs()["datasetImportJobs"] == []


def test_a_taken_name_is_refused(personalize, workshop, refused):
    dataset, location = workshop.dataset(), workshop.upload([HEADER])
    create(personalize, dataset, location)
    with refused("ResourceAlreadyExistsException", f"{PREFIX}clicks"):
        create(personalize, dataset, location)


@pytest.mark.mock_personalize(transitions={"dataset-import-job": "polls:1"})
def test_five_imports_run_at_once(personalize, workshop, refused):
    dataset, location = workshop.dataset(), workshop.upload(HEADER + "\n")
    jobs = [workshop.start_import(dataset, location) for _ in range(5)]
    with refused("LimitExceededException", "More than 5 resources with PENDING or IN_PROGRESS status."):
        workshop.start_import(dataset, location)
    for _ in range(2):
        described(personalize, jobs[0])
    workshop.start_import(dataset, location)


@pytest.mark.mock_personalize(transitions={"dataset-import-job": "polls:1"}, quotas={"import_jobs_running": 1})
def test_imports_of_other_regions_do_not_count(personalize_backend, workshop, refused):
    location = workshop.upload(HEADER + "\n")
    elsewhere = type(workshop)(personalize_backend, boto3.client("personalize", region_name="eu-west-1"))
    for region in (workshop, elsewhere):
        dataset = region.dataset()
        region.start_import(dataset, location)
        with refused("LimitExceededException"):
            region.start_import(dataset, location)


def test_jobs_stay_when_their_dataset_is_deleted(personalize, workshop):
    dataset = workshop.dataset()
    job = workshop.imported(dataset, HEADER)
    personalize.delete_dataset(datasetArn=dataset)
    assert described(personalize, job["datasetImportJobArn"])["datasetArn"] == dataset
