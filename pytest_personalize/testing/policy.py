"""The IAM policy that calls would have needed at AWS, with the smallest resources that the service knows.

Which action takes which resources is what the Service Authorization Reference says of Amazon Personalize (actions,
resource types and condition keys): the type that the action names, and those of ``ALSO``; ``*`` where it lists none.
Names are those of tests, so resources are patterns: partition, region and account as in the calls, and all of a type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pytest_personalize.service.kernel import arns
from pytest_personalize.service.kernel.operations import operation_name
from pytest_personalize.testing.calls import Call, Tally

VERSION: Final = "2012-10-17"
"""Of the language of policies."""

ANY: Final = "AnyResource"
PASSED_TO: Final = {"StringEquals": {"iam:PassedToService": "personalize.amazonaws.com"}}

WHOLE: Final = frozenset({"PutActionInteractions", "PutEvents"})
"""Actions without a resource level, beside those that list."""

ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "CreateBatchInferenceJob": ("solution",),
    "CreateCampaign": ("solution",),
    "CreateDataDeletionJob": ("dataset-group",),
    "CreateDataset": ("dataset-group",),
    "CreateDatasetExportJob": ("dataset",),
    "CreateDatasetImportJob": ("dataset",),
    "CreateEventTracker": ("dataset-group",),
    "CreateFilter": ("dataset-group",),
    "CreateMetricAttribution": ("dataset-group",),
    "CreateRecommender": ("dataset-group",),
    "CreateSolution": ("dataset-group",),
}
"""The types that an action takes beside the one that it names."""

INSTEAD: Final[Mapping[str, str]] = {
    "CreateSolutionVersion": "solution",
    "DescribeSolutionVersion": "solution",
    "GetActionRecommendations": "campaign",
    "GetPersonalizedRanking": "campaign",
    "GetRecommendations": "campaign",
    "GetSolutionMetrics": "solution",
    "PutActions": "dataset",
    "PutItems": "dataset",
    "PutUsers": "dataset",
    "StopSolutionVersionCreation": "solution",
}
"""The types of actions that are not called after them."""

AS_GIVEN: Final = frozenset({"ListTagsForResource", "TagResource", "UntagResource"})
"""Actions on whatever type the ARN is of."""

# unknown: [runtime/recommender-nobody-is-allowed] which ARNs beside a campaign are asked for? chosen: all in the call.
ANSWERING: Final = frozenset({"GetActionRecommendations", "GetPersonalizedRanking", "GetRecommendations"})

OF_THE_SERVICE: Final = frozenset({"algorithm", "feature-transformation", "recipe"})
"""Types whose ARNs have neither region nor account."""

READ: Final = frozenset({"dataSource", "s3DataSource"})
WRITTEN: Final = "s3DataDestination"
"""Members that hold the address of what a job reads, and of where it writes."""


class Grant(NamedTuple):
    """One action on one resource; ``sid`` names the statement that it belongs to."""

    sid: str
    action: str
    resource: str


class Policy:
    """The grants of all calls so far, whatever their order and however often they came."""

    def __init__(self) -> None:
        self._grants: set[Grant] = set()

    def add(self, calls: Iterable[Call], tally: Tally, region: str, account: str) -> None:
        """Take calls; those of the ``tally`` that are no longer on record count as calls without parameters."""
        kept = set()
        for call in calls:
            kept.add(call.operation)
            self._grants.update(_grants(call.operation, call.region, account, call.params, call.response or {}))
        for _, operation, _ in tally:
            if operation not in kept:
                self._grants.update(_grants(operation, region, account, {}, {}))

    @property
    def actions(self) -> int:
        """How many different actions there are."""
        return len({grant.action for grant in self._grants})

    def state(self) -> list[list[str]]:
        """All grants as plain values, to be sent from process to process."""
        return [list(grant) for grant in sorted(self._grants)]

    def merge(self, state: Iterable[Sequence[str]]) -> None:
        """Add the grants of another one."""
        self._grants.update(Grant(*grant) for grant in state)

    def document(self) -> dict[str, Any]:
        """The policy as IAM takes it: statements, actions and resources sorted, one statement for alike resources."""
        return {"Version": VERSION, "Statement": list(self._statements())}

    def _statements(self) -> Iterator[dict[str, Any]]:
        for sid in sorted({grant.sid for grant in self._grants}):
            actions: dict[str, list[str]] = {}
            for grant in sorted(grant for grant in self._grants if grant.sid == sid):
                actions.setdefault(grant.resource, []).append(grant.action)
            alike: dict[tuple[str, ...], list[str]] = {}
            for resource, names in actions.items():
                alike.setdefault(tuple(names), []).append(resource)
            for number, (both, resources) in enumerate(sorted(alike.items()), 1):
                yield {
                    "Sid": f"{sid}{number if number > 1 else ''}",
                    "Effect": "Allow",
                    "Action": list(both),
                    "Resource": resources,
                    **({"Condition": PASSED_TO} if sid == "PassRole" else {}),
                }


def _grants(
    operation: str, region: str, account: str, params: Mapping[str, Any], response: Mapping[str, Any]
) -> Iterator[Grant]:
    """What one call needs."""
    given = [arn for text in _arns({**response, **params}) if (arn := arns.parse(text))]
    asked = tuple(sorted({arn.kind for arn in given})) if operation in AS_GIVEN | ANSWERING else ()
    kinds = asked or kinds_of(operation)
    if not kinds:
        yield Grant(ANY, f"personalize:{operation}", "*")
    for kind in kinds:
        for resource in _patterns(kind, given, region, account):
            yield Grant(_sid(kind), f"personalize:{operation}", resource)
    if params.get("tags") and operation.startswith("Create"):
        for resource in _patterns(kinds[0], given, region, account):
            yield Grant(_sid(kinds[0]), "personalize:TagResource", resource)
    yield from _grants_of_jobs(params, arns.partition(region))


def kinds_of(operation: str) -> tuple[str, ...]:
    """The types of resources that an action takes, as ARNs write them, ``*`` for any; none for a policy's ``*``."""
    if operation in AS_GIVEN:
        return ("*",)
    if operation in WHOLE or operation.startswith("List"):
        return ()
    own = INSTEAD.get(operation) or "-".join(word.lower() for word in re.findall("[A-Z][a-z]+", operation)[1:])
    return (own, *ALSO.get(operation, ()))


