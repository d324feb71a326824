"""Declared answers: what a campaign or recommender answers because a test says so, whatever its model thinks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import field, frozen

from pytest_personalize.service.kernel.errors import ServiceError

Entry = Mapping[str, Any]
"""One item or action of an answer, by the member names of the API."""

IDS: Final = ("itemId", "actionId")
"""The members that say which item or action an entry is about."""


@frozen(kw_only=True)
class Declared:
    """What one campaign or recommender is to answer: to a user, about an item, or to all others.

    ``error`` is the code and the message of a refusal of every request.
    """

    users: Mapping[str, Sequence[Entry]] = field(factory=dict)
    items: Mapping[str, Sequence[Entry]] = field(factory=dict)
    default: Sequence[Entry] | None = None
    error: tuple[str, str] | None = None

    def entries(self, user_id: str | None, item_id: str | None) -> Sequence[Entry] | None:
        """The declared answer to a request, None where the model is to answer; raises a declared error."""
        if self.error is not None:
            raise ServiceError(*self.error)
        for found in (self.users.get(user_id or ""), self.items.get(item_id or "")):
            if found is not None:
                return found
        return self.default


NOTHING: Final = Declared()
