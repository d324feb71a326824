"""Which operations of the installed botocore are emulated: for the command line and reports."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from pytest_personalize.service import endpoint
from pytest_personalize.service.kernel.operations import OPERATIONS
from pytest_personalize.shapes.models import SERVICES, operation_names


@frozen
class ServiceCoverage:
    """The operations of one service: all that the installed model has, and those that the emulator answers."""

    name: str
    modelled: tuple[str, ...]
    emulated: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The operations that are answered with an error which says so."""
        return tuple(name for name in self.modelled if name not in self.emulated)

    @property
    def families(self) -> dict[str, tuple[str, ...]]:
        """The emulated operations by the resources that they are about."""
        found: dict[str, list[str]] = {}
        for name in self.emulated:
            family = OPERATIONS[name].__module__.rpartition(".")[2].replace("_", " ")
            found.setdefault(family, []).append(name)
        return {family: tuple(found[family]) for family in sorted(found)}


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


def listing(mark: str) -> Iterator[str]:
    """Every operation in a line of its own, with a mark at those that are emulated."""
    for service in coverage():
        yield f"{service.name}: {len(service.emulated)} of {len(service.modelled)}"
        for name in service.modelled:
            yield f"  {mark if name in service.emulated else '-'} {name}"


def as_json() -> dict[str, dict[str, tuple[str, ...]]]:
    """By service, the operations that are emulated and those of the installed model that are not."""
    return {service.name: {"emulated": service.emulated, "missing": service.missing} for service in coverage()}
