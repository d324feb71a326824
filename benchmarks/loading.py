"""What the plugin costs a test run that never touches Personalize."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from benchmarks.harness import Bench, limit

RUNS = 15
UNWANTED = ("aiobotocore", "boto3", "botocore", "lark")
PROGRAM = f"""
import sys, time
import pytest
start = time.process_time()
import pytest_personalize.plugin
print(time.process_time() - start)
print(*[name for name in {UNWANTED} if name in sys.modules])
"""


@limit("the plugin loaded into a pytest process and unused", most=5, unit="ms")
def plugin_import(bench: Bench) -> float:
    """The least processor time of several imports, each in a new interpreter; only the first compiles the modules."""
    with tempfile.TemporaryDirectory() as compiled:
        return min(_milliseconds(compiled) for _ in range(RUNS))


def _milliseconds(compiled: str) -> float:
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=environ)
    seconds, unwanted = run.stdout.splitlines()
    if unwanted:
        raise AssertionError(f"the plugin loads {unwanted}")
    return float(seconds) * 1000
