"""What a blocked call is that has no credentials; loaded with botocore at hand."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import NoCredentialsError

from pytest_personalize.interception.guard import RealPersonalizeCallBlocked


class UnsignedCallBlocked(RealPersonalizeCallBlocked, NoCredentialsError):
    """A call that would have left, had there been credentials.

    It is a ``NoCredentialsError`` as well, which is what code that lives without the plugin knows and expects.
    """

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.args
