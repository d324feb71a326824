"""What tests make resources with, typed: fixtures hand these out, and tests name them as the types of what they get."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Protocol

from attrs import define, field

from pytest_personalize import PersonalizeBackend

RECIPE = "arn:aws:personalize:::recipe/"
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
        lines = self.backend.s3.get(f"s3://exports/{name}.csv").splitlines()  # of bytes: text has more ends of lines
        return [line.decode() for line in lines[1:]]


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


class MakeSolution(Protocol):
    """``make_solution("aws-sims", **members)``: the ARN of a solution that trains when it is told to."""

    def __call__(self, recipe: str = "aws-sims", name: str = "picks", **members: Any) -> str: ...


class Train(Protocol):
    """``train(solution, **members)``: the ARN of a new solution version."""

    def __call__(self, solution: str, **members: Any) -> str: ...


class Deploy(Protocol):
    """``deploy(version, **members)``: the ARN of a new campaign; the first one without a name is called live."""

    def __call__(self, version: str, name: str | None = None, **members: Any) -> str: ...


class Describe(Protocol):
    """``describe(arn)``: the members of a resource of any kind."""

    def __call__(self, arn: str) -> dict[str, Any]: ...


class MakeDataset(Protocol):
    """``make_dataset(group, "ITEMS", lines=[...], PAGES="long")``: the ARN of a dataset with those lines."""

    def __call__(self, group: str, kind: str, lines: Sequence[str] | None = None, **fields: Any) -> str: ...


class MakeGroup(Protocol):
    """``make_group("INTERACTIONS", "ITEMS", domain=...)``: the ARN of a dataset group with those datasets in it."""

    def __call__(self, *kinds: str, **members: Any) -> str: ...


def described(personalize: Any, arn: str) -> dict[str, Any]:
    """What Describe says of the resource, whatever its kind."""
    kind, *names = arn.split(":")[5].split("/")
    if kind == "solution" and len(names) == 2:
        kind = "solution-version"
    first, *others = kind.split("-")
    member = first + "".join(map(str.capitalize, others))
    answer = getattr(personalize, "describe_" + kind.replace("-", "_"))(**{member + "Arn": arn})
    return dict(answer[member])


STANDARD_METRICS = {
    "coverage",
    "mean_reciprocal_rank_at_25",
    "normalized_discounted_cumulative_gain_at_5",
    "normalized_discounted_cumulative_gain_at_10",
    "normalized_discounted_cumulative_gain_at_25",
    "precision_at_5",
    "precision_at_10",
    "precision_at_25",
}
"""Of all recipes but segmentation and actions."""

INTERACTIONS_SCHEMA = {
    "type": "record",
    "name": "Interactions",
    "namespace": "com.amazonaws.personalize.schema",
    "fields": [
        {"name": "USER_ID", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"},
    ],
    "version": "1.0",
}
"""The smallest that there is."""

USERS_SCHEMA = (
    '{"type": "record", "name": "Users", "namespace": "x", "version": "1.0", "fields": ['
    '{"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": "int"}]}'
)
