"""Expressions that the service takes, and expressions that it refuses.

From the developer guide, AWS sample notebooks and, for the plain mistakes, from the rules of the guide. Beside each
stand the fields that it needs, and for a refusal the column and the words that must help.
"""

from __future__ import annotations

import pytest

from pytest_personalize.data.avro import Field, Schema
from pytest_personalize.filters import FilterError, check, parse

NUMBERS = {*"ABCDEFGHIJK", "ACTION_EXPIRATION_TIMESTAMP", "AGE", "CREATION_TIMESTAMP", "EVENT_VALUE", "PRICE"}
NUMBERS |= {"REPEAT_FREQUENCY", "STOCK", "TIMESTAMP", "VALUE", "YEAR"}

ACCEPTED = [
    ("EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($EVENT_TYPE)", "INTERACTIONS.EVENT_TYPE"),
    ('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click", "stream")', "INTERACTIONS.EVENT_TYPE"),
    ('INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")', "INTERACTIONS.EVENT_TYPE"),
    ('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")', "INTERACTIONS.EVENT_TYPE"),
    ("EXCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY)", "ITEMS.CATEGORY"),
    (
        "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.GENRE IN CurrentItem.GENRE",
        "ITEMS.PRICE ITEMS.GENRE",
    ),
    (
        'EXCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("shoe") AND Items.CATEGORY_L2 NOT IN ("boot")',
        "ITEMS.CATEGORY_L1 ITEMS.CATEGORY_L2",
    ),
    (
        "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE AND Items.CREATION_TIMESTAMP > $DATE",
        "ITEMS.PRICE ITEMS.CREATION_TIMESTAMP",
    ),
    (
        'INCLUDE ItemID WHERE Items.CATEGORY_L1 IN ("watch") AND Items.CATEGORY_L2 IN ("luxury") IF '
        "CurrentUser.AGE > 18",
        "ITEMS.CATEGORY_L1 ITEMS.CATEGORY_L2 USERS.AGE",
    ),
    ("INCLUDE ItemID WHERE Items.PRICE <= $PRICE", "ITEMS.PRICE"),
    ("INCLUDE ItemID WHERE Items.CREATION_TIMESTAMP < $DATE", "ITEMS.CREATION_TIMESTAMP"),
    ("INCLUDE ItemID WHERE Items.GENRE IN ($GENRE)", "ITEMS.GENRE"),
    ("EXCLUDE ItemID WHERE Items.GENRE IN ($GENRE) IF CurrentUser.AGE = $AGE", "ITEMS.GENRE USERS.AGE"),
    (
        'INCLUDE ItemID WHERE Items.CATEGORY IN ("watch") AND Items.DESCRIPTION IN ("luxury") IF CurrentUser.AGE > 18',
        "ITEMS.CATEGORY ITEMS.DESCRIPTION USERS.AGE",
    ),
    ("INCLUDE UserID WHERE Users.MEMBERSHIP_STATUS IN ($MEMBERSHIP)", "USERS.MEMBERSHIP_STATUS"),
    ("EXCLUDE UserID WHERE Users.AGE < $AGE", "USERS.AGE"),
    ('INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("click", "rating")', "INTERACTIONS.EVENT_TYPE"),
    ("EXCLUDE UserID WHERE Interactions.EVENT_TYPE IN ($EVENT_TYPE)", "INTERACTIONS.EVENT_TYPE"),
    (
        "INCLUDE ItemID WHERE Items.CATEGORY IN ($CATEGORY) | INCLUDE ItemID WHERE Interactions.EVENT_TYPE "
        'IN ("favorite")',
        "ITEMS.CATEGORY INTERACTIONS.EVENT_TYPE",
    ),
    (
        "INCLUDE ItemID WHERE Items.GENRE IN ($GENRE) | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN "
        '("click", "stream")',
        "ITEMS.GENRE INTERACTIONS.EVENT_TYPE",
    ),
    ("INCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ($EVENT_TYPE)", "ACTION_INTERACTIONS.EVENT_TYPE"),
    ('EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("NOT_TAKEN")', "ACTION_INTERACTIONS.EVENT_TYPE"),
    ("EXCLUDE ActionID WHERE Actions.CATEGORY IN ($CATEGORY)", "ACTIONS.CATEGORY"),
    ("INCLUDE ActionID WHERE Actions.VALUE > ($VALUE)", "ACTIONS.VALUE"),
    (
        "EXCLUDE ActionID WHERE Actions.VALUE < ($VALUE) IF CurrentUser.MEMBERSHIP = $PREMIUM",
        "ACTIONS.VALUE USERS.MEMBERSHIP",
    ),
    ('EXCLUDE itemId WHERE INTERACTIONS.event_type in ("Purchase")', "INTERACTIONS.EVENT_TYPE"),
    ('INCLUDE ItemID WHERE Items.PROMOTION IN ("true")', "ITEMS.PROMOTION"),
    ("INCLUDE ItemID WHERE Items.YEAR >= $YEAR1 AND Items.YEAR < $YEAR2", "ITEMS.YEAR"),
    ("INCLUDE ItemID WHERE Items.YEAR >= 1970 AND Items.YEAR < 1980", "ITEMS.YEAR"),
    ('INCLUDE ItemID WHERE Interactions.event_type IN ("Watch")', "INTERACTIONS.EVENT_TYPE"),
    (
        "INCLUDE ItemID WHERE Items.ARTICLE_GENRE IN ($GENRELIST) AND Items.CREATION_TIMESTAMP > $CUTOFF | "
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")',
        "ITEMS.ARTICLE_GENRE ITEMS.CREATION_TIMESTAMP INTERACTIONS.EVENT_TYPE",
    ),
    (
        'EXCLUDE ItemID WHERE ITEMS.CATEGORY_L1 NOT IN ("cold dispensed", "hot dispensed", "salty snacks", '
        '"food service")',
        "ITEMS.CATEGORY_L1",
    ),
    (
        'EXCLUDE ItemID WHERE INTERACTIONS.event_type IN ("Purchase") | EXCLUDE ItemID WHERE '
        'ITEMS.CATEGORY_L1 IN ("cold dispensed", "hot dispensed", "salty snacks", "food service")',
        "INTERACTIONS.EVENT_TYPE ITEMS.CATEGORY_L1",
    ),
    ("INCLUDE ItemID WHERE ITEMS.CATEGORY_L1 IN CurrentItem.CATEGORY_L1", "ITEMS.CATEGORY_L1"),
    (
        'EXCLUDE ItemID WHERE INTERACTIONS.event_type IN ("Purchase") | INCLUDE ItemID WHERE '
        "ITEMS.CATEGORY_L1 IN CurrentItem.CATEGORY_L1",
        "INTERACTIONS.EVENT_TYPE ITEMS.CATEGORY_L1",
    ),
    (
        'EXCLUDE ItemID WHERE INTERACTIONS.event_type IN ("Purchase") | INCLUDE ItemID WHERE ITEMS.PROMOTED '
        'IN ("Y") AND ITEMS.CATEGORY_L1 NOT IN ("cold dispensed", "hot dispensed", "salty snacks", "food '
        'service")',
        "INTERACTIONS.EVENT_TYPE ITEMS.PROMOTED ITEMS.CATEGORY_L1",
    ),
    ('exclude UserId where users.country in ("England", "Japan購入")', "USERS.COUNTRY"),
    ("INCLUDE ItemID WHERE Items.ALLOWED_COUNTRIES IN ($CONTEXT_COUNTRY)", "ITEMS.ALLOWED_COUNTRIES"),
    ("INCLUDE ItemID WHERE Items.CATEGORY_L2 IN ($CATEGORY)", "ITEMS.CATEGORY_L2"),
    ("INCLUDE ItemID WHERE Items.CREATION_TIMESTAMP > 1633240824", "ITEMS.CREATION_TIMESTAMP"),
    ('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchased")', "INTERACTIONS.EVENT_TYPE"),
    ("INCLUDE ItemID WHERE Items.PRICE != 0", "ITEMS.PRICE"),
    ("INCLUDE ItemID WHERE Items.STOCK = 1", "ITEMS.STOCK"),
    ('INCLUDE ItemID WHERE Items.AVAILABLE IN ("True")', "ITEMS.AVAILABLE"),
    ('INCLUDE ItemID WHERE Items.GENRE IN ("Drama") OR Items.GENRE IN ("Comedy")', "ITEMS.GENRE"),
    (
        'INCLUDE ItemID WHERE Items.GENRE IN ("Drama") AND Items.PRICE >= 5 AND Items.PRICE <= 10',
        "ITEMS.GENRE ITEMS.PRICE",
    ),
    (
        'EXCLUDE ItemID WHERE Items.GENRE IN ("Horror") IF CurrentUser.AGE < 18 AND CurrentUser.COUNTRY IN ("US")',
        "ITEMS.GENRE USERS.AGE USERS.COUNTRY",
    ),
    (
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click") IF CurrentUser.AGE > 17',
        "INTERACTIONS.EVENT_TYPE USERS.AGE",
    ),
    (
        "INCLUDE ItemID WHERE Items.GENRE IN ($GENRE) | EXCLUDE ItemID WHERE Items.PRICE > $MAXPRICE | "
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")',
        "ITEMS.GENRE ITEMS.PRICE INTERACTIONS.EVENT_TYPE",
    ),
    (
        "INCLUDE ActionID WHERE Actions.VALUE >= 10 | EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE "
        'IN ("TAKEN")',
        "ACTIONS.VALUE ACTION_INTERACTIONS.EVENT_TYPE",
    ),
    (
        "EXCLUDE ItemID WHERE Items.CREATION_TIMESTAMP < $FROM OR Items.CREATION_TIMESTAMP > $TO",
        "ITEMS.CREATION_TIMESTAMP",
    ),
    ("INCLUDE ItemID WHERE Items.GENRE IN ($A) AND Items.BRAND IN ($B)", "ITEMS.GENRE ITEMS.BRAND"),
    ('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("PURCHASE")', "INTERACTIONS.EVENT_TYPE"),
]

