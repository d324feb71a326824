"""The table of refusals: each row has a code of the service and a sentence."""

from __future__ import annotations

from string import Formatter

import pytest

from pytest_personalize.service.kernel.errors import REFUSALS, UNKNOWN_OPERATION, refusal
from pytest_personalize.shapes.models import SERVICES, service_errors

CODES = {code for service in SERVICES for code in service_errors(service)} | {UNKNOWN_OPERATION, "ValidationException"}


@pytest.mark.parametrize("row", REFUSALS)
def test_every_refusal_has_a_code_of_the_service_and_says_what_was_wrong(row: str) -> None:
    names = {name for _, name, _, _ in Formatter().parse(REFUSALS[row].text) if name}
    error = refusal(row, **{name: f"<{name}>" for name in names})
    assert error.code in CODES
    assert all(f"<{name}>" in error.message for name in names)
