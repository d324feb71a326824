"""What the tests of the service share: refusals by code, and a workshop that makes resources through the clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import chain, count
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from making import (
    RECIPE,
    Deploy,
    Describe,
    MakeDataset,
    MakeGroup,
    MakeSolution,
    Shop,
    Train,
    Workshop,
    described,
)
from pytest_personalize import PersonalizeBackend


@pytest.fixture
def backend(personalize_backend: PersonalizeBackend) -> PersonalizeBackend:
    """The backend of the test."""
    return personalize_backend


def _make_client(service: str) -> Any:
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="mocked", aws_secret_access_key="mocked")


# Made once, as a client keeps nothing from one call to the next: to make one takes as long as many a test.
@pytest.fixture(scope="session")
def clients() -> dict[str, Any]:
    """The clients that the tests share, by service."""
    return {name: _make_client(name) for name in ("personalize", "personalize-runtime", "personalize-events")}


@pytest.fixture
def personalize(personalize_backend: PersonalizeBackend, clients: dict[str, Any]) -> Any:
    """A client of the control plane, answered by the backend of the test."""
    return clients["personalize"]


@pytest.fixture
def personalize_runtime(personalize_backend: PersonalizeBackend, clients: dict[str, Any]) -> Any:
    """A client of the runtime, answered by the backend of the test."""
    return clients["personalize-runtime"]


@pytest.fixture
def personalize_events(personalize_backend: PersonalizeBackend, clients: dict[str, Any]) -> Any:
    """A client of the events API, answered by the backend of the test."""
    return clients["personalize-events"]


@pytest.fixture
def client(backend: PersonalizeBackend, personalize: Any) -> Any:
    """A client of the control plane."""
    return personalize


@pytest.fixture
def workshop(personalize_backend: PersonalizeBackend, personalize: Any) -> Workshop:
    """Makes resources in the backend of the test."""
    return Workshop(personalize_backend, personalize)


@contextmanager
def _refused(code: str, text: str = "") -> Iterator[None]:
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert text in error["Message"]


@pytest.fixture
def refused() -> Callable[..., AbstractContextManager[None]]:
    """A context manager, from a code and a text: the call inside is refused with them."""
    return _refused


EXTRA_FIELDS: dict[str, dict[str, Any]] = {
    "INTERACTIONS": {"EVENT_VALUE": ["float", "null"]},
    "ITEMS": {"GENRES": "categorical", "CREATION_TIMESTAMP": "long"},
}
"""Beside the usual fields, so that the data do for both domains."""

LINES: dict[str, list[str]] = {
    "INTERACTIONS": [
        "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE",
        *(
            f"u{user},i{(user * 3 + step * step) % 20},{1_700_000_000 + step * 3600 + user},{event_type},{step}"
            for user in range(30)
            for step, event_type in enumerate(("View", "Watch", "Purchase") * 2)
        ),
    ],
    "ITEMS": [
        "ITEM_ID,PRICE,CATEGORY_L1,GENRES,CREATION_TIMESTAMP",
        *(f"i{n},{n}.5,toys,{'Drama|War' if n % 2 else 'Comedy'},{1_600_000_000 + n}" for n in range(20)),
    ],
    "USERS": ["USER_ID,MEMBERSHIP", *(f"u{n},gold" for n in range(30))],
    "ACTIONS": ["ACTION_ID,VALUE,GENRE", *(f"a{n},{n},offer" for n in range(5))],
    "ACTION_INTERACTIONS": [
        "USER_ID,ACTION_ID,EVENT_TYPE,TIMESTAMP",
        *(f"u{n},a{n % 5},{('TAKEN', 'NOT_TAKEN')[n % 2]},{1_700_000_000 + n}" for n in range(30)),
    ],
}
"""30 users with 6 events each on 20 items; enough to train on, too little for the minimums of AWS."""


@pytest.fixture
def make_dataset(workshop: Workshop) -> MakeDataset:

    def make(group: str, kind: str, lines: Sequence[str] | None = None, **fields: Any) -> str:
        described = workshop.personalize.describe_dataset_group(datasetGroupArn=group)["datasetGroup"]
        schema = workshop.schema(kind, described.get("domain"), **EXTRA_FIELDS.get(kind, {}) | fields)
        answer = workshop.personalize.create_dataset(
            name=workshop.name("dataset"), datasetGroupArn=group, datasetType=kind, schemaArn=schema
        )
        wanted = LINES.get(kind, []) if lines is None else lines
        if wanted:
            job = workshop.imported(answer["datasetArn"], *wanted)
            assert job["status"] == "ACTIVE", job
        return str(answer["datasetArn"])

    return make


@pytest.fixture
def make_group(workshop: Workshop, make_dataset: MakeDataset) -> MakeGroup:

    def make(*kinds: str, **members: Any) -> str:
        group = workshop.group(**members)
        for kind in kinds:
            make_dataset(group, kind)
        return group

    return make


@pytest.fixture
def shop_of() -> Callable[[PersonalizeBackend], Shop]:
    """``shop_of(backend)``: a small shop in a backend that the test made itself."""
    services = ("personalize", "personalize-runtime", "personalize-events")

    def make(backend: PersonalizeBackend) -> Shop:
        personalize, runtime, events = (boto3.client(name, region_name=backend.region_name) for name in services)
        return Shop(Workshop(backend, personalize), runtime, events)

    return make


@pytest.fixture
def shop(workshop: Workshop, personalize_runtime: Any, personalize_events: Any) -> Shop:
    """A small shop with data, whose campaigns a test makes."""
    return Shop(workshop, personalize_runtime, personalize_events)


@pytest.fixture
def films(make_group: MakeGroup) -> str:
    """The ARN of a custom dataset group with interactions and items."""
    return make_group("INTERACTIONS", "ITEMS")


@pytest.fixture
def make_solution(client: Any, films: str) -> MakeSolution:
    def make(recipe: str = "aws-sims", name: str = "picks", **members: Any) -> str:
        wanted = {"performAutoTraining": False, "datasetGroupArn": films} | members
        return str(client.create_solution(name=name, recipeArn=RECIPE + recipe, **wanted)["solutionArn"])

    return make


@pytest.fixture
def train(client: Any) -> Train:
    def make(solution: str, **members: Any) -> str:
        return str(client.create_solution_version(solutionArn=solution, **members)["solutionVersionArn"])

    return make


@pytest.fixture
def deploy(client: Any) -> Deploy:
    names = chain(["live"], (f"live{number}" for number in count(2)))

    def make(version: str, name: str | None = None, **members: Any) -> str:
        answer = client.create_campaign(name=name or next(names), solutionVersionArn=version, **members)
        return str(answer["campaignArn"])

    return make


@pytest.fixture
def describe(client: Any) -> Describe:
    return partial(described, client)