REFUSED = [
    (
        'INCLUDE ItemID WHERE Items.GENRE\xa0IN ("Drama")',
        "ITEMS.GENRE",
        33,
        r"found \xa0, expected IN, NOT IN, =, !=, <, <=, > or >=. It looks like a blank and is none: write a space.",
    ),
    (
        'INCLUDE ItemID WHERE Items.GENRE IN ("Drama")\u200b',
        "ITEMS.GENRE",
        46,
        r"found \u200b, expected AND, OR, IF, | or the end",
    ),
    (
        "EXCLUDE ItemID WHERE Items.IN_STOCK = true",
        "ITEMS.IN_STOCK:boolean",
        39,
        "Boolean fields cannot be filtered: use a string field, or 0 and 1.",
    ),
    (
        'INCLUDE ItemID WHERE Items.IN_STOCK IN ("true")',
        "ITEMS.IN_STOCK:boolean",
        22,
        "field IN_STOCK of Items is boolean and cannot be filtered",
    ),
    (
        "EXCLUDE ItemID WHERE Items.CATEGORY NOT IN ($CATEGORY)",
        "ITEMS.CATEGORY",
        45,
        "Invalid input symbol: $CATEGORY. Placeholders are not allowed with NOT_IN operator.",
    ),
    (
        "INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ($EVENT_TYPE)",
        "INTERACTIONS.EVENT_TYPE",
        54,
        "Invalid input symbol: $EVENT_TYPE. Placeholders are not allowed with NOT_IN operator.",
    ),
    (
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click") AND Items.CATEGORY IN ("shoe")',
        "INTERACTIONS.EVENT_TYPE ITEMS.CATEGORY",
        63,
        "Items in an expression that began with Interactions. An expression uses one dataset",
    ),
    (
        'INCLUDE ItemID WHERE Items.CATEGORY IN ("shoe") OR Interactions.EVENT_TYPE IN ("click")',
        "ITEMS.CATEGORY INTERACTIONS.EVENT_TYPE",
        52,
        "Interactions in an expression that began with Items. An expression uses one dataset",
    ),
    (
        'EXCLUDE ActionID WHERE Actions.CATEGORY IN ("loan") AND Action_Interactions.EVENT_TYPE IN ("TAKEN")',
        "ACTIONS.CATEGORY ACTION_INTERACTIONS.EVENT_TYPE",
        57,
        "Action_Interactions in an expression that began with Actions. An expression uses one dataset",
    ),
    (
        'EXCLUDE ItemID WHERE Items.DESCRIPTION IN ("boot")',
        "ITEMS.DESCRIPTION:textual",
        22,
        "field DESCRIPTION of Items is textual and cannot be filtered",
    ),
    (
        'INCLUDE ItemID WHERE Interactions.DEVICE IN ("mobile")',
        "INTERACTIONS.DEVICE",
        22,
        "Interactions.DEVICE cannot be filtered. Of Interactions only EVENT_TYPE can be.",
    ),
    (
        "INCLUDE ItemID WHERE Interactions.EVENT_VALUE > 3",
        "INTERACTIONS.EVENT_VALUE",
        22,
        "Interactions.EVENT_VALUE cannot be filtered. Of Interactions only EVENT_TYPE can be.",
    ),
    (
        "EXCLUDE ItemID WHERE Interactions.TIMESTAMP < 1600000000",
        "INTERACTIONS.TIMESTAMP",
        22,
        "Interactions.TIMESTAMP cannot be filtered. Of Interactions only EVENT_TYPE can be.",
    ),
    (
        "EXCLUDE ItemID WHERE CurrentUser.AGE > 18",
        "USERS.AGE",
        22,
        "CurrentUser belongs in an IF part at the end of the expression.",
    ),
    (
        "EXCLUDE ItemID WHERE Users.AGE > 18",
        "USERS.AGE",
        22,
        "The user of the request is tested by IF CurrentUser.AGE.",
    ),
    (
        'INCLUDE UserID WHERE Items.GENRE IN ("Drama")',
        "ITEMS.GENRE",
        22,
        "UserID cannot be filtered on Items. UserID is filtered on Users or Interactions.",
    ),
    (
        'INCLUDE ItemID WHERE Items.GENRE IN ("Drama") IF CurrentUser.AGE > 18 IF CurrentUser.COUNTRY IN ("US")',
        "ITEMS.GENRE USERS.AGE USERS.COUNTRY",
        71,
        "An expression has one IF part, extended with AND.",
    ),
    (
        'INCLUDE ItemID WHERE Items.GENRE IN ("Drama") IF CurrentUser.AGE > 18 OR CurrentUser.COUNTRY IN ("US")',
        "ITEMS.GENRE USERS.AGE USERS.COUNTRY",
        71,
        "An IF part is extended with AND only.",
    ),
    (
        'INCLUDE ItemID WHERE Items.GENRE IN ("Drama") IF Items.PRICE > 3',
        "ITEMS.GENRE ITEMS.PRICE",
        50,
        "found Items, expected CurrentUser. An IF part tests fields of CurrentUser only.",
    ),
    (
        'IF CurrentUser.AGE > 18 INCLUDE ItemID WHERE Items.GENRE IN ("Drama")',
        "ITEMS.GENRE USERS.AGE",
        1,
        "IF stands at the end of an expression.",
    ),
    ('EXCLUDE ItemID Items.CATEGORY IN ("shoe")', "ITEMS.CATEGORY", 16, "found Items, expected WHERE."),
    ('ItemID WHERE Items.CATEGORY IN ("shoe")', "ITEMS.CATEGORY", 1, "found ItemID, expected INCLUDE or EXCLUDE."),
    (
        'EXCLUDE WHERE Items.CATEGORY IN ("shoe")',
        "ITEMS.CATEGORY",
        9,
        "found WHERE, expected ItemID, UserID or ActionID.",
    ),
    (
        'EXCLUDE ItemID WHERE CATEGORY IN ("shoe")',
        "ITEMS.CATEGORY",
        22,
        "A field is written dataset.field, such as Items.GENRE.",
    ),
    (
        "EXCLUDE ItemID WHERE Items.CATEGORY IN (shoe)",
        "ITEMS.CATEGORY",
        41,
        "found shoe, expected a text in double quotes or a $PARAMETER. A text stands in double quotes.",
    ),
    ("EXCLUDE ItemID WHERE Items.CATEGORY IN ()", "ITEMS.CATEGORY", 41, "A list needs at least one value."),
    (
        "EXCLUDE ItemID WHERE Items.CATEGORY IN ($A, $B)",
        "ITEMS.CATEGORY",
        43,
        "One placeholder takes the place of a whole list: IN ($NAME).",
    ),
    (
        "INCLUDE ItemID WHERE Items.PRICE BETWEEN 5 AND 10",
        "ITEMS.PRICE",
        34,
        "There is no BETWEEN: write field >= low AND field <= high.",
    ),
    (
        'INCLUDE ItemID WHERE Items.TITLE LIKE "Star%"',
        "ITEMS.TITLE",
        34,
        "There is no LIKE: texts are compared as a whole, with IN.",
    ),
    (
        'INCLUDE ItemID WHERE NOT Items.GENRE IN ("Drama")',
        "ITEMS.GENRE",
        22,
        "NOT exists only in NOT IN: field NOT IN (...).",
    ),
    ("INCLUDE ItemID WHERE Items.GENRE IS NULL", "ITEMS.GENRE", 34, "There is no test for null."),
    (
        'INCLUDE ItemID WHERE Items.NO_SUCH_FIELD IN ("a")',
        "ITEMS",
        22,
        "field NO_SUCH_FIELD not found in the Items schema",
    ),
    (
        "INCLUDE ItemID WHERE Products.PRICE < 3",
        "",
        22,
        "found Products, expected Items, Interactions, Users, Actions or Action_Interactions.",
    ),
    (
        "INCLUDE ItemID WHERE Items.PRICE < $PRICE-LIMIT",
        "ITEMS.PRICE",
        42,
        "found -, expected AND, OR, IF, | or the end.",
    ),
    ("INCLUDE ItemID WHERE Items.GENRE IN ($GENRE) |", "ITEMS.GENRE", 47, "it ends, expected INCLUDE or EXCLUDE"),
    (
        'INCLUDE ItemID WHERE Items.GENRE IN ($GENRE) & EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")',
        "ITEMS.GENRE INTERACTIONS.EVENT_TYPE",
        46,
        "Conditions are joined with AND or OR, expressions with |.",
    ),
    (
        'INCLUDE ItemID WHERE Items.GENRE IN ("Drama") | INCLUDE UserID WHERE Users.AGE > 18',
        "ITEMS.GENRE USERS.AGE",
        49,
        "it selects UserID, the filter began with ItemID. A filter has one target.",
    ),
    (
        "EXCLUDE ActionID WHERE Actions.ACTION_EXPIRATION_TIMESTAMP < 1700000000",
        "ACTIONS.ACTION_EXPIRATION_TIMESTAMP",
        24,
        "Actions.ACTION_EXPIRATION_TIMESTAMP cannot be filtered",
    ),
    (
        "EXCLUDE ActionID WHERE Actions.REPEAT_FREQUENCY > 3",
        "ACTIONS.REPEAT_FREQUENCY",
        24,
        "Actions.REPEAT_FREQUENCY cannot be filtered",
    ),
    (
        "INCLUDE ItemID WHERE Items.A > 1 AND Items.B > 1 AND Items.C > 1 AND Items.D > 1 AND Items.E > 1 "
        "AND Items.F > 1 AND Items.G > 1 AND Items.H > 1 AND Items.I > 1 AND Items.J > 1 AND Items.K > 1",
        "ITEMS.A ITEMS.B ITEMS.C ITEMS.D ITEMS.E ITEMS.F ITEMS.G ITEMS.H ITEMS.I ITEMS.J ITEMS.K",
        None,
        "it has 11 distinct dataset fields",
    ),
]

