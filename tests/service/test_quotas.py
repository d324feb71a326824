"""The quotas of AWS (developer guide, quotas), as they hold unless a test says otherwise."""

from __future__ import annotations

from pytest_personalize.service.kernel.quotas import QUOTAS

DEFAULTS = {
    "schemas": 500,
    "dataset_groups": 5,
    "solutions": 10,
    "campaigns": 5,
    "recommenders": 5,
    "recommenders_per_region": 15,
    "filters": 30,
    "filter_fields_group": 20,
    "import_jobs_running": 5,
    "export_jobs_running": 5,
    "data_deletion_jobs_pending": 5,
    "batch_inference_running": 5,
    "batch_segment_running": 5,
    "solution_versions_running": 20,
}


def test_each_has_its_value() -> None:
    assert {name: quota.value for name, quota in QUOTAS.items()} == DEFAULTS
