"""How the public names are typed: checked by mypy and pyright, never run.

A line that must be wrong carries an ignore; where a checker finds nothing wrong with it, the ignore is an error.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, assert_type
from unittest import TestCase

from pytest_personalize import (
    PersonalizeBackend,
    RealPersonalizeCallBlocked,
    SeededGroup,
    active_backend,
    mock_personalize,
)
from pytest_personalize.service.control.campaigns import Campaign
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.testing.calls import Call, Calls


@mock_personalize
def bare(number: int, *, text: str = "") -> list[int]:
    return [number]


@mock_personalize(
    region="eu-west-1", transitions="polls:2", quotas={"campaigns": 9}, preset="shop", seed=3, regions=["eu-west-1"]
)
def called(number: int) -> str:
    return str(number)


@mock_personalize
async def coroutine(number: int) -> bytes:
    return bytes(number)


@mock_personalize
def generator() -> Iterator[int]:
    yield 1


@mock_personalize(minimums="aws")
async def async_generator() -> AsyncIterator[str]:
    yield ""


@mock_personalize
class Decorated:
    attribute: int = 1


@mock_personalize(state="personalize.json", preset="shop")
def with_state() -> int:
    return 1


@mock_personalize(account_id="999999999999")
class DecoratedCase(TestCase):
    def helper(self) -> int:
        return 1


def signatures_are_kept() -> None:
    assert_type(bare(1, text="a"), list[int])
    assert_type(called(1), str)
    assert_type(generator(), Iterator[int])
    assert_type(async_generator(), AsyncIterator[str])
    assert_type(Decorated().attribute, int)
    assert_type(DecoratedCase().helper(), int)
    bare("one")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    called(number="one")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    bare(1, 2)  # type: ignore[call-arg,arg-type] # pyright: ignore[reportCallIssue]


async def coroutines_are_awaited() -> None:
    assert_type(await coroutine(1), bytes)
    async with mock_personalize() as backend:
        assert_type(backend, PersonalizeBackend)


def unknown_options_are_found_before_the_test_runs() -> None:
    mock_personalize(regoin="eu-west-1")  # type: ignore[call-overload] # pyright: ignore[reportCallIssue]
    mock_personalize(seed="one")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]


def a_backend_is_typed() -> None:
    with mock_personalize(s3="memory") as backend:
        assert_type(backend, PersonalizeBackend)
    assert_type(active_backend(), PersonalizeBackend)
    assert_type(backend.calls, Calls)
    assert_type(backend.calls[0], Call)
    assert_type(backend.calls[:2], Calls)
    assert_type(backend.calls[0].error, str | None)
    backend.assert_not_called("PutEvents")
    backend.faults.latency("PutEvents", 0.1, real=True)
    backend.faults.fail("PutEvents", "Teapot", any_code=True)
    backend.faults.chaos(7)
    assert_type(backend.campaigns["mine"], Campaign)
    assert_type(backend.campaigns["mine"].solution_version_arn, str)
    assert_type(backend.dataset_groups["mine"], DatasetGroup)
    assert_type(backend.region("eu-west-1").campaigns["mine"], Campaign)
    assert_type(backend.clock.now(), datetime)
    assert_type(backend.clock.advance(minutes=3), datetime)
    assert_type(backend.clock.advance(timedelta(hours=1)), datetime)
    assert_type(backend.clock.move_to(1_700_000_000), datetime)
    assert_type(backend.wait("arn").status, str)
    assert_type(backend.s3.get("s3://bucket/key"), bytes)
    assert_type(backend.seed("shop", users=3), SeededGroup)
    assert_type(backend.seed_from("films", interactions=[("ada", "alien")], domain="ECOMMERCE"), SeededGroup)
    backend.transitions = "polls:2"
    backend.transitions["campaign"] = "clock"
    backend.transitions = backend.transitions
    backend.faults.throttle("PutEvents", times=2)
    backend.answers("arn").for_user("u1", items=["a", ("b", 0.5), {"itemId": "c"}]).default(items=[])
    backend.answers.load("answers.json")
    backend.restore(backend.snapshot())
    backend.campaigns["mine"].name = "other"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
    backend.campaigns["mine"] = 1  # type: ignore[index] # pyright: ignore[reportIndexIssue]
    backend.campains  # type: ignore[attr-defined] # noqa: B018 # pyright: ignore


def misspelt_names_are_found_before_the_test_runs(backend: PersonalizeBackend) -> None:
    backend.seed("shop", ids="uuid")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    backend.seed("shpo")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    mock_personalize(preset="shpo")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]
    mock_personalize(transitions="poll")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]
    mock_personalize(transitions={"default": "clock", "solution-version": "polls:9"})
    backend.transitions["campain"] = "clock"  # type: ignore[index] # pyright: ignore[reportArgumentType]
    backend.transitions = "cloc"  # type: ignore[assignment] # pyright: ignore[reportAttributeAccessIssue]
    backend.assert_called("put_events")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    backend.assert_not_called("PutEvent")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    backend.calls.of("PutEvent")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    backend.faults.fail("GetRecommendations", "Trottling")  # type: ignore[call-overload] # pyright: ignore
    backend.faults.throttle("GetRecommendation")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    backend.faults.fail_job("*", "no")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    backend.wait("arn", until="ACTIV")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    backend.answers("arn").raises("NotFound")  # type: ignore[call-overload] # pyright: ignore[reportArgumentType]


def a_group_is_typed(group: SeededGroup) -> None:
    assert_type(group.arn, str)
    assert_type(group.users, list[str])
    assert_type(group.rows["ITEMS"][0], Mapping[str, Any])
    assert_type(group.recommenders["aws-ecomm-recommended-for-you"], str)


def a_blocked_call_says_what_it_was(error: RealPersonalizeCallBlocked) -> None:
    assert_type(error.service, str)
    assert_type(error.operation, str)
