"""The SDK for Go v2, as Debian packages it: strict about dates, statuses and empty bodies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

JOURNEY = Path(__file__).with_name("journey.go")


def test_the_journey(client: Callable[[str], Path], run: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOPATH", str(client("go").resolve()))
    monkeypatch.setenv("GO111MODULE", "off")  # what Debian packages is no module, but lies below GOPATH
    assert run("go", "run", JOURNEY) == "the journey has ended\n"
