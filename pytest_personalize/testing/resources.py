"""Read-only mappings of the resources of a region: by name where names are unique, and by ARN."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from typing import Final, Generic, TypeVar

from pytest_personalize.nearest import hint
from pytest_personalize.service.control.batch_inference import BatchInferenceJob
from pytest_personalize.service.control.batch_segments import BatchSegmentJob
from pytest_personalize.service.control.campaigns import Campaign
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.datasets import Dataset
from pytest_personalize.service.control.deletion_jobs import DataDeletionJob
from pytest_personalize.service.control.event_trackers import EventTracker
from pytest_personalize.service.control.export_jobs import DatasetExportJob
from pytest_personalize.service.control.filters import Filter
from pytest_personalize.service.control.import_jobs import DatasetImportJob
from pytest_personalize.service.control.metric_attributions import MetricAttribution
from pytest_personalize.service.control.recommenders import Recommender
from pytest_personalize.service.control.schemas import DatasetSchema
from pytest_personalize.service.control.solution_versions import SolutionVersion
from pytest_personalize.service.control.solutions import Solution
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.resource import Resource

R = TypeVar("R", bound=Resource)
ReadRegion = Callable[[str], Region]

MOST_KINDS: Final = 4  # that a backend shows itself with


class ResourceMapping(Mapping[str, R], Generic[R]):
    """The resources of one kind, in the order of creation, as they are at the moment of looking.

    The key of a resource is what its ARN has after the kind: the name of a campaign, ``GROUP/INTERACTIONS`` for a
    dataset, ``SOLUTION/HASH`` for a solution version. An ARN finds the resource as well.
    """

    def __init__(self, read_region: Callable[[], Region], cls: type[R]) -> None:
        self._read_region = read_region
        self._cls = cls

    def __getitem__(self, key: str) -> R:
        region = self._read_region()
        arn = key if key.startswith("arn:") else region.arn(self._cls.arn_kind or self._cls.kind, key)
        found = region.rows(self._cls).get(arn) or self._now().get(key)  # by name, also in another account
        if found is None:
            raise KeyError(f"no {self._cls.kind} {key!r} in {region.name}; {hint(key, _as_asked(key, self._now()))}")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._now())

    def __len__(self) -> int:
        return len(self._read_region().rows(self._cls))

    def values(self) -> ValuesView[R]:
        """The resources as they are now, also while other threads create and delete some."""
        return self._now().values()

    def items(self) -> ItemsView[str, R]:
        """Keys and resources as they are now."""
        return self._now().items()

    def __repr__(self) -> str:
        return repr(self._now())

    def _now(self) -> dict[str, R]:
        resources = list(self._read_region().rows(self._cls))
        return {resource.key: resource for resource in resources}


def _as_asked(key: str, found: Mapping[str, Resource]) -> list[str]:
    """The names of what there is, or the ARNs where an ARN was asked for."""
    return [resource.arn for resource in found.values()] if key.startswith("arn:") else list(found)


class Resources:
    """All resources of one region. Looking at them here does not count as a Describe."""

    def __init__(self, read_region: ReadRegion, region_name: str) -> None:
        self._read_region = read_region
        self._name = region_name

    @property
    def region_name(self) -> str:
        """The region of these resources; for a backend, also that of calls without one."""
        return self._name

    def _counted(self) -> str:
        """How many resources there are of each kind: ``1 dataset-group, 3 schemas``, the first few kinds of all."""
        counts = [(len(table), kind) for kind, table in self._read_region(self._name).tables() if table]
        told = [f"{count} {kind}{'s' * (count > 1)}" for count, kind in counts[:MOST_KINDS]]
        rest = sum(count for count, _ in counts[MOST_KINDS:])
        return ", ".join(told) + (f" and {rest} more" if rest else "") if told else "empty"

    def __repr__(self) -> str:
        return f"<resources of {self.region_name}: {self._counted()}>"

    def _all(self, cls: type[R]) -> ResourceMapping[R]:
        return ResourceMapping(lambda: self._read_region(self._name), cls)

    @property
    def dataset_groups(self) -> ResourceMapping[DatasetGroup]:
        """Dataset groups by name."""
        return self._all(DatasetGroup)

    @property
    def schemas(self) -> ResourceMapping[DatasetSchema]:
        """Schemas by name."""
        return self._all(DatasetSchema)

    @property
    def datasets(self) -> ResourceMapping[Dataset]:
        """Datasets by dataset group and type, such as ``shop/INTERACTIONS``."""
        return self._all(Dataset)

    @property
    def dataset_import_jobs(self) -> ResourceMapping[DatasetImportJob]:
        """Dataset import jobs by name."""
        return self._all(DatasetImportJob)

    @property
    def dataset_export_jobs(self) -> ResourceMapping[DatasetExportJob]:
        """Dataset export jobs by name."""
        return self._all(DatasetExportJob)

    @property
    def data_deletion_jobs(self) -> ResourceMapping[DataDeletionJob]:
        """Data deletion jobs by name."""
        return self._all(DataDeletionJob)

    @property
    def metric_attributions(self) -> ResourceMapping[MetricAttribution]:
        """Metric attributions by name."""
        return self._all(MetricAttribution)

    @property
    def event_trackers(self) -> ResourceMapping[EventTracker]:
        """Event trackers by the digits at the end of their ARN; names need not be unique."""
        return self._all(EventTracker)

    @property
    def solutions(self) -> ResourceMapping[Solution]:
        """Solutions by name."""
        return self._all(Solution)

    @property
    def solution_versions(self) -> ResourceMapping[SolutionVersion]:
        """Solution versions by solution and the digits at the end of their ARN, such as ``picks/702e0792``."""
        return self._all(SolutionVersion)

    @property
    def campaigns(self) -> ResourceMapping[Campaign]:
        """Campaigns by name."""
        return self._all(Campaign)

    @property
    def recommenders(self) -> ResourceMapping[Recommender]:
        """Recommenders by name."""
        return self._all(Recommender)

    @property
    def filters(self) -> ResourceMapping[Filter]:
        """Filters by name."""
        return self._all(Filter)

    @property
    def batch_inference_jobs(self) -> ResourceMapping[BatchInferenceJob]:
        """Batch inference jobs by name."""
        return self._all(BatchInferenceJob)

    @property
    def batch_segment_jobs(self) -> ResourceMapping[BatchSegmentJob]:
        """Batch segment jobs by name."""
        return self._all(BatchSegmentJob)
