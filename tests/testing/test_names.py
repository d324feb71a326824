"""The names that type checkers know are those that there are."""

from __future__ import annotations

from typing import get_args

import pytest
from botocore import __version__ as installed

from pytest_personalize import names
from pytest_personalize.data.schema_rules import RULES
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, steps
from pytest_personalize.service.kernel.transitions import checked_mode
from pytest_personalize.shapes.models import SERVICES, operation_names, service_errors
from pytest_personalize.testing.presets import PRESETS


def test_presets() -> None:
    assert set(get_args(names.Preset)) == set(PRESETS)


def test_domains() -> None:
    assert {None, *get_args(names.Domain)} == {domain for domain, _ in RULES}


def test_kinds() -> None:
    assert set(get_args(names.Kind)) == {kind for kind, _ in SCRIPTS}


def test_steps() -> None:
    assert set(get_args(names.Step)) == {f"{kind}:{step}" for kind, known in steps().items() for step in known}


@pytest.mark.parametrize("mode", get_args(names.Transition))
def test_transitions(mode: str) -> None:
    assert checked_mode(mode) == mode


def test_operations() -> None:
    modelled = {name for service in SERVICES for name in operation_names(service)}

    assert set(get_args(names.Operation)) == modelled, f"of botocore {installed}"


def test_codes() -> None:
    modelled = {code for service in SERVICES for code in service_errors(service)}

    assert set(get_args(names.Code)) == modelled.union(get_args(names.CommonCode)), f"of botocore {installed}"


def test_statuses() -> None:
    known = {status for way in SCRIPTS.values() for status in (*way.states, way.end, way.failed)}

    assert {None, *get_args(names.Status)} == known
