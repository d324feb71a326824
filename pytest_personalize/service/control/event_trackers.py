"""Event trackers: what gives a dataset group a tracking id for PutEvents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from attrs import frozen

from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.tracking import event_tracker_arn, new_tracking_id
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, creation, deletion
from pytest_personalize.service.kernel.lookups import described, listed
from pytest_personalize.service.kernel.operations import operation
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag


@described
@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class EventTracker(Resource):
    """The one event tracker of a dataset group."""

    kind: ClassVar[str] = "event-tracker"
    arn_field: ClassVar[str] = "event_tracker_arn"
    parent_field: ClassVar[str] = "dataset_group_arn"
    blocks_parent: ClassVar[bool] = True

    name: str
    event_tracker_arn: str
    account_id: str
    tracking_id: str
    dataset_group_arn: str


SCRIPTS["event-tracker", "create"] = creation(5, 40)
SCRIPTS["event-tracker", "delete"] = deletion(5, 25)

_RECORDING = (ACTIVE, "CREATE PENDING", "CREATE IN_PROGRESS")
"""AWS sample notebooks put events right after CreateEventTracker, without a look at the status."""


@operation("CreateEventTracker")
def create_event_tracker(
    region: Region, *, name: str, dataset_group_arn: str, tags: Sequence[Tag] = ()
) -> EventTracker:
    """A tracker for an ACTIVE dataset group that has none; ResourceAlreadyExistsException for a second one."""
    group = region.find(DatasetGroup, dataset_group_arn)
    new = admit(
        region,
        EventTracker,
        None,
        tags=tags,
        needs=(group,),
        check=lambda: region.refuse_while(
            "second event tracker", group, lambda: region.rows(EventTracker).of(dataset_group_arn)
        ),
    )
    tracking_id = new_tracking_id(region)
    tracker = EventTracker(
        name=name,
        event_tracker_arn=event_tracker_arn(region, tracking_id),
        account_id=region.account.account_id,
        tracking_id=tracking_id,
        dataset_group_arn=dataset_group_arn,
        **new.beginning,
    )
    return new.enter(tracker)


@operation("DeleteEventTracker")
def delete_event_tracker(region: Region, *, event_tracker_arn: str) -> None:
    """Delete an ACTIVE or failed tracker; the events that it recorded stay."""
    tracker = region.find(EventTracker, event_tracker_arn)
    region.delete(tracker, (ACTIVE, CREATE_FAILED))


def recording_tracker(region: Region, tracking_id: str) -> EventTracker:
    """The tracker under whose tracking id events may come in; InvalidInputException when there is none."""
    trackers = region.rows(EventTracker)
    tracker = trackers.get(event_tracker_arn(region, tracking_id))
    if tracker is None:  # those of a mirrored account have ARNs that follow from nothing
        tracker = next((one for one in trackers if one.tracking_id == tracking_id), None)
    if tracker is None or tracker.tracking_id != tracking_id or tracker.status not in _RECORDING:
        raise refusal("tracking id", tracking_id=tracking_id)
    return tracker
