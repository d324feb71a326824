"""Streamed records: events, action interactions, and single items, users and actions."""

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize import mock_personalize
from pytest_personalize.service.kernel.errors import ServiceError

EVENT_FIELDS = {
    "EVENT_VALUE": ["float", "null"],
    "DISCOUNT": ["string", "null"],
    "PAGES_READ": ["int", "null"],
}


@pytest.fixture
def group(workshop):
    return workshop.group()


@pytest.fixture
def clicks(workshop, group):
    """The Interactions dataset that events go to."""
    return workshop.dataset(group=group, **EVENT_FIELDS)


@pytest.fixture
def put(workshop, group, clicks, personalize_events):
    """Puts events into it; what is not given is that of an ordinary view."""
    tracking_id = workshop.tracking_id(group)

    def put(*events, user="u1", session="s1"):
        call = {"trackingId": tracking_id, "sessionId": session} | ({} if user is None else {"userId": user})
        ordinary = {"eventType": "View", "itemId": "i1", "sentAt": 1}
        personalize_events.put_events(eventList=[ordinary | event for event in events], **call)

    return put


# -- what becomes of an event ------------------------------------------------------------------------------------------


def test_an_event_becomes_a_row(put, workshop, clicks):
    put({"itemId": "i7", "sentAt": 1700000000, "eventType": "Buy", "eventValue": 2.5})
    assert workshop.rows(clicks) == ["u1,i7,1700000000,Buy,2.5,,"]


