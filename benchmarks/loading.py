"""What the plugin costs a test run that never touches Personalize."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.harness import Bench, limit

RUNS = 15
UNWANTED = ("aiobotocore", "boto3", "botocore", "lark")
PROGRAM = f"""
import sys, time
import pytest
start = time.perf_counter()
import pytest_personalize.plugin
print(time.perf_counter() - start)
print(*[name for name in {UNWANTED} if name in sys.modules])
"""


@limit("the plugin loaded into a pytest process and unused", most=15, unit="ms")
def plugin_import(bench: Bench) -> float:
    """The shortest of several imports, each in a fresh interpreter."""
    return min(_milliseconds() for _ in range(RUNS))


def _milliseconds() -> float:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    seconds, unwanted = run.stdout.splitlines()
    if unwanted:
        raise AssertionError(f"the plugin loads {unwanted}")
    return float(seconds) * 1000
