"""Files that are as they should be, for tests to break."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pytest_personalize.data.avro import avro_text

ITEMS = avro_text(
    "Items",
    [
        {"name": "ITEM_ID", "type": "string"},
        {"name": "PRICE", "type": "float"},
        {"name": "GENRE", "type": ["null", "string"], "categorical": True},
    ],
)
INTERACTIONS = avro_text(
    "Interactions",
    [
        {"name": "USER_ID", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"},
        {"name": "EVENT_TYPE", "type": "string"},
    ],
)


@pytest.fixture
def items() -> str:
    return ITEMS


@pytest.fixture
def interactions() -> str:
    return INTERACTIONS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Mapping[str, str | bytes | object]], Path]:
    """Write files, and work in their folder; what is neither text nor bytes is written as JSON."""
    monkeypatch.chdir(tmp_path)

    def write(files: Mapping[str, str | bytes | object]) -> Path:
        for name, content in files.items():
            text = content if isinstance(content, str | bytes) else json.dumps(content, indent=1)
            (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return tmp_path

    return write
