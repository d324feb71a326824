"""What a test run tells about Amazon Personalize: below a failed test, and at the end of the run when asked for."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from pytest_personalize.service.kernel.errors import VALIDATION
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.testing.calls import Call
from pytest_personalize.testing.coverage import coverage
from pytest_personalize.testing.markup import visible

LAST_CALLS: Final = 10
MOST_NAMES: Final = 5  # of resources of one kind with one status
MOST_BACKENDS: Final = 3  # of one test
WIDTH_OF_VALUES: Final = 90
WIDTH_OF_REFUSALS: Final = 400
WIDTH_OF_LISTS: Final = 100
TITLE: Final = "Amazon Personalize"
HINTS: Final[Mapping[str, str]] = {
    VALIDATION: "has no class of its own: catch ClientError and look at response['Error']['Code']"
}
"""What is worth knowing of an error that a call was refused with."""


class Watched(Protocol):
    """What a report needs of a backend."""

    region_name: str
    account_id: str

    @property
    def calls(self) -> Sequence[Call]: ...

    def all_resources(self) -> list[Resource]: ...


Seen = Sequence[tuple[Watched, Call | None]]
"""The backends that a test had to do with, and the last call of each before the test began."""


def calls_since(backend: Watched, last: Call | None) -> list[Call]:
    """The calls after that one; all of them when they were cleared in between."""
    calls = list(backend.calls)
    place = next((place for place in range(len(calls) - 1, -1, -1) if calls[place] is last), -1)
    return calls[place + 1 :]


def failure_section(seen: Seen) -> str:
    """The last calls and the resources with their status, of the last backends that a failed test had to do with."""
    told = [lines for backend, last in seen if (lines := list(_backend_lines(backend, calls_since(backend, last))))]
    if len(told) > 1:
        # Hypothesis has one for every example, and the last example is the one that it has cut down.
        told = [[f"backend {number}:", *lines] for number, lines in enumerate(told, 1)][-MOST_BACKENDS:]
    return "\n".join(line for lines in told for line in lines)


def _backend_lines(backend: Watched, calls: Sequence[Call]) -> Iterator[str]:
    if calls:
        yield f"last {LAST_CALLS} of {len(calls)} calls of this test:" if len(calls) > LAST_CALLS else "calls:"
        for call in calls[-LAST_CALLS:]:
            yield from _call_lines(call)
        met = {call.error for call in calls}
        yield from (f"{code} {hint}" for code, hint in HINTS.items() if code in met)
    resources = backend.all_resources()
    if resources:
        yield "resources:"
        yield from _resource_lines(resources, backend.region_name)


def _resource_lines(resources: Sequence[Resource], home: str) -> Iterator[str]:
    """Those that failed one by one with their reasons, the others by status and kind."""
    alike: dict[str, list[str]] = {}
    width = max(len(resource.status) for resource in resources)
    for resource in resources:
        region = resource.arn.split(":")[3]
        name = name_of(resource)
        where = "" if region == home else f" in {region}"
        start = f"  {resource.status:{width}}  {resource.kind}{where}: "
        if resource.failure_reason:
            yield visible(f"{start}{name}: {resource.failure_reason}")
        else:
            alike.setdefault(start, []).append(name)
    for start, names in alike.items():
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        yield f"{start}{', '.join(names[:MOST_NAMES])}{more}"


def name_of(resource: Resource) -> str:
    """What its ARN has after the kind, as the mappings of a backend have it: ``films/INTERACTIONS`` for a dataset."""
    return resource.arn.split(":", 5)[-1].partition("/")[2]


def _call_lines(call: Call) -> Iterator[str]:
    yield visible(f"  {clock_time(call.time)} {call.service}.{call.operation}({given(call)})")
    if call.error:
        yield visible(f"      {refusal(call)}")
    elif call.response:
        yield visible(f"      {_short(call.response)}")


def refusal(call: Call) -> str:
    """With what a call was refused, in short."""
    return _cut(f"{call.error}: {call.message}", WIDTH_OF_REFUSALS)


def given(call: Call) -> str:
    """The parameters of a call in short."""
    return ", ".join(f"{name}={_short(value)}" for name, value in call.params.items())


def clock_time(moment: float) -> str:
    """A time of the clock of a backend, in UTC with milliseconds."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _short(value: Any) -> str:
    return _cut(json.dumps(value, ensure_ascii=False, default=str), WIDTH_OF_VALUES)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


class Usage:
    """How often which operation was answered, and how often it was refused with which error."""

    def __init__(self) -> None:
        self._answered: Counter[tuple[str, str]] = Counter()
        self._refused: Counter[tuple[str, str, str]] = Counter()

    def add(self, calls: Iterable[Call]) -> None:
        """Count calls."""
        for call in calls:
            if call.error:
                self._refused[call.service, call.operation, call.error] += 1
            else:
                self._answered[call.service, call.operation] += 1

    def state(self) -> list[list[Any]]:
        """All counts as plain values, to be sent from process to process."""
        return [[*key, count] for counter in (self._answered, self._refused) for key, count in counter.items()]

    def merge(self, state: Iterable[Sequence[Any]]) -> None:
        """Add the counts of another one."""
        for *key, count in state:
            if len(key) == 2:
                self._answered[key[0], key[1]] += count
            else:
                self._refused[key[0], key[1], key[2]] += count

    def lines(self) -> Iterator[str]:
        """The report: per service the operations that were used and those that never were, then the errors."""
        for service in coverage():
            used = [name for name in service.emulated if self._calls_of(service.name, name)]
            yield f"{service.name}: {len(used)} of {len(service.emulated)} operations used"
            for name in used:
                yield f"  {self._calls_of(service.name, name):6} {name}"
            unused = ", ".join(name for name in service.emulated if name not in used)
            if unused:
                yield from textwrap.wrap(
                    f"never used: {unused}", WIDTH_OF_LISTS, initial_indent="  ", subsequent_indent="    "
                )
        yield "errors met:" if self._refused else "no errors met"
        for (_, operation, error), count in sorted(self._refused.items(), key=lambda item: item[0][::-1]):
            yield f"  {count:6} {error} of {operation}"

    def _calls_of(self, service: str, operation: str) -> int:
        refused = sum(count for key, count in self._refused.items() if key[:2] == (service, operation))
        return self._answered[service, operation] + refused
