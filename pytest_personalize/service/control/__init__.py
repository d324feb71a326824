"""The control plane, one module per family of resources: its models, its rules and its operations."""

from pytest_personalize.service.control import (
    dataset_groups,
    datasets,
    event_trackers,
    import_jobs,
    schemas,
    tags,
)

__all__ = [
    "dataset_groups",
    "datasets",
    "event_trackers",
    "import_jobs",
    "schemas",
    "tags",
]
