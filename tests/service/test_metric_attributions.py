"""Metric attributions, and the reports of imports."""

import pytest

from making import described
from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.stores import MemoryStore

ROLE = "arn:aws:iam::123456789012:role/PersonalizeRole"
PREFIX = "arn:aws:personalize:us-east-1:123456789012:metric-attribution/"
FOLDER = "s3://reports/shop/"
OUTPUT = {"roleArn": ROLE, "s3DataDestination": {"path": FOLDER}}
FIELDS = {
    "EVENT_VALUE": ["float", "null"],
    "RECOMMENDATION_ID": ["string", "null"],
    "EVENT_ATTRIBUTION_SOURCE": ["string", "null"],
}
HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,RECOMMENDATION_ID,EVENT_ATTRIBUTION_SOURCE"


def metric(name="buys", event_type="Buy", expression="SAMPLECOUNT()"):
    return {"metricName": name, "eventType": event_type, "expression": expression}


@pytest.fixture
def group(workshop):
    return workshop.group(name="shop")


@pytest.fixture
def clicks(workshop, group):
    return workshop.dataset(group=group, **FIELDS)


@pytest.fixture
def create(personalize, group, clicks):
    """Creates a metric attribution in a group with Interactions."""

    def create(*metrics, name="attribution", output=OUTPUT):
        return personalize.create_metric_attribution(
            name=name, datasetGroupArn=group, metrics=metrics or [metric()], metricsOutputConfig=output
        )["metricAttributionArn"]

    return create


def names(personalize, arn):
    metrics = personalize.list_metric_attribution_metrics(metricAttributionArn=arn)["metrics"]
    return [each["metricName"] for each in metrics]


def test_a_metric_attribution_is_described_without_its_metrics(personalize, group, create):
    attribution = described(personalize, create())
    del attribution["creationDateTime"], attribution["lastUpdatedDateTime"]
    assert attribution == {
        "name": "attribution",
        "metricAttributionArn": f"{PREFIX}attribution",
        "datasetGroupArn": group,
        "metricsOutputConfig": OUTPUT,
        "status": "ACTIVE",
    }


def test_metrics_are_listed_page_by_page_in_their_order(personalize, create):
    given = [metric("buys"), metric("views", "View"), metric("spent", "Buy", "SUM(Interactions.EVENT_VALUE)")]
    arn = create(*given)
    first = personalize.list_metric_attribution_metrics(metricAttributionArn=arn, maxResults=2)
    second = personalize.list_metric_attribution_metrics(
        metricAttributionArn=arn, maxResults=2, nextToken=first["nextToken"]
    )
    assert first["metrics"] + second["metrics"] == given
    assert "nextToken" not in second


def test_lists_show_the_metric_attributions_of_a_group(personalize, group, create):
    create()
    (listed,) = personalize.list_metric_attributions(datasetGroupArn=group)["metricAttributions"]
    assert set(listed) == {"name", "metricAttributionArn", "status", "creationDateTime", "lastUpdatedDateTime"}


def test_the_states_of_a_creation(personalize_backend, personalize, group, clicks, create):
    personalize_backend.transitions = "polls:2"
    arn = create()
    states = [described(personalize, arn)["status"] for _ in range(3)]
    assert states == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]


@pytest.mark.parametrize(
    "expression",
    ["SAMPLECOUNT()", "SUM(Items.PRICE)", "SUM(Interactions.EVENT_VALUE)", "sum( interactions.TIMESTAMP )"],
)
def test_what_a_metric_can_add_up(personalize, workshop, group, create, expression):
    workshop.dataset("ITEMS", group)
    arn = create(metric(expression=expression))
    (listed,) = personalize.list_metric_attribution_metrics(metricAttributionArn=arn)["metrics"]
    assert listed["expression"] == expression


@pytest.mark.parametrize(
    "expression",
    ["COUNT()", "SAMPLECOUNT", "SUM(PRICE)", "SUM(Users.AGE)", "SUM(Items.CATEGORY_L1)", "SUM(Items.WEIGHT)"],
)
def test_an_expression_that_is_none_or_does_not_fit_the_data_is_refused(
    personalize, workshop, group, create, refused, expression
):
    workshop.dataset("ITEMS", group)
    with refused("InvalidInputException", "expression"):
        create(metric(expression=expression))
    assert personalize.list_metric_attributions()["metricAttributions"] == []


def test_a_column_of_a_dataset_that_does_not_exist_is_refused(create, refused):
    with refused("InvalidInputException", "ITEMS"):
        create(metric(expression="SUM(Items.PRICE)"))


