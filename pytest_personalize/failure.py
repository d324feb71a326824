"""The one base of everything that can go wrong and is the caller's business."""

from __future__ import annotations

from collections.abc import Iterable


class Failure(Exception):
    """What went wrong, in a text fit for the caller of the service.

    A job that meets one ends in CREATE FAILED with ``message`` as its ``failureReason``; a call that meets one is
    refused with InvalidInputException. Any other exception is a bug of the emulator.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def raise_first(problems: Iterable[Failure]) -> None:
    """Stop at the first of the problems, if there is one: what calls and jobs do, where a check goes on to the last."""
    for problem in problems:
        raise problem
