"""Quotas and data minimums of the service, as the quotas page of the developer guide gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import frozen

from pytest_personalize.service.kernel.errors import refusal


@frozen
class Quota:
    """One quota: how many, of what, and the row of the table of refusals that it answers with."""

    value: int
    what: str
    row: str = "limit active"


QUOTAS: Final[Mapping[str, Quota]] = {
    "schemas": Quota(500, "schema"),
    "dataset_groups": Quota(5, "dataset group"),
    "solutions": Quota(10, "solution"),
    "campaigns": Quota(5, "campaign"),
    "recommenders": Quota(5, "recommender"),
    "recommenders_per_region": Quota(15, "recommender"),
    "filters": Quota(30, "filter"),
    "filter_fields_group": Quota(20, "filter"),
    "import_jobs_running": Quota(5, "dataset import job", "limit running"),
    "export_jobs_running": Quota(5, "dataset export job", "limit running"),  # unknown: by analogy with imports
    "data_deletion_jobs_pending": Quota(5, "data deletion job", "limit running"),
    "batch_inference_running": Quota(5, "batch inference job", "limit running"),
    "batch_segment_running": Quota(5, "batch segment job", "limit running"),
    "solution_versions_running": Quota(20, "solution version", "limit running"),
}


class Quotas:
    """The quotas in force: the values of AWS, some of them changed, or none at all."""

    def __init__(self, setting: Mapping[str, int] | str | None = "aws") -> None:
        changes = setting if isinstance(setting, Mapping) else {}
        unknown = sorted(set(changes) - set(QUOTAS))
        if unknown or (isinstance(setting, str) and setting != "aws"):
            known = ", ".join(sorted(QUOTAS))
            raise ValueError(f"quotas are 'aws', None or a mapping of these names: {known}; not {setting!r}")
        limits = {} if setting is None else {name: quota.value for name, quota in QUOTAS.items()}
        self._limits: dict[str, int] = {**limits, **changes}

    def limits(self, name: str) -> bool:
        """Whether that quota is in force, so that it is worth counting what is present."""
        return name in self._limits

    def admit(self, name: str, present: int | Callable[[], int]) -> None:
        """Let one more in beside ``present`` ones, or refuse with LimitExceededException.

        What takes time to count is only counted where there is a quota.
        """
        limit = self._limits.get(name)
        if limit is not None and (present if isinstance(present, int) else present()) >= limit:
            raise refusal(QUOTAS[name].row, kind=QUOTAS[name].what, limit=limit)

    def state(self) -> dict[str, int]:
        """What a snapshot keeps."""
        return dict(self._limits)

    def set_state(self, state: Mapping[str, int]) -> None:
        """Back to what ``state()`` gave."""
        self._limits = dict(state)

    def grant(self, name: str, more: int) -> None:
        """Raise a quota, as AWS does on request; of no effect where there is none."""
        if name in self._limits:
            self._limits[name] += more


@frozen(kw_only=True)
class Minimums:
    """How much data the service wants before it imports or trains."""

    interactions: int = 0
    users_with_two_interactions: int = 0
    percent_of_users: float = 0.0
    import_records: int = 0


def minimums(setting: str | None) -> Minimums:
    """``"aws"`` for the values of the quotas page, None (the default) for no minimum: unit tests are small."""
    if setting is None:
        return Minimums()
    if setting == "aws":
        return Minimums(interactions=1000, users_with_two_interactions=25, percent_of_users=1.0, import_records=1000)
    raise ValueError(f"minimums are 'aws' or None, not {setting!r}")
