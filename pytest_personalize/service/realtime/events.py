"""Streamed records: interactions as they happen, and single items, users and actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.events import ANONYMOUS, PUT, EventLog
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.properties import read_properties
from pytest_personalize.service.control.datasets import Dataset
from pytest_personalize.service.control.event_trackers import recording_tracker
from pytest_personalize.service.jobs.attribution import publish
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.operations import operation, structure

EVENT_BYTES: Final = 10 * 1024
"""The most that one event can be (developer guide, quotas page)."""


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


@structure
@frozen(kw_only=True)
class ActionInteraction:
    """An interaction of a user with an action; ``timestamp`` is in epoch seconds."""

    action_id: str
    session_id: str
    timestamp: float
    event_type: str
    user_id: str | None = None
    event_id: str | None = None
    recommendation_id: str | None = None
    impression: Sequence[str] | None = None
    properties: str | None = None


@structure
@frozen(kw_only=True)
class Item:
    """An item and its metadata."""

    item_id: str
    properties: str | None = None


@structure
@frozen(kw_only=True)
class User:
    """A user and their metadata."""

    user_id: str
    properties: str | None = None


@structure
@frozen(kw_only=True)
class Action:
    """An action and its metadata."""

    action_id: str
    properties: str | None = None


@operation("PutEvents")
def put_events(
    region: Region, *, tracking_id: str, session_id: str, event_list: Sequence[Event], user_id: str | None = None
) -> None:
    """Append events to the Interactions dataset of the tracker's dataset group: all of them, or none.

    Events without a user stand under the id of their session, so that GetRecommendations for that id is personalised;
    a later call with both ids gives them to the user as well, at once (the service does so at the next training).
    """
    tracker = recording_tracker(region, tracking_id)
    records = region.records[tracker.dataset_group_arn]
    log = records.interactions
    if log is None:
        raise refusal("no interactions", group=tracker.dataset_group_arn)
    schema = records.schemas["INTERACTIONS"]
    rows = [_values_of_event(schema, session_id, event) for event in event_list]
    if session_id == "null":  # accepted, and without effect: GitHub issue aws-sdk-js 3371
        return
    typed = schema.field("EVENT_TYPE") is not None  # the call needs an event type even where the schema has none
    log.check_event_types([event.event_type for event in event_list] if typed else [])
    user, origin = _owner(records.users, log, user_id, session_id)
    intern = records.items.intern
    origins: dict[int, tuple[str | None, str | None]] = {}
    for event, values in zip(event_list, rows, strict=True):
        is_new = log.append(
            user=user,
            item=intern(values["ITEM_ID"]),
            time=int(event.sent_at),
            type=event.event_type if typed else "",
            value=values.get("EVENT_VALUE"),
            extra=values,
            origin=origin,
            event_id=event.event_id,
        )
        if is_new:
            attribution = event.metric_attribution
            own = None if attribution is None else attribution.event_attribution_source
            origins[len(log) - 1] = own, event.recommendation_id
    publish(region, tracker.dataset_group_arn, origins, origins)


@operation("PutActionInteractions")
def put_action_interactions(
    region: Region, *, tracking_id: str, action_interactions: Sequence[ActionInteraction]
) -> None:
    """Append events to the Action interactions dataset of that tracking id: all of them, or none.

    The tracking id is that of the dataset, no event tracker is needed; events without a user are treated as those of
    PutEvents are.
    """
    dataset = next((each for each in region.rows(Dataset) if each.tracking_id == tracking_id), None)
    if dataset is None:
        raise refusal("action tracking id", tracking_id=tracking_id)
    region.require(dataset)
    records = region.records[dataset.dataset_group_arn]
    schema, log = records.schemas["ACTION_INTERACTIONS"], records.log("ACTION_INTERACTIONS")
    rows = [_values_of_action_event(schema, event) for event in action_interactions]
    log.check_event_types([event.event_type for event in action_interactions])
    for event, values in zip(action_interactions, rows, strict=True):
        user, origin = _owner(records.users, log, event.user_id, event.session_id)
        log.append(
            user=user,
            item=records.actions.intern(event.action_id),
            time=int(event.timestamp),
            type=event.event_type,
            extra=values,
            origin=origin,
            event_id=event.event_id,
        )


@operation("PutItems")
def put_items(region: Region, *, dataset_arn: str, items: Sequence[Item]) -> None:
    """Add items to an Items dataset; one that is there is replaced as a whole."""
    _put(region, dataset_arn, "ITEMS", [(item.item_id, item.properties) for item in items])


@operation("PutUsers")
def put_users(region: Region, *, dataset_arn: str, users: Sequence[User]) -> None:
    """Add users to a Users dataset; one that is there is replaced as a whole."""
    _put(region, dataset_arn, "USERS", [(user.user_id, user.properties) for user in users])


@operation("PutActions")
def put_actions(region: Region, *, dataset_arn: str, actions: Sequence[Action]) -> None:
    """Add actions to an Actions dataset; one that is there is replaced as a whole."""
    _put(region, dataset_arn, "ACTIONS", [(action.action_id, action.properties) for action in actions])


def _put(region: Region, dataset_arn: str, dataset_type: str, given: Sequence[tuple[str, str | None]]) -> None:
    """Put records into an ACTIVE dataset of that type: all of them, or none."""
    dataset = region.find(Dataset, dataset_arn)
    if dataset.dataset_type != dataset_type:
        raise refusal("dataset of type", arn=dataset_arn, theirs=dataset.dataset_type, ours=dataset_type)
    region.require(dataset)
    records = region.records[dataset.dataset_group_arn]
    schema, table, ids = records.schemas[dataset_type], records.table(dataset_type), records.subjects(dataset_type)
    rows = [(record_id, read_properties(properties, schema)) for record_id, properties in given]
    for record_id, values in rows:
        table.put(ids.intern(record_id), values)


def _owner(users: IdTable, log: EventLog, user_id: str | None, session_id: str) -> tuple[int, int]:
    """Whose row an event becomes, and its origin; a session that was anonymous is linked to its user."""
    if user_id is None:
        return users.intern(session_id), ANONYMOUS
    user = users.intern(user_id)
    session = users.get(session_id)
    if session is not None and session != user:
        log.link(session, user)
    return user, PUT


def _values_of_event(schema: Schema, session_id: str, event: Event) -> dict[str, Any]:
    call: dict[str, str | float | None] = {
        "ITEM_ID": event.item_id,
        "EVENT_VALUE": event.event_value,
        "SESSION_ID": session_id,
        "RECOMMENDATION_ID": event.recommendation_id,
    }
    if event.metric_attribution is not None:
        call["EVENT_ATTRIBUTION_SOURCE"] = event.metric_attribution.event_attribution_source
    if event.impression is not None:
        call["IMPRESSION"] = "|".join(event.impression)
    values = read_properties(event.properties, schema, call)
    # Without an impression the limits of the single members keep an event below the limit.
    if (
        event.impression is not None
        and _bytes_of(call, event.event_type, event.event_id, event.properties) > EVENT_BYTES
    ):
        raise refusal("event size", limit=EVENT_BYTES)
    return values


def _values_of_action_event(schema: Schema, event: ActionInteraction) -> dict[str, Any]:
    # unknown: [actions/other-event-types] event types beside Taken, Not taken and Viewed. chosen: accepted, as imports
    # of them are
    call: dict[str, str | float | None] = {
        "ACTION_ID": event.action_id,
        "SESSION_ID": event.session_id,
        "RECOMMENDATION_ID": event.recommendation_id,
    }
    if event.impression is not None:
        call["IMPRESSION"] = "|".join(event.impression)
    return read_properties(event.properties, schema, call)


def _bytes_of(call: Mapping[str, object], *members: str | None) -> int:
    return sum(len(str(text).encode()) for text in (*call.values(), *members) if text is not None)
