"""Two million interactions from a file to a batch job, with the memory on the way: ``python -m benchmarks --scale``."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import define, field

from benchmarks.batch import run_job
from benchmarks.data import EVENT_TYPES, FIRST_TIME, generate
from benchmarks.deployment import deploy_files
from pytest_personalize import mock_personalize

ROWS, USERS, ITEMS = 2_000_000, 12_000, 20_000
LINES = 100_000
BLOCK = 10_000
MOST_BYTES = 250  # of memory an interaction, for import and training together
MOST_BATCH = 40  # MB of a batch job over what was there before
PAUSE = 0.02  # seconds between two looks at the memory
COLUMNS = 60
HEIGHTS = " ▁▂▃▄▅▆▇█"


def resident() -> float:
    """The memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@define
class Curve:
    """What the memory was, over and over again, above what it was at first."""

    before: float = field(factory=resident)
    samples: list[float] = field(factory=list)

    @contextmanager
    def drawn(self) -> Iterator[None]:
        """Look at the memory all the while."""
        done = threading.Event()

        def look() -> None:
            while not done.wait(PAUSE):
                self.samples.append(resident() - self.before)

        looking = threading.Thread(target=look)
        looking.start()
        try:
            yield
        finally:
            done.set()
            looking.join()
            self.samples.append(resident() - self.before)

    @property
    def peak(self) -> float:
        """The most, in MB."""
        return max(self.samples)

    def __str__(self) -> str:
        step = max(1, -(-len(self.samples) // COLUMNS))
        highest = [max(self.samples[start : start + step]) for start in range(0, len(self.samples), step)]
        scale = (len(HEIGHTS) - 1) / max(self.peak, 1.0)
        return "".join(HEIGHTS[max(0, round(value * scale))] for value in highest)


def write_interactions(path: Path) -> None:
    """The file, a block at a time: it is not to be in memory as well."""
    source = random.Random(2018)
    users = list(accumulate(1 / rank**0.6 for rank in range(1, USERS + 1)))
    items = list(accumulate(1 / rank**0.9 for rank in range(1, ITEMS + 1)))
    with path.open("w") as file:
        file.write("USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n")
        for start in range(0, ROWS, BLOCK):
            rows = zip(
                source.choices(range(1, USERS + 1), cum_weights=users, k=BLOCK),
                source.choices(range(1, ITEMS + 1), cum_weights=items, k=BLOCK),
                range(FIRST_TIME + start, FIRST_TIME + start + BLOCK),
                source.choices(EVENT_TYPES, k=BLOCK),
                strict=True,
            )
            file.writelines(f"{user},{item},{moment},{kind}\n" for user, item, moment, kind in rows)


def _step(title: str, work: Callable[[], object]) -> float:
    curve, started = Curve(), time.perf_counter()
    with curve.drawn():
        work()
    print(f"{title:<44}{time.perf_counter() - started:>8.1f} s {curve.peak:>8.0f} MB  {curve}", flush=True)
    return curve.peak


def main() -> int:
    """Print the table; 1 when the memory is more than it shall be."""
    with TemporaryDirectory() as folder, mock_personalize(s3=Path(folder)):
        bucket = Path(folder, "benchmark")
        bucket.mkdir()
        write_interactions(bucket / "INTERACTIONS.csv")
        (bucket / "ITEMS.csv").write_bytes(generate(1, users=1, items=ITEMS).items)
        Path(folder, "in").mkdir()
        with Path(folder, "in", "lines.json").open("w") as lines:
            lines.writelines(json.dumps({"userId": str(1 + line % USERS)}) + "\n" for line in range(LINES))
        found = []
        peak = _step(f"{ROWS:,} interactions, import and training", lambda: found.append(deploy_files()))
        batch = _step(f"batch inference of {LINES:,} lines", lambda: run_job(found[0], "job"))
    each = peak * 1e6 / ROWS
    print(f"\n{each:.0f} bytes an interaction (at most {MOST_BYTES}), {batch:.0f} MB of the job (at most {MOST_BATCH})")
    return int(each > MOST_BYTES or batch > MOST_BATCH)
