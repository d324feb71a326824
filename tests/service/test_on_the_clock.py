"""How long things take on the clock of the backend: most of it at work, as printed notebooks have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from making import Deploy, Describe, MakeSolution, Train, Workshop
from pytest_personalize import PersonalizeBackend


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
