"""The plugin that sends every answer over the wire sees what botocore would read otherwise."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pytest_personalize import PersonalizeBackend
from pytest_personalize.service import endpoint


@pytest.fixture
def plugin() -> ModuleType:
    spec = spec_from_file_location("through_the_wire", Path(__file__).with_name("through_the_wire.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def with_way(plugin: ModuleType, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]) -> list[str]:
    """What the plugin notes of a list whose answer in the process has these members beside those on the wire."""
    ways = {form: endpoint._way.__wrapped__("personalize", "ListSchemas", form) for form in ("python", "wire")}
    right = ways["python"]
    ways["python"] = endpoint.Way(right.validate, right.run, lambda page: right.render(page) | wrong)
    monkeypatch.setattr(endpoint, "_way", plugin.both_ways(lambda service, name, form: ways[form]))
    PersonalizeBackend()._door.call("personalize", "ListSchemas", "us-east-1", "{}", "python")
    noted: list[str] = plugin.WRONG
    return noted


def test_it_is_content_with_what_is_the_same(plugin: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert with_way(plugin, monkeypatch, {}) == []


def test_it_sees_a_member_that_is_not_on_the_wire(plugin: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    (noted,) = with_way(plugin, monkeypatch, {"nextToken": "x"})
    assert noted == "ListSchemas: answer has ['nextToken', 'schemas'] in the process and ['schemas'] over the wire"


def test_it_sees_a_value_of_another_type(plugin: ModuleType) -> None:
    same, other = {"a": [1, 2.0]}, {"a": [1, 2]}
    assert list(plugin.differences(same, same)) == []
    assert list(plugin.differences(same, other)) == ["answer.a[1] is 2.0 in the process and 2 over the wire"]


def test_it_sees_another_text_of_a_refusal(plugin: ModuleType) -> None:
    def refused(service: str, code: str, message: str) -> Any:
        class Answer:
            status_code = 400

        return Answer, {"Error": {"Code": code, "Message": "other"}}

    plugin.refused_both_ways(refused)("personalize", "ResourceNotFoundException", "gone")
    assert plugin.WRONG == ["ResourceNotFoundException.Message is 'other' in the process and 'gone' over the wire"]
