"""What the cases are held with: patterns, what counts as not answered, costs, and what ``<...>`` stands for."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pytest_personalize.conformance.case import ABSENT, ANY, Like, Long, difference, model
from pytest_personalize.conformance.errors import refusal
from pytest_personalize.conformance.lane import in_process
from pytest_personalize.conformance.rows import II, answered, refused, request
from pytest_personalize.conformance.run import cost_of, run
from pytest_personalize.conformance.world import World

HTML = "<!doctype html><title>500 Internal Server Error</title>"


@pytest.mark.parametrize(
    ("pattern", "seen", "problem"),
    [
        ({}, {"name": "a"}, None),
        ({"name": "a"}, {"name": "a", "other": 1}, None),
        ({"name": "a"}, {"name": "b"}, "name is 'b', not 'a'"),
        ({"name": ANY}, {}, "name is absent"),
        ({"name": ABSENT}, {"name": None}, "name is None, but should be absent"),
        ({"filter": {"status": "ACTIVE"}}, {"filter": {"status": "GONE"}}, "filter.status is 'GONE', not 'ACTIVE'"),
        ({"filter": {"status": "ACTIVE"}}, {"filter": "x"}, "filter is 'x', not a structure"),
        ({"arn": Like("arn:.*")}, {"arn": "arn:aws"}, None),
        ({"arn": Like("arn:.*")}, {"arn": "an arn:aws"}, "arn is 'an arn:aws', not like arn:.*"),
        ({"items": Long(2)}, {"items": [1, 2]}, None),
        ({"items": Long(2)}, {"items": [1]}, "items has 1 entries, not 2"),
        ({"items": [{"id": ANY}, {"id": "b"}]}, {"items": [{"id": "a"}, {"id": "c"}]}, "items[1].id is 'c', not 'b'"),
        ({"items": []}, {"items": [1]}, "items is [1], not []"),
    ],
)
def test_a_pattern_names_the_first_difference(pattern: Any, seen: Any, problem: str | None) -> None:
    assert difference(pattern, seen) == problem


@pytest.mark.parametrize(
    ("code", "message", "status", "nobody"),
    [
        ("ResourceNotFoundException", "no campaign", 404, False),  # of the runtime
        ("ValidationException", "1 validation error detected", 400, False),
        ("ThrottlingException", "Rate exceeded", 400, False),
        ("UnknownOperationException", "", 404, True),
        ("404", "Not Found", 404, True),
        ("500", HTML, 500, True),  # moto_server
        ("InternalFailure", "API for service 'personalize' not yet implemented or pro feature", 501, True),
        ("InternalError", "The ListFilters action has not been implemented", 400, True),
    ],
)
def test_what_nobody_answers_is_not_a_divergence(code: str, message: str, status: int, nobody: bool) -> None:
    error = ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}},
        "GetRecommendations",
    )
    found = refusal(error, "GetRecommendations", frozenset({"InvalidInputException", "ResourceNotFoundException"}))
    assert found.not_answered == nobody


@pytest.mark.parametrize(
    ("call", "cost"),
    [
        (request("CreateSchema"), "nothing"),
        (request("PutItems"), "nothing"),
        (request("CreateSolution"), "nothing"),
        (request("CreateDatasetImportJob"), "import"),
        (request("DescribeDatasetImportJob"), "import"),
        (request("DescribeCampaign"), "training"),
        (request("DeleteCampaign"), "training"),
        (request("GetRecommendations"), "training"),
    ],
)
def test_a_case_costs_what_the_things_cost_that_it_names(call: Any, cost: str) -> None:
    assert cost_of(answered("any/case", call, {}, model("any"))) == cost


class TestWorld:
    def test_a_thing_is_made_once_with_what_it_needs(self) -> None:
        with in_process() as lane:
            world = World(lane)
            arn = world.fill("<filter>")
            assert world.fill("<filter>") == arn
            assert arn.endswith(f":filter/{world.prefix}-filter")
            assert len(world.call("ListDatasets", {})["datasets"]) == 1

    def test_a_thing_of_a_case_is_gone_after_it(self) -> None:
        with in_process() as lane:
            world = World(lane)
            with world.case():
                world.fill("<own filter> <pending group>")
            assert world.call("ListFilters", {})["Filters"] == []
            assert len(world.call("ListDatasetGroups", {})["datasetGroups"]) == 1  # of the filter

    def test_arns_of_elsewhere(self) -> None:
        with in_process() as lane:
            world = World(lane)
            assert world.fill("<here@eu-west-1#210987654321>") == "arn:aws:personalize:eu-west-1:210987654321"

    def test_expressions_are_left_alone(self) -> None:
        with in_process() as lane:
            expression = "INCLUDE ItemID WHERE Items.PRICE < $MOST AND Items.PRICE > 1"
            assert World(lane).fill(expression) == expression


def test_a_call_that_others_need_counts_once_when_it_is_refused() -> None:
    source = model("any")
    bad = request("CreateSchema", schema="{")
    cases = [
        refused("any/first", request("CreateSchema"), II, source, bad),
        refused("any/second", request("CreateSchema"), II, source, bad),
    ]
    with in_process() as lane:
        found = [(result.id, result.outcome) for result in run(World(lane), cases)]
    assert found == [
        ("any/first", "not run"),
        ("any/second", "not run"),
        ("set-up/CreateSchema-InvalidInputException", "divergence"),
    ]
