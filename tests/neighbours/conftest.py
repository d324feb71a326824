"""What the tests of the neighbours share: moto, and templates."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from attrs import define
from botocore.exceptions import ClientError
from moto import mock_aws

from pytest_personalize import PersonalizeBackend

Resources = dict[str, dict[str, Any]]


@pytest.fixture
def moto() -> Iterator[None]:
    """The mock of moto is active, and executes state machines."""
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield


@pytest.fixture
def client(moto: None, personalize_backend: PersonalizeBackend) -> Callable[[str], Any]:
    """Makes clients of the services of moto, and of the backend."""
    return lambda service: boto3.client(
        service, region_name="us-east-1", aws_access_key_id="mocked", aws_secret_access_key="mocked"
    )


@define
class Stack:
    """One stack; ``deploy`` makes it, or updates it."""

    cloudformation: Any
    exists: bool = False

    def deploy(
        self, resources: Resources, outputs: dict[str, Any] | None = None, exports: dict[str, Any] | None = None
    ) -> dict[str, str]:
        """Its outputs by name."""
        shown = {key: {"Value": value} for key, value in (outputs or {}).items()}
        exported = {key: {"Value": value, "Export": {"Name": key}} for key, value in (exports or {}).items()}
        template = {"Resources": resources, "Outputs": shown | exported}
        change = self.cloudformation.update_stack if self.exists else self.cloudformation.create_stack
        change(StackName="stack", TemplateBody=json.dumps(template))
        self.exists = True
        (described,) = self.cloudformation.describe_stacks(StackName="stack")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", ())}

    def destroy(self) -> None:
        """Delete it."""
        self.cloudformation.delete_stack(StackName="stack")

    def refusal(self, resources: Resources, outputs: dict[str, Any] | None = None) -> str:
        """What is said of a template that cannot be deployed."""
        with pytest.raises(ClientError) as caught:
            self.deploy(resources, outputs)
        return str(caught.value.response["Error"]["Message"])

    def ids(self) -> dict[str, str]:
        """The physical ids, by logical id."""
        found = self.cloudformation.list_stack_resources(StackName="stack")["StackResourceSummaries"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


@pytest.fixture
def stack(client: Callable[[str], Any]) -> Stack:
    """A stack that is not deployed yet."""
    return Stack(client("cloudformation"))