def test_the_answer_is_empty(workshop, group, clicks, personalize_events):
    answer = personalize_events.put_events(
        trackingId=workshop.tracking_id(group),
        sessionId="s",
        eventList=[{"eventType": "View", "itemId": "i", "sentAt": 1}],
    )
    assert set(answer) == {"ResponseMetadata"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(
    "moment", [1553631760, 1553631760.9, "1553631760", datetime(2019, 3, 26, 20, 22, 40, tzinfo=UTC)]
)
def test_the_time_is_kept_in_seconds_however_it_is_given(put, workshop, clicks, moment):
    put({"sentAt": moment})
    assert workshop.rows(clicks) == ["u1,i1,1553631760,View,,,"]


def test_properties_stand_for_columns_by_their_name_in_camel_case(put, workshop, clicks):
    put({"properties": '{"discount": "No", "pagesRead": 12}'})
    assert workshop.rows(clicks) == ["u1,i1,1,View,,No,12"]


def test_numbers_can_be_written_as_text(put, workshop, clicks):
    put({"properties": '{"pagesRead": "12", "eventValue": "4"}'})
    assert workshop.rows(clicks) == ["u1,i1,1,View,4.0,,12"]


def test_item_and_value_can_stand_in_the_properties(workshop, group, clicks, personalize_events):
    personalize_events.put_events(
        trackingId=workshop.tracking_id(group),
        sessionId="s",
        userId="u1",
        eventList=[{"eventType": "View", "sentAt": 1, "properties": '{"itemId": "i9", "eventValue": 3}'}],
    )
    assert workshop.rows(clicks) == ["u1,i9,1,View,3.0,,"]


def test_item_and_value_of_the_event_win_over_those_in_the_properties(put, workshop, clicks):
    put({"itemId": "i1", "eventValue": 1.5, "properties": '{"itemId": "i9", "eventValue": 3}'})
    assert workshop.rows(clicks) == ["u1,i1,1,View,1.5,,"]


def test_keys_that_are_no_column_are_ignored(put, workshop, clicks):
    put({"properties": '{"weather": "fine"}', "recommendationId": "RID-1", "impression": ["i1", "i2"]})
    assert workshop.rows(clicks) == ["u1,i1,1,View,,,"]


def test_recommendation_impression_session_and_source_are_kept_where_the_schema_has_them(workshop, personalize_events):
    group = workshop.group()
    nullable = ["string", "null"]
    dataset = workshop.dataset(
        group=group,
        RECOMMENDATION_ID=nullable,
        IMPRESSION=nullable,
        SESSION_ID=nullable,
        EVENT_ATTRIBUTION_SOURCE=nullable,
    )
    personalize_events.put_events(
        trackingId=workshop.tracking_id(group),
        sessionId="s1",
        userId="u1",
        eventList=[
            {
                "eventType": "View",
                "itemId": "i1",
                "sentAt": 1,
                "recommendationId": "RID-1",
                "impression": ["i1", "i2"],
                "metricAttribution": {"eventAttributionSource": "mail"},
            }
        ],
    )
    assert workshop.rows(dataset) == ["u1,i1,1,View,RID-1,i1|i2,s1,mail"]


def test_the_event_type_is_a_placeholder_where_the_schema_has_none(personalize, workshop, group, personalize_events):
    fields = [{"name": n, "type": t} for n, t in (("USER_ID", "string"), ("ITEM_ID", "string"), ("TIMESTAMP", "long"))]
    schema = personalize.create_schema(
        name="plain", schema=json.dumps({"type": "record", "name": "Interactions", "fields": fields})
    )["schemaArn"]
    dataset = personalize.create_dataset(
        name="plain", schemaArn=schema, datasetGroupArn=group, datasetType="INTERACTIONS"
    )["datasetArn"]
    personalize_events.put_events(
        trackingId=workshop.tracking_id(group),
        sessionId="s",
        userId="u1",
        eventList=[{"eventType": "placeholder", "itemId": "i1", "sentAt": 1}],
    )
    assert workshop.rows(dataset) == ["u1,i1,1"]


def test_an_exact_repetition_is_kept_once(put, workshop, clicks):
    put({}, {})
    put({})
    put({"sentAt": 2}, {"eventType": "Buy"})
    assert len(workshop.rows(clicks)) == 3


def test_events_that_differ_in_a_placeholder_alone_are_one(personalize, workshop, group, personalize_events):
    fields = [{"name": n, "type": t} for n, t in (("USER_ID", "string"), ("ITEM_ID", "string"), ("TIMESTAMP", "long"))]
    schema = personalize.create_schema(
        name="plain", schema=json.dumps({"type": "record", "name": "Interactions", "fields": fields})
    )["schemaArn"]
    personalize.create_dataset(name="plain", schemaArn=schema, datasetGroupArn=group, datasetType="INTERACTIONS")
    personalize_events.put_events(
        trackingId=workshop.tracking_id(group),
        sessionId="s",
        userId="u1",
        eventList=[{"eventType": kind, "itemId": "i1", "sentAt": 1} for kind in ("one", "other")],
    )
    answer = personalize.create_data_deletion_job(
        jobName="forget",
        datasetGroupArn=group,
        roleArn="arn:aws:iam::123456789012:role/PersonalizeRole",
        dataSource={"dataLocation": workshop.upload(["USER_ID", "u1"])},
    )
    job = personalize.describe_data_deletion_job(dataDeletionJobArn=answer["dataDeletionJobArn"])["dataDeletionJob"]
    assert job["numDeleted"] == 1


def trained_on(personalize, personalize_runtime, group):
    """The items that a training takes up, those of the most events first."""
    solution = personalize.create_solution(
        name="best",
        datasetGroupArn=group,
        recipeArn="arn:aws:personalize:::recipe/aws-popularity-count",
        performAutoTraining=False,
    )["solutionArn"]
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    campaign = personalize.create_campaign(name="best", solutionVersionArn=version)["campaignArn"]
    answer = personalize_runtime.get_recommendations(campaignArn=campaign, userId="u2")
    return [item["itemId"] for item in answer["itemList"]]


def test_events_of_an_id_that_came_before_are_not_trained_on(put, workshop, personalize, personalize_runtime, group):
    for number in range(3):
        put({"itemId": "once", "eventId": "same"}, user=f"u{number}")
    for number in range(2):
        put({"itemId": "twice"}, user=f"u{number}")
    assert trained_on(personalize, personalize_runtime, group) == ["twice", "once"]


def test_event_ids_are_remembered_beyond_a_second_import(
    put, workshop, clicks, personalize, personalize_runtime, group
):
    lines = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DISCOUNT,PAGES_READ", "u9,bulk,0,Buy,,,"
    workshop.imported(clicks, *lines)
    put({"itemId": "first", "eventId": "same"})
    workshop.imported(clicks, *lines)
    put({"itemId": "again", "eventId": "same"})
    assert set(trained_on(personalize, personalize_runtime, group)) == {"bulk", "first"}


def test_streamed_events_and_imported_rows_are_told_apart(put, workshop, clicks):
    workshop.imported(clicks, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DISCOUNT,PAGES_READ", "u0,i0,0,Buy,,,")
    put({})
    assert workshop.rows(clicks, "BULK") == ["u0,i0,0,Buy,,,"]
    assert workshop.rows(clicks, "PUT") == ["u1,i1,1,View,,,"]


def test_the_session_with_the_name_null_is_accepted_and_without_effect(put, workshop, clicks):
    put({}, session="null")
    assert workshop.rows(clicks) == []


texts = st.text(st.characters(codec="utf-8", exclude_characters='\r\n\\"', exclude_categories=["Cc"]), min_size=1)
events = st.builds(
    lambda item, moment, kind, discount: {
        "itemId": item,
        "sentAt": moment,
        "eventType": kind,
        "properties": json.dumps({"discount": discount}, ensure_ascii=False),
    },
    texts.filter(lambda text: len(text) < 50),
    st.integers(0, 2**31),
    st.sampled_from(["View", "Buy", "watch"]),
    texts.filter(lambda text: len(text) < 50),
)


@given(calls=st.lists(st.lists(events, min_size=1, max_size=10), max_size=4))
def test_every_distinct_event_is_exported_as_it_was_put(calls, request):
    workshop_class = type(request.getfixturevalue("workshop"))
    with mock_personalize() as backend:
        workshop = workshop_class(backend, boto3.client("personalize", region_name="us-east-1"))
        streaming = boto3.client("personalize-events", region_name="us-east-1")
        group = workshop.group()
        dataset = workshop.dataset(group=group, DISCOUNT=["string", "null"])
        tracking_id = workshop.tracking_id(group)
        for call in calls:
            streaming.put_events(trackingId=tracking_id, sessionId="s", userId="u", eventList=call)
        rows = workshop.rows(dataset)
    put = [
        ("u", event["itemId"], str(event["sentAt"]), event["eventType"], json.loads(event["properties"])["discount"])
        for call in calls
        for event in call
    ]
    quoted = [",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in dict.fromkeys(put)]
    assert rows == quoted


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"properties": "{"}, "Error parsing properties json"),
        ({"properties": '"{}"'}, "Error parsing properties json"),
        ({"properties": '{"userId": "u"}'}, "userId"),
        ({"properties": '{"TIMESTAMP": 1}'}, "TIMESTAMP"),
        ({"properties": '{"Impression": "i1"}'}, "Impression"),
        ({"properties": '{"pagesRead": "many"}'}, "PAGES_READ"),
        ({"impression": ["ü" * 256] * 25}, "bytes"),
    ],
)
def test_a_bad_event_is_refused_and_the_others_of_the_call_with_it(put, workshop, clicks, refused, event, said):
    with refused("InvalidInputException", said):
        put({"itemId": "good"}, event)
    assert workshop.rows(clicks) == []


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"properties": json.dumps({"discount": "x" * 1024})}, "1024"),
        ({"impression": [str(n) for n in range(26)]}, "impression"),
        ({"recommendationId": "x" * 41}, "recommendationId"),
        ({"metricAttribution": {"eventAttributionSource": " "}}, "eventAttributionSource"),
    ],
)
def test_row_1_an_event_out_of_shape_is_refused_and_the_others_of_the_call_with_it(
    put, workshop, clicks, refused, event, said
):
    with refused("ValidationException", said):
        put({"itemId": "good"}, event)
    assert workshop.rows(clicks) == []


