"""The order in which clean-up scripts delete a dataset group works, and every other order is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name

ORDER = (
    ("Campaign", "solutionArn"),
    ("Recommender", "datasetGroupArn"),
    ("Solution", "datasetGroupArn"),
    ("EventTracker", "datasetGroupArn"),
    ("Filter", "datasetGroupArn"),
    ("MetricAttribution", "datasetGroupArn"),
    ("Dataset", "datasetGroupArn"),
    ("Schema", None),
    ("DatasetGroup", None),
)
"""What a clean-up script deletes, in this order, and by which parent it lists that."""

JOBS = ("DatasetImportJob", "DatasetExportJob", "DataDeletionJob", "BatchInferenceJob", "BatchSegmentJob")
"""What cannot be deleted."""


class CleanUp:
    """A clean-up script in the manner of those of AWS: list, delete, wait until it is gone."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.looks = 0

    def listed(self, kind: str, **members: Any) -> Iterator[str]:
        answer = getattr(self.client, xform_name(f"List{kind}s"))(**members)
        (rows,) = (value for value in answer.values() if isinstance(value, list))
        yield from [row[arn_member(kind)] for row in rows]

    def delete(self, kind: str, arn: str) -> None:
        call(self.client, "Delete", kind, arn)
        while True:
            try:
                call(self.client, "Describe", kind, arn)
            except self.client.exceptions.ResourceNotFoundException:
                return
            self.looks += 1

    def run(self, but: str | None = None) -> None:
        """Delete what is in all dataset groups of the region, then schemas and groups; or all in them but one kind."""
        groups = list(self.listed("DatasetGroup"))
        solutions = [arn for group in groups for arn in self.listed("Solution", datasetGroupArn=group)]
        for kind, member in ORDER:
            if kind == but or (but and member is None):
                continue
            for parent in {"solutionArn": solutions, "datasetGroupArn": groups, None: [None]}[member]:
                for arn in list(self.listed(kind, **({member: parent} if member else {}))):
                    self.delete(kind, arn)


def arn_member(kind: str) -> str:
    """``datasetGroupArn`` of ``DatasetGroup``."""
    return f"{kind[0].lower()}{kind[1:]}Arn"


def call(client: Any, verb: str, kind: str, arn: str) -> None:
    getattr(client, xform_name(f"{verb}{kind}"))(**{arn_member(kind): arn})


@pytest.fixture
def clean_up(world: Any) -> CleanUp:
    """For a world in which all that was under way has come to its end."""
    world.backend.clock.advance(hours=12)
    assert not [one for one in world.backend.all_resources() if one.status.endswith(("PENDING", "IN_PROGRESS"))]
    return CleanUp(world.clients.of_service["personalize"])


@pytest.mark.parametrize("transitions", ["instant", "polls:2"])
def test_a_clean_up_script_leaves_nothing_but_jobs(world: Any, clean_up: CleanUp, transitions: str) -> None:
    world.backend.transitions = transitions
    clean_up.run()
    assert all(resource.arn_field.endswith("_job_arn") for resource in world.backend.all_resources())
    assert (clean_up.looks > 0) == (transitions == "polls:2")


def test_what_is_cleaned_up_can_be_made_again(world: Any, clean_up: CleanUp) -> None:
    clean_up.run()
    world.call("CreateDatasetGroup", {"name": "shop"})
    again = world.call("DescribeDatasetGroup", {"datasetGroupArn": "<shop>"})["datasetGroup"]
    assert again["status"] == "ACTIVE"
    assert world.call("ListTagsForResource", {"resourceArn": "<shop>"})["tags"] == []
    assert world.call("ListDatasets", {"datasetGroupArn": "<shop>"})["datasets"] == []


def test_a_deleted_campaign_blocks_its_solution_until_it_is_gone(world: Any, clean_up: CleanUp) -> None:
    world.backend.transitions = "polls:2"  # the refusal is a look as well
    call(clean_up.client, "Delete", "Campaign", world.known["deals campaign"])
    with pytest.raises(clean_up.client.exceptions.ResourceInUseException):
        call(clean_up.client, "Delete", "Solution", world.known["deals"])
    call(clean_up.client, "Describe", "Campaign", world.known["deals campaign"])
    with pytest.raises(clean_up.client.exceptions.ResourceNotFoundException):
        call(clean_up.client, "Describe", "Campaign", world.known["deals campaign"])
    call(clean_up.client, "Delete", "Solution", world.known["deals"])


def test_a_solution_stays_while_it_has_a_campaign(world: Any, clean_up: CleanUp) -> None:
    for campaign in list(clean_up.listed("Campaign", solutionArn=world.known["picks"])):
        with pytest.raises(clean_up.client.exceptions.ResourceInUseException):
            call(clean_up.client, "Delete", "Solution", world.known["picks"])
        clean_up.delete("Campaign", campaign)
    clean_up.delete("Solution", world.known["picks"])


def test_a_schema_stays_while_a_dataset_has_it(world: Any, clean_up: CleanUp) -> None:
    with pytest.raises(clean_up.client.exceptions.ResourceInUseException):
        call(clean_up.client, "Delete", "Schema", world.known["store schema"])
    clean_up.delete("Dataset", world.known["store INTERACTIONS"])
    clean_up.delete("Schema", world.known["store schema"])


@pytest.mark.parametrize("kind", ["Recommender", "Solution", "EventTracker", "Dataset"])
def test_a_dataset_group_stays_while_one_thing_is_in_it(world: Any, clean_up: CleanUp, kind: str) -> None:
    group = world.known["store" if kind == "Recommender" else "shop"]
    clean_up.run(but=kind)
    left = list(clean_up.listed(kind, datasetGroupArn=group))
    assert left
    for arn in left:
        before = world.state()
        with pytest.raises(clean_up.client.exceptions.ResourceInUseException):
            call(clean_up.client, "Delete", "DatasetGroup", group)
        assert world.state() == before
        clean_up.delete(kind, arn)
    clean_up.delete("DatasetGroup", group)


def test_jobs_outlive_what_they_worked_on(world: Any, clean_up: CleanUp) -> None:
    clean_up.run()
    for operation in (
        "DatasetImportJob",
        "DatasetExportJob",
        "DataDeletionJob",
        "BatchInferenceJob",
        "BatchSegmentJob",
    ):
        jobs = list(clean_up.listed(operation))
        assert jobs
        for arn in jobs:
            call(clean_up.client, "Describe", operation, arn)
