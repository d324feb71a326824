"""A request of the admin API, and what its members have to be."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from attrs import field, frozen

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.failure import Failure
from pytest_personalize.nearest import hint
from pytest_personalize.server.shelf import MemoryShelf, Shelf
from pytest_personalize.testing.kept import fits
from pytest_personalize.testing.snapshots import Snapshot

MOST_SHOWN: Final = 80  # characters of a value in a message


class AdminError(Failure):
    """A request that cannot be answered, with the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@frozen
class Kind:
    """What a member may hold: an annotation, and what it is called in a message."""

    hint: Any
    words: str


TEXT: Final = Kind(str, "a text")
FLAG: Final = Kind(bool, "true or false")
COUNT: Final = Kind(int, "a whole number")
TIMES: Final = Kind(int | None, "a whole number, or null for always")
SECONDS: Final = Kind(float, "a number of seconds")
TEXTS: Final = Kind(list[str], "a list of texts")
BY_NAME: Final = Kind(dict[str, str], "an object of texts")
SETTING: Final = Kind(str | dict[str, str], "a text, or an object of texts")
ROWS: Final = Kind(
    str | list[dict[str, Any]] | list[list[str]], "a list of objects or pairs, or the text of a CSV file"
)
SCHEMAS: Final = Kind(dict[str, str | dict[str, Any]], "an object of Avro schemas by dataset")
PROMOTIONS: Final = Kind(list[dict[str, Any]], "a list of objects, as GetRecommendations has them")
STEP: Final = Kind(float | dict[str, float], 'a number of seconds, or an object such as {"minutes": 5}')
MOMENT: Final = Kind(str | float, "epoch seconds, or a text such as 2026-01-31T12:00:00Z")
MOMENT_OR_NOW: Final = Kind(bool | str | float, "true for now, epoch seconds, or a text such as 2026-01-31T12:00:00Z")


@frozen(kw_only=True)
class Began:
    """How a backend was when its server began: what ``reset`` goes back to."""

    snapshot: Snapshot
    transitions: Any

    @classmethod
    def of(cls, backend: PersonalizeBackend) -> Began:
        """As it is now."""
        return cls(snapshot=backend.snapshot(), transitions=backend.transitions.settings())


@frozen(kw_only=True)
class Asked:
    """A request to a ``backend``: ``rest`` is what follows the name of the row in the path.

    ``shelf`` has the named snapshots, ``began`` tells how the backend of an account is at the beginning; what is played
    back asks neither.
    """

    backend: PersonalizeBackend
    rest: str = ""
    query: Mapping[str, str] = field(factory=dict)
    content: bytes = b""
    shelf: Shelf = field(factory=MemoryShelf)
    began: Callable[[str], Began] | None = None

    def json(self) -> Any:
        """The body, which has to be JSON; an empty object where there is none."""
        try:
            return json.loads(self.content or b"{}", parse_constant=_refuse)
        except (ValueError, RecursionError) as problem:
            raise AdminError(400, f"the body is no JSON: {problem}") from None

    def members(self, known: Mapping[str, Kind], *required: str) -> dict[str, Any]:
        """The members of the body, each of its kind, and those that are required."""
        return checked(self.json(), known, required)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def checked(given: Any, known: Mapping[str, Kind], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object whose members are known and of their kind; AdminError otherwise."""
    if not isinstance(given, dict):
        raise AdminError(400, f"the body must be an object, not {_shown(given)}")
    for name, value in given.items():
        if name not in known:
            raise AdminError(400, f"nothing is called {_shown(name)} here; {hint(name, known)}")
        if not fits(value, known[name].hint):
            raise AdminError(400, f"{name} must be {known[name].words}, not {_shown(value)}")
    missing = [name for name in required if name not in given]
    if missing:
        raise AdminError(400, f"{' and '.join(missing)} must be given")
    return given


def moment(given: str | float) -> float:
    """Epoch seconds; a text without a zone is in UTC."""
    if not isinstance(given, str):
        return given
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        raise AdminError(400, f"{_shown(given)} is no time; {MOMENT.words} is") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
