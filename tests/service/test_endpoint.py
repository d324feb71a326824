"""What comes in as the body of a request, from callers that write theirs by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_personalize import PersonalizeBackend
from pytest_personalize.service.kernel import operations
from pytest_personalize.service.kernel.errors import ServiceError


@pytest.mark.parametrize("body", [b"", "", b"{}", '{"maxResults": null}', '{"unknown": 1}'])
def test_an_empty_body_has_no_members(backend: PersonalizeBackend, body: bytes | str) -> None:
    assert backend._door.call("personalize", "ListSchemas", "us-east-1", body) == {"schemas": []}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("[]", "an array"),
        ('"{}"', "a string"),
        ("true", "a boolean"),
        ("1", "a number"),
        ("1.5", "a number"),
        ("null", "null"),
    ],
)
def test_what_it_is_instead_is_told_in_words_of_json(backend: PersonalizeBackend, body: str, kind: str) -> None:
    with pytest.raises(ServiceError, match=f"it is {kind}$"):
        backend._door.call("personalize", "ListSchemas", "us-east-1", body)


@pytest.mark.parametrize(
    "body", [b"{} x", b"[]", b"null", b'"text"', b"{", b"{'a': 1}", b"\xff\xfe{", b"[" * 100_000, b'{"a":' * 100_000]
)
def test_what_is_no_json_object_is_refused(backend: PersonalizeBackend, body: bytes) -> None:
    with pytest.raises(ServiceError, match="The body of the request is not a JSON object") as caught:
        backend._door.call("personalize", "ListSchemas", "us-east-1", body)

    assert caught.value.code == "InvalidInputException"
    assert [call.params for call in backend.calls] == [{}]


@pytest.mark.parametrize(
    "register",
    [
        lambda: operations.operation("CreateSchema")(len),
        lambda: operations.structure(type("DataSource", (), {})),
    ],
)
def test_a_second_registration_is_refused_and_replaces_nothing(register: Callable[[], object]) -> None:
    before = dict(operations.OPERATIONS), dict(operations.STRUCTURES)
    with pytest.raises(ValueError, match=r"is registered already, by pytest_personalize\.service\."):
        register()
    assert before == (operations.OPERATIONS, operations.STRUCTURES)
