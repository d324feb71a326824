"""Why a call may have been refused: what its ARNs would have been found as, or where. Guesses, for reports alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, takewhile
from typing import Any, Final

from attrs import frozen

from pytest_personalize.nearest import nearest
from pytest_personalize.recommenders.recipes import RECIPES
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.shapes.models import snake
from pytest_personalize.testing.calls import Call

MOST: Final = 1_000  # resources among which the nearest is looked for

_FILES: Final = 'put the files where it looks with backend.s3.put("s3://…", …); a bucket of moto has to be made first'
_DATA: Final = 'import data first, seed a group, or take data="optional" where none are to be had'
_WAIT: Final = "wait for the end of that as at AWS, with Describe; backend.wait(arn) waits until it is ACTIVE"
REMEDIES: Final[Mapping[str, str]] = {
    "ValidationException": "no class of its own: catch ClientError and look at response['Error']['Code']",
    "Insufficient privileges for accessing data in S3": _FILES,
    "Invalid Data location": _FILES,
    "Invalid S3 input path": _FILES,
    "Dataset group must contain": _DATA,
    "Dataset has fewer than 1 interactions": _DATA,
    "PENDING; ": _WAIT,
    "IN_PROGRESS; ": _WAIT,
    "cannot answer yet": _WAIT,
}
"""The code of a refusal, or part of a message, to what can be done about it."""


@frozen
class Surroundings:
    """What there is beside a refused call.

    The resources of its backend by ARN, the calls of the test, and the resources of the other backends by what those
    are called.
    """

    resources: Mapping[str, Resource]
    calls: Sequence[Call]
    others: Mapping[str, Mapping[str, Resource]]


def hints(call: Call, around: Surroundings) -> Iterator[str]:
    """For each ARN of a refused call that names nothing, and each tracking id, what may have been meant."""
    for member, value in texts(call.params):
        if value.startswith("arn:"):
            found = _about_arn(call, member, value, around)
        elif member.endswith("Arn"):
            found = _about_name(member, value, around)
        else:
            found = _about_tracking_id(value, around) if member == "trackingId" else None
        if found is not None:
            yield f"{member}: {found}"
    yield from remedies(f"{call.error}: {call.message}")


def remedies(message: str) -> Iterator[str]:
    """What can be done about a refusal or a failure."""
    return (remedy for part, remedy in REMEDIES.items() if part in message)


def texts(value: Any, member: str = "") -> Iterator[tuple[str, str]]:
    """All texts in a request or a resource, each with the name of its member."""
    if isinstance(value, str):
        yield member, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from texts(inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner, member)


def _about_arn(call: Call, member: str, arn: str, around: Surroundings) -> str | None:
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "personalize":
        return None
    kind = parts[5].partition("/")[0]
    if kind == "recipe":
        known = [recipe.arn for recipe in RECIPES.values()]
        near = None if arn in known else nearest(arn, known)
        return f"the nearest recipe is {near}" if near else None
    if arn in around.resources:
        return _about_kind(member, around.resources[arn]) or (
            f"it is in {parts[3]}, the client is in {call.region}" if parts[3] != call.region else None
        )
    for name, resources in around.others.items():
        if arn in resources:
            return f"{name} has it, and not the one that answered: use one of them alone"
    for number, other in enumerate(takewhile(lambda each: each is not call, around.calls), 1):
        if other.operation.startswith("Delete") and other.error is None and arn in other.params.values():
            return f"it was deleted by call {number}, {other.operation}"
    return _about_others_of_kind(kind, parts[5], around)


def _about_kind(member: str, found: Resource) -> str | None:
    """An ARN where that of another kind belongs; a ``resourceArn`` may be any."""
    if snake(member) in (found.arn_field, "resource_arn"):
        return None
    return f"it wants that of a {snake(member).removesuffix('_arn').replace('_', '-')}, this is one of a {found.kind}"


def _about_others_of_kind(kind: str, path: str, around: Surroundings) -> str:
    same_kind = [arn for arn in reversed([*around.resources]) if arn.split(":", 5)[5].startswith(f"{kind}/")]
    paths = {arn.split(":", 5)[5]: arn for arn in islice(same_kind, MOST)}
    if not paths:
        return f"there is no {kind} at all"
    if path in paths:
        return f"there is one of that name, {paths[path]}"
    near = nearest(path, paths)
    return f"the nearest is {paths[near]}" if near else f"there are {len(same_kind)} of the kind {kind}, none is near"


def _about_name(member: str, name: str, around: Surroundings) -> str | None:
    """A name where an ARN belongs."""
    by_name = {
        resource.arn.rpartition("/")[2]: resource.arn
        for resource in around.resources.values()
        if resource.arn_field == snake(member)
    }
    near = name if name in by_name else nearest(name, by_name)
    return f"it wants an ARN, that of {near} is {by_name[near]}" if near else None


def _about_tracking_id(given: str, around: Surroundings) -> str | None:
    known = [found for each in around.resources.values() if (found := getattr(each, "tracking_id", None))]
    if given in known:
        return None
    if len(known) == 1:
        return f"the only tracking id is {known[0]}"
    near = nearest(given, known)
    return f"the nearest is {near}" if near else f"there are {len(known)} tracking ids, none is near"