def test_an_event_without_an_item_is_refused(workshop, group, clicks, personalize_events, refused):
    with refused("InvalidInputException", "itemId"):
        personalize_events.put_events(
            trackingId=workshop.tracking_id(group),
            sessionId="s",
            userId="u1",
            eventList=[{"eventType": "View", "sentAt": 1}],
        )


def test_an_event_without_a_value_for_a_column_without_null_is_refused(workshop, personalize_events, refused):
    group = workshop.group()
    workshop.dataset(group=group, DEVICE="string")
    with refused("InvalidInputException", "device"):
        personalize_events.put_events(
            trackingId=workshop.tracking_id(group),
            sessionId="s",
            eventList=[{"eventType": "View", "itemId": "i", "sentAt": 1}],
        )


def test_eleven_events_are_too_many(put, refused):
    with refused("ValidationException", "eventList"):
        put(*({"sentAt": n} for n in range(11)))


def test_an_unknown_tracking_id_is_refused(personalize_events, refused):
    with refused("InvalidInputException", "Invalid tracking id: 6a1dea7c"):
        personalize_events.put_events(
            trackingId="6a1dea7c", sessionId="s", eventList=[{"eventType": "View", "itemId": "i", "sentAt": 1}]
        )


def test_a_tracker_that_is_being_deleted_is_unknown(personalize_backend, personalize, put, refused):
    (tracker,) = personalize.list_event_trackers()["eventTrackers"]
    personalize_backend.transitions = "polls:1"
    personalize.delete_event_tracker(eventTrackerArn=tracker["eventTrackerArn"])
    with refused("InvalidInputException", "tracking id"):
        put({})


