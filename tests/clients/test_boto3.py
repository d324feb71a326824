"""boto3 over HTTP: that of today, and one from before it looked for endpoints in the environment."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from pytest_personalize.server import PersonalizeServer

JOURNEY = Path(__file__).with_name("journey.py")
OLD = "1.26.47"


@pytest.mark.parametrize("version", [OLD, boto3.__version__])
def test_the_journey(
    version: str, client: Callable[[str], Path], run: Callable[..., str], personalize_server: PersonalizeServer
) -> None:
    python = client(f"boto3-{OLD}/bin/python") if version == OLD else sys.executable
    assert run(python, JOURNEY, personalize_server.url) == f"the journey has ended, with boto3 {version}\n"