UNCERTAIN_ACCEPTED = [
    (
        'INCLUDE ActionID WHERE Action.MEMBERSHIP_LEVEL IN ("Premium") IF CurrentUser.MEMBERSHIP = $PREMIUM',
        "ACTIONS.MEMBERSHIP_LEVEL USERS.MEMBERSHIP",
        "the guide prints the singular once; whoever copies it should be understood",
    ),
    (
        "INCLUDE ItemID WHERE Interactions.event_type IN ('watched','favorited')",
        "INTERACTIONS.EVENT_TYPE",
        "two AWS samples have single quotes",
    ),
    (
        'EXCLUDE ItemID WHERE Items.CATEGORY IN ("$CATEGORY")',
        "ITEMS.CATEGORY",
        "row 27: an example of the guide has the placeholder in quotes",
    ),
]

UNCERTAIN_REFUSED = [
    (
        'EXCLUDE ItemID WHERE Items.CATEGORY IN ("*")',
        "ITEMS.CATEGORY",
        41,
        '"*" stands for any EVENT_TYPE only',
        "the star means any event type; as a text it would silently match nothing",
    ),
    (
        'EXCLUDE ItemID WHERE Items.CATEGORY IN ("$CATEGORY", "Drama")',
        "ITEMS.CATEGORY",
        41,
        "a placeholder in quotes is a literal; write $CATEGORY without quotes",
        "a placeholder was meant; as a text it would silently match nothing",
    ),
    (
        'INCLUDE ItemID WHERE (Items.GENRE IN ("Drama") OR Items.GENRE IN ("Comedy")) AND Items.PRICE < 5',
        "ITEMS.GENRE ITEMS.PRICE",
        22,
        "Parentheses do not group conditions",
        "the published language has no grouping",
    ),
    (
        'INCLUDE ItemID WHERE Items.PRICE < "cheap"',
        "ITEMS.PRICE",
        36,
        "compare numbers: write them without quotes",
        "a range of texts has no meaning",
    ),
    (
        "INCLUDE ItemID WHERE Items.PRICE IN (5, 10)",
        "ITEMS.PRICE",
        38,
        "IN compares texts: put each value in double quotes.",
        "numeric lists are not documented",
    ),
    (
        'INCLUDE ItemID WHERE CurrentItem.GENRE IN ("Drama")',
        "ITEMS.GENRE",
        22,
        "CurrentItem stands on the right of an operator.",
        "CurrentItem is an operand; as the tested field it would keep all items or none",
    ),
]


