"""How a resource gets from one status to the next.

A script names the states on the way, how long each lasts on the clock, and the work that the real service does before
the end state. Three ways to walk a script: ``instant`` (at once), ``polls:N`` (the first N Describes answer the states
on the way, the next one the end), ``clock`` (as long as it takes in reality, on the clock of the backend). No threads
and no timers: due steps are taken when the next call comes in, in the order of their times.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs
from attrs import define, frozen

from pytest_personalize import names
from pytest_personalize.service.kernel.errors import JobFailed, ServiceError
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource, evolved

if TYPE_CHECKING:
    from pytest_personalize.service.kernel.account import Region

Work = Callable[["Region", Any, float], Any]
"""Called at the end of a script with region, resource and time; returns the resource, changed, or raises JobFailed."""


@frozen(kw_only=True)
class Script:
    """The way from one status to another.

    ``states`` and ``seconds`` belong together: each state on the way and how long it lasts on the clock. ``end`` is
    the status at the end, None for a resource that then is gone. ``field`` names the attribute that shows the progress
    (``latest_campaign_update``) where it is not the resource itself.
    """

    states: tuple[str, ...]
    seconds: tuple[float, ...]
    end: str | None = ACTIVE
    failed: str = CREATE_FAILED
    field: str | None = None
    work: Work | None = None

    def show(self, resource: Any, status: str, now: float, reason: str | None = None) -> Any:
        """The resource with its progress at ``status``."""
        if self.field is None and resource.status == status and resource.last_updated_date_time == now:
            return resource
        if not resource.status and reason is None:
            # It was made in this very call and nobody has seen it yet: no need to make it anew.
            object.__setattr__(resource, "status", status)
            return resource
        changes: dict[str, Any] = {"status": status, "last_updated_date_time": now}
        if reason is not None:
            changes["failure_reason"] = reason
        if self.field is None:
            return evolved(resource, **changes)
        progress = evolved(getattr(resource, self.field), **changes)
        return evolved(resource, **{self.field: progress})


def creation(pending: float, running: float, work: Work | None = None, **changes: Any) -> Script:
    """CREATE PENDING > CREATE IN_PROGRESS > ACTIVE or CREATE FAILED; the two times are in seconds."""
    states = ("CREATE PENDING", "CREATE IN_PROGRESS")
    return Script(states=states, seconds=(pending, running), work=work, **changes)


def deletion(pending: float, running: float, work: Work | None = None) -> Script:
    """DELETE PENDING > DELETE IN_PROGRESS > gone; the two times are in seconds."""
    states = ("DELETE PENDING", "DELETE IN_PROGRESS")
    return Script(states=states, seconds=(pending, running), end=None, work=work)


SCRIPTS: Final[dict[tuple[str, str], Script]] = {}
"""All scripts, by kind of resource and name; each family of resources enters its own."""


class Transitions:
    """Which way scripts are walked: ``default``, and exceptions by kind of resource.

    >>> transitions = Transitions("polls:2")
    >>> transitions["solution-version"] = "clock"
    """

    def __init__(self, default: names.Transitions = "instant") -> None:
        self._by_kind: dict[str, str] = {}
        self.default = "instant"
        settings: Mapping[Any, names.Transition] = {"default": default} if isinstance(default, str) else default
        for kind, mode in settings.items():
            if kind == "default":
                self.default = checked_mode(mode)
            else:
                self[kind] = mode

    def __getitem__(self, kind: names.Kind) -> str:
        return self.of(_kind(kind))

    def of(self, kind: str) -> str:
        """The setting for a kind that is known to exist, by its name in ARNs."""
        return self._by_kind.get(kind, self.default)

    def __setitem__(self, kind: names.Kind, mode: names.Transition) -> None:
        self._by_kind[_kind(kind)] = checked_mode(mode)

    def __repr__(self) -> str:
        return f"Transitions({ {'default': self.default} | self._by_kind!r})"

    def overridden(self, kind: str) -> bool:
        """Whether that kind of resource has a setting of its own."""
        return kind in self._by_kind

    def state(self) -> dict[str, str]:
        """All settings, as the constructor takes them."""
        return {"default": self.default} | self._by_kind


def checked_mode(mode: str) -> str:
    """``mode`` if it is ``instant``, ``polls:N`` or ``clock``; ``ValueError`` otherwise."""
    name, _, count = mode.partition(":")
    if mode in ("instant", "clock") or (name == "polls" and count.isdigit()):
        return mode
    raise ValueError(f"transitions are 'instant', 'polls:N' or 'clock', not {mode!r}")


def _kind(name: str) -> str:
    kind = name.replace("_", "-")
    kinds = sorted({known for known, _ in SCRIPTS})
    if kinds and kind not in kinds:
        raise ValueError(f"no such kind of resource: {name!r}; there are {', '.join(kinds)}")
    return kind


@define
class Transition:
    """A resource on its way: which script, how often it was described, and on the clock when the next step is due.

    ``doom`` is the reason for which it is going to fail, if a test wants it to.
    """

    region: str
    kind: str
    arn: str
    script: str
    mode: str
    step: int = 0
    reads: int = 0
    due: float = 0.0
    doom: str | None = None


class Engine:
    """All resources on their way, in all regions of one account, and what is to happen on the clock."""

    def __init__(self, transitions: Transitions) -> None:
        self.transitions = transitions
        self.sabotage: Callable[[str, str], str | None] = lambda kind, script: None
        self.moment = 0.0
        self._moving: dict[str, Transition] = {}
        self._due: list[tuple[float, int, str, str, str]] = []  # time, serial number, action, region, ARN
        self._count = 0

    def begin(self, region: Region, resource: Any, name: str) -> Any:
        """Enter a script with a resource that is in its table or goes there now; returns it as it stands then."""
        script = SCRIPTS[resource.kind, name]
        mode = self.transitions.of(resource.kind)
        now = region.now()
        doom = self.sabotage(resource.kind, name)
        if mode in ("instant", "polls:0") or not script.states:
            if script.work is not None:
                region.table(resource.kind).put(resource)
            return self._finish(region, resource, script, now, doom)
        resource = script.show(resource, script.states[0], now)
        region.table(resource.kind).put(resource)
        self._moving[resource.arn] = Transition(region.name, resource.kind, resource.arn, name, mode, doom=doom)
        if mode == "clock":
            self._plan_step(self._moving[resource.arn], now + script.seconds[0])
        return resource

    def is_moving(self, arn: str) -> bool:
        """Whether a script of that resource has not ended."""
        return arn in self._moving

    def running(self, region: Region, kind: str) -> int:
        """How many resources of that kind are on their way in that region."""
        moving = self._moving.values()
        return sum(one.kind == kind and one.region == region.name for one in moving) if moving else 0

    def stop(self, arn: str) -> None:
        """Leave the script where it is; the caller says what follows."""
        self._moving.pop(arn, None)

    def plan(self, due: float, action: str, region: Region, arn: str) -> None:
        """Call ``ACTIONS[action](region, arn, due)`` when the clock reaches ``due``."""
        self._count += 1
        heapq.heappush(self._due, (due, self._count, action, region.name, arn))

    def polled(self, region: Region, resource: Any) -> Any:
        """A Describe looks at the resource: the state that it shall see, or None when it is gone."""
        transition = self._moving.get(resource.arn)
        if transition is None or transition.mode == "clock":
            return resource
        script = SCRIPTS[transition.kind, transition.script]
        if transition.reads >= int(transition.mode.partition(":")[2]):
            del self._moving[resource.arn]
            return self._finish(region, resource, script, region.now(), transition.doom)
        step = min(transition.reads, len(script.states) - 1)
        transition.reads += 1
        if step != transition.step:
            transition.step = step
            resource = script.show(resource, script.states[step], region.now())
            region.table(resource.kind).put(resource)
        return resource

    def catch_up(self, regions: Mapping[str, Region], now: float) -> None:
        """Do all that is due by ``now``, oldest first, each at its own time; then it is ``now`` until the next call."""
        try:
            while self._due and self._due[0][0] <= now:
                self.moment, _, action, region_name, arn = heapq.heappop(self._due)
                ACTIONS[action](regions[region_name], arn, self.moment)
        finally:
            self.moment = now

    def step(self, region: Region, arn: str, now: float) -> None:
        """The clock has reached the end of a state on the way."""
        transition = self._moving.get(arn)
        if transition is None or transition.due != now:
            return
        script = SCRIPTS[transition.kind, transition.script]
        table = region.table(transition.kind)
        resource = table.get(arn)
        transition.step += 1
        if resource is None or transition.step == len(script.states):
            del self._moving[arn]
            if resource is not None:
                self._finish(region, resource, script, now, transition.doom)
            return
        table.put(script.show(resource, script.states[transition.step], now))
        self._plan_step(transition, now + script.seconds[transition.step])

    def state(self) -> tuple[Any, ...]:
        """What a snapshot keeps: plain values and copies only."""
        moving = {arn: attrs.evolve(transition) for arn, transition in self._moving.items()}
        return moving, list(self._due), self._count

    def set_state(self, state: tuple[Any, ...]) -> None:
        """Back to what ``state()`` gave, which stays untouched."""
        moving, due, self._count = state
        self._moving = {arn: attrs.evolve(transition) for arn, transition in moving.items()}
        self._due = list(due)

    def _plan_step(self, transition: Transition, due: float) -> None:
        transition.due = due
        self._count += 1
        heapq.heappush(self._due, (due, self._count, "step", transition.region, transition.arn))

    def _finish(self, region: Region, resource: Resource, script: Script, now: float, doom: str | None) -> Any:
        table = region.table(resource.kind)
        try:
            if doom is not None:
                raise JobFailed(doom)
            done = script.work(region, resource, now) if script.work else resource
        except (JobFailed, ServiceError) as failure:  # what a job needs may be gone by the time that it runs
            reason = failure.reason if isinstance(failure, JobFailed) else failure.message
            failed = script.show(resource, script.failed, now, reason)
            table.put(failed)
            return failed
        if script.end is None:
            table.remove(resource.arn)
            region.forget(resource.arn)
            return None
        done = script.show(done, script.end, now)
        table.put(done)
        return done


Action = Callable[["Region", str, float], None]
ACTIONS: Final[dict[str, Action]] = {"step": lambda region, arn, now: region.engine.step(region, arn, now)}
"""What can be planned on the clock, by name: called with region, ARN and the time at which it was due."""
