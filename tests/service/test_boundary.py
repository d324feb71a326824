"""What goes wrong behind a status: a failure is the job's, a bug is seen once, and nothing stays half done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from making import MakeGroup, Shop, Workshop
from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.data.stores import MemoryStore
from pytest_personalize.service.kernel import lifecycle

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"


class BreakableStore(MemoryStore):
    """Raises its ``problem``, once it has one, on any look at it."""

    problem: BaseException | None = None

    def list(self, prefix_uri: str) -> list[str]:
        if self.problem is not None:
            raise self.problem
        return super().list(prefix_uri)

    def get(self, uri: str) -> bytes:
        if self.problem is not None:
            raise self.problem
        return super().get(uri)


def start(shop: Shop, version: str, line: str = '{"userId": "user-1"}') -> str:
    """A batch inference job on that line."""
    shop.workshop.backend.s3.put("s3://in/lines.json", line)
    answer = shop.personalize.create_batch_inference_job(
        jobName=shop.workshop.name("batch"),
        solutionVersionArn=version,
        roleArn=ROLE,
        jobInput={"s3DataSource": {"path": "s3://in/lines.json"}},
        jobOutput={"s3DataDestination": {"path": "s3://out/"}},
    )
    return str(answer["batchInferenceJobArn"])


def described(shop: Shop, job: str) -> dict[str, Any]:
    return dict(shop.personalize.describe_batch_inference_job(batchInferenceJobArn=job)["batchInferenceJob"])


def test_a_line_with_half_a_surrogate_pair_is_an_error_record_and_the_job_goes_on(shop: Shop) -> None:
    job = start(shop, shop.version("aws-user-personalization"), '{"userId": "\\ud800"}\n{"userId": "user-1"}\n')
    assert described(shop, job)["status"] == "ACTIVE"
    first, second = shop.workshop.backend.s3.get("s3://out/lines.json.out").decode().splitlines()
    assert '"error":"The line is not valid JSON."' in first
    assert '"error":null' in second


def test_a_batch_job_on_a_version_that_has_taken_in_put_items(shop: Shop) -> None:
    campaign = shop.campaign("aws-user-personalization")
    version = shop.workshop.backend.campaigns[campaign].solution_version_arn
    properties = '{"price": 1.5, "categoryL1": "even", "title": "x"}'
    shop.events.put_items(datasetArn=shop.items_dataset, items=[{"itemId": "item-new", "properties": properties}])
    shop.workshop.backend.clock.advance(hours=3)
    assert "item-new" in shop.ids(campaign, userId="user-1", numResults=100)
    assert described(shop, start(shop, version))["status"] == "ACTIVE"


def test_publishing_metrics_of_a_column_whose_dataset_is_gone_fails_the_import(
    workshop: Workshop, make_group: MakeGroup, backend: PersonalizeBackend
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
    workshop: Workshop, backend: PersonalizeBackend
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


class TestBrokenStores:
    """Stores that raise what no store should."""

    @pytest.fixture
    def store(self) -> BreakableStore:
        return BreakableStore()

    @pytest.fixture
    def backend(self, store: BreakableStore) -> Iterator[PersonalizeBackend]:
        with mock_personalize(s3=store, transitions={"batch-inference-job": "polls:1"}) as backend:
            yield backend

    @pytest.fixture
    def shop(self, backend: PersonalizeBackend, shop_of: Callable[[PersonalizeBackend], Any]) -> Any:
        return shop_of(backend)

    @pytest.fixture(params=[OSError("the disk is gone"), KeyError("no such thing"), KeyboardInterrupt()], ids=repr)
    def problem(self, request: pytest.FixtureRequest) -> BaseException:
        problem: BaseException = request.param
        return problem

    def test_whatever_a_store_raises_the_job_is_failed_the_call_recorded_and_the_next_call_answered(
        self, store: BreakableStore, backend: PersonalizeBackend, shop: Shop, problem: BaseException
    ) -> None:
        job = start(shop, shop.version("aws-user-personalization"))
        described(shop, job)
        store.problem = problem
        with pytest.raises(type(problem)):
            described(shop, job)
        assert backend.calls[-1].error == type(problem).__name__
        found = described(shop, job)
        assert (found["status"], found["failureReason"]) == ("CREATE FAILED", lifecycle.BUG)

    def test_whatever_a_store_raises_at_the_call_that_is_recorded_and_makes_no_job(
        self, store: BreakableStore, backend: PersonalizeBackend, shop: Shop, problem: BaseException
    ) -> None:
        version = shop.version("aws-user-personalization")
        store.problem = problem
        with pytest.raises(type(problem)):
            start(shop, version)
        assert backend.calls[-1].error == type(problem).__name__
        assert shop.personalize.list_batch_inference_jobs()["batchInferenceJobs"] == []


def test_a_bug_on_the_clock_is_seen_once_and_by_nobody_later(
    workshop: Workshop, backend: PersonalizeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("a bug")

    script = lifecycle.SCRIPTS["dataset-group", "create"]
    monkeypatch.setitem(lifecycle.SCRIPTS, ("dataset-group", "create"), attrs.evolve(script, work=broken))
    backend.transitions = "clock"
    group = workshop.group()
    with pytest.raises(ZeroDivisionError):
        backend.clock.advance(hours=1)
    found = workshop.personalize.describe_dataset_group(datasetGroupArn=group)["datasetGroup"]
    assert (found["status"], found["failureReason"]) == ("CREATE FAILED", lifecycle.BUG)


@pytest.mark.parametrize("days", [4_000_000, 1e12])
def test_the_clock_refuses_to_go_beyond_the_last_date_and_stays_where_it_is(days: float) -> None:
    with mock_personalize() as backend:
        backend.clock.freeze(1_700_000_000)
        with pytest.raises(ValueError, match="year 9999"):
            backend.clock.advance(days=days)
        assert backend.clock.timestamp() == 1_700_000_000
