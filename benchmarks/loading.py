"""What is paid once in a process: the plugin, also by a run that never touches Personalize, and the first filter."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from benchmarks.harness import Bench, limit

RUNS = 15
UNWANTED = ("aiobotocore", "boto3", "botocore")
PROGRAM = f"""
import gc, sys, time
import pytest
gc.collect()
start = time.process_time()
import pytest_personalize.plugin
print(time.process_time() - start)
print(*[name for name in {UNWANTED} if name in sys.modules])
"""
FIRST_FILTER = """
import time
import boto3, pytest, pytest_personalize.backend
from pytest_personalize.filters.parser import parse
start = time.process_time()
parse('INCLUDE ItemID WHERE Items.GENRE IN ("Drama")')
print(time.process_time() - start)
"""


@limit("the plugin loaded into a pytest process and unused", most=5, unit="ms")
def plugin_import(bench: Bench) -> float:
    """Nothing that a test run without Personalize has no use for is loaded.

    What pytest left to the garbage collector, which would come in the midst of it, is collected before.
    """
    return _least_milliseconds(PROGRAM)


@limit("the first filter of a process, parsed", most=10, unit="ms")
def first_filter(bench: Bench) -> float:
    """In a process whose modules are loaded."""
    return _least_milliseconds(FIRST_FILTER)


def _least_milliseconds(program: str) -> float:
    """The least processor time of several runs, each in a new interpreter; only the first compiles the modules."""
    with tempfile.TemporaryDirectory() as compiled:
        environ = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        return min(_seconds(program, environ) for _ in range(RUNS)) * 1000


def _seconds(program: str, environ: dict[str, str]) -> float:
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environ)
    seconds, *unwanted = run.stdout.splitlines()
    if any(unwanted):
        raise AssertionError(f"the plugin loads {unwanted}")
    return float(seconds)
