"""CreateSchema: what the guide asks of a schema, row by row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import ABSENT, ANY, Case, Like, Source, guide, model
from pytest_personalize.conformance.rows import II, IU, NF, Book, answered, refused, request, unknown
from pytest_personalize.conformance.things import (
    ACTION_FIELDS,
    CATEGORICAL,
    EVENT_FIELDS,
    ITEM_FIELDS,
    STORE_ITEM_FIELDS,
    TAKEN_FIELDS,
    TEXTUAL,
    USER_FIELDS,
    USERS,
    avro,
)

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

FORMAT: Final = guide("schema formatting requirements")
REQUIRED: Final = guide("required fields and reserved keywords")
DOMAINS: Final = guide("domain dataset and schema requirements")
LIMITS: Final = guide("endpoints and quotas")

FILM_FIELDS: Final = {"ITEM_ID": "string", "GENRES": CATEGORICAL, "CREATION_TIMESTAMP": "long"}
FREE_TEXT: Final = {"ITEM_ID": "string", "PRICE": "float"}


def without(fields: dict[str, Any], *names: str, **others: Any) -> dict[str, Any]:
    """Fields but those, and others beside them."""
    return {name: kind for name, kind in fields.items() if name not in names} | others


Row = tuple[str, str, str | None, Source]
"""What is tried, the schema, its domain, and who says so."""

TAKEN: Final[tuple[Row, ...]] = (
    ("interactions", avro("Interactions", **EVENT_FIELDS), None, REQUIRED),
    ("interactions-without-type", avro("Interactions", **without(EVENT_FIELDS, "EVENT_TYPE")), None, REQUIRED),
    ("interactions-value", avro("Interactions", **EVENT_FIELDS, EVENT_VALUE=["float", "null"]), None, REQUIRED),
    ("interactions-impression", avro("Interactions", **EVENT_FIELDS, IMPRESSION=["string", "null"]), None, REQUIRED),
    ("interactions-context", avro("Interactions", **EVENT_FIELDS, DEVICE=CATEGORICAL), None, FORMAT),
    ("items", avro("Items", **ITEM_FIELDS), None, REQUIRED),
    ("items-with-null-first", avro("Items", **FREE_TEXT, SIZE=["null", "string"]), None, FORMAT),
    ("items-with-null-last", avro("Items", **FREE_TEXT, SIZE=["string", "null"]), None, FORMAT),
    (
        "items-with-a-list-of-one",
        avro("Items", ITEM_ID="string", KIND={"type": ["string"], "categorical": True}),
        None,
        FORMAT,
    ),
    (
        "items-of-all-types",
        avro("Items", ITEM_ID="string", A="int", B="long", C="float", D="double", E="boolean"),
        None,
        FORMAT,
    ),
    ("items-with-100-fields", avro("Items", ITEM_ID="string", **{f"F{n}": "int" for n in range(100)}), None, LIMITS),
    ("users", avro("Users", **USER_FIELDS), None, REQUIRED),
    ("users-with-25-fields", avro("Users", USER_ID="string", **{f"F{n}": "int" for n in range(25)}), None, LIMITS),
    ("actions", avro("Actions", **ACTION_FIELDS), None, REQUIRED),
    ("action-interactions", avro("ActionInteractions", **TAKEN_FIELDS), None, REQUIRED),
    ("store-interactions", avro("Interactions", **EVENT_FIELDS), "ECOMMERCE", DOMAINS),
    ("store-items", avro("Items", **STORE_ITEM_FIELDS), "ECOMMERCE", DOMAINS),
    ("store-users", avro("Users", **USER_FIELDS), "ECOMMERCE", DOMAINS),
    ("video-interactions", avro("Interactions", **EVENT_FIELDS), "VIDEO_ON_DEMAND", DOMAINS),
    ("video-items", avro("Items", **FILM_FIELDS), "VIDEO_ON_DEMAND", DOMAINS),
    ("video-users", avro("Users", USER_ID="string", SUBSCRIPTION_MODEL=CATEGORICAL), "VIDEO_ON_DEMAND", DOMAINS),
)

REFUSED: Final[tuple[Row, ...]] = (
    ("no-json", "USER_ID: string", None, FORMAT),
    ("half-of-json", '{"type": "record"', None, FORMAT),
    ("a-list", "[]", None, FORMAT),
    ("no-record", json.dumps({"type": "enum", "name": "Users", "symbols": ["A"]}), None, FORMAT),
    ("no-fields", json.dumps({"type": "record", "name": "Users", "version": "1.0"}), None, FORMAT),
    ("empty-fields", avro("Users"), None, FORMAT),
    ("name-of-no-type", avro("Films", **ITEM_FIELDS), None, FORMAT),
    ("field-without-a-type", avro("Users", **USER_FIELDS, HEIGHT={"doc": "tall"}), None, FORMAT),
    ("type-that-there-is-not", avro("Users", **USER_FIELDS, HEIGHT="decimal"), None, FORMAT),
    ("bytes", avro("Users", **USER_FIELDS, PHOTO="bytes"), None, FORMAT),
    (
        "a-nested-record",
        avro("Users", **USER_FIELDS, HOME={"type": {"type": "record", "name": "X", "fields": []}}),
        None,
        FORMAT,
    ),
    ("an-array", avro("Users", **USER_FIELDS, TAGS={"type": {"type": "array", "items": "string"}}), None, FORMAT),
    ("two-types", avro("Users", **USER_FIELDS, HEIGHT=["int", "string"]), None, FORMAT),
    ("a-field-twice", avro("Users", **USER_FIELDS).replace('"AGE"', '"MEMBERSHIP"'), None, FORMAT),
    ("names-alike-without-underscores", avro("Users", **USER_FIELDS, FIELD_1="int", FIELD1="int"), None, FORMAT),
    ("a-categorical-number", avro("Users", **USER_FIELDS, HEIGHT={"type": "int", "categorical": True}), None, FORMAT),
    ("textual-of-users", avro("Users", **USER_FIELDS, LIFE=TEXTUAL), None, FORMAT),
    ("two-textual-fields", avro("Items", **ITEM_FIELDS, REVIEW=TEXTUAL), None, LIMITS),
    ("interactions-without-user", avro("Interactions", **without(EVENT_FIELDS, "USER_ID")), None, REQUIRED),
    ("interactions-without-item", avro("Interactions", **without(EVENT_FIELDS, "ITEM_ID")), None, REQUIRED),
    ("interactions-without-timestamp", avro("Interactions", **without(EVENT_FIELDS, "TIMESTAMP")), None, REQUIRED),
    (
        "a-timestamp-of-text",
        avro("Interactions", **without(EVENT_FIELDS, "TIMESTAMP", TIMESTAMP="string")),
        None,
        REQUIRED,
    ),
    ("a-user-id-of-numbers", avro("Interactions", **without(EVENT_FIELDS, "USER_ID", USER_ID="long")), None, REQUIRED),
    (
        "an-id-that-may-be-null",
        avro("Items", **without(ITEM_FIELDS, "ITEM_ID", ITEM_ID=["null", "string"])),
        None,
        REQUIRED,
    ),
    (
        "a-categorical-event-type",
        avro("Interactions", **without(EVENT_FIELDS, "EVENT_TYPE", EVENT_TYPE=CATEGORICAL)),
        None,
        REQUIRED,
    ),
    ("an-event-value-of-text", avro("Interactions", **EVENT_FIELDS, EVENT_VALUE="string"), None, REQUIRED),
    ("six-metadata-fields", avro("Interactions", **EVENT_FIELDS, **{f"F{n}": "int" for n in range(6)}), None, LIMITS),
    ("items-without-metadata", avro("Items", ITEM_ID="string"), None, REQUIRED),
    ("items-with-reserved-metadata-alone", avro("Items", ITEM_ID="string", CREATION_TIMESTAMP="long"), None, REQUIRED),
    ("users-without-metadata", avro("Users", USER_ID="string"), None, REQUIRED),
    ("items-with-101-fields", avro("Items", ITEM_ID="string", **{f"F{n}": "int" for n in range(101)}), None, LIMITS),
    ("users-with-26-fields", avro("Users", USER_ID="string", **{f"F{n}": "int" for n in range(26)}), None, LIMITS),
    (
        "a-creation-time-of-text",
        avro("Items", **without(ITEM_FIELDS, "CREATION_TIMESTAMP", CREATION_TIMESTAMP="string")),
        None,
        REQUIRED,
    ),
    ("actions-without-id", avro("Actions", **without(ACTION_FIELDS, "ACTION_ID")), None, REQUIRED),
    (
        "actions-with-11-fields",
        avro("Actions", ACTION_ID="string", **{f"F{n}": "int" for n in range(11)}),
        None,
        LIMITS,
    ),
    (
        "action-interactions-without-type",
        avro("ActionInteractions", **without(TAKEN_FIELDS, "EVENT_TYPE")),
        None,
        REQUIRED,
    ),
    ("actions-of-a-domain", avro("Actions", **ACTION_FIELDS), "ECOMMERCE", DOMAINS),
    (
        "store-interactions-without-type",
        avro("Interactions", **without(EVENT_FIELDS, "EVENT_TYPE")),
        "ECOMMERCE",
        DOMAINS,
    ),
    ("store-items-without-price", avro("Items", **without(STORE_ITEM_FIELDS, "PRICE")), "ECOMMERCE", DOMAINS),
    ("store-items-without-category", avro("Items", **without(STORE_ITEM_FIELDS, "CATEGORY_L1")), "ECOMMERCE", DOMAINS),
    (
        "store-items-with-a-plain-category",
        avro("Items", **without(STORE_ITEM_FIELDS, "CATEGORY_L1", CATEGORY_L1="string")),
        "ECOMMERCE",
        DOMAINS,
    ),
    ("video-items-without-genres", avro("Items", **without(FILM_FIELDS, "GENRES")), "VIDEO_ON_DEMAND", DOMAINS),
    (
        "video-items-without-creation",
        avro("Items", **without(FILM_FIELDS, "CREATION_TIMESTAMP")),
        "VIDEO_ON_DEMAND",
        DOMAINS,
    ),
)


def _call(schema: str, domain: str | None) -> tuple[str, dict[str, Any]]:
    operation, members = request("CreateSchema", schema=schema, domain=domain)
    return operation, dict(members)


def _taken(title: str, schema: str, domain: str | None, source: Source) -> Case:
    return answered(f"schemas/{title}", _call(schema, domain), {"schemaArn": ANY}, source, tier="core")


def _refused(title: str, schema: str, domain: str | None, source: Source) -> Case:
    return refused(f"schemas/{title}", _call(schema, domain), II, source)


BOOK: Final = Book(
    *(_taken(*row) for row in TAKEN),
    *(_refused(*row) for row in REFUSED),
    answered(
        "schemas/described",
        ("DescribeSchema", {"schemaArn": "<users schema>"}),
        {"schema": {"schemaArn": "<users schema>", "schema": ANY, "domain": ABSENT, "creationDateTime": ANY}},
        model("the shape DatasetSchema"),
        tier="core",
    ),
    answered(
        "schemas/described-with-domain",
        ("DescribeSchema", {"schemaArn": "<store schema>"}),
        {"schema": {"domain": "ECOMMERCE"}},
        model("the shape DatasetSchema"),
        tier="core",
    ),
    answered(
        "schemas/arn",
        request("CreateSchema"),
        {"schemaArn": Like("arn:aws[a-z-]*:personalize:[a-z0-9-]+:[0-9]{12}:schema/<new>")},
        guide("the ARNs of resources"),
        tier="core",
    ),
    refused(
        "schemas/deleted-is-gone",
        ("DescribeSchema", {"schemaArn": "<own users schema>"}),
        NF,
        model("the errors of DescribeSchema"),
        ("DeleteSchema", {"schemaArn": "<own users schema>"}),
        tier="core",
    ),
    refused(
        "schemas/deleted-twice",
        ("DeleteSchema", {"schemaArn": "<own users schema>"}),
        NF,
        model("the errors of DeleteSchema"),
        ("DeleteSchema", {"schemaArn": "<own users schema>"}),
    ),
    refused(
        "schemas/of-a-dataset-stays",
        ("DeleteSchema", {"schemaArn": "<users schema>"}),
        IU,
        model("the errors of DeleteSchema"),
        needs=("<shop USERS>",),
    ),
    unknown(
        "schemas/names-alike-but-for-case",
        "Do names of fields clash that differ by case alone?",
        _call(avro("Users", **USER_FIELDS, Age="int"), None),
    ),
    unknown(
        "schemas/two-names-of-expiration",
        "Which of EXPIRATION_TIMESTAMP and ACTION_EXPIRATION_TIMESTAMP is reserved, so that it cannot be a text?",
        _call(avro("Actions", **ACTION_FIELDS, ACTION_EXPIRATION_TIMESTAMP="string"), None),
    ),
)


@BOOK.observed("schemas/stored-as-given", "CreateSchema DescribeSchema", "Is a schema given back letter by letter?")
def stored_as_given(world: World) -> str:
    """With blanks around it, and in it."""
    text = f" {USERS} "
    arn = world.make(*request("CreateSchema", schema=text))
    back = world.call("DescribeSchema", {"schemaArn": arn})["schema"]["schema"]
    return "letter by letter" if back == text else "written anew" if json.loads(back) == json.loads(text) else "changed"
