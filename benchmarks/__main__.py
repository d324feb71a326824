"""Measure every budget and print the table."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks.data import generate, read_folder
from benchmarks.harness import BUDGETS, Bench, Budget, Measurement, Pair, compare

# Each registers its budgets when it is loaded; the table is in this order.
AREAS = (
    *("loading", "calls", "families", "importing", "checking", "training", "runtime", "answers", "batch", "testing"),
    *("serving", "conforming"),
)

WIDTH = 76  # of the column of titles
DATA_VARIABLE = "PERSONALIZE_BENCHMARK_DATA"


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks; 1 when one could not be measured or, with --strict, missed its budget."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a budget is missed")
    parser.add_argument("--only", metavar="TEXT", default="", help="measure only titles that contain this")
    parser.add_argument(
        "--data",
        metavar="FOLDER",
        type=Path,
        default=os.environ.get(DATA_VARIABLE),
        help=f"folder with interactions.csv and items.csv (default: ${DATA_VARIABLE}, else generated rows)",
    )
    parser.add_argument("--scale", action="store_true", help="two million rows and their memory, and nothing else")
    options = parser.parse_args(arguments)
    if options.scale:
        return int(importlib.import_module("benchmarks.scale").main())
    for area in AREAS:
        importlib.import_module(f"benchmarks.{area}")
    chosen = [budget for budget in BUDGETS if options.only.lower() in budget.title.lower()]
    bench = Bench(data=read_folder(Path(options.data)) if options.data else generate())
    _print_header(bench)
    verdicts = [_print_row(budget, bench) for budget in chosen]
    missed, broken = verdicts.count("MISS"), verdicts.count("ERROR")
    print(f"\n{len(chosen)} budgets: {missed} missed, {broken} not measured")
    return 1 if broken or (options.strict and missed) else 0


def _print_header(bench: Bench) -> None:
    floor = bench.against_floor(list).base
    print(f"Python {platform.python_version()}, botocore {version('botocore')}")
    print(f"data: {bench.data.origin}, {bench.data.rows:,} interactions")
    print(f"floor: a Describe that is answered by a constant, {_duration(compare(Pair(work=floor, base=floor)))}\n")
    print(f"{'work':<{WIDTH}}{'measured':>10}  {'budget':>8} {'':<15} {'time':>10}  verdict")


def _print_row(budget: Budget, bench: Bench) -> str:
    print(f"{budget.title:<{WIDTH}}", end="", flush=True)
    try:
        found = budget.measure(bench)
    except Exception as error:  # one broken benchmark must not hide the others
        print(f"  {type(error).__name__}: {error}  ERROR", file=sys.stdout)
        return "ERROR"
    verdict = "ok" if found.value <= budget.most else "MISS"
    print(f"{found.value:>10.2f}  {budget.most:>8g} {budget.unit:<15} {_duration(found):>10}  {verdict}")
    return verdict


def _duration(found: Measurement) -> str:
    """The time of one unit of work in the unit that suits it."""
    if found.seconds is None:
        return ""
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if found.seconds * factor >= 1:
            return f"{found.seconds * factor:.2f} {unit}"
    return f"{found.seconds * 1e6:.1f} us"


if __name__ == "__main__":
    sys.exit(main())
