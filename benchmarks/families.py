"""One create, one describe and one full list page of every family of resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from attrs import frozen
from botocore import xform_name

from benchmarks.harness import Bench, Pair, budget, emulated_client
from benchmarks.importing import INTERACTIONS, ITEMS, schema_text
from pytest_personalize import PersonalizeBackend, mock_personalize

PAGE = 100
ROLE = "arn:aws:iam::123456789012:role/personalize"
RECIPE = "arn:aws:personalize:::recipe/aws-"
ROWS = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n" + "".join(f"u{n % 9},i{n % 7},{n},watch\n" for n in range(60))
FILES = {
    "interactions.csv": ROWS,
    "items.csv": "ITEM_ID,GENRE,YEAR\n" + "".join(f"i{n},War,1999\n" for n in range(7)),
    "users.json": '{"userId": "u1"}\n',
    "items.json": '{"itemId": "i1"}\n',
    "users.csv": "USER_ID\nu8\n",
}
EXPRESSION = 'EXCLUDE ItemID WHERE Items.GENRE IN ("Drama")'


@frozen(kw_only=True)
class Ground:
    """What resources are put on: the parents that each family needs, and dataset groups that are free."""

    group: str
    store: str
    schema: str
    dataset: str
    version: str
    segments: str
    free: list[str]


def prepare(backend: PersonalizeBackend) -> Ground:
    """Make the ground in an active backend."""
    personalize = emulated_client("personalize")

    def made(operation: str, **members: Any) -> str:
        answer = getattr(personalize, f"create_{operation}")(**members)
        return str(next(value for name, value in answer.items() if name.endswith("Arn")))

    def trained(group: str, recipe: str) -> str:
        solution = made("solution", name=recipe, datasetGroupArn=group, recipeArn=RECIPE + recipe)
        return made("solution_version", solutionArn=solution)

    for name, text in FILES.items():
        backend.s3.put(f"s3://benchmark/{name}", text.encode())
    schemas = {kind: made("schema", name=kind, schema=schema_text(kind)) for kind in (INTERACTIONS, ITEMS)}
    groups = [made("dataset_group", name=f"group{number}") for number in range(PAGE + 2)]
    group, *free = groups
    datasets = {}
    for kind in (INTERACTIONS, ITEMS):
        datasets[kind] = made("dataset", name=kind, datasetGroupArn=group, datasetType=kind, schemaArn=schemas[kind])
        source = {"dataLocation": f"s3://benchmark/{kind.lower()}.csv"}
        made("dataset_import_job", jobName=kind, datasetArn=datasets[kind], dataSource=source, roleArn=ROLE)
    store = made("dataset_group", name="store", domain="ECOMMERCE")
    text = schema_text(INTERACTIONS)
    shop = made("schema", name="shop", schema=text, domain="ECOMMERCE")
    made("dataset", name="shop", datasetGroupArn=store, datasetType=INTERACTIONS, schemaArn=shop)
    return Ground(
        group=group,
        store=store,
        schema=schemas[INTERACTIONS],
        dataset=datasets[INTERACTIONS],
        version=trained(group, "user-personalization"),
        segments=trained(group, "item-affinity"),
        free=free,
    )


Members = Mapping[str, Any]


@frozen(kw_only=True)
class Family:
    """How the ``number``-th resource of a family is created.

    ``alone`` says that a dataset group has room for one: a create is then measured together with its delete. ``works``
    says that it does work such as an import or a training, which is measured elsewhere and is left for later here.
    """

    kind: str
    members: Callable[[Ground, int], Members]
    named: str = "name"
    alone: bool = False
    works: bool = False

    @property
    def title(self) -> str:
        """Its name in the table."""
        return xform_name(self.kind).replace("_", " ")

    @property
    def arn_member(self) -> str:
        """The member that has the ARN."""
        return f"{self.kind[0].lower()}{self.kind[1:]}Arn"

    def create(self, client: Any, ground: Ground, number: int) -> Any:
        """One resource more."""
        members = {**self.members(ground, number)}
        if self.named:
            members[self.named] = f"name{number}"
        return getattr(client, xform_name(f"Create{self.kind}"))(**members)

    def describe(self, client: Any, arn: str) -> Any:
        """Look at one."""
        return getattr(client, xform_name(f"Describe{self.kind}"))(**{self.arn_member: arn})

    def list(self, client: Any) -> Any:
        """The first page."""
        return getattr(client, xform_name(f"List{self.kind}s"))(maxResults=PAGE)

    def delete(self, client: Any, arn: str) -> Any:
        """Delete one."""
        return getattr(client, xform_name(f"Delete{self.kind}"))(**{self.arn_member: arn})


def _job(lines: str) -> Members:
    return {
        "jobInput": {"s3DataSource": {"path": f"s3://benchmark/{lines}.json"}},
        "jobOutput": {"s3DataDestination": {"path": "s3://benchmark/out/"}},
        "roleArn": ROLE,
    }


OUTPUT = {"s3DataDestination": {"path": "s3://benchmark/out/"}}
METRIC = {"eventType": "watch", "metricName": "watched", "expression": "SAMPLECOUNT()"}

DATASETS = Family(
    kind="Dataset",
    alone=True,
    members=lambda ground, number: {
        "datasetGroupArn": ground.free[number],
        "datasetType": INTERACTIONS,
        "schemaArn": ground.schema,
    },
)
FAMILIES = (
    Family(kind="Schema", members=lambda ground, number: {"schema": schema_text(INTERACTIONS)}),
    Family(kind="DatasetGroup", members=lambda ground, number: {}),
    DATASETS,
    Family(
        kind="DatasetImportJob",
        works=True,
        named="jobName",
        members=lambda ground, number: {
            "datasetArn": ground.dataset,
            "dataSource": {"dataLocation": "s3://benchmark/interactions.csv"},
            "roleArn": ROLE,
        },
    ),
    Family(
        kind="DatasetExportJob",
        works=True,
        named="jobName",
        members=lambda ground, number: {"datasetArn": ground.dataset, "jobOutput": OUTPUT, "roleArn": ROLE},
    ),
    Family(
        kind="DataDeletionJob",
        works=True,
        named="jobName",
        members=lambda ground, number: {
            "datasetGroupArn": ground.group,
            "dataSource": {"dataLocation": "s3://benchmark/users.csv"},
            "roleArn": ROLE,
        },
    ),
    Family(
        kind="Solution",
        members=lambda ground, number: {
            "datasetGroupArn": ground.group,
            "recipeArn": f"{RECIPE}sims",
            "performAutoTraining": False,
        },
    ),
    Family(
        kind="SolutionVersion",
        works=True,
        named="",
        members=lambda ground, number: {"solutionArn": ground.version.rpartition("/")[0]},
    ),
    Family(kind="Campaign", members=lambda ground, number: {"solutionVersionArn": ground.version}),
    Family(
        kind="Recommender",
        works=True,
        members=lambda ground, number: {
            "datasetGroupArn": ground.store,
            "recipeArn": f"{RECIPE}ecomm-popular-items-by-views",
        },
    ),
    Family(
        kind="Filter",
        members=lambda ground, number: {"datasetGroupArn": ground.group, "filterExpression": EXPRESSION},
    ),
    Family(kind="EventTracker", alone=True, members=lambda ground, number: {"datasetGroupArn": ground.free[number]}),
    Family(
        kind="MetricAttribution",
        alone=True,
        members=lambda ground, number: {
            "datasetGroupArn": ground.free[number],
            "metrics": [METRIC],
            "metricsOutputConfig": {"roleArn": ROLE},
        },
    ),
    Family(
        kind="BatchInferenceJob",
        works=True,
        named="jobName",
        members=lambda ground, number: {"solutionVersionArn": ground.version, **_job("users")},
    ),
    Family(
        kind="BatchSegmentJob",
        works=True,
        named="jobName",
        members=lambda ground, number: {"solutionVersionArn": ground.segments, **_job("items")},
    ),
)


def _ready(backend: PersonalizeBackend, family: Family) -> tuple[Ground, str]:
    """The ground with a page of settled resources on it, and the ARN of one of them."""
    ground = prepare(backend)
    personalize = emulated_client("personalize")
    if family.kind == "MetricAttribution":  # it needs EVENT_TYPE in its dataset group
        for number in range(PAGE + 1):
            DATASETS.create(personalize, ground, number)
    arn = ""
    for number in range(PAGE):
        arn = family.create(personalize, ground, number)[family.arn_member]
    return ground, arn


def _register(family: Family) -> None:
    @budget(f"create one {family.title}{', and delete it' if family.alone else ''}", floors=1.35)
    def create(bench: Bench) -> Iterator[Pair]:
        numbers = count(PAGE)

        def create_another(client: Any) -> None:
            family.create(client, ground, next(numbers))

        def create_and_delete(client: Any) -> None:
            family.delete(client, family.create(client, ground, PAGE).get(family.arn_member, arn))

        with mock_personalize(quotas=None) as backend:
            ground, arn = _ready(backend, family)
            if family.works:
                backend.transitions = "polls:1"
            yield bench.call("personalize", create_and_delete if family.alone else create_another)

    @budget(f"describe one {family.title}", floors=1.25)
    def describe(bench: Bench) -> Iterator[Pair]:
        with mock_personalize(quotas=None) as backend:
            _, arn = _ready(backend, family)
            yield bench.call("personalize", lambda client: family.describe(client, arn))

    @budget(f"list {PAGE} {family.title}s", floors=6)
    def page(bench: Bench) -> Iterator[Pair]:
        with mock_personalize(quotas=None) as backend:
            _ready(backend, family)
            yield bench.call("personalize", family.list)


for one in FAMILIES:
    _register(one)
