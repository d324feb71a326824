"""The events API: payloads that are taken, and those that are not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import Case, Source, guide, model, recorded
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.rows import II, NF, VE, Book, answered, refused, request, unknown
from pytest_personalize.conformance.run import observation
from pytest_personalize.conformance.samples import EVENT, PROPERTIES
from pytest_personalize.conformance.things import EVENT_FIELDS, MOMENT, avro

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

RECORDING: Final = guide("recording events")
SHAPES: Final = model("the shapes of the events API")
KEYS: Final = model("the documentation of Event.properties")
ITEMS: Final = guide("importing items individually")

EVENTS_TAKEN: Final[tuple[tuple[str, dict[str, Any], Source], ...]] = (
    ("plain", {}, RECORDING),
    ("number-as-a-value", {"eventValue": 4.5}, SHAPES),
    ("value-in-properties", {"properties": '{"eventValue": "4"}'}, RECORDING),
    ("item-in-properties", {"itemId": None, "properties": '{"itemId": "i1"}'}, RECORDING),
    ("context", {"properties": '{"device": "mobile"}'}, KEYS),
    ("empty-properties", {"properties": "{}"}, RECORDING),
    ("impression", {"impression": ["i1", "i2"]}, RECORDING),
    ("recommendation-id", {"recommendationId": "RID-40-42ab-acfe-99a87e8a5023-CID-55f538"}, RECORDING),
    ("event-id", {"eventId": "e1"}, RECORDING),
    ("event-type-never-seen", {"eventType": "Shared"}, RECORDING),
    ("item-never-seen", {"itemId": "never-seen"}, RECORDING),
    ("not-ascii", {"itemId": "購入"}, RECORDING),
    ("attribution-source", {"metricAttribution": {"eventAttributionSource": "web"}}, SHAPES),
)

EVENTS_REFUSED: Final[tuple[tuple[str, dict[str, Any], str, Source], ...]] = (
    ("properties-that-are-no-json", {"properties": "{"}, II, recorded("aws-sdk-js issue 2773")),
    ("properties-that-are-a-list", {"properties": "[]"}, II, recorded("aws-sdk-js issue 2773")),
    ("user-in-properties", {"properties": '{"userId": "u1"}'}, II, KEYS),
    ("session-in-properties", {"properties": '{"sessionId": "s"}'}, II, KEYS),
    ("type-in-properties", {"properties": '{"eventType": "x"}'}, II, KEYS),
    ("timestamp-in-properties", {"properties": '{"timestamp": 1}'}, II, recorded("amplify-js issue 6906")),
    ("recommendation-in-properties", {"properties": '{"recommendationId": "x"}'}, II, KEYS),
    ("impression-in-properties", {"properties": '{"impression": "x"}'}, II, KEYS),
    ("no-item", {"itemId": None}, II, RECORDING),
    ("a-value-of-text", {"properties": '{"eventValue": "much"}'}, II, RECORDING),
    ("26-impressions", {"impression": [f"i{n}" for n in range(26)]}, VE, SHAPES),
    ("of-more-than-10-kilobytes", {"impression": [chr(0x8CFC) * 250 + str(n) for n in range(20)]}, II, guide("quotas")),
    ("an-id-of-257", {"itemId": "i" * 257}, VE, SHAPES),
    ("a-type-of-257", {"eventType": "t" * 257}, VE, SHAPES),
    ("no-type", {"eventType": None}, VE, SHAPES),
    ("no-moment", {"sentAt": None}, VE, SHAPES),
    ("properties-of-1025", {"properties": '{"device": "%s"}' % ("x" * 1013)}, VE, SHAPES),
    ("recommendation-id-of-41", {"recommendationId": "r" * 41}, VE, SHAPES),
    ("a-blank-attribution-source", {"metricAttribution": {"eventAttributionSource": " "}}, VE, SHAPES),
)


def event(**changes: Any) -> dict[str, Any]:
    """An event with changes; None leaves a member out."""
    return {name: value for name, value in {**EVENT, **changes}.items() if value is not None}


def _put(**changes: Any) -> tuple[str, Any]:
    return request("PutEvents", eventList=[event(**changes)])


def _taken(title: str, changes: dict[str, Any], source: Source) -> Case:
    return answered(f"events/{title}", _put(**changes), {}, source, tier="core")


def _refused(title: str, changes: dict[str, Any], code: str, source: Source) -> Case:
    return refused(f"events/{title}", _put(**changes), code, source, tier="strict" if code == VE else "complete")


def _item(properties: str | None, item_id: str = "new") -> tuple[str, Any]:
    item = {"itemId": item_id} | ({} if properties is None else {"properties": properties})
    return request("PutItems", items=[item])


def _taken_action(**changes: Any) -> tuple[str, Any]:
    sample = {"actionId": "a1", "userId": "u1", "sessionId": "s", "timestamp": MOMENT, "eventType": "TAKEN"}
    members = {name: value for name, value in {**sample, **changes}.items() if value is not None}
    return request("PutActionInteractions", actionInteractions=[members])


BOOK: Final = Book(
    *(_taken(*row) for row in EVENTS_TAKEN),
    *(_refused(*row) for row in EVENTS_REFUSED),
    answered(
        "events/answer-without-a-body",
        _put(),
        {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {"content-length": "0"}}},
        recorded("immersion day, Retail_03"),
        tier="strict",
    ),
    answered("events/without-user", request("PutEvents", userId=None), {}, RECORDING, tier="core"),
    answered("events/ten", request("PutEvents", eventList=[EVENT] * 10), {}, SHAPES, tier="core"),
    refused("events/eleven", request("PutEvents", eventList=[EVENT] * 11), VE, SHAPES, tier="strict"),
    refused("events/none", request("PutEvents", eventList=[]), VE, SHAPES, tier="strict"),
    refused("events/no-session", request("PutEvents", sessionId=None), VE, SHAPES, tier="strict"),
    refused("events/a-user-of-257", request("PutEvents", userId="u" * 257), VE, SHAPES, tier="strict"),
    refused(
        "events/unknown-tracking-id",
        request("PutEvents", trackingId="no-such"),
        II,
        model("the errors of PutEvents"),
        tier="core",
    ),
    refused(
        "events/the-second-is-bad",
        request("PutEvents", eventList=[EVENT, event(properties="{")]),
        II,
        recorded("aws-sdk-js issue 2773"),
    ),
    refused(
        "events/tracker-without-interactions",
        request("PutEvents", trackingId="<group tracker id>"),
        II,
        guide("creating an event tracker"),
    ),
    # -- items, users, actions
    answered("items/put", _item(PROPERTIES), {"ResponseMetadata": {"HTTPStatusCode": 200}}, ITEMS, tier="core"),
    answered("items/put-again", _item(PROPERTIES, "i1"), {}, ITEMS),
    answered("items/categories-joined", _item(PROPERTIES.replace("War", "War|Drama")), {}, ITEMS, tier="core"),
    answered("items/number-as-text", _item(PROPERTIES.replace("1.5", '"1.5"')), {}, ITEMS),
    answered("items/null-where-it-may-be", _item(PROPERTIES[:-1] + ', "brand": null}'), {}, ITEMS),
    answered("items/left-out-where-it-may-be-null", _item(PROPERTIES), {}, ITEMS),
    refused("items/left-out-where-it-may-not", _item('{"price": 1.5}'), II, ITEMS),
    refused("items/no-properties", _item(None), II, ITEMS),
    refused("items/text-for-a-number", _item(PROPERTIES.replace("1.5", '"cheap"')), II, ITEMS),
    refused("items/no-json", _item("{"), II, recorded("aws-sdk-js issue 2773, PutEvents")),
    refused(
        "items/eleven",
        request("PutItems", items=[{"itemId": "x", "properties": PROPERTIES}] * 11),
        VE,
        SHAPES,
        tier="strict",
    ),
    refused("items/an-id-of-257", _item(PROPERTIES, "i" * 257), VE, SHAPES, tier="strict"),
    refused(
        "items/dataset-of-users",
        request("PutItems", datasetArn="<shop USERS>"),
        II,
        model("the documentation of PutItems"),
    ),
    refused(
        "users/dataset-of-items",
        request("PutUsers", datasetArn="<shop ITEMS>"),
        II,
        model("the documentation of PutUsers"),
    ),
    refused(
        "actions/dataset-of-items",
        request("PutActions", datasetArn="<shop ITEMS>"),
        II,
        model("the documentation of PutActions"),
    ),
    answered("users/put", request("PutUsers"), {}, guide("importing users individually"), tier="core"),
    refused(
        "users/left-out-where-it-may-not",
        request("PutUsers", users=[{"userId": "x", "properties": '{"age": 3}'}]),
        II,
        guide("importing users individually"),
    ),
    answered("actions/put", request("PutActions"), {}, guide("importing actions individually"), tier="core"),
    # -- action interactions
    *(
        answered(f"actions/{word.lower().replace('_', '-')}", _taken_action(eventType=word), {}, SHAPES, tier="core")
        for word in ("TAKEN", "NOT_TAKEN", "VIEWED")
    ),
    answered("actions/without-user", _taken_action(userId=None), {}, SHAPES),
    refused(
        "actions/unknown-tracking-id",
        request("PutActionInteractions", trackingId="no-such"),
        NF,
        model("the errors of PutActionInteractions"),
        tier="core",
    ),
    refused("actions/no-json", _taken_action(properties="{"), II, recorded("aws-sdk-js issue 2773, PutEvents")),
    refused("actions/no-session", _taken_action(sessionId=None), VE, SHAPES, tier="strict"),
    # -- what nobody has printed
    unknown(
        "actions/other-event-types",
        "Which event types has an action beside Taken, Not taken and Viewed?",
        _taken_action(eventType="Shared"),
    ),
)


def _fields_of_a_group(world: World, **fields: Any) -> str:
    """The tracking id of the case's own group, whose interactions have those fields as well."""
    schema = world.make(*request("CreateSchema", schema=avro("Interactions", **EVENT_FIELDS, **fields)))
    members = {"name": "<new>", "datasetGroupArn": "<group>", "datasetType": "Interactions", "schemaArn": schema}
    world.make("CreateDataset", members)
    return world.thing("group tracker id")


