"""Offline checks: every problem of schemas, data files, filters, solution configurations and batch input.

The rules are those of the emulated service, which a call or job applies until the first is broken.
"""

from pytest_personalize.checking.checks import check
from pytest_personalize.checking.problems import CheckFailed, Problem, Problems

__all__ = ["CheckFailed", "Problem", "Problems", "check"]
