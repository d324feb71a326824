"""What is under way: the clock that moves it, how it is told, and that a snapshot brings it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from making import ROLE, Deploy, Describe, MakeDataset, MakeGroup, MakeSolution, Train, Workshop, avro
from pytest_personalize import PersonalizeBackend
from pytest_personalize.service.kernel.lifecycle import SCRIPTS

IN_USE = "ResourceInUseException"
YEAR_10_000 = 253_402_300_800
LINES = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nann,tea,1700000000,View\nbob,tea,1700000001,View\n"


def refusals(call: Callable[[], Any], code: str) -> int:
    """How often a call is refused, when it is made until it is not."""
    for times in range(9):
        try:
            call()
        except ClientError as error:
            if error.response["Error"]["Code"] != code:
                raise
        else:
            return times
    raise AssertionError("refused for ever")


def test_a_clock_that_runs_moves_by_what_it_is_told(backend: PersonalizeBackend) -> None:
    before = backend.clock.timestamp()
    assert backend.clock.advance(hours=2).timestamp() - before == pytest.approx(7200, abs=60)
    assert backend.clock.move_to(before + 9000).timestamp() - before == pytest.approx(9000, abs=60)


@pytest.mark.parametrize("move", ["advance", "move_to", "freeze"])
def test_no_clock_goes_beyond_the_year_9999(backend: PersonalizeBackend, move: str) -> None:
    backend.clock.freeze(1_700_000_000)
    with pytest.raises(ValueError, match="9999"):
        getattr(backend.clock, move)(YEAR_10_000)
    assert backend.clock.timestamp() == 1_700_000_000


def test_a_clock_does_not_go_back(backend: PersonalizeBackend) -> None:
    with pytest.raises(ValueError, match="only moves forward"):
        backend.clock.advance(seconds=-1)


def test_what_was_under_way_is_so_again_after_a_restore(
    backend: PersonalizeBackend, workshop: Workshop, describe: Describe
) -> None:
    backend.transitions["dataset-group"] = "polls:2"
    group = workshop.group()
    before = backend.snapshot()
    statuses = []
    for _ in range(2):
        backend.restore(before)
        statuses.append([describe(group)["status"] for _ in range(3)])

    assert statuses == [["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]] * 2


def test_what_was_deleted_before_a_snapshot_stays_away_and_what_was_there_is_listed_again(
    backend: PersonalizeBackend, client: Any, workshop: Workshop
) -> None:
    group = workshop.group()
    gone, kept = workshop.dataset("USERS", group=group), workshop.dataset("ITEMS", group=group)
    client.delete_dataset(datasetArn=gone)
    before = backend.snapshot()
    workshop.dataset(group=group)
    client.delete_dataset(datasetArn=kept)
    backend.restore(before)

    listed = client.list_datasets(datasetGroupArn=group)["datasets"]
    assert [each["datasetArn"] for each in listed] == [kept]
    assert [dataset.arn for dataset in backend.datasets.values()] == [kept]


@pytest.mark.parametrize("mode", ["polls", "polls:some", "polls:-1", "looks:2", "2", "Clock", ""])
def test_what_is_no_way_from_status_to_status_is_refused(backend: PersonalizeBackend, mode: Any) -> None:
    with pytest.raises(ValueError, match="transitions are 'instant', 'polls:N', 'clock' or 'aws', not"):
        backend.transitions["campaign"] = mode
    assert backend.transitions["campaign"] == "instant"


@pytest.mark.parametrize("step", ["filter:update", "solution-version:delete", "campaign:stop", "recommender:train"])
def test_a_step_that_its_kind_does_not_take_cannot_be_set(backend: PersonalizeBackend, step: Any) -> None:
    kind, _, name = step.partition(":")
    with pytest.raises(ValueError, match=f"a {kind} has no step '{name}'"):
        backend.transitions[step] = "clock"


def test_what_is_gone_is_not_saved(
    backend: PersonalizeBackend, client: Any, workshop: Workshop, tmp_path: Path
) -> None:
    group = workshop.group()
    gone, kept = workshop.dataset("USERS", group=group), workshop.dataset("ITEMS", group=group)
    client.delete_dataset(datasetArn=gone)
    backend.save(tmp_path / "state.json")

    saved = (tmp_path / "state.json").read_text()
    assert kept in saved
    assert gone not in saved


def test_a_call_looks_once_however_often_it_meets_a_resource(
    backend: PersonalizeBackend, client: Any, workshop: Workshop
) -> None:
    backend.transitions["dataset-group"] = "polls:2"
    workshop.group()
    statuses = [client.list_dataset_groups()["datasetGroups"][0]["status"] for _ in range(3)]

    assert statuses == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]


def test_the_hours_of_a_training_grow_with_the_data(
    make_solution: MakeSolution, train: Train, describe: Describe
) -> None:
    assert describe(train(make_solution()))["trainingHours"] == 1.002  # of 180 events


class TestWhatIsMadeRightAfterAnother:
    """Programs take the newest by its time, as no two are made within a millisecond at AWS."""

    def times(self, client: Any) -> list[Any]:
        for number in range(30):
            client.create_schema(name=f"schema-{number}", schema=avro("USERS"))
        schemas = client.list_schemas(maxResults=100)["schemas"]
        assert all(each["lastUpdatedDateTime"] == each["creationDateTime"] for each in schemas)
        return [each["creationDateTime"] for each in schemas]

    def test_it_is_the_newer_one(self, client: Any) -> None:
        times = self.times(client)
        assert times == sorted({*times})

    def test_nothing_is_older_than_what_it_is_made_of_or_changed_before_it_is_made(
        self, backend: PersonalizeBackend, client: Any, make_solution: MakeSolution, train: Train, deploy: Deploy
    ) -> None:
        microseconds = count()
        backend.clock.inner.running = lambda: 1_700_000_000 + next(microseconds) / 1_000_000
        made = [*backend.seed("movies").campaigns.values()][:1]
        for number in range(3):
            made.append(make_solution(name=f"picks-{number}"))
            made += [train(made[-1]) for _ in range(3)]
            made.append(deploy(made[-1]))
            client.update_campaign(campaignArn=made[-1], minProvisionedTPS=2)
        client.update_solution(solutionArn=made[-5], performAutoTraining=False)

        everything = {each.arn: each for each in backend.all_resources()}
        times = [everything[arn].creation_date_time for arn in made]
        assert times == sorted({*times})
        assert all(each.creation_date_time <= each.last_updated_date_time for each in everything.values())

    def test_it_is_ready_when_its_time_is_over(self, backend: PersonalizeBackend, client: Any) -> None:
        backend.transitions = "clock"
        for number in range(5):
            client.create_dataset_group(name=f"group-{number}")
        backend.clock.advance(sum(SCRIPTS["dataset-group", "create"].seconds))
        assert {group["status"] for group in client.list_dataset_groups(maxResults=100)["datasetGroups"]} == {"ACTIVE"}

    def test_on_a_clock_that_stands_still_all_have_the_same_time(
        self, backend: PersonalizeBackend, client: Any
    ) -> None:
        backend.clock.freeze()
        assert len({*self.times(client)}) == 1

    def test_so_they_have_where_the_time_of_the_process_stands_still(self, client: Any) -> None:
        freezegun = pytest.importorskip("freezegun")
        with freezegun.freeze_time("2026-01-02 03:04:05"):
            times = {each.isoformat() for each in self.times(client)}
        assert times == {"2026-01-02T03:04:05+00:00"}


class TestALoopThatOnlyRepeatsACallEnds:
    """As programs wait at AWS that retry what was refused, with a sleep between."""

    def test_a_campaign_that_is_asked(
        self, backend: PersonalizeBackend, make_solution: MakeSolution, train: Train, deploy: Deploy, clients: Any
    ) -> None:
        backend.transitions["campaign"] = "polls:2"
        campaign, runtime = deploy(train(make_solution())), clients["personalize-runtime"]

        def ask() -> None:
            assert runtime.get_recommendations(campaignArn=campaign, itemId="i1")["itemList"]

        assert refusals(ask, "ResourceNotFoundException") == 2

    def test_a_recommender_that_is_asked_while_it_starts(
        self, backend: PersonalizeBackend, client: Any, make_group: MakeGroup, clients: Any
    ) -> None:
        group, runtime = make_group("INTERACTIONS", "ITEMS", domain="ECOMMERCE"), clients["personalize-runtime"]
        recipe = "arn:aws:personalize:::recipe/aws-ecomm-popular-items-by-views"
        arn = client.create_recommender(name="top", datasetGroupArn=group, recipeArn=recipe)["recommenderArn"]
        client.stop_recommender(recommenderArn=arn)
        backend.transitions["recommender"] = "polls:2"
        client.start_recommender(recommenderArn=arn)

        def ask() -> None:
            assert runtime.get_recommendations(recommenderArn=arn, userId="u1")["itemList"]

        assert refusals(ask, "InvalidInputException") == 2

    def test_one_import_more_than_may_run(self, backend: PersonalizeBackend, workshop: Workshop) -> None:
        backend.transitions["dataset-import-job"] = "polls:2"
        dataset, location = workshop.dataset(), workshop.upload(LINES)
        for _ in range(5):
            workshop.start_import(dataset, location)

        assert refusals(lambda: workshop.start_import(dataset, location), "LimitExceededException") == 2

    def test_one_dataset_group_more_while_one_is_deleted(
        self, backend: PersonalizeBackend, client: Any, workshop: Workshop
    ) -> None:
        backend.transitions["dataset-group:delete"] = "polls:2"
        first, *_ = [workshop.group() for _ in range(5)]
        client.delete_dataset_group(datasetGroupArn=first)

        assert refusals(workshop.group, "LimitExceededException") == 2

    def test_a_solution_for_want_of_a_finished_import(
        self, backend: PersonalizeBackend, workshop: Workshop, make_solution: MakeSolution
    ) -> None:
        backend.transitions["dataset-import-job"] = "polls:2"
        group = workshop.group()
        workshop.start_import(workshop.dataset(group=group), workshop.upload(LINES))

        assert refusals(lambda: make_solution(datasetGroupArn=group), "InvalidInputException") == 2

    def test_an_incremental_import_before_the_first_is_finished(
        self, backend: PersonalizeBackend, workshop: Workshop
    ) -> None:
        backend.transitions["dataset-import-job"] = "polls:2"
        dataset, location = workshop.dataset(), workshop.upload(LINES)
        workshop.start_import(dataset, location)

        def add() -> None:
            workshop.start_import(dataset, location, importMode="INCREMENTAL")

        assert refusals(add, "InvalidInputException") == 2

    def test_the_newest_version_as_its_solution_is_described(
        self, backend: PersonalizeBackend, make_solution: MakeSolution, train: Train, describe: Describe
    ) -> None:
        backend.transitions["solution-version"] = "polls:2"
        solution = make_solution()
        train(solution)
        statuses = [describe(solution)["latestSolutionVersion"]["status"] for _ in range(3)]

        assert statuses == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]

    def test_an_update_of_a_model_before_the_first_is_trained(
        self, backend: PersonalizeBackend, make_solution: MakeSolution, train: Train
    ) -> None:
        backend.transitions["solution-version"] = "polls:2"
        solution = make_solution("aws-user-personalization")
        train(solution)

        assert refusals(lambda: train(solution, trainingMode="UPDATE"), "InvalidInputException") == 2

    def test_a_solution_that_is_deleted_while_it_trains(
        self, backend: PersonalizeBackend, client: Any, make_solution: MakeSolution, train: Train
    ) -> None:
        backend.transitions["solution-version"] = "polls:2"
        solution = make_solution()
        train(solution)

        assert refusals(lambda: client.delete_solution(solutionArn=solution), IN_USE) == 2

    def test_a_dataset_that_is_deleted_while_it_is_imported(
        self, backend: PersonalizeBackend, client: Any, workshop: Workshop
    ) -> None:
        backend.transitions["dataset-import-job"] = "polls:2"
        dataset = workshop.dataset()
        workshop.start_import(dataset, workshop.upload(LINES))

        assert refusals(lambda: client.delete_dataset(datasetArn=dataset), IN_USE) == 2

    def test_a_schema_that_is_deleted_while_it_is_replaced(
        self, backend: PersonalizeBackend, client: Any, make_dataset: MakeDataset, workshop: Workshop
    ) -> None:
        dataset = make_dataset(workshop.group(), "USERS")
        old = backend.datasets[dataset].schema_arn
        more = json.loads(backend.schemas[old].schema)
        more["fields"].append({"name": "TOWN", "type": ["null", "string"]})
        new = client.create_schema(name="more", schema=json.dumps(more))["schemaArn"]
        backend.transitions["dataset"] = "polls:2"
        client.update_dataset(datasetArn=dataset, schemaArn=new)

        assert refusals(lambda: client.delete_schema(schemaArn=old), IN_USE) == 2

    def test_a_second_event_tracker_while_the_first_is_deleted(
        self, backend: PersonalizeBackend, client: Any, workshop: Workshop
    ) -> None:
        group = workshop.group()
        first = client.create_event_tracker(name="first", datasetGroupArn=group)["eventTrackerArn"]
        backend.transitions["event-tracker"] = "polls:2"
        client.delete_event_tracker(eventTrackerArn=first)

        def create() -> None:
            client.create_event_tracker(name="second", datasetGroupArn=group)

        assert refusals(create, "ResourceAlreadyExistsException") == 2

    def test_a_second_metric_attribution_while_the_first_is_deleted(
        self, backend: PersonalizeBackend, client: Any, workshop: Workshop
    ) -> None:
        group = workshop.group()
        workshop.dataset(group=group)
        metric = {"eventType": "View", "metricName": "views", "expression": "SAMPLECOUNT()"}
        members = {"datasetGroupArn": group, "metrics": [metric], "metricsOutputConfig": {"roleArn": ROLE}}
        first = client.create_metric_attribution(name="first", **members)["metricAttributionArn"]
        backend.transitions["metric-attribution"] = "polls:2"
        client.delete_metric_attribution(metricAttributionArn=first)

        def create() -> None:
            client.create_metric_attribution(name="second", **members)

        assert refusals(create, "ResourceAlreadyExistsException") == 2

    def test_a_campaign_in_the_list_of_its_version(
        self, backend: PersonalizeBackend, client: Any, make_solution: MakeSolution, train: Train, deploy: Deploy
    ) -> None:
        version = train(make_solution())
        backend.transitions["campaign"] = "polls:2"
        deploy(version)
        pages = [client.list_campaigns(solutionArn=version)["campaigns"] for _ in range(3)]

        assert [page[0]["status"] for page in pages] == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]

    @pytest.mark.parametrize("listed", [False, True], ids=["described", "listed"])
    def test_a_campaign_that_follows(
        self,
        backend: PersonalizeBackend,
        client: Any,
        make_solution: MakeSolution,
        train: Train,
        deploy: Deploy,
        listed: bool,
    ) -> None:
        solution = make_solution()
        train(solution)
        campaign = deploy(f"{solution}/$LATEST", campaignConfig={"syncWithLatestSolutionVersion": True})
        backend.transitions["solution-version"] = "polls:2"
        second = train(solution)
        for _ in range(4):
            if listed:
                client.list_campaigns()
            else:
                client.describe_campaign(campaignArn=campaign)

        assert backend.campaigns[campaign].solution_version_arn == second
