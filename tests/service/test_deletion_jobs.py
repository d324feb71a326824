"""Data deletion jobs."""

import pytest

from making import described

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
PREFIX = "arn:aws:personalize:us-east-1:123456789012:data-deletion-job/"


def create(personalize, group, location="s3://bucket/users.csv", name="forget", **members):
    return personalize.create_data_deletion_job(
        jobName=name, datasetGroupArn=group, dataSource={"dataLocation": location}, roleArn=ROLE, **members
    )["dataDeletionJobArn"]


@pytest.fixture
def group(personalize_backend, workshop):
    """A dataset group, and a file in which no users are to be forgotten."""
    personalize_backend.s3.put("s3://bucket/users.csv", "USER_ID\n")
    return workshop.group(name="shop")


@pytest.fixture
def clicks(workshop, group):
    """Two interactions of ann, one of bob."""
    dataset = workshop.dataset(group=group)
    workshop.imported(dataset, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", "ann,i1,1,View", "bob,i1,2,View", "ann,i2,3,Buy")
    return dataset


@pytest.fixture
def users(workshop, group):
    """Records of ann and bob."""
    dataset = workshop.dataset("USERS", group)
    workshop.imported(dataset, "USER_ID,MEMBERSHIP", "ann,gold", "bob,silver")
    return dataset


def test_interactions_and_records_of_the_users_are_gone(personalize, workshop, group, clicks, users):
    job = described(personalize, create(personalize, group, workshop.upload(["USER_ID", "ann", "nobody"])))
    assert (job["status"], job["numDeleted"]) == ("COMPLETED", 3)
    assert workshop.rows(clicks) == ["bob,i1,2,View"]
    assert workshop.rows(users) == ["bob,silver"]


def test_other_groups_keep_the_users(personalize, workshop, group, clicks):
    other = workshop.dataset()
    workshop.imported(other, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", "ann,i1,1,View")
    create(personalize, group, workshop.upload(["USER_ID", "ann"]))
    assert workshop.rows(other) == ["ann,i1,1,View"]


def test_all_files_of_a_folder_and_its_subfolders_count(personalize, personalize_backend, workshop, group, clicks):
    personalize_backend.s3.put("s3://bucket/forget/a.csv", b"USER_ID\nann\n")
    personalize_backend.s3.put("s3://bucket/forget/more/b.csv", b"USER_ID\nbob\n")
    personalize_backend.s3.put("s3://bucket/forget/notes.txt", b"not read")
    create(personalize, group, "s3://bucket/forget/")
    assert workshop.rows(clicks) == []


def test_a_job_is_described_as_it_was_asked_for(personalize, workshop, group):
    location = workshop.upload(["USER_ID"])
    job = described(personalize, create(personalize, group, location))
    del job["creationDateTime"], job["lastUpdatedDateTime"]
    assert job == {
        "jobName": "forget",
        "dataDeletionJobArn": f"{PREFIX}forget",
        "datasetGroupArn": group,
        "dataSource": {"dataLocation": location},
        "roleArn": ROLE,
        "status": "COMPLETED",
        "numDeleted": 0,
    }


def test_a_job_has_states_of_its_own_and_counts_at_the_end(personalize_backend, personalize, workshop, group, clicks):
    personalize_backend.transitions = "polls:2"
    job = create(personalize, group, workshop.upload(["USER_ID", "ann"]))
    seen = [described(personalize, job) for _ in range(3)]
    assert [each["status"] for each in seen] == ["PENDING", "IN_PROGRESS", "COMPLETED"]
    assert [each.get("numDeleted") for each in seen] == [None, None, 2]


def test_a_bad_row_fails_the_job_and_deletes_nothing(personalize, workshop, group, clicks):
    job = described(personalize, create(personalize, group, workshop.upload(["USER_ID", "ann", "b" * 257])))
    assert job["status"] == "FAILED"
    assert "line 3, column USER_ID" in job["failureReason"]
    assert "numDeleted" not in job
    assert len(workshop.rows(clicks)) == 3


def test_files_of_more_than_a_hundred_megabytes_fail_the_job(personalize, workshop, group, clicks, monkeypatch):
    monkeypatch.setattr("pytest_personalize.service.control.deletion_jobs.INPUT_BYTES", 11)
    enough, more = (workshop.upload(["USER_ID", user]) for user in ("bo", "ann"))
    assert described(personalize, create(personalize, group, enough))["status"] == "COMPLETED"
    job = described(personalize, create(personalize, group, more, name="more"))
    assert (job["status"], workshop.rows(clicks)[0]) == ("FAILED", "ann,i1,1,View")
    assert "at most 11 bytes" in job["failureReason"]


@pytest.mark.mock_personalize(transitions={"data-deletion-job": "polls:1"})
def test_a_file_that_is_gone_when_the_job_runs_fails_it(personalize, personalize_backend, group):
    arn = create(personalize, group)
    personalize_backend.s3.delete("s3://bucket/users.csv")
    described(personalize, arn)
    job = described(personalize, arn)
    assert job["status"] == "FAILED"
    assert job["failureReason"] == "Invalid Data location. The object does not exist (s3://bucket/users.csv)"


def test_a_job_fails_when_its_group_was_deleted_meanwhile(personalize_backend, personalize, workshop, group):
    personalize_backend.transitions["data-deletion-job"] = "polls:1"
    job = create(personalize, group, workshop.upload(["USER_ID", "ann"]))
    personalize.delete_dataset_group(datasetGroupArn=group)
    described(personalize, job)
    assert described(personalize, job)["status"] == "FAILED"


def test_lists_show_the_newest_job_first(personalize, workshop, group):
    for name in ("first", "second", "third"):
        create(personalize, group, name=name)
    page = personalize.list_data_deletion_jobs(datasetGroupArn=group, maxResults=2)
    rest = personalize.list_data_deletion_jobs(datasetGroupArn=group, maxResults=2, nextToken=page["nextToken"])
    jobs = page["dataDeletionJobs"] + rest["dataDeletionJobs"]
    assert [job["jobName"] for job in jobs] == ["third", "second", "first"]
    assert "nextToken" not in rest


def test_a_last_page_that_is_full_has_no_token(personalize, group):
    for number in range(4):
        create(personalize, group, name=f"forget-{number}")
    page = personalize.list_data_deletion_jobs(datasetGroupArn=group, maxResults=2)
    rest = personalize.list_data_deletion_jobs(datasetGroupArn=group, maxResults=2, nextToken=page["nextToken"])
    assert len(rest["dataDeletionJobs"]) == 2
    assert "nextToken" not in rest


def test_a_malformed_location_is_refused(personalize, group, refused):
    with refused("InvalidInputException", "Invalid Data location."):
        create(personalize, group, "https://bucket/users.csv")


def test_an_unknown_group_is_not_found(personalize, refused):
    with refused("ResourceNotFoundException"):
        create(personalize, "arn:aws:personalize:us-east-1:123456789012:dataset-group/none")


@pytest.mark.mock_personalize(transitions="polls:1")
def test_a_group_that_is_not_active_is_refused(personalize, group, refused):
    with refused("ResourceInUseException", "CREATE PENDING"):
        create(personalize, group)


def test_a_taken_name_is_refused(personalize, group, refused):
    create(personalize, group)
    with refused("ResourceAlreadyExistsException", f"{PREFIX}forget"):
        create(personalize, group)


@pytest.mark.mock_personalize(transitions={"data-deletion-job": "polls:2"})
def test_a_group_has_five_pending_jobs(personalize, workshop, group, refused):
    location = workshop.upload(["USER_ID"])
    jobs = [create(personalize, group, location, f"forget-{number}") for number in range(5)]
    with refused("LimitExceededException"):
        create(personalize, group, location)
    for _ in range(2):
        described(personalize, jobs[0])  # it is IN_PROGRESS then
    create(personalize, group, location)


def test_a_failed_job_deletes_nothing(personalize_backend, personalize, workshop, group, clicks):
    personalize_backend.faults.fail_job("CreateDataDeletionJob", "Out of luck.")
    job = described(personalize, create(personalize, group, workshop.upload(["USER_ID", "ann"])))
    assert (job["status"], job["failureReason"]) == ("FAILED", "Out of luck.")
    assert len(workshop.rows(clicks)) == 3
