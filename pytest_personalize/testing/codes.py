"""Error codes that a test declares, for a fault or for an answer: checked where they are written."""

from __future__ import annotations

from typing import Final, get_args

from pytest_personalize import names
from pytest_personalize.nearest import hint
from pytest_personalize.shapes import models

ALL: Final = "*"
"""In the place of an operation: every operation."""

MESSAGES: Final = {
    "ThrottlingException": "Rate exceeded",
    "InternalFailure": "The request processing has failed because of an unknown error, exception or failure.",
    "ServiceUnavailable": "The request has failed due to a temporary failure of the server.",
}
"""The texts of errors that no service models (API reference, common errors)."""


def declared_error(operation: str, code: str, message: str | None = None, *, any_code: bool = False) -> tuple[str, str]:
    """Code and message of an error of that operation, or of ``ALL``.

    ``ValueError`` for a code that is neither modelled for the operation nor common to all, unless ``any_code``.
    """
    if not any_code:
        _check(operation, code)
    return code, MESSAGES.get(code, f"{code}, as declared by the test") if message is None else message


def _check(operation: str, code: str) -> None:
    modelled = {
        own
        for service in models.SERVICES
        for name in models.operation_names(service)
        if operation in (name, ALL)
        for own in models.error_codes(service, name)
    }
    known = [*sorted(modelled), *get_args(names.CommonCode)]
    if code not in known:
        elsewhere = code in get_args(names.Code)
        near = f"it fails with {', '.join(sorted(modelled))} and common errors" if elsewhere else hint(code, known)
        raise ValueError(f"{operation} does not fail with {code!r}; {near} (any_code=True takes any)")
