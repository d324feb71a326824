"""The HTTP server: Amazon Personalize for every client, in any language.

``pytest_personalize.server:app`` is an ASGI application for any ASGI server, with an empty backend of its own that is
made when it is first asked for; ``application(backend)`` makes one for a backend that you hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.server.accounts import Accounts
from pytest_personalize.server.asgi import Application
from pytest_personalize.server.replies import Reply
from pytest_personalize.server.stage import PersonalizeServer

if TYPE_CHECKING:
    app: Application

__all__ = ["Accounts", "Application", "PersonalizeServer", "Reply", "app", "application", "application_for"]


def application(backend: PersonalizeBackend | None = None) -> Application:
    """The ASGI application that answers for a backend; for a new, empty one by default."""
    return application_for(Accounts(backend or PersonalizeBackend()))


def application_for(accounts: Accounts) -> Application:
    """The ASGI application that answers for accounts, each with a backend of its own."""
    return Application(accounts, administer=lambda *_: Reply(404))


def __getattr__(name: str) -> Application:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    made = globals()["app"] = application()
    return made
