"""What is under way: the clock that moves it, how it is told, and that a snapshot brings it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from making import Describe, MakeSolution, Train, Workshop
from pytest_personalize import PersonalizeBackend

YEAR_10_000 = 253_402_300_800


def test_a_clock_that_runs_moves_by_what_it_is_told(backend: PersonalizeBackend) -> None:
    before = backend.clock.timestamp()
    assert backend.clock.advance(hours=2).timestamp() - before == pytest.approx(7200, abs=60)
    assert backend.clock.move_to(before + 9000).timestamp() - before == pytest.approx(9000, abs=60)


@pytest.mark.parametrize("move", ["advance", "move_to", "freeze"])
def test_no_clock_goes_beyond_the_year_9999(backend: PersonalizeBackend, move: str) -> None:
    backend.clock.freeze(1_700_000_000)
    with pytest.raises(ValueError, match="9999"):
        getattr(backend.clock, move)(YEAR_10_000)
    assert backend.clock.timestamp() == 1_700_000_000


def test_a_clock_does_not_go_back(backend: PersonalizeBackend) -> None:
    with pytest.raises(ValueError, match="only moves forward"):
        backend.clock.advance(seconds=-1)


def test_what_was_under_way_is_so_again_after_a_restore(
    backend: PersonalizeBackend, workshop: Workshop, describe: Describe
) -> None:
    backend.transitions["dataset-group"] = "polls:2"
    group = workshop.group()
    before = backend.snapshot()
    statuses = []
    for _ in range(2):
        backend.restore(before)
        statuses.append([describe(group)["status"] for _ in range(3)])

    assert statuses == [["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]] * 2


def test_what_was_deleted_before_a_snapshot_stays_away_and_what_was_there_is_listed_again(
    backend: PersonalizeBackend, client: Any, workshop: Workshop
) -> None:
    group = workshop.group()
    gone, kept = workshop.dataset("USERS", group=group), workshop.dataset("ITEMS", group=group)
    client.delete_dataset(datasetArn=gone)
    before = backend.snapshot()
    workshop.dataset(group=group)
    client.delete_dataset(datasetArn=kept)
    backend.restore(before)

    listed = client.list_datasets(datasetGroupArn=group)["datasets"]
    assert [each["datasetArn"] for each in listed] == [kept]
    assert [dataset.arn for dataset in backend.datasets.values()] == [kept]


@pytest.mark.parametrize("mode", ["polls", "polls:some", "polls:-1", "looks:2", "2", "Clock", ""])
def test_what_is_no_way_from_status_to_status_is_refused(backend: PersonalizeBackend, mode: Any) -> None:
    with pytest.raises(ValueError, match="transitions are 'instant', 'polls:N', 'clock' or 'aws', not"):
        backend.transitions["campaign"] = mode
    assert backend.transitions["campaign"] == "instant"


@pytest.mark.parametrize("step", ["filter:update", "solution-version:delete", "campaign:stop", "recommender:train"])
def test_a_step_that_its_kind_does_not_take_cannot_be_set(backend: PersonalizeBackend, step: Any) -> None:
    kind, _, name = step.partition(":")
    with pytest.raises(ValueError, match=f"a {kind} has no step '{name}'"):
        backend.transitions[step] = "clock"


def test_what_is_gone_is_not_saved(
    backend: PersonalizeBackend, client: Any, workshop: Workshop, tmp_path: Path
) -> None:
    group = workshop.group()
    gone, kept = workshop.dataset("USERS", group=group), workshop.dataset("ITEMS", group=group)
    client.delete_dataset(datasetArn=gone)
    backend.save(tmp_path / "state.json")

    saved = (tmp_path / "state.json").read_text()
    assert kept in saved
    assert gone not in saved


def test_a_call_looks_once_however_often_it_meets_a_resource(
    backend: PersonalizeBackend, client: Any, workshop: Workshop
) -> None:
    backend.transitions["dataset-group"] = "polls:2"
    workshop.group()
    statuses = [client.list_dataset_groups()["datasetGroups"][0]["status"] for _ in range(3)]

    assert statuses == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]


def test_the_hours_of_a_training_grow_with_the_data(
    make_solution: MakeSolution, train: Train, describe: Describe
) -> None:
    assert describe(train(make_solution()))["trainingHours"] == 1.002  # of 180 events
