"""Declared answers: a fixed list instead of what the model thinks."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_personalize import PersonalizeBackend
from pytest_personalize.testing.seeded import SeededGroup


@pytest.fixture
def shop(shop_dataset_group: SeededGroup) -> SeededGroup:
    return shop_dataset_group


@pytest.fixture
def best_sellers(shop: SeededGroup) -> str:
    return shop.recommenders["Best sellers"]


@pytest.fixture
def movies(movies_dataset_group: SeededGroup) -> SeededGroup:
    return movies_dataset_group


@pytest.fixture
def runtime(personalize_runtime: Any) -> Any:
    return personalize_runtime


def items(runtime: Any, arn: str, user: str = "user-ada", **members: Any) -> list[str]:
    """The ids that a recommender answers with."""
    answer = runtime.get_recommendations(recommenderArn=arn, userId=user, **members)
    return [entry["itemId"] for entry in answer["itemList"]]


class TestRetries:
    """A declared refusal is met by the retries of the client, as one of the service would be."""

    @pytest.mark.parametrize("code", ["ThrottlingException", "ServiceUnavailable"])
    def test_what_a_client_tries_again_is_tried_again(
        self, backend: PersonalizeBackend, best_sellers: str, shop: SeededGroup, code: str
    ) -> None:
        runtime = boto3.client("personalize-runtime", config=Config(retries={"total_max_attempts": 3}))
        backend.answers(best_sellers).raises(code, any_code=True)

        with pytest.raises(ClientError, match=code):
            items(runtime, best_sellers)
        items(runtime, shop.recommenders["aws-ecomm-popular-items-by-views"])

        assert [call.error for call in backend.calls.of("GetRecommendations")] == [code] * 3 + [None]

    def test_a_wrong_request_is_not(self, backend: PersonalizeBackend, best_sellers: str) -> None:
        runtime = boto3.client("personalize-runtime", config=Config(retries={"total_max_attempts": 3}))
        backend.answers(best_sellers).raises("InvalidInputException")

        with pytest.raises(ClientError):
            items(runtime, best_sellers)

        backend.assert_called("GetRecommendations", times=1)


class TestWhoGetsWhat:
    def test_a_user_gets_the_list_declared_for_them(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str
    ) -> None:
        model = items(runtime, best_sellers)
        backend.answers(best_sellers).for_user("user-ada", items=["one", "two"])

        assert items(runtime, best_sellers) == ["one", "two"]
        assert items(runtime, best_sellers, "user-ben") == model

    def test_an_item_has_its_list(self, backend: PersonalizeBackend, runtime: Any, shop: SeededGroup) -> None:
        arn = shop.recommenders["Frequently bought together"]
        backend.answers(arn).for_item("blue-mug", items=["tea"])

        assert items(runtime, arn, itemId="blue-mug") == ["tea"]
        assert items(runtime, arn, itemId="oak-spade") != ["tea"]

    def test_the_default_is_for_all_others(self, backend: PersonalizeBackend, runtime: Any, best_sellers: str) -> None:
        backend.answers(best_sellers).for_user("user-ada", items=["hers"]).default(items=["theirs"])

        assert [items(runtime, best_sellers, user) for user in ("user-ada", "user-ben", "unknown")] == [
            ["hers"],
            ["theirs"],
            ["theirs"],
        ]

    def test_the_user_counts_before_the_item(
        self, backend: PersonalizeBackend, runtime: Any, shop: SeededGroup
    ) -> None:
        arn = shop.recommenders["Customers who viewed X also viewed"]
        backend.answers(arn).for_item("blue-mug", items=["item"]).for_user("user-ada", items=["user"])

        assert items(runtime, arn, "user-ada", itemId="blue-mug") == ["user"]
        assert items(runtime, arn, "user-ben", itemId="blue-mug") == ["item"]

    def test_a_list_may_be_empty(self, backend: PersonalizeBackend, runtime: Any, best_sellers: str) -> None:
        backend.answers(best_sellers).default(items=[])

        assert items(runtime, best_sellers) == []

    def test_a_new_declaration_replaces_the_old_one(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str
    ) -> None:
        backend.answers(best_sellers).for_user("user-ada", items=["old"])
        backend.answers(best_sellers).for_user("user-ada", items=["new"])

        assert items(runtime, best_sellers) == ["new"]

    def test_other_recommenders_are_left_alone(
        self, backend: PersonalizeBackend, runtime: Any, shop: SeededGroup, best_sellers: str
    ) -> None:
        backend.answers(best_sellers).default(items=["declared"])

        assert items(runtime, shop.recommenders["Most viewed"]) != ["declared"]

    def test_cleared_the_model_answers_again(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str
    ) -> None:
        model = items(runtime, best_sellers)
        answers = backend.answers(best_sellers).default(items=["declared"])

        answers.clear()

        assert items(runtime, best_sellers) == model

    def test_a_recommender_of_another_region_can_be_declared(self, backend: PersonalizeBackend) -> None:
        group = backend.seed("shop", region="eu-west-1", name="euro")
        backend.answers(group.recommenders["Best sellers"]).default(items=["euro"])

        assert "euro" in repr(backend.answers(group.recommenders["Best sellers"]))


class TestRequests:
    def test_the_number_of_results_cuts_the_list(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str
    ) -> None:
        backend.answers(best_sellers).default(items=[f"i{n}" for n in range(40)])

        assert items(runtime, best_sellers, numResults=2) == ["i0", "i1"]
        assert len(items(runtime, best_sellers)) == 25

    def test_filters_do_not_apply(
        self, backend: PersonalizeBackend, runtime: Any, shop: SeededGroup, best_sellers: str
    ) -> None:
        backend.answers(best_sellers).default(items=["blue-mug", "red-kite"])

        only_kitchen = {"filterArn": shop.filters["only-category"], "filterValues": {"CATEGORY": '"kitchen"'}}
        assert items(runtime, best_sellers, **only_kitchen) == ["blue-mug", "red-kite"]

    def test_a_request_that_the_service_refuses_is_refused(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str
    ) -> None:
        backend.answers(best_sellers).default(items=["declared"])

        with pytest.raises(runtime.exceptions.InvalidInputException, match="numResults"):
            items(runtime, best_sellers, numResults=501)

    def test_metadata_come_from_the_items_dataset(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str
    ) -> None:
        backend.answers(best_sellers).default(items=["blue-mug", "unknown"])

        answer = runtime.get_recommendations(
            recommenderArn=best_sellers, userId="u", metadataColumns={"ITEMS": ["PRICE"]}
        )

        assert answer["itemList"] == [{"itemId": "blue-mug", "metadata": {"price": "4.5"}}, {"itemId": "unknown"}]

    def test_every_answer_has_an_id_of_its_own(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str
    ) -> None:
        backend.answers(best_sellers).default(items=[])

        ids = {runtime.get_recommendations(recommenderArn=best_sellers, userId="u")["recommendationId"] for _ in "123"}
        assert len(ids) == 3

    def test_what_a_caller_does_to_an_answer_stays_with_the_caller(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str
    ) -> None:
        backend.answers(best_sellers).default(items=["one"])
        runtime.get_recommendations(recommenderArn=best_sellers, userId="u")["itemList"][0]["itemId"] = "changed"

        assert items(runtime, best_sellers) == ["one"]


class TestOtherApis:
    def test_scores_of_a_campaign_with_scores_fall_and_add_up_to_one(
        self, backend: PersonalizeBackend, runtime: Any, movies: SeededGroup
    ) -> None:
        arn = movies.campaigns["aws-user-personalization-v2"]
        backend.answers(arn).default(items=["a", "b", "c"])

        scores = [entry["score"] for entry in runtime.get_recommendations(campaignArn=arn, userId="u")["itemList"]]

        assert scores == [0.5, 0.3333333, 0.1666667]

    def test_a_recommender_gives_no_scores(self, backend: PersonalizeBackend, runtime: Any, best_sellers: str) -> None:
        backend.answers(best_sellers).default(items=["a"])

        answer = runtime.get_recommendations(recommenderArn=best_sellers, userId="u")

        assert answer["itemList"] == [{"itemId": "a"}]

    def test_entries_can_be_declared_as_they_are(
        self, backend: PersonalizeBackend, runtime: Any, movies: SeededGroup
    ) -> None:
        arn = movies.campaigns["aws-user-personalization-v2"]
        entry = {"itemId": "a", "score": 0.75, "reason": ["Exploration"], "metadata": {"title": "A"}}
        backend.answers(arn).default(items=[entry])

        assert runtime.get_recommendations(campaignArn=arn, userId="u")["itemList"] == [entry]

    def test_scores_can_be_declared_in_pairs(
        self, backend: PersonalizeBackend, runtime: Any, movies: SeededGroup
    ) -> None:
        arn = movies.campaigns["aws-user-personalization-v2"]
        backend.answers(arn).default(items=[("a", 0.75), ("b", 0.25)])

        assert runtime.get_recommendations(campaignArn=arn, userId="u")["itemList"] == [
            {"itemId": "a", "score": 0.75},
            {"itemId": "b", "score": 0.25},
        ]

    def test_a_ranking_has_the_items_of_the_request_in_the_declared_order(
        self, backend: PersonalizeBackend, runtime: Any, movies: SeededGroup
    ) -> None:
        arn = movies.campaigns["aws-personalized-ranking-v2"]
        backend.answers(arn).default(items=["c", "b", "a"])

        answer = runtime.get_personalized_ranking(campaignArn=arn, userId="u", inputList=["a", "x", "c", "y", "a"])

        ranking = [(entry["itemId"], entry.get("score")) for entry in answer["personalizedRanking"]]
        assert ranking == [("c", 0.5), ("a", 0.1666667), ("x", None), ("y", None)]

    def test_actions_can_be_declared(
        self, backend: PersonalizeBackend, runtime: Any, actions_dataset_group: SeededGroup
    ) -> None:
        arn = actions_dataset_group.campaigns["aws-next-best-action"]
        backend.answers(arn).for_user("user-ada", items=[{"actionId": "call", "score": 0.9}, "mail"])

        answer = runtime.get_action_recommendations(campaignArn=arn, userId="user-ada")

        assert [entry["actionId"] for entry in answer["actionList"]] == ["call", "mail"]


class TestRaises:
    def test_every_request_is_refused(self, backend: PersonalizeBackend, runtime: Any, best_sellers: str) -> None:
        backend.answers(best_sellers).for_user("user-ada", items=["a"]).raises("ResourceNotFoundException", "gone")

        with pytest.raises(runtime.exceptions.ResourceNotFoundException, match="gone"):
            items(runtime, best_sellers)

    def test_a_code_that_the_service_does_not_answer_with_is_refused(
        self, backend: PersonalizeBackend, best_sellers: str
    ) -> None:
        with pytest.raises(ValueError, match="did you mean 'ResourceNotFoundException'"):
            backend.answers(best_sellers).raises("ResourceNotFound")

    def test_any_code_is_taken_on_request(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str, watch_over_answers: Any
    ) -> None:
        backend.answers(best_sellers).raises("TeapotException", any_code=True)

        with pytest.raises(ClientError, match="TeapotException, as declared by the test"):
            items(runtime, best_sellers)

        watch_over_answers.wrong.clear()  # no teapot is modelled


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            ([f"i{n}" for n in range(501)], "at most 500 entries, not 501"),
            (["x" * 257], "Member must have length less than or equal to 256"),
            ([""], "entry 0 has no itemId"),
            ([{"score": 0.5}], "entry 0 has no itemId"),
            ([{"itemId": "a", "color": "red"}], "has no such member"),
            ([("a", "much")], "could not convert"),
            ([("a", 0.5, 1)], "Member must be of type string"),
            ([{"itemId": 7}], "Member must be of type string"),
            (["a", "b", "a"], "does not answer with an id twice: 'a'"),
            ("blue-mug", "must be a list of ids, not the text 'blue-mug'"),
        ],
    )
    def test_what_the_service_could_not_answer(
        self, backend: PersonalizeBackend, best_sellers: str, given: Any, problem: str
    ) -> None:
        with pytest.raises(ValueError, match=problem):
            backend.answers(best_sellers).default(items=given)

    def test_nothing_is_declared_by_a_refused_declaration(
        self, backend: PersonalizeBackend, runtime: Any, best_sellers: str
    ) -> None:
        model = items(runtime, best_sellers)
        with pytest.raises(ValueError, match="twice"):
            backend.answers(best_sellers).default(items=["a", "a"])

        assert items(runtime, best_sellers) == model


class TestLoad:
    @pytest.fixture
    def declare(self, backend: PersonalizeBackend, tmp_path: Path) -> Callable[[Any], None]:
        def declare(content: Any) -> None:
            file = tmp_path / "answers.json"
            file.write_text(content if isinstance(content, str) else json.dumps(content))
            backend.answers.load(file)

        return declare

    def test_a_file_declares_what_the_methods_declare(
        self, declare: Callable[[Any], None], runtime: Any, shop: SeededGroup, best_sellers: str
    ) -> None:
        related = shop.recommenders["Frequently bought together"]
        declare(
            {
                best_sellers: {"for_user": {"user-ada": ["mug", ["kite", 0.2]]}, "default": []},
                related: {"for_item": {"blue-mug": ["tea"]}},
            }
        )

        assert items(runtime, best_sellers) == ["mug", "kite"]
        assert items(runtime, best_sellers, "user-ben") == []
        assert items(runtime, related, itemId="blue-mug") == ["tea"]

    def test_a_refusal_can_be_declared(self, declare: Callable[[Any], None], runtime: Any, best_sellers: str) -> None:
        declare({best_sellers: {"raises": "ResourceNotFoundException"}})

        with pytest.raises(runtime.exceptions.ResourceNotFoundException):
            items(runtime, best_sellers)

    def test_it_takes_the_place_of_what_was_declared_before(
        self, backend: PersonalizeBackend, declare: Callable[[Any], None], runtime: Any, best_sellers: str
    ) -> None:
        backend.answers(best_sellers).for_user("user-ada", items=["before"])
        declare({best_sellers: {"default": ["after"]}})

        assert items(runtime, best_sellers) == ["after"]

    @pytest.mark.parametrize(
        ("entry", "problem"),
        [
            ({"for_users": {}}, "nothing is called 'for_users'; did you mean 'for_user'"),
            ({"default": ["a", "a"]}, "does not answer with an id twice"),
            ({"for_user": ["a"]}, "answers.json: arn:.*for_user"),
            ([], "must be an object with for_user, for_item, default, raises"),
            ({"raises": "ThrottlingException", "message": 5}, "message must be the text of what raises says, not 5"),
            ({"message": "not today"}, "message must be the text of what raises says"),
            ({"requests": [{"parameters": {}, "message": "no"}]}, "message must be the text of what raises says"),
        ],
    )
    def test_a_wrong_entry_is_refused_with_its_place_and_nothing_is_declared(
        self,
        declare: Callable[[Any], None],
        runtime: Any,
        shop: SeededGroup,
        best_sellers: str,
        entry: Any,
        problem: str,
    ) -> None:
        model = items(runtime, best_sellers)
        with pytest.raises(ValueError, match=problem):
            declare({best_sellers: {"default": []}, shop.recommenders["Most viewed"]: entry})

        assert items(runtime, best_sellers) == model

    @pytest.mark.parametrize(("content", "problem"), [("{", "is no JSON"), ([], "must be an object by ARN")])
    def test_what_is_no_such_file_is_refused(self, declare: Callable[[Any], None], content: Any, problem: str) -> None:
        with pytest.raises(ValueError, match=problem):
            declare(content)

    @pytest.mark.parametrize(("content", "problem"), [(b"[" * 100_000, "is no JSON"), (b"\xef\xbb\xbf[]", "by ARN")])
    def test_a_file_is_read_to_its_end_or_refused(
        self, backend: PersonalizeBackend, tmp_path: Path, content: bytes, problem: str
    ) -> None:
        (tmp_path / "answers.json").write_bytes(content)
        with pytest.raises(ValueError, match=problem):
            backend.answers.load(tmp_path / "answers.json")


def test_declarations_go_with_their_recommender(
    backend: PersonalizeBackend, runtime: Any, client: Any, shop: SeededGroup, best_sellers: str
) -> None:
    backend.answers(best_sellers).default(items=["old"])
    client.delete_recommender(recommenderArn=best_sellers)
    client.create_recommender(
        name="shop-popular-items-by-purchases",
        datasetGroupArn=shop.arn,
        recipeArn="arn:aws:personalize:::recipe/aws-ecomm-popular-items-by-purchases",
    )

    assert items(runtime, best_sellers) != ["old"]
