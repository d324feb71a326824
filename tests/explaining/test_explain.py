"""``backend.explain``: what became of an item, from what its score comes, and what a filter compared."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from pytest_personalize import PersonalizeBackend, SeededGroup, TimestampWarning
from pytest_personalize.service.kernel.errors import ServiceError

FOR_YOU = "aws-ecomm-recommended-for-you"
ALSO_VIEWED = "aws-ecomm-customers-who-viewed-x-also-viewed"
USER = "user-ada"


@pytest.fixture
def shop(shop_dataset_group: SeededGroup) -> SeededGroup:
    return shop_dataset_group


@pytest.fixture
def backend(shop: SeededGroup, personalize_backend: PersonalizeBackend) -> PersonalizeBackend:
    """One with the shop in it."""
    return personalize_backend


@pytest.fixture
def films(backend: PersonalizeBackend) -> SeededGroup:
    return backend.seed("movies")


@pytest.fixture
def buy(shop: SeededGroup, personalize_events: Any) -> Any:
    """``buy(item)``: the user buys it."""

    def buy(item: str) -> None:
        event = {"eventType": "Purchase", "itemId": item, "sentAt": 1_800_000_000}
        personalize_events.put_events(trackingId=shop.tracking_id, userId=USER, sessionId="session", eventList=[event])

    return buy


class TestOutcomes:
    def test_an_answered_item_has_its_place_and_what_it_comes_from(
        self, backend: PersonalizeBackend, films: SeededGroup
    ) -> None:
        why = backend.explain(films.campaigns["aws-user-personalization"], user_id=films.users[0])

        first = why[why.answer[0]]
        assert (first.outcome, first.place, first.rank, first.why) == ("answered", 1, 1, "place 1 of 25")
        assert first.causes
        assert sum(cause.amount for cause in first.causes) == pytest.approx(first.score, abs=1e-7)

    def test_a_cause_names_the_newest_event_of_the_user_with_the_item(
        self, backend: PersonalizeBackend, shop: SeededGroup, buy: Any
    ) -> None:
        buy("blue-mug")

        why = backend.explain(shop.recommenders[FOR_YOU], user_id=USER)

        events = [cause.event for found in why.values() for cause in found.causes if cause.item_id == "blue-mug"]
        assert events
        assert {(event.type, event.time) for event in events if event} == {("Purchase", 1_800_000_000)}

    def test_cut_by_num_results(self, backend: PersonalizeBackend, shop: SeededGroup) -> None:
        arn = shop.recommenders[FOR_YOU]
        last = backend.explain(arn, user_id=USER, num_results=9).answer[-1]

        found = backend.explain(arn, user_id=USER, num_results=8, items=last)[last]

        assert (found.outcome, found.place, found.rank) == ("cut", None, 9)
        assert found.why == "cut by numResults: it is number 9, and there are 8 places"

    def test_kept_out_by_the_filter_with_the_values_compared(
        self, backend: PersonalizeBackend, shop: SeededGroup
    ) -> None:
        dear = max(shop.rows["ITEMS"], key=lambda row: row["PRICE"])

        found = backend.explain(
            shop.recommenders[FOR_YOU],
            user_id="nobody",
            filter_arn=shop.filters["up-to-price"],
            filter_values={"PRICE": "5"},
            items=dear["ITEM_ID"],
        )[dear["ITEM_ID"]]

        assert found.outcome == "filtered"
        assert found.filter is not None
        ((comparison,),) = found.filter.deciding.values()
        assert (comparison.holds, comparison.found, comparison.wanted) == (False, (dear["PRICE"],), (5,))
        assert f"Items.PRICE <= $PRICE does not hold for {dear['PRICE']:g} against 5" in found.why

    def test_let_in_by_the_filter(self, backend: PersonalizeBackend, shop: SeededGroup) -> None:
        arn, values = shop.filters["up-to-price"], {"PRICE": "9"}

        why = backend.explain(shop.recommenders[FOR_YOU], user_id=USER, filter_arn=arn, filter_values=values)

        verdicts = [found.filter for found in why.values()]
        assert all(verdict and verdict.allowed for verdict in verdicts)
        assert "holds for" in str(why[why.answer[0]])

    def test_excluded_by_the_use_case(self, backend: PersonalizeBackend, shop: SeededGroup, buy: Any) -> None:
        buy("red-kite")

        found = backend.explain(shop.recommenders[FOR_YOU], user_id=USER, items="red-kite")["red-kite"]

        assert found.outcome == "excluded"
        assert found.why == 'left out by the use case: the user has a "Purchase" event with it'

    def test_promoted(self, backend: PersonalizeBackend, shop: SeededGroup) -> None:
        promotion = {
            "name": "sale",
            "percentPromotedItems": 50,
            "filterArn": shop.filters["up-to-price"],
            "filterValues": {"PRICE": "5"},
        }

        why = backend.explain(shop.recommenders[FOR_YOU], user_id=USER, num_results=4, promotions=[promotion])

        promoted = [found for found in why.values() if found.outcome == "promoted"]
        told = "promoted by its filter: INCLUDE ItemID, as Items.PRICE <= $PRICE holds for"
        assert [found.promotion for found in promoted] == ["sale", "sale"]
        assert all(told in found.why for found in promoted)
        assert [found.rank for found in why.values() if found.outcome == "answered"] == [1, 2]

    def test_new_to_the_model_and_new_to_everybody(
        self, backend: PersonalizeBackend, films: SeededGroup, personalize_events: Any
    ) -> None:
        event = {"eventType": "Watch", "itemId": "premiere", "sentAt": 1_800_000_000}
        personalize_events.put_events(trackingId=films.tracking_id, userId="u", sessionId="s", eventList=[event])

        why = backend.explain(films.campaigns["aws-sims"], item_id=films.items[0], items=["premiere", "premeire"])

        assert why["premiere"].outcome == "untrained"
        assert why["premeire"].outcome == "unrecorded"
        assert why["premeire"].why == "unknown: no dataset has it; the nearest is premiere"

    def test_the_item_asked_about_is_left_out_by_the_model(
        self, backend: PersonalizeBackend, shop: SeededGroup
    ) -> None:
        found = backend.explain(shop.recommenders[ALSO_VIEWED], user_id="u", item_id="red-kite", items="red-kite")

        assert found["red-kite"].outcome == "left out"

    def test_declared_answers_say_so(self, backend: PersonalizeBackend, shop: SeededGroup) -> None:
        arn = shop.recommenders[FOR_YOU]
        backend.answers(arn).for_user(USER, items=["mug"])

        why = backend.explain(arn, user_id=USER, items="kite")

        assert why.declared
        assert (why["mug"].outcome, why["kite"].outcome) == ("declared", "not declared")
        assert "declared with backend.answers" in str(why)

    def test_campaigns_that_are_only_declared_are_explained(self, personalize_backend: PersonalizeBackend) -> None:
        arn = "arn:aws:personalize:eu-west-1:111122223333:campaign/home"
        personalize_backend.answers(arn).default(items=["mug"])

        why = personalize_backend.explain(arn, user_id=USER)

        assert (why.declared, why.recipe, why.answer) == (True, None, ("mug",))

    def test_items_of_a_ranking(self, backend: PersonalizeBackend, films: SeededGroup) -> None:
        given = [*films.items[:3], "never"]

        why = backend.explain(
            films.campaigns["aws-personalized-ranking"], user_id="nobody", input_list=given, items=films.items[5]
        )

        assert why.operation == "GetPersonalizedRanking"
        assert why["never"].why == "place 4 of 4, last, as it took no part in the training"
        assert why[films.items[5]].outcome == "not listed"

    def test_actions(self, backend: PersonalizeBackend) -> None:
        group = backend.seed("actions")

        why = backend.explain(group.campaigns["aws-next-best-action"], user_id=group.users[0], items=group.actions)

        assert why.operation == "GetActionRecommendations"
        assert {cause.kind for found in why.values() for cause in found.causes} == {"rate", "taste", "own record"}
        assert [found.outcome for found in why.values()] == ["answered"] * 5 + ["cut"]


class TestQuestions:
    def test_an_item_id_that_the_recipe_does_not_take_is_explained(
        self, backend: PersonalizeBackend, shop: SeededGroup
    ) -> None:
        assert "red-kite" in backend.explain(shop.recommenders[FOR_YOU], user_id=USER, item_id="red-kite")

    def test_of_a_long_answer_the_first_25_are_explained_and_those_that_are_named(
        self, backend: PersonalizeBackend, shop: SeededGroup
    ) -> None:
        arn = shop.recommenders[FOR_YOU]
        last = backend.explain(arn, user_id=USER, num_results=60).answer[-1]

        why = backend.explain(arn, user_id=USER, num_results=60, items=[last])

        assert len(why.answer) > 26
        assert [found.place for found in why.values()] == [*range(1, 26), len(why.answer)]
        with pytest.raises(KeyError, match="name it with items="):
            why[why.answer[30]]

    @pytest.mark.parametrize(
        ("arn", "request_", "code"),
        [
            ("arn:aws:personalize:us-east-1:123456789012:campaign/none", {"user_id": "u"}, "ResourceNotFoundException"),
            ("arn:aws:personalize:us-east-1:123456789012:recommender/none", {}, "ResourceNotFoundException"),
            ("arn:aws:personalize:us-east-1:123456789012:filter/none", {}, "InvalidInputException"),
            ("home", {"user_id": "u"}, "ValidationException"),
            (FOR_YOU, {}, "InvalidInputException"),
            (FOR_YOU, {"user_id": USER, "num_results": 501}, "InvalidInputException"),
            (FOR_YOU, {"user_id": USER, "num_results": -1}, "ValidationException"),
            (FOR_YOU, {"user_id": USER, "context": {"MOON": "full"}}, "InvalidInputException"),
            (FOR_YOU, {"user_id": USER, "promotions": [{}, {}]}, "ValidationException"),
            (FOR_YOU, {"user_id": "u" * 257}, "ValidationException"),
        ],
    )
    def test_what_the_service_would_refuse_is_refused_alike(
        self, backend: PersonalizeBackend, shop: SeededGroup, arn: str, request_: dict[str, Any], code: str
    ) -> None:
        with pytest.raises(ServiceError) as refused:
            backend.explain(shop.recommenders[arn] if arn == FOR_YOU else arn, **request_)

        assert refused.value.code == code

    def test_an_unknown_user_gets_the_answer_that_the_service_gives(
        self, backend: PersonalizeBackend, shop: SeededGroup
    ) -> None:
        why = backend.explain(shop.recommenders[FOR_YOU], user_id="nobody")

        assert {cause.kind for found in why.values() for cause in found.causes} <= {"early histories", "exploration"}

    def test_a_recorded_call_is_explained(
        self, backend: PersonalizeBackend, shop: SeededGroup, personalize_runtime: Any
    ) -> None:
        answer = personalize_runtime.get_recommendations(
            recommenderArn=shop.recommenders[FOR_YOU], userId=USER, numResults=3
        )

        why = backend.explain.call(backend.calls[-1], items="red-kite")

        assert list(why.answer) == [item["itemId"] for item in answer["itemList"]]
        assert "red-kite" in why

    def test_it_leaves_no_trace(self, backend: PersonalizeBackend, shop: SeededGroup, personalize_runtime: Any) -> None:
        arn = shop.recommenders[FOR_YOU]
        before = backend.snapshot()

        def ask() -> str:
            answer = personalize_runtime.get_recommendations(recommenderArn=arn, userId=USER)
            return str(answer["recommendationId"])

        first = ask()
        backend.restore(before)
        backend.explain(arn, user_id=USER)

        assert ask() == first
        assert len(backend.calls.of("GetRecommendations")) == 2


class TestForms:
    def test_it_prints_an_item_a_line_and_the_named_ones_in_full(
        self, backend: PersonalizeBackend, shop: SeededGroup
    ) -> None:
        why = backend.explain(shop.recommenders["Best sellers"], user_id=USER, num_results=2, items="red-kite")

        assert str(why).splitlines() == [
            f"GetRecommendations of {why.arn} (aws-ecomm-popular-items-by-purchases), userId='user-ada', numResults=2",
            "   1  blue-mug     popularity 27 users",
            "   2  linen-scarf  popularity 26 users",
            "red-kite: cut by numResults: it is number 5, and there are 2 places",
            "  22 users  popularity",
        ]

    def test_what_fills_a_list_up_says_so(self, personalize_backend: PersonalizeBackend) -> None:
        pairs = [(user, film) for user in ("ada", "bob") for film in ("alien", "gravity")]
        films = personalize_backend.seed_from("films", interactions=pairs, recipes=["aws-sims"])

        why = personalize_backend.explain(films.campaigns["aws-sims"], item_id="alien")

        assert str(why).splitlines()[1:] == ["   1  gravity  popularity 2 users: fewer than 3 users in common"]

    def test_what_is_not_shown_is_counted(self, backend: PersonalizeBackend, films: SeededGroup) -> None:
        why = backend.explain(films.campaigns["aws-user-personalization"], user_id=films.users[0], num_results=30)

        assert len(why) == 25
        assert str(why).endswith("\n      and 5 more")
        assert repr(why) == f"<Explanation of GetRecommendations of {why.arn}: 30 answered, 25 explained>"

    def test_of_many_causes_the_smallest_are_added_up(self, backend: PersonalizeBackend, films: SeededGroup) -> None:
        why = backend.explain(films.campaigns["aws-user-personalization"], user_id=films.users[0])
        first = why[why.answer[0]]
        cause = first.causes[0]

        lines = str(evolve(first, causes=(cause,) * 10)).splitlines()

        assert len(lines) == 10
        assert lines[-1] == f"  {2 * cause.amount:+.7f}  from 2 more"

    def test_a_parameter_without_a_value_switches_its_condition_off(
        self, backend: PersonalizeBackend, shop: SeededGroup, personalize: Any
    ) -> None:
        expression = "EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN ($CATEGORY)"
        arn = personalize.create_filter(name="f", datasetGroupArn=shop.arn, filterExpression=expression)["filterArn"]

        why = backend.explain(shop.recommenders[FOR_YOU], user_id=USER, filter_arn=arn, items="red-kite")

        assert "IN ($CATEGORY) is switched off, as its parameter has no value" in str(why["red-kite"])

    def test_the_reason_in_an_answer_is_shown(self, backend: PersonalizeBackend, films: SeededGroup) -> None:
        promotion = {"name": "sale", "percentPromotedItems": 50, "filterArn": next(iter(films.filters.values()))}
        campaign = films.campaigns["aws-user-personalization-v2"]

        why = backend.explain(campaign, user_id=films.users[0], num_results=2, promotions=[promotion])

        (promoted,) = [found for found in why.values() if found.outcome == "promoted"]
        assert "  reason in the answer: Promoted item" in str(promoted).splitlines()

    def test_times_beyond_the_calendar_are_numbers(self, personalize_backend: PersonalizeBackend) -> None:
        watched = [
            {"USER_ID": user, "ITEM_ID": film, "TIMESTAMP": 1_700_000_000_000}
            for user in ("ada", "bob", "eve")
            for film in ("alien", "up")
        ]
        with pytest.warns(TimestampWarning):
            group = personalize_backend.seed_from("films", interactions=watched, recipes=["aws-user-personalization"])

        why = personalize_backend.explain(group.campaigns["aws-user-personalization"], user_id="ada", items="alien")

        assert "event of 1.7e+12" in str(why)

    def test_it_goes_into_json(self, backend: PersonalizeBackend, shop: SeededGroup) -> None:
        why = backend.explain(
            shop.recommenders[FOR_YOU],
            user_id=USER,
            filter_arn=shop.filters["only-category"],
            filter_values={"CATEGORY": '"toys"'},
            items=["blue-mug"],
        )

        written = why.as_dict()

        assert json.loads(json.dumps(written)) == written
        assert written["explained"][-1]["id"] == "blue-mug"
        assert written["explained"][-1]["filter"]["deciding"]

    def test_texts_of_the_data_cannot_change_the_terminal(self, personalize_backend: PersonalizeBackend) -> None:
        group = personalize_backend.seed_from(
            "films", interactions=[("ada", "al\x1b[2Jien"), ("bob", "al\x1b[2Jien")], recipes=["aws-popularity-count"]
        )

        assert "\x1b" not in str(personalize_backend.explain(group.campaigns["aws-popularity-count"], user_id="ada"))
