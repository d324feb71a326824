"""Presets: dataset groups that are there in one line, readable, the same each time, and alive."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.service.kernel.state import KINDS
from pytest_personalize.testing.seeded import SeededGroup

PRESETS = ("shop", "video", "movies", "actions")
SMALL = {"users": 10, "items": 20, "interactions": 200}
POPULAR = {
    "shop": "Best sellers",
    "video": "Trending now",
    "movies": "aws-popularity-count",
    "actions": "aws-next-best-action",
}
"""What answers the same to all users, except for the actions."""

FILTER_VALUES = {
    "only-category": {"CATEGORY": '"kitchen"'},
    "up-to-price": {"PRICE": "40"},
    "only-genre": {"GENRE": '"Crime","Space"'},
    "since-year": {"YEAR": "1990"},
    "only-theme": {"THEME": '"loyalty"'},
}


@pytest.fixture
def runtime(personalize_runtime: Any) -> Any:
    return personalize_runtime


def ask(runtime: Any, group: SeededGroup, name: str, **members: Any) -> list[str]:
    """The ids that a campaign (by recipe) or recommender (by use case) of a group answers with."""
    user, item = group.users[0], group.items[0]
    if name in group.recommenders:
        members = {"recommenderArn": group.recommenders[name], "userId": user, "itemId": item} | members
        return [entry["itemId"] for entry in runtime.get_recommendations(**members)["itemList"]]
    members = {"campaignArn": group.campaigns[name], "userId": user} | members
    if "ranking" in name:
        ranked = runtime.get_personalized_ranking(**members, inputList=list(group.items))
        return [entry["itemId"] for entry in ranked["personalizedRanking"]]
    if "action" in name:
        actions = runtime.get_action_recommendations(**members)
        return [entry["actionId"] for entry in actions["actionList"]]
    return [entry["itemId"] for entry in runtime.get_recommendations(**{"itemId": item} | members)["itemList"]]


@pytest.mark.parametrize("preset", PRESETS)
class TestEveryPreset:
    def test_everything_in_it_is_active(self, backend: PersonalizeBackend, preset: str) -> None:
        backend.seed(preset)

        region = backend._read_region("us-east-1")
        resources = [resource for kind in KINDS for resource in region.table(kind)]
        assert {resource.status for resource in resources if resource.kind != "schema"} == {"ACTIVE"}

    def test_each_recommender_and_campaign_answers(
        self, backend: PersonalizeBackend, runtime: Any, preset: str
    ) -> None:
        group = backend.seed(preset)

        for name in (*group.recommenders, *group.campaigns):
            assert set(ask(runtime, group, name)) & {*group.items, *group.actions}, name

    def test_each_filter_leaves_something(self, backend: PersonalizeBackend, runtime: Any, preset: str) -> None:
        group = backend.seed(preset)
        name = POPULAR[preset]

        for filter_name, arn in group.filters.items():
            values = FILTER_VALUES.get(filter_name, {})
            left = ask(runtime, group, name, filterArn=arn, filterValues=values)
            assert left, filter_name
            assert left != ask(runtime, group, name), filter_name

    def test_what_it_says_is_what_is_there(self, backend: PersonalizeBackend, preset: str) -> None:
        group = backend.seed(preset)

        assert group.arn == backend.dataset_groups[preset].arn
        assert set(group.datasets.values()) == {dataset.arn for dataset in backend.datasets.values()}
        assert set(group.campaigns.values()) == {campaign.arn for campaign in backend.campaigns.values()}
        assert set(group.recommenders.values()) == {one.arn for one in backend.recommenders.values()}
        assert set(group.filters.values()) == {one.arn for one in backend.filters.values()}
        assert [group.tracking_id] == [one.tracking_id for one in backend.event_trackers.values()]
        records = backend._read_region("us-east-1").records[group.arn]
        assert records.interactions is not None
        assert len(records.interactions) == len(group.interactions)
        assert list(records.items) == list(dict.fromkeys([row["ITEM_ID"] for row in group.interactions])) + [
            item for item in group.items if item not in {row["ITEM_ID"] for row in group.interactions}
        ]

    def test_streamed_events_arrive(self, backend: PersonalizeBackend, personalize_events: Any, preset: str) -> None:
        group = backend.seed(preset)
        event = {"eventType": "View", "itemId": group.items[0], "sentAt": datetime(2025, 7, 1, tzinfo=UTC)}

        personalize_events.put_events(
            trackingId=group.tracking_id, userId=group.users[0], sessionId="s", eventList=[event]
        )

        records = backend._read_region("us-east-1").records[group.arn]
        assert records.interactions is not None
        assert len(records.interactions) == len(group.interactions) + 1

    def test_it_does_not_show_in_the_calls(self, backend: PersonalizeBackend, preset: str) -> None:
        backend.seed(preset)

        assert not backend.calls

    def test_what_a_test_does_to_it_does_not_show_in_the_next(self, preset: str) -> None:
        with mock_personalize(preset=preset) as first:
            before = first.seeded[preset]
            events = boto3.client("personalize-events", region_name="us-east-1")
            event = {"eventType": "View", "itemId": "strange", "sentAt": 1}
            events.put_events(trackingId=before.tracking_id, userId=before.users[0], sessionId="s", eventList=[event])
            client = boto3.client("personalize", region_name="us-east-1")
            client.tag_resource(resourceArn=before.arn, tags=[{"tagKey": "k", "tagValue": "v"}])
            client.delete_filter(filterArn=next(iter(before.filters.values())))
        with mock_personalize(preset=preset) as second:
            after = second.seeded[preset]
            region = second._read_region("us-east-1")
            assert "strange" not in region.records[after.arn].items
            assert region.tags.get(after.arn, {}) == {}
            assert len(second.filters) == len(after.filters)

    def test_it_is_as_new_as_if_it_had_just_been_made(self, backend: PersonalizeBackend, preset: str) -> None:
        now = backend.clock.freeze(datetime(2031, 5, 4, tzinfo=UTC))

        backend.seed(preset)

        assert backend.dataset_groups[preset].creation_date_time == now.timestamp()

    def test_time_can_go_on(self, backend: PersonalizeBackend, runtime: Any, preset: str) -> None:
        group = backend.seed(preset)
        (name, *_) = [*group.recommenders, *group.campaigns]

        backend.clock.advance(days=30)

        assert ask(runtime, group, name)

    def test_its_data_are_enough_for_the_minimums_of_aws(self, preset: str) -> None:
        with mock_personalize(preset=preset, minimums="aws") as backend:
            client = boto3.client("personalize", region_name="us-east-1")
            group = backend.seeded[preset]
            for recommender in list(backend.recommenders.values()):
                made = client.create_recommender(
                    name=f"{recommender.name}-2", datasetGroupArn=group.arn, recipeArn=recommender.recipe_arn
                )["recommenderArn"]
                assert backend.recommenders[made].status == "ACTIVE", backend.recommenders[made].failure_reason
            for solution in list(backend.solutions.values()):
                version = client.create_solution_version(solutionArn=solution.arn)["solutionVersionArn"]
                assert backend.solution_versions[version].status == "ACTIVE"


def test_ids_can_be_read() -> None:
    with mock_personalize(preset="shop") as backend:
        shop = backend.seeded["shop"]
    with mock_personalize(preset="video") as backend:
        video = backend.seeded["video"]

    assert (shop.users[:2], shop.items[:2]) == (["user-ada", "user-ben"], ["blue-mug", "oak-spade"])
    assert video.items[:2] == ["film-the-lighthouse", "film-the-last-wedding"]
    assert shop.interactions[0].keys() == {"USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"}
    assert shop.recommenders["Best sellers"].endswith(":recommender/shop-popular-items-by-purchases")
    assert shop.recommenders["aws-ecomm-popular-items-by-purchases"] == shop.recommenders["Best sellers"]


def test_every_group_has_lists_of_its_own() -> None:
    with mock_personalize(preset="shop") as backend:
        backend.seeded["shop"].users.append("of this test")
    with mock_personalize(preset="shop") as backend:
        assert "of this test" not in backend.seeded["shop"].users


def test_tastes_show_in_recommendations(shop_dataset_group: SeededGroup, runtime: Any) -> None:
    category = {row["ITEM_ID"]: row["CATEGORY_L1"] for row in shop_dataset_group.rows["ITEMS"]}
    agreeing = 0
    for user in shop_dataset_group.users:
        seen = Counter(category[row["ITEM_ID"]] for row in shop_dataset_group.interactions if row["USER_ID"] == user)
        favourites = {name for name, _ in seen.most_common(2)}
        answered = ask(runtime, shop_dataset_group, "Recommended for you", userId=user, numResults=5)
        agreeing += sum(category[item] in favourites for item in answered)

    assert agreeing > 0.6 * 5 * len(shop_dataset_group.users)  # by chance it would be 0.4


def test_rising_items_show_in_trends(movies_dataset_group: SeededGroup, runtime: Any) -> None:
    rows = movies_dataset_group.interactions
    week = 7 * 86_400
    recent = [row["ITEM_ID"] for row in rows if int(row["TIMESTAMP"]) > int(rows[-1]["TIMESTAMP"]) - week]
    risen = {item for item, _ in Counter(recent).most_common(5)}

    assert set(ask(runtime, movies_dataset_group, "aws-trending-now", numResults=5)) & risen


class TestFixtures:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_each_preset_is_a_fixture(self, request: pytest.FixtureRequest, preset: str) -> None:
        group = request.getfixturevalue(f"{preset}_dataset_group")

        assert (group.preset, group.name) == (preset, preset)

    def test_they_use_the_active_backend(
        self, personalize_backend: PersonalizeBackend, shop_dataset_group: SeededGroup
    ) -> None:
        assert personalize_backend.seeded == {"shop": shop_dataset_group}

    @pytest.mark.mock_personalize(preset="shop")
    def test_a_preset_of_the_marker_is_that_of_the_fixture(
        self, personalize_backend: PersonalizeBackend, shop_dataset_group: SeededGroup
    ) -> None:
        assert personalize_backend.seeded["shop"] is shop_dataset_group

    def test_the_factory_takes_sizes(self, personalize_seed: Callable[..., SeededGroup]) -> None:
        group = personalize_seed("movies", **SMALL)

        assert (len(group.users), len(group.items), len(group.interactions)) == (10, 20, 200)

    def test_presets_go_together(self, shop_dataset_group: SeededGroup, movies_dataset_group: SeededGroup) -> None:
        assert shop_dataset_group.tracking_id != movies_dataset_group.tracking_id


class TestSeed:
    def test_sizes_are_as_asked_for(self, backend: PersonalizeBackend) -> None:
        group = backend.seed("shop", **SMALL)

        counts = (len(group.users), len(group.items), len(group.interactions))
        assert counts == (10, 20, 200)
        assert len({row["USER_ID"] for row in group.interactions}) == 10

    @pytest.mark.parametrize("count", [1, 55, 500, 1500])
    def test_ids_are_never_given_twice(self, backend: PersonalizeBackend, count: int) -> None:
        group = backend.seed("movies", users=count, items=count, interactions=2000)

        assert (len(set(group.users)), len(set(group.items))) == (count, count)

    def test_it_can_have_another_name(self, backend: PersonalizeBackend, runtime: Any) -> None:
        first, second = backend.seed("shop"), backend.seed("shop", name="outlet")

        assert list(backend.dataset_groups) == ["shop", "outlet"]
        assert set(first.recommenders.values()).isdisjoint(second.recommenders.values())
        assert ask(runtime, first, "Best sellers") == ask(runtime, second, "Best sellers")

    def test_a_name_that_is_taken_is_refused_and_nothing_happens(
        self, backend: PersonalizeBackend, client: Any
    ) -> None:
        client.create_schema(
            name="shop-items",
            schema='{"type": "record", "name": "Items", "namespace": "x", '
            '"version": "1.0", "fields": [{"name": "ITEM_ID", "type": "string"}, {"name": "AGE", "type": "int"}]}',
        )

        with pytest.raises(ValueError, match=r"schema/shop-items exists already: give the seeded group another name"):
            backend.seed("shop")

        assert (list(backend.schemas), list(backend.dataset_groups)) == (["shop-items"], [])

    def test_it_goes_beside_what_is_there(self, backend: PersonalizeBackend, client: Any, runtime: Any) -> None:
        client.create_dataset_group(name="mine")
        group = backend.seed("movies")

        assert list(backend.dataset_groups) == ["mine", "movies"]
        assert ask(runtime, group, "aws-sims")

    def test_what_comes_after_it_has_ids_of_its_own(self, backend: PersonalizeBackend, client: Any) -> None:
        seeded = backend.seed("shop")
        other = client.create_dataset_group(name="other")["datasetGroupArn"]
        for _ in range(3):
            tracker = client.create_event_tracker(name="t", datasetGroupArn=other)
            client.delete_event_tracker(eventTrackerArn=tracker["eventTrackerArn"])

        assert tracker["trackingId"] != seeded.tracking_id

    def test_it_can_go_to_another_region(self, backend: PersonalizeBackend) -> None:
        group = backend.seed("shop", region="eu-west-1")

        assert group.arn == "arn:aws:personalize:eu-west-1:123456789012:dataset-group/shop"
        assert list(backend.dataset_groups) == []
        assert list(backend.region("eu-west-1").dataset_groups) == ["shop"]

    def test_it_is_of_the_account_of_the_backend(self) -> None:
        with mock_personalize(account_id="999999999999", preset="shop") as backend:
            assert backend.dataset_groups["shop"].arn.split(":")[4] == "999999999999"

    def test_a_test_has_its_quotas_for_itself(self, backend: PersonalizeBackend, client: Any) -> None:
        group = backend.seed("movies")
        version = next(iter(group.solution_versions.values()))
        for number in range(5):
            client.create_campaign(name=f"own{number}", solutionVersionArn=version)

        with pytest.raises(client.exceptions.LimitExceededException):
            client.create_campaign(name="one-too-many", solutionVersionArn=version)

    def test_faults_do_not_concern_it(self, backend: PersonalizeBackend) -> None:
        backend.faults.fail("*", "InternalFailure", times=None)
        backend.faults.fail_job("CreateDatasetImportJob", "no", times=None)

        assert backend.seed("shop", name="calm").recommenders

    def test_its_files_are_in_the_store(self, backend: PersonalizeBackend) -> None:
        backend.seed("shop")

        assert backend.s3.get("s3://personalize-seeded/shop/items.csv").splitlines()[1].startswith(b"blue-mug,4.5,")

    def test_an_unknown_preset_is_refused_with_the_near_match(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(ValueError, match="no preset 'shops'; did you mean 'shop'"):
            backend.seed("shops")

    def test_an_unknown_preset_that_is_near_nothing_is_refused_with_all(self) -> None:
        with pytest.raises(ValueError, match="no preset 'zzz'; there are shop, video, movies, actions"):
            mock_personalize(preset="zzz").__enter__()

    def test_an_unknown_size_is_refused(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(TypeError, match="preset 'shop' has no size 'user'; did you mean 'users'"):
            backend.seed("shop", user=3)

    def test_a_preset_without_actions_has_no_number_of_them(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(TypeError, match="preset 'shop' has no size 'actions'; did you mean 'interactions'"):
            backend.seed("shop", actions=3)

    @pytest.mark.parametrize("users", [0, -1, 2.5, True, 1_000_001])
    def test_a_size_is_a_number_that_memory_can_hold(self, backend: PersonalizeBackend, users: Any) -> None:
        with pytest.raises(ValueError, match="users must be a whole number from 1 to 1,000,000"):
            backend.seed("shop", users=users)

    def test_one_of_everything_is_enough(self, backend: PersonalizeBackend) -> None:
        for preset in PRESETS:
            assert backend.seed(preset, users=1, items=1, interactions=1).items


class TestNumericIds:
    @pytest.mark.parametrize("preset", PRESETS)
    def test_all_rows_have_numbers_for_ids(self, backend: PersonalizeBackend, preset: Any) -> None:
        named, numeric = backend.seed(preset), backend.seed(preset, name="numeric", ids="numeric")

        assert (numeric.users[:2], numeric.items[-1]) == (["1", "2"], str(len(numeric.items)))
        for place in (0, 99):
            row = named.interactions[place]
            numbers = (named.users.index(row["USER_ID"]) + 1, named.items.index(row["ITEM_ID"]) + 1)
            assert (numeric.interactions[place]["USER_ID"], numeric.interactions[place]["ITEM_ID"]) == (
                *map(str, numbers),
            )

    def test_other_ids_are_refused(self, backend: PersonalizeBackend) -> None:
        with pytest.raises(ValueError, match="ids are 'names' or 'numeric', not 'uuid'"):
            backend.seed("shop", ids="uuid")  # type: ignore[arg-type]


class TestSeededGroup:
    def test_a_wrong_name_fails_with_the_near_match(self, shop_dataset_group: SeededGroup) -> None:
        with pytest.raises(KeyError, match="no recommender 'Best seller'; did you mean 'Best sellers'"):
            shop_dataset_group.recommenders["Best seller"]

    def test_the_arn_of_a_recipe_is_a_name(self, movies_dataset_group: SeededGroup) -> None:
        campaigns = movies_dataset_group.campaigns

        assert campaigns["arn:aws:personalize:::recipe/aws-sims"] == campaigns["aws-sims"]

    @pytest.mark.parametrize("kind", ["Items", "items", "ITEMS"])
    def test_names_are_found_in_any_case(self, shop_dataset_group: SeededGroup, kind: str) -> None:
        assert shop_dataset_group.rows[kind] is shop_dataset_group.rows["ITEMS"]
        assert shop_dataset_group.datasets[kind] == shop_dataset_group.datasets["ITEMS"]

    def test_a_wrong_dataset_type_fails_with_the_near_match(self, shop_dataset_group: SeededGroup) -> None:
        with pytest.raises(KeyError, match="no rows 'ITEM'; did you mean 'ITEMS'"):
            shop_dataset_group.rows["ITEM"]

    def test_a_wrong_name_of_a_group_fails_with_the_near_match(self, backend: PersonalizeBackend) -> None:
        backend.seed("shop")
        with pytest.raises(KeyError, match="no seeded group 'shops'; did you mean 'shop'"):
            backend.seeded["shops"]

    def test_a_name_that_is_near_nothing_fails_with_all(self, shop_dataset_group: SeededGroup) -> None:
        with pytest.raises(KeyError, match="no filter 'zzz'; there are exclude-purchased, only-category, "):
            shop_dataset_group.filters["zzz"]

    def test_what_is_not_there_at_all_says_so(self, shop_dataset_group: SeededGroup) -> None:
        with pytest.raises(KeyError, match="no campaign 'aws-sims'; there are none"):
            shop_dataset_group.campaigns["aws-sims"]

    def test_it_can_not_be_changed(self, shop_dataset_group: SeededGroup) -> None:
        with pytest.raises(TypeError, match=r"change a copy: dict\(row\)"):
            shop_dataset_group.interactions[0]["USER_ID"] = "someone"  # type: ignore[index]

    def test_code_that_takes_dictionaries_takes_its_rows(self, shop_dataset_group: SeededGroup) -> None:
        row = shop_dataset_group.rows["ITEMS"][0]
        assert json.loads(json.dumps(row)) == row
        with_another_price = copy.copy(row) | {"PRICE": 1.0}
        assert with_another_price["PRICE"] == 1.0 != row["PRICE"]

    def test_it_can_be_sent_to_another_process(self, shop_dataset_group: SeededGroup) -> None:
        sent = pickle.loads(pickle.dumps(shop_dataset_group))
        assert sent.rows == shop_dataset_group.rows
        assert sent.recommenders["Best sellers"] == shop_dataset_group.recommenders["Best sellers"]

    def test_it_says_what_it_is(self, shop_dataset_group: SeededGroup) -> None:
        assert repr(shop_dataset_group) == "<SeededGroup 'shop' of preset 'shop': 50 users, 100 items>"


def test_every_process_builds_the_same() -> None:
    code = (
        "import boto3\n"
        "from pytest_personalize import mock_personalize\n"
        "with mock_personalize(preset='shop') as backend:\n"
        "    group = backend.seeded['shop']\n"
        "    print(group.users, group.items, list(map(dict, group.interactions)), group.tracking_id)\n"
        "    runtime = boto3.client('personalize-runtime', region_name='us-east-1')\n"
        "    for arn in group.recommenders.values():\n"
        "        for user, item in zip(group.users, group.items):\n"
        "            print(runtime.get_recommendations(recommenderArn=arn, userId=user, itemId=item)['itemList'])\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(outputs) == 1
    assert len(outputs.pop()) > 100_000


def test_nothing_is_built_twice(backend: PersonalizeBackend) -> None:
    backend.seed("movies")
    with mock_personalize(preset="movies") as another:
        pass

    mine, theirs = (each._read_region("us-east-1").models for each in (backend, another))
    assert mine
    assert all(theirs[arn] is model for arn, model in mine.items())