def test_a_tracker_records_while_it_is_being_created(personalize_backend, personalize_events, workshop, group, clicks):
    personalize_backend.transitions["event-tracker"] = "clock"
    personalize_events.put_events(
        trackingId=workshop.tracking_id(group),
        sessionId="s",
        userId="u1",
        eventList=[{"eventType": "View", "itemId": "i1", "sentAt": 1}],
    )
    assert workshop.rows(clicks) == ["u1,i1,1,View,,,"]


def test_a_group_without_interactions_takes_no_events(workshop, group, personalize_events, refused):
    with refused("InvalidInputException", "Interactions"):
        personalize_events.put_events(
            trackingId=workshop.tracking_id(group),
            sessionId="s",
            eventList=[{"eventType": "View", "itemId": "i", "sentAt": 1}],
        )


def test_a_group_whose_interactions_were_deleted_takes_no_events(personalize, put, clicks, refused):
    personalize.delete_dataset(datasetArn=clicks)
    with refused("InvalidInputException", "Interactions"):
        put({})


def test_the_tracker_of_one_region_is_unknown_in_another(workshop, group, clicks, refused):
    elsewhere = boto3.client("personalize-events", region_name="eu-west-1")
    with refused("InvalidInputException", "tracking id"):
        elsewhere.put_events(
            trackingId=workshop.tracking_id(group),
            sessionId="s",
            eventList=[{"eventType": "View", "itemId": "i", "sentAt": 1}],
        )


def test_more_event_types_than_can_be_told_apart_are_refused_before_anything_is_kept(
    put, workshop, clicks, monkeypatch
):
    monkeypatch.setattr("pytest_personalize.data.events.MOST_EVENT_TYPES", 2)
    put({"eventType": "View"}, {"eventType": "Buy"})
    with pytest.raises(ClientError, match="more than 2 distinct event types") as refusal:
        put({"eventType": "View", "sentAt": 2}, {"eventType": "Like"}, user="u2")
    assert refusal.value.response["Error"]["Code"] == "InvalidInputException"
    put({"eventType": "Buy", "sentAt": 3})
    assert workshop.rows(clicks) == ["u1,i1,1,View,,,", "u1,i1,1,Buy,,,", "u1,i1,3,Buy,,,"]


# -- sessions without a user -------------------------------------------------------------------------------------------