def schemas(needs: str) -> dict[str, Schema]:
    """Schemas with exactly these fields, such as ``ITEMS.GENRE ITEMS.IN_STOCK:boolean``."""
    fields: dict[str, list[Field]] = {}
    for need in needs.split():
        where, _, note = need.partition(":")
        dataset_type, _, name = where.partition(".")
        known = fields.setdefault(dataset_type, [])
        if name:
            base = "boolean" if note == "boolean" else "double" if name in NUMBERS else "string"
            known.append(Field(name=name, type=base, nullable=True, textual=note == "textual"))
    return {
        dataset_type: Schema(dataset_type=dataset_type, domain=None, fields=tuple(known), text="")
        for dataset_type, known in fields.items()
    }


@pytest.mark.parametrize(("expression", "needs"), ACCEPTED)
def test_an_expression_of_the_service_is_accepted(expression: str, needs: str) -> None:
    check(parse(expression), schemas(needs))


@pytest.mark.parametrize(("expression", "needs"), ACCEPTED)
def test_an_accepted_expression_names_the_fields_that_it_needs(expression: str, needs: str) -> None:
    assert parse(expression).fields == set(needs.split())


@pytest.mark.parametrize(("expression", "needs", "column", "words"), REFUSED)
def test_a_mistake_is_refused_with_its_column_and_a_remedy(
    expression: str, needs: str, column: int | None, words: str
) -> None:
    with pytest.raises(FilterError) as refusal:
        check(parse(expression), schemas(needs))
    assert refusal.value.position == column
    assert words in refusal.value.message


@pytest.mark.parametrize(("expression", "needs", "reason"), UNCERTAIN_ACCEPTED)
def test_what_nobody_knows_is_accepted_for_a_reason(expression: str, needs: str, reason: str) -> None:
    check(parse(expression), schemas(needs))


@pytest.mark.parametrize(("expression", "needs", "column", "words", "reason"), UNCERTAIN_REFUSED)
def test_what_nobody_knows_is_refused_for_a_reason(
    expression: str, needs: str, column: int, words: str, reason: str
) -> None:
    with pytest.raises(FilterError) as refusal:
        check(parse(expression), schemas(needs))
    assert refusal.value.position == column
    assert words in refusal.value.message
