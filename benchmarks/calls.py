"""Calls of the control plane, and the mock around them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from benchmarks.harness import Bench, Pair, budget, emulated_client
from pytest_personalize import mock_personalize


@budget("enter and leave the mock", floors=1.5)
def enter_and_leave(bench: Bench) -> Iterator[Pair]:
    """What every test pays."""

    def enter_and_leave_once() -> None:
        with mock_personalize():
            pass

    yield bench.against_floor(enter_and_leave_once)


@budget("describe a dataset group", floors=1.25)
def describe_dataset_group(bench: Bench) -> Iterator[Pair]:
    """One of many."""
    with mock_personalize(quotas=None):
        personalize = emulated_client("personalize")
        arns = [personalize.create_dataset_group(name=f"group{n}")["datasetGroupArn"] for n in range(1000)]
        yield bench.call("personalize", lambda client: client.describe_dataset_group(datasetGroupArn=arns[500]))


@budget("create a dataset group", floors=1.35)
def create_dataset_group(bench: Bench) -> Iterator[Pair]:
    """A new one each time."""
    numbers = count()
    with mock_personalize(quotas=None):
        yield bench.call("personalize", lambda client: client.create_dataset_group(name=f"group{next(numbers)}"))


@budget("tag a dataset group", floors=1.25)
def tag_dataset_group(bench: Bench) -> Iterator[Pair]:
    """Two tags on a group that has them already."""
    tags = [{"tagKey": "team", "tagValue": "search"}, {"tagKey": "stage", "tagValue": "test"}]
    with mock_personalize():
        arn = emulated_client("personalize").create_dataset_group(name="tagged", tags=tags)["datasetGroupArn"]
        yield bench.call("personalize", lambda client: client.tag_resource(resourceArn=arn, tags=tags))


FEW, MANY, PAGE = 200, 100_000, 100


@budget(f"a list page of {PAGE} out of {MANY:,}", times=1.3, versus=f"out of {FEW}")
def list_page(bench: Bench) -> Iterator[Pair]:
    """The first page, whatever lies behind it; a region with few groups and one with many."""
    few, many = emulated_client("personalize"), emulated_client("personalize", "eu-west-1")
    with mock_personalize(quotas=None):
        for client, groups in ((few, FEW), (many, MANY)):
            for number in range(groups):
                client.create_dataset_group(name=f"group{number}")
        yield Pair(
            work=lambda: many.list_dataset_groups(maxResults=PAGE),
            base=lambda: few.list_dataset_groups(maxResults=PAGE),
        )
