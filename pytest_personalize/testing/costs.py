"""What the calls of a run would have cost at AWS, in hours and pieces: their prices are its own.

How long a job takes there is what its script says of the clock. Only calls count: what a preset or a snapshot brought
was not waited for by anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final
from weakref import WeakKeyDictionary

from attrs import define, field

from pytest_personalize.durations import HOUR
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, Script
from pytest_personalize.service.kernel.operations import operation_name
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.testing.calls import Call
from pytest_personalize.testing.markup import visible
from pytest_personalize.testing.watching import Before, Watched, calls_since, own_resources, tally_since

IMPORT: Final = "dataset-import-job"
TRAINED: Final = ("recommender", "solution-version")
BILLED: Final = ("campaign", "recommender")
"""Kinds that cost as long as they stand."""

MOST_TESTS: Final = 20

Job = tuple[str, str, Script]
"""A kind of resource, the step that a call begins with it, and how that goes."""


@cache
def _jobs() -> Mapping[str, Job]:
    """By operation; asked for when there are calls, as the families of resources enter their scripts when loaded."""
    return {operation_name(step, kind): (kind, step, script) for (kind, step), script in SCRIPTS.items()}


@define(eq=False)
class Standing:
    """The campaigns and recommenders that the calls to one backend made, as time goes by at AWS.

    A call takes as long there as its job, unless the clock of the backend has gone on for longer.
    """

    began: float | None = None
    now: float = 0.0
    waited: float = 0.0
    tps: dict[str, int] = field(factory=dict)
    up: set[str] = field(factory=set)

    def take(self, call: Call) -> float:
        """One more call that was answered; returns the TPS seconds that were provisioned since the one before."""
        self.began = call.time if self.began is None else self.began
        kind, step, script = _jobs().get(call.operation, ("", "", None))
        self.waited += sum(script.seconds) if script else 0.0
        before, self.now = self.now, max(self.now, self.waited, call.time - self.began)
        provisioned = (self.now - before) * sum(self.tps[arn] for arn in self.up)
        if kind in BILLED:
            self._change(call, step, f"{kind}Arn")
        return provisioned

    def _change(self, call: Call, step: str, member: str) -> None:
        arn = call.params.get(member) or (call.response or {})[member]
        config = call.params.get("recommenderConfig", {})
        asked = call.params.get("minProvisionedTPS", config.get("minRecommendationRequestsPerSecond"))
        self.tps[arn] = asked or self.tps.get(arn, 1)
        if step in ("create", "start"):
            self.up.add(arn)
        elif step in ("delete", "stop"):
            self.up.discard(arn)


class Costs:
    """Hours and pieces over all tests, and over all workers of pytest-xdist."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._left: dict[str, list[str]] = {}
        self._standing: WeakKeyDictionary[Watched, Standing] = WeakKeyDictionary()

    def add(self, test: str, backend: Watched, before: Before | None) -> None:
        """Take what a test did with one backend."""
        sums = self._sums
        for (_, operation, error), count in tally_since(backend, before).items():
            kind, step, script = _jobs().get(operation, ("", "", None))
            if script is None or error is not None:
                continue
            sums["waited"] += count * sum(script.seconds)
            if step == "create" and kind in (IMPORT, *TRAINED):
                what = "import" if kind == IMPORT else "training"
                sums[f"{what}s"] += count
                sums[f"seconds of {what}s"] += count * script.seconds[-1]
        standing = self._standing.setdefault(backend, Standing())
        sums["TPS seconds"] += sum(standing.take(call) for call in calls_since(backend, before) if not call.error)
        there = {*backend.given, *(before.resources if before else ())}
        left = [_named(one) for one in own_resources(backend, before)[0] if one.arn not in there and _is_left(one)]
        if left:
            self._left.setdefault(test, []).extend(left)

    def state(self) -> list[Any]:
        """All of it as plain values, to be sent from process to process."""
        return [dict(self._sums), self._left]

    def merge(self, state: Sequence[Any]) -> None:
        """Add what another one has."""
        for sums, left in [state] if state else []:
            for name, value in sums.items():
                self._sums[name] += value
            for test, names in left.items():
                self._left.setdefault(test, []).extend(names)

    def lines(self) -> Iterator[str]:
        """The report; nothing when there is nothing that AWS takes time for."""
        if not self._sums["waited"]:
            return
        yield f"waited, one thing after the other: {self._hours('waited')} hours"
        for what in ("import", "training"):
            if count := self._sums[f"{what}s"]:
                yield f"{what}s: {count:.0f}, {self._hours(f'seconds of {what}s')} hours in all"
        if self._sums["TPS seconds"]:
            yield f"provisioned meanwhile: {self._hours('TPS seconds')} TPS hours"
        if self._left:
            yield "left standing at the end of a test:"
        tests = sorted(self._left.items())
        for test, names in tests[:MOST_TESTS]:
            yield visible(f"  {test}: {', '.join(names)}")
        if len(tests) > MOST_TESTS:
            yield f"  and at the end of {len(tests) - MOST_TESTS} more"

    def _hours(self, name: str) -> str:
        return f"{self._sums[name] / HOUR:.2f}"


def _is_left(resource: Resource) -> bool:
    """Whether it costs, and was neither declared out of nothing nor stopped or deleted."""
    status = resource.status
    ended = "FAILED" in status or status.startswith("DELETE") or status == "INACTIVE"
    return resource.kind in BILLED and not resource.declared and not ended


def _named(resource: Resource) -> str:
    return f"{resource.kind} {resource.key}"
