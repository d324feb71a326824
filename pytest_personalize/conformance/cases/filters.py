"""Filter expressions: which are taken, which refused, and what stands in Describe and in lists."""

from __future__ import annotations

from typing import Final

from pytest_personalize.conformance.case import ABSENT, ANY, Case, Source, guide, model, recorded
from pytest_personalize.conformance.rows import II, NF, Book, answered, refused, request, unknown, until_rest

EXAMPLES: Final = guide("filter expression examples")
RULES: Final = guide("filter expression guidelines and requirements")
ELEMENTS: Final = guide("filter expression structure and elements")
NOTEBOOK: Final = recorded("executed notebooks of the immersion day")
MISTAKES: Final = guide("error messages")

TAKEN: Final[tuple[tuple[str, str, Source], ...]] = (
    ("event-types", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click", "stream")', EXAMPLES),
    ("include-event-type", 'INCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("click")', EXAMPLES),
    ("any-event-type", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")', ELEMENTS),
    ("event-type-placeholder", "EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ($TYPES)", EXAMPLES),
    ("genre-placeholder", "INCLUDE ItemID WHERE Items.GENRE IN ($GENRE)", EXAMPLES),
    ("exclude-placeholder", "EXCLUDE ItemID WHERE Items.GENRE IN ($GENRE)", EXAMPLES),
    ("in-and-not-in", 'EXCLUDE ItemID WHERE Items.GENRE IN ("War") AND Items.BRAND NOT IN ("b1")', EXAMPLES),
    ("number", "INCLUDE ItemID WHERE Items.PRICE <= 10.5", EXAMPLES),
    ("negative-number", "INCLUDE ItemID WHERE Items.PRICE > -1", ELEMENTS),
    ("number-placeholder", "INCLUDE ItemID WHERE Items.PRICE <= $PRICE", EXAMPLES),
    ("placeholder-in-parentheses", "INCLUDE ActionID WHERE Actions.VALUE > ($VALUE)", EXAMPLES),
    ("timestamp", "INCLUDE ItemID WHERE Items.CREATION_TIMESTAMP > 1633240824", EXAMPLES),
    ("two-bounds", "INCLUDE ItemID WHERE Items.STOCK >= 1 AND Items.STOCK < 80", NOTEBOOK),
    ("two-placeholders", "INCLUDE ItemID WHERE Items.STOCK >= $LEAST AND Items.STOCK < $MOST", NOTEBOOK),
    ("not-equal", "INCLUDE ItemID WHERE Items.PRICE != 0", ELEMENTS),
    ("equal", "INCLUDE ItemID WHERE Items.STOCK = 1", ELEMENTS),
    ("or", 'INCLUDE ItemID WHERE Items.GENRE IN ("War") OR Items.GENRE IN ("Drama")', ELEMENTS),
    (
        "three-conditions",
        'INCLUDE ItemID WHERE Items.GENRE IN ("War") AND Items.PRICE > 5 AND Items.PRICE < 9',
        ELEMENTS,
    ),
    ("if-user", 'EXCLUDE ItemID WHERE Items.GENRE IN ("War") IF CurrentUser.AGE < 18', EXAMPLES),
    ("if-user-placeholder", "EXCLUDE ItemID WHERE Items.GENRE IN ($GENRE) IF CurrentUser.AGE = $AGE", EXAMPLES),
    (
        "if-user-twice",
        'EXCLUDE ItemID WHERE Items.GENRE IN ("War") IF CurrentUser.AGE < 18 AND CurrentUser.MEMBERSHIP IN ("gold")',
        ELEMENTS,
    ),
    (
        "if-after-interactions",
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("x") IF CurrentUser.AGE > 17',
        ELEMENTS,
    ),
    ("current-item-number", "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.PRICE", EXAMPLES),
    ("current-item-categories", "INCLUDE ItemID WHERE Items.GENRE IN CurrentItem.GENRE", EXAMPLES),
    ("plain-text-field", 'INCLUDE ItemID WHERE Items.TITLE IN ("Film 1")', EXAMPLES),
    (
        "blanks-in-text",
        'EXCLUDE ItemID WHERE Items.GENRE NOT IN ("cold drinks", "hot drinks")',
        recorded("a demo store"),
    ),
    ("not-ascii", 'INCLUDE ItemID WHERE Items.GENRE IN ("日本")', NOTEBOOK),
    ("any-case", 'exclude itemId where INTERACTIONS.event_type in ("Purchase")', NOTEBOOK),
    (
        "two-expressions",
        'INCLUDE ItemID WHERE Items.GENRE IN ($GENRE) | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("buy")',
        guide("multiple filter expressions"),
    ),
    (
        "three-expressions",
        "INCLUDE ItemID WHERE Items.GENRE IN ($GENRE) | EXCLUDE ItemID WHERE Items.PRICE > $MOST"
        ' | EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")',
        guide("multiple filter expressions"),
    ),
    (
        "exclude-first",
        'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("x") | INCLUDE ItemID WHERE Items.BRAND IN CurrentItem.BRAND',
        recorded("a demo store"),
    ),
    ("users-by-metadata", "INCLUDE UserID WHERE Users.MEMBERSHIP IN ($MEMBERSHIP)", guide("user segment examples")),
    ("users-by-number", "EXCLUDE UserID WHERE Users.AGE < $AGE", guide("user segment examples")),
    ("users-by-events", 'INCLUDE UserID WHERE Interactions.EVENT_TYPE IN ("click")', guide("user segment examples")),
    (
        "actions-by-events",
        'EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("TAKEN")',
        guide("action examples"),
    ),
    ("actions-by-metadata", 'EXCLUDE ActionID WHERE Actions.KIND IN ("loan")', guide("action examples")),
    (
        "actions-by-both",
        'INCLUDE ActionID WHERE Actions.VALUE > 9 | EXCLUDE ActionID WHERE Action_Interactions.EVENT_TYPE IN ("TAKEN")',
        guide("action examples"),
    ),
)
"""What is tried, an expression that is taken, and who says so."""

REFUSED: Final[tuple[tuple[str, str, Source], ...]] = (
    ("no-expression", "INCLUDE everything", ELEMENTS),
    ("no-action", "ItemID WHERE Items.PRICE > 1", ELEMENTS),
    ("no-target", "INCLUDE WHERE Items.PRICE > 1", ELEMENTS),
    ("unknown-target", "INCLUDE FilmID WHERE Items.PRICE > 1", ELEMENTS),
    ("no-condition", "INCLUDE ItemID WHERE", ELEMENTS),
    ("no-dataset", "INCLUDE ItemID WHERE PRICE > 1", ELEMENTS),
    ("unknown-dataset", "INCLUDE ItemID WHERE Films.PRICE > 1", ELEMENTS),
    ("unknown-field", "INCLUDE ItemID WHERE Items.COLOUR > 3", RULES),
    ("unknown-user-field", 'EXCLUDE ItemID WHERE Items.GENRE IN ("War") IF CurrentUser.HEIGHT > 1', RULES),
    ("unknown-field-of-current-item", "INCLUDE ItemID WHERE Items.PRICE < CurrentItem.COST", RULES),
    ("boolean-field", "EXCLUDE ItemID WHERE Items.IN_STOCK = true", MISTAKES),
    ("boolean-field-as-text", 'INCLUDE ItemID WHERE Items.IN_STOCK IN ("true")', MISTAKES),
    ("textual-field", 'EXCLUDE ItemID WHERE Items.PLOT IN ("boot")', RULES),
    ("placeholder-with-not-in", "EXCLUDE ItemID WHERE Items.GENRE NOT IN ($GENRE)", MISTAKES),
    ("event-placeholder-with-not-in", "INCLUDE ItemID WHERE Interactions.EVENT_TYPE NOT IN ($TYPES)", MISTAKES),
    ("two-datasets", 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("x") AND Items.GENRE IN ("War")', RULES),
    ("two-datasets-or", 'INCLUDE ItemID WHERE Items.GENRE IN ("War") OR Interactions.EVENT_TYPE IN ("x")', RULES),
    (
        "two-datasets-of-actions",
        'EXCLUDE ActionID WHERE Actions.KIND IN ("loan") AND Action_Interactions.EVENT_TYPE IN ("TAKEN")',
        RULES,
    ),
    ("interactions-device", 'INCLUDE ItemID WHERE Interactions.DEVICE IN ("mobile")', RULES),
    ("interactions-value", "INCLUDE ItemID WHERE Interactions.EVENT_VALUE > 3", RULES),
    ("interactions-timestamp", "EXCLUDE ItemID WHERE Interactions.TIMESTAMP < 1600000000", RULES),
    ("users-in-where", "INCLUDE ItemID WHERE Users.AGE > 3", RULES),
    ("items-for-users", "INCLUDE UserID WHERE Items.PRICE > 3", RULES),
    ("items-for-actions", "INCLUDE ActionID WHERE Items.PRICE > 3", RULES),
    ("actions-for-items", "INCLUDE ItemID WHERE Actions.VALUE > 3", RULES),
    ("if-in-the-middle", 'EXCLUDE ItemID WHERE Items.PRICE > 1 IF CurrentUser.AGE > 1 OR Items.GENRE IN ("x")', RULES),
    ("if-twice", "EXCLUDE ItemID WHERE Items.PRICE > 1 IF CurrentUser.AGE > 1 IF CurrentUser.AGE < 9", RULES),
    ("if-of-items", "EXCLUDE ItemID WHERE Items.PRICE > 1 IF Items.STOCK > 1", RULES),
    ("current-item-of-users", "INCLUDE UserID WHERE Users.AGE > CurrentItem.PRICE", RULES),
    ("two-targets", "INCLUDE ItemID WHERE Items.PRICE > 1 | EXCLUDE UserID WHERE Users.AGE > 1", RULES),
    ("list-without-parentheses", 'INCLUDE ItemID WHERE Items.GENRE IN "War"', ELEMENTS),
    ("empty-list", "INCLUDE ItemID WHERE Items.GENRE IN ()", ELEMENTS),
    ("two-placeholders-in-a-list", "INCLUDE ItemID WHERE Items.GENRE IN ($A, $B)", guide("filtering in real time")),
    ("open-text", 'INCLUDE ItemID WHERE Items.GENRE IN ("War)', ELEMENTS),
    ("bare-word", "INCLUDE ItemID WHERE Items.GENRE IN (War)", ELEMENTS),
    ("between", "INCLUDE ItemID WHERE Items.PRICE BETWEEN 1 AND 5", ELEMENTS),
    ("like", 'INCLUDE ItemID WHERE Items.TITLE LIKE "Film%"', ELEMENTS),
    ("is-null", "INCLUDE ItemID WHERE Items.BRAND IS NULL", ELEMENTS),
    ("not-in-front", "INCLUDE ItemID WHERE NOT Items.PRICE > 1", ELEMENTS),
    ("grouping", 'INCLUDE ItemID WHERE (Items.PRICE > 1 OR Items.STOCK > 1) AND Items.GENRE IN ("x")', ELEMENTS),
    ("double-equals", "INCLUDE ItemID WHERE Items.PRICE == 1", ELEMENTS),
    ("text-with-less-than", 'INCLUDE ItemID WHERE Items.GENRE < "War"', ELEMENTS),
    ("number-in-a-list-of-texts", "INCLUDE ItemID WHERE Items.GENRE IN (1, 2)", ELEMENTS),
    ("nothing-after-and", "INCLUDE ItemID WHERE Items.PRICE > 1 AND", ELEMENTS),
    ("nothing-after-the-bar", "INCLUDE ItemID WHERE Items.PRICE > 1 |", ELEMENTS),
    ("semicolon", "INCLUDE ItemID WHERE Items.PRICE > 1; EXCLUDE ItemID WHERE Items.PRICE > 2", ELEMENTS),
)

NEEDS: Final = {
    "Interactions.": "<shop INTERACTIONS>",
    "Items.": "<shop ITEMS>",
    "CurrentItem.": "<shop ITEMS>",
    "Users.": "<shop USERS>",
    "CurrentUser.": "<shop USERS>",
    "Actions.": "<shop ACTIONS>",
    "Action_Interactions.": "<shop ACTION_INTERACTIONS>",
}


def _needs(expression: str) -> tuple[str, ...]:
    """The datasets that an expression names; items for what names none, so that only the expression is wrong."""
    found = {need for word, need in NEEDS.items() if word.lower() in expression.lower()}
    return tuple(sorted(found | {"<shop ITEMS>"}))


def _taken(title: str, expression: str, source: Source) -> Case:
    call = request("CreateFilter", filterExpression=expression)
    return answered(f"filters/{title}", call, {"filterArn": ANY}, source, tier="core", needs=_needs(expression))


def _refused(title: str, expression: str, source: Source) -> Case:
    call = request("CreateFilter", filterExpression=expression)
    return refused(f"filters/{title}", call, II, source, needs=_needs(expression))


def _asked(title: str, question: str, expression: str) -> Case:
    call = request("CreateFilter", filterExpression=expression)
    return unknown(f"filters/{title}", question, call, needs=_needs(expression))


BOOK: Final = Book(
    *(_taken(*row) for row in TAKEN),
    *(_refused(*row) for row in REFUSED),
    refused(
        "filters/words-about-not-in",
        request("CreateFilter", filterExpression="EXCLUDE ItemID WHERE Items.GENRE NOT IN ($GENRE)"),
        II,
        MISTAKES,
        tier="strict",
        text=r"Placeholders are not allowed with NOT_IN operator",
        needs=("<shop ITEMS>",),
    ),
    refused(
        "filters/group-without-the-dataset",
        request("CreateFilter", datasetGroupArn="<group>", filterExpression="INCLUDE ItemID WHERE Items.PRICE > 1"),
        II,
        RULES,
        needs=("<group INTERACTIONS>",),
    ),
    refused(
        "filters/group-in-creation",
        request("CreateFilter", datasetGroupArn="<pending group>"),
        II,
        model("CreateFilter has no other error for it"),
        tier="strict",
    ),
    answered(
        "filters/described",
        ("DescribeFilter", {"filterArn": "<filter>"}),
        {
            "filter": {
                "filterArn": "<filter>",
                "datasetGroupArn": "<shop>",
                "status": "ACTIVE",
                "filterExpression": 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("Purchase")',
                "failureReason": ABSENT,
            }
        },
        model("the shape Filter"),
        tier="core",
    ),
    answered(
        "filters/listed-under-a-capital",
        ("ListFilters", {"datasetGroupArn": "<shop>", "maxResults": 1}),
        {"Filters": [{"filterArn": ANY, "filterExpression": ABSENT, "datasetGroupArn": "<shop>"}]},
        model("the shape ListFiltersResponse"),
        tier="core",
        needs=("<filter>",),
    ),
    refused(
        "filters/deleted-is-gone",
        ("DescribeFilter", {"filterArn": "<own filter>"}),
        NF,
        model("the errors of DescribeFilter"),
        ("DeleteFilter", {"filterArn": "<own filter>"}),
        until_rest("<own filter>"),
        tier="core",
    ),
    _asked(
        "single-quotes",
        "Does an expression take texts in single quotes?",
        "INCLUDE ItemID WHERE Items.GENRE IN ('War')",
    ),
    _asked("ids", "Can a filter look at ITEM_ID?", 'INCLUDE ItemID WHERE Items.ITEM_ID IN ("i1")'),
    _asked(
        "if-for-users",
        "Does a filter of users take IF CurrentUser?",
        'INCLUDE UserID WHERE Users.AGE > 1 IF CurrentUser.MEMBERSHIP IN ("gold")',
    ),
    _asked(
        "star-of-another-field",
        'Is "*" the text for a field that is no event type?',
        'INCLUDE ItemID WHERE Items.GENRE IN ("*")',
    ),
)
