"""What all tests share.

Hypothesis keeps no deadlines, as the machines that run this are shared too, and looks at as many examples as a run by
hand can wait for; ``--hypothesis-profile thorough`` takes its time. Tests that need more or fewer than most take a
multiple of the profile's number. A test that uses a member which the oldest
supported botocore lacks says so with ``@pytest.mark.needs_member("CampaignConfig.rankingInfluence")`` and is skipped
there; ``CreateDatasetImportJob`` is called with a role everywhere, because older models demand one. And every answer
that any test gets is held against the service model.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader
from botocore.model import StructureShape
from botocore.session import get_session
from hypothesis import settings

from pytest_personalize.service import endpoint
from pytest_personalize.service.kernel.errors import UNKNOWN_OPERATION, VALIDATION, ServiceError
from pytest_personalize.service.kernel.operations import OPERATIONS
from pytest_personalize.shapes import models
from pytest_personalize.shapes.response import check_output

# Where nobody watches, the same examples every time; at a desk, new ones.
settings.register_profile("quick", deadline=None, max_examples=40, derandomize=bool(os.environ.get("CI")))
settings.register_profile(
    "glance", parent=settings.get_profile("quick"), max_examples=10
)  # all but the first run of CI
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile("quick")

FULL_MODEL = (1, 42, 3)
"""A botocore from here on has every member that a test may name; missing there, it is misspelt."""


def pytest_collection() -> None:
    """What is made while tests are found is no garbage."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Spare the garbage collector what lives as long as the run: each inner run of pytest collects five times."""
    gc.enable()
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def processes_compile_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where no bytecode is written beside the code, the processes that tests start share some of their own."""
    with pytest.MonkeyPatch.context() as patch:
        if sys.dont_write_bytecode:
            patch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
            patch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path_factory.getbasetemp() / "bytecode"))
        yield


@pytest.fixture(scope="session", autouse=True)
def models_are_parsed_once() -> Iterator[None]:
    """A session of boto3 parses megabytes of JSON for its first client, and tests make hundreds of sessions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", staticmethod(cache(JSONFileLoader().load_file)))
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("needs_member"):
        for name in marker.args:
            if not _is_modelled(name):
                installed = version("botocore")
                is_full = tuple(int(number) for number in installed.split(".")[:3]) >= FULL_MODEL
                (pytest.fail if is_full else pytest.skip)(f"botocore {installed} knows no {name}")


@cache
def _is_modelled(name: str) -> bool:
    """Whether the installed model of the control plane has that ``Structure.member``."""
    structure, member = name.split(".")
    model = get_session().get_service_model("personalize")
    shape = model.shape_for(structure) if structure in model.shape_names else None
    return isinstance(shape, StructureShape) and member in shape.members


AGAINST_THE_MODEL = {
    "datasetImportJob.roleArn": "the model wants an Arn of Personalize, the service prints that of the role",
    "datasetExportJob.roleArn": "as in import jobs",
    "solutionVersion.name": "printed as SOLUTIONNAME/HASH, which the pattern of names does not allow",
}
"""Members whose pattern the answers of the service itself do not keep to."""


class Watch:
    """Holds every answer against its output shape, and every refusal against the errors that are modelled for it.

    What breaks a constraint of an input shape is refused with an error that no operation models.
    Refusals that a test declares are not the service's, nor are faults, which do not come by here.
    """

    def __init__(self) -> None:
        self.answer = endpoint.answer
        self.wrong: list[str] = []

    def __call__(self, region: Any, service: str, name: str, members: Mapping[str, Any], form: Any) -> dict[str, Any]:
        try:
            answer = self.answer(region, service, name, members, form)
        except ServiceError as refused:
            declared = any(one.refuses for one in region.declared.values())
            if not declared and not self.may_refuse(service, name, refused.code):
                self.wrong.append(f"{name} is refused with {refused.code}, which is not modelled: {refused.message}")
            raise
        for violation in check_output(models.operation(service, name).output, answer):
            if not any(f"at '{path}' failed" in violation for path in AGAINST_THE_MODEL):
                self.wrong.append(f"{name} answers what the service cannot: {violation}")
        return answer

    def may_refuse(self, service: str, name: str, code: str) -> bool:
        if code == UNKNOWN_OPERATION:
            return name not in OPERATIONS
        return code == VALIDATION or code in models.error_codes(service, name)


@pytest.fixture(scope="session", autouse=True)
def watch_over_answers() -> Iterator[Watch]:
    watch = Watch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(endpoint, "answer", watch)
        yield watch


@pytest.fixture(autouse=True)
def every_answer_is_one_of_the_service(watch_over_answers: Watch) -> Iterator[None]:
    yield
    wrong, watch_over_answers.wrong = watch_over_answers.wrong, []
    assert not wrong, "\n".join(wrong)
