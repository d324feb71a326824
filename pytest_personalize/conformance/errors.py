"""How an endpoint may fail to do what was asked."""

from __future__ import annotations

from typing import Final

from attrs import frozen
from botocore.exceptions import ClientError

from pytest_personalize.failure import Failure

CREDENTIALS: Final = frozenset(
    {
        *("AccessDeniedException", "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature"),
        *("InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken", "SignatureDoesNotMatch"),
        *("MissingAuthenticationTokenException", "OptInRequired", "UnrecognizedClientException"),
    }
)
UNKNOWN_OPERATION: Final = frozenset(
    {"UnknownOperationException", "UnknownOperation", "NotImplemented", "NotImplementedException", "InvalidAction"}
)
NOWHERE: Final = frozenset({404, 405, 500, 501})
"""Statuses of an endpoint that does not know the operation, unless the code is one that the operation has."""


class LaneFailure(Failure):
    """The lane cannot be used: no endpoint there, or no credentials that it takes."""


class Blocked(Exception):
    """What a case needs could not be made: a call was not answered, or refused."""

    def __init__(self, seen: Refusal) -> None:
        super().__init__(seen)
        self.seen = seen


class NotRun(Exception):
    """A case that cannot be put to this lane, and why."""


@frozen
class Refusal:
    """A call that was refused, or that nobody answered."""

    operation: str
    code: str
    message: str
    not_answered: bool

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


def refusal(error: ClientError, operation: str, modelled: frozenset[str]) -> Refusal:
    """What the error means; ``modelled`` are the codes that the operation has by the service model."""
    body = error.response.get("Error", {})
    code, message = str(body.get("Code", "")), str(body.get("Message", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    says_so = "not implemented" in message.lower() or "not been implemented" in message.lower()
    nobody = code in UNKNOWN_OPERATION or says_so or (status in NOWHERE and code not in modelled)
    return Refusal(operation, code, message, not_answered=nobody)
