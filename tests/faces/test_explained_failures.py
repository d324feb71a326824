"""Below a failed ``assert item in page``: why the item was not in the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]
Section = Callable[[pytest.RunResult, str], list[str]]

TITLE = "Amazon Personalize"
HINT = "hint: to see all that led to it, put into the test"
ARN = "arn:aws:personalize:us-east-1:123456789012:recommender/shop-popular-items-by-purchases"
PAGE = f"""
RUNTIME = boto3.client("personalize-runtime", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
ARN = "{ARN}"

def page(**members):
    answer = RUNTIME.get_recommendations(recommenderArn=ARN, userId="user-ada", **members)
    return [item["itemId"] for item in answer["itemList"]]
"""


def told(result: pytest.RunResult, section: Section) -> list[str]:
    """The lines about an item, below those about the calls."""
    lines = section(result, TITLE)
    begin = next((number for number, line in enumerate(lines) if " in the answer of call " in line), len(lines))
    return lines[begin:]


def test_it_says_why_an_item_is_not_there(run: Run, section: Section) -> None:
    result = run(
        PAGE
        + """
def test_it(shop_dataset_group):
    assert "red-kite" in page(numResults=3)
"""
    )

    assert told(result, section) == [
        "red-kite was not in the answer of call 1: cut by numResults: it is number 5, and there are 3 places",
        HINT,
        "    from pytest_personalize import active_backend",
        "    print(active_backend().explain(",
        f"        '{ARN}',",
        "        user_id='user-ada',",
        "        num_results=3,",
        "        items='red-kite',",
        "    ))",
    ]


def test_it_says_why_an_item_is_there_that_should_not_be(run: Run, section: Section) -> None:
    result = run(
        PAGE
        + """
def test_it(shop_dataset_group):
    assert "blue-mug" not in page(numResults=3)
"""
    )

    assert told(result, section)[0] == "blue-mug was in the answer of call 1: place 1 of 3; popularity 27 users"


def test_it_says_what_the_filter_made_of_it_and_keeps_to_the_width(run: Run, section: Section) -> None:
    result = run(
        PAGE
        + """
def test_it(shop_dataset_group):
    only = shop_dataset_group.filters["only-category"]
    assert "red-kite" not in page(filterArn=only, filterValues={"CATEGORY": '"toys"'})
"""
    )

    lines = told(result, section)
    assert " ".join(line.strip() for line in lines[: lines.index(HINT)]) == (
        "red-kite was in the answer of call 1: place 1 of 19; popularity 22 users; "
        'let through by the filter: INCLUDE ItemID, as Items.CATEGORY_L1 IN ($CATEGORY) holds for "toys" against "toys"'
    )
    assert max(map(len, lines)) <= 100


def test_it_tells_of_the_newest_call_that_gave_such_an_answer(run: Run, section: Section) -> None:
    result = run(
        PAGE
        + """
def test_it(shop_dataset_group, personalize):
    page(numResults=3)
    with pytest.raises(RUNTIME.exceptions.InvalidInputException):
        page(numResults=501)
    personalize.list_recommenders()
    assert "red-kite" in []
"""
    )

    assert told(result, section)[0].startswith("red-kite was not in the answer of call 1: cut by numResults")


@pytest.mark.parametrize(
    "body",
    [
        'assert "kite of my own" in page()',  # no item of the group
        'found = page(); assert "red-kite" in found[:1]',  # it was in the answer
        'assert "red-kite" in ["mug"]',  # nothing was asked
        # the answer would be another one by now, or there would be none
        "page(numResults=3); personalize_backend.answers(ARN).default(items=[]); assert 'red-kite' in []",
        "page(numResults=3); personalize_backend.restore(EMPTY); assert 'red-kite' in []",
        'found = page(numResults=3); assert "red-kite" not in found; raise LookupError("red-kite")',
    ],
)
def test_it_is_silent_where_it_cannot_tell(run: Run, section: Section, body: str) -> None:
    result = run(
        PAGE
        + f"""
def test_it(personalize_backend):
    EMPTY = personalize_backend.snapshot()
    personalize_backend.seed("shop")
    {body}
"""
    )

    result.assert_outcomes(failed=1)
    assert not [line for line in result.outlines if "active_backend" in line]


@pytest.mark.parametrize(
    ("compared", "told_of"),
    [
        (
            'page(numResults=2) == ["blue-mug", "red-kite"]',
            "red-kite was not in the answer of call 1: cut by numResults",
        ),
        (
            '["blue-mug", "red-kite"] == page(numResults=2)',
            "red-kite was not in the answer of call 1: cut by numResults",
        ),
        ('page(numResults=2) == ["blue-mug"]', "linen-scarf was in the answer of call 1: place 2 of 2"),
        ("page(numResults=2) == []", "blue-mug was in the answer of call 1: place 1 of 2"),
    ],
)
def test_it_explains_the_first_item_by_which_lists_differ(
    run: Run, section: Section, compared: str, told_of: str
) -> None:
    result = run(PAGE + f"def test_it(shop_dataset_group):\n    assert {compared}\n")

    assert told(result, section)[0].startswith(told_of)


def test_lists_of_anything_else_are_not_explained(run: Run, section: Section) -> None:
    result = run(PAGE + "def test_it(shop_dataset_group):\n    page()\n    assert [1, [2]] == [[2], 3]\n")

    assert told(result, section) == []
