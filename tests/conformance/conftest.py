"""One run of all cases in this process, for all tests that look at it; and endpoints that answer otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from attrs import frozen

from pytest_personalize.conformance.cases import CASES
from pytest_personalize.conformance.errors import Refusal
from pytest_personalize.conformance.lane import Lane, in_process
from pytest_personalize.conformance.run import Result, run
from pytest_personalize.conformance.world import World


@frozen
class Whole:
    """What came out of all cases, and every refusal on the way."""

    results: tuple[Result, ...]
    refusals: tuple[Refusal, ...]
    left: list[str]


@pytest.fixture(scope="session")
def whole() -> Whole:
    """All cases, put to the emulator in this process."""
    refusals: list[Refusal] = []
    call = Lane.call

    def listening(lane: Lane, operation: str, members: Mapping[str, Any]) -> Any:
        answer = call(lane, operation, members)
        if isinstance(answer, Refusal):
            refusals.append(answer)
        return answer

    with pytest.MonkeyPatch.context() as patch, in_process() as lane:
        patch.setattr(Lane, "call", listening)
        world = World(lane)
        results = tuple(run(world, CASES))
        left = world.remover.remove_all()
    return Whole(results, tuple(refusals), left)


@pytest.fixture
def otherwise(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mapping[str, Any]], World]]:
    """A world of an endpoint that gives these answers by operation, else the emulator's."""
    with in_process() as lane:

        def world(answers: Mapping[str, Any]) -> World:
            call = lane.call
            monkeypatch.setattr(
                lane, "call", lambda name, members: answers[name] if name in answers else call(name, members)
            )
            return World(lane)

        yield world