def test_two_metrics_of_one_name_are_refused(create, refused):
    with refused("InvalidInputException", "buys"):
        create(metric(), metric(event_type="View"))


def test_a_group_without_interactions_is_refused(personalize, group, refused):
    with refused("InvalidInputException", "EVENT_TYPE"):
        personalize.create_metric_attribution(
            name="attribution", datasetGroupArn=group, metrics=[metric()], metricsOutputConfig=OUTPUT
        )


@pytest.mark.mock_personalize(transitions="polls:1")
def test_a_group_that_is_not_active_is_refused(personalize, group, refused):
    with refused("ResourceInUseException", "CREATE PENDING"):
        personalize.create_metric_attribution(
            name="attribution", datasetGroupArn=group, metrics=[metric()], metricsOutputConfig=OUTPUT
        )


def test_a_group_has_one_metric_attribution(create, refused):
    arn = create()
    with refused("ResourceAlreadyExistsException", arn):
        create(name="more")


def test_a_malformed_path_is_refused(create, refused):
    with refused("InvalidInputException", "output path"):
        create(output={"roleArn": ROLE, "s3DataDestination": {"path": "https://reports/shop"}})


def test_a_metric_attribution_that_is_being_created_can_not_be_deleted(
    personalize_backend, personalize, group, clicks, create, refused
):
    personalize_backend.transitions = "polls:1"
    with refused("ResourceInUseException", "CREATE PENDING"):
        personalize.delete_metric_attribution(metricAttributionArn=create())


# -- updates -----------------------------------------------------------------------------------------------------------


def test_an_update_removes_and_adds_metrics(personalize, create):
    arn = create(metric("buys"), metric("views", "View"))
    answer = personalize.update_metric_attribution(
        metricAttributionArn=arn, removeMetrics=["buys"], addMetrics=[metric("plays", "Play")]
    )
    assert answer["metricAttributionArn"] == arn
    assert names(personalize, arn) == ["views", "plays"]


def test_an_update_of_the_output_keeps_the_metrics(personalize, create):
    arn = create()
    output = {"roleArn": ROLE, "s3DataDestination": {"path": "s3://reports/elsewhere/"}}
    personalize.update_metric_attribution(metricAttributionArn=arn, metricsOutputConfig=output)
    assert described(personalize, arn)["metricsOutputConfig"] == output
    assert names(personalize, arn) == ["buys"]


def test_a_metric_of_a_removed_name_can_be_added_in_the_same_call(personalize, create):
    arn = create(metric("buys"))
    personalize.update_metric_attribution(
        metricAttributionArn=arn, removeMetrics=["buys"], addMetrics=[metric("buys", "Purchase")]
    )
    (listed,) = personalize.list_metric_attribution_metrics(metricAttributionArn=arn)["metrics"]
    assert listed["eventType"] == "Purchase"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"addMetrics": [metric("buys")]}, "ResourceAlreadyExistsException"),
        ({"addMetrics": [metric("new", expression="COUNT()")]}, "InvalidInputException"),
        ({"addMetrics": [metric(f"new{n}") for n in range(10)]}, "InvalidInputException"),
        ({"removeMetrics": ["unknown"]}, "InvalidInputException"),
        ({"removeMetrics": ["buys"]}, "InvalidInputException"),
    ],
)
def test_a_refused_update_changes_nothing(personalize, create, refused, changes, code):
    arn = create(metric("buys"))
    with refused(code):
        personalize.update_metric_attribution(metricAttributionArn=arn, **changes)
    assert names(personalize, arn) == ["buys"]


def test_an_update_needs_the_arn_that_the_model_leaves_out(personalize, refused):
    with refused("InvalidInputException", "metricAttributionArn"):
        personalize.update_metric_attribution(removeMetrics=["buys"])


def test_an_update_of_an_unknown_metric_attribution_is_not_found(personalize, refused):
    with refused("ResourceNotFoundException"):
        personalize.update_metric_attribution(metricAttributionArn=f"{PREFIX}none", removeMetrics=["buys"])


@pytest.mark.parametrize("members", [{}, {"metricAttributionArn": f"{PREFIX}none"}])
def test_metrics_are_listed_for_a_metric_attribution_only(personalize, refused, members):
    with refused("InvalidInputException", "metricAttributionArn"):
        personalize.list_metric_attribution_metrics(**members)


def test_a_metric_attribution_that_is_being_created_can_not_be_updated(
    personalize_backend, personalize, group, clicks, create, refused
):
    personalize_backend.transitions = "polls:1"
    with refused("ResourceInUseException", "CREATE PENDING"):
        personalize.update_metric_attribution(metricAttributionArn=create(), addMetrics=[metric("more")])


