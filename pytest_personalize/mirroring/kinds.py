"""What is mirrored: the kinds of resources, parents first, and what a description of one is in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

import attrs
from attrs import frozen

from pytest_personalize.service.control.campaigns import LATEST, Campaign
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.datasets import Dataset
from pytest_personalize.service.control.event_trackers import EventTracker
from pytest_personalize.service.control.filters import Filter
from pytest_personalize.service.control.metric_attributions import MetricAttribution
from pytest_personalize.service.control.recommenders import Recommender
from pytest_personalize.service.control.schemas import DatasetSchema
from pytest_personalize.service.control.solution_config import outer_name
from pytest_personalize.service.control.solution_versions import SolutionVersion
from pytest_personalize.service.control.solutions import Solution
from pytest_personalize.service.control.tags import NOT_TAGGABLE
from pytest_personalize.service.kernel.operations import operation_name
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.shapes.models import operation, snake
from pytest_personalize.testing.kept import attributes

SERVICE: Final = "personalize"

Members = dict[str, Any]
"""One resource as Describe has it, by the member names of the API; times in epoch seconds."""

OWN: Final = frozenset({"status", "failure_reason", "latest_solution_version"})
"""What the emulator says by itself: everything stands ACTIVE, and the newest version is looked up."""


def _as_given(members: Members) -> Members:
    return members


def _of_solution(members: Members) -> Members:
    """AutoML takes no recipe."""
    return {name: value for name, value in members.items() if name != "recipeArn" or not members.get("performAutoML")}


def _of_version(members: Members) -> Members:
    """Trained in full: what an update built on may be gone."""
    return {"solutionArn": members["solutionArn"]}


def _of_campaign(members: Members) -> Members:
    """One that follows its solution is given no version by name."""
    if not members.get("campaignConfig", {}).get("syncWithLatestSolutionVersion"):
        return members
    solution = members["solutionVersionArn"].rpartition("/")[0]
    return members | {"solutionVersionArn": f"{solution}{LATEST}"}


@frozen
class Kind:
    """One kind of resource: its class, and what Create is to be given of a description."""

    cls: type[Resource]
    asked: Callable[[Members], Members] = _as_given

    @property
    def name(self) -> str:
        """As ARNs have it; but solution versions are told from solutions."""
        return self.cls.kind

    @property
    def taggable(self) -> bool:
        """Whether one can have tags."""
        return self.name not in NOT_TAGGABLE

    @property
    def arn_member(self) -> str:
        """The member of the API with its ARN."""
        return camel(self.cls.arn_field)

    def arn(self, members: Members) -> str:
        """The ARN of one."""
        return str(members[self.arn_member])

    def operation(self, verb: str) -> str:
        """The name of an operation: ``CreateFilter``, ``ListFilters``."""
        return operation_name(verb, f"{self.name}s" if verb == "list" else self.name)

    def request(self, members: Members) -> Members:
        """What Create is asked for one like it."""
        shape = operation(SERVICE, self.operation("create")).input
        given = self.asked(members)
        return {name: given[name] for name in (shape.members if shape else ()) if name in given}

    def values(self, members: Members) -> Members:
        """The attributes that its description sets; what it could have and has not is None where it may be."""
        hints: Mapping[str, Any] = attributes(self.cls)  # type: ignore[arg-type]  # classes are hashable
        names = {snake(name): name for name in [*_described(self), *members]}
        wanted = [name for name in names if name in hints and name not in OWN]
        found = {name: _held(members.get(names[name]), hints[name]) for name in wanted}
        return {
            name: value for name, value in found.items() if value is not None or type(None) in get_args(hints[name])
        }


KINDS: Final = (
    Kind(DatasetSchema),
    Kind(DatasetGroup),
    Kind(Dataset),
    Kind(EventTracker),
    Kind(MetricAttribution),
    Kind(Filter),
    Kind(Solution, _of_solution),
    Kind(SolutionVersion, _of_version),
    Kind(Campaign, _of_campaign),
    Kind(Recommender),
)
"""Parents first, and data before what is trained on them."""


def camel(name: str) -> str:
    """The member of the API that a plain attribute stands for: ``solutionVersionArn``."""
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


@cache
def _described(kind: Kind) -> tuple[str, ...]:
    """The members of a description."""
    shape: Any = operation(SERVICE, kind.operation("describe")).output
    (inner,) = shape.members.values()
    return tuple(inner.members)


def plain(value: Any) -> Any:
    """An answer of boto3 as JSON has it: times are epoch seconds, and hyperparameters have the names of requests."""
    if isinstance(value, Mapping):
        read = {name: plain(item) for name, item in value.items()}
        ranges = read.get("algorithmHyperParameterRanges")
        for each in (one for ranged in (ranges or {}).values() for one in ranged):
            each["name"] = outer_name(each["name"])
        return read
    if isinstance(value, list):
        return [plain(item) for item in value]
    return round(value.timestamp(), 3) if hasattr(value, "timestamp") else value


def _held(value: Any, hint: Any) -> Any:
    """A described value as the attribute of that type holds it; an update that is under way has not happened."""
    if value is None:
        return None
    union = get_origin(hint) in (Union, UnionType)
    (cls, *_) = [each for each in get_args(hint) if each is not type(None)] if union else [hint]
    if attrs.has(cls):
        return _structure(value, cls)
    if get_origin(cls) in (tuple, Sequence):
        return tuple(_held(item, get_args(cls)[0]) for item in value)
    return float(value) if cls is float else value


def _structure(value: Members, cls: Any) -> Any:
    if str(value.get("status", "")).endswith(("PENDING", "IN_PROGRESS")):
        return None
    hints = attributes(cls)
    given = {snake(name): item for name, item in value.items() if snake(name) in hints}
    lacking = {field.name: None for field in attrs.fields(cls) if field.default is attrs.NOTHING}
    return cls(**(lacking | {name: _held(item, hints[name]) for name, item in given.items()}))
