"""How a resource gets from one status to the next.

A script names the states on the way, how long each lasts on the clock, and the work that the real service does before
the end state. Three ways to walk a script: ``instant`` (at once), ``polls:N`` (the first N looks answer the states
on the way, the next one the end), ``clock`` (as long as it takes in reality, on the clock of the backend). A look is a
Describe, a page of a list that holds the resource, or a call that is refused because of its status or for want of what
it brings; a solution shows its newest version, and a campaign that follows waits for it, which is a look at that as
well: a loop that only repeats one call has to end. A call looks at a resource once. No threads and no timers: due steps
are taken when the next call comes in, or a test moves the clock or looks, in the order of their times.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs
from attrs import define, field, frozen

from pytest_personalize.failure import Failure
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, CREATE_PENDING, Resource, evolved
from pytest_personalize.service.kernel.transitions import Transitions

if TYPE_CHECKING:
    from pytest_personalize.service.kernel.account import Region

BUG: Final = "internal error of the emulator"
"""The ``failureReason`` of a job that met what is no Failure."""

UNSEEN: Final = ("instant", "polls:0")
"""The modes in which nobody sees the states on the way."""

LOG: Final = logging.getLogger("pytest_personalize")
LONG: Final = 2.0
"""Seconds of work from which a job is worth a line in the log."""

Work = Callable[["Region", Any, float], Any]
"""Called at the end of a script with region, resource and time; returns the resource, changed, or raises Failure."""


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
        changes: dict[str, Any] = {"status": status, "last_updated_date_time": now}
        if reason is not None:
            changes["failure_reason"] = reason
        if self.field is None:
            return evolved(resource, **changes)
        progress = evolved(getattr(resource, self.field), **changes)
        return evolved(resource, **{self.field: progress})


def creation(pending: float, running: float, work: Work | None = None, **changes: Any) -> Script:
    """CREATE PENDING > CREATE IN_PROGRESS > ACTIVE or CREATE FAILED; the two times are in seconds."""
    states = (CREATE_PENDING, "CREATE IN_PROGRESS")
    return Script(states=states, seconds=(pending, running), work=work, **changes)


def deletion(pending: float, running: float, work: Work | None = None) -> Script:
    """DELETE PENDING > DELETE IN_PROGRESS > gone; the two times are in seconds."""
    states = ("DELETE PENDING", "DELETE IN_PROGRESS")
    return Script(states=states, seconds=(pending, running), end=None, work=work)


SCRIPTS: Final[dict[tuple[str, str], Script]] = {}
"""All scripts, by kind of resource and name; each family of resources enters its own."""


def steps() -> Mapping[str, frozenset[str]]:
    """The steps of every kind of resource that can be set: those that have states on the way."""
    kinds = {kind for kind, _ in SCRIPTS}
    return {
        kind: frozenset(name for (owner, name), script in SCRIPTS.items() if owner == kind and script.states)
        for kind in kinds
    }


@define
class Transition:
    """A resource on its way: which script, how often it was looked at, and on the clock when the next step is due.

    ``doom`` is the reason for which it is going to fail, if a test wants it to.
    """

    region: str
    kind: str
    arn: str
    script: str
    mode: str
    step: int = 0
    looks: int = 0
    due: float = 0.0
    doom: str | None = None


@define
class Agenda:
    """All resources on their way in all regions of one account, and what is to happen on the clock.

    ``due`` is a heap of time, serial number, action, region and ARN; ``count`` is the last serial number.
    """

    moving: dict[str, Transition] = field(factory=dict)
    due: list[tuple[float, int, str, str, str]] = field(factory=list)
    count: int = 0

    def fork(self) -> Agenda:
        """An independent copy."""
        moving = {arn: attrs.evolve(transition) for arn, transition in self.moving.items()}
        return Agenda(moving, list(self.due), self.count)

    def plan(self, due: float, action: str, region: str, arn: str) -> None:
        """Have ``ACTIONS[action]`` called when the clock reaches ``due``."""
        self.count += 1
        heapq.heappush(self.due, (due, self.count, action, region, arn))


class Luck(Protocol):
    """What befalls jobs beside their work."""

    def befall(self, kind: str, script: str, mode: str) -> tuple[str, str | None]:
        """How a resource of that kind takes that script, for which ``mode`` is set, and why it is to fail, if it is."""

    def slowness(self) -> float:
        """How many times as long as ever the next state on the way lasts on the clock."""


class Engine:
    """What moves resources from status to status; ``moment`` is the time of the present call or step.

    ``born`` is when the last resource came into being, and what the clock read then.
    """

    def __init__(self, transitions: Transitions, luck: Luck) -> None:
        self.transitions = transitions
        self._luck = luck
        self.moment = 0.0
        self.born = (0.0, 0.0)
        self.agenda = Agenda()
        self._looked: set[str] = set()

    def first_status(self, kind: str) -> str:
        """What a new resource of that kind shows first, unless luck has it otherwise."""
        return ACTIVE if self.transitions.of(kind, "create") in UNSEEN else CREATE_PENDING

    def begin(self, region: Region, resource: Any, name: str) -> Any:
        """Enter a script with a resource that is in its table or goes there now; returns it as it stands then."""
        kind, now = resource.kind, self.moment
        script = SCRIPTS[kind, name]
        mode, doom = self._luck.befall(kind, name, self.transitions.of(kind, name))
        if mode in UNSEEN or not script.states:
            if script.work is not None:
                region.table(kind).put(resource)
            return self._finish(region, resource, script, now, doom)
        resource, arn = script.show(resource, script.states[0], now), resource.arn
        region.table(kind).put(resource)
        transition = self.agenda.moving[arn] = Transition(region.name, kind, arn, name, mode, doom=doom)
        if mode == "clock":
            self._plan_step(transition, now, script.seconds[0])
        return resource

    def is_moving(self, arn: str) -> bool:
        """Whether a script of that resource has not ended."""
        return arn in self.agenda.moving

    def moving(self, region: Region, kind: str) -> Iterator[Any]:
        """The resources of that kind that are on their way in that region."""
        table = region.table(kind)
        for one in self.agenda.moving.values():
            if one.kind == kind and one.region == region.name:
                yield table.get(one.arn)

    def stop(self, arn: str) -> None:
        """Leave the script where it is; the caller says what follows."""
        self.agenda.moving.pop(arn, None)

    def plan(self, due: float, action: str, region: Region, arn: str) -> None:
        """Call ``ACTIONS[action](region, arn, due)`` when the clock reaches ``due``."""
        self.agenda.plan(due, action, region.name, arn)

    def look(self, region: Region, resource: Any) -> Any:
        """A call looks at the resource: what it shall see, or None when the resource is gone."""
        transition = self.agenda.moving.get(resource.arn)
        if transition is None or transition.mode == "clock" or resource.arn in self._looked:
            return resource
        self._looked.add(resource.arn)
        script = SCRIPTS[transition.kind, transition.script]
        if transition.looks >= int(transition.mode.partition(":")[2]):
            del self.agenda.moving[resource.arn]
            return self._finish(region, resource, script, self.moment, transition.doom)
        step = min(transition.looks, len(script.states) - 1)
        transition.looks += 1
        if step != transition.step:
            transition.step = step
            resource = script.show(resource, script.states[step], self.moment)
            region.table(resource.kind).put(resource)
        return resource

    def catch_up(self, regions: Mapping[str, Region], now: float) -> None:
        """Do all that is due by ``now``, oldest first, each at its own time; then it is ``now`` until the next call."""
        if self._looked:
            self._looked = set()
        due = self.agenda.due
        try:
            while due and due[0][0] <= now:
                self.moment, _, action, region_name, arn = heapq.heappop(due)
                ACTIONS[action](regions[region_name], arn, self.moment)
        finally:
            self.moment = now

    def is_at_rest(self, now: float) -> bool:
        """Whether nothing is under way or due, so that a look at a resource sets no work off."""
        due = self.agenda.due
        return not self.agenda.moving and not (due and due[0][0] <= now)

    def step(self, region: Region, arn: str, now: float) -> None:
        """The clock has reached the end of a state on the way."""
        transition = self.agenda.moving.get(arn)
        if transition is None or transition.due != now:
            return
        script = SCRIPTS[transition.kind, transition.script]
        table = region.table(transition.kind)
        resource: Any = table.get(arn)
        transition.step += 1
        if transition.step == len(script.states):
            del self.agenda.moving[arn]
            self._finish(region, resource, script, now, transition.doom)
            return
        table.put(script.show(resource, script.states[transition.step], now))
        self._plan_step(transition, now, script.seconds[transition.step])

    def _plan_step(self, transition: Transition, now: float, seconds: float) -> None:
        transition.due = now + seconds * self._luck.slowness()
        self.agenda.plan(transition.due, "step", transition.region, transition.arn)

    def _finish(self, region: Region, resource: Resource, script: Script, now: float, doom: str | None) -> Any:
        table = region.table(resource.kind)
        try:
            if doom is not None:
                raise Failure(doom)
            done = resource if script.work is None else _timed(script.work, region, resource, now)
        except Failure as failure:
            failed = script.show(resource, script.failed, now, failure.message)
            table.put(failed)
            return failed
        except BaseException:  # a bug of ours, or Ctrl-C: seen once, where it happened
            table.put(script.show(resource, script.failed, now, BUG))
            raise
        if script.end is None:
            region.remove(resource)
            return None
        done = script.show(done, script.end, now)
        if done is not resource or script.work is None:  # what work was given is in its table
            table.put(done)
        return done


def _timed(work: Work, region: Region, resource: Resource, now: float) -> Any:
    """What work gives, with a line in the log when it took long."""
    started = perf_counter()
    done = work(region, resource, now)
    seconds = perf_counter() - started
    if seconds > LONG:
        LOG.info("%s took %.1f seconds", resource.arn, seconds)
    return done


Action = Callable[["Region", str, float], None]
ACTIONS: Final[dict[str, Action]] = {"step": lambda region, arn, now: region.engine.step(region, arn, now)}
"""What can be planned on the clock, by name: called with region, ARN and the time at which it was due."""
