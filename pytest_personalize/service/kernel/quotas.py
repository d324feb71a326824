"""Quotas and data minimums of the service, as the quotas page of the developer guide gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from attrs import evolve, field, fields, frozen

from pytest_personalize.failure import Failure
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.resource import ACTIVE

Scope = Literal["region", "group", "running", "fields"]
"""What is counted together: resources of a region, of one dataset group, of a region and under way; or the fields of
the filters of a dataset group, which the family of filters counts itself."""

RUNNING: Final = frozenset({"CREATE PENDING", "CREATE IN_PROGRESS"})
LIVE: Final = RUNNING | {
    ACTIVE,
    "INACTIVE",
    *(f"{word} {state}" for word in ("UPDATE", "START", "STOP", "DELETE") for state in ("PENDING", "IN_PROGRESS")),
}
"""All statuses but those of resources that have failed."""


@frozen
class Quota:
    """One quota: how many resources of a kind, within what, and in which statuses they count.

    ``row`` is the row of the table of refusals that it answers with.
    """

    value: int
    what: str
    kind: str
    scope: Scope
    statuses: frozenset[str] = LIVE
    row: str = "limit active"


def _running(value: int, kind: str) -> Quota:
    return Quota(value, kind.replace("-", " "), kind, "running", RUNNING, "limit running")


QUOTAS: Final[Mapping[str, Quota]] = {
    "schemas": Quota(500, "schema", "schema", "region"),
    "dataset_groups": Quota(5, "dataset group", "dataset-group", "region"),
    "solutions": Quota(10, "solution", "solution", "group"),
    "campaigns": Quota(5, "campaign", "campaign", "group"),
    "recommenders": Quota(5, "recommender", "recommender", "group"),
    "recommenders_per_region": Quota(15, "recommender", "recommender", "region"),
    "filters": Quota(30, "filter", "filter", "group"),
    "filter_fields_group": Quota(20, "filter", "filter", "fields"),
    "import_jobs_running": _running(5, "dataset-import-job"),
    "export_jobs_running": _running(
        5, "dataset-export-job"
    ),  # unknown: [jobs/exports-at-once] how many. chosen: as many as imports
    "data_deletion_jobs_pending": Quota(
        5, "data deletion job", "data-deletion-job", "group", frozenset({"PENDING"}), "limit running"
    ),
    "batch_inference_running": _running(5, "batch-inference-job"),
    "batch_segment_running": _running(5, "batch-segment-job"),
    "solution_versions_running": _running(20, "solution-version"),
}

OF_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    kind: tuple(name for name, quota in QUOTAS.items() if quota.kind == kind and quota.scope != "fields")
    for kind in {quota.kind for quota in QUOTAS.values()}
}
"""Kind of resource to the names of the quotas of its number, in the order in which they are held."""


@frozen
class Quotas:
    """The quotas in force: limits by name, and what was granted on top of them.

    ``granted`` says how many more a dataset group (by its ARN) or a region (by its name) may have of one quota.
    """

    limits: Mapping[str, int]
    granted: Mapping[str, Mapping[str, int]] = field(factory=dict)

    def limit(self, name: str, place: str) -> int | None:
        """How many there may be in that dataset group or region, None without a limit."""
        limit = self.limits.get(name)
        return limit if limit is None else limit + self.granted.get(place, {}).get(name, 0)

    def admit(self, name: str, place: str, present: int) -> None:
        """Let one more in beside ``present`` ones, or refuse with LimitExceededException."""
        limit = self.limit(name, place)
        if limit is not None and present >= limit:
            raise refusal(QUOTAS[name].row, kind=QUOTAS[name].what, limit=limit)

    def grant(self, name: str, place: str, more: int) -> Quotas:
        """As AWS does on request: a higher quota in one dataset group or region."""
        there = self.granted.get(place, {})
        return evolve(self, granted={**self.granted, place: {**there, name: there.get(name, 0) + more}})


def quotas(setting: Mapping[str, int] | str | None = "aws") -> Quotas:
    """``"aws"`` for the values of AWS, a mapping to change some of them, None for none; else ``ValueError``."""
    changes = setting if isinstance(setting, Mapping) else {}
    if set(changes) - set(QUOTAS) or (isinstance(setting, str) and setting != "aws"):
        known = ", ".join(sorted(QUOTAS))
        raise ValueError(f"quotas are 'aws', None or a mapping of these names: {known}; not {setting!r}")
    for name, value in changes.items():
        if value < 0:
            raise ValueError(f"the quota {name} must be 0 or more, not {value!r}")
    return Quotas({} if setting is None else {**{name: quota.value for name, quota in QUOTAS.items()}, **changes})


@frozen(kw_only=True)
class Minimums:
    """How much data the service wants before it imports or trains."""

    interactions: float = 0
    users_with_two_interactions: float = 0
    percent_of_users: float = 0.0
    import_records: float = 0

    def import_problem(self, dataset_type: str, count: int) -> Failure | None:
        """What is wrong with the number of records of an import; only interactions have a minimum (quotas page)."""
        if dataset_type != "INTERACTIONS" or count >= self.import_records:
            return None
        return Failure(
            f"An import of interactions needs at least {self.import_records} records; the files have {count}."
        )


AWS_MINIMUMS: Final = Minimums(
    interactions=1000, users_with_two_interactions=25, percent_of_users=1.0, import_records=1000
)
Setting = str | Mapping[str, float] | None


def minimums(setting: Setting) -> Minimums:
    """``"aws"`` for the values of the quotas page, None (the default) for no minimum: unit tests are small.

    A mapping sets single ones. ``ValueError`` for anything else, and for a negative number.
    """
    if setting is None:
        return Minimums()
    if setting == "aws":
        return AWS_MINIMUMS
    known = [each.name for each in fields(Minimums)]
    if not isinstance(setting, Mapping) or set(setting) - set(known) or any(_bad(value) for value in setting.values()):
        raise ValueError(f"minimums are 'aws', None or numbers from 0 by {', '.join(known)}; not {setting!r}")
    return Minimums(**setting)


def _bad(value: object) -> bool:
    return isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf")
