"""An explanation never disagrees with the answer: random data, filters, recipes, promotions and lengths."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_personalize import PersonalizeBackend, SeededGroup, mock_personalize
from pytest_personalize.explaining import Explanation

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "mocked", "aws_secret_access_key": "mocked"}
RUNTIME = boto3.client("personalize-runtime", **KEYS)
EVENTS_CLIENT = boto3.client("personalize-events", **KEYS)
ITEMS = [f"i{number}" for number in range(12)]
USERS = [f"u{number}" for number in range(6)]
GENRES = ("Drama", "War", "Drama|War", "")
EVENTS = st.lists(
    st.tuples(st.sampled_from(USERS[:5]), st.sampled_from(ITEMS[:10]), st.sampled_from(["View", "Purchase"])),
    min_size=4,
    max_size=60,
)
FILTERS = {
    "none": "",
    "events": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")',
    "seen": 'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")',
    "genre": "INCLUDE ItemID WHERE Items.GENRES IN ($GENRE)",
    "price": "EXCLUDE ItemID WHERE Items.PRICE > $PRICE | INCLUDE ItemID WHERE Items.PRICE < 9 OR Items.PRICE > 10",
}
VALUES = {"genre": {"GENRE": '"War"'}, "price": {"PRICE": "7"}}
CUSTOM = [
    "aws-user-personalization",
    "aws-user-personalization-v2",
    "aws-similar-items",
    "aws-sims",
    "aws-popularity-count",
    "aws-trending-now",
]
RANKING = ["aws-personalized-ranking", "aws-personalized-ranking-v2"]
SHOP = [
    "aws-ecomm-recommended-for-you",
    "aws-ecomm-customers-who-viewed-x-also-viewed",
    "aws-ecomm-popular-items-by-views",
]


ITEMS_SCHEMA = {
    "type": "record",
    "name": "Items",
    "namespace": "com.amazonaws.personalize.schema",
    "version": "1.0",
    "fields": [
        {"name": "ITEM_ID", "type": "string"},
        {"name": "PRICE", "type": "float"},
        {"name": "CATEGORY_L1", "type": "string", "categorical": True},
        {"name": "GENRES", "type": ["null", "string"], "categorical": True},
    ],
}


def request_of(draw: st.DrawFn, group: SeededGroup) -> dict[str, Any]:
    """The filter of a request, or nothing."""
    name = draw(st.sampled_from(list(FILTERS)))
    if name == "none":
        return {}
    return {"filterArn": group.filters[name], "filterValues": VALUES.get(name, {})}


def seeded(backend: PersonalizeBackend, events: Any, recipe: str) -> SeededGroup:
    """A dataset group with those events; the last two items have none, one of them no record either."""
    rows = [
        {"USER_ID": user, "ITEM_ID": item, "EVENT_TYPE": kind, "TIMESTAMP": 1_700_000_000 + number}
        for number, (user, item, kind) in enumerate([*events, ("u0", "i0", "View"), ("u1", "i0", "Purchase")])
    ]
    items = [
        {"ITEM_ID": item, "PRICE": float(number), "CATEGORY_L1": "toys", "GENRES": GENRES[number % 4]}
        for number, item in enumerate(ITEMS[:11])
    ]
    domain = "ECOMMERCE" if recipe in SHOP else None
    return backend.seed_from(
        "shop",
        interactions=rows,
        items=items,
        schemas={"items": ITEMS_SCHEMA},
        recipes=[recipe],
        filters={name: text for name, text in FILTERS.items() if text},
        domain=domain,  # type: ignore[arg-type]
    )


def explained(backend: PersonalizeBackend, arn: str, request: dict[str, Any], items: list[str]) -> Explanation:
    """By the parameters of the request, in snake case."""
    names = {"userId": "user_id", "itemId": "item_id", "numResults": "num_results", "inputList": "input_list"}
    names |= {"filterArn": "filter_arn", "filterValues": "filter_values"}
    return backend.explain(arn, items=items, **{names.get(name, name): value for name, value in request.items()})


def agrees(why: Explanation, entries: list[dict[str, Any]], key: str = "itemId") -> None:
    """Ranks, scores, what is in and what is out, promotions and reasons are those of the answer."""
    assert list(why.answer) == [entry[key] for entry in entries]
    answered = {entry[key]: (place, entry) for place, entry in enumerate(entries, 1)}
    for item, found in why.items():
        place, entry = answered.get(item, (None, {}))
        assert found.place == place
        assert (found.outcome in ("answered", "promoted")) is (item in answered)
        assert found.promotion == entry.get("promotionName")
        assert list(found.reason) == entry.get("reason", [])
        if item in answered:
            assert found.score == entry.get("score")
        if found.score is not None and found.causes:
            assert sum(cause.amount for cause in found.causes) == pytest.approx(found.score, abs=1e-7)
        if found.filter is not None and found.outcome != "promoted":
            assert found.filter.allowed or item not in answered


@given(data=st.data(), events=EVENTS, recipe=st.sampled_from([*CUSTOM, *SHOP]))
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_of_recommendations(data: st.DataObject, events: Any, recipe: str) -> None:
    with mock_personalize() as backend:
        group = seeded(backend, events, recipe)
        EVENTS_CLIENT.put_events(
            trackingId=group.tracking_id,
            userId="u0",
            sessionId="s",
            eventList=[{"eventType": "Purchase", "itemId": data.draw(st.sampled_from(ITEMS)), "sentAt": 1_800_000_000}],
        )
        source = (
            {"recommenderArn": group.recommenders[recipe]}
            if recipe in SHOP
            else {"campaignArn": group.campaigns[recipe]}
        )
        (arn,) = source.values()
        plain = {"userId": data.draw(st.sampled_from(USERS)), "itemId": data.draw(st.sampled_from(["i0", "i9", "new"]))}
        filtered = plain | data.draw(st.composite(request_of)(group))
        request = filtered | {"numResults": data.draw(st.integers(1, 15))}
        if data.draw(st.booleans()):
            share = data.draw(st.integers(1, 100))
            named = data.draw(st.sampled_from([{"name": "sale"}, {}]))
            promotion = {"percentPromotedItems": share} | named | data.draw(st.composite(request_of)(group))
            request["promotions"] = [promotion]

        def ask(members: dict[str, Any]) -> list[Any]:
            return list(RUNTIME.get_recommendations(**source, **members)["itemList"])

        why = explained(backend, arn, request, [*ITEMS, "never"])

        agrees(why, ask(request))
        without_filter = [entry["itemId"] for entry in ask(plain | {"numResults": 500})]
        without_cut = [entry["itemId"] for entry in ask(filtered | {"numResults": 500})]
        for item, found in why.items():
            if found.outcome == "cut":
                assert item in without_cut
                if "promotions" not in request:
                    assert without_cut[found.rank - 1] == item  # type: ignore[operator]
            elif found.outcome in ("excluded", "left out", "untrained", "unrecorded"):
                assert item not in without_filter
            elif found.outcome == "filtered":
                assert item not in without_cut


@given(
    data=st.data(), events=EVENTS, recipe=st.sampled_from(["aws-personalized-ranking", "aws-personalized-ranking-v2"])
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_of_rankings(data: st.DataObject, events: Any, recipe: str) -> None:
    with mock_personalize() as backend:
        group = seeded(backend, events, recipe)
        given_items = data.draw(st.lists(st.sampled_from([*ITEMS, "never"]), min_size=1))
        request = {"userId": data.draw(st.sampled_from(USERS)), "inputList": given_items}
        request |= data.draw(st.composite(request_of)(group))

        why = explained(backend, group.campaigns[recipe], request, [*ITEMS, "never"])

        answer = RUNTIME.get_personalized_ranking(campaignArn=group.campaigns[recipe], **request)
        agrees(why, answer["personalizedRanking"])
        for item, found in why.items():
            assert (found.outcome == "not listed") is (item not in given_items)


@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
def test_of_actions(data: st.DataObject) -> None:
    with mock_personalize(preset="actions") as backend:
        group = backend.seeded["actions"]
        arn = group.campaigns["aws-next-best-action"]
        request: dict[str, Any] = {"userId": data.draw(st.sampled_from([*group.users[:5], "nobody"]))}
        request["numResults"] = data.draw(st.integers(1, 8))
        if data.draw(st.booleans()):
            request["filterArn"] = group.filters["exclude-taken"]

        why = explained(backend, arn, request, [*group.actions, "never"])

        answer = RUNTIME.get_action_recommendations(campaignArn=arn, **request)
        agrees(why, answer["actionList"], "actionId")
