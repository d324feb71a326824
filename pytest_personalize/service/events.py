"""Streamed records: events of users, and single items, users and actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import frozen

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.columns import Value
from pytest_personalize.data.errors import PropertiesError
from pytest_personalize.data.properties import read_properties
from pytest_personalize.data.records import Records
from pytest_personalize.service.account import Region
from pytest_personalize.service.control.event_trackers import recording_tracker
from pytest_personalize.service.errors import refusal
from pytest_personalize.service.operations import operation, structure


@structure
@frozen(kw_only=True)
class MetricAttribution:
    """What an event is attributed to."""

    event_attribution_source: str


@structure
@frozen(kw_only=True)
class Event:
    """An interaction of a user with an item; ``sent_at`` is in epoch seconds."""

    event_type: str
    sent_at: float
    event_id: str | None = None
    event_value: float | None = None
    item_id: str | None = None
    properties: str | None = None
    recommendation_id: str | None = None
    impression: Sequence[str] | None = None
    metric_attribution: MetricAttribution | None = None


@operation("PutEvents")
def put_events(
    region: Region, *, tracking_id: str, session_id: str, event_list: Sequence[Event], user_id: str | None = None
) -> None:
    """Append events to the Interactions dataset: all of them, or none when one does not fit the schema."""
    tracker = recording_tracker(region, tracking_id)
    records = region.records[tracker.dataset_group_arn]
    log = records.interactions
    if log is None:
        raise refusal("no interactions", group=tracker.dataset_group_arn)
    schema = records.schemas["INTERACTIONS"]
    rows = [_values(schema, session_id, event) for event in event_list]
    user = records.users.intern(user_id or session_id)
    typed = schema.field("EVENT_TYPE") is not None
    for event, values in zip(event_list, rows, strict=True):
        log.append(
            user=user,
            item=records.items.intern(values["ITEM_ID"]),
            time=int(event.sent_at),
            type=event.event_type if typed else "",
            value=values.get("EVENT_VALUE"),
            extra=values,
            event_id=event.event_id,
        )


def _values(schema: Schema, session_id: str, event: Event) -> dict[str, Any]:
    call: dict[str, Value] = {
        "ITEM_ID": event.item_id,
        "EVENT_VALUE": event.event_value,
        "SESSION_ID": session_id,
        "RECOMMENDATION_ID": event.recommendation_id,
    }
    if event.impression is not None:
        call["IMPRESSION"] = "|".join(event.impression)
    try:
        return read_properties(event.properties, schema, call)
    except PropertiesError as error:
        raise refusal("properties", problem=error) from None
