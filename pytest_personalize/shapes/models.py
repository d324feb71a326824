"""The service models that ship with the installed botocore: operations, their shapes, errors and routes."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast

import botocore
from attrs import frozen
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, StructureShape

Protocol: TypeAlias = Literal["json", "rest-json"]

SERVICES: Final = ("personalize", "personalize-runtime", "personalize-events")

# A json service answers every modelled error with this status, and its model names none.
_DEFAULT_ERROR_STATUS = 400


@frozen(kw_only=True, eq=False)
class OperationShapes:
    """One operation as the installed service model describes it."""

    service: str
    name: str
    protocol: Protocol
    http_method: str
    path: str
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


@cache
def operation_names(service: str) -> tuple[str, ...]:
    """The operations of a service, in the order of the model."""
    return tuple(service_model(service).operation_names)


@cache
def snake(member: str) -> str:
    """The Python name of a member: ``minProvisionedTPS`` is ``min_provisioned_tps``."""
    return botocore.xform_name(member)


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
def operation(service: str, name: str) -> OperationShapes:
    """The shapes of one operation; KeyError when the installed model lacks it."""
    if name not in operation_names(service):
        raise KeyError(f"{service}.{name}")
    model = service_model(service).operation_model(name)
    return OperationShapes(
        service=service,
        name=name,
        protocol=protocol(service),
        http_method=model.http.get("method", "POST"),
        path=_path(model),
        input=model.input_shape,
        output=model.output_shape,
    )


def route(method: str, path: str, target: str | None) -> tuple[str, str] | None:
    """The (service, operation) that an HTTP request addresses, or None.

    Args:
        method: the HTTP method.
        path: the path of the request; a query string is ignored.
        target: the ``X-Amz-Target`` header, such as ``AmazonPersonalize.CreateSchema``.
    """
    if target is not None:
        return _targets().get(target)
    return _paths().get((method, path.partition("?")[0]))


@cache
def _targets() -> Mapping[str, tuple[str, str]]:
    return {
        f"{service_model(service).metadata['targetPrefix']}.{name}": (service, name)
        for service in SERVICES
        if protocol(service) == "json"
        for name in operation_names(service)
    }


@cache
def _paths() -> Mapping[tuple[str, str], tuple[str, str]]:
    shapes = (
        operation(service, name)
        for service in SERVICES
        if protocol(service) == "rest-json"
        for name in operation_names(service)
    )
    return {(shape.http_method, shape.path): (shape.service, shape.name) for shape in shapes}


def _path(model: OperationModel) -> str:
    path: str = model.http.get("requestUri", "/")
    return path.partition("?")[0]
