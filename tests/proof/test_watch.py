"""The watch over all answers of all tests sees what the service could not answer."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_personalize import PersonalizeBackend
from pytest_personalize.service.kernel.errors import ServiceError


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"datasetGroups": [{"name": "-"}]}, "'datasetGroups.1.member.name' failed"),
        ({"datasetGroups": [{"colour": "red"}]}, "no such member"),
        ({"nextToken": 3}, "'nextToken' failed"),
    ],
)
def test_it_sees_an_answer_out_of_shape(
    watch_over_answers: Any, monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], said: str
) -> None:
    monkeypatch.setattr(watch_over_answers, "answer", lambda *_: answer)
    PersonalizeBackend()._door.call("personalize", "ListDatasetGroups", "us-east-1", "{}")
    (seen,) = watch_over_answers.wrong
    assert said in seen
    watch_over_answers.wrong.clear()


def test_it_sees_an_error_that_is_not_modelled(watch_over_answers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> dict[str, Any]:
        raise ServiceError("ResourceInUseException", "busy")

    monkeypatch.setattr(watch_over_answers, "answer", refuse)
    with pytest.raises(ServiceError):
        PersonalizeBackend()._door.call("personalize", "DescribeSchema", "us-east-1", "{}")
    (seen,) = watch_over_answers.wrong
    assert "DescribeSchema is refused with ResourceInUseException" in seen
    watch_over_answers.wrong.clear()
