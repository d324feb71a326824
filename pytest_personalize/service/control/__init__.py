"""The control plane, one module per family of resources: its models, its rules and its operations."""

from pytest_personalize.service.control import (
    automatic_training,
    campaigns,
    dataset_groups,
    datasets,
    deletion_jobs,
    event_trackers,
    export_jobs,
    import_jobs,
    metric_attributions,
    recipes,
    recommenders,
    schemas,
    solution_versions,
    solutions,
    tags,
)

__all__ = [
    "automatic_training",
    "campaigns",
    "dataset_groups",
    "datasets",
    "deletion_jobs",
    "event_trackers",
    "export_jobs",
    "import_jobs",
    "metric_attributions",
    "recipes",
    "recommenders",
    "schemas",
    "solution_versions",
    "solutions",
    "tags",
]
