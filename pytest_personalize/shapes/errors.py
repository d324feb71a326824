"""Error answers as the two protocols carry them, and as botocore hands them to a caller."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pytest_personalize.shapes.models import Protocol, service_errors
from pytest_personalize.shapes.models import protocol as protocol_of

_CONTENT_TYPES: Final[Mapping[Protocol, str]] = {
    "json": "application/x-amz-json-1.1",
    "rest-json": "application/json",
}
# Errors of the AWS front end, which no service models: "Common errors" in the API reference.
_GENERIC_STATUSES: Final[Mapping[str, int]] = {
    "InternalFailure": 500,
    "InternalServerError": 500,
    "InternalServerException": 500,
    "RequestEntityTooLargeException": 413,
    "ServiceUnavailable": 503,
    "ServiceUnavailableException": 503,
}
# The API reference says 400 of throttling everywhere; services with a REST protocol answer 429.
_THROTTLED: Final[Mapping[Protocol, int]] = {"json": 400, "rest-json": 429}
_DEFAULT_STATUS: Final = 400


def content_type(protocol: Protocol) -> str:
    """The content type of every answer of a protocol."""
    return _CONTENT_TYPES[protocol]


def error_status(service: str, code: str) -> int:
    """The HTTP status of an error: what the service models, or else what AWS says of its common errors."""
    if code == "ThrottlingException":
        return _THROTTLED[protocol_of(service)]
    return service_errors(service).get(code) or _GENERIC_STATUSES.get(code, _DEFAULT_STATUS)


def error_body(
    protocol: Protocol, code: str, message: str, modelled: bool, status: int
) -> tuple[int, dict[str, str], bytes]:
    """The HTTP status, headers and body of an error.

    ``modelled`` says whether the service model knows the code: the generic errors of the AWS front end write
    ``Message`` with a capital letter.
    """
    content = {"message" if modelled else "Message": message}
    headers = {"content-type": content_type(protocol)}
    if protocol == "json":
        content = {"__type": code, **content}
    else:
        headers["x-amzn-errortype"] = code
    body = json.dumps(content, separators=(",", ":")).encode()
    headers["content-length"] = str(len(body))
    return status, headers, body


def parsed_error(code: str, message: str, modelled: bool, status: int, headers: Mapping[str, str]) -> dict[str, Any]:
    """What botocore makes of an error answer; a modelled error repeats its members at the top."""
    parsed: dict[str, Any] = {
        "Error": {"Message": message, "Code": code},
        "ResponseMetadata": response_metadata(status, headers),
    }
    if modelled:
        parsed["message"] = message
    return parsed


def response_metadata(status: int, headers: Mapping[str, str]) -> dict[str, Any]:
    """What botocore's parser says about a response; the names of ``headers`` are lower case."""
    metadata: dict[str, Any] = {"HTTPStatusCode": status, "HTTPHeaders": dict(headers)}
    if "x-amzn-requestid" in headers:
        metadata["RequestId"] = headers["x-amzn-requestid"]
    return metadata
