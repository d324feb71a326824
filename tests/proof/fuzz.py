"""``python -m tests.proof.fuzz [MINUTES]``: atheris looks for bytes that break what ``fuzzing`` says of its targets.

Each target has its share of the minutes. Of what breaks one, the bytes are left in the current folder.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pytest_personalize"]):
    from tests.proof.fuzzing import targets


def fuzz(name: str, seconds: int) -> None:
    """Does not return: libFuzzer ends the process, with 0 when all went well."""
    target = targets()[name]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds):
            Path(folder, str(number)).write_bytes(seed)
        atheris.Setup([name, folder, f"-max_total_time={seconds}", "-max_len=65536", "-rss_limit_mb=4096"], target.run)
        atheris.Fuzz()


def main(minutes: float) -> int:
    """How many targets broke."""
    seconds = int(minutes * 60 / len(targets()))
    runs = [multiprocessing.Process(target=fuzz, args=(name, seconds)) for name in targets()]
    for run in runs:
        run.start()
        run.join()
    return sum(run.exitcode != 0 for run in runs)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60))
