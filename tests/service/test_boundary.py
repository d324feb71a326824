"""What goes wrong behind a status: a failure is the job's, a bug is seen once, and nothing stays half done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.data.stores import MemoryStore
from pytest_personalize.service.kernel import lifecycle

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"


class BrokenStore(MemoryStore):
    """Raises what no store should, on any look at it."""

    def __init__(self, problem: BaseException) -> None:
        super().__init__()
        self.problem = problem

    def list(self, prefix: str) -> list[str]:
        raise self.problem

    def get(self, uri: str) -> bytes:
        raise self.problem


def inference(shop: Any, version: str, line: str) -> dict[str, Any]:
    shop.workshop.backend.s3.put("s3://in/lines.json", line.encode())
    job = shop.personalize.create_batch_inference_job(
        jobName=shop.workshop.name("batch"),
        solutionVersionArn=version,
        roleArn=ROLE,
        jobInput={"s3DataSource": {"path": "s3://in/lines.json"}},
        jobOutput={"s3DataDestination": {"path": "s3://out/"}},
    )["batchInferenceJobArn"]
    return dict(shop.personalize.describe_batch_inference_job(batchInferenceJobArn=job)["batchInferenceJob"])


def test_a_line_with_half_a_surrogate_pair_is_an_error_record_and_the_job_goes_on(shop: Any) -> None:
    job = inference(shop, shop.version("aws-user-personalization"), '{"userId": "\\ud800"}\n{"userId": "user-1"}\n')
    assert job["status"] == "ACTIVE"
    first, second = shop.workshop.backend.s3.get("s3://out/lines.json.out").decode().splitlines()
    assert '"error":"The line is not valid JSON."' in first
    assert '"error":null' in second


def test_a_batch_job_on_a_version_that_has_taken_in_put_items(shop: Any) -> None:
    campaign = shop.campaign("aws-user-personalization")
    version = shop.workshop.backend.campaigns[campaign].solution_version_arn
    properties = '{"price": 1.5, "categoryL1": "even", "title": "x"}'
    shop.events.put_items(datasetArn=shop.items_dataset, items=[{"itemId": "item-new", "properties": properties}])
    shop.workshop.backend.clock.advance(hours=3)
    assert "item-new" in shop.ids(campaign, userId="user-1", numResults=100)
    assert inference(shop, version, '{"userId": "user-1"}\n')["status"] == "ACTIVE"


def test_publishing_metrics_of_a_column_whose_dataset_is_gone_fails_the_import(
    workshop: Any, make_group: Callable[..., str], backend: PersonalizeBackend
) -> None:
    group = make_group("INTERACTIONS", "ITEMS")
    workshop.personalize.create_metric_attribution(
        name="attribution",
        datasetGroupArn=group,
        metrics=[{"metricName": "worth", "eventType": "View", "expression": "SUM(Items.PRICE)"}],
        metricsOutputConfig={"roleArn": ROLE, "s3DataDestination": {"path": "s3://reports/"}},
    )
    interactions, items = (dataset.arn for dataset in backend.datasets.values())
    workshop.personalize.delete_dataset(datasetArn=items)
    row = "u1,i1,1700000000,View,1"
    job = workshop.imported(
        interactions, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE", row, publishAttributionMetricsToS3=True
    )
    assert job["status"] == "CREATE FAILED"
    assert "there is no column PRICE of ITEMS" in job["failureReason"]


def test_an_export_of_a_dataset_that_was_deleted_and_made_anew_fails(
    workshop: Any, backend: PersonalizeBackend
) -> None:
    group = workshop.group()
    dataset = workshop.dataset("USERS", group=group)
    backend.transitions = {"default": "instant", "dataset-export-job": "polls:2", "dataset": "polls:5"}
    job = workshop.personalize.create_dataset_export_job(
        jobName="export", datasetArn=dataset, roleArn=ROLE, jobOutput={"s3DataDestination": {"path": "s3://exports"}}
    )["datasetExportJobArn"]
    backend.transitions["dataset"] = "instant"
    workshop.personalize.delete_dataset(datasetArn=dataset)
    backend.transitions["dataset"] = "polls:9"
    assert workshop.dataset("USERS", group=group) == dataset
    for _ in range(3):
        found = workshop.personalize.describe_dataset_export_job(datasetExportJobArn=job)["datasetExportJob"]
    assert found["status"] == "CREATE FAILED"
    assert "was deleted meanwhile" in found["failureReason"]


@pytest.mark.parametrize("problem", [OSError("the disk is gone"), KeyError("no such thing"), KeyboardInterrupt()])
def test_whatever_a_store_raises_the_job_is_failed_the_call_recorded_and_the_next_call_answered(
    workshop: Any, backend: PersonalizeBackend, monkeypatch: pytest.MonkeyPatch, problem: BaseException
) -> None:
    version = _version_on(workshop)
    monkeypatch.setattr(PersonalizeBackend, "s3", BrokenStore(problem))
    with pytest.raises(type(problem)):
        workshop.personalize.create_batch_inference_job(
            jobName="batch",
            solutionVersionArn=version,
            roleArn=ROLE,
            jobInput={"s3DataSource": {"path": "s3://in/lines.json"}},
            jobOutput={"s3DataDestination": {"path": "s3://out/"}},
        )
    assert backend.calls[-1].error == type(problem).__name__
    (job,) = workshop.personalize.list_batch_inference_jobs()["batchInferenceJobs"]
    assert (job["status"], job["failureReason"]) == ("CREATE FAILED", lifecycle.BUG)


def _version_on(workshop: Any) -> str:
    group = workshop.group()
    dataset = workshop.dataset(group=group)
    rows = [f"u{n % 5},i{n % 7},{1_700_000_000 + n},View" for n in range(60)]
    assert workshop.imported(dataset, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", *rows)["status"] == "ACTIVE"
    recipe = "arn:aws:personalize:::recipe/aws-user-personalization"
    solution = workshop.personalize.create_solution(name="solution", datasetGroupArn=group, recipeArn=recipe)
    version = workshop.personalize.create_solution_version(solutionArn=solution["solutionArn"])
    return str(version["solutionVersionArn"])


def test_a_bug_on_the_clock_is_seen_by_one_call_and_by_no_later_one(
    workshop: Any, backend: PersonalizeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("a bug")

    script = lifecycle.SCRIPTS["dataset-group", "create"]
    monkeypatch.setitem(lifecycle.SCRIPTS, ("dataset-group", "create"), attrs.evolve(script, work=broken))
    backend.transitions = "clock"
    group = workshop.group()
    backend.clock.advance(hours=1)
    with pytest.raises(ZeroDivisionError):
        workshop.personalize.list_schemas()
    assert [call.error for call in backend.calls] == [None, "ZeroDivisionError"]
    found = workshop.personalize.describe_dataset_group(datasetGroupArn=group)["datasetGroup"]
    assert (found["status"], found["failureReason"]) == ("CREATE FAILED", lifecycle.BUG)


@pytest.mark.parametrize("days", [4_000_000, 1e12])
def test_the_clock_refuses_to_go_beyond_the_last_date_and_stays_where_it_is(days: float) -> None:
    with mock_personalize() as backend:
        backend.clock.freeze(1_700_000_000)
        with pytest.raises(ValueError, match="year 9999"):
            backend.clock.advance(days=days)
        assert backend.clock.timestamp() == 1_700_000_000
