"""The parity suite on the emulator in this process."""

from __future__ import annotations

import time

from benchmarks.harness import Bench, limit
from pytest_personalize.conformance.cases import CASES
from pytest_personalize.conformance.lane import in_process
from pytest_personalize.conformance.run import run
from pytest_personalize.conformance.world import World


@limit("conform, all cases in process", most=20, unit="seconds")
def all_cases(bench: Bench) -> float:
    """With all that the cases need, trainings and batch jobs too."""
    start = time.perf_counter()
    with in_process() as lane:
        for _ in run(World(lane), CASES):
            pass
    return time.perf_counter() - start
