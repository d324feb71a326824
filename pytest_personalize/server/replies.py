"""What goes back over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from time import time
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen

from pytest_personalize.shapes.errors import error_body, error_status
from pytest_personalize.shapes.http_responses import response_headers
from pytest_personalize.shapes.models import operation, protocol, service_errors

encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


@frozen
class Reply:
    """An HTTP answer, whole; ``headers`` by their names in small letters, without that of the length."""

    status: int
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""


def accepted(service: str, name: str, members: Mapping[str, Any]) -> Reply:
    """What an operation answers; one that has no output shape answers nothing, not even an empty object."""
    body = encode(members).encode() if _has_output(service, name) else b""
    return _reply(200, _headers(service), body)


def refused(service: str, code: str, message: str) -> Reply:
    """An error, in the form of the protocol that the service speaks."""
    modelled = code in service_errors(service)
    status, headers, body = error_body(protocol(service), code, message, modelled, error_status(service, code))
    return _reply(status, _headers(service) | headers, body)


def _headers(service: str) -> dict[str, str]:
    return response_headers(service, time(), str(uuid4()))


def _reply(status: int, headers: dict[str, str], body: bytes) -> Reply:
    del headers["connection"], headers["content-length"]  # those are for the server
    return Reply(status, headers, body)


@cache
def _has_output(service: str, name: str) -> bool:
    return operation(service, name).output is not None
