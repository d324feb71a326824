"""The service models that ship with the installed botocore: operations, their shapes and errors."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast

import botocore
from attrs import frozen
from botocore.loaders import Loader
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape

from pytest_personalize.nearest import hint

Protocol: TypeAlias = Literal["json", "rest-json"]

SERVICES: Final = ("personalize", "personalize-runtime", "personalize-events")

# A json service answers every modelled error with this status, and its model names none.
_DEFAULT_ERROR_STATUS = 400


@frozen(kw_only=True, eq=False)
class OperationShapes:
    """One operation as the installed service model describes it."""

    name: str
    input: StructureShape | None
    output: StructureShape | None


@cache
def service_model(service: str) -> ServiceModel:
    """The newest model of one of ``SERVICES`` in the installed botocore; KeyError for any other name.

    Models that a user keeps in ``~/.aws/models`` or names in ``AWS_DATA_PATH`` are not looked at.
    """
    if service not in SERVICES:
        raise KeyError(service)
    loader = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    # Not ``load_service_model``: it first looks through the folders of all services, which takes three times as long.
    version = loader.determine_latest_version(service, "service-2")
    return ServiceModel(loader.load_data(f"{service}/{version}/service-2"), service)


def read_models() -> None:
    """Read the models of all services, which is done once in a process: after that, no call opens a file."""
    for service in SERVICES:
        service_model(service)


@cache
def operation_names(service: str) -> tuple[str, ...]:
    """The operations of a service, in the order of the model."""
    return tuple(service_model(service).operation_names)


@cache
def snake(member: str) -> str:
    """The Python name of a member: ``minProvisionedTPS`` is ``min_provisioned_tps``."""
    return botocore.xform_name(member)


def structures(shape: Shape | None) -> Iterator[StructureShape]:
    """All structures below a shape, itself included; the shapes of the three services do not hold themselves."""
    if isinstance(shape, ListShape):
        yield from structures(shape.member)
    elif isinstance(shape, MapShape):
        yield from structures(shape.value)
    elif isinstance(shape, StructureShape):
        yield shape
        for member in shape.members.values():
            yield from structures(member)


def enums() -> Mapping[str, tuple[str, ...]]:
    """The values of every enumeration of the services, by its name."""
    shapes = (model.shape_for(name) for model in map(service_model, SERVICES) for name in model.shape_names)
    return {shape.name: tuple(values) for shape in shapes if (values := shape.metadata.get("enum"))}


@cache
def routes() -> Mapping[tuple[str, str, str], tuple[str, str]]:
    """Service and operation by what a request carries: method, path and, in the JSON protocol, ``X-Amz-Target``."""
    found = {}
    for service in SERVICES:
        model = service_model(service)
        prefix = model.metadata.get("targetPrefix")
        for name in model.operation_names:
            http = model.operation_model(name).http
            target = f"{prefix}.{name}" if prefix else ""
            found[http["method"], http["requestUri"], target] = service, name
    return MappingProxyType(found)


def protocol(service: str) -> Protocol:
    """The protocol that a service speaks."""
    return cast("Protocol", service_model(service).metadata["protocol"])


@cache
def service_errors(service: str) -> Mapping[str, int]:
    """The HTTP status of every error that a service models, by code, whichever operation declares it.

    What AWS calls an error's code is the name of its shape unless the shape gives another.
    """
    return MappingProxyType(
        {
            error.metadata.get("error", {}).get("code", error.name): int(
                error.metadata.get("error", {}).get("httpStatusCode", _DEFAULT_ERROR_STATUS)
            )
            for error in service_model(service).error_shapes
        }
    )


def error_codes(service: str, name: str) -> frozenset[str]:
    """The codes of the errors that an operation models."""
    return frozenset(error.name for error in service_model(service).operation_model(name).error_shapes)


@cache
def find_operation(name: str) -> OperationShapes:
    """The shapes of an operation of any of the services; ``ValueError`` names the nearest one."""
    for service in SERVICES:
        if name in operation_names(service):
            return operation(service, name)
    known = [each for service in SERVICES for each in operation_names(service)]
    raise ValueError(f"no operation {name!r} exists; {hint(name, known)}")


@cache
def operation(service: str, name: str) -> OperationShapes:
    """The shapes of one operation; KeyError when the installed model lacks it."""
    if name not in operation_names(service):
        raise KeyError(f"{service}.{name}")
    model = service_model(service).operation_model(name)
    return OperationShapes(
        name=name,
        input=model.input_shape,
        output=model.output_shape,
    )
