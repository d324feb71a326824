"""What all tests share.

Hypothesis keeps no deadlines, as the machines that run this are shared too. A test that uses a member which the oldest
supported botocore lacks says so with ``@pytest.mark.needs_member("CampaignConfig.rankingInfluence")`` and is skipped
there; `CreateDatasetImportJob` is called with a role everywhere, because older models demand one.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

import pytest
from botocore.model import StructureShape
from botocore.session import get_session
from hypothesis import settings

settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")

FULL_MODEL = (1, 42, 3)
"""A botocore from here on has every member that a test may name; missing there, it is misspelt."""


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
