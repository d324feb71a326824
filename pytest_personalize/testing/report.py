"""What a test run tells about Amazon Personalize: below a failed test, and at the end of the run when asked for."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pytest_personalize.service.kernel.lifecycle import SCRIPTS
from pytest_personalize.service.kernel.resource import ACTIVE, Resource
from pytest_personalize.service.kernel.transitions import Transitions
from pytest_personalize.testing.calls import Call, Tally
from pytest_personalize.testing.coverage import ServiceCoverage, coverage
from pytest_personalize.testing.hints import Surroundings, hints, remedies
from pytest_personalize.testing.markup import cut, visible
from pytest_personalize.testing.watching import (
    Before,
    Seen,
    Watched,
    calls_since,
    made_up_since,
    own_resources,
    tally_since,
)

LAST_CALLS: Final = 10
MOST_NAMES: Final = 5  # of resources of one kind with one status
MOST_BACKENDS: Final = 3  # of one test
MOST_LINES: Final = 3  # of one call, or of its answer
WIDTH: Final = 100
WIDTH_OF_VALUES: Final = 90
WIDTH_OF_REFUSALS: Final = 400
TITLE: Final = "Amazon Personalize"
Paint = Callable[[str, str], str]
"""Gives a text the colour for ``good``, ``bad``, ``moving``, ``still``, ``hint`` or ``heading``."""


def failure_section(seen: Seen, paint: Paint) -> str:
    """What a failed test made, changed and called, in the last backends that it had to do with."""
    told = [
        (backend, lines)
        for backend, before in seen
        if (lines := list(_backend_lines(backend, before, _others(backend, seen), paint)))
    ]
    blocks = [lines for _, lines in told]
    if len(told) > 1:
        # Hypothesis has one for every example, and the last example is the one that it has cut down.
        blocks = [
            [paint(f"backend {number}: account {backend.account_id}, {backend.region_name}", "heading"), *lines]
            for number, (backend, lines) in enumerate(told, 1)
        ][-MOST_BACKENDS:]
    return "\n".join(line for lines in blocks for line in lines)


def _others(backend: Watched, seen: Seen) -> dict[str, dict[str, Resource]]:
    """The resources of the other backends by ARN, by what those are called; those of the last few."""
    return {
        f"another backend (account {other.account_id}, {other.region_name})": by_arn(other)
        for other, _ in seen[-MOST_BACKENDS:]
        if other is not backend
    }


def by_arn(backend: Watched) -> dict[str, Resource]:
    """All its resources."""
    return {resource.arn: resource for resource in backend.all_resources()}


def _backend_lines(
    backend: Watched, before: Before | None, others: Mapping[str, Mapping[str, Resource]], paint: Paint
) -> Iterator[str]:
    own, gone = own_resources(backend, before)
    if own or gone:
        yield paint("resources that this test made or changed:", "heading")
        yield from _resource_lines(own, gone, backend.region_name, paint)
        clock = backend.clock.inner.state
        is_where_it_was = clock.frozen is None and clock.offset < ON_ITS_OWN
        if is_where_it_was and any(_waits_for(backend.transitions, each) for each in own):
            yield paint(f"  {CLOCK_STANDS}", "hint")
    if missed := backend.faults.missed:
        yield paint("faults that no call has met:", "heading")
        yield from (cut(f"  {visible(str(fault))}", WIDTH) for fault in missed)
    made_up = made_up_since(backend, before)
    if made_up:
        yield cut(f'made up for s3="sample": {visible(", ".join(made_up))}', WIDTH)
    calls = calls_since(backend, before)
    count = tally_since(backend, before).total()
    if count:
        told = _in_a_row(calls)
        shown = sum(alike for _, alike in told)
        yield paint(f"last {shown} of {count} calls:" if shown < count else "calls:", "heading")
        around = Surroundings(by_arn(backend), calls, others)
        number = count - shown + 1
        for call, alike in told:
            yield from _call_lines(number, call, around, paint)
            number += alike
            if alike > 1:
                yield paint(f"        {alike:,} times in a row, the last is {number - 1}", "hint")


def _in_a_row(calls: Sequence[Call]) -> list[tuple[Call, int]]:
    """The last calls, of those that follow each other and are alike but for their time the first, and how many."""
    told: list[tuple[Call, int]] = []
    for call in reversed(calls):
        if told and _as_told(told[-1][0]) == _as_told(call):
            told[-1] = call, told[-1][1] + 1
        elif len(told) == LAST_CALLS:
            break
        else:
            told.append((call, 1))
    return told[::-1]


def _as_told(call: Call) -> tuple[object, ...]:
    return call.operation, call.region, call.params, call.response, call.error, call.message


def _resource_lines(own: Sequence[Resource], gone: Sequence[Resource], home: str, paint: Paint) -> Iterator[str]:
    """Those that failed one by one with their reasons, the others by status and kind."""
    alike: dict[tuple[str, str], list[str]] = {}
    statuses = [*(resource.status for resource in own), *(DELETED for _ in gone)]
    width = max(map(len, statuses))
    for status, resource in zip(statuses, (*own, *gone), strict=True):
        region = resource.arn.split(":")[3]
        kind = f"{resource.kind}{'' if region == home else f' in {region}'}"
        if resource.failure_reason:
            text = f"{status:{width}}  {kind}: {resource.key}: {resource.failure_reason}"
            yield from _lines(text, paint, "bad", len(status), width + 4)
            for remedy in remedies(resource.failure_reason):
                yield paint(f"{' ' * (width + 4)}{remedy}", "hint")
        else:
            alike.setdefault((status, kind), []).append(f"{resource.key}{_update(resource)}")
    for (status, kind), names in alike.items():
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        text = f"{status:{width}}  {kind}: {', '.join(names[:MOST_NAMES])}{more}"
        yield from _lines(text, paint, status_class(status), len(status), width + 4)


def _update(resource: Resource) -> str:
    """The status of the update of a resource that has one under way, or failed, while it stays ACTIVE itself."""
    script = SCRIPTS.get((resource.kind, "update"))
    update = script and script.field and getattr(resource, script.field)
    return f" (its update: {update.status})" if update and update.status != ACTIVE else ""


ON_ITS_OWN: Final = 1.0
"""Seconds; new resources move a clock as well, by less than that unless there are a thousand."""

CLOCK_STANDS: Final = "hint: the clock of this backend has not moved; see clock.skip_sleep() and clock.advance()"

DELETED: Final = "DELETED"


def _waits_for(transitions: Transitions, resource: Resource) -> bool:
    """Whether a resource is under way for as long as at AWS."""
    step = resource.status.partition(" ")[0].lower()
    return status_class(resource.status) == "moving" and transitions.of(resource.kind, step) == "clock"


def status_class(status: str) -> str:
    """What a status means for a reader: ``good``, ``bad``, ``moving`` or ``still``."""
    if status == ACTIVE:
        return "good"
    if "FAILED" in status:
        return "bad"
    return "moving" if "PENDING" in status or "PROGRESS" in status or status.endswith("ING") else "still"


def _call_lines(number: int, call: Call, around: Surroundings, paint: Paint) -> Iterator[str]:
    start = f"  {number:3} {clock_time(call.time)[:-4]} {call.region} {call.service}.{call.operation}("
    params = f"{visible(given(call))})"
    if len(start) + len(params) <= WIDTH:
        yield start + params
    else:
        yield start
        yield from _lines(params, paint, "still", 0, 8, MOST_LINES, indent=8)
    if call.error:
        yield from _lines(refusal(call), paint, "bad", len(call.error), 10, indent=8)
        for found in hints(call, around):
            yield from _lines(f"hint: {found}", paint, "hint", len("hint:"), 10, indent=8)
    elif call.response:
        yield from _lines(cut(_json(_status_first(call.response)), WIDTH_OF_VALUES), paint, "still", 0, 10, 1, indent=8)


def _lines(
    text: str, paint: Paint, kind: str, painted: int, further: int, most: int | None = None, indent: int = 2
) -> Iterator[str]:
    """Lines that fit, further ones indented by so much, with the first so many letters of the text painted."""
    first, *rest = textwrap.wrap(
        visible(text).replace("\n", "\\n"),
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * further,
        break_on_hyphens=False,
        max_lines=most,
        placeholder=" …",
    )
    yield (
        first[:indent] + (paint(first[indent : indent + painted], kind) if painted else "") + first[indent + painted :]
    )
    yield from rest


def _status_first(value: Any) -> Any:
    """The same answer with the status in front, then what has one, so that they show where the answer is cut."""
    if isinstance(value, Mapping):
        inner = {name: _status_first(inner) for name, inner in value.items()}
        return dict(sorted(inner.items(), key=lambda pair: (pair[0] != "status", "status" not in _members(pair[1]))))
    return [_status_first(inner) for inner in value] if isinstance(value, list) else value


def _members(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def refusal(call: Call) -> str:
    """With what a call was refused, in short."""
    return cut(f"{call.error}: {call.message}", WIDTH_OF_REFUSALS)


def given(call: Call) -> str:
    """The parameters of a call in short."""
    return ", ".join(f"{name}={cut(_json(value), WIDTH_OF_VALUES)}" for name, value in call.params.items())


def clock_time(moment: float) -> str:
    """A time of the clock of a backend, in UTC with milliseconds."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


