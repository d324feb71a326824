"""What a newer botocore has and the emulator lacks is known, and breaks no call."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from botocore.model import ServiceModel

from pytest_personalize import PersonalizeBackend
from pytest_personalize.service import endpoint
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.shapes import models
from pytest_personalize.testing.drift import drift

CACHED = (endpoint._way, models.operation, models.operation_names, models.find_operation, models.service_errors)


@pytest.fixture
def newer_botocore(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A botocore with an operation, members and a value that nobody has heard of yet."""
    known = models.service_model("personalize")
    description: Any = deepcopy(known._service_description)
    description["operations"]["CreateFuture"] = description["operations"]["CreateSchema"] | {"name": "CreateFuture"}
    for shape in ("CreateDatasetGroupRequest", "CampaignConfig", "Campaign"):
        description["shapes"][shape]["members"]["future"] = {"shape": "Name"}
    description["shapes"]["Domain"]["enum"].append("FUTURE")
    newer = {"personalize": ServiceModel(description, "personalize")}
    older = models.service_model
    monkeypatch.setattr(models, "service_model", lambda service: newer.get(service) or older(service))
    for function in CACHED:
        function.cache_clear()
    yield
    monkeypatch.undo()
    for function in CACHED:
        function.cache_clear()


def test_the_emulator_has_all_that_the_installed_botocore_has() -> None:
    assert list(map(str, drift())) == []


def test_what_a_newer_one_has_is_named_with_what_becomes_of_it(newer_botocore: None) -> None:
    assert list(map(str, drift())) == [
        "CreateDatasetGroup.future: a request that has it is answered as if it had not",
        "CreateFuture: a call is refused with UnknownOperationException",
        "CampaignConfig.future: a request that has it is answered as if it had not",
        "Campaign.future: no answer has it",
        "Domain.FUTURE: a request that has it is taken, and nothing follows from it",
    ]


def test_that_is_what_becomes_of_it(newer_botocore: None) -> None:
    def call(operation: str, body: str) -> dict[str, Any]:
        return PersonalizeBackend()._door.call("personalize", operation, "us-east-1", body, "wire")

    with pytest.raises(ServiceError, match="UnknownOperationException"):
        call("CreateFuture", "{}")
    made = call("CreateDatasetGroup", '{"name": "shop", "future": "x", "domain": "FUTURE"}')
    assert made == {
        "datasetGroupArn": "arn:aws:personalize:us-east-1:123456789012:dataset-group/shop",
        "domain": "FUTURE",
    }
