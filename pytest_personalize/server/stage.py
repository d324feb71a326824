"""What the fixture ``personalize_server`` holds: a server that outlives the tests, for one backend after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from attrs import field, frozen

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.server.asgi import Application, Scope, Send, respond
from pytest_personalize.server.replies import refused
from pytest_personalize.server.requests import Receive
from pytest_personalize.testing.snapshots import Snapshot

NOBODY: Final = "No test that asks for personalize_server is running."


@frozen(kw_only=True, eq=False, repr=False)
class PersonalizeServer:
    """Amazon Personalize over HTTP, for what a test starts in other processes.

    ``url`` is the address of all three services, ``environ`` what leads an AWS SDK there when it is put into the
    environment of a process: the address for each service, keys and a region. ``backend`` is what answers.
    """

    url: str
    environ: Mapping[str, str]
    """``subprocess.run(command, env=os.environ | personalize_server.environ)``."""
    backend: PersonalizeBackend
    _before: Snapshot = field(init=False)

    @_before.default
    def _begin(self) -> Snapshot:
        return self.backend.snapshot()

    def __repr__(self) -> str:
        return f"<PersonalizeServer at {self.url}>"

    def reset(self) -> None:
        """Everything as it was when the test asked for the server; the calls stay on record."""
        self.backend.restore(self._before)


class Stage:
    """The ASGI application of a server that tests take turns on; between them it answers 503."""

    def __init__(self) -> None:
        self._current: Application | None = None

    @contextmanager
    def holding(self, application: Application) -> Iterator[None]:
        """That application answers until the block ends."""
        before, self._current = self._current, application
        try:
            yield
        finally:
            self._current = before

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request."""
        if self._current is None:
            await respond(scope, send, refused("personalize", "ServiceUnavailable", NOBODY))
        else:
            await self._current(scope, receive, send)
