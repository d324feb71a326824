"""An answer as botocore's endpoint hands it to the client: the HTTP answer, and the parsed members beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from email.utils import formatdate
from itertools import count
from time import time
from typing import Any, Final

from botocore.awsrequest import HeadersDict

from pytest_personalize.shapes.errors import content_type, error_body, error_status, parsed_error
from pytest_personalize.shapes.models import protocol, service_errors

_serials: Final = count(10_000_000)  # of eight digits
encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False, default=datetime.timestamp).encode
"""The members of an answer, as they go over the wire."""

REQUEST_ID: Final = "x-amzn-requestid"

FRONT_END: Final = {
    "personalize": {
        "strict-transport-security": "max-age=47304000; includeSubDomains",
        "x-frame-options": "DENY",
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
    }
}
"""Headers that every answer of a service has since 2024 (printed output)."""


class Headers(dict[str, str]):
    """The headers of a successful answer; all but the request id are worked out when somebody looks, as few ever do.

    The id is there at once, because json asks no methods of a dictionary that is empty. ``rest`` is what the others are
    made of: the service, the moment in epoch seconds, the members of the answer.
    """

    __slots__ = ("rest",)

    rest: tuple[str, float, dict[str, Any]] | None

    def _complete(self) -> None:
        if self.rest is not None:
            (service, moment, members), self.rest = self.rest, None
            self.update(response_headers(service, moment, self[REQUEST_ID]))
            if members:
                self["content-length"] = str(len(encode(members)))

    def __reduce__(self) -> tuple[type, tuple[dict[str, str]]]:
        return dict, (dict(self),)  # what a copy or a pickle brings back is no more than a dictionary


def _completed(read: Callable[..., Any]) -> Callable[..., Any]:
    def method(headers: Headers, *args: Any, **kwargs: Any) -> Any:
        headers._complete()
        return read(headers, *args, **kwargs)

    return method


for _name in [
    *("__contains__", "__delitem__", "__eq__", "__getitem__", "__ior__", "__iter__", "__len__", "__ne__", "__or__"),
    *("__repr__", "__reversed__", "__ror__", "__setitem__", "clear", "copy", "get", "items", "keys", "pop", "popitem"),
    *("setdefault", "update", "values"),
]:
    setattr(Headers, _name, _completed(getattr(dict, _name)))


class HttpAnswer:
    """What botocore, and handlers of ``after-call``, look at in an HTTP answer."""

    url = ""

    def __init__(self, status_code: int, headers: dict[str, str], body: bytes | dict[str, Any]) -> None:
        """``body`` is written out, or the members that it is written from, when somebody looks."""
        self.status_code = status_code
        self._headers = headers
        self._body = body

    @property
    def content(self) -> bytes:
        """The body, which is empty where there are no members."""
        if isinstance(self._body, bytes):
            return self._body
        return encode(self._body).encode() if self._body else b""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.content.decode()

    @property
    def headers(self) -> HeadersDict:
        """The headers, found in any case of letters."""
        return HeadersDict(self._headers)


def accepted(service: str, members: dict[str, Any]) -> tuple[HttpAnswer, dict[str, Any]]:
    """A successful answer; ``members`` are what the client returns besides the metadata."""
    request_id = new_request_id()
    headers = Headers({REQUEST_ID: request_id})
    headers.rest = service, time(), members
    metadata = {
        "RequestId": request_id,
        "HTTPStatusCode": 200,
        "HTTPHeaders": headers,
        "RetryAttempts": 0,
    }
    return HttpAnswer(200, headers, members), {**members, "ResponseMetadata": metadata}


def refused(service: str, code: str, message: str) -> tuple[HttpAnswer, dict[str, Any]]:
    """A refusal, from which botocore makes the exception of that code."""
    status = error_status(service, code)
    modelled = code in service_errors(service)
    _, own, body = error_body(protocol(service), code, message, modelled, status)
    headers = response_headers(service, time(), new_request_id()) | own
    parsed = parsed_error(code, message, modelled, status, headers)
    parsed["ResponseMetadata"]["RetryAttempts"] = 0
    return HttpAnswer(status, headers, body), parsed


def new_request_id() -> str:
    """One like no other of this process."""
    return f"{next(_serials)}-0000-4000-8000-000000000000"


def response_headers(service: str, moment: float, request_id: str) -> dict[str, str]:
    """The headers that every answer has, for an empty body; ``moment`` in epoch seconds."""
    return {
        "date": formatdate(moment, usegmt=True),
        "content-length": "0",
        REQUEST_ID: request_id,
        "content-type": content_type(protocol(service)),
        "connection": "keep-alive",
        **FRONT_END.get(service, {}),
    }
