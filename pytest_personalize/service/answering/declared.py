"""Declared answers, as the requests want them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pytest_personalize.data.records import Records
from pytest_personalize.service.answering.metadata import item_metadata
from pytest_personalize.service.kernel.declared import IDS, Entry


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
    return [{key if name in IDS else name: value for name, value in entry.items()} for entry in entries]


def in_declared_order(entries: Sequence[dict[str, Any]], item_ids: Collection[str]) -> list[dict[str, Any]]:
    """The items of a list in the declared order; those that were not declared come last, as they stood."""
    declared = [entry for entry in entries if entry["itemId"] in item_ids]
    known = {entry["itemId"] for entry in declared}
    return [*declared, *({"itemId": item_id} for item_id in item_ids if item_id not in known)]
