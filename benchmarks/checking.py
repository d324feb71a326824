"""The offline check of a large file, against a bare pass of the standard CSV reader."""

from __future__ import annotations

import csv
import tempfile
import tracemalloc
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.harness import Bench, Pair, budget, limit
from benchmarks.importing import INTERACTIONS, schema_text
from pytest_personalize import check

MILLION = 1_000_000


@contextmanager
def file_of(bench: Bench, rows: int) -> Iterator[Path]:
    """The interactions of the data, again and again, until there are so many."""
    header, *lines = bench.data.interactions.splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "interactions.csv")
        path.write_bytes(header + b"".join((lines * (rows // len(lines) + 1))[:rows]))
        yield path


def checked(path: Path) -> None:
    """A check that must find nothing."""
    check(schema=schema_text(INTERACTIONS), data=path).raise_for_problems()


def read_bare(path: Path) -> None:
    """What any reader of CSV has to do."""
    with path.open(encoding="utf-8", newline="") as file:
        deque(csv.reader(file), maxlen=0)


@budget("check of a million interactions", times=3, versus="csv.reader")
def check_of_a_million(bench: Bench) -> Iterator[Pair]:
    """From a file, which both read anew."""
    with file_of(bench, MILLION) as path:
        yield Pair(work=lambda: checked(path), base=lambda: read_bare(path))


@limit("memory of a check of a million interactions", most=2, unit="MB")
def check_memory(bench: Bench) -> float:
    """The most that is held at any time."""
    with file_of(bench, MILLION) as path:
        checked(path)
        tracemalloc.start()
        try:
            checked(path)
            return tracemalloc.get_traced_memory()[1] / 1e6
        finally:
            tracemalloc.stop()
