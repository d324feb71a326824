"""ARNs that stand in the code under test, and are in no account of the test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, mock_personalize

REGION = "us-west-2"
CAMPAIGN = f"arn:aws:personalize:{REGION}:111122223333:campaign/home"
RECOMMENDER = f"arn:aws:personalize:{REGION}:111122223333:recommender/home"
NOT_HERE = "arn:aws:personalize:us-west-2:111122223333:filter/of-the-code"


@pytest.fixture
def clients() -> tuple[Any, Any]:
    """Control plane and runtime in the region of the ARNs."""
    return tuple(boto3.client(name, region_name=REGION) for name in ("personalize", "personalize-runtime"))  # type: ignore[return-value]


@pytest.fixture
def control(clients: tuple[Any, Any]) -> Any:
    return clients[0]


@pytest.fixture
def runtime(clients: tuple[Any, Any]) -> Any:
    return clients[1]


def ids(answer: dict[str, Any], member: str = "itemList", key: str = "itemId") -> list[str]:
    return [entry[key] for entry in answer[member]]


class TestDeclared:
    @pytest.mark.parametrize(("member", "arn"), [("campaignArn", CAMPAIGN), ("recommenderArn", RECOMMENDER)])
    def test_the_runtime_answers(self, backend: PersonalizeBackend, runtime: Any, member: str, arn: str) -> None:
        backend.answers(arn).for_user("ada", items=["mug", ("kite", 0.25)]).default(items=["tea"])

        assert runtime.get_recommendations(**{member: arn}, userId="ada")["itemList"] == [
            {"itemId": "mug"},
            {"itemId": "kite", "score": 0.25},
        ]
        assert ids(runtime.get_recommendations(**{member: arn}, userId="bob")) == ["tea"]
        assert ids(runtime.get_recommendations(**{member: arn}, itemId="mug", numResults=1)) == ["tea"]

    def test_where_nothing_is_declared_it_answers_with_nothing(self, backend: PersonalizeBackend, runtime: Any) -> None:
        backend.answers(CAMPAIGN).for_user("ada", items=["mug"])

        assert ids(runtime.get_recommendations(campaignArn=CAMPAIGN, userId="bob")) == []

    def test_it_ranks(self, backend: PersonalizeBackend, runtime: Any) -> None:
        backend.answers(CAMPAIGN).default(items=["c", "b", "a"])

        answer = runtime.get_personalized_ranking(campaignArn=CAMPAIGN, userId="ada", inputList=["a", "x", "c"])

        assert ids(answer, "personalizedRanking") == ["c", "a", "x"]

    @pytest.mark.parametrize("declared", [["call"], [{"actionId": "call", "score": 0.5}]])
    def test_it_recommends_actions(self, backend: PersonalizeBackend, runtime: Any, declared: Any) -> None:
        backend.answers(CAMPAIGN).default(items=declared)

        answer = runtime.get_action_recommendations(campaignArn=CAMPAIGN, userId="ada")

        assert ids(answer, "actionList", "actionId") == ["call"]

    def test_filters_of_the_code_need_not_exist(self, backend: PersonalizeBackend, runtime: Any) -> None:
        backend.answers(CAMPAIGN).default(items=["mug"])

        assert ids(runtime.get_recommendations(campaignArn=CAMPAIGN, userId="ada", filterArn=NOT_HERE)) == ["mug"]

    def test_it_refuses_as_declared(self, backend: PersonalizeBackend, runtime: Any) -> None:
        backend.answers(CAMPAIGN).raises("ResourceNotFoundException")

        with pytest.raises(runtime.exceptions.ResourceNotFoundException):
            runtime.get_recommendations(campaignArn=CAMPAIGN, userId="ada")

    def test_describe_shows_it_active_and_the_mappings_as_declared(
        self, backend: PersonalizeBackend, control: Any
    ) -> None:
        backend.answers(CAMPAIGN)
        backend.answers(RECOMMENDER)

        campaign = control.describe_campaign(campaignArn=CAMPAIGN)["campaign"]
        recommender = control.describe_recommender(recommenderArn=RECOMMENDER)["recommender"]
        assert (campaign["name"], campaign["status"], campaign.get("solutionVersionArn")) == ("home", "ACTIVE", None)
        assert (recommender["name"], recommender["status"]) == ("home", "ACTIVE")
        assert [one["campaignArn"] for one in control.list_campaigns()["campaigns"]] == [CAMPAIGN]
        assert repr(backend.region(REGION).campaigns["home"]) == "<campaign 'home' ACTIVE, declared>"

    def test_a_client_of_another_region_does_not_find_it(self, backend: PersonalizeBackend) -> None:
        backend.answers(CAMPAIGN).default(items=["mug"])
        runtime = boto3.client("personalize-runtime", region_name="eu-west-1")

        with pytest.raises(runtime.exceptions.ResourceNotFoundException):
            runtime.get_recommendations(campaignArn=CAMPAIGN, userId="ada")

    def test_it_can_be_deleted_stopped_and_started_but_not_updated(
        self, backend: PersonalizeBackend, control: Any, runtime: Any
    ) -> None:
        backend.answers(CAMPAIGN)
        backend.answers(RECOMMENDER)

        with pytest.raises(control.exceptions.InvalidInputException, match="only declared by the test"):
            control.update_campaign(campaignArn=CAMPAIGN, minProvisionedTPS=2)
        with pytest.raises(control.exceptions.InvalidInputException, match="only declared by the test"):
            control.update_recommender(recommenderArn=RECOMMENDER, recommenderConfig={})
        control.stop_recommender(recommenderArn=RECOMMENDER)
        with pytest.raises(runtime.exceptions.InvalidInputException, match="its status is INACTIVE"):
            runtime.get_recommendations(recommenderArn=RECOMMENDER, userId="ada")
        control.start_recommender(recommenderArn=RECOMMENDER)
        backend.clock.advance(days=30)
        assert backend.wait(RECOMMENDER).status == "ACTIVE"
        control.delete_campaign(campaignArn=CAMPAIGN)
        assert len(backend.region(REGION).campaigns) == 0

    def test_it_is_kept_and_saved(self, backend: PersonalizeBackend, runtime: Any, tmp_path: Path) -> None:
        backend.answers(CAMPAIGN).default(items=["mug"])
        backend.save(tmp_path / "state.json")
        snapshot = PersonalizeBackend.load(tmp_path / "state.json").snapshot()

        with mock_personalize() as another:
            another.restore(snapshot)
            assert ids(runtime.get_recommendations(campaignArn=CAMPAIGN, userId="ada")) == ["mug"]
            assert another.region(REGION).campaigns[CAMPAIGN].declared

    def test_a_trained_one_of_another_account_is_saved(self, runtime: Any, tmp_path: Path) -> None:
        with mock_personalize(region=REGION) as first:
            first.seed("movies", arns={"aws-sims": CAMPAIGN})
            expected = ids(runtime.get_recommendations(campaignArn=CAMPAIGN, itemId=first.seeded["movies"].items[0]))
            first.save(tmp_path / "state.json")
        loaded = PersonalizeBackend.load(tmp_path / "state.json")
        with mock_personalize() as another:
            another.restore(loaded.snapshot())
            item = loaded.seeded["movies"].items[0]
            assert ids(runtime.get_recommendations(campaignArn=CAMPAIGN, itemId=item)) == expected != []

    @pytest.mark.parametrize(
        "arn",
        [
            "campaign/home",
            "arn:aws:personalize:us-west-2:111122223333:solution/home",
            "arn:aws:personalize:us-west-2:1111:campaign/home",
            "arn:aws:personalize:narnia:111122223333:campaign/home",
            "arn:aws:personalize:us-west-2:111122223333:campaign/with/slash",
            "arn:aws:s3:us-west-2:111122223333:campaign/home",
        ],
    )
    def test_what_is_no_such_arn_is_refused(self, backend: PersonalizeBackend, arn: str) -> None:
        with pytest.raises(ValueError, match="is no ARN of a campaign or recommender"):
            backend.answers(arn)


class TestSeeded:
    def test_a_campaign_has_the_arn_of_the_code(self, backend: PersonalizeBackend, control: Any, runtime: Any) -> None:
        group = backend.seed("movies", region=REGION, arns={"aws-sims": CAMPAIGN})
        another = backend.seed("movies", region=REGION, name="another")

        answer = runtime.get_recommendations(campaignArn=CAMPAIGN, itemId=group.items[0])
        same = runtime.get_recommendations(campaignArn=another.campaigns["aws-sims"], itemId=group.items[0])
        assert answer["itemList"] == same["itemList"] != []
        assert group.campaigns["aws-sims"] == CAMPAIGN
        assert control.describe_campaign(campaignArn=CAMPAIGN)["campaign"]["name"] == "home"

    def test_a_recommender_has_the_arn_of_the_code(self, backend: PersonalizeBackend, runtime: Any) -> None:
        group = backend.seed("shop", region=REGION, arns={"aws-ecomm-popular-items-by-purchases": RECOMMENDER})

        assert group.recommenders["Best sellers"] == RECOMMENDER
        assert ids(runtime.get_recommendations(recommenderArn=RECOMMENDER, userId="ada")) != []

    def test_it_is_trained_and_updated_like_all_others(self, backend: PersonalizeBackend) -> None:
        backend.seed("shop", region=REGION, arns={"Best sellers": RECOMMENDER})
        planned = backend.region(REGION).recommenders[RECOMMENDER].next_training

        backend.clock.advance(days=8)

        later = backend.region(REGION).recommenders[RECOMMENDER].next_training
        assert planned is not None
        assert later == planned + 7 * 86_400

    def test_the_next_group_has_arns_of_its_own_again(self, backend: PersonalizeBackend) -> None:
        backend.seed("movies", region=REGION, arns={"aws-sims": CAMPAIGN})
        with mock_personalize() as another:
            assert another.seed("movies", region=REGION).campaigns["aws-sims"] != CAMPAIGN

    @pytest.mark.parametrize(
        ("arns", "error", "problem"),
        [
            ({"aws-sim": CAMPAIGN}, KeyError, "no campaign 'aws-sim'; did you mean 'aws-sims'"),
            (
                {"aws-sims": RECOMMENDER},
                ValueError,
                "is a recommender in us-west-2, and has to be a campaign",
            ),
            ({"aws-sims": CAMPAIGN.replace(REGION, "eu-west-1")}, ValueError, "is a campaign in eu-west-1"),
            ({"aws-sims": "home"}, ValueError, "'home' is no ARN of a campaign or recommender"),
            ({"aws-sims": CAMPAIGN, "aws-trending-now": CAMPAIGN}, ValueError, "one ARN for each"),
        ],
    )
    def test_wrong_ones_are_refused(
        self, backend: PersonalizeBackend, arns: dict[str, str], error: type[Exception], problem: str
    ) -> None:
        with pytest.raises(error, match=problem):
            backend.seed("movies", region=REGION, arns=arns)
        assert not backend.region(REGION).dataset_groups

    def test_one_that_is_taken_is_refused(self, backend: PersonalizeBackend) -> None:
        backend.seed("movies", region=REGION, arns={"aws-sims": CAMPAIGN})
        with pytest.raises(ValueError, match=f"{CAMPAIGN} exists already"):
            backend.seed("movies", name="more", region=REGION, arns={"aws-sims": CAMPAIGN})
