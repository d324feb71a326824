"""``backend.faults``: bad days of the service, declared by a test and met by the clients of the code under test.

A fault is met by attempts, not by calls: what the client does about it is decided by its own retry handlers, as with
the real service. Each attempt is one entry in ``backend.calls``. The pauses between attempts are not slept, and do not
move the clock of the backend.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, Literal, TypeVar

import attrs
from attrs import define

from pytest_personalize.nearest import hint
from pytest_personalize.service.kernel.clock import Clock
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.service.kernel.lifecycle import SCRIPTS
from pytest_personalize.service.kernel.operations import OPERATIONS

T = TypeVar("T")

Lost = Literal["request", "answer"]
Reason = Literal["request", "answer", "timeout"]

ALL: Final = "*"
"""In the place of an operation: every operation."""

MESSAGES: Final = {
    "ThrottlingException": "Rate exceeded",
    "InternalFailure": "The request processing has failed because of an unknown error, exception or failure.",
    "ServiceUnavailable": "The request has failed due to a temporary failure of the server.",
}
"""The texts of errors that no service models (API reference, common errors)."""

ERRORS: Final[dict[Reason, str]] = {
    "request": "EndpointConnectionError",
    "answer": "ConnectionClosedError",
    "timeout": "ReadTimeoutError",
}
"""What botocore raises when there is no answer, and ``Call.error`` then says."""


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

    ``seconds`` is how long an attempt takes, ``error`` what it is refused with, ``lost`` what gets lost of it,
    ``doom`` why a job fails.
    """

    operation: str
    times: int | None
    seconds: float = 0.0
    error: tuple[str, str] | None = None
    lost: Lost | None = None
    doom: str | None = None

    def __str__(self) -> str:
        what = [f"takes {self.seconds:g} s"] if self.seconds else []
        what += [f"fails with {self.error[0]}"] if self.error else []
        what += [f"loses the {self.lost}"] if self.lost else []
        what += [f"makes a job that fails: {self.doom}"] if self.doom is not None else []
        return f"{self.operation} {' and '.join(what)} ({'always' if self.times is None else f'{self.times} times'})"


