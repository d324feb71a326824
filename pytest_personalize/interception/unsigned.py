"""What a blocked call is that has no credentials; loaded with botocore at hand."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import NoCredentialsError

from pytest_personalize.interception.guard import RealPersonalizeCallBlocked


class UnsignedCallBlocked(RealPersonalizeCallBlocked, NoCredentialsError):
    """A call that would have left, had there been credentials.

    It is a ``NoCredentialsError`` as well, which is what code that lives without the plugin knows and expects.
    Tracebacks show it by the name that is public.
    """

    __module__, __qualname__ = RealPersonalizeCallBlocked.__module__, RealPersonalizeCallBlocked.__qualname__

    def __reduce__(self) -> tuple[Any, ...]:
        return _made_again, self.args


def _made_again(*refusal: str) -> UnsignedCallBlocked:
    """For pickle, which would look for the class by its qualified name."""
    return UnsignedCallBlocked(*refusal)
