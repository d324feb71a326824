"""Declared answers: what a campaign or recommender answers because a test says so, whatever its model thinks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from pytest_personalize.data.records import Records
from pytest_personalize.service.answering.metadata import item_metadata
from pytest_personalize.service.kernel.errors import ServiceError

Entry = Mapping[str, Any]
"""One item or action of an answer, by the member names of the API."""


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


NOTHING = Declared()
IDS = ("itemId", "actionId")


def as_items(
    entries: Sequence[Entry], count: int, records: Records, columns: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The first ``count`` items, with the metadata of the Items dataset unless others were declared."""
    found = []
    for entry in entries[:count]:
        metadata = item_metadata(records, entry["itemId"], columns) if columns else {}
        found.append(({"metadata": metadata} if metadata else {}) | dict(entry))
    return found


def as_given(entries: Sequence[Entry], key: str) -> list[dict[str, Any]]:
    """Entries as they were declared, whose ids an operation calls ``key``."""
    return [{key: _id(entry)} | {name: entry[name] for name in entry if name not in IDS} for entry in entries]


def _id(entry: Entry) -> Any:
    return next(entry[name] for name in IDS if name in entry)


def in_declared_order(entries: Sequence[Entry], item_ids: Collection[str]) -> list[Entry]:
    """The items of a list in the declared order; those that were not declared come last, as they stood."""
    declared = [entry for entry in entries if entry["itemId"] in item_ids]
    known = {entry["itemId"] for entry in declared}
    return [*declared, *({"itemId": item_id} for item_id in item_ids if item_id not in known)]
