"""Filters as resources: what is refused when they are created, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from making import Workshop
from pytest_personalize import PersonalizeBackend

INVALID = "InvalidInputException"
EXPRESSION = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Purchase")'


@pytest.fixture
def group(workshop: Workshop) -> str:
    """A group with interactions and items."""
    group: str = workshop.group()
    workshop.dataset(group=group)
    workshop.dataset("ITEMS", group=group, ABOUT="textual", ON_SALE="boolean")
    return group


@pytest.fixture
def create(client: Any, group: str, workshop: Workshop) -> Callable[..., str]:
    def create_filter(expression: str = EXPRESSION, **members: Any) -> str:
        request = {"name": workshop.name("filter"), "datasetGroupArn": group} | members
        return str(client.create_filter(filterExpression=expression, **request)["filterArn"])

    return create_filter


def test_a_filter_is_described_with_its_expression(client: Any, create: Callable[..., str], group: str) -> None:
    arn = create(name="bought")
    assert arn == "arn:aws:personalize:us-east-1:123456789012:filter/bought"
    described = client.describe_filter(filterArn=arn)["filter"]
    assert set(described) == {
        "name",
        "filterArn",
        "creationDateTime",
        "lastUpdatedDateTime",
        "datasetGroupArn",
        "filterExpression",
        "status",
    }
    assert described["filterExpression"] == EXPRESSION
    assert described["status"] == "ACTIVE"


def test_filters_are_listed_under_a_capital_letter_without_expressions(
    client: Any, create: Callable[..., str], group: str, workshop: Workshop
) -> None:
    arn = create()
    answer = client.list_filters(datasetGroupArn=group)
    assert [summary["filterArn"] for summary in answer["Filters"]] == [arn]
    assert "filterExpression" not in answer["Filters"][0]
    assert client.list_filters(datasetGroupArn=workshop.group())["Filters"] == []


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("EXCLUDE ItemID WHERE Items.CATEGORY_L1 NOT IN ($C)", "Placeholders are not allowed with NOT_IN operator"),
        ("EXCLUDE ItemID WHERE Items.COLOUR IN ($C)", "COLOUR"),
        ("EXCLUDE ItemID WHERE Items.ABOUT IN ($C)", "ABOUT"),
        ('EXCLUDE ItemID WHERE Items.ON_SALE IN ("true")', "ON_SALE"),
        ("EXCLUDE ItemID WHERE Users.AGE > 3", ""),
        ("INCLUDE ItemID WHERE Interactions.TIMESTAMP > 3", "TIMESTAMP"),
        ("SELECT * FROM Items", ""),
        ("INCLUDE ItemID WHERE", ""),
    ],
)
def test_expressions_that_can_not_work_are_refused_with_the_reason(
    create: Callable[..., str], client: Any, refused: Callable[..., Any], expression: str, text: str
) -> None:
    with refused(INVALID, text):
        create(expression)
    assert client.list_filters()["Filters"] == []


def test_a_name_is_taken_in_all_groups(
    create: Callable[..., str], workshop: Workshop, refused: Callable[..., Any]
) -> None:
    create(name="mine")
    other = workshop.group()
    workshop.dataset(group=other)
    with refused("ResourceAlreadyExistsException"):
        create(name="mine", datasetGroupArn=other)


def test_a_group_that_is_not_there_is_refused(create: Callable[..., str], refused: Callable[..., Any]) -> None:
    with refused("ResourceNotFoundException"):
        create(datasetGroupArn="arn:aws:personalize:us-east-1:123456789012:dataset-group/none")


@pytest.mark.mock_personalize(quotas={"filters": 2})
def test_a_group_has_so_many_filters(create: Callable[..., str], refused: Callable[..., Any]) -> None:
    create()
    create()
    with refused("LimitExceededException"):
        create()


@pytest.mark.mock_personalize(quotas={"filter_fields_group": 2})
def test_the_filters_of_a_group_use_so_many_fields(create: Callable[..., str], refused: Callable[..., Any]) -> None:
    create("INCLUDE ItemID WHERE Items.PRICE > 1 AND Items.CATEGORY_L1 IN ($C)")
    create("INCLUDE ItemID WHERE Items.PRICE > 2")
    with refused("LimitExceededException"):
        create()


@pytest.mark.mock_personalize(transitions="polls:2")
def test_a_group_that_is_not_active_takes_no_filter(
    backend: PersonalizeBackend, client: Any, refused: Callable[..., Any]
) -> None:
    group = client.create_dataset_group(name="group")["datasetGroupArn"]
    with refused(INVALID, "CREATE PENDING"):
        client.create_filter(name="early", datasetGroupArn=group, filterExpression=EXPRESSION)
    assert not backend.filters


@pytest.mark.mock_personalize(transitions={"filter": "polls:1"})
def test_a_filter_goes_away_step_by_step(create: Callable[..., str], client: Any, refused: Callable[..., Any]) -> None:
    arn = create()
    with refused("ResourceInUseException"):
        client.delete_filter(filterArn=arn)
    for _ in range(2):
        client.describe_filter(filterArn=arn)
    client.delete_filter(filterArn=arn)
    assert client.describe_filter(filterArn=arn)["filter"]["status"] == "DELETE PENDING"
    with refused("ResourceNotFoundException"):
        client.describe_filter(filterArn=arn)
