"""The accounts of a server: a backend for each, made when it is first asked for."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

from attrs import frozen

from pytest_personalize.backend import PersonalizeBackend


@frozen
class Change:
    """One call as it came in: ``body`` is the JSON of its members."""

    service: str
    operation: str
    region: str
    body: bytes


Around = Callable[[PersonalizeBackend, Change], AbstractContextManager[object]]
"""A context in which one call is answered, on the thread that answers it; the answer leaves after its end."""

Make = Callable[[str], PersonalizeBackend]
"""The backend of an account, by its id."""


class Accounts:
    """The backends of a server.

    ``default`` answers whoever names no account of its own. With ``make``, an access key of 12 digits is the account of
    its caller, whose backend is made at its first call. Every call is answered inside ``around``: a journal that keeps
    what it is given there has it on disk before the answer leaves.
    """

    def __init__(self, default: PersonalizeBackend, make: Make | None = None, around: Around | None = None) -> None:
        self.default = default
        self.around: Around = around or (lambda backend, change: nullcontext())
        self._make = make
        self._others: dict[str, PersonalizeBackend] = {}
        self._lock = threading.Lock()

    def known(self, access_key: str | None) -> PersonalizeBackend | None:
        """The backend for calls that are signed with that key, None when it is still to be made."""
        if self._make is None or access_key is None or not re.fullmatch("[0-9]{12}", access_key):
            return self.default
        return self.default if access_key == self.default.account_id else self._others.get(access_key)

    def of(self, access_key: str | None) -> PersonalizeBackend:
        """The same, made when it is still to be; that may take a while."""
        with self._lock:
            found = self.known(access_key)
            if found is None:
                assert self._make is not None
                assert access_key is not None
                found = self._others[access_key] = self._make(access_key)
            return found

    def __iter__(self) -> Iterator[PersonalizeBackend]:
        """All that there are, the default first."""
        return iter([self.default, *self._others.values()])
