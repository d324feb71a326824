"""What a test pays here, with moto and with botocore's Stubber: the same work, in the same run.

moto has four operations of Amazon Personalize, those of schemas, so it is schemas that are made, described and listed.
A Stubber answers what it is given, so giving it counts.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from typing import Any, Final

import boto3
from attrs import frozen
from botocore.stub import Stubber

from benchmarks.harness import REGION
from benchmarks.importing import INTERACTIONS, schema_text
from pytest_personalize import mock_personalize

MANY: Final = 5_000
PAGE: Final = 100
SECONDS: Final = 1.0
"""How long a piece of work is repeated, to take the shortest."""

TEXT: Final = schema_text(INTERACTIONS)
ARN: Final = f"arn:aws:personalize:{REGION}:123456789012:schema/schema-0"


def new_client() -> Any:
    """As the code under test makes it."""
    return boto3.client("personalize", region_name=REGION, aws_access_key_id="mocked", aws_secret_access_key="mocked")


Answers = tuple[tuple[str, Mapping[str, Any]], ...]
"""What a work asks for: the method of the client, and an answer."""

CREATED: Final = ("create_schema", {"schemaArn": ARN})
DESCRIBED: Final = ("describe_schema", {"schema": {"schemaArn": ARN, "schema": TEXT}})


def _page(first: int) -> Mapping[str, Any]:
    rows = [{"name": f"schema-{number}", "schemaArn": f"{ARN}{number}"} for number in range(first, first + PAGE)]
    return {"schemas": rows, **({"nextToken": str(first)} if first + PAGE < MANY else {})}


LISTED: Final = tuple(("list_schemas", _page(first)) for first in range(0, MANY, PAGE))


@frozen
class Neighbour:
    """A way to test: what is active during a test, and how a client comes to its ``Answers``."""

    name: str
    active: Callable[[], AbstractContextManager[object]]
    stubbed: bool = False

    @contextmanager
    def answering(self, client: Any, answers: Answers) -> Iterator[None]:
        """The client gets these answers, which only a Stubber has to be told."""
        if not self.stubbed:
            yield
            return
        with Stubber(client) as stubber:
            for method, answer in answers:
                stubber.add_response(method, answer)
            yield


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def neighbours() -> list[Neighbour]:
    """Those that are installed."""
    found = [Neighbour("pytest-personalize", lambda: mock_personalize(quotas=None))]
    if find_spec("moto"):
        from moto import mock_aws

        found.append(Neighbour("moto", mock_aws))
    return [*found, Neighbour("Stubber", _nothing, stubbed=True)]


def _enter_and_leave(neighbour: Neighbour) -> Iterator[Callable[[], object]]:
    client = new_client()

    def work() -> None:
        with neighbour.active(), neighbour.answering(client, ()):
            pass

    yield work


def _first_call(neighbour: Neighbour) -> Iterator[Callable[[], object]]:
    with _with_schemas(neighbour, 1):

        def work() -> None:
            client = new_client()
            with neighbour.answering(client, (DESCRIBED,)):
                client.describe_schema(schemaArn=ARN)

        yield work


def _describe(neighbour: Neighbour) -> Iterator[Callable[[], object]]:
    with _with_schemas(neighbour, 1) as client:

        def work() -> None:
            with neighbour.answering(client, (DESCRIBED,)):
                client.describe_schema(schemaArn=ARN)

        yield work


def _list(neighbour: Neighbour) -> Iterator[Callable[[], object]]:
    with _with_schemas(neighbour, MANY) as client:

        def work() -> None:
            with neighbour.answering(client, LISTED):
                pages = client.get_paginator("list_schemas").paginate(PaginationConfig={"PageSize": PAGE})
                listed = sum(len(page["schemas"]) for page in pages)
            if listed != MANY:
                raise AssertionError(f"{neighbour.name} lists {listed} schemas")

        yield work


def _test_in_whole(neighbour: Neighbour) -> Iterator[Callable[[], object]]:
    def work() -> None:
        with neighbour.active():
            client = new_client()
            with neighbour.answering(client, (CREATED, DESCRIBED)):
                arn = client.create_schema(name="schema-0", schema=TEXT)["schemaArn"]
                client.describe_schema(schemaArn=arn)

    yield work


@contextmanager
def _with_schemas(neighbour: Neighbour, count: int) -> Iterator[Any]:
    """A client, with so many schemas made where they have to be there."""
    with ExitStack() as stack:
        stack.enter_context(neighbour.active())
        client = new_client()
        for number in range(0 if neighbour.stubbed else count):
            client.create_schema(name=f"schema-{number}", schema=TEXT)
        yield client


WORKS: Final[Mapping[str, Callable[[Neighbour], Iterator[Callable[[], object]]]]] = {
    "enter and leave": _enter_and_leave,
    "make a client, first call": _first_call,
    "describe": _describe,
    f"list {MANY:,}, {PAGE} a page": _list,
    "a test in whole: enter, client, create, describe, leave": _test_in_whole,
}


def compared(title: str) -> dict[str, float]:
    """Seconds that the work of that title takes, by neighbour."""
    found = {}
    for neighbour in neighbours():
        for work in WORKS[title](neighbour):
            found[neighbour.name] = _shortest(work)
    return found


def _shortest(work: Callable[[], object]) -> float:
    work()
    gc.collect()
    gc.disable()
    try:
        shortest, end = float("inf"), time.perf_counter() + SECONDS
        while (start := time.perf_counter()) < end or shortest == float("inf"):
            work()
            shortest = min(shortest, time.perf_counter() - start)
        return shortest
    finally:
        gc.enable()
