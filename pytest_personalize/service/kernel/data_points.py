"""What the service tells CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen


@frozen
class DataPoint:
    """One value of a metric, by its name and dimensions there; ``time`` is in epoch seconds."""

    region: str
    name: str
    value: float
    time: float
    dimensions: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.name} {self.value:g} {', '.join(f'{key}={value}' for key, value in self.dimensions.items())}"
