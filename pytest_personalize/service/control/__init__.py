"""The control plane, one module per family of resources: its models, its rules and its operations."""

from pytest_personalize.service.control import dataset_groups, tags

__all__ = ["dataset_groups", "tags"]
