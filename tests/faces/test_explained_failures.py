"""Below a failed ``assert item in page``: why the item was not in the answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]
Section = Callable[[pytest.RunResult, str], list[str]]

TITLE = "Amazon Personalize"
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
    return [line for line in lines if " in the answer of call " in line or "backend.explain" in line]


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
        f"        hint: print(backend.explain('{ARN}', user_id='user-ada', num_results=3, items='red-kite'))",
    ]


def test_it_says_why_an_item_is_there_that_should_not_be(run: Run, section: Section) -> None:
    result = run(
        PAGE
        + """
def test_it(shop_dataset_group):
    assert "blue-mug" not in page(numResults=3)
"""
    )

    assert told(result, section)[0] == "blue-mug was in the answer of call 1: place 1 of 3"


@pytest.mark.parametrize(
    "body",
    [
        'assert "kite of my own" in page()',  # no item of the group
        'found = page(); assert "red-kite" in found[:1]',  # it was in the answer
        'assert page() == ["red-kite"]',
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
    assert not [line for line in result.outlines if "backend.explain" in line]