class Usage:
    """How often which operation was answered, and how often it was refused with which error."""

    def __init__(self) -> None:
        self._tally: Tally = Counter()
        self._made_up = 0

    def add(self, tally: Tally, made_up: int = 0) -> None:
        """Count calls, and objects that ``s3="sample"`` made up."""
        self._tally.update(tally)
        self._made_up += made_up

    def state(self) -> list[list[Any]]:
        """All counts as plain values, to be sent from process to process."""
        return [[self._made_up], *([*key, count] for key, count in self._tally.items())]

    def merge(self, state: Iterable[Sequence[Any]]) -> None:
        """Add the counts of another one."""
        for *key, count in state:
            if key:
                self._tally[key[0], key[1], key[2]] += count
            else:
                self._made_up += count

    def lines(self) -> Iterator[str]:
        """The report: per service the operations that were used and those that never were, then the errors."""
        for service in coverage():
            used = [name for name in service.emulated if self._calls_of(service.name, name)]
            yield f"{service.name}: {len(used)} of {len(service.emulated)} operations used"
            for name in used:
                yield f"  {self._calls_of(service.name, name):6} {name}"
            yield from self._unused(service)
        if self._made_up:
            yield f'objects made up for s3="sample": {self._made_up}'
        refused = sorted((error, name, count) for (_, name, error), count in self._tally.items() if error is not None)
        yield "errors met:" if refused else "no errors met"
        for error, name, count in refused:
            yield visible(f"  {count:6} {error} of {name}")

    def _unused(self, service: ServiceCoverage) -> Iterator[str]:
        """The operations that were never used, a line for each resource; one that nobody touched is not spelt out."""
        for family, names in service.families.items():
            unused = [name for name in names if not self._calls_of(service.name, name)]
            if unused:
                all_of_it = f"all {len(names)}" if len(unused) == len(names) > 1 else ", ".join(unused)
                yield cut(f"  never used of {family}: {all_of_it}", WIDTH)

    def _calls_of(self, service: str, operation: str) -> int:
        return sum(count for key, count in self._tally.items() if key[:2] == (service, operation))


def written(file: Path, text: str) -> str:
    """Write a file at the end of a run; how the run is to call it, and why it is not there.

    An error here would take the place of all that the run has found.
    """
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        return f"{file}, which cannot be written: {error.strerror or error}"
    return str(file)
