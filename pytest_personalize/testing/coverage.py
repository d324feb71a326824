"""Which operations of the installed botocore are emulated: for the command line and the README."""

from __future__ import annotations

from attrs import frozen

from pytest_personalize.service import endpoint
from pytest_personalize.service.operations import OPERATIONS
from pytest_personalize.shapes.models import SERVICES, operation_names


@frozen
class ServiceCoverage:
    """The operations of one service: all that the installed model has, and those that the emulator answers."""

    name: str
    modelled: tuple[str, ...]
    emulated: tuple[str, ...]


def coverage() -> list[ServiceCoverage]:
    """The coverage of the three services."""
    assert endpoint.ROOMS  # loading them has filled the registry
    return [
        ServiceCoverage(
            name=service,
            modelled=operation_names(service),
            emulated=tuple(name for name in operation_names(service) if name in OPERATIONS),
        )
        for service in SERVICES
    ]
