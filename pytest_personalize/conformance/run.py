"""Put cases to a lane: what came out of each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final, Literal

from attrs import frozen

from pytest_personalize.conformance.case import COSTS, WAIT, Case, Cost, Like, Refused, Source, Tier, difference
from pytest_personalize.conformance.errors import Blocked, NotRun, Refusal
from pytest_personalize.conformance.things import THINGS, Deed, File, Thing
from pytest_personalize.conformance.world import OWN, TOKEN, World

Outcome = Literal["as expected", "divergence", "not answered", "not run", "observed"]
"""Divergence: answered otherwise. Not answered: the endpoint lacks an operation that the case calls."""

BUCKET: Final = "bucket"
LONGEST: Final = 300
KEYS: Final = "keys of "
"""Before a member in the place of a path: only its keys are recorded."""


@frozen
class Result:
    """What came out of one case; ``seen`` says what was seen, for an observation as plain data."""

    id: str
    tier: Tier
    outcome: Outcome
    operations: tuple[str, ...]
    expected: str
    source: str
    seen: Any = None


def cost_of(case: Case) -> Cost:
    """The most that anything of a case costs: what it says, and what the things that it names cost."""
    return _most([case.spends, *_costs([case.needs, [members for _, members in case.calls]])])


def _costs(value: Any) -> Iterator[Cost]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _costs(item)
    elif isinstance(value, str):
        for found in TOKEN.finditer(value):
            yield _cost_of_thing(found[1])


@cache
def _cost_of_thing(key: str) -> Cost:
    """Of a thing with all that it needs: a thousand cases name the same few."""
    word, _, rest = key.partition(" ")
    key = (rest if word in OWN else key).removesuffix(" id")
    if key == BUCKET:
        return "import"
    if key not in THINGS:
        return "nothing"
    thing = THINGS[key]
    named = {Deed: "calls", File: "text", Thing: "members"}[type(thing)]
    return _most([thing.costs, *map(_cost_of_thing, thing.after), *_costs(getattr(thing, named))])


def _most(costs: list[Cost]) -> Cost:
    return max(costs, key=COSTS.index)


def run(world: World, cases: Iterable[Case]) -> Iterator[Result]:
    """Put every case to the world, and then the calls with which it could not even begin, each once."""
    setup: dict[str, Result] = {}
    for case in cases:
        outcome, seen = _outcome(world, case)
        if outcome == "not run" and isinstance(seen, Refusal):
            key = f"set-up/{seen.operation}-{seen.code}"
            place = Source("service model", "a request that others depend on")
            expected = "an answer"
            setup[key] = Result(key, "core", "divergence", (seen.operation,), expected, str(place), shorter(str(seen)))
            seen = f"{seen.operation} before it was refused: {seen.code}"
        text = seen if outcome == "observed" or seen is None else shorter(str(seen))
        yield Result(case.id, case.tier, outcome, case.operations, case.expectation, str(case.source), text)
    yield from setup.values()


def shorter(text: str) -> str:
    """A text in one line, for reports."""
    return textwrap.shorten(text, LONGEST, placeholder=" …")


def _outcome(world: World, case: Case) -> tuple[Outcome, Any]:
    if not world.lane.allows(cost := cost_of(case)):
        return "not run", f"costs {'a training' if cost == 'training' else 'an import'}"
    if case.in_process and world.lane.backend is None:
        return "not run", "only the emulator in process can be made to do that"
    try:
        with world.case():
            return _look(world, case)
    except Blocked as blocked:
        if blocked.seen.not_answered:
            return "not answered", f"{blocked.seen.operation}: {blocked.seen.code}"
        return "not run", blocked.seen
    except NotRun as reason:
        return "not run", str(reason)


def _look(world: World, case: Case) -> tuple[Outcome, Any]:
    for need in case.needs:
        world.fill(need)
    if case.run is not None:
        try:
            seen = case.run(world)
        except (ArithmeticError, LookupError, StopIteration, TypeError, ValueError) as error:
            # The function took an answer to have the form that the service gives it.
            seen = f"an answer of another form: {type(error).__name__} {error}"
        if case.is_unknown:
            return "observed", seen
        return ("as expected", None) if seen is None else ("divergence", seen)
    *before, (operation, members) = case.calls
    for earlier in before:
        if earlier[0] == WAIT:
            world.wait(world.fill(earlier[1]["arn"]))
        else:
            world.call(*earlier)
    answer = world.ask(operation, members)
    if case.is_unknown:
        return "observed", observation(answer, case.look)
    problem = _problem(world, case, answer)
    return ("as expected", None) if problem is None else ("divergence", problem)


def observation(answer: dict[str, Any] | Refusal, look: str = "") -> Any:
    """What there is to record: the code of a refusal, or what stands at a dotted path of the answer."""
    if isinstance(answer, Refusal):
        return {"refused": answer.code, **({"message": answer.message} if look == "message" else {})}
    if look.startswith(KEYS):
        return {"answered": sorted(answer.get(look.removeprefix(KEYS)) or ())}
    value: Any = answer
    for part in filter(None, look.split(".")):
        value = (value or {}).get(part)
    return {"answered": value} if look else "answered"


def _problem(world: World, case: Case, answer: dict[str, Any] | Refusal) -> str | None:
    expected = case.expected
    if isinstance(expected, Refused):
        if not isinstance(answer, Refusal):
            return "answered"
        if answer.code != expected.code:
            return str(answer)
        return difference(Like(f".*{world.fill(expected.text)}.*"), answer.message, "the message")
    if isinstance(answer, Refusal):
        return f"refused, {answer}"
    return difference(_filled(world, expected.pattern), answer) if expected else None


def _filled(world: World, pattern: Any) -> Any:
    """A pattern with the ``<...>`` in its texts filled in."""
    if isinstance(pattern, Like):
        return Like(world.fill(pattern.expression))
    if isinstance(pattern, dict):
        return {name: _filled(world, value) for name, value in pattern.items()}
    return [_filled(world, item) for item in pattern] if isinstance(pattern, list) else world.fill(pattern)
