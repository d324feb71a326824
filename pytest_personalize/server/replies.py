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
_SERVERS: Final = ("connection", "content-length")
_random_bits: Final = Random().getrandbits  # not of the numbers that a test may have seeded


@frozen
class Reply:
    """An HTTP answer, whole; its ``lines`` are the headers as they go over the wire, all but the length of the body."""

    status: int
    lines: bytes = b""
    body: bytes = b""

    @property
    def head(self) -> bytes:
        """The lines of all headers."""
        return b"%bcontent-length: %d\r\n" % (self.lines, len(self.body))

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """All headers, by their names in small letters."""
        pairs = (line.split(b": ", 1) for line in self.head.splitlines())
        return [(name, value) for name, value in pairs]


def lines_of(headers: Mapping[str, str]) -> bytes:
    """Headers as they go over the wire, without those that are up to the server: a line each, whatever their values."""
    pairs = ((name.encode(), value.encode("unicode_escape")) for name, value in headers.items() if name not in _SERVERS)
    return b"".join(b"%b: %b\r\n" % pair for pair in pairs)


def accepted(service: str, name: str, members: Mapping[str, Any]) -> Reply:
    """What an operation answers; one that has no output shape answers nothing, not even an empty object."""
    body = encode(members).encode() if _has_output(service, name) else b""
    return Reply(200, b"%b%b: %b\r\n" % (_common_lines(service, int(time())), _REQUEST_ID, _new_request_id()), body)


def refused(service: str, code: str, message: str) -> Reply:
    """An error, in the form of the protocol that the service speaks."""
    modelled = code in service_errors(service)
    status, own, body = error_body(protocol(service), code, message, modelled, error_status(service, code))
    headers = response_headers(service, time(), _new_request_id().decode()) | own
    return Reply(status, lines_of(headers), body)


def _new_request_id() -> bytes:
    """A random UUID, of version 4, in a fifth of the time of ``uuid4``."""
    digits = b"%032x" % _random_bits(128)
    return b"%b-%b-4%b-a%b-%b" % (digits[:8], digits[8:12], digits[13:16], digits[17:20], digits[20:])


@lru_cache(maxsize=3)
def _common_lines(service: str, second: int) -> bytes:
    """What is alike in all answers of a service in the same second."""
    headers = response_headers(service, second, "")
    del headers[REQUEST_ID]
    return lines_of(headers)


@cache
def _has_output(service: str, name: str) -> bool:
    return operation(service, name).output is not None
