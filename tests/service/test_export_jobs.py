"""Dataset export jobs. Which rows a mode exports is specified with the exports of the data room."""

import pytest

from making import described

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
KEY = "arn:aws:kms:us-east-1:123456789012:key/abc"
PREFIX = "arn:aws:personalize:us-east-1:123456789012:dataset-export-job/"


def create(personalize, dataset, path="s3://exports/shop", name="export", **members):
    return personalize.create_dataset_export_job(
        jobName=name,
        datasetArn=dataset,
        roleArn=ROLE,
        **{"jobOutput": {"s3DataDestination": {"path": path}}} | members,
    )["datasetExportJobArn"]


@pytest.fixture
def items(workshop, personalize_events):
    """An Items dataset with an imported record and one that was put."""
    dataset = workshop.dataset("ITEMS")
    workshop.imported(dataset, "ITEM_ID,PRICE,CATEGORY_L1", "i1,1.5,tools")
    personalize_events.put_items(
        datasetArn=dataset, items=[{"itemId": "i2", "properties": '{"price": 2.5, "categoryL1": "toys"}'}]
    )
    return dataset


@pytest.mark.parametrize("path", ["s3://exports/shop", "s3://exports/shop/"])
def test_the_export_is_a_csv_file_with_a_header_in_the_folder(personalize, personalize_backend, items, path):
    create(personalize, items, path, ingestionMode="ALL")
    (uri,) = personalize_backend.s3.list("s3://exports/shop/")
    assert personalize_backend.s3.get(uri) == b"ITEM_ID,PRICE,CATEGORY_L1\ni1,1.5,tools\ni2,2.5,toys\n"


@pytest.mark.parametrize(
    ("mode", "rows"), [("BULK", ["i1,1.5,tools"]), ("PUT", ["i2,2.5,toys"]), ("ALL", ["i1,1.5,tools", "i2,2.5,toys"])]
)
def test_the_mode_says_which_records_are_exported(workshop, items, mode, rows):
    assert workshop.rows(items, mode) == rows


def test_an_export_can_be_imported_again(personalize, personalize_backend, workshop, items):
    create(personalize, items, ingestionMode="ALL")
    (uri,) = personalize_backend.s3.list("s3://exports/shop/")
    copy = workshop.dataset("ITEMS")
    workshop.start_import(copy, uri)
    assert workshop.rows(copy) == workshop.rows(items)


def test_a_job_is_described_as_it_was_asked_for_and_exports_put_records_by_default(personalize, items):
    output = {"s3DataDestination": {"path": "s3://exports/shop", "kmsKeyArn": KEY}}
    job = described(personalize, create(personalize, items, jobOutput=output))
    del job["creationDateTime"], job["lastUpdatedDateTime"]
    assert job == {
        "jobName": "export",
        "datasetExportJobArn": f"{PREFIX}export",
        "datasetArn": items,
        "ingestionMode": "PUT",
        "roleArn": ROLE,
        "status": "ACTIVE",
        "jobOutput": output,
    }


def test_lists_show_the_jobs_of_a_dataset(personalize, workshop, items):
    create(personalize, items)
    workshop.rows(workshop.dataset())
    (job,) = personalize.list_dataset_export_jobs(datasetArn=items)["datasetExportJobs"]
    assert set(job) == {"datasetExportJobArn", "jobName", "status", "creationDateTime", "lastUpdatedDateTime"}
    assert len(personalize.list_dataset_export_jobs()["datasetExportJobs"]) == 2


def test_the_file_is_written_at_the_end_of_the_job(personalize_backend, personalize, items):
    personalize_backend.transitions = "polls:1"
    job = create(personalize, items, "s3://exports/late")
    described(personalize, job)
    personalize_backend.s3.put("s3://exports/other", b"")
    assert personalize_backend.s3.list("s3://exports/late/") == []
    assert described(personalize, job)["status"] == "ACTIVE"
    assert len(personalize_backend.s3.list("s3://exports/late/")) == 1


def test_an_export_fails_when_its_dataset_was_deleted_meanwhile(personalize_backend, personalize, workshop, items):
    personalize_backend.transitions["dataset-export-job"] = "polls:1"
    job = create(personalize, items)
    personalize.delete_dataset(datasetArn=items)
    described(personalize, job)
    ended = described(personalize, job)
    assert ended["status"] == "CREATE FAILED"
    assert items in ended["failureReason"]


def test_a_path_that_is_not_in_s3_is_refused(personalize, items, refused):
    with refused("InvalidInputException", "output path"):
        create(personalize, items, "https://exports/shop")


def test_an_unknown_dataset_is_not_found(personalize, refused):
    with refused("ResourceNotFoundException"):
        create(personalize, "arn:aws:personalize:us-east-1:123456789012:dataset/shop/ITEMS")


def test_a_dataset_that_is_not_active_is_not_exported(personalize_backend, personalize, workshop, refused):
    group = workshop.group()
    personalize_backend.transitions["dataset"] = "polls:1"
    with refused("ResourceInUseException", "CREATE PENDING"):
        create(personalize, workshop.dataset(group=group))


def test_a_taken_name_is_refused(personalize, items, refused):
    create(personalize, items)
    with refused("ResourceAlreadyExistsException", f"{PREFIX}export"):
        create(personalize, items)


@pytest.mark.mock_personalize(transitions={"dataset-export-job": "polls:1"}, quotas={"export_jobs_running": 1})
def test_so_many_exports_run_at_once(personalize, items, refused):
    create(personalize, items)
    with refused("LimitExceededException"):
        create(personalize, items, name="more")
