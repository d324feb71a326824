"""The SDK for Go v2, as Debian packages it: strict about dates, statuses and empty bodies."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

GOPATH = Path("/usr/share/gocode")
SDK = GOPATH / "src/github.com/aws/aws-sdk-go-v2/service/personalize"


@pytest.mark.skipif(shutil.which("go") is None, reason="golang-go is not here")
@pytest.mark.skipif(not SDK.exists(), reason="golang-github-aws-aws-sdk-go-v2-dev is not here")
def test_the_journey(run: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GO111MODULE", "off")
    monkeypatch.setenv("GOPATH", str(GOPATH))
    assert run("go", "run", Path(__file__).with_name("journey.go")) == "the journey has ended\n"