def _seen(world: World, tracking_id: str, **changes: Any) -> Any:
    return observation(world.ask(*request("PutEvents", trackingId=tracking_id, eventList=[event(**changes)])))


@BOOK.observed(
    "events/unknown-key", "PutEvents PutItems", "What becomes of a key that no field of the schema goes with?"
)
def unknown_key(world: World) -> Any:
    """In an event, and in an item."""
    event_ = _put(properties='{"colour": "red"}')
    item = _item(PROPERTIES[:-1] + ', "colour": "red"}')
    return {"event": observation(world.ask(*event_)), "item": observation(world.ask(*item))}


@BOOK.checked("events/ten-minutes-in-the-future", "PutEvents", "an answer", recorded("a sample program of AWS"))
def in_the_future(world: World) -> str | None:
    """Clocks differ."""
    answer = world.ask(*_put(sentAt=int(time.time()) + 600))
    return str(answer) if isinstance(answer, Refusal) else None


@BOOK.observed(
    "events/no-impression-where-the-schema-has-it",
    "PutEvents CreateSchema CreateDataset CreateEventTracker",
    "Is an event without impression taken where the schema has IMPRESSION without null?",
)
def no_impression(world: World) -> Any:
    """IMPRESSION is a plain string."""
    return _seen(world, _fields_of_a_group(world, IMPRESSION="string"))


@BOOK.observed(
    "events/key-of-a-field-in-mixed-case",
    "PutEvents CreateSchema CreateDataset CreateEventTracker",
    "Which key has a field whose name is not in upper case: its own name, or the one made of it?",
)
def mixed_case(world: World) -> Any:
    """The schema has memberClass, without null."""
    tracking_id = _fields_of_a_group(world, memberClass="string")
    keys = {"memberClass": '{"memberClass": "x"}', "memberclass": '{"memberclass": "x"}'}
    return {key: _seen(world, tracking_id, properties=properties) for key, properties in keys.items()}
