"""What the calls of a run would have cost at AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_personalize.testing.costs import Costs

HOUR = 3600


@pytest.fixture
def lines(backend: Any) -> Callable[[], list[str]]:
    """``lines()``: the report on the calls so far, as those of one test."""

    def lines() -> list[str]:
        costs = Costs()
        costs.add("test_it", backend, None)
        return list(costs.lines())

    return lines


Lines = Callable[[], list[str]]


@pytest.fixture
def films(backend: Any) -> Any:
    """A group with data and solutions, which was not made by calls of the test."""
    return backend.seed("movies")


def test_calls_that_take_no_time_are_not_reported(client: Any, films: Any, lines: Lines) -> None:
    client.list_campaigns()
    assert lines() == []


def test_a_training_is_counted_with_its_hours(client: Any, films: Any, lines: Lines) -> None:
    client.create_solution_version(solutionArn=films.solutions["aws-sims"])
    assert lines() == ["waited, one thing after the other: 0.52 hours", "trainings: 1, 0.50 hours in all"]


def test_an_import_is_counted_with_its_hours(client: Any, backend: Any, films: Any, lines: Lines) -> None:
    backend.s3.put("s3://films/users.csv", b"USER_ID,AGE,SUBSCRIPTION_MODEL\nada,30,yearly\n")
    for number in range(10):
        client.create_dataset_import_job(
            jobName=f"night-{number}",
            datasetArn=films.datasets["USERS"],
            dataSource={"dataLocation": "s3://films/users.csv"},
            roleArn="arn:aws:iam::123456789012:role/any",
        )
    assert lines() == ["waited, one thing after the other: 1.00 hours", "imports: 10, 0.94 hours in all"]


def test_a_recommender_is_a_training(client: Any, backend: Any, lines: Lines) -> None:
    shop = backend.seed("shop")
    recipe = "arn:aws:personalize:::recipe/aws-ecomm-popular-items-by-views"
    client.create_recommender(name="mine", datasetGroupArn=shop.arn, recipeArn=recipe)
    assert lines()[1:] == [
        "trainings: 1, 0.67 hours in all",
        "left standing at the end of a test:",
        "  test_it: recommender mine",
    ]


def test_a_refused_call_costs_nothing(client: Any, films: Any, lines: Lines) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.create_solution_version(solutionArn="arn:aws:personalize:us-east-1:123456789012:solution/none")
    assert lines() == []


class TestProvisioned:
    """Campaigns cost their TPS for as long as they stand."""

    @pytest.fixture
    def campaign_arn(self, client: Any, films: Any) -> str:
        version = films.solution_versions["aws-sims"]
        answer = client.create_campaign(name="mine", solutionVersionArn=version, minProvisionedTPS=3)
        return str(answer["campaignArn"])

    def test_while_something_else_is_waited_for(self, client: Any, films: Any, campaign_arn: str, lines: Lines) -> None:
        client.create_solution_version(solutionArn=films.solutions["aws-sims"])
        client.list_campaigns()
        assert f"provisioned meanwhile: {3 * 1860 / HOUR:.2f} TPS hours" in lines()

    def test_while_the_clock_goes_on(self, client: Any, backend: Any, campaign_arn: str, lines: Lines) -> None:
        backend.clock.freeze()
        client.list_campaigns()
        backend.clock.advance(hours=10)
        client.list_campaigns()
        (line,) = (line for line in lines() if line.startswith("provisioned"))
        assert line == f"provisioned meanwhile: {3 * (10 * HOUR - 630) / HOUR:.2f} TPS hours"

    def test_a_change_of_them_counts_from_then_on(
        self, client: Any, films: Any, campaign_arn: str, lines: Lines
    ) -> None:
        client.update_campaign(campaignArn=campaign_arn, minProvisionedTPS=5)
        client.create_solution_version(solutionArn=films.solutions["aws-sims"])
        assert f"provisioned meanwhile: {(3 * 630 + 5 * 1860) / HOUR:.2f} TPS hours" in lines()

    def test_not_any_more_once_it_is_deleted(self, client: Any, films: Any, campaign_arn: str, lines: Lines) -> None:
        client.delete_campaign(campaignArn=campaign_arn)
        client.create_solution_version(solutionArn=films.solutions["aws-sims"])
        assert f"provisioned meanwhile: {3 * 80 / HOUR:.2f} TPS hours" in lines()
        assert "left standing at the end of a test:" not in lines()

    def test_what_is_left_standing_is_named(self, campaign_arn: str, lines: Lines) -> None:
        assert lines()[-2:] == ["left standing at the end of a test:", "  test_it: campaign mine"]

    def test_what_a_preset_brought_is_not_left_by_who_updates_it(self, client: Any, films: Any, lines: Lines) -> None:
        client.update_campaign(campaignArn=films.campaigns["aws-sims"], minProvisionedTPS=2)
        assert "left standing at the end of a test:" not in lines()

    def test_over_tests_that_share_a_backend(self, client: Any, backend: Any, films: Any) -> None:
        costs = Costs()
        before = backend.so_far()
        client.create_campaign(name="ours", solutionVersionArn=films.solution_versions["aws-sims"])
        costs.add("test_one", backend, before)
        before = backend.so_far()
        client.create_solution_version(solutionArn=films.solutions["aws-sims"])
        costs.add("test_two", backend, before)
        lines = list(costs.lines())
        assert f"provisioned meanwhile: {1860 / HOUR:.2f} TPS hours" in lines
        assert lines[-2:] == ["left standing at the end of a test:", "  test_one: campaign ours"]


def test_declared_campaigns_are_not_left_standing(client: Any, backend: Any, lines: Lines) -> None:
    backend.answers("arn:aws:personalize:us-east-1:123456789012:campaign/home").default(items=[])
    client.create_dataset_group(name="films")
    assert lines() == ["waited, one thing after the other: 0.01 hours"]


def test_counts_of_several_processes_add_up(client: Any, backend: Any, films: Any) -> None:
    client.create_solution_version(solutionArn=films.solutions["aws-sims"])
    client.create_campaign(name="mine", solutionVersionArn=films.solution_versions["aws-sims"])
    one, both = Costs(), Costs()
    one.add("test_it", backend, None)
    both.merge(one.state())
    both.merge(one.state())
    both.merge(())
    assert "trainings: 2, 1.00 hours in all" in both.lines()
