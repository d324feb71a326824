"""The metrics of a backend, as moto's CloudWatch keeps its own."""

from __future__ import annotations

from datetime import UTC, datetime

from moto.cloudwatch.models import MetricDatum

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.testing.metrics import NAMESPACE


def metric_data(backend: PersonalizeBackend, region: str) -> list[MetricDatum]:
    """The data points of that region; their times are on the clock of the backend."""
    return [
        MetricDatum(
            namespace=NAMESPACE,
            name=point.name,
            value=point.value,
            dimensions=[{"Name": name, "Value": value} for name, value in point.dimensions.items()],
            timestamp=datetime.fromtimestamp(point.time, UTC).replace(tzinfo=None),  # moto compares naive times
        )
        for point in backend.metrics
        if point.region == region
    ]