@pytest.fixture
def unseen(personalize, personalize_runtime, workshop, group, clicks):
    """The items that a filter leaves for an id: those that it has not viewed."""
    workshop.imported(
        clicks,
        "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,DISCOUNT,PAGES_READ",
        *(f"somebody,i{n},{n},Buy,,," for n in range(1, 4)),
    )
    solution = personalize.create_solution(
        name="best",
        datasetGroupArn=group,
        recipeArn="arn:aws:personalize:::recipe/aws-popularity-count",
        performAutoTraining=False,
    )["solutionArn"]
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    campaign = personalize.create_campaign(name="best", solutionVersionArn=version)["campaignArn"]
    unviewed = personalize.create_filter(
        name="unviewed",
        datasetGroupArn=group,
        filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("View")',
    )["filterArn"]

    def unseen(user):
        answer = personalize_runtime.get_recommendations(campaignArn=campaign, userId=user, filterArn=unviewed)
        return {item["itemId"] for item in answer["itemList"]}

    return unseen


def test_a_session_without_a_user_counts_under_its_own_id(put, unseen):
    put({"itemId": "i1"}, user=None, session="s1")
    assert unseen("s1") == {"i2", "i3"}
    assert unseen("s2") == {"i1", "i2", "i3"}


def test_a_call_with_both_ids_gives_the_session_to_the_user(put, unseen):
    put({"itemId": "i1"}, user=None, session="s1")
    assert unseen("u1") == {"i1", "i2", "i3"}
    put({"itemId": "i2", "sentAt": 2}, user="u1", session="s1")
    assert unseen("u1") == {"i3"}


def test_a_session_is_given_to_its_user_once(put, workshop, clicks):
    put({"itemId": "i1", "eventValue": 1.5}, user=None)
    put({"itemId": "i2"})
    put({"itemId": "i3"})
    assert workshop.rows(clicks) == ["u1,i1,1,View,1.5,,", "u1,i2,1,View,,,", "u1,i3,1,View,,,"]


def test_what_a_session_does_later_without_a_user_is_given_to_the_user_as_well(put, workshop, clicks):
    put({"itemId": "i1"}, user=None)
    put({"itemId": "i2"})
    put({"itemId": "i3"}, user=None)
    put({"itemId": "i4"})
    assert [row.split(",")[1] for row in workshop.rows(clicks)] == ["i1", "i2", "i3", "i4"]


def test_a_user_whose_id_is_the_session_is_an_ordinary_user(put, workshop, clicks):
    put({"itemId": "i1"}, user="s1", session="s1")
    put({"itemId": "i2"}, user="u1", session="s1")
    assert workshop.rows(clicks) == ["s1,i1,1,View,,,", "u1,i2,1,View,,,"]


def test_a_session_that_becomes_a_user_of_the_same_id_is_not_linked(put, workshop, clicks):
    put({"itemId": "i1"}, user=None, session="s1")
    put({"itemId": "i2"}, user="s1", session="s1")
    assert workshop.rows(clicks) == ["s1,i2,1,View,,,"]


def test_the_session_of_a_deleted_user_does_not_come_back(put, personalize, workshop, group, clicks):
    put({"itemId": "i1"}, user=None)
    put({"itemId": "i2"})
    personalize.create_data_deletion_job(
        jobName="forget",
        datasetGroupArn=group,
        dataSource={"dataLocation": workshop.upload(["USER_ID", "u1"])},
        roleArn="arn:aws:iam::123456789012:role/PersonalizeRole",
    )
    put({"itemId": "i3"})
    assert workshop.rows(clicks) == ["u1,i3,1,View,,,"]


# -- items, users and actions ------------------------------------------------------------------------------------------


@pytest.fixture
def put_item(personalize_events):
    def put_item(dataset, item="i1", **properties):
        members = {"properties": json.dumps(properties)} if properties else {}
        return personalize_events.put_items(datasetArn=dataset, items=[{"itemId": item, **members}])

    return put_item


def test_an_item_is_added(workshop, put_item):
    dataset = workshop.dataset("ITEMS")
    answer = put_item(dataset, price=2, categoryL1="tools|garden")
    assert set(answer) == {"ResponseMetadata"}
    assert workshop.rows(dataset, "PUT") == ["i1,2.0,tools|garden"]


