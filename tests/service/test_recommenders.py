"""Recommenders: the use cases of Domain dataset groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from making import RECIPE, STANDARD_METRICS, Describe, MakeGroup, Workshop
from pytest_personalize import PersonalizeBackend, mock_personalize

NOWHERE = "arn:aws:personalize:us-east-1:123456789012:recommender/none"
ECOMMERCE = (
    "aws-ecomm-popular-items-by-views",
    "aws-ecomm-popular-items-by-purchases",
    "aws-ecomm-frequently-bought-together",
    "aws-ecomm-customers-who-viewed-x-also-viewed",
    "aws-ecomm-recommended-for-you",
)
VIDEO_ON_DEMAND = (
    "aws-vod-because-you-watched-x",
    "aws-vod-more-like-x",
    "aws-vod-most-popular",
    "aws-vod-trending-now",
    "aws-vod-top-picks",
)


@pytest.fixture
def shop(make_group: MakeGroup) -> str:
    return make_group("INTERACTIONS", "ITEMS", domain="ECOMMERCE")


@pytest.fixture
def videos(make_group: MakeGroup) -> str:
    return make_group("INTERACTIONS", "ITEMS", domain="VIDEO_ON_DEMAND")


@pytest.fixture
def create(client: Any) -> Callable[..., str]:
    """``create(group, "aws-vod-top-picks", name=..., **members)``: the ARN of a recommender."""

    def make(group: str, recipe: str, name: str = "top", **members: Any) -> str:
        arn: str = client.create_recommender(name=name, datasetGroupArn=group, recipeArn=RECIPE + recipe, **members)[
            "recommenderArn"
        ]
        return arn

    return make


@pytest.fixture
def recommender(create: Any, shop: str) -> str:
    arn: str = create(shop, "aws-ecomm-recommended-for-you")
    return arn


class TestDescription:
    def test_a_recommender_is_described_as_documented(self, recommender: str, describe: Describe, shop: str) -> None:
        described = describe(recommender)

        assert described.pop("creationDateTime") <= described.pop("lastUpdatedDateTime")
        assert set(described.pop("modelMetrics")) == STANDARD_METRICS
        assert described == {
            "recommenderArn": "arn:aws:personalize:us-east-1:123456789012:recommender/top",
            "datasetGroupArn": shop,
            "name": "top",
            "recipeArn": RECIPE + "aws-ecomm-recommended-for-you",
            "recommenderConfig": {},
            "status": "ACTIVE",
        }

    @pytest.mark.parametrize("recipe", ECOMMERCE)
    def test_the_use_cases_of_a_shop(self, create: Any, describe: Describe, shop: str, recipe: str) -> None:
        assert describe(create(shop, recipe))["status"] == "ACTIVE"

    @pytest.mark.parametrize("recipe", VIDEO_ON_DEMAND)
    def test_the_use_cases_of_video_on_demand(self, create: Any, describe: Describe, videos: str, recipe: str) -> None:
        assert describe(create(videos, recipe))["status"] == "ACTIVE"

    def test_there_are_no_metrics_before_the_end_of_creation(
        self, backend: PersonalizeBackend, create: Any, describe: Describe, shop: str
    ) -> None:
        backend.transitions["recommender"] = "polls:2"
        recommender = create(shop, "aws-ecomm-recommended-for-you")
        seen = [describe(recommender) for _ in range(3)]

        assert [one["status"] for one in seen] == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]
        assert ["modelMetrics" in one for one in seen] == [False, False, True]

    def test_the_configuration_comes_back_as_it_was_given(self, create: Any, describe: Describe, shop: str) -> None:
        config = {
            "itemExplorationConfig": {"explorationWeight": "0.1", "explorationItemAgeCutOff": "60"},
            "minRecommendationRequestsPerSecond": 4,
            "trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["PRICE"]}},
            "enableMetadataWithRecommendations": True,
        }
        recommender = create(shop, "aws-ecomm-recommended-for-you", recommenderConfig=config)

        assert describe(recommender)["recommenderConfig"] == config

    def test_recommenders_are_listed_by_dataset_group(
        self, client: Any, create: Any, recommender: str, videos: str
    ) -> None:
        picks = create(videos, "aws-vod-top-picks", "picks")

        (summary,) = client.list_recommenders(datasetGroupArn=videos)["recommenders"]
        assert summary["recommenderArn"] == picks
        assert set(summary) == {
            "name",
            "recommenderArn",
            "datasetGroupArn",
            "recipeArn",
            "recommenderConfig",
            "status",
            "creationDateTime",
            "lastUpdatedDateTime",
        }
        assert len(client.list_recommenders()["recommenders"]) == 2

    def test_the_backend_has_it_by_name(self, backend: PersonalizeBackend, recommender: str) -> None:
        assert backend.recommenders["top"].recommender_arn == recommender

    def test_an_unknown_recommender_is_not_found(
        self, describe: Describe, backend: PersonalizeBackend, refused: Any
    ) -> None:
        with refused("ResourceNotFoundException"):
            describe(NOWHERE)


class TestRefusals:
    def test_a_custom_group_has_no_recommenders(self, create: Any, make_group: MakeGroup, refused: Any) -> None:
        text = "Please use a domains-specific Dataset Group to create the Recommender"
        with refused("InvalidInputException", text):
            create(make_group(), "aws-ecomm-recommended-for-you")

    @pytest.mark.parametrize("recipe", ["aws-vod-top-picks", "aws-sims"])
    def test_recipes_from_elsewhere(self, create: Any, shop: str, refused: Any, recipe: str) -> None:
        with refused("InvalidInputException"):
            create(shop, recipe)

    def test_an_unknown_recipe_is_not_found(self, create: Any, shop: str, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            create(shop, "aws-ecomm-mind-reading")

    def test_an_unknown_group_is_not_found(self, create: Any, backend: PersonalizeBackend, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            create("arn:aws:personalize:us-east-1:123456789012:dataset-group/none", "aws-vod-top-picks")

    def test_the_group_must_be_active(
        self, backend: PersonalizeBackend, client: Any, create: Any, refused: Any
    ) -> None:
        backend.transitions["dataset-group"] = "polls:3"
        group = client.create_dataset_group(name="shop", domain="ECOMMERCE")["datasetGroupArn"]
        with refused("ResourceInUseException"):
            create(group, "aws-ecomm-recommended-for-you")

    def test_a_name_is_taken_once(self, create: Any, recommender: str, shop: str, refused: Any) -> None:
        with refused("ResourceAlreadyExistsException", f"Another resource with Arn {recommender} already exists."):
            create(shop, "aws-ecomm-recommended-for-you")

    def test_a_group_has_five(self, create: Any, shop: str, refused: Any) -> None:
        for n in range(5):
            create(shop, "aws-ecomm-popular-items-by-views", f"top-{n}")
        with refused("LimitExceededException"):
            create(shop, "aws-ecomm-popular-items-by-views", "top-5")

    @pytest.mark.parametrize(
        ("recipe", "config"),
        [
            ("aws-ecomm-popular-items-by-views", {"itemExplorationConfig": {"explorationWeight": "0.3"}}),
            ("aws-ecomm-recommended-for-you", {"itemExplorationConfig": {"explorationWeight": "3"}}),
            ("aws-ecomm-recommended-for-you", {"itemExplorationConfig": {"curiosity": "0.3"}}),
            (
                "aws-ecomm-recommended-for-you",
                {"trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["COLOUR"]}}},
            ),
        ],
    )
    def test_configurations_that_the_use_case_does_not_take(
        self, create: Any, shop: str, refused: Any, recipe: str, config: dict[str, Any]
    ) -> None:
        with refused("InvalidInputException"):
            create(shop, recipe, recommenderConfig=config)

    def test_metadata_needs_items(self, create: Any, make_group: MakeGroup, refused: Any) -> None:
        shop = make_group("INTERACTIONS", domain="ECOMMERCE")
        with refused("InvalidInputException"):
            create(shop, "aws-ecomm-recommended-for-you", recommenderConfig={"enableMetadataWithRecommendations": True})


class TestFailures:
    def test_more_like_x_needs_items(self, create: Any, describe: Describe, make_group: MakeGroup) -> None:
        videos = make_group("INTERACTIONS", domain="VIDEO_ON_DEMAND")
        described = describe(create(videos, "aws-vod-more-like-x"))

        assert described["status"] == "CREATE FAILED"
        assert "ITEMS" in described["failureReason"]
        assert "modelMetrics" not in described

    def test_all_need_interactions(self, create: Any, describe: Describe, make_group: MakeGroup) -> None:
        assert describe(create(make_group(domain="ECOMMERCE"), "aws-ecomm-recommended-for-you"))["status"] == (
            "CREATE FAILED"
        )

    @pytest.mark.parametrize(
        ("recipe", "reason"),
        [
            ("aws-ecomm-popular-items-by-views", None),
            (
                "aws-ecomm-popular-items-by-purchases",
                "Dataset has fewer than 1000 interactions after filtering by event type: Purchase",
            ),
        ],
    )
    def test_a_thousand_events_of_the_type_of_the_use_case(self, client: Any, recipe: str, reason: str | None) -> None:
        schema = (
            '{"type": "record", "name": "Interactions", "namespace": "n", "version": "1.0", "fields": ['
            '{"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},'
            '{"name": "TIMESTAMP", "type": "long"}, {"name": "EVENT_TYPE", "type": "string"}]}'
        )
        lines = ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"]
        lines += [f"u{n % 30},i{n % 50},{1_700_000_000 + n},view" for n in range(1000)]
        lines += [f"u{n % 30},i{n % 50},{1_700_000_000 + n},purchase" for n in range(999)]
        with mock_personalize(minimums="aws") as backend:
            shop = client.create_dataset_group(name="shop", domain="ECOMMERCE")["datasetGroupArn"]
            dataset = client.create_dataset(
                name="events",
                datasetGroupArn=shop,
                datasetType="Interactions",
                schemaArn=client.create_schema(name="events", schema=schema, domain="ECOMMERCE")["schemaArn"],
            )["datasetArn"]
            backend.s3.put("s3://data/events.csv", "\n".join(lines).encode())
            client.create_dataset_import_job(
                jobName="events",
                datasetArn=dataset,
                dataSource={"dataLocation": "s3://data/events.csv"},
                roleArn="arn:aws:iam::123456789012:role/reader",
            )
            client.create_recommender(name="top", datasetGroupArn=shop, recipeArn=RECIPE + recipe)

            assert backend.recommenders["top"].failure_reason == reason


class TestUpdate:
    def test_the_configuration_is_changed(self, client: Any, recommender: str, describe: Describe) -> None:
        config = {"minRecommendationRequestsPerSecond": 2}
        answer = client.update_recommender(recommenderArn=recommender, recommenderConfig=config)

        described = describe(recommender)
        assert answer["recommenderArn"] == recommender
        assert described["recommenderConfig"] == config
        assert described["latestRecommenderUpdate"]["recommenderConfig"] == config
        assert described["latestRecommenderUpdate"]["status"] == "ACTIVE"

    def test_the_old_configuration_holds_until_the_update_is_active(
        self, backend: PersonalizeBackend, client: Any, recommender: str, describe: Describe
    ) -> None:
        backend.transitions["recommender"] = "polls:2"
        config = {"minRecommendationRequestsPerSecond": 2}
        client.update_recommender(recommenderArn=recommender, recommenderConfig=config)

        seen = [describe(recommender) for _ in range(3)]
        assert [one["status"] for one in seen] == ["ACTIVE"] * 3
        assert [one["recommenderConfig"] for one in seen] == [{}, {}, config]
        states = [one["latestRecommenderUpdate"]["status"] for one in seen]
        assert states == ["CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"]

    def test_an_update_that_changes_nothing_is_refused(self, client: Any, recommender: str, refused: Any) -> None:
        with refused("InvalidInputException"):
            client.update_recommender(recommenderArn=recommender, recommenderConfig={})

    def test_a_second_update_has_to_wait(
        self, backend: PersonalizeBackend, client: Any, recommender: str, refused: Any
    ) -> None:
        backend.transitions["recommender"] = "polls:9"
        config = {"minRecommendationRequestsPerSecond": 2}
        client.update_recommender(recommenderArn=recommender, recommenderConfig=config)
        with refused("ResourceInUseException"):
            client.update_recommender(
                recommenderArn=recommender, recommenderConfig={"minRecommendationRequestsPerSecond": 3}
            )

    def test_a_stopped_recommender_is_not_updated(self, client: Any, recommender: str, refused: Any) -> None:
        client.stop_recommender(recommenderArn=recommender)
        with refused("ResourceInUseException"):
            client.update_recommender(
                recommenderArn=recommender, recommenderConfig={"minRecommendationRequestsPerSecond": 3}
            )

    def test_other_columns_mean_a_training(self, client: Any, recommender: str, describe: Describe, shop: str) -> None:
        client.delete_dataset(datasetArn=shop.replace(":dataset-group/", ":dataset/") + "/INTERACTIONS")
        config = {"trainingDataConfig": {"excludedDatasetColumns": {"ITEMS": ["PRICE"]}}}
        client.update_recommender(recommenderArn=recommender, recommenderConfig=config)

        described = describe(recommender)
        assert described["status"] == "ACTIVE"
        assert described["latestRecommenderUpdate"]["status"] == "CREATE FAILED"
        assert "INTERACTIONS" in described["latestRecommenderUpdate"]["failureReason"]
        assert described["recommenderConfig"] == {}

    def test_a_configuration_that_does_not_fit_is_refused(self, client: Any, recommender: str, refused: Any) -> None:
        config = {"itemExplorationConfig": {"explorationWeight": "-1"}}
        with refused("InvalidInputException"):
            client.update_recommender(recommenderArn=recommender, recommenderConfig=config)

    def test_an_unknown_recommender_is_not_found(self, client: Any, backend: PersonalizeBackend, refused: Any) -> None:
        with refused("ResourceNotFoundException"):
            client.update_recommender(recommenderArn=NOWHERE, recommenderConfig={})


class TestStopAndStart:
    def test_a_stopped_recommender_is_inactive(self, client: Any, recommender: str, describe: Describe) -> None:
        answer = client.stop_recommender(recommenderArn=recommender)

        assert answer["recommenderArn"] == recommender
        assert describe(recommender)["status"] == "INACTIVE"

    def test_a_started_recommender_is_active_again(self, client: Any, recommender: str, describe: Describe) -> None:
        client.stop_recommender(recommenderArn=recommender)
        answer = client.start_recommender(recommenderArn=recommender)

        assert answer["recommenderArn"] == recommender
        assert describe(recommender)["status"] == "ACTIVE"

    def test_the_states_on_the_way(
        self, backend: PersonalizeBackend, client: Any, recommender: str, describe: Describe
    ) -> None:
        backend.transitions["recommender"] = "polls:2"
        client.stop_recommender(recommenderArn=recommender)
        stopping = [describe(recommender)["status"] for _ in range(3)]
        client.start_recommender(recommenderArn=recommender)
        starting = [describe(recommender)["status"] for _ in range(3)]

        assert stopping == ["STOP PENDING", "STOP IN_PROGRESS", "INACTIVE"]
        assert starting == ["START PENDING", "START IN_PROGRESS", "ACTIVE"]

    def test_only_an_active_one_is_stopped(self, client: Any, recommender: str, refused: Any) -> None:
        client.stop_recommender(recommenderArn=recommender)
        with refused("ResourceInUseException"):
            client.stop_recommender(recommenderArn=recommender)

    def test_only_an_inactive_one_is_started(self, client: Any, recommender: str, refused: Any) -> None:
        with refused("ResourceInUseException"):
            client.start_recommender(recommenderArn=recommender)

    def test_not_during_an_update(
        self, backend: PersonalizeBackend, client: Any, recommender: str, refused: Any
    ) -> None:
        backend.transitions["recommender"] = "polls:9"
        config = {"minRecommendationRequestsPerSecond": 2}
        client.update_recommender(recommenderArn=recommender, recommenderConfig=config)
        with refused("ResourceInUseException"):
            client.stop_recommender(recommenderArn=recommender)


class TestDeletion:
    def test_a_recommender_goes(self, client: Any, recommender: str, describe: Describe, refused: Any) -> None:
        client.delete_recommender(recommenderArn=recommender)
        with refused("ResourceNotFoundException"):
            describe(recommender)

    def test_a_stopped_one_goes_too(self, backend: PersonalizeBackend, client: Any, recommender: str) -> None:
        client.stop_recommender(recommenderArn=recommender)
        client.delete_recommender(recommenderArn=recommender)

        assert not backend.recommenders

    def test_a_failed_one_goes_too(
        self, backend: PersonalizeBackend, client: Any, create: Any, make_group: MakeGroup
    ) -> None:
        client.delete_recommender(recommenderArn=create(make_group(domain="ECOMMERCE"), ECOMMERCE[0]))

        assert not backend.recommenders

    def test_metrics_go_with_the_first_state(
        self, backend: PersonalizeBackend, client: Any, recommender: str, describe: Describe
    ) -> None:
        describe(recommender)
        backend.transitions["recommender"] = "polls:2"
        client.delete_recommender(recommenderArn=recommender)
        seen = [describe(recommender) for _ in range(2)]

        assert [one["status"] for one in seen] == ["DELETE PENDING", "DELETE IN_PROGRESS"]
        assert not any("modelMetrics" in one for one in seen)

    def test_not_in_creation(
        self, backend: PersonalizeBackend, client: Any, create: Any, shop: str, refused: Any
    ) -> None:
        backend.transitions["recommender"] = "polls:9"
        recommender = create(shop, ECOMMERCE[0])
        with refused("ResourceInUseException"):
            client.delete_recommender(recommenderArn=recommender)

    def test_a_recommender_keeps_its_dataset_group(
        self, client: Any, recommender: str, shop: str, refused: Any
    ) -> None:
        with refused("ResourceInUseException"):
            client.delete_dataset_group(datasetGroupArn=shop)


class TestAnswers:
    def test_the_items_of_the_newest_hundred_watch_events_are_left_out(
        self, client: Any, personalize_runtime: Any, personalize_events: Any, create: Any, videos: str
    ) -> None:
        recommender = create(videos, "aws-vod-top-picks")
        tracker = client.create_event_tracker(name="tracker", datasetGroupArn=videos)["trackingId"]

        def watch(item: str, moment: int, times: int = 1) -> set[str]:
            """What is recommended after so many events, a second apart."""
            for n in range(times):
                personalize_events.put_events(
                    trackingId=tracker,
                    userId="viewer",
                    sessionId="s",
                    eventList=[{"eventType": "Watch", "itemId": item, "sentAt": moment + n}],
                )
            answer = personalize_runtime.get_recommendations(recommenderArn=recommender, userId="viewer")
            return {item["itemId"] for item in answer["itemList"]}

        assert "i1" not in watch("i1", 1_710_000_000)
        assert not {"i1", "i2"} & watch("i2", 1_710_001_000, times=99)
        assert {"i1", "i2"} & watch("i2", 1_710_002_000) == {"i1"}

    def test_a_filter_sees_what_an_import_has_replaced(
        self, client: Any, workshop: Workshop, personalize_runtime: Any, create: Any, shop: str
    ) -> None:
        recommender = create(shop, "aws-ecomm-popular-items-by-views")
        dear = client.create_filter(
            name="dear", datasetGroupArn=shop, filterExpression="INCLUDE ItemID WHERE Items.PRICE > 1000"
        )["filterArn"]

        def ask() -> list[str]:
            answer = personalize_runtime.get_recommendations(recommenderArn=recommender, userId="u1", filterArn=dear)
            return [item["itemId"] for item in answer["itemList"]]

        assert ask() == []
        items = shop.replace(":dataset-group/", ":dataset/") + "/ITEMS"
        workshop.imported(items, "ITEM_ID,PRICE,CATEGORY_L1,GENRES,CREATION_TIMESTAMP", "i0,2000,toys,War,1600000000")
        assert ask() == ["i0"]


class TestProgress:
    def test_a_recommender_is_told_of_when_its_training_begins_and_when_it_is_done(
        self, backend: PersonalizeBackend, create: Any, shop: str
    ) -> None:
        told: list[tuple[str, int, int]] = []
        backend.on_progress = lambda resource, done, total: told.append((resource.arn, done, total))
        recommender = create(shop, "aws-ecomm-recommended-for-you")

        assert told == [(recommender, 0, 1), (recommender, 1, 1)]