def _sid(kind: str) -> str:
    return ANY if kind == "*" else operation_name("", kind)


def _patterns(kind: str, given: Iterable[arns.Arn], region: str, account: str) -> Iterator[str]:
    """All resources of a type, where those of the call are."""
    places = sorted({(arn.partition, arn.region, arn.account) for arn in given if arn.kind == kind})
    here = (arns.partition(region), *(("", "") if kind in OF_THE_SERVICE else (region, account)))
    for place in places or [here]:
        yield f"arn:{place[0]}:personalize:{place[1]}:{place[2]}:{kind}/*"


def _grants_of_jobs(params: Mapping[str, Any], partition: str) -> Iterator[Grant]:
    """The role that the caller hands over, and what this role does in S3."""
    for holder, name, text in _texts(params):
        bucket = text.removeprefix("s3://").partition("/")[0]
        if name == "roleArn":
            yield Grant("PassRole", "iam:PassRole", text)
        elif text == bucket or not bucket:
            continue
        elif holder in READ:
            yield Grant("JobsList", "s3:ListBucket", f"arn:{partition}:s3:::{bucket}")
            yield Grant("JobsRead", "s3:GetObject", f"arn:{partition}:s3:::{bucket}/*")
        elif holder == WRITTEN:
            yield Grant("JobsWrite", "s3:PutObject", f"arn:{partition}:s3:::{bucket}/*")


def _arns(members: Mapping[str, Any]) -> Iterator[str]:
    return (text for _, name, text in _texts(members) if name.endswith("Arn"))


def _texts(value: Any, holder: str = "", name: str = "") -> Iterator[tuple[str, str, str]]:
    """All texts in a request or answer, each with its member and the member that this one is in."""
    if isinstance(value, str):
        yield holder, name, value
    elif isinstance(value, Mapping):
        for member, inner in value.items():
            yield from _texts(inner, name, member)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, holder, name)
