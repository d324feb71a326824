"""Solutions: their configuration, what it refuses, updates, and deletion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from making import RECIPE, Describe, MakeDataset, MakeGroup
from pytest_personalize import PersonalizeBackend, mock_personalize

SIMS = RECIPE + "aws-sims"
USER_PERSONALIZATION = RECIPE + "aws-user-personalization"
USER_PERSONALIZATION_V2 = RECIPE + "aws-user-personalization-v2"


@pytest.fixture
def create(client: Any, films: str) -> Callable[..., str]:
    """``create(name=..., recipeArn=..., **members)``: the ARN of a new solution."""

    def make(name: str = "picks", recipeArn: str | None = SIMS, **members: Any) -> str:  # noqa: N803
        recipe = {"recipeArn": recipeArn} if recipeArn else {}
        arn: str = client.create_solution(name=name, datasetGroupArn=films, **recipe, **members)["solutionArn"]
        return arn

    return make


class TestDescription:
    def test_a_solution_is_described_as_in_printed_answers(self, create: Any, describe: Describe, films: str) -> None:
        solution = describe(create(performAutoTraining=False))

        assert solution.pop("creationDateTime") == solution.pop("lastUpdatedDateTime")
        assert solution == {
            "name": "picks",
            "solutionArn": "arn:aws:personalize:us-east-1:123456789012:solution/picks",
            "performHPO": False,
            "performAutoML": False,
            "performAutoTraining": False,
            "recipeArn": SIMS,
            "datasetGroupArn": films,
            "solutionConfig": {},
            "status": "ACTIVE",
        }

    def test_automatic_training_is_on_unless_told_otherwise(self, create: Any, describe: Describe) -> None:
        assert describe(create())["performAutoTraining"] is True

    def test_solutions_of_segmentation_recipes_have_no_empty_configuration(
        self, create: Any, describe: Describe
    ) -> None:
        assert "solutionConfig" not in describe(create(recipeArn=RECIPE + "aws-item-affinity"))

    def test_the_configuration_comes_back_as_it_was_given(self, create: Any, describe: Describe) -> None:
        config = {
            "eventValueThreshold": "3",
            "algorithmHyperParameters": {"popularity_discount_factor": "0.3"},
            "featureTransformationParameters": {"max_item_interaction_count_percentile": "0.8"},
            "trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["PRICE"]}},
            "autoTrainingConfig": {"schedulingExpression": "rate(3 days)"},
        }
        solution = describe(create(eventType="View", solutionConfig=config))

        assert solution["solutionConfig"] == config
        assert solution["eventType"] == "View"

    def test_ranges_of_optimization_come_back_under_the_names_of_the_algorithm(
        self, create: Any, describe: Describe
    ) -> None:
        ranges = {
            "integerHyperParameterRanges": [{"name": "bptt", "minValue": 2, "maxValue": 22}],
            "continuousHyperParameterRanges": [],
            "categoricalHyperParameterRanges": [{"name": "recency_mask", "values": ["true", "false"]}],
        }
        config = {"algorithmHyperParameters": {"hidden_dimension": "55"}}
        solution = describe(
            create(
                recipeArn=USER_PERSONALIZATION,
                performHPO=True,
                solutionConfig={**config, "hpoConfig": {"algorithmHyperParameterRanges": ranges}},
            )
        )

        echoed = solution["solutionConfig"]["hpoConfig"]["algorithmHyperParameterRanges"]
        assert echoed["integerHyperParameterRanges"] == [{"name": "training.bptt", "minValue": 2, "maxValue": 22}]
        assert echoed["categoricalHyperParameterRanges"][0]["name"] == "data.recency_mask"
        assert solution["solutionConfig"]["algorithmHyperParameters"] == {"hidden_dimension": "55"}

    def test_optimization_without_ranges_comes_back_as_it_was_given(self, create: Any, describe: Describe) -> None:
        config = {"hpoConfig": {"hpoResourceConfig": {"maxNumberOfTrainingJobs": "3"}}}

        assert describe(create(performHPO=True, solutionConfig=config))["solutionConfig"] == config

    def test_solutions_are_listed_below_a_dataset_group_alone(self, client: Any, create: Any, refused: Any) -> None:
        with refused("InvalidInputException"):
            client.list_solutions(datasetGroupArn=create())

    def test_the_latest_version_is_absent_before_there_is_one(self, create: Any, describe: Describe) -> None:
        assert "latestSolutionVersion" not in describe(create())

    def test_the_latest_version_is_summarised(self, client: Any, create: Any, describe: Describe) -> None:
        solution = create()
        client.create_solution_version(solutionArn=solution)
        newest = client.create_solution_version(solutionArn=solution)["solutionVersionArn"]

        latest = describe(solution)["latestSolutionVersion"]
        assert latest["solutionVersionArn"] == newest
        assert set(latest) == {
            "solutionVersionArn",
            "status",
            "trainingMode",
            "trainingType",
            "creationDateTime",
            "lastUpdatedDateTime",
        }

    def test_solutions_are_listed_by_dataset_group(
        self, client: Any, create: Any, films: str, make_group: MakeGroup
    ) -> None:
        create()
        other = make_group("INTERACTIONS")
        client.create_solution(name="reads", datasetGroupArn=other, recipeArn=SIMS)

        (summary,) = client.list_solutions(datasetGroupArn=other)["solutions"]
        assert summary["name"] == "reads"
        assert set(summary) == {"name", "solutionArn", "status", "recipeArn", "creationDateTime", "lastUpdatedDateTime"}

    def test_the_backend_has_it_by_name(self, backend: PersonalizeBackend, create: Any) -> None:
        arn = create()

        assert backend.solutions["picks"].solution_arn == arn

    def test_an_unknown_solution_is_not_found(
        self, describe: Describe, backend: PersonalizeBackend, refused: Any
    ) -> None:
        with refused("ResourceNotFoundException"):
            describe("arn:aws:personalize:us-east-1:123456789012:solution/none")


class TestStatus:
    def test_a_solution_is_active_at_once_even_where_all_else_takes_polls(self, client: Any) -> None:
        with mock_personalize(transitions={"default": "polls:2", "dataset-group": "instant"}, data="optional"):
            group = client.create_dataset_group(name="films")["datasetGroupArn"]
            solution = client.create_solution(name="picks", datasetGroupArn=group, recipeArn=SIMS)["solutionArn"]

            assert client.describe_solution(solutionArn=solution)["solution"]["status"] == "ACTIVE"

    def test_a_solution_takes_polls_for_who_asks_for_it(self, client: Any) -> None:
        with mock_personalize(transitions={"solution": "polls:2"}, data="optional"):
            group = client.create_dataset_group(name="films")["datasetGroupArn"]
            solution = client.create_solution(name="picks", datasetGroupArn=group, recipeArn=SIMS)["solutionArn"]

            seen = [client.describe_solution(solutionArn=solution)["solution"]["status"] for _ in range(3)]
            assert seen == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]


class TestRefusals:
    def test_a_recipe_and_auto_ml_exclude_each_other(self, create: Any, refused: Any) -> None:
        with refused("InvalidInputException"):
            create(performAutoML=True)

    def test_a_recipe_or_auto_ml_is_needed(self, create: Any, refused: Any) -> None:
        with refused("InvalidInputException"):
            create(recipeArn=None)

    def test_an_unknown_recipe_is_not_found(self, create: Any, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            create(recipeArn=RECIPE + "aws-crystal-ball")

    def test_an_unknown_dataset_group_is_not_found(
        self, client: Any, backend: PersonalizeBackend, refused: Any
    ) -> None:
        group = "arn:aws:personalize:us-east-1:123456789012:dataset-group/none"
        with refused("ResourceNotFoundException"):
            client.create_solution(name="picks", datasetGroupArn=group, recipeArn=SIMS)

    def test_domain_use_cases_are_for_recommenders(self, create: Any, refused: Any) -> None:
        with refused("InvalidInputException"):
            create(recipeArn=RECIPE + "aws-vod-top-picks")

    def test_next_best_action_needs_a_custom_group(self, client: Any, make_group: MakeGroup, refused: Any) -> None:
        group = make_group(domain="ECOMMERCE")
        with refused("InvalidInputException"):
            client.create_solution(name="a", datasetGroupArn=group, recipeArn=RECIPE + "aws-next-best-action")

    def test_the_group_must_be_active(self, backend: PersonalizeBackend, client: Any, refused: Any) -> None:
        backend.transitions["dataset-group"] = "polls:3"
        group = client.create_dataset_group(name="films")["datasetGroupArn"]
        with refused("ResourceInUseException"):
            client.create_solution(name="picks", datasetGroupArn=group, recipeArn=SIMS)

    def test_a_name_is_taken_once(self, create: Any, refused: Any) -> None:
        arn = create()
        with refused("ResourceAlreadyExistsException", f"Another resource with Arn {arn} already exists."):
            create()

    def test_a_group_has_ten_solutions(self, create: Any, refused: Any) -> None:
        for n in range(10):
            create(name=f"picks-{n}")
        with refused("LimitExceededException"):
            create(name="picks-10")

    @pytest.mark.parametrize(
        ("recipe", "config"),
        [
            ("aws-similar-items", {"algorithmHyperParameters": {"model.id_embedding_dim": "64"}}),
            ("aws-similar-items", {"algorithmHyperParameters": {"item_id_hidden_dim": "64"}}),
            ("aws-sims", {"algorithmHyperParameters": {"min_user_history_length_percentile": "0.1"}}),
            ("aws-sims", {"featureTransformationParameters": {"popularity_discount_factor": "0.1"}}),
        ],
    )
    def test_hyperparameters_that_the_algorithm_does_not_have(
        self, create: Any, refused: Any, recipe: str, config: dict[str, Any]
    ) -> None:
        text = f"Provide a hyperparameter that is used in the algorithm: arn:aws:personalize:::algorithm/{recipe}"
        with refused("InvalidInputException", text):
            create(recipeArn=RECIPE + recipe, solutionConfig=config)

    @pytest.mark.parametrize(
        ("recipe", "values"),
        [
            ("aws-sims", {"popularity_discount_factor": "1.5"}),
            ("aws-sims", {"popularity_discount_factor": "much"}),
            ("aws-sims", {"popularity_discount_factor": "nan"}),
            ("aws-sims", {"min_cointeraction_count": "2.5"}),
            ("aws-user-personalization", {"hidden_dimension": "16"}),
            ("aws-user-personalization-v2", {"apply_recency_bias": "maybe"}),
        ],
    )
    def test_hyperparameters_out_of_range(self, create: Any, refused: Any, recipe: str, values: dict[str, str]) -> None:
        with refused("InvalidInputException"):
            create(recipeArn=RECIPE + recipe, solutionConfig={"algorithmHyperParameters": values})

    @pytest.mark.parametrize(
        "config",
        [
            {"eventValueThreshold": "high"},
            pytest.param(
                {"eventsConfig": {"eventParametersList": [{"eventType": "View", "weight": 1}]}},
                marks=pytest.mark.needs_member("SolutionConfig.eventsConfig"),
            ),
            {"optimizationObjective": {"itemAttribute": "PRICE", "objectiveSensitivity": "LOW"}},
            {"autoTrainingConfig": {"schedulingExpression": "rate(31 days)"}},
            {"autoTrainingConfig": {"schedulingExpression": "rate(0 days)"}},
            {"trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["COLOUR"]}}},
            {"trainingDataConfig": {"excludedDatasetColumns": {"USERS": ["AGE"]}}},
            {"trainingDataConfig": {"excludedDatasetColumns": {"INTERACTIONS": ["EVENT_TYPE"]}}},
            {"trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["ITEM_ID"]}}},
            pytest.param(
                {
                    "trainingDataConfig": {
                        "excludedDatasetColumns": {"ITEMS": ["PRICE"]},
                        "includedDatasetColumns": {"ITEMS": ["GENRES"]},
                    }
                },
                marks=pytest.mark.needs_member("TrainingDataConfig.includedDatasetColumns"),
            ),
        ],
    )
    def test_configurations_that_sims_does_not_take(self, create: Any, refused: Any, config: dict[str, Any]) -> None:
        with refused("InvalidInputException"):
            create(solutionConfig=config)

    @pytest.mark.filterwarnings("ignore::pytest_personalize.LegacyRecipeWarning")
    @pytest.mark.parametrize(
        ("recipe", "members"),
        [
            ("aws-hrnn", {"performAutoTraining": True}),
            ("aws-next-best-action", {"solutionConfig": {"trainingDataConfig": {"excludedDatasetColumns": {}}}}),
        ],
    )
    def test_what_a_recipe_lacks(self, create: Any, refused: Any, recipe: str, members: dict[str, Any]) -> None:
        with refused("InvalidInputException", f"{recipe}"):
            create(recipeArn=RECIPE + recipe, **members)

    def test_row_1_a_schedule_out_of_shape_is_refused(self, create: Any, refused: Any) -> None:
        with refused("ValidationException", "schedulingExpression"):
            create(solutionConfig={"autoTrainingConfig": {"schedulingExpression": "every day"}})

    def test_a_schedule_needs_automatic_training(self, create: Any, refused: Any) -> None:
        config = {"autoTrainingConfig": {"schedulingExpression": "rate(2 days)"}}
        with refused("InvalidInputException"):
            create(performAutoTraining=False, solutionConfig=config)

    @pytest.mark.needs_member("CreateSolutionRequest.performIncrementalUpdate")
    def test_incremental_updates_are_for_semantic_similarity(
        self, create: Any, describe: Describe, refused: Any
    ) -> None:
        with refused("InvalidInputException"):
            create(performIncrementalUpdate=True)

        semantic = create(recipeArn=RECIPE + "aws-semantic-similarity", performIncrementalUpdate=True)
        assert describe(semantic)["performIncrementalUpdate"] is True

    def test_tags_are_checked_before_anything_is_made(self, client: Any, create: Any, refused: Any) -> None:
        with refused("InvalidInputException"):
            create(tags=[{"tagKey": "aws:team", "tagValue": "a"}])
        assert client.list_solutions()["solutions"] == []


class TestOptimizationObjective:
    @pytest.mark.parametrize("attribute", ["GENRES", "COLOUR", "ITEM_ID"])
    def test_the_attribute_is_a_numeric_column_of_the_items(self, create: Any, refused: Any, attribute: str) -> None:
        objective = {"itemAttribute": attribute, "objectiveSensitivity": "HIGH"}
        with refused("InvalidInputException"):
            create(recipeArn=USER_PERSONALIZATION, solutionConfig={"optimizationObjective": objective})

    def test_the_attribute_is_never_null(
        self, client: Any, make_group: MakeGroup, make_dataset: MakeDataset, refused: Any
    ) -> None:
        group = make_group("INTERACTIONS")
        make_dataset(group, "ITEMS", [], PAGES=["long", "null"])
        with refused("InvalidInputException"):
            client.create_solution(
                name="reads",
                datasetGroupArn=group,
                recipeArn=USER_PERSONALIZATION,
                solutionConfig={"optimizationObjective": {"itemAttribute": "PAGES"}},
            )

    def test_it_comes_back_as_it_was_given(self, create: Any, describe: Describe) -> None:
        objective = {"itemAttribute": "PRICE", "objectiveSensitivity": "HIGH"}
        solution = create(recipeArn=USER_PERSONALIZATION, solutionConfig={"optimizationObjective": objective})

        assert describe(solution)["solutionConfig"] == {"optimizationObjective": objective}


EVENTS = {"eventParametersList": [{"eventType": "View", "weight": 0.2}, {"eventType": "Purchase", "weight": 0.8}]}


@pytest.mark.needs_member("SolutionConfig.eventsConfig")
class TestEventsConfiguration:
    def test_it_comes_back_as_it_was_given(self, create: Any, describe: Describe) -> None:
        solution = create(recipeArn=USER_PERSONALIZATION_V2, solutionConfig={"eventsConfig": EVENTS})

        assert describe(solution)["solutionConfig"] == {"eventsConfig": EVENTS}

    def test_a_weight_is_of_an_event_type(self, create: Any, refused: Any) -> None:
        with refused("InvalidInputException", "eventType"):
            create(
                recipeArn=USER_PERSONALIZATION_V2,
                solutionConfig={"eventsConfig": {"eventParametersList": [{"weight": 1.0}]}},
            )

    def test_it_comes_not_after_an_event_type_either(self, client: Any, create: Any, refused: Any) -> None:
        solution = create(recipeArn=USER_PERSONALIZATION_V2, eventType="View")
        with refused("InvalidInputException"):
            client.update_solution(solutionArn=solution, solutionUpdateConfig={"eventsConfig": EVENTS})

    def test_it_does_not_go_with_an_event_type(self, create: Any, refused: Any) -> None:
        with refused("InvalidInputException"):
            create(recipeArn=USER_PERSONALIZATION_V2, eventType="View", solutionConfig={"eventsConfig": EVENTS})

    def test_it_needs_event_types_in_the_data(
        self, client: Any, make_group: MakeGroup, make_dataset: MakeDataset, refused: Any
    ) -> None:
        group = make_group()
        make_dataset(group, "INTERACTIONS", [], EVENT_TYPE=None)
        with refused("InvalidInputException"):
            client.create_solution(
                name="reads",
                datasetGroupArn=group,
                recipeArn=USER_PERSONALIZATION_V2,
                solutionConfig={"eventsConfig": EVENTS},
            )

    def test_an_event_type_has_one_weight(self, create: Any, refused: Any) -> None:
        twice = {"eventParametersList": [{"eventType": "View"}, {"eventType": "view"}]}
        with refused("InvalidInputException"):
            create(recipeArn=USER_PERSONALIZATION_V2, solutionConfig={"eventsConfig": twice})


def hpo(kind: str, *ranges: dict[str, Any], **resources: str) -> dict[str, Any]:
    config: dict[str, Any] = {"algorithmHyperParameterRanges": {f"{kind}HyperParameterRanges": list(ranges)}}
    return {"hpoConfig": config | ({"hpoResourceConfig": resources} if resources else {})}


class TestHyperparameterOptimization:
    @pytest.mark.parametrize(
        ("recipe", "config"),
        [
            ("aws-user-personalization-v2", hpo("categorical", {"name": "apply_recency_bias", "values": ["true"]})),
            ("aws-sims", hpo("integer", {"name": "min_cointeraction_count", "minValue": 0, "maxValue": 11})),
            ("aws-sims", hpo("integer", {"name": "min_cointeraction_count", "minValue": 5, "maxValue": 4})),
            ("aws-sims", hpo("integer", {"name": "min_cointeraction_count", "minValue": 5})),
            ("aws-sims", hpo("continuous", {"name": "min_cointeraction_count", "minValue": 1, "maxValue": 4})),
            ("aws-similar-items", hpo("integer", {"name": "model.id_embedding_dim", "minValue": 30, "maxValue": 40})),
            (
                "aws-similar-items",
                hpo("continuous", {"name": "popularity_discount_factor", "minValue": 0, "maxValue": 1}),
            ),
            ("aws-user-personalization", hpo("categorical", {"name": "recency_mask", "values": ["sometimes"]})),
            ("aws-sims", hpo("integer", maxNumberOfTrainingJobs="41")),
            ("aws-sims", hpo("integer", maxNumberOfTrainingJobs="many")),
            ("aws-sims", hpo("integer", maxParallelTrainingJobs="11")),
            ("aws-sims", hpo("integer", maxParallelTrainingJobs="1.5")),
            ("aws-sims", {"hpoConfig": {"hpoObjective": {"metricName": "precision_at_25"}}}),
        ],
    )
    def test_what_it_refuses(self, create: Any, refused: Any, recipe: str, config: dict[str, Any]) -> None:
        with refused("InvalidInputException"):
            create(recipeArn=RECIPE + recipe, performHPO=True, solutionConfig=config)

    def test_row_14_without_a_configuration_candidates_are_drawn_by_the_seed(self, client: Any, create: Any) -> None:
        solution = create(recipeArn=RECIPE + "aws-sims", performHPO=True)

        tuned = []
        for _ in range(2):
            version = client.create_solution_version(solutionArn=solution)["solutionVersionArn"]
            described = client.describe_solution_version(solutionVersionArn=version)["solutionVersion"]
            tuned.append(described["tunedHPOParams"]["algorithmHyperParameters"])
        assert tuned[0] == tuned[1]
        assert set(tuned[0]) == {"popularity_discount_factor", "min_cointeraction_count"}
        assert 0 <= int(tuned[0]["min_cointeraction_count"]) <= 10

    def test_similar_items_sizes_are_set_through_ranges(self, create: Any, describe: Describe) -> None:
        one = {"name": "item_id_hidden_dim", "minValue": 30, "maxValue": 200}
        solution = create(recipeArn=RECIPE + "aws-similar-items", performHPO=True, solutionConfig=hpo("integer", one))

        assert describe(solution)["performHPO"] is True


class TestAutoML:
    def test_the_best_recipe_is_told_after_training(self, client: Any, create: Any, describe: Describe) -> None:
        solution = create(recipeArn=None, performAutoML=True)
        before = describe(solution)
        client.create_solution_version(solutionArn=solution)

        assert "autoMLResult" not in before
        assert before["performHPO"] is True
        assert "recipeArn" not in before
        assert describe(solution)["autoMLResult"] == {"bestRecipeArn": USER_PERSONALIZATION}

    def test_only_its_own_part_of_the_configuration_counts(self, create: Any, describe: Describe) -> None:
        auto = {"recipeList": [USER_PERSONALIZATION]}
        config = {"autoMLConfig": auto, "algorithmHyperParameters": {"nonsense": "1"}}
        solution = create(recipeArn=None, performAutoML=True, solutionConfig=config)

        assert describe(solution)["solutionConfig"] == {"autoMLConfig": auto}


class TestUpdate:
    def test_automatic_training_is_turned_off(self, client: Any, create: Any, describe: Describe) -> None:
        solution = create(solutionConfig={"autoTrainingConfig": {"schedulingExpression": "rate(2 days)"}})
        client.update_solution(solutionArn=solution, performAutoTraining=False)

        described = describe(solution)
        assert described["performAutoTraining"] is False
        assert described["solutionConfig"] == {}
        assert described["latestSolutionUpdate"]["performAutoTraining"] is False
        assert described["latestSolutionUpdate"]["status"] == "ACTIVE"

    @pytest.mark.filterwarnings("ignore::pytest_personalize.LegacyRecipeWarning")
    def test_automatic_training_is_not_turned_on_where_the_recipe_has_none(
        self, client: Any, create: Any, refused: Any
    ) -> None:
        solution = create(recipeArn=RECIPE + "aws-hrnn", performAutoTraining=False)
        with refused("InvalidInputException", "performAutoTraining"):
            client.update_solution(solutionArn=solution, performAutoTraining=True)

    def test_the_frequency_is_changed(self, client: Any, create: Any, describe: Describe) -> None:
        solution = create(solutionConfig={"eventValueThreshold": "1"})
        config = {"autoTrainingConfig": {"schedulingExpression": "rate(1 day)"}}
        answer = client.update_solution(solutionArn=solution, solutionUpdateConfig=config)

        assert answer["solutionArn"] == solution
        assert describe(solution)["solutionConfig"] == {"eventValueThreshold": "1", **config}
        assert describe(solution)["latestSolutionUpdate"]["solutionUpdateConfig"] == config

    @pytest.mark.needs_member("SolutionConfig.eventsConfig", "SolutionUpdateConfig.eventsConfig")
    def test_the_weights_of_events_are_replaced_as_a_whole(self, client: Any, create: Any, describe: Describe) -> None:
        first = {"eventParametersList": [{"eventType": "View", "weight": 0.1}]}
        second = {"eventParametersList": [{"eventType": "Purchase", "weight": 0.9}]}
        solution = create(recipeArn=USER_PERSONALIZATION_V2, solutionConfig={"eventsConfig": first})
        client.update_solution(solutionArn=solution, solutionUpdateConfig={"eventsConfig": second})

        assert describe(solution)["solutionConfig"]["eventsConfig"] == second

    def test_the_latest_update_is_absent_before_the_first(self, create: Any, describe: Describe) -> None:
        assert "latestSolutionUpdate" not in describe(create())

    def test_old_settings_hold_until_the_update_is_active(
        self, backend: PersonalizeBackend, client: Any, create: Any, describe: Describe
    ) -> None:
        solution = create()
        backend.transitions["solution"] = "polls:1"
        client.update_solution(solutionArn=solution, performAutoTraining=False)

        during, after = describe(solution), describe(solution)
        assert (during["status"], during["latestSolutionUpdate"]["status"]) == ("ACTIVE", "CREATE PENDING")
        assert during["performAutoTraining"] is True
        assert (after["latestSolutionUpdate"]["status"], after["performAutoTraining"]) == ("ACTIVE", False)

    def test_versions_are_made_during_an_update(self, backend: PersonalizeBackend, client: Any, create: Any) -> None:
        solution = create()
        backend.transitions["solution"] = "polls:5"
        client.update_solution(solutionArn=solution, performAutoTraining=False)

        assert client.create_solution_version(solutionArn=solution)["solutionVersionArn"].startswith(solution)

    def test_a_second_update_has_to_wait(
        self, backend: PersonalizeBackend, client: Any, create: Any, refused: Any
    ) -> None:
        solution = create()
        backend.transitions["solution"] = "polls:5"
        client.update_solution(solutionArn=solution, performAutoTraining=False)
        with refused("ResourceInUseException"):
            client.update_solution(solutionArn=solution, performAutoTraining=True)

    @pytest.mark.parametrize(
        "members",
        [
            {},
            pytest.param(
                {"performIncrementalUpdate": True},
                marks=pytest.mark.needs_member("UpdateSolutionRequest.performIncrementalUpdate"),
            ),
            {"solutionUpdateConfig": {"autoTrainingConfig": {"schedulingExpression": "rate(99 days)"}}},
            pytest.param(
                {"solutionUpdateConfig": {"eventsConfig": {"eventParametersList": [{"eventType": "View"}]}}},
                marks=pytest.mark.needs_member("SolutionUpdateConfig.eventsConfig"),
            ),
            {
                "performAutoTraining": False,
                "solutionUpdateConfig": {"autoTrainingConfig": {"schedulingExpression": "rate(9 days)"}},
            },
        ],
    )
    def test_what_it_refuses(self, client: Any, create: Any, refused: Any, members: dict[str, Any]) -> None:
        solution = create()
        with refused("InvalidInputException"):
            client.update_solution(solutionArn=solution, **members)

    def test_an_unknown_solution_is_not_found(self, client: Any, backend: PersonalizeBackend, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            client.update_solution(
                solutionArn="arn:aws:personalize:us-east-1:123456789012:solution/none", performAutoTraining=False
            )


class TestDeletion:
    def test_a_solution_takes_its_versions_with_it(self, client: Any, create: Any, refused: Any) -> None:
        solution = create()
        version = client.create_solution_version(solutionArn=solution)["solutionVersionArn"]
        client.delete_solution(solutionArn=solution)

        assert client.list_solution_versions()["solutionVersions"] == []
        with refused("ResourceNotFoundException"):
            client.describe_solution(solutionArn=solution)
        with refused("ResourceNotFoundException"):
            client.describe_solution_version(solutionVersionArn=version)

    def test_it_goes_by_way_of_two_states(
        self, backend: PersonalizeBackend, create: Any, client: Any, describe: Describe, refused: Any
    ) -> None:
        solution = create()
        backend.transitions["solution"] = "polls:2"
        client.delete_solution(solutionArn=solution)

        assert [describe(solution)["status"] for _ in range(2)] == ["DELETE PENDING", "DELETE IN_PROGRESS"]
        with refused("ResourceNotFoundException"):
            describe(solution)

    def test_a_campaign_keeps_its_solution(self, client: Any, create: Any, refused: Any) -> None:
        solution = create()
        version = client.create_solution_version(solutionArn=solution)["solutionVersionArn"]
        client.create_campaign(name="live", solutionVersionArn=version)
        with refused("ResourceInUseException"):
            client.delete_solution(solutionArn=solution)

    def test_a_campaign_keeps_its_solution_while_it_is_being_deleted(
        self, backend: PersonalizeBackend, client: Any, create: Any, refused: Any
    ) -> None:
        solution = create()
        version = client.create_solution_version(solutionArn=solution)["solutionVersionArn"]
        campaign = client.create_campaign(name="live", solutionVersionArn=version)["campaignArn"]
        backend.transitions["campaign"] = "polls:3"
        client.delete_campaign(campaignArn=campaign)
        with refused("ResourceInUseException"):
            client.delete_solution(solutionArn=solution)

    def test_a_version_in_training_keeps_its_solution(
        self, backend: PersonalizeBackend, client: Any, create: Any, refused: Any
    ) -> None:
        solution = create()
        backend.transitions["solution-version"] = "polls:3"
        client.create_solution_version(solutionArn=solution)
        with refused("ResourceInUseException"):
            client.delete_solution(solutionArn=solution)

    def test_an_update_keeps_its_solution(
        self, backend: PersonalizeBackend, client: Any, create: Any, refused: Any
    ) -> None:
        solution = create()
        backend.transitions["solution"] = "polls:3"
        client.update_solution(solutionArn=solution, performAutoTraining=False)
        with refused("ResourceInUseException"):
            client.delete_solution(solutionArn=solution)

    def test_a_solution_keeps_its_dataset_group(self, client: Any, create: Any, films: str, refused: Any) -> None:
        create()
        with refused("ResourceInUseException"):
            client.delete_dataset_group(datasetGroupArn=films)

    def test_a_name_is_free_again_afterwards(self, client: Any, create: Any, describe: Describe) -> None:
        client.delete_solution(solutionArn=create())

        assert describe(create())["status"] == "ACTIVE"
