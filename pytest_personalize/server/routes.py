"""The rows of the admin API: what may be asked below ``/_personalize/``, by name and method.

What a row ``changes`` depends on the backend and the request alone, so that a journal can play it back. What it
``replaces`` depends on more: on files, or on how the server was started.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from attrs import frozen

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.nearest import hint
from pytest_personalize.server import changes, views
from pytest_personalize.server.asked import AdminError, Asked

ADMIN: Final = "admin"
"""In the place of a service: a request to this API."""

PREFIX: Final = "/_personalize/"
"""How the paths of this API begin."""

Does = Literal["shows", "changes", "replaces"]


@frozen
class Row:
    """What one method does.

    ``rest`` is whether the path goes on after the name: never, if wanted, or always. ``filters`` is whether the query
    narrows down what is shown.
    """

    does: Does
    run: Callable[[Asked], Any]
    rest: Literal["never", "maybe", "always"] = "never"
    filters: bool = False


ROWS: Final[Mapping[str, Mapping[str, Row]]] = {
    "health": {"GET": Row("shows", views.health)},
    "reset": {"POST": Row("replaces", changes.reset)},
    "seed": {"POST": Row("replaces", changes.seed)},
    "faults": {
        "GET": Row("shows", views.faults),
        "POST": Row("changes", changes.add_fault),
        "DELETE": Row("changes", changes.clear_faults),
    },
    "answers": {
        "GET": Row("shows", views.answers),
        "POST": Row("changes", changes.declare_answers),
        "DELETE": Row("changes", changes.clear_answers, "maybe"),
    },
    "clock": {"GET": Row("shows", views.clock), "POST": Row("changes", changes.move_clock)},
    "transitions": {"GET": Row("shows", views.transitions), "PUT": Row("changes", changes.set_transitions)},
    "snapshots": {"GET": Row("shows", views.snapshots), "PUT": Row("shows", changes.take_snapshot, "always")},
    "restore": {"POST": Row("replaces", changes.restore)},
    "calls": {"GET": Row("shows", views.calls, filters=True), "DELETE": Row("shows", changes.clear_calls)},
    "resources": {"GET": Row("shows", views.resources, "maybe", filters=True)},
    "explain": {"POST": Row("shows", views.explain)},
    "objects": {
        "GET": Row("shows", views.objects, "maybe"),
        "PUT": Row("changes", changes.put_object, "always"),
        "DELETE": Row("changes", changes.delete_object, "always"),
    },
}


def find(method: str, path: str) -> tuple[Row, str]:
    """The row for a path without its prefix, and the rest of the path; AdminError when there is none."""
    name, _, rest = path.partition("/")
    methods = ROWS.get(name)
    if methods is None:
        raise AdminError(404, f"nothing is called {name!r} here; {hint(name, ROWS)}")
    row = methods.get(method)
    if row is None:
        raise AdminError(405, f"{name} has {', '.join(methods)}, not {method}")
    if (row.rest == "never" and rest) or (row.rest == "always" and not rest):
        raise AdminError(404, f"{method} {name} wants {'no path after it' if rest else 'a path after it'}")
    return row, rest


def replaces(operation: str) -> bool:
    """Whether an operation, a method and such a path, cannot be played back."""
    return find(*_parts(operation))[0].does == "replaces"


def perform(backend: PersonalizeBackend, operation: str, content: bytes) -> None:
    """Do once more what a request has changed."""
    row, rest = find(*_parts(operation))
    row.run(Asked(backend=backend, rest=rest, content=content))


def _parts(operation: str) -> tuple[str, str]:
    method, _, path = operation.partition(" ")
    return method, path
