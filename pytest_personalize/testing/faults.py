"""``backend.faults``: bad days of the service, declared by a test and met by the clients of the code under test.

A fault is met by attempts, not by calls: what the client does about it is decided by its own retry handlers, as with
the real service. Each attempt is one entry in ``backend.calls``. The pauses between attempts are not slept, and do not
move the clock of the backend.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import prod
from typing import Any, Final, Literal, TypeAlias, overload

import attrs
from attrs import define

from pytest_personalize import names
from pytest_personalize.nearest import hint
from pytest_personalize.service.kernel.clock import Clock
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.service.kernel.lifecycle import SCRIPTS
from pytest_personalize.service.kernel.operations import OPERATIONS, operation_name
from pytest_personalize.service.kernel.transitions import AT_ONCE, QUICK
from pytest_personalize.testing.codes import ALL, declared_error

Answer = dict[str, Any]

Lost = Literal["request", "answer"]
Reason = Literal["request", "answer", "timeout"]

Operation: TypeAlias = names.Operation | Literal["*"]

ERRORS: Final[dict[Reason, str]] = {
    "request": "EndpointConnectionError",
    "answer": "ConnectionClosedError",
    "timeout": "ReadTimeoutError",
}
"""What botocore raises when there is no answer, and ``Call.error`` then says."""

CHAOS_OF_ATTEMPTS: Final = 0.25
CHAOS_OF_JOBS: Final = 0.05
CHAOS_OF_PACE: Final = 0.25
"""How probable a fault is under ``chaos``."""

JOBS: Final = ("create", "update")
"""The scripts that may fail: there is no status for a deletion, a start or a stop that did."""

TEXTS: Final[dict[Reason, str]] = {
    "request": "the request was lost",
    "answer": "the answer was lost",
    "timeout": "the client gave up waiting",
}
"""What ``Call.message`` then says."""


class NoAnswer(Exception):
    """An attempt that gets no answer: the request or the answer was lost, or the client has given up waiting.

    ``text`` says why, where it is not a fault that a test has declared.
    """

    def __init__(self, reason: Reason, text: str | None = None) -> None:
        self.reason: Reason = reason
        self.error = ERRORS[reason]
        self.text = text or TEXTS[reason]
        super().__init__(self.text)


@define
class Fault:
    """One declared fault: of which ``operation``, how many ``times`` more it is met (None: always), and what is met.

    ``seconds`` is how long an attempt takes, and ``real`` whether its caller has to wait for them; ``error`` what it
    is refused with, ``lost`` what gets lost of it, ``doom`` why a job fails, ``chaos`` the seed of faults that are
    drawn. ``struck`` counts what has met it, ``restored`` says that a snapshot brought it.
    """

    operation: str
    times: int | None
    seconds: float = 0.0
    real: bool = False
    error: tuple[str, str] | None = None
    lost: Lost | None = None
    doom: str | None = None
    chaos: int | None = None
    struck: int = 0
    restored: bool = False

    @property
    def expected(self) -> bool:
        """Whether a test that declares it expects it to be met: it is for a number of attempts, and no mere delay."""
        return self.times is not None and not self.seconds and not self.restored

    def drawn(self, jobs: bool) -> Fault | None:
        """What the next attempt, or the next job, meets of chaos; another fault is met as it is.

        Every third attempt is spared, so that a client which makes three attempts gets through.
        """
        if self.chaos is None:
            return self if jobs == (self.doom is not None) else None
        draw = self.dice()
        self.struck += 1
        if jobs:
            return Fault(ALL, None, doom=f"chaos {self.chaos}") if draw.random() < CHAOS_OF_JOBS else None
        if self.struck % 3 == 0 or draw.random() >= CHAOS_OF_ATTEMPTS:
            return None
        seconds = round(draw.uniform(0.05, 5.0), 3)
        code = draw.choice((None, "slow", "ThrottlingException", "InternalFailure", "ServiceUnavailable"))
        if code == "slow":
            return Fault(ALL, None, seconds=seconds)
        return Fault(ALL, None, lost="request") if code is None else Fault(ALL, None, error=declared_error(ALL, code))

    def dice(self, what: str = "") -> random.Random:
        """What chaos draws with after so many attempts and jobs; other draws than faults say what they are about."""
        return random.Random(f"{self.chaos}/{self.struck}{what}")

    def __str__(self) -> str:
        if self.chaos is not None:
            return f"chaos {self.chaos}"
        what = [f"takes {self.seconds:g} s"] if self.seconds else []
        what += [f"fails with {self.error[0]}"] if self.error else []
        what += [f"loses the {self.lost}"] if self.lost else []
        what += [f"makes a job that fails: {self.doom}"] if self.doom is not None else []
        often = "always" if self.times is None else "once" if self.times == 1 else f"{self.times} times"
        return f"{self.operation} {' and '.join(what)} ({often})"


class Faults:
    """The faults that are still to be met, in the order in which they were declared."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # Replaced and never changed: who reads it needs no lock.
        self._pending: list[Fault] = []

    def throttle(self, operation: Operation, *, times: int | None = 1) -> Fault:
        """Refuse the next ``times`` attempts (None: all) with ThrottlingException.

        ``operation`` is its name in the API, such as ``"PutEvents"``, here and in the other methods; ``"*"`` stands
        for all. ``ValueError`` for a name that is none, or for ``times`` below 1.
        """
        return self.fail(operation, "ThrottlingException", times=times)

    @overload
    def fail(
        self, operation: Operation, code: names.Code, message: str | None = None, *, times: int | None = 1
    ) -> Fault: ...

    @overload
    def fail(
        self,
        operation: Operation,
        code: str,
        message: str | None = None,
        *,
        times: int | None = 1,
        any_code: bool,
    ) -> Fault: ...

    def fail(
        self,
        operation: Operation,
        code: str,
        message: str | None = None,
        *,
        times: int | None = 1,
        any_code: bool = False,
    ) -> Fault:
        """Refuse the next ``times`` attempts with an error of that code, such as ``"ServiceUnavailable"``.

        The HTTP status follows from the code: that of the service model, or of the common errors of AWS, or 400.
        ``ValueError`` for a code that is neither modelled for the operation nor common to all, unless ``any_code``.
        """
        return self._add(Fault(operation, times, error=declared_error(operation, code, message, any_code=any_code)))

    def latency(self, operation: Operation, seconds: float, *, times: int | None = None, real: bool = False) -> Fault:
        """Let attempts take so long on the clock of the backend; nobody waits, unless it is ``real``.

        With ``real=True`` a client in this process waits in reality (a task of aiobotocore lets others run), which
        shows what runs side by side and what a timeout of the code under test does.

        Above the ``read_timeout`` of its client the attempt ends there with ReadTimeoutError, while the service does
        its work all the same, as a slow one would.
        """
        if not 0 < seconds < float("inf"):
            raise ValueError(f"seconds must be a positive number, not {seconds!r}")
        return self._add(Fault(operation, times, seconds=seconds, real=real))

    def disconnect(self, operation: Operation, *, times: int | None = 1, lost: Lost = "request") -> Fault:
        """Cut the connection of the next ``times`` attempts.

        With ``lost="request"`` nothing reaches the service (EndpointConnectionError); with ``lost="answer"`` it has
        done its work when the connection closes (ConnectionClosedError), so that a retry is a second call.
        """
        if lost not in ("request", "answer"):
            raise ValueError(f"lost must be 'request' or 'answer', not {lost!r}")
        return self._add(Fault(operation, times, lost=lost))

    def fail_job(self, operation: names.Operation, reason: str, *, times: int | None = 1) -> Fault:
        """Let the next ``times`` resources of a Create or Update operation fail for that reason.

        The call itself succeeds; the failure shows when the real service would show it, at the end of the job. What was
        created ends in CREATE FAILED, a data deletion job in FAILED. What was to be updated stays ACTIVE, and its
        latest update (``latestCampaignUpdate`` or the like) has the failure and its reason.
        """
        return self._add(Fault(operation, times, doom=reason))

    def chaos(self, seed: int) -> Fault:
        """Bad days at random, drawn from the seed: the same seed gives the same faults to the same calls in a row.

        A quarter of the attempts of all operations is throttled, fails with InternalFailure or ServiceUnavailable,
        loses its request, or takes up to five seconds on the clock of the backend; every third attempt is spared, so
        that a client which makes three gets through. Lists come in any order. One job in twenty fails, one in four
        shows its end up to three looks later, or takes up to four times as long on the clock; what is ready in seconds
        at AWS stays so. Calls of several threads meet them in the order in which they come.
        """
        return self._add(Fault(ALL, None, chaos=int(seed)))

    def clear(self) -> None:
        """Take all faults back."""
        with self._lock:
            self._pending = []

    def assert_met(self) -> None:
        """AssertionError when a fault that was declared for a number of attempts has not been met so often."""
        __tracebackhide__ = True
        left = [f"  {fault}" for fault in self._pending if fault.times is not None]
        if left:
            raise AssertionError("\n".join(["faults that no attempt has met yet:", *left]))

    @property
    def missed(self) -> list[Fault]:
        """The faults that were expected to be met and that nothing has met at all."""
        return [fault for fault in self._pending if fault.expected and not fault.struck]

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._pending)

    def __len__(self) -> int:
        return len(self._pending)

    def __repr__(self) -> str:
        return f"<{len(self)} faults{': ' * bool(self)}{', '.join(map(str, self))}>"

    def concern(self, operation: str) -> bool:
        """Whether an attempt of that operation would meet a fault."""
        return bool(self._pending) and any(fault.doom is None for fault in self._of(operation))

    def waiting_time(self, operation: str, patience: float | None) -> float:
        """How many seconds the caller of the next attempt has to wait in reality."""
        seconds = sum(fault.seconds for fault in self._of(operation) if fault.real)
        return seconds if patience is None else min(seconds, patience)

    def through(self, operation: str, work: Callable[[], Answer], patience: float | None = None) -> Answer:
        """Do the work of one attempt, and meet what is declared: raises ServiceError or NoAnswer.

        ``patience`` is how many seconds the client waits for an answer, None without a limit.
        """
        faults = [met for fault in self._of(operation) if (met := fault.drawn(jobs=False)) is not None]
        slow = [fault for fault in faults if fault.seconds]
        bad = next((fault for fault in faults if not fault.seconds), Fault(operation, None))
        for fault in (*slow, bad):
            self._use(fault)
        seconds = sum(fault.seconds for fault in slow)
        timeout = patience is not None and seconds > patience
        waited = 0.0 if self._clock.state.frozen is not None else sum(fault.seconds for fault in slow if fault.real)
        self._clock.advance(max(0.0, min(seconds, seconds if patience is None else patience) - waited))
        if bad.lost == "request":
            raise NoAnswer("request")
        if bad.error is not None and not timeout:
            raise ServiceError(*bad.error)
        if bad.error is None and not timeout and bad.lost is None:
            return self._reordered(operation, work())
        if bad.error is None:
            with suppress(ServiceError):
                work()
        raise NoAnswer("timeout" if timeout else "answer")

    def befall(self, kind: str, script: str, mode: str) -> tuple[str, str | None]:
        """How a resource of that kind takes that script, for which ``mode`` is set, and why it is to fail, if it is."""
        return (self._pace(kind, script, mode), self._doom(kind, script)) if self._pending else (mode, None)

    def _doom(self, kind: str, script: str) -> str | None:
        if script not in JOBS:
            return None
        met = (fault.drawn(jobs=True) for fault in self._of(operation_name(script, kind)))
        fault = next((fault for fault in met if fault is not None), None)
        if fault is None:
            return None
        self._use(fault)
        return fault.doom

    def _pace(self, kind: str, script: str, mode: str) -> str:
        """Under chaos some show the end later than at ``mode``."""
        if mode == "clock" or kind in QUICK or (kind, script) in AT_ONCE:
            return mode
        late = sum(dice.randint(1, 3) for dice in self._dice("pace") if dice.random() < CHAOS_OF_PACE)
        return f"polls:{int(mode.partition(':')[2] or 0) + late}" if late else mode

    def slowness(self) -> float:
        """How many times as long as ever the next state of a job lasts under chaos."""
        return prod(dice.uniform(1, 4) for dice in self._dice("slowness") if dice.random() < CHAOS_OF_PACE)

    def _reordered(self, operation: str, answer: Answer) -> Answer:
        """A list as it comes under chaos: no order of it is promised."""
        if not operation.startswith("List"):
            return answer
        for dice in self._dice("order"):
            answer = {
                name: dice.sample(value, len(value)) if isinstance(value, list) else value
                for name, value in answer.items()
            }
        return answer

    def _dice(self, what: str) -> list[random.Random]:
        return [fault.dice(what) for fault in self._pending if fault.chaos is not None]

    def state(self) -> list[Fault]:
        """What a snapshot keeps."""
        return [attrs.evolve(fault, restored=True) for fault in self._pending]

    def set_state(self, state: list[Fault]) -> None:
        """Back to what ``state()`` gave, which stays untouched; ``ValueError`` for what it never gives."""
        with self._lock:
            self._pending = [attrs.evolve(_checked(fault)) for fault in state]

    def _of(self, operation: str) -> Iterator[Fault]:
        return (fault for fault in self._pending if fault.operation in (operation, ALL))

    def _use(self, fault: Fault) -> None:
        fault.struck += 1
        if fault.times is None:
            return
        with self._lock:
            fault.times -= 1
            if not fault.times:
                self._pending = [other for other in self._pending if other is not fault]

    def _add(self, fault: Fault) -> Fault:
        with self._lock:
            self._pending = [*self._pending, _checked(fault)]
        return fault


def _checked(fault: Fault) -> Fault:
    """The fault, if there can be one like it; ``ValueError`` otherwise."""
    jobs = fault.doom is not None
    known = _jobs() if jobs else OPERATIONS
    if fault.operation not in known and (jobs or fault.operation != ALL):
        raise ValueError(_unknown(fault.operation, list(known), "starts a job" if jobs else "exists"))
    if fault.times is not None and (type(fault.times) is not int or fault.times < 1):
        raise ValueError(f"times must be a positive whole number or None, not {fault.times!r}")
    return fault


def _jobs() -> set[str]:
    """The operations that begin a script which may fail."""
    return {operation_name(script, kind) for kind, script in SCRIPTS if script in JOBS} & OPERATIONS.keys()


def _unknown(name: str, known: list[str], what: str) -> str:
    near = f"there are {', '.join(sorted(known))}" if name in OPERATIONS else hint(name, sorted(known))
    return f"no operation {name!r} {what}; {near}"
