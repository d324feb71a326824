"""Recommendations through filters."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import count, cycle
from typing import Any

import attrs

from benchmarks.data import Data
from benchmarks.deployment import Deployment, deploy
from benchmarks.harness import REGION, Bench, Pair, budget, emulated_client, limit
from benchmarks.importing import ITEMS, schema_text
from benchmarks.runtime import ASKING, MANY_ITEMS, RESULTS, few_items, many_items
from pytest_personalize import mock_personalize
from pytest_personalize.filters import indexes
from pytest_personalize.filters.compiled import compile_filter
from pytest_personalize.filters.parser import parse

LONGEST = 2_500  # characters of an expression
OTHERS = 1_000
LEFT = 10
RARE_YEAR = "1800"


@limit(f"a filter of {LONGEST:,} characters, parsed and compiled", most=10, unit="ms")
def compile_longest(bench: Bench) -> float:
    """The shortest of several times, each for an expression that was not seen before."""
    numbers = count()
    return min(_compile(next(numbers)) for _ in range(15))


def _compile(number: int) -> float:
    genres = ", ".join(f'"genre {number} {index}"' for index in range(110))
    expression = f"INCLUDE ItemID WHERE Items.YEAR IN ($YEAR) AND Items.GENRE IN ({genres}"[: LONGEST - 12]
    expression = expression[: expression.rindex(",")] + ")"
    start = time.perf_counter()
    compile_filter(parse(expression))
    return (time.perf_counter() - start) * 1000


def with_numeric_years(data: Data) -> tuple[Data, str]:
    """The data and the schema of its items with YEAR as a number; what is no number becomes null."""
    header, *lines = data.items.decode().splitlines()
    rows = [re.sub(r"([^,]*)$", lambda year: year[0] if year[0].isdigit() else "", line, count=1) for line in lines]
    schema = json.loads(schema_text(ITEMS))
    schema["fields"] = [
        {"name": "YEAR", "type": ["null", "int"]} if field["name"] == "YEAR" else field for field in schema["fields"]
    ]
    return attrs.evolve(data, items="\n".join([header, *rows, ""]).encode()), json.dumps(schema)


@budget(f"GetRecommendations, {RESULTS} of the data of this run but what was watched, each user", floors=2.6)
def unseen(bench: Bench) -> Iterator[Pair]:
    """Another user each time, so that nothing that is worked out for one serves the next."""
    with mock_personalize() as backend:
        deployment = deploy(backend, bench.data)
        arn = deployment.add_filter('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")')
        yield _asked(bench, deployment, arn, dict, users=range(1, 601))


@budget(f"GetRecommendations, {RESULTS} of the data of this run, year and parameter", floors=3)
def parametrised(bench: Bench) -> Iterator[Pair]:
    """A genre of the caller, and years in order."""
    data, schema = with_numeric_years(bench.data)
    genres = cycle(["Drama", "Comedy", "Action"])
    with mock_personalize() as backend:
        deployment = deploy(backend, data, items_schema=schema)
        arn = deployment.add_filter("INCLUDE ItemID WHERE Items.YEAR > 1990 AND Items.GENRE IN ($G)")
        yield _asked(bench, deployment, arn, lambda: {"G": f'"{next(genres)}"'})


@budget(f"GetRecommendations, a filter leaves {LEFT} of {MANY_ITEMS:,} items", floors=8)
def few_left(bench: Bench) -> Iterator[Pair]:
    """Ten items have a year that no other has."""
    data = many_items(bench)
    header, *lines = data.items.decode().splitlines()
    rows = [line[:-4] + RARE_YEAR if number < LEFT else line for number, line in enumerate(lines)]
    with mock_personalize() as backend:
        deployment = deploy(backend, attrs.evolve(data, items="\n".join([header, *rows, ""]).encode()))
        arn = deployment.add_filter(f'INCLUDE ItemID WHERE Items.YEAR IN ("{RARE_YEAR}")')
        answer = emulated_client("personalize-runtime").get_recommendations(
            campaignArn=deployment.campaign_arn, userId="1", filterArn=arn
        )
        assert len(answer["itemList"]) == LEFT
        yield _asked(bench, deployment, arn, dict)


WIDE = 'INCLUDE ItemID WHERE Items.YEAR > 1960 AND Items.GENRE IN ("Drama", "Comedy")'


def _over_many(bench: Bench, first: bool) -> Iterator[Pair]:
    data, schema = with_numeric_years(many_items(bench))
    with mock_personalize() as backend:
        deployment = deploy(backend, data, items_schema=schema)
        pair = _asked(bench, deployment, deployment.add_filter(WIDE), dict)

        def forgetful() -> None:
            indexes._INDEXES.clear()
            pair.work()

        yield Pair(work=forgetful, base=pair.base) if first else pair


@budget(f"the first filtered answer over {MANY_ITEMS:,} items", floors=200)
def first_answer(bench: Bench) -> Iterator[Pair]:
    """A number and a category of every item are looked at."""
    yield from _over_many(bench, first=True)


@budget(f"a later filtered answer over {MANY_ITEMS:,} items", floors=4)
def later_answer(bench: Bench) -> Iterator[Pair]:
    """The same again."""
    yield from _over_many(bench, first=False)


@budget(f"GetRecommendations through one filter beside {OTHERS:,} others", times=1.1, versus="alone")
def beside_others(bench: Bench) -> Iterator[Pair]:
    """Two accounts with the same data, one of them with many filters."""
    yield Pair(work=_through_one_of(bench, OTHERS), base=_through_one_of(bench, 0))


def _through_one_of(bench: Bench, others: int) -> Callable[[], object]:
    with mock_personalize(quotas=None) as backend:
        deployment = deploy(backend, few_items(bench))
        arn = deployment.add_filter('INCLUDE ItemID WHERE Items.GENRE IN ("Drama", "Comedy")')
        for number in range(others):
            deployment.add_filter(f'EXCLUDE ItemID WHERE Items.GENRE IN ("genre {number}")', name=f"other{number}")
    users = cycle(map(str, ASKING))
    request = {"campaignArn": deployment.campaign_arn, "filterArn": arn}

    def ask() -> object:
        body = json.dumps(request | {"userId": next(users)})
        return backend._door.call("personalize-runtime", "GetRecommendations", REGION, body)

    return ask


@budget("explain an item, of the data of this run and through a filter", floors=10)
def explain(bench: Bench) -> Iterator[Pair]:
    """An item that stands far down, beside the first 25 of the answer, for one user after the other."""
    with mock_personalize() as backend:
        deployment = deploy(backend, bench.data)
        arn = deployment.add_filter('EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("watch")')
        campaign, users = deployment.campaign_arn, cycle(map(str, ASKING))
        far = backend.explain(campaign, user_id=next(users), filter_arn=arn, num_results=500).answer[-1]

        def explain_one() -> object:
            return backend.explain(campaign, user_id=next(users), filter_arn=arn, num_results=RESULTS, items=far)

        yield bench.against_floor(explain_one)


def _asked(
    bench: Bench,
    deployment: Deployment,
    filter_arn: str,
    values: Callable[[], dict[str, str]],
    users: Iterable[int] = ASKING,
) -> Pair:
    asking = cycle(map(str, users))
    request: dict[str, Any] = {"campaignArn": deployment.campaign_arn, "filterArn": filter_arn, "numResults": RESULTS}
    return bench.call(
        "personalize-runtime",
        lambda client: client.get_recommendations(userId=next(asking), filterValues=values(), **request),
    )
