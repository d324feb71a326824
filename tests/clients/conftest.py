"""Where the clients of other languages and other times are, and what they need to find the server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_personalize.server import PersonalizeServer

CLIENTS = Path(os.environ.get("PERSONALIZE_CLIENTS", Path(__file__).parents[2] / ".venv-ci" / "clients"))
"""Where .ci/run has installed them: a folder for each."""


@pytest.fixture
def client() -> Callable[[str], Path]:
    """The file of a client below ``CLIENTS``; the test is skipped where it is missing."""

    def find(path: str) -> Path:
        if not (CLIENTS / path).exists():
            pytest.skip(f"{CLIENTS / path} is not here: .ci/run installs it")
        return CLIENTS / path

    return find


@pytest.fixture
def run(personalize_server: PersonalizeServer) -> Callable[..., str]:
    """Runs a program with the server in its environment; gives what it prints when it ends well."""

    def begin(*command: Any, cwd: Path | None = None) -> str:
        environment = os.environ | dict(personalize_server.environ)
        done = subprocess.run(
            list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return done.stdout

    return begin
