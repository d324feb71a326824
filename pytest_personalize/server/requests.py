"""What an HTTP request asks: of which operation, in which region, and on whose account."""

from __future__ import annotations

import re
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.nearest import hint
from pytest_personalize.service.kernel.errors import UNKNOWN_OPERATION, ServiceError, refusal
from pytest_personalize.shapes.models import routes
from pytest_personalize.testing.options import REGION

Headers = Mapping[bytes, bytes]
"""By their names in small letters; of several of the same name, the last."""

Receive = Callable[[], Awaitable[Mapping[str, Any]]]

MOST: Final = 64 * 2**20
"""Bytes of a body, also after it is unpacked."""

MOST_SHOWN: Final = 80
"""Characters of a text in a message that says what is wrong with it."""

# The access key and the region of ``KEY/DATE/REGION/SERVICE/aws4_request``; signatures are not checked.
_SCOPE: Final = re.compile(rb"Credential=([^/,\s]+)/\d+/([^/,\s]*)/[^/,\s]*/aws4_request")
_HOST: Final = re.compile(
    rb"personalize(?:-runtime|-events)?(?:-fips)?\.([^.]+)\.(?:amazonaws\.com|api\.aws)", re.IGNORECASE
)
_ANY_REGION: Final = "local"  # what clients of Elixir sign with when they have an endpoint of their own


class Gone(Exception):
    """The client has hung up before its request was whole."""


def form_of(method: str, path: str) -> str:
    """The service in whose form a request is refused that asks for no operation."""
    return "personalize" if _at_root(method, path) else "personalize-runtime"


def find_operation(method: str, path: str, target: str) -> tuple[str, str]:
    """Service and operation; the target counts at ``POST /`` alone. ServiceError when there is none."""
    at_root = _at_root(method, path)
    found = routes().get((method, path, target if at_root else ""))
    if found is None:
        known = [each[2] or f"{each[0]} {each[1]}" for each in routes() if bool(each[2]) == at_root]
        asked = (target if at_root else f"{method} {path}")[:MOST_SHOWN]
        what = f"X-Amz-Target is {asked!r}" if at_root else f"{asked!r}"
        raise ServiceError(UNKNOWN_OPERATION, f"{what}: no operation is called so; {hint(asked, known)}")
    return found


def _at_root(method: str, path: str) -> bool:
    return method == "POST" and path == "/"


def caller(headers: Headers) -> tuple[str | None, str | None]:
    """The access key, and the region that is asked for; None for what is not said."""
    signed = _SCOPE.search(headers.get(b"authorization", b""))
    named = None if signed else _HOST.match(headers.get(b"host", b""))
    key = signed[1].decode("latin-1") if signed else None
    region = (signed[2] if signed else named[1].lower() if named else b"").decode("latin-1")
    return key, None if region in ("", _ANY_REGION) else region


def checked_region(backend: PersonalizeBackend, name: str | None) -> str:
    """The region that is asked for, that of the backend for None; ServiceError for one without the service."""
    if name is None:
        return backend.region_name
    if not REGION.fullmatch(name) or not backend._door.reaches(name):
        raise ServiceError("UnrecognizedClientException", f"There is no Amazon Personalize in {name[:MOST_SHOWN]!r}.")
    return name


async def read_body(headers: Headers, receive: Receive) -> bytes:
    """The whole body, unpacked; ServiceError when it is too long or no gzip, Gone when its rest never comes."""
    announced = headers.get(b"content-length", b"0")
    if not announced.isdigit():
        raise refusal("body", problem="its Content-Length is no number")
    if len(announced) > 18 or int(announced) > MOST:
        raise _too_long()
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST:
            raise _too_long()
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    return bytes(body) if encoding in (b"identity", b"") else _unpacked(encoding, bytes(body))


def _unpacked(encoding: bytes, body: bytes) -> bytes:
    if encoding != b"gzip":
        raise refusal("body", problem=f"it is packed as {encoding.decode('latin-1')!r}, and only gzip is read")
    packed = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = packed.decompress(body, MOST + 1)
    except zlib.error as error:
        raise refusal("body", problem=f"it is no gzip: {error}") from None
    if len(unpacked) > MOST:
        raise _too_long()
    if not packed.eof:
        raise refusal("body", problem="its gzip ends too early")
    return unpacked


def _too_long() -> ServiceError:
    return ServiceError("RequestEntityTooLargeException", f"The body of a request can have at most {MOST} bytes.")
