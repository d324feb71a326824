"""What goes back over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from random import Random
from time import time
from typing import Any, Final

from attrs import frozen

from pytest_personalize.shapes.errors import error_body, error_status
from pytest_personalize.shapes.http_responses import REQUEST_ID, encode, response_headers
from pytest_personalize.shapes.models import operation, protocol, service_errors

_REQUEST_ID: Final = REQUEST_ID.encode()
_random_bits: Final = Random().getrandbits  # not of the numbers that a test may have seeded


Head = tuple[tuple[bytes, bytes], ...]
"""Names in small letters and values of headers, as they go over the wire."""


@frozen
class Reply:
    """An HTTP answer, whole; its ``head`` is without the length of the body."""

    status: int
    head: Head = ()
    body: bytes = b""


def head_of(headers: Mapping[str, str]) -> Head:
    """Headers as they go over the wire."""
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items())


def accepted(service: str, name: str, members: Mapping[str, Any]) -> Reply:
    """What an operation answers; one that has no output shape answers nothing, not even an empty object."""
    body = encode(members).encode() if _has_output(service, name) else b""
    return Reply(200, _head(service), body)


def refused(service: str, code: str, message: str) -> Reply:
    """An error, in the form of the protocol that the service speaks."""
    modelled = code in service_errors(service)
    status, headers, body = error_body(protocol(service), code, message, modelled, error_status(service, code))
    del headers["content-length"]  # as in all heads
    own = head_of(headers)
    return Reply(status, (*(pair for pair in _head(service) if pair[0] not in dict(own)), *own), body)


def _head(service: str) -> Head:
    return *_common_head(service, int(time())), (_REQUEST_ID, _new_request_id())


def _new_request_id() -> bytes:
    """A random UUID, of version 4, in a fifth of the time of ``uuid4``."""
    digits = b"%032x" % _random_bits(128)
    return b"%b-%b-4%b-a%b-%b" % (digits[:8], digits[8:12], digits[13:16], digits[17:20], digits[20:])


@lru_cache(maxsize=3)
def _common_head(service: str, second: int) -> Head:
    """What is alike in all answers of a service in the same second; the rest of the headers is for the server."""
    headers = response_headers(service, second, "")
    del headers["connection"], headers["content-length"], headers[REQUEST_ID]
    return head_of(headers)


@cache
def _has_output(service: str, name: str) -> bool:
    return operation(service, name).output is not None