# -- reports -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def report(personalize_backend, workshop, clicks):
    """Imports interactions and gives the lines of the report below its header."""

    def report(*lines, **members):
        for uri in personalize_backend.s3.list(FOLDER) if "reports" in seen else []:
            personalize_backend.s3.delete(uri)
        seen.add("reports")
        job = workshop.imported(clicks, HEADER, *lines, publishAttributionMetricsToS3=True, **members)
        assert job["status"] == "ACTIVE", job
        (uri,) = personalize_backend.s3.list(FOLDER)
        header, *rows = personalize_backend.s3.get(uri).decode().splitlines()
        assert header == "METRIC_NAME,EVENT_TYPE,VALUE,MATH_FUNCTION,EVENT_ATTRIBUTION_SOURCE,TIMESTAMP"
        return rows

    seen = set()
    return report


def test_the_report_counts_events_of_the_type_by_source(create, report):
    create(metric("buys"))
    rows = report("u1,i1,0,Buy,,,mail", "u2,i1,1,Buy,,,mail", "u3,i1,2,Buy,,,", "u4,i1,3,View,,,mail")
    assert rows == ["BUYS,BUY,1.0,samplecount,SOURCE_NAME_UNDEFINED,0", "BUYS,BUY,2.0,samplecount,mail,0"]


def test_the_report_has_windows_of_fifteen_minutes(create, report):
    create(metric("buys"))
    rows = report(*(f"u{moment},i1,{moment},Buy,,,mail" for moment in (0, 899, 900, 1800)))
    assert [(row.split(",")[2], row.split(",")[5]) for row in rows] == [("2.0", "0"), ("1.0", "900"), ("1.0", "1800")]


def test_the_report_adds_up_values_of_interactions(create, report):
    create(metric("spent", "Buy", "SUM(Interactions.EVENT_VALUE)"))
    assert report("u1,i1,0,Buy,2.5,,mail", "u2,i2,1,Buy,4,,mail", "u3,i2,2,Buy,,,mail") == ["SPENT,BUY,6.5,sum,mail,0"]


def test_the_report_adds_up_values_of_items(workshop, group, create, report):
    items = workshop.dataset("ITEMS", group)
    workshop.imported(items, "ITEM_ID,PRICE,CATEGORY_L1", "i1,10,tools", "i2,2.5,tools")
    create(metric("sold", "Buy", "SUM(Items.PRICE)"))
    rows = report("u1,i1,0,Buy,,,mail", "u2,i2,1,Buy,,,mail", "u3,i2,2,Buy,,,mail", "u4,unknown,3,Buy,,,mail")
    assert rows == ["SOLD,BUY,15.0,sum,mail,0"]


def test_the_case_of_event_types_does_not_count(create, report):
    create(metric("buys", "buy"))
    assert report("u1,i1,0,BUY,,,mail") == ["BUYS,BUY,1.0,samplecount,mail,0"]


def test_the_report_of_an_incremental_import_has_its_own_rows_only(create, report):
    create(metric("buys"))
    report("u1,i1,0,Buy,,,mail")
    assert report("u2,i1,0,Buy,,,post", importMode="INCREMENTAL") == ["BUYS,BUY,1.0,samplecount,post,0"]


def test_the_report_of_a_full_import_leaves_streamed_events_out(
    personalize_events, workshop, group, clicks, create, report
):
    create(metric("buys"))
    personalize_events.put_events(
        trackingId=workshop.tracking_id(group),
        sessionId="s",
        userId="u",
        eventList=[{"eventType": "Buy", "itemId": "i1", "sentAt": 5}],
    )
    assert report("u1,i1,0,Buy,,,mail") == ["BUYS,BUY,1.0,samplecount,mail,0"]


def test_an_event_is_attributed_to_the_campaign_of_its_recommendation(
    personalize, personalize_runtime, workshop, group, clicks, create, report
):
    create(metric("buys"))
    workshop.imported(clicks, HEADER, "u1,i1,1,Buy,,,", "u2,i2,2,Buy,,,")
    solution = personalize.create_solution(
        name="best",
        datasetGroupArn=group,
        recipeArn="arn:aws:personalize:::recipe/aws-popularity-count",
        performAutoTraining=False,
    )["solutionArn"]
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    campaign = personalize.create_campaign(name="best", solutionVersionArn=version)["campaignArn"]
    answer = personalize_runtime.get_recommendations(campaignArn=campaign, userId="u1")
    recommendation = answer["recommendationId"]
    rows = report(f"u1,i2,0,Buy,,{recommendation},", f"u2,i2,0,Buy,,{recommendation},mail", "u3,i2,0,Buy,,RID-1,")
    assert [row.split(",")[4] for row in rows] == ["SOURCE_NAME_UNDEFINED", campaign, "mail"]