def test_an_item_of_the_same_id_is_replaced_as_a_whole(workshop, put_item):
    dataset = workshop.dataset("ITEMS", BRAND=["string", "null"])
    put_item(dataset, price=2, categoryL1="tools", brand="Acme")
    put_item(dataset, price=3, categoryL1="tools")
    assert workshop.rows(dataset) == ["i1,3.0,tools,"]


def test_users_are_added(workshop, personalize_events):
    dataset = workshop.dataset("USERS")
    personalize_events.put_users(
        datasetArn=dataset,
        users=[{"userId": f"u{n}", "properties": '{"membership": "gold"}'} for n in range(2)],
    )
    assert workshop.rows(dataset) == ["u0,gold", "u1,gold"]


def test_actions_are_added(backend, workshop, personalize_events):
    dataset = workshop.dataset("ACTIONS")
    personalize_events.put_actions(
        datasetArn=dataset, actions=[{"actionId": "a1", "properties": '{"value": 5, "genre": "mail"}'}]
    )
    assert backend.records(dataset) == [{"ACTION_ID": "a1", "VALUE": 5, "GENRE": "mail"}]


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"price": 1, "categoryL1": "tools", "colour": "red"}, "colour"),
        ({"price": "cheap", "categoryL1": "tools"}, "PRICE"),
        ({"price": 1}, "categoryL1"),
        ({"price": 1, "categoryL1": "x" * 1001}, "1000"),
    ],
)
def test_a_bad_item_is_refused_and_the_others_of_the_call_with_it(
    workshop, personalize_events, refused, properties, said
):
    dataset = workshop.dataset("ITEMS")
    good = {"price": 1, "categoryL1": "tools"}
    with refused("InvalidInputException", said):
        personalize_events.put_items(
            datasetArn=dataset,
            items=[{"itemId": f"i{n}", "properties": json.dumps(given)} for n, given in enumerate((good, properties))],
        )
    assert workshop.rows(dataset) == []


def test_a_dataset_of_another_type_is_refused(workshop, put_item, refused):
    with refused("InvalidInputException", "USERS"):
        put_item(workshop.dataset("USERS"))


def test_an_unknown_dataset_is_not_found(put_item, refused):
    with refused("ResourceNotFoundException"):
        put_item("arn:aws:personalize:us-east-1:123456789012:dataset/shop/ITEMS")


def test_a_refusal_of_the_events_api_has_its_own_http_status(put_item):
    with pytest.raises(boto3.client("personalize-events", region_name="us-east-1").exceptions.ClientError) as caught:
        put_item("arn:aws:personalize:us-east-1:123456789012:dataset/shop/ITEMS")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_a_dataset_that_is_being_updated_takes_no_items(personalize_backend, personalize, workshop, put_item, refused):
    dataset = workshop.dataset("ITEMS")
    schema = workshop.schema("ITEMS", BRAND=["string", "null"])
    personalize_backend.transitions["dataset"] = "polls:1"
    personalize.update_dataset(datasetArn=dataset, schemaArn=schema)
    with refused("ResourceInUseException", "UPDATE PENDING"):
        put_item(dataset, price=2, categoryL1="tools")


def test_a_new_column_takes_values_after_the_update(personalize, workshop, put_item, refused):
    dataset = workshop.dataset("ITEMS")
    with refused("InvalidInputException", "brand"):
        put_item(dataset, price=2, categoryL1="tools", brand="Acme")
    personalize.update_dataset(datasetArn=dataset, schemaArn=workshop.schema("ITEMS", BRAND=["string", "null"]))
    put_item(dataset, price=2, categoryL1="tools", brand="Acme")
    assert workshop.rows(dataset) == ["i1,2.0,tools,Acme"]


# -- action interactions -----------------------------------------------------------------------------------------------


