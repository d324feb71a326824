"""How an account and a state file have drifted apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from pytest_personalize.mirroring.kinds import KINDS
from pytest_personalize.mirroring.reading import Found, Inventory
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.state import RegionState

TRAINED: Final = frozenset({"training_hours", "tuned_hpo_params", "model_metrics", "auto_ml_result"})
"""What a training brings about."""


def drift(inventory: Inventory, regions: Mapping[str, RegionState]) -> Iterator[str]:
    """A line for each resource that only one of the two has, and for each member that they have differently.

    Times, what came of trainings and how far an update has got make no difference; of what nobody may read nothing is
    said.
    """
    for name, found in inventory.regions.items():
        state = regions.get(name, RegionState())
        there = {each.arn: each for each in found}
        seen = [kind.name for kind in KINDS if (name, kind.name) not in inventory.hidden]
        here = {one.arn: one for kind in seen for one in state.tables[kind]}
        yield from (f"+ {arn} is in the account only" for arn in there.keys() - here.keys())
        yield from (f"- {arn} is in the file only" for arn in here.keys() - there.keys())
        for arn in there.keys() & here.keys():
            yield from _differences(there[arn], here[arn], state.tags.get(arn, {}))


def _differences(found: Found, resource: Resource, tags: Mapping[str, str]) -> Iterator[str]:
    pairs = {name: (getattr(resource, name), value) for name, value in found.kind.values(found.members).items()}
    if found.tags is not None:
        pairs["tags"] = dict(tags), dict(found.tags)
    for name, (ours, theirs) in pairs.items():
        passing = name in TRAINED or name.startswith("latest_") or name.endswith("_date_time")
        if not passing and ours != theirs:
            yield f"~ {found.arn}: {name} is {_shown(theirs)} in the account, {_shown(ours)} in the file"


def _shown(value: Any) -> str:
    """A value in a line."""
    return json.dumps(value, default=attrs.asdict)
