"""What cases need: resources by a key, each with the call that makes it. A request names others as ``<key>``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from pytest_personalize.conformance.case import Call, Cost, Members

RECIPE: Final = "arn:aws:personalize:::recipe/aws-"
CATEGORICAL: Final = {"type": "string", "categorical": True}
TEXTUAL: Final = {"type": "string", "textual": True}
OPTIONAL_TEXT: Final = ["null", "string"]
MOMENT: Final = 1_700_000_000
"""When the events happened, epoch seconds."""


def avro(name: str, **fields: Any) -> str:
    """A schema of that name; a field is a type, or the members beside its name."""
    written = [{"name": key, **(kind if isinstance(kind, Mapping) else {"type": kind})} for key, kind in fields.items()]
    record = {"type": "record", "name": name, "namespace": "com.amazonaws.personalize.schema"}
    return json.dumps(record | {"fields": written, "version": "1.0"})


@frozen
class File:
    """An object in the folder of the run."""

    name: str
    text: str
    after: tuple[str, ...] = ()
    costs: Cost = "import"


EVENT_FIELDS: Final = {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"}
ITEM_FIELDS: Final = {
    "ITEM_ID": "string",
    "PRICE": "float",
    "GENRE": CATEGORICAL,
    "BRAND": {"type": OPTIONAL_TEXT, "categorical": True},
    "TITLE": "string",
    "PLOT": TEXTUAL,
    "STOCK": "int",
    "IN_STOCK": "boolean",
    "CREATION_TIMESTAMP": "long",
}
USER_FIELDS: Final = {"USER_ID": "string", "AGE": "int", "MEMBERSHIP": CATEGORICAL}
ACTION_FIELDS: Final = {"ACTION_ID": "string", "VALUE": ["long", "null"], "KIND": CATEGORICAL}
TAKEN_FIELDS: Final = {"USER_ID": "string", "ACTION_ID": "string", "EVENT_TYPE": "string", "TIMESTAMP": "long"}
STORE_ITEM_FIELDS: Final = {"ITEM_ID": "string", "PRICE": "float", "CATEGORY_L1": CATEGORICAL}
INTERACTIONS: Final = avro("Interactions", **EVENT_FIELDS, EVENT_VALUE=["float", "null"], DEVICE=["string", "null"])
ITEMS: Final = avro("Items", **ITEM_FIELDS)
WIDER_ITEMS: Final = avro("Items", **ITEM_FIELDS, YEAR=["int", "null"])
NARROW_ITEMS: Final = avro("Items", ITEM_ID="string", PRICE="float")
USERS: Final = avro("Users", **USER_FIELDS)
ACTIONS: Final = avro("Actions", **ACTION_FIELDS)
TAKEN: Final = avro("ActionInteractions", **TAKEN_FIELDS)


@frozen
class Thing:
    """A resource: how it is made, what must have happened before beside what its request names, and what it costs."""

    operation: str
    members: Members
    after: tuple[str, ...] = ()
    costs: Cost = "nothing"


@frozen
class Deed:
    """Calls that make no resource, such as the streaming of events."""

    calls: tuple[Call, ...]
    after: tuple[str, ...] = ()
    costs: Cost = "nothing"


def _item(number: int) -> dict[str, Any]:
    """The fields of an item, all but its id."""
    return {
        "PRICE": number + 0.5,
        "GENRE": "Drama|War" if number % 2 else "Comedy",
        "BRAND": f"b{number % 4}",
        "TITLE": f"Film {number}",
        "PLOT": f"A story about number {number}",
        "STOCK": number,
        "IN_STOCK": True,
        "CREATION_TIMESTAMP": MOMENT - number % 20 * 86_400,
    }


def _csv_line(number: int) -> str:
    return ",".join([f"i{number}", *(str(value).replace("True", "true") for value in _item(number).values())])


ITEMS_CSV: Final = "\n".join([",".join(["ITEM_ID", *_item(0)]), *map(_csv_line, range(5)), ""])


def _camel(name: str) -> str:
    first, *others = name.lower().split("_")
    return first + "".join(map(str.capitalize, others))


def _dataset(group: str, dataset_type: str, schema: str) -> Thing:
    members = {
        "name": "<new>",
        "datasetGroupArn": f"<{group}>",
        "datasetType": dataset_type,
        "schemaArn": f"<{schema}>",
    }
    return Thing("CreateDataset", members)


def _named(operation: str, group: str, **members: Any) -> Thing:
    return Thing(operation, {"name": "<new>", "datasetGroupArn": f"<{group}>", **members})


def _events(tracker: str) -> Iterator[Call]:
    """1000 events of 50 users with 40 items: as much as a training at AWS wants."""
    for number in range(100):
        user = f"u{number % 50}"
        batch = [
            {
                "eventType": "Purchase" if (number + place) % 5 == 0 else "View",
                "itemId": f"i{(number * 7 + place * (1 + number % 3)) % 40}",
                "sentAt": MOMENT + number * 60 + place,
            }
            for place in range(10)
        ]
        yield "PutEvents", {"trackingId": f"<{tracker} id>", "userId": user, "sessionId": user, "eventList": batch}


def _items() -> Iterator[Call]:
    for start in range(0, 50, 10):
        batch = [
            {"itemId": f"i{n}", "properties": json.dumps({_camel(name): value for name, value in _item(n).items()})}
            for n in range(start, start + 10)
        ]
        yield "PutItems", {"datasetArn": "<shop ITEMS>", "items": batch}


def _users() -> Iterator[Call]:
    for start in range(0, 50, 10):
        users = [
            {"userId": f"u{n}", "properties": json.dumps({"age": 20 + n, "membership": "gold" if n % 2 else "none"})}
            for n in range(start, start + 10)
        ]
        yield "PutUsers", {"datasetArn": "<shop USERS>", "users": users}


def _actions() -> Iterator[Call]:
    actions = [{"actionId": f"a{n}", "properties": json.dumps({"value": n, "kind": "loan"})} for n in range(5)]
    yield "PutActions", {"datasetArn": "<shop ACTIONS>", "actions": actions}
    for number in range(50):
        taken = [
            {
                "actionId": f"a{(number + place) % 5}",
                "userId": f"u{number}",
                "sessionId": f"u{number}",
                "timestamp": MOMENT + number * 60 + place,
                "eventType": "TAKEN" if place % 2 else "VIEWED",
            }
            for place in range(4)
        ]
        yield "PutActionInteractions", {"trackingId": "<shop ACTION_INTERACTIONS id>", "actionInteractions": taken}


def _solution(recipe: str, after: str, **members: Any) -> Thing:
    asked = {"recipeArn": RECIPE + recipe, "performAutoTraining": False, **members}
    return Thing("CreateSolution", {"name": "<new>", "datasetGroupArn": "<shop>", **asked}, (after,))


def _version(solution: str) -> Thing:
    return Thing("CreateSolutionVersion", {"solutionArn": f"<{solution}>"}, costs="training")


def _campaign(version: str) -> Thing:
    members = {"name": "<new>", "solutionVersionArn": f"<{version}>", "minProvisionedTPS": 1}
    return Thing("CreateCampaign", members, costs="training")


def _batch(operation: str, version: str, lines: str) -> Thing:
    members = {
        "jobName": "<new>",
        "solutionVersionArn": f"<{version}>",
        "jobInput": {"s3DataSource": {"path": f"<bucket>{lines}.json"}},
        "jobOutput": {"s3DataDestination": {"path": f"<bucket>{lines}-out/"}},
        "roleArn": "<role>",
    }
    return Thing(operation, members, (f"{lines} lines",), "training")


EXCLUDE_BOUGHT: Final = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Purchase")'
METRIC: Final = {"eventType": "View", "metricName": "views", "expression": "SAMPLECOUNT()"}
REVENUE: Final = {"eventType": "Purchase", "metricName": "revenue", "expression": "SUM(Interactions.EVENT_VALUE)"}
SOLUTIONS: Final = {
    "picks": ("user-personalization", "shop data"),
    "picks2": ("user-personalization-v2", "shop data"),
    "ranks": ("personalized-ranking", "shop data"),
    "alike": ("similar-items", "shop data"),
    "fans": ("item-affinity", "shop data"),
    "deals": ("next-best-action", "shop actions"),
    "sims": ("sims", "shop data"),
    "tastes": ("item-attribute-affinity", "shop data"),
}

THINGS: Final[Mapping[str, Thing | Deed | File]] = {
    "group": Thing("CreateDatasetGroup", {"name": "<new>"}),
    "shop": Thing("CreateDatasetGroup", {"name": "<new>", "tags": [{"tagKey": "team", "tagValue": "search"}]}),
    "store": Thing("CreateDatasetGroup", {"name": "<new>", "domain": "ECOMMERCE"}),
    "bare": Thing("CreateDatasetGroup", {"name": "<new>"}),
    "interactions schema": Thing("CreateSchema", {"name": "<new>", "schema": INTERACTIONS}),
    "plain interactions schema": Thing(
        "CreateSchema",
        {"name": "<new>", "schema": avro("Interactions", USER_ID="string", ITEM_ID="string", TIMESTAMP="long")},
    ),
    "items schema": Thing("CreateSchema", {"name": "<new>", "schema": ITEMS}),
    "wider items schema": Thing("CreateSchema", {"name": "<new>", "schema": WIDER_ITEMS}),
    "narrow items schema": Thing("CreateSchema", {"name": "<new>", "schema": NARROW_ITEMS}),
    "users schema": Thing("CreateSchema", {"name": "<new>", "schema": USERS}),
    "actions schema": Thing("CreateSchema", {"name": "<new>", "schema": ACTIONS}),
    "taken schema": Thing("CreateSchema", {"name": "<new>", "schema": TAKEN}),
    "store schema": Thing(
        "CreateSchema", {"name": "<new>", "schema": avro("Interactions", **EVENT_FIELDS), "domain": "ECOMMERCE"}
    ),
    "store items schema": Thing(
        "CreateSchema", {"name": "<new>", "schema": avro("Items", **STORE_ITEM_FIELDS), "domain": "ECOMMERCE"}
    ),
    "shop INTERACTIONS": _dataset("shop", "INTERACTIONS", "interactions schema"),
    "shop ITEMS": _dataset("shop", "ITEMS", "items schema"),
    "shop USERS": _dataset("shop", "USERS", "users schema"),
    "shop ACTIONS": _dataset("shop", "ACTIONS", "actions schema"),
    "shop ACTION_INTERACTIONS": _dataset("shop", "ACTION_INTERACTIONS", "taken schema"),
    "bare ITEMS": _dataset("bare", "ITEMS", "items schema"),
    "bare INTERACTIONS": _dataset("bare", "INTERACTIONS", "interactions schema"),
    "store INTERACTIONS": _dataset("store", "INTERACTIONS", "store schema"),
    "store ITEMS": _dataset("store", "ITEMS", "store items schema"),
    "group INTERACTIONS": _dataset("group", "INTERACTIONS", "interactions schema"),
    "group ITEMS": _dataset("group", "ITEMS", "items schema"),
    "group USERS": _dataset("group", "USERS", "users schema"),
    "shop tracker": Thing("CreateEventTracker", {"name": "<new>", "datasetGroupArn": "<shop>"}, ("shop INTERACTIONS",)),
    "store tracker": Thing(
        "CreateEventTracker", {"name": "<new>", "datasetGroupArn": "<store>"}, ("store INTERACTIONS",)
    ),
    "bare tracker": Thing("CreateEventTracker", {"name": "<new>", "datasetGroupArn": "<bare>"}, ("bare INTERACTIONS",)),
    "group tracker": _named("CreateEventTracker", "group"),
    "shop data": Deed(
        (*_items(), *_users(), *_events("shop tracker")), ("shop INTERACTIONS", "shop ITEMS", "shop USERS")
    ),
    "shop actions": Deed(tuple(_actions()), ("shop data",)),
    "store data": Deed(tuple(_events("store tracker")), ("store INTERACTIONS",)),
    "filter": Thing(
        "CreateFilter",
        {"name": "<new>", "datasetGroupArn": "<shop>", "filterExpression": EXCLUDE_BOUGHT},
        ("shop INTERACTIONS",),
    ),
    "genre filter": Thing(
        "CreateFilter",
        {
            "name": "<new>",
            "datasetGroupArn": "<shop>",
            "filterExpression": "INCLUDE ItemID WHERE Items.GENRE IN ($GENRE)",
        },
        ("shop ITEMS",),
    ),
    "current filter": Thing(
        "CreateFilter",
        {
            "name": "<new>",
            "datasetGroupArn": "<shop>",
            "filterExpression": "INCLUDE ItemID WHERE Items.GENRE IN CurrentItem.GENRE",
        },
        ("shop ITEMS",),
    ),
    "store filter": Thing(
        "CreateFilter",
        {"name": "<new>", "datasetGroupArn": "<store>", "filterExpression": EXCLUDE_BOUGHT},
        ("store INTERACTIONS",),
    ),
    "users filter": Thing(
        "CreateFilter",
        {"name": "<new>", "datasetGroupArn": "<shop>", "filterExpression": "INCLUDE UserID WHERE Users.AGE > 0"},
        ("shop USERS",),
    ),
    "buyers filter": Thing(
        "CreateFilter",
        {
            "name": "<new>",
            "datasetGroupArn": "<shop>",
            "filterExpression": 'INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("Purchase")',
        },
        ("shop INTERACTIONS",),
    ),
    "actions filter": Thing(
        "CreateFilter",
        {"name": "<new>", "datasetGroupArn": "<shop>", "filterExpression": "INCLUDE ActionID WHERE Actions.VALUE > 0"},
        ("shop ACTIONS",),
    ),
    "bare attribution": Thing(
        "CreateMetricAttribution",
        {
            "name": "<new>",
            "datasetGroupArn": "<bare>",
            "metrics": [REVENUE],
            "metricsOutputConfig": {"roleArn": "<role>", "s3DataDestination": {"path": "<bucket>reports/"}},
        },
        ("bare INTERACTIONS",),
    ),
    **{key: _solution(recipe, after) for key, (recipe, after) in SOLUTIONS.items()},
    **{f"{key} version": _version(key) for key in SOLUTIONS},
    **{f"{key} campaign": _campaign(f"{key} version") for key in SOLUTIONS if key not in ("fans", "tastes")},
    "items file": File("items.csv", ITEMS_CSV),
    "gone file": File("gone.csv", "USER_ID\nu49\n"),
    "users lines": File("users.json", '{"userId": "u1"}\n{"userId": "u2"}\n'),
    "same lines": File("same/users.json", '{"userId": "u1"}\n'),
    "items lines": File("items.json", '{"itemId": "i1"}\n'),
    "import": Thing(
        "CreateDatasetImportJob",
        {
            "jobName": "<new>",
            "datasetArn": "<shop ITEMS>",
            "dataSource": {"dataLocation": "<bucket>items.csv"},
            "roleArn": "<role>",
        },
        ("items file",),
    ),
    "export": Thing(
        "CreateDatasetExportJob",
        {
            "jobName": "<new>",
            "datasetArn": "<shop ITEMS>",
            "roleArn": "<role>",
            "jobOutput": {"s3DataDestination": {"path": "<bucket>export/"}},
        },
        ("shop data",),
    ),
    "deletion": Thing(
        "CreateDataDeletionJob",
        {
            "jobName": "<new>",
            "datasetGroupArn": "<shop>",
            "dataSource": {"dataLocation": "<bucket>gone.csv"},
            "roleArn": "<role>",
        },
        ("gone file", "shop data"),
    ),
    "users batch": _batch("CreateBatchInferenceJob", "picks version", "users"),
    "items batch": _batch("CreateBatchSegmentJob", "fans version", "items"),
    "recommender": Thing(
        "CreateRecommender",
        {
            "name": "<new>",
            "datasetGroupArn": "<store>",
            "recipeArn": f"{RECIPE}ecomm-popular-items-by-views",
        },
        ("store data",),
        "training",
    ),
}
