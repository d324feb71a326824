"""Automatic training: the service makes new versions of a solution by itself, on the clock."""

from __future__ import annotations

from pytest_personalize.data.events import EventLog
from pytest_personalize.data.records import Records
from pytest_personalize.durations import DAY, HOUR
from pytest_personalize.service.control.solution_config import days_between_trainings
from pytest_personalize.service.control.solution_versions import SolutionVersion, begin_version, newest_version
from pytest_personalize.service.control.solutions import Solution, schedule_training
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.lifecycle import ACTIONS
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED
from pytest_personalize.service.kernel.trained import Trained


def _train_automatically(region: Region, solution_arn: str, now: float) -> None:
    """Train if that is still planned for now and there is something new, and plan the next time.

    The first version is skipped if one was made by hand within the hour before; the next ones follow in the rhythm
    of the schedule, counted from the start of the first training (developer guide, configuring automatic training).
    """
    solution = region.rows(Solution).get(solution_arn)
    if solution is None or solution.next_training != now:
        return
    if solution.status != ACTIVE:
        if solution.status.startswith("CREATE") and solution.status != CREATE_FAILED:
            region.rows(Solution).put(schedule_training(region, solution, now + HOUR, first=True))
        return
    newest = newest_version(region, solution_arn)
    start = now
    by_hand = newest is not None and newest.training_type == "MANUAL" and newest.creation_date_time >= now - HOUR
    if newest is not None and by_hand and solution.first_training:
        start = newest.creation_date_time
    elif _has_news(region, solution, newest):
        begin_version(region, solution, training_type="AUTOMATIC")
    period = days_between_trainings(solution.solution_config) * DAY
    region.rows(Solution).put(schedule_training(region, solution, start + period, first=False))


def _has_news(region: Region, solution: Solution, newest: SolutionVersion | None) -> bool:
    """Whether interactions were imported or streamed since the last training, for actions those with actions too."""
    if newest is not None and region.engine.is_moving(newest.arn):
        return False  # what there is may be in that training
    trained: Trained | None = None if newest is None else region.models.get(newest.arn)
    if trained is None:
        return True
    then, now = trained.view, region.records[solution.dataset_group_arn].view()
    if "INTERACTIONS" not in solution.recipe.required_datasets:
        return _items_version(then) != _items_version(now)
    return _differ(then.interactions, now.interactions) or (
        solution.recipe.trains_on_actions and _differ(then.action_interactions, now.action_interactions)
    )


def _items_version(records: Records) -> int | None:
    return None if records.items_table is None else records.items_table.version


def _differ(one: EventLog | None, other: EventLog | None) -> bool:
    if one is None or other is None:
        return one is not other
    return (one.times, one.users, one.items) != (other.times, other.users, other.items)


ACTIONS["automatic training"] = _train_automatically
