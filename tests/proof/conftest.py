"""What the proofs share: a world in which there is something of every kind and in every state; runs of pytest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree

import boto3
import pytest
from attrs import frozen
from botocore import xform_name

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.server import application
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.shapes import models

REGION = "us-east-1"
ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
RECIPE = "arn:aws:personalize:::recipe/aws-"
START = 1_700_000_000

TAGS = [{"tagKey": "team", "tagValue": "search"}]
FILES = {
    "interactions": "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE\n"
    + "".join(f"u{n % 7},i{n * n % 11},{START - 9999 + n},{'Purchase' if n % 3 else 'View'},{n}\n" for n in range(70)),
    "items": "ITEM_ID,PRICE,GENRE,TITLE\n" + "".join(f"i{n},{n}.5,Drama|War,A film {n}\n" for n in range(11)),
    "users": "USER_ID,AGE\n" + "".join(f"u{n},{n}\n" for n in range(7)),
    "actions": "ACTION_ID,VALUE\n" + "".join(f"a{n},{n}\n" for n in range(5)),
    "taken": "USER_ID,ACTION_ID,TIMESTAMP,EVENT_TYPE\n"
    + "".join(f"u{n},a{n % 5},{START + n},TAKEN\n" for n in range(7)),
    "gone": "USER_ID\nu6\n",
}
LINES = {"users": '{"userId": "u1"}\n', "items": '{"itemId": "i1"}\n'}


def avro(name: str, **fields: Any) -> str:
    written = [{"name": key, **(kind if isinstance(kind, dict) else {"type": kind})} for key, kind in fields.items()]
    return json.dumps({"type": "record", "name": name, "namespace": "com.example", "fields": written, "version": "1.0"})


GENRE = {"type": "string", "categorical": True}
EVENT = {"TIMESTAMP": "long", "EVENT_TYPE": "string"}
ITEM = {"ITEM_ID": "string", "PRICE": "float", "GENRE": GENRE, "TITLE": {"type": "string", "textual": True}}
SCHEMAS = {
    "interactions": avro("Interactions", USER_ID="string", ITEM_ID="string", **EVENT, EVENT_VALUE=["float", "null"]),
    "items": avro("Items", **ITEM),
    "wider items": avro("Items", **ITEM, YEAR=["long", "null"]),
    "users": avro("Users", USER_ID="string", AGE="long"),
    "actions": avro("Actions", ACTION_ID="string", VALUE="long"),
    "action interactions": avro("ActionInteractions", USER_ID="string", ACTION_ID="string", **EVENT),
}


def dataset(group: str, dataset_type: str, schema: str) -> tuple[str, str, dict[str, Any]]:
    members = {"name": "data", "datasetGroupArn": f"<{group}>", "datasetType": dataset_type, "schemaArn": f"<{schema}>"}
    return f"{group} {dataset_type}", "CreateDataset", members


def imported(group: str, dataset_type: str, file: str) -> tuple[str, str, dict[str, Any]]:
    name = f"{group}-{file}"
    source = {"dataLocation": f"s3://bucket/{file}.csv"}
    members = {"jobName": name, "datasetArn": f"<{group} {dataset_type}>", "dataSource": source, "roleArn": ROLE}
    return f"{name} import", "CreateDatasetImportJob", members


def trained(solution: str, recipe: str) -> list[tuple[str, str, dict[str, Any]]]:
    """A solution that never trains by itself, and a version of it."""
    members = {
        "name": solution,
        "datasetGroupArn": "<shop>",
        "recipeArn": RECIPE + recipe,
        "performAutoTraining": False,
    }
    return [
        (solution, "CreateSolution", members),
        (f"{solution} version", "CreateSolutionVersion", {"solutionArn": f"<{solution}>"}),
    ]


def campaign(name: str, version: str) -> tuple[str, str, dict[str, Any]]:
    return f"{name} campaign", "CreateCampaign", {"name": name, "solutionVersionArn": f"<{version} version>"}


def named(key: str, operation: str, group: str, **members: Any) -> tuple[str, str, dict[str, Any]]:
    return key, operation, {"name": key.replace(" ", "-"), "datasetGroupArn": f"<{group}>", **members}


EXPRESSION = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Purchase")'
METRICS = {
    "metrics": [{"eventType": "Purchase", "metricName": "revenue", "expression": "SUM(Interactions.EVENT_VALUE)"}],
    "metricsOutputConfig": {"roleArn": ROLE, "s3DataDestination": {"path": "s3://bucket/reports"}},
}
POPULAR = {"recipeArn": RECIPE + "ecomm-popular-items-by-views"}


def batch(version: str, kind: str) -> dict[str, Any]:
    return {
        "jobName": f"{version}-{kind}",
        "solutionVersionArn": f"<{version} version>",
        "jobInput": {"s3DataSource": {"path": f"s3://bucket/{kind}.json"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://bucket/out/"}},
        "roleArn": ROLE,
    }


SETTLED = [
    *((f"{key} schema", "CreateSchema", {"name": key.replace(" ", "-"), "schema": SCHEMAS[key]}) for key in SCHEMAS),
    ("spare schema", "CreateSchema", {"name": "spare", "schema": SCHEMAS["users"]}),
    ("store schema", "CreateSchema", {"name": "store", "schema": SCHEMAS["interactions"], "domain": "ECOMMERCE"}),
    *((name, "CreateDatasetGroup", {"name": name, "tags": TAGS}) for name in ("shop", "half", "fresh", "spare")),
    ("store", "CreateDatasetGroup", {"name": "store", "domain": "ECOMMERCE"}),
    dataset("shop", "INTERACTIONS", "interactions schema"),
    dataset("shop", "ITEMS", "items schema"),
    dataset("shop", "USERS", "users schema"),
    dataset("shop", "ACTIONS", "actions schema"),
    dataset("shop", "ACTION_INTERACTIONS", "action interactions schema"),
    dataset("store", "INTERACTIONS", "store schema"),
    dataset("fresh", "INTERACTIONS", "interactions schema"),
    dataset("half", "INTERACTIONS", "interactions schema"),
    dataset("half", "ITEMS", "items schema"),
    dataset("half", "ACTIONS", "actions schema"),
    imported("shop", "INTERACTIONS", "interactions"),
    imported("shop", "ITEMS", "items"),
    imported("shop", "USERS", "users"),
    imported("shop", "ACTIONS", "actions"),
    imported("shop", "ACTION_INTERACTIONS", "taken"),
    imported("store", "INTERACTIONS", "interactions"),
    *trained("picks", "user-personalization"),
    *trained("ranks", "personalized-ranking"),
    *trained("deals", "next-best-action"),
    *trained("fans", "item-affinity"),
    *trained("gone", "user-personalization"),
    named("spare solution", "CreateSolution", "shop", recipeArn=RECIPE + "sims", performAutoTraining=False),
    *(campaign(name, "picks") for name in ("picks", "spare", "moving")),
    campaign("ranks", "ranks"),
    campaign("deals", "deals"),
    *(named(f"{name} recommender", "CreateRecommender", "store", **POPULAR) for name in ("top", "spare", "moving")),
    named("stopped recommender", "CreateRecommender", "store", **POPULAR),
    ("stopped recommender", "StopRecommender", {"recommenderArn": "<stopped recommender>"}),
    *(named(f"{name} filter", "CreateFilter", "shop", filterExpression=EXPRESSION) for name in ("seen", "spare")),
    named("gone filter", "CreateFilter", "shop", filterExpression=EXPRESSION),
    named("users filter", "CreateFilter", "shop", filterExpression="INCLUDE UserID WHERE Users.AGE > 0"),
    named("actions filter", "CreateFilter", "shop", filterExpression="INCLUDE ActionID WHERE Actions.VALUE > 0"),
    named("shop tracker", "CreateEventTracker", "shop"),
    named("spare tracker", "CreateEventTracker", "store"),
    named("shop attribution", "CreateMetricAttribution", "shop", **METRICS),
    named("spare attribution", "CreateMetricAttribution", "store", **METRICS),
    ("users batch", "CreateBatchInferenceJob", batch("picks", "users")),
    ("items batch", "CreateBatchSegmentJob", batch("fans", "items")),
    (
        "export",
        "CreateDatasetExportJob",
        {
            "jobName": "export",
            "datasetArn": "<shop ITEMS>",
            "roleArn": ROLE,
            "jobOutput": {"s3DataDestination": {"path": "s3://bucket/out"}},
        },
    ),
    (
        "deletion",
        "CreateDataDeletionJob",
        {
            "jobName": "deletion",
            "datasetGroupArn": "<shop>",
            "roleArn": ROLE,
            "dataSource": {"dataLocation": "s3://bucket/gone.csv"},
        },
    ),
]
"""Key, operation, request: in a request, ``<key>`` stands for the ARN of what has that key; see ``World.fill``."""

UNDER_WAY = [
    ("pending group", "CreateDatasetGroup", {"name": "pending"}),
    ("pending store", "CreateDatasetGroup", {"name": "pending-store", "domain": "ECOMMERCE"}),
    dataset("half", "USERS", "users schema"),
    dataset("fresh", "ACTIONS", "actions schema"),
    dataset("fresh", "ACTION_INTERACTIONS", "action interactions schema"),
    ("half ITEMS", "UpdateDataset", {"datasetArn": "<half ITEMS>", "schemaArn": "<wider items schema>"}),
    imported("half", "INTERACTIONS", "interactions"),
    named("pending solution", "CreateSolution", "shop", recipeArn=RECIPE + "sims"),
    ("pending version", "CreateSolutionVersion", {"solutionArn": "<ranks>"}),
    ("pending fans", "CreateSolutionVersion", {"solutionArn": "<fans>"}),
    ("moving solution", "UpdateSolution", {"solutionArn": "<deals>", "performAutoTraining": True}),
    campaign("pending", "picks"),
    ("moving campaign", "UpdateCampaign", {"campaignArn": "<moving campaign>", "minProvisionedTPS": 2}),
    named("pending recommender", "CreateRecommender", "store", **POPULAR),
    (
        "moving recommender",
        "UpdateRecommender",
        {
            "recommenderArn": "<moving recommender>",
            "recommenderConfig": {"minRecommendationRequestsPerSecond": 2},
        },
    ),
    named("pending filter", "CreateFilter", "shop", filterExpression=EXPRESSION),
    ("gone filter", "DeleteFilter", {"filterArn": "<gone filter>"}),
    ("gone", "DeleteSolution", {"solutionArn": "<gone>"}),
    named("pending tracker", "CreateEventTracker", "half"),
    named("pending attribution", "CreateMetricAttribution", "half", **METRICS),
]
"""As ``SETTLED``, but on a clock that stands still: nothing of it gets any further."""

SERVICE_OF = {name: service for service in models.SERVICES for name in models.operation_names(service)}


class Clients:
    """One client of each service, called by the name of the operation."""

    def __init__(self, endpoint_url: str | None = None) -> None:
        session = boto3.Session(aws_access_key_id="mocked", aws_secret_access_key="mocked", region_name=REGION)
        self.of_service: dict[str, Any] = {
            service: session.client(service, endpoint_url=endpoint_url) for service in models.SERVICES
        }

    def call(self, operation: str, members: Mapping[str, Any]) -> dict[str, Any]:
        client = self.of_service[SERVICE_OF[operation]]
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**members)
        return answer


@frozen
class World:
    """A backend with all that ``SETTLED`` and ``UNDER_WAY`` make, and what their keys stand for."""

    backend: PersonalizeBackend
    clients: Clients
    known: dict[str, str]

    def fill(self, value: Any) -> Any:
        """A request with its texts that begin with ``<key>`` or ``<key@region>`` filled in."""
        if isinstance(value, dict):
            return {name: self.fill(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if isinstance(value, str) and value.startswith("<"):
            name, _, rest = value[1:].partition(">")
            key, _, region = name.partition("@")
            return self.known[key].replace(f":{REGION}:", f":{region or REGION}:") + rest
        return value

    def call(self, operation: str, members: Mapping[str, Any]) -> dict[str, Any]:
        """Call an operation with a request in which ``<key>`` may stand."""
        return self.clients.call(operation, self.fill(dict(members)))

    def state(self) -> dict[str, Any]:
        """All that a refused call must leave as it was."""
        return state_of(self.backend)


def state_of(backend: PersonalizeBackend) -> dict[str, Any]:
    """All that a call to a backend may change."""
    snapshot = backend.snapshot()
    regions = {
        name: {
            "tables": {kind: list(table) for kind, table in region.tables.items()},
            "tags": region.tags,
            "models": list(region.models),
            "records": {arn: extent(records) for arn, records in region.records.items() if records.schemas},
            "serial": region.serial,
        }
        for name, region in snapshot.state.regions.items()
    }
    return {"regions": regions, "engine": snapshot.state.agenda, "files": snapshot.files.list(None)}


def extent(records: Any) -> tuple[Any, ...]:
    """How much a dataset group knows."""
    ids = [len(table) for table in (records.users, records.items, records.actions)]
    logs = [None if log is None else len(log) for log in (records.interactions, records.action_interactions)]
    tables = (records.items_table, records.users_table, records.actions_table)
    return (*ids, *logs, *(None if table is None else table.version for table in tables), dict(records.schemas))


@pytest.fixture(scope="session")
def samples() -> dict[str, dict[str, Any]]:
    """A request of each operation that is answered in the world."""
    requests: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("requests.json").read_text())
    return requests


@pytest.fixture(scope="session")
def clients() -> Clients:
    return Clients()


@pytest.fixture(scope="session")
def built(clients: Clients) -> tuple[Any, dict[str, str]]:
    """A snapshot of the world, and what its keys stand for."""
    with mock_personalize(quotas=None) as backend:
        backend.clock.freeze(START)
        for name, text in FILES.items():
            backend.s3.put(f"s3://bucket/{name}.csv", text.encode())
        for name, text in LINES.items():
            backend.s3.put(f"s3://bucket/{name}.json", text.encode())
        world = World(backend, clients, {})
        for mode, steps in (("instant", SETTLED), ("clock", UNDER_WAY)):
            backend.transitions = dict.fromkeys(("default", "solution", "dataset", "event-tracker", "filter"), mode)
            for key, operation, members in steps:
                answer = world.call(operation, members)
                for name, value in answer.items():
                    if name.endswith("Arn"):
                        world.known[key] = value
                    elif name == "trackingId":
                        world.known[f"{key} id"] = value
        for group in ("shop", "fresh"):
            actions = world.call("DescribeDataset", {"datasetArn": f"<{group} ACTION_INTERACTIONS>"})
            world.known[f"{group} actions id"] = actions["dataset"]["trackingId"]
        check(backend.all_resources())
        return backend.snapshot(), world.known


def check(resources: list[Resource]) -> None:
    """Nothing of the world has failed."""
    for resource in resources:
        assert resource.failure_reason is None, resource


@pytest.fixture
def world(built: tuple[Any, dict[str, str]], clients: Clients) -> Iterator[World]:
    """The world, as new."""
    snapshot, known = built
    with mock_personalize(quotas=None) as backend:
        backend.restore(snapshot)
        yield World(backend, clients, known)


@pytest.fixture(scope="session")
def http_clients(_personalize_server_thread: tuple[str, Any]) -> Clients:
    return Clients(_personalize_server_thread[0])


@pytest.fixture
def world_over_http(
    world: World, http_clients: Clients, _personalize_server_thread: tuple[str, Any]
) -> Iterator[World]:
    """The same world, for clients that call it over HTTP."""
    _, stage = _personalize_server_thread
    with stage.holding(application(world.backend)):
        yield World(world.backend, http_clients, world.known)


@frozen
class Run:
    """What a pytest that ran in a process of its own said."""

    folder: Path
    outcomes: dict[str, str]
    output: str


class Start:
    """Writes files to a new folder and runs pytest there, in a process of its own with little of this environment."""

    def __init__(self, make_folder: Callable[[], Path]) -> None:
        self.make_folder = make_folder

    def __call__(
        self,
        files: Mapping[str, str],
        *flags: str,
        python: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        plugins: Sequence[str] | None = None,
    ) -> Run:
        """``plugins`` are the only ones that are loaded, unless it is None: then all that are installed."""
        folder = self.make_folder()
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST_"))}
        environment |= {
            "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
            "HOME": str(folder),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if plugins is not None:
            environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        named = [part for name in plugins or () for part in ("-p", name)]
        fixed = ["-q", "-o", "junit_family=xunit1", "--junit-xml=outcomes.xml", f"--rootdir={folder}"]
        if "pytest.ini" not in files:
            (folder / "pytest.ini").write_text("[pytest]\n")
        done = subprocess.run(
            [sys.executable, *python, "-m", "pytest", *fixed, *named, *flags],
            cwd=folder,
            env=environment | dict(env or {}),
            capture_output=True,
            text=True,
            timeout=300,  # of a machine that many share
            check=False,
        )
        report = folder / "outcomes.xml"
        outcomes = _outcomes(report.read_text()) if report.exists() else {}
        return Run(folder, outcomes, done.stdout + done.stderr)


def _outcomes(report: str) -> dict[str, str]:
    """Module -> passed, or the worst that befell one of its tests."""
    outcomes: dict[str, str] = {}
    for case in ElementTree.fromstring(report).iter("testcase"):
        module = (case.get("classname") or case.get("name") or "").split(".")[0]
        worst = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
        if outcomes.get(module, "passed") == "passed":
            outcomes[module] = worst
    return outcomes


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    return Start(lambda: tmp_path_factory.mktemp("run"))
