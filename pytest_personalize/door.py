"""The way in: one call, one answer. Interception holds a ``Door``; a test holds the backend."""

from __future__ import annotations

import threading
from typing import Any, Final

from pytest_personalize.service import endpoint
from pytest_personalize.service.kernel.account import Account
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.shapes.attempts import no_answer, read_timeout, send
from pytest_personalize.shapes.http_responses import HttpAnswer, accepted, refused
from pytest_personalize.shapes.models import read_models
from pytest_personalize.testing.calls import Call, Calls, packed
from pytest_personalize.testing.declarations import MEMBERS
from pytest_personalize.testing.faults import Faults, NoAnswer
from pytest_personalize.testing.reach import Reach
from pytest_personalize.testing.sleep_loops import SleepLoops

MOST_NOTED: Final = 4 * 2**20
"""Bytes of a request up to which its parameters are put on record; the service takes none that is longer."""


class Door:
    """Where calls come into an account: they meet the faults, get their answers, and are put on record.

    ``lock`` is held while a call is answered; whoever else looks at the account holds it too.
    """

    def __init__(self, account: Account, calls: Calls, faults: Faults, reach: Reach, loops: SleepLoops) -> None:
        read_models()  # a test may mock ``open`` by the time of its first call
        self.lock = threading.RLock()
        self._account = account
        self._calls = calls
        self._faults = faults
        self._reach = reach
        self._loops = loops

    def concern(self, operation: str, region: str) -> bool:
        """Whether a call may get no answer, or another one than that of the service: it then needs its client."""
        return (
            self._faults.concern(operation)
            or region not in self._reach
            or (operation in MEMBERS and any(one.refuses for one in [*self._account.region(region).declared.values()]))
        )

    def is_at_rest(self) -> bool:
        """Whether nothing is under way in the account; who asks holds the lock."""
        return self._account.engine.is_at_rest(self._account.clock.timestamp())

    def catch_up(self) -> None:
        """Do what is due, for whoever looks at what is there now."""
        with self.lock:
            self._account.catch_up()

    def reaches(self, region: str) -> bool:
        """Whether the service exists in that region."""
        return region in self._reach

    def waiting_time(self, operation: str) -> float:
        """How many seconds a caller without a limit has to wait in reality for its next answer."""
        return self._faults.waiting_time(operation, None) if self._faults.concern(operation) else 0.0

    def respond(
        self,
        service: str,
        operation: str,
        region: str,
        body: bytes | str,
        *,
        patience: float | None = None,
        calm: bool = False,
    ) -> tuple[HttpAnswer, dict[str, Any]]:
        """Answer one call as botocore's own endpoint does: the HTTP answer and the parsed members."""
        try:
            rendered = self.call(service, operation, region, body, patience=patience, calm=calm)
        except ServiceError as error:
            return refused(service, error.code, error.message)
        return accepted(service, rendered)

    def respond_to(self, client: Any, operation: Any, request: dict[str, Any]) -> Any:
        """Answer a client that is at hand: as ``respond``, with as many attempts as its retry handlers want.

        ``operation`` is botocore's model of the operation, ``request`` the serialized request. The answer is to be
        awaited when the client is one of aiobotocore.
        """
        service = client.meta.service_model.service_name

        def attempt() -> tuple[HttpAnswer, dict[str, Any]]:
            patience = read_timeout(client, request)
            try:
                return self.respond(
                    service, operation.name, client.meta.region_name, request["body"], patience=patience
                )
            except NoAnswer as lost:
                raise no_answer(lost.error, request["url"]) from None

        def waiting_time() -> float:
            return self._faults.waiting_time(operation.name, read_timeout(client, request))

        return send(client, operation, request, attempt, waiting_time)

    def call(
        self,
        service: str,
        operation: str,
        region: str,
        body: bytes | str,
        form: endpoint.Form = "python",
        *,
        patience: float | None = None,
        calm: bool = False,
    ) -> dict[str, Any]:
        """Answer one attempt of a call: the rendered members, or ServiceError, or NoAnswer for a lost connection.

        ``patience`` is how many seconds the caller waits for an answer, None without a limit; ``calm``, that it has
        asked already whether there is any ``concern``, and there is none.
        """
        with self.lock:
            account = self._account
            now = account.clock.timestamp()
            noted: dict[str, Any] = {}
            try:
                account.engine.catch_up(account.regions, now)
                members = endpoint.decode(body)
                if len(body) <= MOST_NOTED:
                    noted = members
                if not calm and self.concern(operation, region):
                    answer = self._through(service, operation, region, members, form, patience)
                else:
                    answer = endpoint.answer(account.region(region), service, operation, members, form)
            except ServiceError as error:
                self._note(Call(service, operation, region, noted, None, error.code, error.message, now), form)
                raise
            except NoAnswer as lost:
                self._note(Call(service, operation, region, noted, None, lost.error, lost.text, now), form)
                raise
            except BaseException as bug:  # of ours, of a store, or Ctrl-C
                self._note(Call(service, operation, region, noted, None, type(bug).__name__, str(bug), now), form)
                raise
            self._note(Call(service, operation, region, noted, packed(answer), None, None, now), form)
            return answer

    def _note(self, call: Call, form: endpoint.Form) -> None:
        self._calls.append(call)
        if form == "python":  # who calls from another process does not sleep in this one
            self._loops.called(call)

    def _through(
        self,
        service: str,
        operation: str,
        region: str,
        members: dict[str, Any],
        form: endpoint.Form,
        patience: float | None,
    ) -> dict[str, Any]:
        """An attempt that goes where nobody answers, or meets faults on its way."""
        if region not in self._reach:
            raise NoAnswer("request", f"there is no Personalize in {region}, only in {self._reach}")

        def work() -> dict[str, Any]:
            self._account.catch_up()  # latency may have moved the clock
            return endpoint.answer(self._account.region(region), service, operation, members, form)

        return self._faults.through(operation, work, patience)