class Faults:
    """The faults that are still to be met, in the order in which they were declared."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        # Replaced and never changed: who reads it needs no lock.
        self._pending: list[Fault] = []

    def throttle(self, operation: str, *, times: int | None = 1) -> Fault:
        """Refuse the next ``times`` attempts (None: all) with ThrottlingException.

        ``operation`` is its name in the API, such as ``"PutEvents"``, here and in the other methods; ``"*"`` stands
        for all. ``ValueError`` for a name that is none, or for ``times`` below 1.
        """
        return self.fail(operation, "ThrottlingException", times=times)

    def fail(self, operation: str, code: str, message: str | None = None, *, times: int | None = 1) -> Fault:
        """Refuse the next ``times`` attempts with an error of that code, such as ``"ServiceUnavailable"``.

        The HTTP status follows from the code: that of the service model, or of the common errors of AWS, or 400.
        """
        text = MESSAGES.get(code, f"{code}, as declared by the test") if message is None else message
        return self._add(Fault(operation, times, error=(code, text)))

    def latency(self, operation: str, seconds: float, *, times: int | None = None) -> Fault:
        """Let attempts take so long on the clock of the backend; nobody waits.

        Above the ``read_timeout`` of its client the attempt ends there with ReadTimeoutError, while the service does
        its work all the same, as a slow one would.
        """
        if not 0 < seconds < float("inf"):
            raise ValueError(f"seconds must be a positive number, not {seconds!r}")
        return self._add(Fault(operation, times, seconds=seconds))

    def disconnect(self, operation: str, *, times: int | None = 1, lost: Lost = "request") -> Fault:
        """Cut the connection of the next ``times`` attempts.

        With ``lost="request"`` nothing reaches the service (EndpointConnectionError); with ``lost="answer"`` it has
        done its work when the connection closes (ConnectionClosedError), so that a retry is a second call.
        """
        if lost not in ("request", "answer"):
            raise ValueError(f"lost must be 'request' or 'answer', not {lost!r}")
        return self._add(Fault(operation, times, lost=lost))

    def fail_job(self, operation: str, reason: str, *, times: int | None = 1) -> Fault:
        """Let the next ``times`` resources of a Create or Update operation end in CREATE FAILED for that reason.

        The call itself succeeds; the failure shows when the real service would show it, at the end of the job.
        """
        return self._add(Fault(operation, times, doom=reason))

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

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._pending)

    def __len__(self) -> int:
        return len(self._pending)

    def __repr__(self) -> str:
        return f"<{len(self)} faults: {', '.join(map(str, self))}>"

    def concern(self, operation: str) -> bool:
        """Whether an attempt of that operation would meet a fault."""
        return bool(self._pending) and any(fault.doom is None for fault in self._of(operation))

    def through(self, operation: str, work: Callable[[], T], patience: float | None = None) -> T:
        """Do the work of one attempt, and meet what is declared: raises ServiceError or NoAnswer.

        ``patience`` is how many seconds the client waits for an answer, None without a limit.
        """
        faults = [fault for fault in self._of(operation) if fault.doom is None]
        slow = [fault for fault in faults if fault.seconds]
        bad = next((fault for fault in faults if not fault.seconds), Fault(operation, None))
        for fault in (*slow, bad):
            self._use(fault)
        seconds = sum(fault.seconds for fault in slow)
        timeout = patience is not None and seconds > patience
        self._clock.advance(min(seconds, seconds if patience is None else patience))
        if bad.lost == "request":
            raise NoAnswer("request")
        if bad.error is not None and not timeout:
            raise ServiceError(*bad.error)
        if bad.error is None and not timeout and bad.lost is None:
            return work()
        if bad.error is None:
            with suppress(ServiceError):
                work()
        raise NoAnswer("timeout" if timeout else "answer")

    def doom(self, kind: str, script: str) -> str | None:
        """Why a resource of that kind that begins that script is to fail, if it is."""
        if not self._pending:
            return None
        operation = _operation(kind, script)
        fault = next((fault for fault in self._of(operation) if fault.doom is not None), None)
        if fault is None:
            return None
        self._use(fault)
        return fault.doom

    def state(self) -> list[Fault]:
        """What a snapshot keeps."""
        return [attrs.evolve(fault) for fault in self._pending]

    def set_state(self, state: list[Fault]) -> None:
        """Back to what ``state()`` gave, which stays untouched."""
        with self._lock:
            self._pending = [attrs.evolve(fault) for fault in state]

    def _of(self, operation: str) -> Iterator[Fault]:
        return (fault for fault in self._pending if fault.operation in (operation, ALL))

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        with self._lock:
            fault.times -= 1
            if not fault.times:
                self._pending = [other for other in self._pending if other is not fault]

    def _add(self, fault: Fault) -> Fault:
        jobs = fault.doom is not None
        known = _jobs() if jobs else OPERATIONS
        if fault.operation not in known and (jobs or fault.operation != ALL):
            raise ValueError(_unknown(fault.operation, list(known), "starts a job" if jobs else "exists"))
        if fault.times is not None and (type(fault.times) is not int or fault.times < 1):
            raise ValueError(f"times must be a positive whole number or None, not {fault.times!r}")
        with self._lock:
            self._pending = [*self._pending, fault]
        return fault


def _operation(kind: str, script: str) -> str:
    """The operation that begins a script: CreateDatasetImportJob for the creation of a dataset-import-job."""
    return "".join(word.title() for word in [script.partition(" ")[0], *kind.split("-")])


def _jobs() -> set[str]:
    """The operations that begin a script which may fail."""
    return {_operation(kind, script) for kind, script in SCRIPTS if script in ("create", "update")} & OPERATIONS.keys()


def _unknown(name: str, known: list[str], what: str) -> str:
    remedy = f"there are {', '.join(sorted(known))}" if name in OPERATIONS else hint(name, sorted(known))
    return f"no operation {name!r} {what}; {remedy}"
