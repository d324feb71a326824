"""What the admin API shows: each function takes a request and answers with what JSON knows, or with bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast, get_args

import attrs

from pytest_personalize import names
from pytest_personalize.nearest import hint
from pytest_personalize.server.asked import BY_NAME, COUNT, PROMOTIONS, TEXT, TEXTS, AdminError, Asked
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.shapes.models import SERVICES
from pytest_personalize.testing.calls import Call
from pytest_personalize.testing.declarations import written
from pytest_personalize.testing.faults import Fault
from pytest_personalize.testing.seeded import SeededGroup
from pytest_personalize.version import version

NOT_SHOWN: Final = ("rows", "interactions")
"""Of a seeded group: the data, which whoever seeds them has."""

ANYTHING: Final = ()
RESOURCE_FILTERS: Final[Mapping[str, Sequence[str]]] = {
    "kind": (*get_args(names.Kind), "schema"),
    "status": get_args(names.Status),
    "region": ANYTHING,
}
CALL_FILTERS: Final[Mapping[str, Sequence[str]]] = {
    "service": SERVICES,
    "operation": ANYTHING,
    "region": ANYTHING,
    "error": ANYTHING,
}
"""The filters of a query, and the values that they have."""

LAST: Final = "last"
EXPLAINED: Final = {
    **dict.fromkeys(("arn", "user_id", "item_id", "filter_arn"), TEXT),
    **dict.fromkeys(("items", "input_list"), TEXTS),
    **dict.fromkeys(("context", "filter_values"), BY_NAME),
    "num_results": COUNT,
    "promotions": PROMOTIONS,
}
"""What a request to explain an answer may have, of which kind."""

ANY: Final = "any"


def health(asked: Asked) -> Any:
    """That the server answers, and for whom."""
    backend = asked.backend
    return {
        "status": "ok",
        "version": version(),
        "account": backend.account_id,
        "region": backend.region_name,
        "resources": len(backend.all_resources()),
        "calls": len(backend.calls),
        "clock": clock(asked),
    }


def clock(asked: Asked) -> Any:
    """The time on the clock, and whether it stands still."""
    now = asked.backend.clock
    return {"now": now.now().isoformat(), "timestamp": now.timestamp(), "frozen": now.inner.state.frozen is not None}


def transitions(asked: Asked) -> Any:
    """How statuses change, by kind of resource."""
    return {"transitions": asked.backend.transitions.settings()}


def faults(asked: Asked) -> Any:
    """The faults that are still to be met."""
    fields = attrs.fields(Fault)
    return {
        "faults": [
            {one.name: value for one in fields if (value := getattr(fault, one.name)) != one.default}
            for fault in asked.backend.faults
        ]
    }


def answers(asked: Asked) -> Any:
    """The declared answers, in the form in which they are declared."""
    regions = asked.backend._account.regions.values()
    found = {arn: written(declared) for region in regions for arn, declared in region.declared.items()}
    return {"answers": found}


def snapshots(asked: Asked) -> Any:
    """The names of the snapshots."""
    return {"snapshots": asked.shelf.names()}


def calls(asked: Asked) -> Any:
    """The calls on record, oldest first: those with a service, operation, region, error, or parameter.

    ``error=any`` stands for every refusal. Of a parameter the text counts, or its JSON.
    """
    query = dict(asked.query)
    last = query.pop(LAST, "100")
    if not last.isdecimal() or len(last) > 9:
        raise AdminError(400, f"{LAST} must be a whole number, not {last!r}")
    own: dict[str, str] = {name: query.pop(name) for name in CALL_FILTERS if name in query}
    _check(own, CALL_FILTERS)
    if query and "operation" not in own:
        name = next(iter(query))
        raise AdminError(400, f"no filter {name!r} without an operation; {hint(name, (*CALL_FILTERS, LAST))}")
    of = asked.backend.calls
    if "operation" in own:
        of.of(cast("names.Operation", own["operation"]), **query)  # refuses names that the service does not have
    found = [call for call in of if _matches(call, own, query)]
    return {"count": len(found), "calls": [_call(call) for call in found[len(found) - min(int(last), len(found)) :]]}


def _matches(call: Call, own: Mapping[str, str], params: Mapping[str, str]) -> bool:
    error = own.get("error")
    return (
        all(getattr(call, name) == value for name, value in own.items() if name != "error")
        and (error is None or (call.error is not None and error in (ANY, call.error)))
        and all(name in call.params and _text(call.params[name]) == value for name, value in params.items())
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _call(call: Call) -> dict[str, Any]:
    names = ("service", "operation", "region", "params", "response", "error", "message", "time")
    return {name: getattr(call, name) for name in names}


def resources(asked: Asked) -> Any:
    """One resource with everything in it, or all of a kind, status or region in short, the oldest first."""
    found = asked.backend.all_resources()
    if asked.rest:
        one = next((resource for resource in found if resource.arn == asked.rest), None)
        if one is None:
            known = [resource.arn for resource in found]
            raise AdminError(404, f"no resource {asked.rest!r}; {hint(asked.rest, known)}")
        return _resource(one) | {"details": attrs.asdict(one)}
    _check(asked.query, RESOURCE_FILTERS)
    shown = map(_resource, found)
    return {"resources": [one for one in shown if all(one[name] == value for name, value in asked.query.items())]}


def _check(query: Mapping[str, str], filters: Mapping[str, Sequence[str]]) -> None:
    """Refuse filters that there are not, and values that nothing can have."""
    for name, value in query.items():
        if name not in filters:
            raise AdminError(400, f"no filter {name!r}; {hint(name, filters)}")
        if filters[name] and value not in filters[name]:
            raise AdminError(400, f"no {name} {value!r}; {hint(value, filters[name])}")


def explain(asked: Asked) -> Any:
    """Why an answer is as it is, with the arguments of ``backend.explain``."""
    return asked.backend.explain(**asked.members(EXPLAINED, "arn")).as_dict()


def _resource(resource: Resource) -> dict[str, Any]:
    return {
        "arn": resource.arn,
        "kind": resource.kind,
        "key": resource.key,
        "region": resource.arn.split(":")[3],
        "status": resource.status,
        "failureReason": resource.failure_reason,
        "creationDateTime": resource.creation_date_time,
        "lastUpdatedDateTime": resource.last_updated_date_time,
    }


def seeded(group: SeededGroup) -> Any:
    """ARNs and ids of a seeded group."""
    shown = {field.name: getattr(group, field.name) for field in attrs.fields(SeededGroup)}
    return {
        name: dict(value) if isinstance(value, Mapping) else value
        for name, value in shown.items()
        if name not in NOT_SHOWN
    }


def objects(asked: Asked) -> Any:
    """The content of an object, or the addresses of those that begin so where a slash is at the end."""
    if not asked.rest or asked.rest.endswith("/"):
        return {"objects": asked.backend.s3.list(uri(asked.rest) if asked.rest else None)}
    return asked.backend.s3.get(uri(asked.rest))


def uri(rest: str) -> str:
    """The address of ``BUCKET/KEY``."""
    return f"s3://{rest}"
