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

ARNS: Final = ("campaignArn", "recommenderArn")
"""The members of a request that say who is asked."""


@frozen(kw_only=True)
class Recorded:
    """The answer to one request, by its parameters without the ARN: entries, or the code and message of a refusal."""

    parameters: Mapping[str, Any]
    entries: Sequence[Entry] = ()
    error: tuple[str, str] | None = None


@frozen(kw_only=True)
class Declared:
    """What one campaign or recommender is to answer: to a request, to a user, about an item, or to all others.

    ``error`` is the code and the message of a refusal of every request.
    """

    requests: Sequence[Recorded] = ()
    users: Mapping[str, Sequence[Entry]] = field(factory=dict)
    items: Mapping[str, Sequence[Entry]] = field(factory=dict)
    default: Sequence[Entry] | None = None
    error: tuple[str, str] | None = None

    @property
    def refuses(self) -> bool:
        """Whether some request is refused."""
        return self.error is not None or any(one.error is not None for one in self.requests)

    def entries(self, user_id: str | None, item_id: str | None, members: Mapping[str, Any]) -> Sequence[Entry] | None:
        """The declared answer to a request, None where the model is to answer; raises a declared error."""
        asked = {name: value for name, value in members.items() if name not in ARNS}
        recorded = next((one for one in self.requests if one.parameters == asked), None)
        error = recorded.error if recorded is not None else self.error
        if error is not None:
            raise ServiceError(*error)
        if recorded is not None:
            return recorded.entries
        for found in (self.users.get(user_id or ""), self.items.get(item_id or "")):
            if found is not None:
                return found
        return self.default
