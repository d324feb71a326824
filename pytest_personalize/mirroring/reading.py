"""Reads an account: List and Describe of every kind, page by page and patiently."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import boto3
from attrs import define, evolve, field, frozen
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_personalize.mirroring.kinds import KINDS, SERVICE, Kind, Members, camel, plain
from pytest_personalize.nearest import hint
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.datasets import Dataset
from pytest_personalize.service.control.metric_attributions import MetricAttribution
from pytest_personalize.service.control.schemas import DatasetSchema
from pytest_personalize.service.kernel import arns
from pytest_personalize.shapes.models import snake

DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException"})
GONE: Final = "ResourceNotFoundException"
ATTEMPTS: Final = 12
"""Of a call that is throttled."""
IMPATIENT: Final = Config(connect_timeout=10, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 2})
PATIENT: Final = Config(retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS})

LASTING: Final = re.compile("ACTIVE|INACTIVE|(CREATE|UPDATE|START|STOP) (PENDING|IN_PROGRESS)|UPDATE FAILED")
"""The statuses of what is there to stay; all else has failed, was stopped or is going."""


@frozen(kw_only=True)
class Found:
    """A resource of an account; ``tags`` are None where nobody may ask for them."""

    kind: Kind
    members: Members
    tags: Mapping[str, str] | None

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self.kind.arn(self.members)


@define(kw_only=True)
class Inventory:
    """What was read: resources by region, parents first and the oldest first.

    ``notes`` are lines on what is left out because of its status, ``gaps`` on what nobody may read; ``hidden`` are
    region and kind of that, and of all that is listed below it.
    """

    regions: dict[str, list[Found]] = field(factory=dict)
    notes: list[str] = field(factory=list)
    gaps: list[str] = field(factory=list)
    hidden: set[tuple[str, str]] = field(factory=set)

    @property
    def account_id(self) -> str | None:
        """Whose resources these are; None when there are none."""
        each = (arns.parse(found.arn) for all_found in self.regions.values() for found in all_found)
        return next((arn.account for arn in each if arn is not None), None)

    def as_of(self, account_id: str) -> Inventory:
        """The same of another account: its id stands in all ARNs, and wherever the true one stood."""
        own = re.compile(rf"(?<!\d){self.account_id}(?!\d)|(?<=:)\d{{12}}(?=:)")

        def other(found: Found) -> Found:
            text = json.dumps([found.members, found.tags])
            members, tags = json.loads(own.sub(account_id, text))
            return evolve(found, members=members, tags=tags)

        return evolve(self, regions={name: [*map(other, found)] for name, found in self.regions.items()})


Connect = Callable[[str, Config], Any]
"""Makes a client of the control plane for a region."""


def connection(profile: str | None, endpoint_url: str | None) -> Connect:
    """How clients are made; an error of botocore for a profile that there is not."""
    session = boto3.Session(profile_name=profile)
    return lambda region, config: session.client(SERVICE, region_name=region, endpoint_url=endpoint_url, config=config)


def read(connect: Connect, regions: Sequence[str], groups: Sequence[str] = ()) -> Inventory:
    """What an account has in those regions, or of it the dataset groups of those names with all that belongs to them.

    ``ValueError`` for a name that no dataset group has; errors of botocore for an account that does not answer.
    """
    inventory = Inventory()
    names: set[str] = set()
    for region in regions:
        reader = _Reader(connect(region, PATIENT), region, inventory)
        reader.knock(connect(region, IMPATIENT))
        inventory.regions[region] = reader.read(groups)
        names |= reader.names
    for name in groups:
        if name not in names:
            raise ValueError(f"no dataset group {name!r} in {', '.join(regions)}; {hint(name, sorted(names))}")
    return inventory


class _Reader:
    """Reads one region; ``names`` are those of all its dataset groups."""

    def __init__(self, client: Any, region: str, inventory: Inventory) -> None:
        self._client = client
        self._region = region
        self._inventory = inventory
        self._refused: set[str] = set()
        self.names: set[str] = set()

    def knock(self, client: Any) -> None:
        """One call that does not wait long, so that nobody waits for what is not there."""
        try:
            client.list_dataset_groups(maxResults=1)
        except ClientError as error:
            if "Throttling" not in _code(error):
                raise

    def read(self, groups: Sequence[str]) -> list[Found]:
        """All kinds, each below the parents that were found; schemas last, as groups have those of their datasets."""
        found: dict[str, list[Found]] = {}
        for kind in sorted(KINDS, key=lambda each: each.cls is DatasetSchema):
            found[kind.name] = [*self._found(kind, self._arns(kind, found, groups))]
            parent = (self._region, _kind_of(kind.cls.parent_field or ""))
            if parent in self._inventory.hidden or self._refused & {kind.operation("list"), kind.operation("describe")}:
                self._inventory.hidden.add((self._region, kind.name))
        return [each for kind in KINDS for each in found[kind.name]]

    def _arns(self, kind: Kind, found: Mapping[str, list[Found]], groups: Sequence[str]) -> Iterable[str]:
        """The ARNs of a kind: those that its lists have, below each parent if it has one."""
        if kind.cls is DatasetSchema and groups:
            return {dataset.members["schemaArn"] for dataset in found[Dataset.kind]}
        parent = kind.cls.parent_field
        below = [{}] if parent is None else [{camel(parent): each.arn} for each in found[_kind_of(parent)]]
        listed = [one for members in below for one in self._list(kind.operation("list"), **members)]
        if kind.cls is DatasetGroup:
            self.names = {one["name"] for one in listed}
            listed = [one for one in listed if not groups or one["name"] in groups]
        return [one[kind.arn_member] for one in listed]

    def _found(self, kind: Kind, all_arns: Iterable[str]) -> Iterator[Found]:
        described = [members for arn in all_arns for members in self._describe(kind, arn)]
        for members in sorted(described, key=lambda each: each["creationDateTime"]):
            arn, status = kind.arn(members), members.get("status", "ACTIVE")
            if not LASTING.fullmatch(status):
                self._inventory.notes.append(f"{arn} is {status}: left out")
                continue
            yield Found(kind=kind, members=members, tags=self._tags(arn) if kind.taggable else {})

    def _tags(self, arn: str) -> dict[str, str] | None:
        answer = self._ask("ListTagsForResource", resourceArn=arn)
        return {tag["tagKey"]: tag["tagValue"] for tag in answer["tags"]} if answer else None

    def _describe(self, kind: Kind, arn: str) -> list[Members]:
        """The description, if the resource is still there and may be looked at."""
        answer = self._ask(kind.operation("describe"), **{kind.arn_member: arn})
        described = [plain(members) for name, members in answer.items() if name != "ResponseMetadata"]
        if kind.cls is MetricAttribution:
            for members in described:
                members["metrics"] = [*self._list("ListMetricAttributionMetrics", metricAttributionArn=arn)]
        return described

    def _ask(self, operation: str, **members: str) -> dict[str, Any]:
        """The answer, empty where there is none."""
        if operation in self._refused:
            return {}
        try:
            answer: dict[str, Any] = getattr(self._client, snake(operation))(**members)
            return answer
        except ClientError as error:
            self._pass_over(operation, error)
            return {}

    def _list(self, operation: str, **members: str) -> Iterator[Any]:
        """What all pages hold."""
        if operation in self._refused:
            return
        try:
            for page in self._client.get_paginator(snake(operation)).paginate(**members):
                yield from next((value for value in page.values() if isinstance(value, list)), ())
        except ClientError as error:
            self._pass_over(operation, error)

    def _pass_over(self, operation: str, error: ClientError) -> None:
        """Go on after an error: what was asked about is gone, or nobody may ask, which is said once."""
        code = _code(error)
        if code == GONE:
            return
        if code not in DENIED or operation == "ListDatasetGroups":  # without which there is nothing to go on with
            raise error
        self._refused.add(operation)
        self._inventory.gaps.append(
            f"{operation} is not allowed in {self._region}: {error.response['Error']['Message']}"
        )


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _kind_of(arn_field: str) -> str:
    return arn_field.removesuffix("_arn").replace("_", "-")
