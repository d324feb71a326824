"""The clock of an account: it goes forward to a time, and never back."""

from __future__ import annotations

import pytest

from pytest_personalize.service.kernel.clock import Clock


@pytest.mark.parametrize(("moment", "then"), [(1500.0, 1500.0), (1000.0, 1000.0), (500.0, 1000.0)])
def test_it_moves_to_a_time_unless_that_has_passed(moment: float, then: float) -> None:
    clock = Clock(running=lambda: 900.0)
    clock.advance(100)
    clock.move_to(moment)
    assert clock.timestamp() == then
