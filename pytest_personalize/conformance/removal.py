"""Everything that a run has made goes again: what is known of it, and what the lists show under its names."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from attrs import define, field, frozen

from pytest_personalize.conformance.errors import LaneFailure, Refusal
from pytest_personalize.conformance.lane import Lane, S3Files

IN_USE: Final = "ResourceInUseException"
GONE: Final = "ResourceNotFoundException"
MOVING: Final = ("PENDING", "IN_PROGRESS", "STOPPING")
"""In the statuses of what is under way."""


@frozen
class Kind:
    """How resources of a kind are looked at, listed and deleted; jobs and versions go with their parents."""

    member: str
    describe: str | None
    delete: str | None = None
    listed: str | None = None


def _kind(stem: str, *, has_status: bool = True) -> Kind:
    member = f"{stem[0].lower()}{stem[1:]}Arn"
    return Kind(member, f"Describe{stem}" if has_status else None, f"Delete{stem}", f"List{stem}s")


# In the order in which they are deleted: what stands on others comes first.
OPERATIONS: Final[Mapping[str, Kind]] = {
    "campaign": _kind("Campaign"),
    "recommender": _kind("Recommender"),
    "solution": _kind("Solution"),
    "solution-version": Kind("solutionVersionArn", "DescribeSolutionVersion"),
    "filter": _kind("Filter"),
    "event-tracker": _kind("EventTracker"),
    "metric-attribution": _kind("MetricAttribution"),
    "dataset": _kind("Dataset"),
    "dataset-group": _kind("DatasetGroup"),
    "schema": _kind("Schema", has_status=False),
    "dataset-import-job": Kind("datasetImportJobArn", "DescribeDatasetImportJob"),
    "dataset-export-job": Kind("datasetExportJobArn", "DescribeDatasetExportJob"),
    "data-deletion-job": Kind("dataDeletionJobArn", "DescribeDataDeletionJob"),
    "batch-inference-job": Kind("batchInferenceJobArn", "DescribeBatchInferenceJob"),
    "batch-segment-job": Kind("batchSegmentJobArn", "DescribeBatchSegmentJob"),
}
ORDER: Final = {kind: place for place, kind in enumerate(OPERATIONS)}


def kind_of(arn: str) -> str:
    """The kind of the resource of an ARN."""
    kind, _, name = arn.split(":", 5)[-1].partition("/")
    return "solution-version" if kind == "solution" and "/" in name else kind


@define
class Remover:
    """What is to be removed from a lane; names begin with ``prefix``."""

    lane: Lane
    prefix: str
    _made: list[str] = field(factory=list)

    def note(self, answer: Mapping[str, Any]) -> None:
        """Remember what a creation has made."""
        self._made += [str(value) for name, value in answer.items() if name.endswith("Arn")]

    @property
    def made(self) -> list[str]:
        """What is not known to be gone."""
        return list(self._made)

    def mark(self) -> int:
        """A place in the list of what was made."""
        return len(self._made)

    def remove_since(self, mark: int, spared: Collection[str]) -> None:
        """Remove what was made after that place and is not spared; what resists is left for the end."""
        new = self._made[mark:]
        left = self._remove([arn for arn in new if arn not in spared])
        self._made[mark:] = [*(arn for arn in new if arn in spared), *left]

    def remove_all(self) -> list[str]:
        """Remove all, and what a call has made whose answer never came; the ARNs that could not be removed."""
        left = self._remove(list(dict.fromkeys([*self._made, *self._listed()])))
        self._made = left
        return left + self._remove_files()

    def _remove(self, arns: list[str]) -> list[str]:
        """Delete in the order of kinds, and wait until each is gone; those that are not."""
        for arn in arns:
            if kind_of(arn) == "solution-version":
                self.lane.call("StopSolutionVersionCreation", {"solutionVersionArn": arn})
            elif (job := OPERATIONS.get(kind_of(arn))) and not job.delete:
                self._let_end(arn)
        deletable = [arn for arn in arns if (kind := OPERATIONS.get(kind_of(arn))) and kind.delete]
        return [arn for arn in sorted(deletable, key=lambda arn: ORDER[kind_of(arn)]) if not self._delete(arn)]

    def _delete(self, arn: str) -> bool:
        """Whether it is gone in the end; until then it may be on its way, or in use by what is."""
        kind = OPERATIONS[kind_of(arn)]
        stuck = time.monotonic()
        for _ in self.lane.looks():
            found = self.lane.call(str(kind.delete), {kind.member: arn})
            if not isinstance(found, Refusal):
                return self._is_gone(arn, kind)
            if found.code != IN_USE:
                return found.code == GONE
            if not self._at_rest(arn):
                stuck = time.monotonic()
            elif time.monotonic() > stuck + self.lane.patience / 20:
                break
        return False

    def _is_gone(self, arn: str, kind: Kind) -> bool:
        """Whether a resource is gone after a while that was asked to go."""
        return kind.describe is None or any(
            isinstance(self.lane.call(kind.describe, {kind.member: arn}), Refusal) for _ in self.lane.looks()
        )

    def _let_end(self, arn: str) -> None:
        """Wait for a job, which nobody can delete; what it works on cannot go before."""
        any(self._at_rest(arn) for _ in self.lane.looks())

    def _at_rest(self, arn: str) -> bool:
        """Whether nothing of it is under way, so that waiting longer leads nowhere."""
        kind = OPERATIONS[kind_of(arn)]
        if kind.describe is None:
            return True
        described = self.lane.call(kind.describe, {kind.member: arn})
        return isinstance(described, Refusal) or not any(word in str(described) for word in MOVING)

    def _listed(self) -> Iterator[str]:
        """Whatever has a name of this run, by the lists; a list that nobody answers shows nothing."""
        for kind in OPERATIONS.values():
            token: dict[str, str] = {}
            while kind.listed:
                page = self.lane.call(kind.listed, {"maxResults": 100, **token})
                if isinstance(page, Refusal):
                    break
                rows = next((value for value in page.values() if isinstance(value, list)), [])
                for row in rows:
                    arn = row.get(kind.member, "")
                    if str(row.get("name", "")).startswith(self.prefix) or f"/{self.prefix}-" in arn:
                        yield arn
                if not page.get("nextToken"):
                    break
                token = {"nextToken": page["nextToken"]}

    def _remove_files(self) -> list[str]:
        """Delete the objects of this run from the bucket; the paths of those that remain."""
        files = self.lane.files
        if not isinstance(files, S3Files) or not self.lane.bucket:
            return []
        left = []
        for path in files.list(f"s3://{self.lane.bucket}/{self.prefix}/"):
            try:
                files.delete(path)
            except LaneFailure as failure:
                left.append(failure.message)
        return left
