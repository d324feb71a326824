"""What the tests of the faces share: a machine without AWS settings, the far end of a client, runs of pytest."""

from __future__ import annotations

import os
import socket
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import boto3  # noqa: F401, so that runs of pytest in this process find it loaded and do not load it each anew
import pytest

import pytest_personalize.explaining.failures
import pytest_personalize.mock
import pytest_personalize.reports
import pytest_personalize.testing.trace  # noqa: F401, all four as well
from inner import HELPERS

Run = Callable[..., pytest.RunResult]


def forget_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make of this a machine on which nothing is configured: no region, no credentials, no files of them."""
    for name in [name for name in os.environ if name.startswith("AWS_") and not name.startswith("AWS_ENDPOINT_URL")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials")
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_aws(monkeypatch)


@pytest.fixture(scope="module")
def no_aws_in_module() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        forget_aws(monkeypatch)
        yield


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine without a network: the names and addresses that were looked up to be connected to, in vain."""
    names: list[str] = []

    def getaddrinfo(host: str, *_: Any, **__: Any) -> Any:
        names.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "there is no network")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names


@pytest.fixture
def no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs of pytest load the plugins that a test names and no others, which halves the time until they start."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def run(pytester: pytest.Pytester, no_other_plugins: None) -> Run:
    """Runs a test module in a pytest of its own, in this process unless ``subprocess`` is set.

    What the garbage collector finds then may be of any test of this process: of that it says nothing.
    """

    def run(module: str, *flags: str, ini: str = "", subprocess: bool = False) -> pytest.RunResult:
        pytester.makepyfile(HELPERS + textwrap.dedent(module))
        pytester.makeini(f"[pytest]\n{textwrap.dedent(ini)}")
        start = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        return start("-p", "pytest_personalize.plugin", "-p", "no:cacheprovider", *flags, "-Wignore::ResourceWarning")

    return run


@pytest.fixture
def section() -> Callable[[pytest.RunResult, str], list[str]]:
    """The lines of the output between a title and the next one."""

    def section(result: pytest.RunResult, title: str) -> list[str]:
        start = next(number for number, line in enumerate(result.outlines) if line.strip("=_- ") == title)
        rest = result.outlines[start + 1 :]
        end = next((number for number, line in enumerate(rest) if line.startswith(("===", "___", "---"))), len(rest))
        return [line for line in rest[:end] if line]

    return section
