"""What the tests of the service share: refusals by code, and a workshop that makes resources through the clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any

import boto3
import pytest
from attrs import define, field
from botocore.exceptions import ClientError

from pytest_personalize import PersonalizeBackend

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"

SCHEMA_NAMES = {
    "INTERACTIONS": "Interactions",
    "ITEMS": "Items",
    "USERS": "Users",
    "ACTIONS": "Actions",
    "ACTION_INTERACTIONS": "ActionInteractions",
}
FIELDS: dict[str, dict[str, Any]] = {
    "INTERACTIONS": {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"},
    "ITEMS": {"ITEM_ID": "string", "PRICE": "float", "CATEGORY_L1": "categorical"},
    "USERS": {"USER_ID": "string", "MEMBERSHIP": "categorical"},
    "ACTIONS": {"ACTION_ID": "string", "VALUE": ["long", "null"], "GENRE": "categorical"},
    "ACTION_INTERACTIONS": {"USER_ID": "string", "ACTION_ID": "string", "EVENT_TYPE": "string", "TIMESTAMP": "long"},
}


def avro(dataset_type: str, **fields: Any) -> str:
    """A schema with the usual fields of its type and ``fields``: "categorical", "textual", or None for none."""
    written = []
    for name, kind in (FIELDS[dataset_type] | fields).items():
        if kind in ("categorical", "textual", "itemName"):
            written.append({"name": name, "type": "string", kind: True})
        elif kind is not None:
            written.append({"name": name, "type": kind})
    record = {"type": "record", "name": SCHEMA_NAMES[dataset_type], "namespace": "com.amazonaws.personalize.schema"}
    return json.dumps(record | {"fields": written, "version": "1.0"})


@define
class Workshop:
    """Makes resources through the clients; what a test does not name gets a name of its own."""

    backend: PersonalizeBackend
    personalize: Any
    _numbers: Iterator[int] = field(factory=lambda: count(1))

    def name(self, stem: str) -> str:
        """A name that is not taken."""
        return f"{stem}-{next(self._numbers)}"

    def group(self, **members: Any) -> str:
        """A dataset group."""
        answer = self.personalize.create_dataset_group(**{"name": self.name("group")} | members)
        return str(answer["datasetGroupArn"])

    def schema(self, dataset_type: str = "INTERACTIONS", domain: str | None = None, **fields: Any) -> str:
        """A schema with the usual fields and those."""
        members = {} if domain is None else {"domain": domain}
        text = avro(dataset_type, **fields)
        return str(self.personalize.create_schema(name=self.name("schema"), schema=text, **members)["schemaArn"])

    def dataset(self, dataset_type: str = "INTERACTIONS", group: str | None = None, **fields: Any) -> str:
        """A dataset, in a group of its own unless one is given."""
        answer = self.personalize.create_dataset(
            name=self.name("dataset"),
            datasetGroupArn=group or self.group(),
            datasetType=dataset_type,
            schemaArn=self.schema(dataset_type, **fields),
        )
        return str(answer["datasetArn"])

    def tracking_id(self, group: str) -> str:
        """The tracking id of a new event tracker."""
        answer = self.personalize.create_event_tracker(name=self.name("tracker"), datasetGroupArn=group)
        return str(answer["trackingId"])

    def upload(self, lines: Sequence[str] | str, name: str = "data.csv") -> str:
        """The address of a new object."""
        uri = f"s3://bucket/{next(self._numbers)}/{name}"
        self.backend.s3.put(uri, (lines if isinstance(lines, str) else "\n".join([*lines, ""])).encode())
        return uri

    def start_import(self, dataset: str, location: str, **members: Any) -> str:
        """A dataset import job."""
        answer = self.personalize.create_dataset_import_job(
            jobName=self.name("import"),
            datasetArn=dataset,
            dataSource={"dataLocation": location},
            roleArn=ROLE,
            **members,
        )
        return str(answer["datasetImportJobArn"])

    def imported(self, dataset: str, *lines: str, **members: Any) -> dict[str, Any]:
        """How an import of these lines ended."""
        job = self.start_import(dataset, self.upload(lines), **members)
        described = self.personalize.describe_dataset_import_job(datasetImportJobArn=job)
        return dict(described["datasetImportJob"])

    def rows(self, dataset: str, mode: str = "ALL") -> list[str]:
        """The lines of an export of the dataset, without the header."""
        name = self.name("export")
        self.personalize.create_dataset_export_job(
            jobName=name,
            datasetArn=dataset,
            ingestionMode=mode,
            roleArn=ROLE,
            jobOutput={"s3DataDestination": {"path": "s3://exports"}},
        )
        return self.backend.s3.get(f"s3://exports/{name}.csv").decode().splitlines()[1:]


SHOP_USERS = [f"user-{number}" for number in range(20)]
SHOP_ITEMS = [f"item-{number:02}" for number in range(30)]


def shop_interactions() -> list[str]:
    """Even users view even items, odd users odd ones; the first items are the most viewed."""
    rows = ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"]
    for number, user in enumerate(SHOP_USERS):
        mine = SHOP_ITEMS[number % 2 :: 2]
        for step in range(8):
            item = mine[(step * (1 + number // 4)) % len(mine)]
            rows.append(f"{user},{item},{1_600_000_000 + 1000 * number + step},View")
    return rows


def shop_items() -> list[str]:
    """Prices rise with the number; categories alternate; the last item has no price."""
    rows = ["ITEM_ID,PRICE,CATEGORY_L1,TITLE"]
    for number, item in enumerate(SHOP_ITEMS):
        rows.append(f"{item},{number + 0.5},{'even' if number % 2 == 0 else 'odd'},Item {number}")
    return rows


class Shop:
    """A dataset group with interactions and items, and campaigns by recipe."""

    def __init__(self, workshop: Workshop, runtime: Any, events: Any) -> None:
        self.workshop = workshop
        self.personalize = workshop.personalize
        self.runtime = runtime
        self.events = events
        self.group = workshop.group()
        interactions_dataset = workshop.dataset(group=self.group)
        items_dataset = workshop.dataset("ITEMS", group=self.group, TITLE="string")
        assert workshop.imported(interactions_dataset, *shop_interactions())["status"] == "ACTIVE"
        assert workshop.imported(items_dataset, *shop_items())["status"] == "ACTIVE"
        self.items_dataset = items_dataset
        self._tracking_id = ""

    def version(self, recipe: str) -> str:
        """The ARN of a new solution version of that recipe."""
        solution = self.personalize.create_solution(
            name=self.workshop.name("solution"),
            datasetGroupArn=self.group,
            recipeArn=f"arn:aws:personalize:::recipe/{recipe}",
        )["solutionArn"]
        return str(self.personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"])

    def campaign(self, recipe: str, **config: Any) -> str:
        """The ARN of a new campaign of that recipe."""
        version = self.version(recipe)
        members = {"campaignConfig": config} if config else {}
        return str(
            self.personalize.create_campaign(
                name=self.workshop.name("campaign"), solutionVersionArn=version, **members
            )["campaignArn"]
        )

    def filter(self, expression: str, group: str | None = None) -> str:
        """The ARN of a new filter."""
        return str(
            self.personalize.create_filter(
                name=self.workshop.name("filter"),
                datasetGroupArn=group or self.group,
                filterExpression=expression,
            )["filterArn"]
        )

    def recommend(self, campaign: str, **members: Any) -> list[dict[str, Any]]:
        """The item list of an answer."""
        return list(self.runtime.get_recommendations(campaignArn=campaign, **members)["itemList"])

    def ids(self, campaign: str, **members: Any) -> list[str]:
        """The ids of an answer."""
        return [item["itemId"] for item in self.recommend(campaign, **members)]

    def rank(self, campaign: str, *item_ids: str, **members: Any) -> list[dict[str, Any]]:
        """The ranked list."""
        members = {"userId": "user-0"} | members
        answer = self.runtime.get_personalized_ranking(campaignArn=campaign, inputList=list(item_ids), **members)
        return list(answer["personalizedRanking"])

    def event(self, user: str, item: str, event_type: str = "View", moment: int = 1_700_000_000) -> None:
        """Stream one event."""
        if not self._tracking_id:
            self._tracking_id = self.workshop.tracking_id(self.group)
        self.events.put_events(
            trackingId=self._tracking_id,
            userId=user,
            sessionId="session",
            eventList=[{"eventType": event_type, "itemId": item, "sentAt": moment}],
        )


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
def make_dataset(workshop: Workshop) -> Callable[..., str]:
    """``make_dataset(group_arn, "ITEMS", lines=[...], PAGES="long")``: the ARN of a dataset with those lines."""

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
def make_group(workshop: Workshop, make_dataset: Callable[..., str]) -> Callable[..., str]:
    """``make_group("INTERACTIONS", "ITEMS", domain=...)``: the ARN of a dataset group with those datasets in it."""

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
