"""The exception classes of the three services, made once per process.

botocore makes them anew for every session, so that ``personalize.exceptions.ResourceNotFoundException`` of one client
does not catch what a client of another session raised, which in a test is the client of the code under test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pytest_personalize.interception.services import SERVICES

_MADE: Final[dict[tuple[type, str], Any]] = {}
"""By service and by the class of the factory, which is another one when botocore was imported anew."""


def create_client_exceptions(wrapped: Callable[..., Any], factory: Any, args: Any, kwargs: Any) -> Any:
    """For a wrapper around ``ClientExceptionsFactory.create_client_exceptions``: the same classes for all sessions."""
    made = wrapped(*args, **kwargs)
    model = args[0] if args else kwargs["service_model"]
    return _MADE.setdefault((type(factory), model.service_name), made) if model.service_name in SERVICES else made