def test_the_name_of_a_report_says_what_it_is(personalize_backend, create, report):
    personalize_backend.clock.freeze(1_700_000_000)
    create()
    report("u1,i1,0,Buy,,,")
    assert personalize_backend.s3.list(FOLDER) == [f"{FOLDER}AggregatedAttributionMetrics - BULK - 1700000000.csv"]


@pytest.mark.parametrize(("mode", "number"), [("FULL", 0), ("INCREMENTAL", 1)])
def test_an_incremental_import_is_told_to_cloudwatch(personalize_backend, workshop, clicks, create, mode, number):
    create()
    now = int(personalize_backend.clock.timestamp())
    workshop.imported(clicks, HEADER, "ann,i1,1,Buy,,,")
    workshop.imported(clicks, HEADER, f"ann,i1,{now - 60},Buy,,,", importMode=mode)
    assert [point.name for point in personalize_backend.metrics if point.name == "buys"] == ["buys"] * number


def test_an_attribution_that_is_not_active_tells_nothing(personalize_backend, workshop, clicks, create):
    personalize_backend.transitions["metric-attribution"] = "polls:9"
    create()
    now = int(personalize_backend.clock.timestamp())
    workshop.imported(clicks, HEADER, "ann,i1,1,Buy,,,")
    workshop.imported(clicks, HEADER, f"ann,i1,{now - 60},Buy,,,", importMode="INCREMENTAL")
    assert [point for point in personalize_backend.metrics if point.name == "buys"] == []


def test_a_report_without_its_attribution_fails_the_import(personalize_backend, personalize, workshop, clicks, create):
    arn = create()
    personalize_backend.transitions["dataset-import-job"] = "polls:3"
    location = workshop.upload([HEADER, "ann,i1,1,Buy,,,"])
    job = workshop.start_import(clicks, location, publishAttributionMetricsToS3=True)
    personalize.delete_metric_attribution(metricAttributionArn=arn)
    for _ in range(4):
        found = described(personalize, job)
    assert found["status"] == "CREATE FAILED"
    assert "no metric attribution" in found["failureReason"]


def test_a_report_that_cannot_be_written_fails_the_import(workshop, clicks, create, monkeypatch):
    def refuse(*_):
        raise StoreError("The disk is full", reason="unavailable")

    create()
    location = workshop.upload([HEADER, "ann,i1,1,Buy,,,"])
    monkeypatch.setattr(MemoryStore, "put_parts", refuse)
    job = described(workshop.personalize, workshop.start_import(clicks, location, publishAttributionMetricsToS3=True))
    assert job["failureReason"] == "Invalid S3 output path. The disk is full"


def test_an_import_reports_only_when_asked_to(personalize_backend, workshop, clicks, create):
    create()
    workshop.imported(clicks, HEADER, "u1,i1,0,Buy,,,")
    personalize_backend.s3.put("s3://reports/other", b"")
    assert personalize_backend.s3.list(FOLDER) == []


def test_reports_need_a_metric_attribution_with_a_path(workshop, clicks, create, refused):
    with refused("InvalidInputException", "metric attribution"):
        workshop.imported(clicks, HEADER, publishAttributionMetricsToS3=True)
    create(output={"roleArn": ROLE})
    with refused("InvalidInputException", "S3 destination"):
        workshop.imported(clicks, HEADER, publishAttributionMetricsToS3=True)


def test_cloudwatch_hears_of_imports_that_add_events(personalize_backend, create, workshop, clicks, group):
    create(metric("buys"))
    now = int(personalize_backend.clock.timestamp())
    items = workshop.dataset("ITEMS", group=group)

    def heard(dataset, *lines, **members):
        before = len(personalize_backend.metrics.points)
        assert workshop.imported(dataset, *lines, **members)["status"] == "ACTIVE"
        return len(personalize_backend.metrics.points) - before

    bought = [HEADER, f"u1,i1,{now},Buy,,,mail", f"u2,i2,{now},Buy,,,mail"]
    assert heard(clicks, *bought, importMode="FULL") == 0
    assert heard(clicks, *bought, importMode="INCREMENTAL") > 0
    listed = ["ITEM_ID,PRICE,CATEGORY_L1", "i1,1.5,toys", "i2,2.5,toys"]
    assert [heard(items, *listed, importMode=mode) for mode in ("FULL", "INCREMENTAL")] == [0, 0]
