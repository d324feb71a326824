"""Filters and promotions in requests of the runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pytest_personalize.conformance.case import ANY, Long, guide, recorded
from pytest_personalize.conformance.cases.runtime import (
    FILTERS,
    GENRE,
    PROMOTION,
    PROMOTIONS,
    SHAPES,
    act,
    alike,
    get,
    rank,
)
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.rows import II, NF, SAYS, VE, Book, answered, refused, request, unknown, until_rest
from pytest_personalize.conformance.run import observation
from pytest_personalize.conformance.things import MOMENT

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

BOOK: Final = Book(
    answered("runtime/filtered", get(filterArn="<filter>", numResults=1), {"itemList": ANY}, FILTERS, tier="core"),
    answered(
        "runtime/filter-value",
        get(filterArn=GENRE, filterValues={"GENRE": '"Comedy"'}, numResults=5),
        {"itemList": Long(5)},
        FILTERS,
        tier="core",
    ),
    answered(
        "runtime/two-filter-values",
        get(filterArn=GENRE, filterValues={"GENRE": '"Comedy","War"'}, numResults=5),
        {"itemList": Long(5)},
        FILTERS,
        tier="core",
    ),
    answered(
        "runtime/value-that-nothing-has",
        get(filterArn=GENRE, filterValues={"GENRE": '"Polka"'}),
        {"itemList": []},
        FILTERS,
    ),
    answered(
        "runtime/case-of-values-matters",
        get(filterArn=GENRE, filterValues={"GENRE": '"comedy"'}),
        {"itemList": []},
        guide("filter expression structure and elements"),
    ),
    answered(
        "runtime/one-of-several-categories",
        get(filterArn=GENRE, filterValues={"GENRE": '"Drama"'}, numResults=3),
        {"itemList": Long(3)},
        recorded("immersion day, Media_04"),
    ),
    refused("runtime/value-of-an-include-left-out", get(filterArn=GENRE), II, SAYS, tier="core"),
    refused(
        "runtime/value-of-no-parameter",
        get(filterArn=GENRE, filterValues={"GENRE": '"War"', "COLOUR": '"red"'}),
        II,
        SAYS,
    ),
    refused("runtime/parameter-in-another-case", get(filterArn=GENRE, filterValues={"genre": '"War"'}), II, SAYS),
    refused("runtime/unknown-filter", get(filterArn="<here>:filter/no-such"), NF, SHAPES),
    refused("runtime/filter-of-users", get(filterArn="<users filter>"), II, FILTERS),
    refused("runtime/filter-of-actions", get(filterArn="<actions filter>"), II, FILTERS),
    refused("runtime/filter-of-another-group", get(filterArn="<store filter>"), II, FILTERS),
    refused("runtime/filter-in-creation", get(filterArn="<pending filter>"), II, FILTERS, tier="strict"),
    refused("runtime/current-item-of-a-user", get(filterArn="<current filter>"), II, FILTERS),
    answered("runtime/current-item", alike(filterArn="<current filter>", numResults=1), {"itemList": ANY}, FILTERS),
    answered(
        "runtime/ranking-filtered",
        rank(filterArn=GENRE, filterValues={"GENRE": '"Comedy"'}, inputList=["i1", "i2"]),
        {"personalizedRanking": [{"itemId": "i2"}]},
        recorded("immersion day, Retail_03"),
    ),
    answered("runtime/actions-filtered", act(filterArn="<actions filter>"), {"actionList": ANY}, FILTERS),
    answered("runtime/promoted", get(numResults=4, promotions=[PROMOTION]), {"itemList": Long(4)}, PROMOTIONS),
    refused("runtime/two-promotions", get(promotions=[PROMOTION, PROMOTION]), VE, SHAPES, tier="strict"),
    refused(
        "runtime/promotion-of-101-percent",
        get(promotions=[PROMOTION | {"percentPromotedItems": 101}]),
        VE,
        SHAPES,
        tier="strict",
    ),
    refused("runtime/promotion-without-its-value", get(promotions=[PROMOTION | {"filterValues": {}}]), II, PROMOTIONS),
    unknown(
        "runtime/bare-filter-value",
        "Is a text without quotes taken as a filter value?",
        get(filterArn=GENRE, filterValues={"GENRE": "Comedy"}, numResults=1),
    ),
    unknown(
        "runtime/single-quoted-filter-value",
        "Is a text in single quotes taken as a filter value?",
        get(filterArn=GENRE, filterValues={"GENRE": "'Comedy'"}, numResults=1),
    ),
    unknown(
        "runtime/placeholder-in-quotes",
        'Is "$GENRE" in an expression a text, or the placeholder?',
        get(filterArn="<here>:filter/<new>"),
        request("CreateFilter", filterExpression='INCLUDE ItemID WHERE Items.GENRE IN ("$GENRE")'),
        until_rest("<here>:filter/<new>"),
    ),
)


@BOOK.checked(
    "runtime/bought-items-are-filtered",
    "GetRecommendations PutEvents",
    "a purchase is filtered out within seconds",
    guide("filtering recommendations"),
    tier="core",
    needs=("<picks campaign>", "<filter>"),
)
def bought(world: World) -> str | None:
    """The first recommendation is bought."""
    first = world.call(*get(userId="u7", filterArn="<filter>", numResults=1))["itemList"][0]["itemId"]
    event = {"eventType": "Purchase", "itemId": first, "sentAt": MOMENT + 86_400}
    world.call(*request("PutEvents", trackingId="<shop tracker id>", userId="u7", eventList=[event]))
    for turn in range(12):
        left = {item["itemId"] for item in world.call(*get(userId="u7", filterArn="<filter>"))["itemList"]}
        if first not in left:
            return None
        world.lane.rest(turn)
    return f"{first} is still recommended"


@BOOK.observed(
    "runtime/promoted-share-is-rounded",
    "GetRecommendations",
    "How many of 15 items are promoted, of 30 percent?",
    needs=("<picks campaign>", GENRE),
)
def rounded(world: World) -> Any:
    """30 percent of 15, and of 5, are four and a half, and one and a half."""
    shares = {}
    for count in (15, 5):
        answer = world.call(*get(numResults=count, promotions=[PROMOTION | {"percentPromotedItems": 30}]))
        shares[str(count)] = sum("promotionName" in item for item in answer["itemList"])
    return shares


@BOOK.observed(
    "runtime/and-beside-or",
    "CreateFilter GetRecommendations",
    "Which binds tighter, AND or OR?",
    needs=("<picks campaign>",),
)
def precedence(world: World) -> Any:
    """Comedies, or else films of war at a price that none has: they are there unless OR binds tighter."""
    where = 'Items.GENRE IN ("Comedy") OR Items.GENRE IN ("War") AND Items.PRICE > 1000000'
    arn = world.make(*request("CreateFilter", name="<new>", filterExpression=f"INCLUDE ItemID WHERE {where}"))
    return "AND" if world.call(*get(filterArn=arn, numResults=1))["itemList"] else "OR"


@BOOK.observed(
    "runtime/exclude-without-its-value",
    "CreateFilter GetRecommendations",
    "How much of an EXCLUDE does a missing value switch off?",
    needs=("<picks campaign>",),
)
def switched_off(world: World) -> Any:
    """Comedies that are of brand b0, or cost more than 20: the value of the brand is missing."""
    filters = {
        "and": 'EXCLUDE ItemID WHERE Items.GENRE IN ("Comedy") AND Items.BRAND IN ($BRAND)',
        "or": 'EXCLUDE ItemID WHERE Items.GENRE IN ("Comedy") OR Items.BRAND IN ($BRAND)',
    }
    seen = {}
    for word, expression in filters.items():
        arn = world.make(*request("CreateFilter", name=f"<new {word}>", filterExpression=expression))
        answer = world.call(*get(filterArn=arn, numResults=100))
        comedies = any(int(item["itemId"][1:]) % 2 == 0 for item in answer["itemList"] if item["itemId"][1:].isdigit())
        seen[word] = "comedies stay" if comedies else "comedies are excluded"
    return seen


@BOOK.observed(
    "runtime/if-over-a-null",
    "CreateFilter GetRecommendations",
    "Does IF CurrentUser hold for a user of whom nothing is known?",
    needs=("<picks campaign>", "<shop USERS>"),
)
def if_over_null(world: World) -> Any:
    """A user who is not in the Users dataset, with an operator that null may satisfy, and one that it may not."""
    seen = {}
    for word, condition in {"not in": 'MEMBERSHIP NOT IN ("gold")', "above": "AGE > 1"}.items():
        expression = f'EXCLUDE ItemID WHERE Items.GENRE IN ("Comedy") IF CurrentUser.{condition}'
        arn = world.make(*request("CreateFilter", name=f"<new {word}>", filterExpression=expression))
        answer = world.ask(*get(filterArn=arn, userId="nobody", numResults=100))
        if isinstance(answer, Refusal):
            seen[word] = observation(answer)
        else:
            ids = [item["itemId"][1:] for item in answer["itemList"]]
            seen[word] = "does not hold" if any(text.isdigit() and int(text) % 2 == 0 for text in ids) else "holds"
    return seen
