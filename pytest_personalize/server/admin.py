"""``/_personalize/`` and the page at ``/``: for those who look at a server and set it up, not for its clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final
from urllib.parse import parse_qsl

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.stores import MemoryStore
from pytest_personalize.failure import Failure
from pytest_personalize.nearest import hint
from pytest_personalize.server.accounts import Accounts, Change
from pytest_personalize.server.asked import AdminError, Asked, Began
from pytest_personalize.server.hosts import Hosts
from pytest_personalize.server.page import page
from pytest_personalize.server.replies import Reply, lines_of
from pytest_personalize.server.routes import ADMIN, PREFIX, Row, find
from pytest_personalize.server.shelf import MemoryShelf, Shelf

ACCOUNT: Final = "account"
"""In a query: the id of the account that is meant, where it is not the default."""

HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}

PAGE_HEADERS: Final = {
    **HEADERS,
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "frame-ancestors 'none'",  # no other page puts its buttons under a pointer
}


class Admin:
    """Answers whatever is not for the service.

    ``hosts`` are names of the server beside those of the machine itself. ``shelf`` has the named snapshots of a
    backend, in memory by default; ``began`` tells how the backend of an account is at the beginning, by default as the
    one of ``accounts`` is now.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        hosts: Iterable[str] = (),
        shelf: Callable[[PersonalizeBackend], Shelf] | None = None,
        began: Callable[[str], Began] | None = None,
    ) -> None:
        self._accounts = accounts
        self._hosts = Hosts(hosts)
        self._shelves: dict[PersonalizeBackend, Shelf] = {}
        self._shelf = shelf or self._memory
        now = Began.of(accounts.default)
        self._began = began or (lambda account_id: now)

    def answer(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer to a request; ``headers`` by their names in small letters."""
        problem = self._hosts.problem(headers)
        if problem is not None:
            return _json(403, {"message": problem})
        try:
            asked = dict(parse_qsl(query, keep_blank_values=True))
            backend = self._backend(asked.pop(ACCOUNT, None))
            if path == "/":
                ids = [each.account_id for each in self._accounts]
                return Reply(200, lines_of(PAGE_HEADERS), page(backend, ids).encode())
            return _reply(self._do(backend, method, path.removeprefix(PREFIX), asked, body))
        except AdminError as error:
            return _json(error.status, {"message": error.message})
        except StoreError as error:
            return _json(404 if error.reason.startswith("missing") else 400, {"message": error.message})
        except KeyError as error:
            return _json(400, {"message": str(error.args[0])})
        except (Failure, TypeError, ValueError) as error:  # what the methods of a backend raise for bad arguments
            return _json(400, {"message": str(error)})

    def _backend(self, account_id: str | None) -> PersonalizeBackend:
        backend = self._accounts.of(account_id)
        if account_id is not None and backend.account_id != account_id:
            raise AdminError(
                404, f"there is no account {account_id!r} here: serve --account-from-key has more than one"
            )
        return backend

    def _do(self, backend: PersonalizeBackend, method: str, path: str, query: Mapping[str, str], body: bytes) -> Any:
        row, rest = find(method, path)
        if query and not row.filters:
            name = next(iter(query))
            raise AdminError(400, f"nothing is called {name!r} behind a ? here; {hint(name, [ACCOUNT])}")
        asked = Asked(
            backend=backend, rest=rest, query=query, content=body, shelf=self._shelf(backend), began=self._began
        )
        with self._around(row, backend, Change(ADMIN, f"{method} {path}", backend.region_name, body)):
            return row.run(asked)

    def _around(self, row: Row, backend: PersonalizeBackend, change: Change) -> AbstractContextManager[object]:
        """What a change has to be made in; that of an outside store is none of the backend."""
        outside = change.operation.split(" ")[1].startswith("objects/") and not isinstance(backend.s3, MemoryStore)
        return nullcontext() if row.does == "shows" or outside else self._accounts.around(backend, change)

    def _memory(self, backend: PersonalizeBackend) -> Shelf:
        return self._shelves.setdefault(backend, MemoryShelf())


def _reply(found: Any) -> Reply:
    if isinstance(found, bytes):
        return Reply(200, lines_of(HEADERS | {"content-type": "application/octet-stream"}), found)
    return _json(200, found)


def _json(status: int, found: Any) -> Reply:
    text = json.dumps(found, ensure_ascii=False, default=_plain)
    lines = lines_of(HEADERS | {"content-type": "application/json"})
    return Reply(status, lines, text.encode("utf-8", "backslashreplace"))


def _plain(value: Any) -> Any:
    """Mappings and sequences of our own, and whatever else is best read as text."""
    return dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, Iterable) else str(value)
