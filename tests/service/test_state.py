"""What a region holds can be copied, and taken in by another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_personalize.data.records import Records
from pytest_personalize.service.kernel.state import RegionState

ARN = "arn:aws:personalize:us-east-1:111122223333:dataset-group/films"


def taken_in(state: RegionState) -> RegionState:
    other = RegionState()
    other.merge(state, lambda resource: resource)
    return other


@pytest.mark.parametrize("copied", [RegionState.fork, taken_in])
def test_tags_and_records_come_along_and_go_their_own_way(copied: Callable[[RegionState], RegionState]) -> None:
    state = RegionState(tags={ARN: {"team": "films"}}, records={ARN: Records()})
    state.records[ARN].users.intern("ann")
    copy = copied(state)
    state.tags[ARN]["team"] = "books"
    state.records[ARN].users.intern("bob")

    assert copy.tags == {ARN: {"team": "films"}}
    assert (copy.records[ARN].users.get("ann"), copy.records[ARN].users.get("bob")) == (0, None)
