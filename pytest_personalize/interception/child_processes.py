"""Child processes: what they inherit leads nowhere, unless it was the user who said where it leads.

No hook reaches a process that a test starts: a pool that spawns, a Python, the AWS CLI, node. But every AWS SDK reads
the endpoints of the services from the environment, so while the guard is on these are a port of this machine at which
nobody listens. The process of the tests itself does not read them.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from pytest_personalize.interception.guard import HOSTS
from pytest_personalize.interception.services import SERVICES

PATH: Final = "/blocked-by-pytest-personalize"
VARIABLES: Final = {
    f"AWS_ENDPOINT_URL_{name.upper()}": name for name in (s.replace("-", "_") for s in sorted(SERVICES))
}
"""Variable of a service -> its name in the shared configuration file."""
USERS_CHOICE: Final = ("AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
FILES: Final = {"AWS_CONFIG_FILE": "~/.aws/config", "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials"}


def begin_guarding(blocking: bool, allowed_hosts: Sequence[str]) -> Callable[[], None]:
    """Guard a run of pytest and the processes that it starts; returns what ends that."""
    stack = ExitStack()
    before, HOSTS.allowed = HOSTS.allowed, allowed_hosts
    stack.callback(setattr, HOSTS, "allowed", before)
    stack.enter_context(_closed_to_children() if blocking else open_to_children())
    return stack.close


@contextmanager
def _closed_to_children() -> Iterator[None]:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}{PATH}"
        with _environment({name: url if _is_free(name) else None for name in VARIABLES if _is_unset(name)}):
            yield


@contextmanager
def open_to_children() -> Iterator[None]:
    """Child processes reach what they would reach without the guard."""
    with _environment({name: None for name in VARIABLES if _is_unset(name)}):
        yield


@contextmanager
def _environment(wanted: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables, or with None unset them; in the end, put back those that nobody else has changed."""
    before = {name: os.environ.get(name) for name in wanted}
    _set(wanted)
    try:
        yield
    finally:
        _set({name: before[name] for name in wanted if os.environ.get(name) == wanted[name]})


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def is_blocked(url: str | None) -> bool:
    """Whether an endpoint is one that leads nowhere: of this run, or of one that this run is a child of."""
    return url is not None and url.rstrip("/").endswith(PATH)


def service_endpoint(wrapped: Callable[..., Any], provider: Any, args: Any, kwargs: Any) -> Any:
    """Around botocore's look at such a variable: clients of this process do not know ours."""
    url = wrapped(*args, **kwargs)
    return None if is_blocked(url) else url


def _is_unset(name: str) -> bool:
    value = os.environ.get(name)
    return value is None or is_blocked(value)


def _is_free(name: str) -> bool:
    """Whether the user has not said elsewhere where that service is: the variable would win over it."""
    return not any(name in os.environ for name in USERS_CHOICE) and not any(
        _says(Path(os.environ.get(variable, default)), VARIABLES[name]) for variable, default in FILES.items()
    )


def _says(path: Path, service: str) -> bool:
    """Whether a shared file has an endpoint for a service in the profile that is in use."""
    try:
        text = path.expanduser().read_text(encoding="utf-8", errors="replace")
    except (OSError, RuntimeError):
        return False
    if "endpoint_url" not in text:
        return False
    import configparser  # most machines have no such file

    parser = configparser.RawConfigParser(default_section="", strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return False
    profile = os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or "default"
    for section in (profile, f"profile {profile}"):
        services = f"services {parser.get(section, 'services', fallback='')}"
        if parser.has_option(section, "endpoint_url") or "endpoint_url" in parser.get(services, service, fallback=""):
            return True
    return False
