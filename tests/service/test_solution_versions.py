"""Solution versions: training, its modes and failures, stopping it, and the metrics at its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from making import RECIPE, STANDARD_METRICS, Describe, MakeSolution, Train
from pytest_personalize import PersonalizeBackend, mock_personalize

NOWHERE = "arn:aws:personalize:us-east-1:123456789012:solution/none"


class TestDescription:
    def test_a_version_is_described_as_in_printed_answers(
        self, make_solution: MakeSolution, train: Train, describe: Describe, films: str
    ) -> None:
        solution = make_solution("aws-user-personalization")
        arn = train(solution)
        version = describe(arn)

        assert version.pop("creationDateTime") <= version.pop("lastUpdatedDateTime")
        assert version.pop("trainingHours") == pytest.approx(1.002)
        assert version == {
            "name": arn.partition(":solution/")[2],
            "solutionVersionArn": arn,
            "solutionArn": solution,
            "performHPO": False,
            "performAutoML": False,
            "recipeArn": RECIPE + "aws-user-personalization",
            "datasetGroupArn": films,
            "solutionConfig": {},
            "trainingMode": "FULL",
            "trainingType": "MANUAL",
            "status": "ACTIVE",
        }

    def test_its_arn_is_that_of_the_solution_and_eight_digits(self, make_solution: MakeSolution, train: Train) -> None:
        solution = make_solution()
        version = train(solution)

        head, _, digits = version.rpartition("/")
        assert head == solution
        assert len(digits) == 8
        assert int(digits, 16) >= 0

    def test_versions_of_segmentation_recipes_have_no_empty_configuration(
        self, make_solution: MakeSolution, train: Train, describe: Describe
    ) -> None:
        assert "solutionConfig" not in describe(train(make_solution("aws-item-attribute-affinity")))

    def test_a_given_name_is_kept(self, make_solution: MakeSolution, train: Train, describe: Describe) -> None:
        assert describe(train(make_solution(), name="first"))["name"] == "first"

    def test_training_hours_come_with_the_end_of_training(
        self, backend: PersonalizeBackend, make_solution: MakeSolution, train: Train, describe: Describe
    ) -> None:
        solution = make_solution()
        backend.transitions["solution-version"] = "polls:2"
        version = train(solution)
        seen = [describe(version) for _ in range(3)]

        assert [one["status"] for one in seen] == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]
        assert ["trainingHours" in one for one in seen] == [False, False, True]

    @pytest.mark.needs_member("SolutionUpdateConfig.eventsConfig")
    def test_a_version_keeps_the_configuration_that_it_was_made_with(
        self, client: Any, make_solution: MakeSolution, train: Train, describe: Describe
    ) -> None:
        solution = make_solution("aws-user-personalization-v2")
        version = train(solution)
        events = {"eventsConfig": {"eventParametersList": [{"eventType": "View", "weight": 1.0}]}}
        client.update_solution(solutionArn=solution, solutionUpdateConfig=events)

        assert describe(version)["solutionConfig"] == {}
        assert describe(train(solution))["solutionConfig"] == events

    def test_versions_are_listed_by_solution(self, client: Any, make_solution: MakeSolution, train: Train) -> None:
        picks, reads = make_solution(), make_solution(name="reads")
        train(picks)
        version = train(reads)

        (summary,) = client.list_solution_versions(solutionArn=reads)["solutionVersions"]
        assert summary["solutionVersionArn"] == version
        assert set(summary) == {
            "solutionVersionArn",
            "status",
            "trainingMode",
            "trainingType",
            "creationDateTime",
            "lastUpdatedDateTime",
        }
        assert len(client.list_solution_versions()["solutionVersions"]) == 2

    def test_the_list_of_an_unknown_solution_is_not_found(
        self, client: Any, backend: PersonalizeBackend, refused: Any
    ) -> None:
        with refused("ResourceNotFoundException"):
            client.list_solution_versions(solutionArn=NOWHERE)

    def test_the_backend_has_it_by_solution_and_digits(
        self, backend: PersonalizeBackend, make_solution: MakeSolution, train: Train
    ) -> None:
        arn = train(make_solution())

        assert backend.solution_versions[arn.partition(":solution/")[2]].solution_version_arn == arn

    def test_a_version_has_tags_of_its_own(self, client: Any, make_solution: MakeSolution, train: Train) -> None:
        solution = make_solution(tags=[{"tagKey": "of", "tagValue": "solution"}])
        version = train(solution, tags=[{"tagKey": "of", "tagValue": "version"}])

        assert client.list_tags_for_resource(resourceArn=version)["tags"] == [{"tagKey": "of", "tagValue": "version"}]
        assert client.list_tags_for_resource(resourceArn=solution)["tags"][0]["tagValue"] == "solution"

    @pytest.mark.parametrize(
        ("arn", "code"),
        [
            (NOWHERE + "/0123abcd", "ResourceNotFoundException"),
            ("arn:aws:personalize:us-east-1:123456789012:campaign/none", "InvalidInputException"),
            ("arn:aws:personalize:eu-west-1:123456789012:solution/none/0123abcd", "InvalidInputException"),
        ],
    )
    def test_arns_that_name_no_version(self, client: Any, refused: Any, arn: str, code: str) -> None:
        with refused(code):
            client.describe_solution_version(solutionVersionArn=arn)


class TestRefusals:
    def test_an_unknown_solution_is_not_found(self, train: Train, backend: PersonalizeBackend, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            train(NOWHERE)

    def test_the_solution_must_be_active(self, client: Any, refused: Any) -> None:
        with mock_personalize(transitions={"solution": "polls:3"}, data="optional"):
            group = client.create_dataset_group(name="films")["datasetGroupArn"]
            solution = client.create_solution(name="a", datasetGroupArn=group, recipeArn=RECIPE + "aws-sims")
            with refused("ResourceInUseException"):
                client.create_solution_version(solutionArn=solution["solutionArn"])

    def test_a_name_is_given_once(self, make_solution: MakeSolution, train: Train, refused: Any) -> None:
        solution = make_solution()
        train(solution, name="first")
        with refused("ResourceAlreadyExistsException"):
            train(solution, name="first")

    def test_twenty_are_in_training_at_once(
        self, backend: PersonalizeBackend, make_solution: MakeSolution, train: Train, refused: Any
    ) -> None:
        solution = make_solution()
        backend.transitions["solution-version"] = "polls:9"
        for _ in range(20):
            train(solution)
        with refused("LimitExceededException"):
            train(solution)

    def test_automatic_training_is_not_for_callers(
        self, make_solution: MakeSolution, train: Train, refused: Any
    ) -> None:
        with refused("InvalidInputException"):
            train(make_solution(), trainingMode="AUTOTRAIN")


class TestUpdateMode:
    @pytest.mark.filterwarnings("ignore::pytest_personalize.LegacyRecipeWarning")
    @pytest.mark.parametrize("recipe", ["aws-user-personalization", "aws-hrnn-coldstart"])
    def test_it_builds_on_a_full_version(
        self, make_solution: MakeSolution, train: Train, describe: Describe, recipe: str
    ) -> None:
        solution = make_solution(recipe)
        train(solution)

        assert describe(train(solution, trainingMode="UPDATE"))["trainingMode"] == "UPDATE"

    def test_it_needs_a_full_version(self, make_solution: MakeSolution, train: Train, refused: Any) -> None:
        with refused("InvalidInputException"):
            train(make_solution("aws-user-personalization"), trainingMode="UPDATE")

    def test_most_recipes_can_not_do_it(self, make_solution: MakeSolution, train: Train, refused: Any) -> None:
        solution = make_solution("aws-user-personalization-v2")
        train(solution)
        with refused("InvalidInputException"):
            train(solution, trainingMode="UPDATE")

    def test_it_has_the_metrics_of_the_full_version(
        self, client: Any, personalize_events: Any, make_solution: MakeSolution, train: Train, films: str
    ) -> None:
        solution = make_solution("aws-user-personalization")
        full = train(solution)
        put_events(client, personalize_events, films, [("u1", "new", n) for n in range(5)])
        update = train(solution, trainingMode="UPDATE")

        metrics = [client.get_solution_metrics(solutionVersionArn=arn)["metrics"] for arn in (full, update)]
        assert metrics[0] == metrics[1]


def put_events(client: Any, personalize_events: Any, group: str, events: list[tuple[str, str, int]]) -> None:
    tracker = client.create_event_tracker(name="tracker", datasetGroupArn=group)["trackingId"]
    for user, item, time in events:
        personalize_events.put_events(
            trackingId=tracker,
            sessionId="s",
            userId=user,
            eventList=[{"eventType": "View", "itemId": item, "sentAt": 1_700_100_000 + time}],
        )


class TestFailures:
    def test_a_dataset_that_was_deleted_since(
        self, client: Any, backend: PersonalizeBackend, make_solution: MakeSolution, train: Train, describe: Describe
    ) -> None:
        solution = make_solution()
        (interactions,) = (one.arn for one in backend.datasets.values() if one.dataset_type == "INTERACTIONS")
        client.delete_dataset(datasetArn=interactions)
        version = describe(train(solution))

        assert version["status"] == "CREATE FAILED"
        assert "INTERACTIONS" in version["failureReason"]
        assert "trainingHours" not in version

    def test_the_failure_shows_in_the_solution(self, client: Any, make_solution: MakeSolution, train: Train) -> None:
        solution = make_solution(eventType="Never")
        train(solution)

        latest = client.describe_solution(solutionArn=solution)["solution"]["latestSolutionVersion"]
        assert (latest["status"], bool(latest["failureReason"])) == ("CREATE FAILED", True)

    def test_too_few_interactions(self, client: Any, describe: Describe) -> None:
        reason = train_with_minimums(client, describe, interactions=999, event_type="View")

        assert reason == "Dataset has fewer than 1000 interactions after filtering by event type: View"

    def test_too_few_users_with_two_interactions(self, client: Any, describe: Describe) -> None:
        reason = train_with_minimums(client, describe, interactions=1000, users=24, event_type="View")

        assert reason == "Create failed. Dataset has fewer than 25 users with at least 2 interactions each."

    def test_enough_of_both(self, client: Any, describe: Describe) -> None:
        assert train_with_minimums(client, describe, interactions=1000, users=25, event_type="View") is None

    def test_too_few_of_many_users_came_twice(self, client: Any, describe: Describe) -> None:
        reason = train_with_minimums(client, describe, interactions=1000, users=25, strangers=2501, event_type="View")

        assert reason is not None
        assert "1 percent" in reason

    def test_events_of_other_types_do_not_count(self, client: Any, describe: Describe) -> None:
        reason = train_with_minimums(client, describe, interactions=1000, users=25, event_type="Purchase")

        assert reason == "Dataset has fewer than 1000 interactions after filtering by event type: Purchase"


def train_with_minimums(
    client: Any, describe: Describe, *, interactions: int, users: int = 30, strangers: int = 0, event_type: str
) -> str | None:
    """Why a training with the minimums of AWS fails, None when it does not; all events are views."""
    schema = (
        '{"type": "record", "name": "Interactions", "namespace": "n", "version": "1.0", "fields": ['
        '{"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},'
        '{"name": "TIMESTAMP", "type": "long"}, {"name": "EVENT_TYPE", "type": "string"}]}'
    )
    lines = ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"]
    lines += [f"u{n % users},i{n % 50},{1_700_000_000 + n},view" for n in range(interactions)]
    lines += [f"stranger-{n},i1,1700000000,view" for n in range(strangers)]
    # What is short of 1,000 for the training has to be enough for the import.
    lines += [f"u1,i1,{1_600_000_000 + n},other" for n in range(1000 - interactions)]
    with mock_personalize(minimums="aws") as backend:
        group = client.create_dataset_group(name="films")["datasetGroupArn"]
        dataset = client.create_dataset(
            name="events",
            datasetGroupArn=group,
            datasetType="Interactions",
            schemaArn=client.create_schema(name="events", schema=schema)["schemaArn"],
        )["datasetArn"]
        backend.s3.put("s3://data/events.csv", "\n".join(lines).encode())
        client.create_dataset_import_job(
            jobName="events",
            datasetArn=dataset,
            dataSource={"dataLocation": "s3://data/events.csv"},
            roleArn="arn:aws:iam::123456789012:role/reader",
        )
        solution = client.create_solution(
            name="picks", datasetGroupArn=group, recipeArn=RECIPE + "aws-sims", eventType=event_type
        )["solutionArn"]
        version = describe(client.create_solution_version(solutionArn=solution)["solutionVersionArn"])
    reason: str | None = version.get("failureReason")
    assert version["status"] == ("ACTIVE" if reason is None else "CREATE FAILED")
    return reason


class TestHyperparameterOptimization:
    def test_the_chosen_values_lie_in_the_ranges(
        self, make_solution: MakeSolution, train: Train, describe: Describe
    ) -> None:
        ranges = {
            "integerHyperParameterRanges": [{"name": "min_cointeraction_count", "minValue": 1, "maxValue": 2}],
            "continuousHyperParameterRanges": [
                {"name": "popularity_discount_factor", "minValue": 0.1, "maxValue": 0.2}
            ],
            "categoricalHyperParameterRanges": [],
        }
        config = {"hpoConfig": {"algorithmHyperParameterRanges": ranges}}
        version = describe(train(make_solution("aws-sims", performHPO=True, solutionConfig=config)))

        tuned = version["tunedHPOParams"]["algorithmHyperParameters"]
        assert set(tuned) == {"min_cointeraction_count", "popularity_discount_factor"}
        assert tuned["min_cointeraction_count"] in ("1", "2")
        assert 0.1 <= float(tuned["popularity_discount_factor"]) <= 0.2

    def test_one_training_job_tries_the_default(
        self, make_solution: MakeSolution, train: Train, describe: Describe
    ) -> None:
        config = {"hpoConfig": {"hpoResourceConfig": {"maxNumberOfTrainingJobs": "1"}}}
        version = describe(train(make_solution("aws-sims", performHPO=True, solutionConfig=config)))

        tuned = version["tunedHPOParams"]["algorithmHyperParameters"]
        assert tuned == {"popularity_discount_factor": "0.5", "min_cointeraction_count": "3"}

    @pytest.mark.parametrize(
        ("ranges", "tuned"),
        [
            (
                {"categoricalHyperParameterRanges": [{"name": "recency_mask", "values": ["false"]}]},
                {"recency_mask": "false"},
            ),
            ({"categoricalHyperParameterRanges": [{"name": "recency_mask", "values": []}]}, {}),
        ],
    )
    def test_what_has_no_range_stays_as_it_is(
        self,
        make_solution: MakeSolution,
        train: Train,
        describe: Describe,
        ranges: dict[str, Any],
        tuned: dict[str, str],
    ) -> None:
        config = {"hpoConfig": {"algorithmHyperParameterRanges": ranges}}
        version = describe(train(make_solution("aws-user-personalization", performHPO=True, solutionConfig=config)))

        assert version["tunedHPOParams"]["algorithmHyperParameters"] == tuned

    def test_without_ranges_all_that_can_be_tuned_is(
        self, make_solution: MakeSolution, train: Train, describe: Describe
    ) -> None:
        config = {"hpoConfig": {"hpoResourceConfig": {"maxNumberOfTrainingJobs": "1"}}}
        version = describe(train(make_solution("aws-user-personalization", performHPO=True, solutionConfig=config)))

        tuned = version["tunedHPOParams"]["algorithmHyperParameters"]
        assert tuned == {"hidden_dimension": "149", "bptt": "32", "recency_mask": "true"}

    def test_without_it_nothing_is_tuned(self, make_solution: MakeSolution, train: Train, describe: Describe) -> None:
        assert "tunedHPOParams" not in describe(train(make_solution()))


class TestStop:
    @pytest.fixture
    def version(self, backend: PersonalizeBackend, make_solution: MakeSolution, train: Train) -> str:
        solution = make_solution()
        backend.transitions["solution-version"] = "polls:2"
        arn: str = train(solution)
        return arn

    def test_a_pending_version_is_stopped_at_once(self, client: Any, describe: Describe, version: str) -> None:
        client.stop_solution_version_creation(solutionVersionArn=version)

        assert describe(version)["status"] == "CREATE STOPPED"

    def test_a_version_in_progress_is_stopping_before(self, client: Any, describe: Describe, version: str) -> None:
        describe(version)
        describe(version)
        client.stop_solution_version_creation(solutionVersionArn=version)

        assert [describe(version)["status"] for _ in range(3)] == ["CREATE STOPPING"] * 2 + ["CREATE STOPPED"]

    def test_a_stopped_version_does_not_keep_its_solution(
        self, client: Any, version: str, refused: Any, backend: PersonalizeBackend
    ) -> None:
        client.stop_solution_version_creation(solutionVersionArn=version)
        client.delete_solution(solutionArn=version.rpartition("/")[0])

        assert not backend.solutions

    def test_a_stopped_version_can_not_be_deployed(self, client: Any, version: str, refused: Any) -> None:
        client.stop_solution_version_creation(solutionVersionArn=version)
        with refused("ResourceInUseException"):
            client.create_campaign(name="live", solutionVersionArn=version)

    def test_a_finished_version_can_not_be_stopped(
        self, client: Any, make_solution: MakeSolution, train: Train, refused: Any
    ) -> None:
        version = train(make_solution())
        with refused("ResourceInUseException"):
            client.stop_solution_version_creation(solutionVersionArn=version)

    def test_an_unknown_version_is_not_found(self, client: Any, backend: PersonalizeBackend, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            client.stop_solution_version_creation(solutionVersionArn=NOWHERE + "/0123abcd")

    def test_training_never_ends_after_a_stop(self, client: Any, describe: Describe) -> None:
        with mock_personalize(transitions={"solution-version": "clock"}, data="optional") as backend:
            group = client.create_dataset_group(name="films")["datasetGroupArn"]
            solution = client.create_solution(name="a", datasetGroupArn=group, recipeArn=RECIPE + "aws-sims")
            version = client.create_solution_version(solutionArn=solution["solutionArn"])["solutionVersionArn"]
            backend.clock.advance(minutes=5)
            client.stop_solution_version_creation(solutionVersionArn=version)
            backend.clock.advance(hours=5)

            assert describe(version)["status"] == "CREATE STOPPED"


class TestMetrics:
    @pytest.mark.parametrize("recipe", ["aws-sims", "aws-user-personalization", "aws-personalized-ranking-v2"])
    def test_item_recipes_have_the_standard_keys(
        self, client: Any, make_solution: MakeSolution, train: Train, recipe: str
    ) -> None:
        version = train(make_solution(recipe))
        answer = client.get_solution_metrics(solutionVersionArn=version)

        assert answer["solutionVersionArn"] == version
        assert set(answer["metrics"]) == STANDARD_METRICS

    def test_segmentation_recipes_have_their_own(self, client: Any, make_solution: MakeSolution, train: Train) -> None:
        version = train(make_solution("aws-item-affinity"))

        metrics = client.get_solution_metrics(solutionVersionArn=version)["metrics"]
        assert set(metrics) == {"coverage", "hits_at_1_percent", "recall_at_1_percent"}

    def test_values_have_at_most_four_decimals(self, client: Any, make_solution: MakeSolution, train: Train) -> None:
        metrics = client.get_solution_metrics(solutionVersionArn=train(make_solution()))["metrics"]

        assert all(round(value, 4) == value for value in metrics.values())

    def test_they_are_the_same_each_time(self, client: Any, make_solution: MakeSolution, train: Train) -> None:
        solution = make_solution("aws-user-personalization")
        first, second = (client.get_solution_metrics(solutionVersionArn=train(solution))["metrics"] for _ in range(2))

        assert first == second

    def test_a_version_in_training_has_none(
        self, backend: PersonalizeBackend, client: Any, make_solution: MakeSolution, train: Train, refused: Any
    ) -> None:
        solution = make_solution()
        backend.transitions["solution-version"] = "polls:2"
        version = train(solution)
        with refused("ResourceInUseException"):
            client.get_solution_metrics(solutionVersionArn=version)

    def test_an_unknown_version_is_not_found(self, client: Any, backend: PersonalizeBackend, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            client.get_solution_metrics(solutionVersionArn=NOWHERE + "/0123abcd")


class TestClock:
    def test_training_takes_its_time_on_the_clock(self, client: Any, describe: Describe) -> None:
        with mock_personalize(transitions={"solution-version": "clock"}, data="optional") as backend:
            group = client.create_dataset_group(name="films")["datasetGroupArn"]
            solution = client.create_solution(name="a", datasetGroupArn=group, recipeArn=RECIPE + "aws-sims")
            version = client.create_solution_version(solutionArn=solution["solutionArn"])["solutionVersionArn"]
            begun = describe(version)
            backend.clock.advance(hours=2)
            ended = describe(version)

        assert begun["status"] == "CREATE PENDING"
        took = ended["lastUpdatedDateTime"] - ended["creationDateTime"]
        assert timedelta(minutes=20) <= took <= timedelta(minutes=60)


class TestProgress:
    def test_a_training_is_told_of_when_it_begins_and_when_it_is_done(
        self, backend: PersonalizeBackend, make_solution: MakeSolution, train: Train
    ) -> None:
        solution = make_solution()
        told: list[tuple[str, int, int]] = []
        backend.on_progress = lambda resource, done, total: told.append((resource.arn, done, total))
        version = train(solution)

        assert told == [(version, 0, 1), (version, 1, 1)]
