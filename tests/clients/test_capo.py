"""capo, whose clients have nothing of botocore in them: only a server can answer them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_personalize.server import PersonalizeServer

JOURNEY = Path(__file__).with_name("journey_capo.py")


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_the_journey(
    kind: str, client: Callable[[str], Path], run: Callable[..., str], personalize_server: PersonalizeServer
) -> None:
    assert run(client("capo/bin/python"), JOURNEY, personalize_server.url, kind) == "the journey has ended\n"