@pytest.fixture
def put_action_event(personalize, personalize_events):
    """Puts events into an Action interactions dataset; what is not given is ordinary."""

    def put(dataset, *events):
        tracking_id = personalize.describe_dataset(datasetArn=dataset)["dataset"]["trackingId"]
        ordinary = {"actionId": "a1", "userId": "u1", "sessionId": "s1", "timestamp": 1, "eventType": "TAKEN"}
        personalize_events.put_action_interactions(
            trackingId=tracking_id, actionInteractions=[ordinary | event for event in events]
        )

    return put


@pytest.mark.parametrize("event_type", ["TAKEN", "NOT_TAKEN", "VIEWED", "Taken", "Not taken", "Viewed", "Click"])
def test_an_action_event_becomes_a_row(backend, workshop, put_action_event, event_type):
    dataset = workshop.dataset("ACTION_INTERACTIONS")
    put_action_event(dataset, {"eventType": event_type})
    (row,) = backend.records(dataset)
    assert row == {"USER_ID": "u1", "ACTION_ID": "a1", "EVENT_TYPE": event_type, "TIMESTAMP": 1}


@pytest.mark.parametrize("sent_at", ["1700000000", "1700000000.25", "2023-11-14T22:13:20Z"])
def test_a_time_may_be_text(workshop, group, clicks, backend, sent_at):
    """Clients that write their own requests send epoch seconds in quotes."""
    event = {"eventType": "View", "itemId": "i", "sentAt": sent_at}
    members = {"trackingId": workshop.tracking_id(group), "sessionId": "s", "userId": "u", "eventList": [event]}
    backend._door.call("personalize-events", "PutEvents", "us-east-1", json.dumps(members), "wire")
    assert [row.split(",")[2] for row in workshop.rows(clicks)] == ["1700000000"]


def test_properties_that_are_json_instead_of_text_are_refused_in_the_service_s_words(workshop, group, clicks, backend):
    event = {"eventType": "View", "itemId": "i", "sentAt": 1, "properties": {"discount": "5"}}
    members = {"trackingId": workshop.tracking_id(group), "sessionId": "s", "userId": "u", "eventList": [event]}
    with pytest.raises(ServiceError, match="Error parsing properties json") as caught:
        backend._door.call("personalize-events", "PutEvents", "us-east-1", json.dumps(members), "wire")
    assert caught.value.code == "InvalidInputException"


def test_an_action_session_is_given_to_its_user(backend, workshop, personalize, personalize_events, put_action_event):
    dataset = workshop.dataset("ACTION_INTERACTIONS")
    tracking_id = personalize.describe_dataset(datasetArn=dataset)["dataset"]["trackingId"]
    personalize_events.put_action_interactions(
        trackingId=tracking_id,
        actionInteractions=[{"actionId": "a0", "sessionId": "s1", "timestamp": 1, "eventType": "VIEWED"}],
    )
    put_action_event(dataset, {})
    rows = [(row["USER_ID"], row["ACTION_ID"]) for row in backend.records(dataset)]
    assert rows == [("s1", "a0"), ("u1", "a0"), ("u1", "a1")]  # the session keeps its own


def test_the_actions_that_were_shown_are_kept(backend, workshop, put_action_event):
    dataset = workshop.dataset("ACTION_INTERACTIONS", IMPRESSION=["null", "string"])
    put_action_event(dataset, {"impression": ["a1", "a2"]})
    (row,) = backend.records(dataset)
    assert row["IMPRESSION"] == "a1|a2"


def test_the_tracking_id_of_an_event_tracker_is_unknown_to_action_events(workshop, group, personalize_events, refused):
    with refused("ResourceNotFoundException"):
        personalize_events.put_action_interactions(
            trackingId=workshop.tracking_id(group),
            actionInteractions=[{"actionId": "a", "sessionId": "s", "timestamp": 1, "eventType": "TAKEN"}],
        )


def test_a_dataset_that_is_being_created_takes_no_action_events(
    personalize_backend, workshop, group, put_action_event, refused
):
    personalize_backend.transitions["dataset"] = "polls:9"
    with refused("ResourceInUseException", "CREATE IN_PROGRESS"):
        put_action_event(workshop.dataset("ACTION_INTERACTIONS", group), {})
