"""What the tests of the faces share: a machine without AWS settings, and a stand-in for the real service."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse


def forget_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make of this a machine on which nothing is configured: no region, no credentials, no files of them."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
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
def real_service() -> Callable[[Any], list[str]]:
    """Puts a stand-in at the place of the network of a client; returns the list of the URLs that got there."""

    def behind(client: Any) -> list[str]:
        urls: list[str] = []

        def send(request: Any, **_: Any) -> AWSResponse:
            urls.append(request.url)
            answer = AWSResponse(request.url, 200, {}, io.BytesIO(b'{"datasetGroups": []}'))
            answer._content = b'{"datasetGroups": []}'
            return answer

        client.meta.events.register_first("before-send", send)
        return urls

    return behind
