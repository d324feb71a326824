"""Schemas and records in few words."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from pytest_personalize.data.avro import Schema, parse_schema
from pytest_personalize.data.records import Records

INTERACTIONS = {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long"}


def schema_text(name: str, **fields: str) -> str:
    """A schema; a field reads "string", "string?" (null allowed) or "string? categorical"."""
    entries: list[dict[str, object]] = []
    for field, words in fields.items():
        kind, *flags = words.split()
        base = kind.removesuffix("?")
        entries.append({"name": field, "type": base if kind == base else [base, "null"]} | dict.fromkeys(flags, True))
    return json.dumps(
        {
            "type": "record",
            "name": name,
            "namespace": "com.amazonaws.personalize.schema",
            "fields": entries,
            "version": "1.0",
        }
    )


@pytest.fixture(scope="session")
def text() -> Callable[..., str]:
    return schema_text


@pytest.fixture(scope="session")
def schema() -> Callable[..., Schema]:
    def make(name: str, domain: str | None = None, **fields: str) -> Schema:
        return parse_schema(schema_text(name, **fields), domain)

    return make


@pytest.fixture(scope="session")
def events(schema: Callable[..., Schema]) -> Callable[..., Records]:
    """Records with an empty item interactions dataset of the required fields and these."""

    def make(**fields: str) -> Records:
        records = Records()
        records.add_dataset("INTERACTIONS", schema("Interactions", **INTERACTIONS, **fields))
        return records

    return make


@pytest.fixture(scope="session")
def items(schema: Callable[..., Schema]) -> Callable[..., Records]:
    """Records with an empty items dataset of ITEM_ID and these fields."""

    def make(**fields: str) -> Records:
        records = Records()
        records.add_dataset("ITEMS", schema("Items", ITEM_ID="string", **fields))
        return records

    return make
