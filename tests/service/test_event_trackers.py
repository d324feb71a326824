"""Event trackers."""

import re

import pytest

from making import described

ARN = r"arn:aws:personalize:us-east-1:123456789012:event-tracker/[0-9a-f]{8}"
TRACKING_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def create(personalize, group, name="clicks", **members):
    return personalize.create_event_tracker(name=name, datasetGroupArn=group, **members)


def test_creation_answers_arn_and_tracking_id_at_once(personalize, workshop):
    answer = create(personalize, workshop.group())
    assert re.fullmatch(ARN, answer["eventTrackerArn"])
    assert re.fullmatch(TRACKING_ID, answer["trackingId"])


def test_a_tracker_is_described_with_account_and_tracking_id(personalize, workshop):
    group = workshop.group()
    answer = create(personalize, group)
    tracker = described(personalize, answer["eventTrackerArn"])
    del tracker["creationDateTime"], tracker["lastUpdatedDateTime"]
    assert tracker == {
        "name": "clicks",
        "eventTrackerArn": answer["eventTrackerArn"],
        "accountId": "123456789012",
        "trackingId": answer["trackingId"],
        "datasetGroupArn": group,
        "status": "ACTIVE",
    }


def test_lists_leave_the_tracking_id_out(personalize, workshop):
    group = workshop.group()
    create(personalize, group)
    create(personalize, workshop.group())
    (listed,) = personalize.list_event_trackers(datasetGroupArn=group)["eventTrackers"]
    assert set(listed) == {"name", "eventTrackerArn", "status", "creationDateTime", "lastUpdatedDateTime"}
    assert len(personalize.list_event_trackers()["eventTrackers"]) == 2


def test_a_group_has_one_tracker(personalize, workshop, refused):
    group = workshop.group()
    arn = create(personalize, group)["eventTrackerArn"]
    with refused("ResourceAlreadyExistsException", arn):
        create(personalize, group, "more")


def test_trackers_of_two_groups_can_share_a_name(personalize, workshop):
    first, second = (create(personalize, workshop.group()) for _ in range(2))
    assert first["eventTrackerArn"] != second["eventTrackerArn"]
    assert first["trackingId"] != second["trackingId"]


def test_an_unknown_group_is_not_found(personalize, refused):
    with refused("ResourceNotFoundException"):
        create(personalize, "arn:aws:personalize:us-east-1:123456789012:dataset-group/none")


@pytest.mark.mock_personalize(transitions="polls:1")
def test_a_group_that_is_not_active_takes_no_tracker(personalize, workshop, refused):
    with refused("ResourceInUseException", "CREATE PENDING"):
        create(personalize, workshop.group())


def test_refused_tags_leave_no_tracker_behind(personalize, workshop, refused):
    group = workshop.group()
    with refused("InvalidInputException"):
        create(personalize, group, tags=[{"tagKey": "aws:x", "tagValue": ""}])
    create(personalize, group)


def test_a_deleted_tracker_makes_room_for_another_with_a_new_tracking_id(personalize, workshop, refused):
    group = workshop.group()
    first = create(personalize, group)
    personalize.delete_event_tracker(eventTrackerArn=first["eventTrackerArn"])
    with refused("ResourceNotFoundException"):
        described(personalize, first["eventTrackerArn"])
    assert create(personalize, group)["trackingId"] != first["trackingId"]


def test_a_tracker_that_is_being_created_can_not_be_deleted(personalize_backend, personalize, workshop, refused):
    group = workshop.group()
    personalize_backend.transitions["event-tracker"] = "polls:1"
    arn = create(personalize, group)["eventTrackerArn"]
    with refused("ResourceInUseException", "CREATE PENDING"):
        personalize.delete_event_tracker(eventTrackerArn=arn)


def test_the_recorded_events_stay_when_the_tracker_is_deleted(personalize, personalize_events, workshop):
    group = workshop.group()
    dataset = workshop.dataset(group=group)
    tracker = create(personalize, group)
    personalize_events.put_events(
        trackingId=tracker["trackingId"],
        sessionId="s",
        userId="u",
        eventList=[{"eventType": "View", "itemId": "i", "sentAt": 1}],
    )
    personalize.delete_event_tracker(eventTrackerArn=tracker["eventTrackerArn"])
    assert workshop.rows(dataset) == ["u,i,1,View"]
