"""Error answers: what goes over the wire, and what botocore makes of it."""

from typing import Any

import pytest
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize.shapes.errors import error_body, error_status, parsed_error
from pytest_personalize.shapes.models import SERVICES, protocol, service_errors, service_model

MODELLED = [(service, code) for service in SERVICES for code in service_errors(service)]
GENERIC = [(service, code) for service in SERVICES for code in ("ThrottlingException", "InternalFailure")]


def as_botocore(service: str, status: int, headers: dict[str, str], body: bytes) -> Any:
    """The error as botocore's endpoint parses it: once as an error, once more by the shape of its code."""
    response = {"status_code": status, "headers": headers, "body": body}
    parser = create_parser(protocol(service))
    parsed = parser.parse(response, None)
    shape = service_model(service).shape_for_error_code(parsed["Error"]["Code"])
    return parsed if shape is None else parsed | parser.parse(response, shape)


@pytest.mark.parametrize(("service", "code"), MODELLED + GENERIC)
@given(message=st.text())
def test_an_error_in_process_is_what_botocore_parses_from_the_wire(service: str, code: str, message: str) -> None:
    modelled = code in service_errors(service)
    status, headers, body = error_body(protocol(service), code, message, modelled, error_status(service, code))
    headers["x-amzn-requestid"] = "0123"

    assert parsed_error(code, message, modelled, status, headers) == as_botocore(service, status, headers, body)


def test_a_modelled_error_repeats_its_message_at_the_top() -> None:
    assert parsed_error("InvalidInputException", "why", True, 400, {})["message"] == "why"


def test_a_generic_error_has_nothing_at_the_top() -> None:
    assert "message" not in parsed_error("ThrottlingException", "why", False, 400, {})


def test_a_generic_error_writes_its_message_with_a_capital_letter() -> None:
    _, _, body = error_body("json", "ThrottlingException", "Rate exceeded", False, 400)

    assert body == b'{"__type":"ThrottlingException","Message":"Rate exceeded"}'


def test_a_json_service_names_the_code_in_the_body() -> None:
    status, headers, body = error_body("json", "InvalidInputException", "why", True, 400)

    assert (status, body) == (400, b'{"__type":"InvalidInputException","message":"why"}')
    assert headers == {"content-type": "application/x-amz-json-1.1", "content-length": "50"}


def test_a_rest_service_names_the_code_in_a_header() -> None:
    _, headers, body = error_body("rest-json", "ResourceNotFoundException", "why", True, 404)

    assert headers["x-amzn-errortype"] == "ResourceNotFoundException"
    assert body == b'{"message":"why"}'


@pytest.mark.parametrize(
    ("service", "code", "status"),
    [
        ("personalize", "ResourceNotFoundException", 400),
        ("personalize-runtime", "ResourceNotFoundException", 404),
        ("personalize-events", "ResourceInUseException", 409),
        ("personalize", "ThrottlingException", 400),
        ("personalize-runtime", "ThrottlingException", 429),
        ("personalize-events", "InternalServerException", 500),
        ("personalize", "ServiceUnavailable", 503),
        ("personalize-runtime", "ServiceUnavailableException", 503),
        ("personalize-events", "RequestEntityTooLargeException", 413),
    ],
)
def test_the_status_comes_from_the_model_or_from_the_common_errors(service: str, code: str, status: int) -> None:
    assert error_status(service, code) == status
