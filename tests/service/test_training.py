"""What is trained, and when: configurations that change the model, automatic training and automatic updates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import pytest

from making import RECIPE, Deploy, Describe, MakeDataset, MakeGroup, Train, Workshop
from pytest_personalize import PersonalizeBackend

HEADER = "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE"
ITEM_HEADER = "ITEM_ID,PRICE,CATEGORY_L1,GENRES,CREATION_TIMESTAMP"

FILMS_AT_SEA = [
    "ITEM_ID,PRICE,CATEGORY_L1,TITLE,ABOUT,GENRES,CREATION_TIMESTAMP",
    *(f"i{n},1.0,x,Film {n},a war at sea number {n},War,1600000000" for n in range(5)),
]
"""Five items that are known by what is written about them."""


def events(item: str, users: int, event_type: str = "View", value: float = 1, start: int = 0) -> list[str]:
    """One event on the item by each of so many users."""
    return [f"u{n},{item},{1_700_000_000 + start + n},{event_type},{value}" for n in range(users)]


@pytest.fixture
def group_of(make_group: MakeGroup, make_dataset: MakeDataset) -> Callable[..., str]:
    """``group_of([event, ...], items=[item, ...])``: the ARN of a custom group with exactly these rows."""

    def make(lines: Sequence[str], items: Sequence[str] | None = None, **members: Any) -> str:
        group: str = make_group(**members)
        make_dataset(group, "INTERACTIONS", [HEADER, *lines])
        if items is not None:
            make_dataset(group, "ITEMS", [ITEM_HEADER, *items])
        return group

    return make


@pytest.fixture
def solve(client: Any) -> Callable[..., str]:
    """``solve(group, "aws-popularity-count", **members)``: the ARN of a solution that trains when it is told to."""
    numbers = count()

    def make(group: str, recipe: str = "aws-popularity-count", **members: Any) -> str:
        wanted = {"name": f"s{next(numbers)}", "performAutoTraining": False} | members
        arn: str = client.create_solution(datasetGroupArn=group, recipeArn=RECIPE + recipe, **wanted)["solutionArn"]
        return arn

    return make


@pytest.fixture
def recommend(personalize_runtime: Any) -> Callable[..., list[str]]:
    """The items of a campaign or recommender for a user who has no history, or as asked."""

    def ask(arn: str, **members: Any) -> list[str]:
        source = {"recommenderArn" if ":recommender/" in arn else "campaignArn": arn}
        answer = personalize_runtime.get_recommendations(**source, **{"userId": "stranger", **members})
        return [item["itemId"] for item in answer["itemList"]]

    return ask


@pytest.fixture
def put_event(client: Any, personalize_events: Any) -> Callable[..., None]:
    """``put_event(group, user, item)``: one streamed view."""
    trackers: dict[str, str] = {}
    times = count(1_700_500_000)

    def put(group: str, user: str, item: str) -> None:
        if group not in trackers:
            trackers[group] = client.create_event_tracker(name="tracker", datasetGroupArn=group)["trackingId"]
        event = {"eventType": "View", "itemId": item, "sentAt": next(times)}
        personalize_events.put_events(trackingId=trackers[group], sessionId="s", userId=user, eventList=[event])

    return put


@pytest.fixture
def versions(client: Any) -> Callable[[str], list[dict[str, Any]]]:
    return lambda solution: client.list_solution_versions(solutionArn=solution)["solutionVersions"]


class TestWhatIsTrained:
    def test_all_events_unless_told_otherwise(
        self, group_of: Any, solve: Any, train: Train, deploy: Deploy, recommend: Any
    ) -> None:
        group = group_of([*events("seen", 9), *events("bought", 3, "Purchase")])

        assert recommend(deploy(train(solve(group)))) == ["seen", "bought"]

    def test_events_of_one_type(self, group_of: Any, solve: Any, train: Train, deploy: Deploy, recommend: Any) -> None:
        group = group_of([*events("seen", 9), *events("bought", 3, "Purchase")])

        assert recommend(deploy(train(solve(group, eventType="purchase")))) == ["bought"]

    def test_events_from_a_value_on(
        self, group_of: Any, solve: Any, train: Train, deploy: Deploy, recommend: Any
    ) -> None:
        group = group_of([*events("disliked", 9, value=1), *events("liked", 3, value=4.5)])
        solution = solve(group, eventType="View", solutionConfig={"eventValueThreshold": "4.5"})

        assert recommend(deploy(train(solution))) == ["liked"]

    def test_the_data_as_they_are_at_the_time_of_training(
        self, group_of: Any, solve: Any, train: Train, deploy: Deploy, recommend: Any, put_event: Any
    ) -> None:
        group = group_of(events("old", 2))
        solution = solve(group)
        before = deploy(train(solution))
        for n in range(5):
            put_event(group, f"v{n}", "new")
        after = deploy(train(solution))

        assert recommend(before) == ["old"]
        assert recommend(after) == ["new", "old"]

    @pytest.mark.parametrize(
        ("columns", "alike"),
        [
            ({"excludedDatasetColumns": {"Items": ["GENRES", "PRICE"]}}, {"i2", "i4"}),
            ({"excludedDatasetColumns": {"Items": ["CATEGORY_L1", "PRICE"]}}, {"i1", "i2"}),
            pytest.param(
                {"includedDatasetColumns": {"Items": ["GENRES"]}},
                {"i1", "i2"},
                marks=pytest.mark.needs_member("TrainingDataConfig.includedDatasetColumns"),
            ),
        ],
    )
    def test_excluded_columns_do_not_count(
        self,
        group_of: Any,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
        columns: dict[str, Any],
        alike: set[str],
    ) -> None:
        base = [f"u{n},i{n % 6},{1_700_000_000 + n},View,1" for n in range(24)]
        items = [f"i{n},1.0,{'warm' if n % 2 else 'cold'},{'Drama' if n < 3 else 'War'},1600000000" for n in range(6)]
        solution = solve(group_of(base, items), "aws-similar-items", solutionConfig={"trainingDataConfig": columns})

        assert set(recommend(deploy(train(solution)), itemId="i0", numResults=2)) == alike

    def test_columns_of_a_later_schema_are_for_later_solutions(
        self, backend: PersonalizeBackend, client: Any, workshop: Workshop, group_of: Any, solve: Any, train: Train
    ) -> None:
        group = group_of(events("a", 3), ["a,1.0,x,Drama,1600000000"])
        before = solve(group, "aws-similar-items")
        wider = {"COLOUR": ["null", "string"], "GENRES": "categorical", "CREATION_TIMESTAMP": "long"}
        client.update_dataset(
            datasetArn=group.replace(":dataset-group/", ":dataset/") + "/ITEMS",
            schemaArn=workshop.schema("ITEMS", **wider),
        )
        after = solve(group, "aws-similar-items")

        assert "COLOUR" not in backend.solutions[before].columns["ITEMS"]
        assert "COLOUR" in backend.solutions[after].columns["ITEMS"]

    @pytest.mark.needs_member("SolutionConfig.eventsConfig")
    def test_weights_of_event_types(self, group_of: Any, solve: Any, train: Train, client: Any, deploy: Deploy) -> None:
        group = group_of([*events("seen", 9), *events("bought", 9, "Purchase", start=50)])
        parameters = [{"eventType": "View", "weight": 0.1}, {"eventType": "Purchase", "weight": 0.9}]
        config = {"eventsConfig": {"eventParametersList": parameters}}
        version = train(solve(group, "aws-user-personalization-v2", solutionConfig=config))

        metrics = client.get_solution_metrics(solutionVersionArn=version)["metrics"]
        assert any("with_event_weights" in name for name in metrics)

    def test_an_objective_adds_its_metric(self, make_group: MakeGroup, solve: Any, train: Train, client: Any) -> None:
        group = make_group("INTERACTIONS", "ITEMS")
        objective = {"itemAttribute": "price", "objectiveSensitivity": "HIGH"}
        version = train(solve(group, "aws-user-personalization", solutionConfig={"optimizationObjective": objective}))

        assert "average_rewards_at_k" in client.get_solution_metrics(solutionVersionArn=version)["metrics"]

    @pytest.mark.parametrize(
        "recipe",
        [
            "aws-user-personalization-v2",
            "aws-user-personalization",
            "aws-personalized-ranking-v2",
            "aws-personalized-ranking",
            "aws-similar-items",
            "aws-sims",
            "aws-popularity-count",
            "aws-trending-now",
            "aws-next-best-action",
            "aws-item-affinity",
            "aws-item-attribute-affinity",
        ],
    )
    def test_every_recipe_trains_and_is_measured(
        self, make_group: MakeGroup, solve: Any, train: Train, client: Any, recipe: str
    ) -> None:
        group = make_group("INTERACTIONS", "ITEMS", "USERS", "ACTIONS", "ACTION_INTERACTIONS")
        version = train(solve(group, recipe))

        described = client.describe_solution_version(solutionVersionArn=version)["solutionVersion"]
        assert described["status"] == "ACTIVE"
        assert client.get_solution_metrics(solutionVersionArn=version)["metrics"]


class TestEmptied:
    @pytest.mark.parametrize(
        "status",
        [
            pytest.param("CREATE FAILED", marks=pytest.mark.mock_personalize(data="required")),
            pytest.param("ACTIVE", marks=pytest.mark.mock_personalize(data="optional")),
        ],
    )
    def test_a_training_on_what_an_import_has_emptied_fails_unless_data_are_optional(
        self, workshop: Workshop, group_of: Any, solve: Any, train: Train, describe: Describe, status: str
    ) -> None:
        group = group_of(events("seen", 9))
        solution = solve(group, "aws-sims")
        dataset = group.replace(":dataset-group/", ":dataset/") + "/INTERACTIONS"
        assert workshop.imported(dataset, "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE")["status"] == "ACTIVE"

        assert describe(train(solution))["status"] == status


class TestExploration:
    @pytest.mark.parametrize(("cut_off", "explored"), [("12.1", True), ("11.9", False)])
    def test_items_are_explored_up_to_the_age_that_a_campaign_asks_for(
        self, group_of: Any, solve: Any, train: Train, deploy: Deploy, recommend: Any, cut_off: str, explored: bool
    ) -> None:
        old, young = 1_600_000_000, 1_700_000_000 - 12 * 86400
        lines = [line for n in range(20) for line in events(f"i{n}", 1)]
        items = [*(f"i{n},1,x,War,{old}" for n in range(20)), *(f"young{n},1,x,War,{young}" for n in range(9))]
        version = train(solve(group_of(lines, items), "aws-user-personalization"))
        bold, cautious = (
            deploy(version, campaignConfig={"itemExplorationConfig": config})
            for config in (
                {"explorationWeight": "1", "explorationItemAgeCutOff": cut_off},
                {"explorationWeight": "0", "explorationItemAgeCutOff": cut_off},
            )
        )

        assert (recommend(bold) != recommend(cautious)) == explored

    @pytest.mark.parametrize(("hours", "explored"), [(-1, True), (1, False)])
    def test_without_a_configuration_they_are_explored_up_to_thirty_days(
        self, group_of: Any, solve: Any, train: Train, deploy: Deploy, recommend: Any, hours: int, explored: bool
    ) -> None:
        old, young = 1_600_000_000, 1_700_000_000 - 30 * 86400 - hours * 3600
        lines = [line for n in range(20) for line in events(f"i{n}", 1)]
        items = [*(f"i{n},1,x,War,{old}" for n in range(20)), *(f"young{n},1,x,War,{young}" for n in range(9))]
        version = train(solve(group_of(lines, items), "aws-user-personalization"))
        usual = deploy(version)
        cautious = deploy(version, campaignConfig={"itemExplorationConfig": {"explorationWeight": "0"}})

        assert (recommend(usual) != recommend(cautious)) == explored


@pytest.mark.needs_member("CampaignConfig.rankingInfluence")
@pytest.mark.parametrize(("influence", "first"), [({"POPULARITY": 1.0}, "i3"), ({"FRESHNESS": 1.0}, "i4")])
def test_popularity_or_freshness_may_influence_what_is_similar(
    make_group: MakeGroup,
    make_dataset: MakeDataset,
    solve: Any,
    train: Train,
    deploy: Deploy,
    recommend: Any,
    influence: dict[str, float],
    first: str,
) -> None:
    group = make_group()
    fresh = FILMS_AT_SEA[-1].replace("1600000000", "1700000000")
    make_dataset(group, "ITEMS", [*FILMS_AT_SEA[:-1], fresh], TITLE="itemName", ABOUT="textual")
    make_dataset(group, "INTERACTIONS", [HEADER, *events("i3", 9), *events("i2", 1)])
    version = train(solve(group, "aws-semantic-similarity"))
    campaign = deploy(version, campaignConfig={"rankingInfluence": influence})

    assert recommend(campaign, itemId="i0")[0] == first


class TestAutomaticTraining:
    @pytest.fixture
    def group(self, group_of: Any) -> str:
        arn: str = group_of(events("old", 3))
        return arn

    @pytest.fixture
    def solution(self, solve: Any, group: str) -> str:
        arn: str = solve(group, performAutoTraining=True)
        return arn

    def test_the_first_version_comes_within_the_hour(
        self, backend: PersonalizeBackend, solution: str, versions: Any
    ) -> None:
        before = versions(solution)
        backend.clock.advance(hours=1)
        (version,) = versions(solution)

        assert before == []
        assert (version["trainingType"], version["status"]) == ("AUTOMATIC", "ACTIVE")

    def test_a_version_made_by_hand_within_the_hour_takes_its_place(
        self, backend: PersonalizeBackend, solution: str, versions: Any, train: Train
    ) -> None:
        backend.clock.advance(minutes=30)
        train(solution)
        backend.clock.advance(hours=1)

        assert [version["trainingType"] for version in versions(solution)] == ["MANUAL"]

    def test_a_solution_in_creation_waits_until_it_is_active(
        self, backend: PersonalizeBackend, client: Any, group: str, solve: Any, versions: Any
    ) -> None:
        backend.transitions["solution"] = "polls:1"
        solution = solve(group, performAutoTraining=True)
        backend.clock.advance(hours=5)
        before = versions(solution)
        client.describe_solution(solutionArn=solution)
        client.describe_solution(solutionArn=solution)
        backend.clock.advance(hours=1)

        assert (len(before), len(versions(solution))) == (0, 1)

    def test_a_solution_that_failed_trains_nothing(
        self, backend: PersonalizeBackend, client: Any, group: str, solve: Any, versions: Any
    ) -> None:
        backend.faults.fail_job("CreateSolution", "no space left")
        solution = solve(group, performAutoTraining=True)
        backend.clock.advance(days=30)

        assert client.describe_solution(solutionArn=solution)["solution"]["status"] == "CREATE FAILED"
        assert versions(solution) == []

    def test_without_its_dataset_the_next_training_fails(
        self, backend: PersonalizeBackend, client: Any, group: str, solution: str, versions: Any
    ) -> None:
        backend.clock.advance(hours=1)
        client.delete_dataset(datasetArn=group.replace(":dataset-group/", ":dataset/") + "/INTERACTIONS")
        backend.clock.advance(days=7)

        assert [version["status"] for version in versions(solution)] == ["ACTIVE", "CREATE FAILED"]

    def test_without_new_data_no_more_come(self, backend: PersonalizeBackend, solution: str, versions: Any) -> None:
        backend.clock.advance(days=30)

        assert len(versions(solution)) == 1

    def test_new_events_are_trained_on_after_a_week(
        self, backend: PersonalizeBackend, group: str, solution: str, versions: Any, put_event: Any
    ) -> None:
        backend.clock.advance(hours=1)
        put_event(group, "u1", "new")
        backend.clock.advance(days=6.9)
        early = len(versions(solution))
        backend.clock.advance(days=0.1)

        assert (early, len(versions(solution))) == (1, 2)

    def test_while_the_newest_version_is_in_training_none_comes(
        self, backend: PersonalizeBackend, group: str, solution: str, versions: Any, put_event: Any
    ) -> None:
        backend.transitions["solution-version"] = "polls:9"
        backend.clock.advance(hours=1)
        put_event(group, "u1", "new")
        backend.clock.advance(days=8)

        assert [version["status"] for version in versions(solution)] == ["CREATE PENDING"]

    def test_a_recipe_that_learns_from_items_alone_waits_for_items(
        self,
        backend: PersonalizeBackend,
        workshop: Workshop,
        make_group: MakeGroup,
        make_dataset: MakeDataset,
        solve: Any,
        versions: Any,
    ) -> None:
        group = make_group()
        dataset = make_dataset(group, "ITEMS", FILMS_AT_SEA, TITLE="itemName", ABOUT="textual")
        solution = solve(group, "aws-semantic-similarity", performAutoTraining=True)
        backend.clock.advance(days=15)
        before = len(versions(solution))
        workshop.imported(dataset, *FILMS_AT_SEA, "i9,1.0,x,Film 9,a war at sea,War,1600000000")
        backend.clock.advance(days=7)

        assert (before, len(versions(solution))) == (1, 2)

    def test_new_imports_are_trained_on_after_a_week(
        self, backend: PersonalizeBackend, workshop: Workshop, group: str, solution: str, versions: Any
    ) -> None:
        backend.clock.advance(hours=1)
        dataset = group.replace(":dataset-group/", ":dataset/") + "/INTERACTIONS"
        workshop.imported(dataset, HEADER, *events("newer", 3))
        backend.clock.advance(days=7)

        assert len(versions(solution)) == 2

    def test_the_schedule_counts_from_the_start_of_the_training(
        self, backend: PersonalizeBackend, group: str, solution: str, versions: Any, put_event: Any
    ) -> None:
        created = backend.solutions["s0"].creation_date_time
        backend.clock.advance(hours=9)
        put_event(group, "u1", "new")
        backend.clock.advance(days=9)

        starts = [version["creationDateTime"].timestamp() - created for version in versions(solution)]
        assert starts == pytest.approx([3600, 3600 + 7 * 86400])

    def test_a_schedule_of_its_own(
        self, backend: PersonalizeBackend, group: str, solve: Any, versions: Any, put_event: Any
    ) -> None:
        config = {"autoTrainingConfig": {"schedulingExpression": "rate(2 days)"}}
        solution = solve(group, performAutoTraining=True, solutionConfig=config)
        backend.clock.advance(hours=1)
        for n in range(3):
            versions(solution)
            put_event(group, f"u{n}", "new")
            backend.clock.advance(days=2)

        assert len(versions(solution)) == 4

    def test_turned_off_nothing_comes(
        self, backend: PersonalizeBackend, client: Any, solution: str, versions: Any
    ) -> None:
        client.update_solution(solutionArn=solution, performAutoTraining=False)
        backend.clock.advance(days=30)

        assert versions(solution) == []

    def test_turned_on_the_first_comes_within_the_hour(
        self, backend: PersonalizeBackend, client: Any, group: str, solve: Any, versions: Any
    ) -> None:
        solution = solve(group)
        backend.clock.advance(days=3)
        client.update_solution(solutionArn=solution, performAutoTraining=True)
        backend.clock.advance(hours=1)

        assert len(versions(solution)) == 1

    def test_another_frequency_begins_within_the_hour(
        self, backend: PersonalizeBackend, client: Any, group: str, solution: str, versions: Any, put_event: Any
    ) -> None:
        backend.clock.advance(hours=2)
        put_event(group, "u1", "new")
        config = {"autoTrainingConfig": {"schedulingExpression": "rate(20 days)"}}
        client.update_solution(solutionArn=solution, solutionUpdateConfig=config)
        backend.clock.advance(hours=1)
        soon = len(versions(solution))
        put_event(group, "u2", "newer")
        backend.clock.advance(days=19)

        assert (soon, len(versions(solution))) == (2, 2)

    def test_a_deleted_solution_is_trained_no_more(
        self, backend: PersonalizeBackend, client: Any, solution: str
    ) -> None:
        client.delete_solution(solutionArn=solution)
        backend.clock.advance(days=30)

        assert not backend.solution_versions

    def test_a_campaign_follows(
        self,
        backend: PersonalizeBackend,
        group: str,
        solution: str,
        train: Train,
        deploy: Deploy,
        recommend: Any,
        put_event: Any,
    ) -> None:
        train(solution)
        follower = deploy(f"{solution}/$LATEST", campaignConfig={"syncWithLatestSolutionVersion": True})
        for n in range(5):
            put_event(group, f"v{n}", "new")
        before = recommend(follower)
        backend.clock.advance(days=8)

        assert (before, recommend(follower)) == (["old"], ["new", "old"])


class TestRecommendersOnTheClock:
    @pytest.fixture
    def group(self, group_of: Any) -> str:
        arn: str = group_of(events("old", 3), domain="ECOMMERCE")
        return arn

    @pytest.fixture
    def recommender(self, client: Any, group: str) -> str:
        arn: str = client.create_recommender(
            name="top", datasetGroupArn=group, recipeArn=RECIPE + "aws-ecomm-popular-items-by-views"
        )["recommenderArn"]
        return arn

    def test_it_learns_new_events_within_a_week(
        self, backend: PersonalizeBackend, group: str, recommender: str, recommend: Any, put_event: Any
    ) -> None:
        for n in range(5):
            put_event(group, f"v{n}", "new")
        backend.clock.advance(days=6)
        before = recommend(recommender)
        backend.clock.advance(days=1)

        assert (before, recommend(recommender)) == (["old"], ["new", "old"])

    def test_a_stopped_one_does_not(
        self, backend: PersonalizeBackend, client: Any, group: str, recommender: str, recommend: Any, put_event: Any
    ) -> None:
        for n in range(5):
            put_event(group, f"v{n}", "new")
        client.stop_recommender(recommenderArn=recommender)
        backend.clock.advance(days=10)
        client.start_recommender(recommenderArn=recommender)

        assert recommend(recommender) == ["old"]

    def test_a_training_that_fails_leaves_the_model(
        self, backend: PersonalizeBackend, client: Any, group: str, recommender: str
    ) -> None:
        client.delete_dataset(datasetArn=group.replace(":dataset-group/", ":dataset/") + "/INTERACTIONS")
        backend.clock.advance(days=8)

        assert client.describe_recommender(recommenderArn=recommender)["recommender"]["status"] == "ACTIVE"


class TestUpdateTraining:
    """Row 22: trainingMode UPDATE takes in new items; what it knew it learns nothing new about."""

    def test_row_22_new_items_are_taken_in_and_events_about_known_ones_are_not(
        self,
        client: Any,
        make_group: MakeGroup,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
        put_event: Any,
    ) -> None:
        group = make_group("INTERACTIONS", "ITEMS")
        solution = solve(group, "aws-user-personalization")
        full = deploy(train(solution))
        before = recommend(full, numResults=100)
        for number in range(40):
            put_event(group, f"new-{number}", before[-1])
            put_event(group, f"new-{number}", "brand-new")

        updated = recommend(deploy(train(solution, trainingMode="UPDATE")), numResults=100)
        anew = recommend(deploy(train(solution)), numResults=100)
        assert "brand-new" in updated
        assert [item for item in updated if item != "brand-new"][-1] == before[-1] != anew[-1]

    def test_row_22_events_that_replaced_those_of_the_training_count_for_new_items(
        self,
        workshop: Workshop,
        group_of: Any,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
    ) -> None:
        old = [*events("classic", 9), *events("other", 5, start=100)]
        group = group_of(old)
        solution = solve(group, "aws-user-personalization")
        train(solution)
        dataset = group.replace(":dataset-group/", ":dataset/") + "/INTERACTIONS"
        workshop.imported(dataset, HEADER, *events("other", 30, start=200), *events("brand-new", 3, start=300), *old)

        assert set(recommend(deploy(train(solution, trainingMode="UPDATE")))) == {"classic", "other", "brand-new"}

    def test_row_22_it_does_without_the_users_of_a_dataset_that_is_gone(
        self,
        client: Any,
        group_of: Any,
        make_dataset: MakeDataset,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
    ) -> None:
        views = [f"u{n},{('of-gold', 'of-silver')[n % 2]},{1_700_000_000 + n},View,1" for n in range(30)]
        group = group_of(views)
        members = [f"u{n},{('gold', 'silver')[n % 2]}" for n in range(32)]
        users = make_dataset(group, "USERS", ["USER_ID,MEMBERSHIP", *members])
        solution = solve(group, "aws-user-personalization")
        full = deploy(train(solution))
        assert [recommend(full, userId=user)[0] for user in ("u30", "u31")] == ["of-gold", "of-silver"]

        client.delete_dataset(datasetArn=users)
        update = deploy(train(solution, trainingMode="UPDATE"))
        assert recommend(update, userId="u30") == recommend(update, userId="u31") == recommend(update)


class TestAutomaticUpdates:
    """The models that explore take in new items every two hours; nothing else changes before the next training."""

    @pytest.fixture
    def group(self, make_group: MakeGroup) -> str:
        arn: str = make_group("INTERACTIONS", "ITEMS")
        return arn

    def test_a_new_item_comes_after_two_hours(
        self,
        backend: PersonalizeBackend,
        group: str,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
        put_event: Any,
    ) -> None:
        campaign = deploy(train(solve(group, "aws-user-personalization")))
        put_event(group, "u1", "brand-new")
        backend.clock.advance(hours=1.9)
        before = recommend(campaign, numResults=100)
        backend.clock.advance(hours=0.1)

        assert "brand-new" not in before
        assert "brand-new" in recommend(campaign, numResults=100)

    def test_other_recipes_wait_for_a_training(
        self,
        backend: PersonalizeBackend,
        group: str,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
        put_event: Any,
    ) -> None:
        campaign = deploy(train(solve(group)))
        put_event(group, "u1", "brand-new")
        backend.clock.advance(days=3)

        assert "brand-new" not in recommend(campaign, numResults=100)

    def test_after_an_import_that_replaces_everything_they_wait_for_a_training(
        self,
        backend: PersonalizeBackend,
        workshop: Workshop,
        group_of: Any,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
    ) -> None:
        group = group_of(events("classic", 9))
        campaign = deploy(train(solve(group, "aws-user-personalization")))
        dataset = group.replace(":dataset-group/", ":dataset/") + "/INTERACTIONS"
        workshop.imported(dataset, HEADER, *events("brand-new", 9, start=100))
        backend.clock.advance(hours=5)

        assert recommend(campaign) == ["classic"]

    def test_so_do_actions_when_what_was_done_about_them_is_replaced(
        self, backend: PersonalizeBackend, workshop: Workshop, personalize_runtime: Any
    ) -> None:
        deals = backend.seed("actions")
        ask = {"campaignArn": deals.campaigns["aws-next-best-action"], "userId": deals.users[0]}
        before = personalize_runtime.get_action_recommendations(**ask)["actionList"]
        dataset = deals.datasets["ACTION_INTERACTIONS"]
        *others, newest = backend.records(dataset)
        lines = [",".join(map(str, row.values())) for row in (newest, *others[1:])]
        workshop.imported(dataset, ",".join(newest), *lines)
        backend.clock.advance(hours=5)

        assert personalize_runtime.get_action_recommendations(**ask)["actionList"] == before

    def test_metrics_stay(
        self,
        backend: PersonalizeBackend,
        client: Any,
        group: str,
        solve: Any,
        train: Train,
        deploy: Deploy,
        put_event: Any,
    ) -> None:
        version = train(solve(group, "aws-user-personalization"))
        deploy(version)
        before = client.get_solution_metrics(solutionVersionArn=version)["metrics"]
        put_event(group, "u1", "brand-new")
        backend.clock.advance(hours=5)

        assert client.get_solution_metrics(solutionVersionArn=version)["metrics"] == before

    def test_they_do_not_make_data_old_for_automatic_training(
        self,
        backend: PersonalizeBackend,
        group: str,
        solve: Any,
        train: Train,
        deploy: Deploy,
        put_event: Any,
        versions: Any,
    ) -> None:
        solution = solve(group, "aws-user-personalization", performAutoTraining=True)
        deploy(train(solution))
        put_event(group, "u1", "brand-new")
        backend.clock.advance(hours=5)
        versions(solution)
        backend.clock.advance(days=7)

        assert len(versions(solution)) == 2

    def test_an_update_by_hand_stops_them(
        self,
        backend: PersonalizeBackend,
        group: str,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
        put_event: Any,
    ) -> None:
        solution = solve(group, "aws-user-personalization")
        full = deploy(train(solution))
        update = deploy(train(solution, trainingMode="UPDATE"))
        put_event(group, "u1", "brand-new")
        backend.clock.advance(days=1)

        assert "brand-new" not in recommend(full, numResults=100)
        assert "brand-new" not in recommend(update, numResults=100)

    def test_a_changed_campaign_counts_the_hours_anew(
        self,
        backend: PersonalizeBackend,
        client: Any,
        group: str,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
        put_event: Any,
    ) -> None:
        campaign = deploy(train(solve(group, "aws-user-personalization")))
        backend.clock.advance(hours=1)
        client.update_campaign(campaignArn=campaign, minProvisionedTPS=2)
        put_event(group, "u1", "brand-new")
        backend.clock.advance(hours=1.5)
        before = recommend(campaign, numResults=100)
        backend.clock.advance(hours=0.5)

        assert "brand-new" not in before
        assert "brand-new" in recommend(campaign, numResults=100)

    def test_a_retrained_recommender_counts_the_hours_anew(
        self, backend: PersonalizeBackend, client: Any, make_group: MakeGroup, recommend: Any, put_event: Any
    ) -> None:
        videos = make_group("INTERACTIONS", "ITEMS", domain="VIDEO_ON_DEMAND")
        recommender = client.create_recommender(
            name="picks", datasetGroupArn=videos, recipeArn=RECIPE + "aws-vod-top-picks"
        )["recommenderArn"]
        backend.clock.advance(hours=1)
        client.update_recommender(
            recommenderArn=recommender,
            recommenderConfig={"trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["PRICE"]}}},
        )
        put_event(videos, "u1", "brand-new")
        backend.clock.advance(hours=1.5)
        before = recommend(recommender, numResults=100)
        backend.clock.advance(hours=0.5)

        assert "brand-new" not in before
        assert "brand-new" in recommend(recommender, numResults=100)

    def test_row_21_only_the_newest_version_is_updated(
        self,
        backend: PersonalizeBackend,
        group: str,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
        put_event: Any,
    ) -> None:
        solution = solve(group, "aws-user-personalization")
        older, newer = deploy(train(solution)), deploy(train(solution))
        put_event(group, "u1", "brand-new")
        backend.clock.advance(hours=2)

        assert "brand-new" in recommend(newer, numResults=100)
        assert "brand-new" not in recommend(older, numResults=100)

    def test_row_23_without_news_trends_are_popular_items(
        self, backend: PersonalizeBackend, group_of: Any, solve: Any, train: Train, deploy: Deploy, recommend: Any
    ) -> None:
        now = int(backend.clock.timestamp()) - 1_700_000_000
        group = group_of([*events("classic", 20, start=now - 9 * 3600), *events("hit", 5, start=now - 600)])
        campaign = deploy(train(solve(group, "aws-trending-now")))
        before = recommend(campaign)
        backend.clock.advance(hours=6)

        assert before == ["hit", "classic"]
        assert recommend(campaign) == ["classic", "hit"]

    def test_trends_are_followed(
        self, backend: PersonalizeBackend, client: Any, make_group: MakeGroup, recommend: Any, put_event: Any
    ) -> None:
        videos = make_group("INTERACTIONS", domain="VIDEO_ON_DEMAND")
        recommender = client.create_recommender(
            name="now", datasetGroupArn=videos, recipeArn=RECIPE + "aws-vod-trending-now"
        )["recommenderArn"]
        for n in range(20):
            put_event(videos, f"v{n}", "sensation")
        before = recommend(recommender)
        backend.clock.advance(hours=2)

        assert "sensation" not in before
        assert recommend(recommender)[0] == "sensation"

    def test_trends_are_discovered_as_often_as_the_solution_says(
        self,
        backend: PersonalizeBackend,
        make_group: MakeGroup,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
        put_event: Any,
    ) -> None:
        group = make_group("INTERACTIONS")
        config = {"featureTransformationParameters": {"trend_discovery_frequency": "30 minutes"}}
        often = deploy(train(solve(group, "aws-trending-now", solutionConfig=config)))
        usual = deploy(train(solve(group, "aws-trending-now")))
        for n in range(20):
            put_event(group, f"v{n}", "sensation")
        backend.clock.advance(minutes=30)

        assert recommend(often)[0] == "sensation"
        assert "sensation" not in recommend(usual)

    @pytest.mark.needs_member("CreateSolutionRequest.performIncrementalUpdate")
    def test_row_21_incremental_updates_bring_new_items_to_semantic_similarity_after_half_an_hour(
        self,
        backend: PersonalizeBackend,
        make_group: MakeGroup,
        make_dataset: MakeDataset,
        personalize_events: Any,
        solve: Any,
        train: Train,
        deploy: Deploy,
        recommend: Any,
    ) -> None:
        group = make_group()
        dataset = make_dataset(group, "ITEMS", FILMS_AT_SEA, TITLE="itemName", ABOUT="textual")
        members = {"performIncrementalUpdate": True}
        following = deploy(train(solve(group, "aws-semantic-similarity", **members)))
        standing = deploy(train(solve(group, "aws-semantic-similarity")))
        properties = '{"title": "Film 9", "about": "a war at sea", "price": 1.0, "categoryL1": "x", "genres": "War"}'
        properties = properties.replace("}", ', "creationTimestamp": 1600000000}')
        personalize_events.put_items(datasetArn=dataset, items=[{"itemId": "i9", "properties": properties}])
        backend.clock.advance(minutes=29)
        assert "i9" not in recommend(following, itemId="i1")
        backend.clock.advance(minutes=1)

        assert "i9" in recommend(following, itemId="i1")
        assert "i9" not in recommend(standing, itemId="i1")
