"""What the tests of the testing tools share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config

REGION = "us-east-1"


@pytest.fixture
def make_client() -> Callable[..., Any]:
    """``make_client("personalize", mode="standard", max_attempts=3)``: a client with that retry configuration."""

    def make(service: str = "personalize", *, mode: str = "legacy", max_attempts: int = 3, **options: Any) -> Any:
        config = Config(retries={"mode": mode, "total_max_attempts": max_attempts}, **options)
        return boto3.client(
            service, region_name=REGION, aws_access_key_id="mocked", aws_secret_access_key="mocked", config=config
        )

    return make


@pytest.fixture
def backend(personalize_backend: Any) -> Any:
    """The backend of the test."""
    return personalize_backend


@pytest.fixture
def client(backend: Any, make_client: Callable[..., Any]) -> Any:
    """A client of the control plane that makes at most three attempts."""
    return make_client()
