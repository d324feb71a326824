"""What the admin API changes: each function takes a request and answers what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_personalize.nearest import hint
from pytest_personalize.server import views
from pytest_personalize.server.asked import (
    BY_NAME,
    COUNT,
    FLAG,
    MOMENT,
    MOMENT_OR_NOW,
    ROWS,
    SCHEMAS,
    SECONDS,
    SETTING,
    STEP,
    TEXT,
    TEXTS,
    TIMES,
    AdminError,
    Asked,
    Kind,
    checked,
    moment,
)

FAULTS: Final[Mapping[str, tuple[Mapping[str, Kind], tuple[str, ...]]]] = {
    "throttle": ({"operation": TEXT, "times": TIMES}, ("operation",)),
    "fail": (
        {"operation": TEXT, "code": TEXT, "message": TEXT, "times": TIMES, "any_code": FLAG},
        ("operation", "code"),
    ),
    "latency": (
        {"operation": TEXT, "seconds": SECONDS, "times": TIMES, "real": FLAG},
        ("operation", "seconds"),
    ),
    "disconnect": ({"operation": TEXT, "times": TIMES, "lost": TEXT}, ("operation",)),
    "fail_job": ({"operation": TEXT, "reason": TEXT, "times": TIMES}, ("operation", "reason")),
    "chaos": ({"seed": COUNT}, ("seed",)),
}
"""Method of ``backend.faults`` to its parameters, and those that it wants."""

PLACE: Final = {"name": TEXT, "region": TEXT, "arns": BY_NAME}
PRESET: Final = {
    "preset": TEXT,
    "ids": TEXT,
    **dict.fromkeys(("users", "items", "interactions", "actions"), COUNT),
    **PLACE,
}
DATA: Final = dict.fromkeys(("interactions", "items", "users", "actions", "action_interactions"), ROWS)
OWN_DATA: Final = {
    **DATA,
    "recipes": TEXTS,
    "filters": BY_NAME,
    "domain": TEXT,
    "schemas": SCHEMAS,
    **PLACE,
}
UNITS: Final = dict.fromkeys(("seconds", "minutes", "hours", "days"), SECONDS)
CLOCK: Final = {"advance": STEP, "move_to": MOMENT, "freeze": MOMENT_OR_NOW, "unfreeze": FLAG}


def reset(asked: Asked) -> Any:
    """As the server began, with no calls on record."""
    backend = asked.backend
    assert asked.began is not None
    asked.members({})  # it takes none
    began = asked.began(backend.account_id)
    backend.restore(began.snapshot)
    backend.transitions = began.transitions
    backend.calls.clear()
    return {}


def seed(asked: Asked) -> Any:
    """A preset, or own data."""
    given = asked.json()
    if isinstance(given, dict) and "preset" in given:
        return views.seeded(asked.backend.seed(**checked(given, PRESET)))
    members = checked(given, OWN_DATA, ("name",))
    # As bytes a text is a CSV file for certain, and never the name of one on this machine.
    files = {name: value.encode() for name in DATA if isinstance(value := members.get(name), str)}
    return views.seeded(asked.backend.seed_from(**members | files))


def add_fault(asked: Asked) -> Any:
    """A fault, as the method of ``backend.faults`` that is called so declares it."""
    given = asked.json()
    name = given.pop("fault", None) if isinstance(given, dict) else None
    if not isinstance(name, str) or name not in FAULTS:
        raise AdminError(400, f"fault must name one; {hint(str(name), FAULTS)}")
    known, required = FAULTS[name]
    getattr(asked.backend.faults, name)(**checked(given, known, required))
    return views.faults(asked)


def clear_faults(asked: Asked) -> Any:
    """No faults any more."""
    asked.backend.faults.clear()
    return views.faults(asked)


def declare_answers(asked: Asked) -> Any:
    """What campaigns and recommenders answer, in the form of ``backend.answers.load``."""
    asked.backend.answers.declare(asked.json())
    return views.answers(asked)


def clear_answers(asked: Asked) -> Any:
    """Let the model of one answer again, or those of all."""
    declared = [arn for region in asked.backend._account.regions.values() for arn in region.declared]
    if asked.rest and asked.rest not in declared:
        raise AdminError(404, f"no answers are declared for {asked.rest}; {hint(asked.rest, declared)}")
    for arn in [asked.rest] if asked.rest else declared:
        asked.backend.answers(arn).clear()
    return views.answers(asked)


def move_clock(asked: Asked) -> Any:
    """One of: ``advance``, ``move_to``, ``freeze``, ``unfreeze``."""
    given = asked.members(CLOCK)
    if len(given) != 1:
        raise AdminError(400, f"exactly one of {', '.join(CLOCK)} must be given")
    clock = asked.backend.clock
    ((move, value),) = given.items()
    if move == "advance":
        clock.advance(**checked(value if isinstance(value, dict) else {"seconds": value}, UNITS))
    elif move == "move_to":
        clock.move_to(moment(value))
    elif value is not False:
        clock.freeze(None if value is True else moment(value)) if move == "freeze" else clock.unfreeze()
    return views.clock(asked)


def set_transitions(asked: Asked) -> Any:
    """How statuses change, in the form of ``backend.transitions``."""
    asked.backend.transitions = asked.members({"transitions": SETTING}, "transitions")["transitions"]
    return views.transitions(asked)


def take_snapshot(asked: Asked) -> Any:
    """Keep the state under a name."""
    asked.shelf.keep(asked.rest, asked.backend)
    return views.snapshots(asked)


def restore(asked: Asked) -> Any:
    """Go back to a named snapshot."""
    name = asked.members({"name": TEXT}, "name")["name"]
    snapshot = asked.shelf.find(name)
    if snapshot is None:
        raise AdminError(404, f"no snapshot {name!r}; {hint(name, asked.shelf.names())}")
    asked.backend.restore(snapshot)
    return {}


def clear_calls(asked: Asked) -> Any:
    """Forget the calls so far."""
    asked.backend.calls.clear()
    return {}


def put_object(asked: Asked) -> Any:
    """Write an object: the body is its content."""
    asked.backend.s3.put(views.uri(asked.rest), asked.content)
    return {}


def delete_object(asked: Asked) -> Any:
    """Remove an object."""
    asked.backend.s3.delete(views.uri(asked.rest))
    return {}
