"""All lists: pages, tokens, filters, and that a summary says what the description says."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import ListShape

from pytest_personalize.shapes import models

BAD_TOKEN = "InvalidNextTokenException"
NO_PAGINATOR = {"ListDataDeletionJobs"}
"""Lists for which botocore has no paginator; the tokens work all the same."""

ONLY_LISTED = {"ListRecipes": {"domain"}}
"""What a summary has and the description has not."""


def rows_of(operation: str) -> str:
    """The member of an answer that has the list."""
    members = models.operation("personalize", operation).output.members
    return next(name for name, shape in members.items() if isinstance(shape, ListShape))


def filter_of(operation: str) -> str | None:
    """The member of a request that names the parent."""
    members = models.operation("personalize", operation).input.members
    return next((name for name in members if name.endswith("Arn")), None)


NAMES = models.operation_names("personalize")
LISTS = [name for name in NAMES if "nextToken" in models.operation("personalize", name).input.members]
DESCRIBED = [name for name in LISTS if name != "ListMetricAttributionMetrics"]
OF_RESOURCES = [name for name in DESCRIBED if filter_of(name) is not None]
PARENTS = {
    "ListBatchSegmentJobs": "<fans version>",
    "ListMetricAttributionMetrics": "<shop attribution>",
    "ListRecommenders": "<store>",
    "datasetGroupArn": "<shop>",
    "datasetArn": "<shop ITEMS>",
    "solutionArn": "<picks>",
    "solutionVersionArn": "<picks version>",
}
OTHERS = {
    "ListMetricAttributionMetrics": "<spare attribution>",
    "datasetGroupArn": "<store>",
    "datasetArn": "<shop USERS>",
    "solutionArn": "<ranks>",
    "solutionVersionArn": "<fans version>",
}


def parent(operation: str, parents: dict[str, str] = PARENTS) -> dict[str, str]:
    """What the list is filtered by where it has to be: that of metrics needs an attribution."""
    member = filter_of(operation)
    return {} if member is None else {member: parents.get(operation, parents.get(member))}


def least(operation: str) -> dict[str, str]:
    return parent(operation) if operation == "ListMetricAttributionMetrics" else {}


def whole(world: Any, operation: str, **members: Any) -> list[dict[str, Any]]:
    """All rows, page by page, two on each."""
    rows: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        answer = world.call(operation, {"maxResults": 2, **members, **token})
        rows += answer[rows_of(operation)]
        if "nextToken" not in answer:
            return rows
        assert len(answer[rows_of(operation)]) == 2
        token = {"nextToken": answer["nextToken"]}


@pytest.fixture
def long_lists(world: Any) -> Any:
    """The world, with enough of everything for a second page."""
    for number in range(3):
        metric = {"eventType": "View", "metricName": f"views{number}", "expression": "SAMPLECOUNT()"}
        for attribution in ("shop", "spare"):
            world.call(
                "UpdateMetricAttribution",
                {"metricAttributionArn": f"<{attribution} attribution>", "addMetrics": [metric]},
            )
    return world


@pytest.mark.parametrize("operation", LISTS)
def test_pages_make_up_the_whole_list(long_lists: Any, operation: str) -> None:
    answer = long_lists.call(operation, {**least(operation), "maxResults": 100})
    assert answer[rows_of(operation)]
    assert "nextToken" not in answer
    assert whole(long_lists, operation, **least(operation)) == answer[rows_of(operation)]


@pytest.mark.parametrize("operation", LISTS)
def test_the_paginators_of_boto3_work(long_lists: Any, operation: str) -> None:
    client = long_lists.clients.of_service["personalize"]
    if not client.can_paginate(xform_name(operation)):
        assert operation in NO_PAGINATOR
        return
    paginator = client.get_paginator(xform_name(operation))
    members = long_lists.fill(least(operation))
    pages = list(paginator.paginate(**members, PaginationConfig={"PageSize": 1}))
    rows = [row for page in pages for row in page[rows_of(operation)]]
    assert len(rows) == len(pages)
    assert rows == whole(long_lists, operation, **members)


def described(world: Any, operation: str, row: dict[str, Any]) -> dict[str, Any]:
    """What Describe says about a row of a list."""
    describe = operation.replace("List", "Describe").removesuffix("s")
    (member,) = models.operation("personalize", describe).input.members
    answer = world.call(describe, {member: row[member]})
    return dict(next(value for name, value in answer.items() if name != "ResponseMetadata"))


def is_below(found: dict[str, Any], member: str, arn: str) -> bool:
    """Whether a description is of something below that parent; a campaign says so with its version."""
    return found.get(member) == arn or (member == "solutionArn" and found["solutionVersionArn"].startswith(f"{arn}/"))


@pytest.mark.parametrize("operation", OF_RESOURCES)
def test_a_filter_leaves_what_is_below_the_parent(world: Any, operation: str) -> None:
    ((member, arn),) = world.fill(parent(operation)).items()
    rows = [row for row in whole(world, operation) if is_below(described(world, operation, row), member, arn)]
    assert rows
    assert whole(world, operation, **{member: arn}) == rows


@pytest.mark.parametrize("operation", DESCRIBED)
def test_a_summary_says_what_the_description_says(world: Any, operation: str) -> None:
    for row in whole(world, operation):
        found = described(world, operation, row)
        said = row.keys() - ONLY_LISTED.get(operation, set())
        assert {name: row[name] for name in said} == {name: found.get(name) for name in said}


@pytest.mark.parametrize("operation", LISTS)
def test_a_token_is_for_its_own_list(long_lists: Any, operation: str) -> None:
    other = "ListSchemas" if operation != "ListSchemas" else "ListDatasetGroups"
    token = long_lists.call(other, {"maxResults": 1})["nextToken"]
    with pytest.raises(ClientError, match=BAD_TOKEN):
        long_lists.call(operation, {**least(operation), "nextToken": token})


@pytest.mark.parametrize("operation", ["ListDatasets", "ListFilters", "ListCampaigns", "ListMetricAttributionMetrics"])
def test_a_token_is_for_its_own_filter(long_lists: Any, operation: str) -> None:
    token = long_lists.call(operation, {**parent(operation), "maxResults": 1})["nextToken"]
    with pytest.raises(ClientError, match=BAD_TOKEN):
        long_lists.call(operation, {**parent(operation, OTHERS), "nextToken": token})


def test_pages_hold_while_resources_come_and_go(world: Any) -> None:
    before = whole(world, "ListFilters")
    seen, unseen = before[0]["filterArn"], before[-3]["filterArn"]
    first = world.call("ListFilters", {"maxResults": 1})
    for arn in (seen, unseen):
        world.call("DeleteFilter", {"filterArn": arn})
    sample = {"name": "new", "datasetGroupArn": "<shop>", "filterExpression": "EXCLUDE ItemID WHERE Items.PRICE > 3"}
    new = world.call("CreateFilter", sample)["filterArn"]
    rest = whole(world, "ListFilters", nextToken=first["nextToken"])
    arns = [row["filterArn"] for row in before[1:] if row["filterArn"] != unseen]
    assert [row["filterArn"] for row in rest] == [*arns, new]


@pytest.mark.parametrize("operation", [name for name in OF_RESOURCES if name != "ListSolutionVersions"])
def test_a_list_below_what_does_not_exist_is_empty(world: Any, operation: str) -> None:
    ((member, value),) = parent(operation).items()
    answer = world.call(operation, {member: f"{value}x"})
    assert answer[rows_of(operation)] == []
    assert "nextToken" not in answer
