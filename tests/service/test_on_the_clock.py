"""How long things take on the clock of the backend: most of it at work, as printed notebooks have it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from making import ROLE, Deploy, Describe, MakeSolution, Train, Workshop
from pytest_personalize import PersonalizeBackend
from pytest_personalize.data.stores import ObjectStore


@pytest.fixture
def steps(
    client: Any, workshop: Workshop, films: str, make_solution: MakeSolution, train: Train, deploy: Deploy
) -> Mapping[str, Callable[[], tuple[str, str | None]]]:
    """By name what begins a step; it returns the ARN to look at and the member that shows the progress, if one does."""
    solution = make_solution()
    version = train(solution)

    def reschedule() -> tuple[str, str]:
        client.update_solution(solutionArn=solution, performAutoTraining=True)
        return solution, "latestSolutionUpdate"

    return {
        "dataset group": lambda: (workshop.group(), None),
        "dataset": lambda: (workshop.dataset("USERS", group=films), None),
        "training": lambda: (train(solution), None),
        "deployment": lambda: (deploy(version), None),
        "change of the schedule": reschedule,
    }


@pytest.mark.parametrize(
    ("step", "least", "most"),
    [
        ("dataset group", 0.2, 1),
        ("dataset", 0.1, 0.5),
        ("change of the schedule", 0.2, 5),
        ("training", 20, 60),
        ("deployment", 5, 20),
    ],
)
def test_a_step_is_in_progress_for_its_least_minutes_and_done_after_its_most(
    backend: PersonalizeBackend, describe: Describe, steps: Any, step: str, least: float, most: float
) -> None:
    backend.clock.freeze()
    backend.transitions = "clock"
    arn, member = steps[step]()
    statuses = []
    for minutes in (0, least, most - least):
        backend.clock.advance(minutes=minutes)
        resource = describe(arn)
        statuses.append((resource[member] if member else resource)["status"])

    assert statuses == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]


class TestWhatAJobWrites:
    """It is there when the time of the job is over, for who waits for the file instead of for the status."""

    @pytest.fixture
    def exported(
        self, backend: PersonalizeBackend, client: Any, workshop: Workshop
    ) -> Callable[[ObjectStore], list[str]]:
        """The files of an export that is under way on the clock, as far as they are there."""
        dataset = workshop.dataset()
        workshop.imported(dataset, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", "u1,i1,1,View")
        backend.transitions = "clock"
        client.create_dataset_export_job(
            jobName="export",
            datasetArn=dataset,
            roleArn=ROLE,
            jobOutput={"s3DataDestination": {"path": "s3://exported/"}},
        )
        return lambda s3: [uri for uri in s3.list() if uri.startswith("s3://exported/")]

    @pytest.mark.parametrize("way", ["advance", "move_to"])
    def test_once_the_clock_is_moved(self, backend: PersonalizeBackend, exported: Any, way: str) -> None:
        s3 = backend.s3
        assert not exported(s3)
        if way == "advance":
            backend.clock.advance(hours=1)
        else:
            backend.clock.move_to(backend.clock.now() + timedelta(hours=1))
        assert exported(s3)

    def test_in_a_loop_that_sleeps(self, backend: PersonalizeBackend, exported: Any) -> None:
        s3, rounds = backend.s3, 0
        with backend.clock.skip_sleep():
            while not exported(s3):
                time.sleep(60)
                rounds += 1
        assert 1 < rounds < 60

    def test_once_somebody_looks(self, backend: PersonalizeBackend, exported: Any) -> None:
        with pytest.importorskip("freezegun").freeze_time("2036-01-02"):
            assert exported(backend.s3)
