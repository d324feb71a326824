"""Where hook, net and guard are put: into modules of others, as soon as somebody imports these.

Until then nothing of botocore is loaded, nor of what is put there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from pytest_personalize.interception.imports import Watch
from pytest_personalize.interception.services import SERVICES

HANDLERS: Final = "botocore.handlers"
"""Where the hook becomes one of the handlers that every client has."""

ASKING: Final = ("InstanceMetadataProvider", "ContainerProvider", "ProcessProvider", "AssumeRoleProvider")
"""Where botocore has credentials from that asks others for them as soon as a client is made."""

WRAPPERS: Final[Mapping[str, Mapping[str, str]]] = {
    "botocore.client": {
        "BaseClient._make_request": "hooks.make_request",
        "ClientCreator.create_client": "hooks.create_client",
    },
    "botocore.errorfactory": {
        "ClientExceptionsFactory.create_client_exceptions": "exceptions.create_client_exceptions"
    },
    "botocore.session": {"Session.create_client": "hooks.create_session_client"},
    "botocore.credentials": {f"{provider}.load": "hooks.load_credentials" for provider in ASKING},
    "botocore.configprovider": {
        "ConfiguredEndpointProvider._get_endpoint_url_environment_service": "child_processes.service_endpoint",
    },
    "botocore.endpoint": {
        "Endpoint.create_request": "connections.create_request",
        "Endpoint._get_response": "connections.get_response",
    },
    "botocore.httpsession": {"URLLib3Session.send": "connections.send"},
    "botocore.awsrequest": {
        "AWSConnection.request": "connections.connect",
        "AWSHTTPConnection.connect": "connections.connect",
        "AWSHTTPSConnection.connect": "connections.connect",
    },
    "aiobotocore.client": {
        "AioBaseClient._make_request": "hooks.make_request_async",
        "AioClientCreator.create_client": "hooks.create_client",
    },
    "aiobotocore.session": {"AioSession._create_client": "hooks.create_session_client_async"},
    "aiobotocore.credentials": {f"Aio{provider}.load": "hooks.load_credentials_async" for provider in ASKING},
    "aiobotocore.endpoint": {
        "AioEndpoint.create_request": "connections.create_request_async",
        "AioEndpoint._get_response": "connections.get_response_async",
    },
    "aiobotocore.httpsession": {
        "AIOHTTPSession.send": "connections.send_async",
        "aiohttp.connector.BaseConnector.connect": "connections.connect",
    },
    "aiobotocore.httpxsession": {"HttpxSession.send": "connections.send_async"},
    "httpcore": {"AsyncConnectionPool.handle_async_request": "connections.connect"},
    "httpcore2": {"AsyncConnectionPool.handle_async_request": "connections.connect"},
    "moto.cloudformation.parsing": {
        "resource_class_from_type": "moto.resource_class",
        "parse_and_create_resource": "moto.create",
        "ResourceMap.update": "moto.update",
    },
    "moto.cloudwatch.models": {"CloudWatchBackend.get_all_metrics": "moto.all_metrics"},
}
"""Module -> what in it is wrapped as soon as it is imported, and by which function of which module of this room."""

OLDEST_BOTOCORE: Final = "1.35.16"
"""As pyproject.toml has it. ``pip install boto3==...``, later and alone, goes below it and only prints that it does."""


def _refuse_old(version: str) -> None:
    """``ImportError`` for a botocore that lacks what is wrapped here, and operations of the service."""
    if [int(part) for part in version.split(".")[:3]] < [int(part) for part in OLDEST_BOTOCORE.split(".")]:
        raise ImportError(
            f"pytest-personalize needs botocore {OLDEST_BOTOCORE} or newer, and {version} is installed: "
            f"pip install 'boto3>={OLDEST_BOTOCORE}', or take pytest-personalize out of this environment"
        )


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"{__package__}.{module}"), function)
    return found


def _equip(module: ModuleType) -> None:
    """Put hook and wrappers into a module that has just been imported."""
    import wrapt  # its own import takes longer than all else that the plugin loads

    if module.__name__.startswith("botocore."):
        _refuse_old(sys.modules["botocore"].__version__)
    if module.__name__ == HANDLERS:
        hook = _function("hooks.before_call")
        module.BUILTIN_HANDLERS.extend(
            (f"before-call.{service}", hook, module.REGISTER_LAST) for service in sorted(SERVICES)
        )
    for name, wrapper in WRAPPERS.get(module.__name__, {}).items():
        wrapt.wrap_function_wrapper(module, name, _function(wrapper))


# It stays for good, because modules may be thrown away and imported anew.
Watch({HANDLERS, *WRAPPERS}, _equip).begin()
