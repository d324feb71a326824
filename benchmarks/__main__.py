"""Measure what a test pays beside its neighbours, and every budget, and print the tables."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from benchmarks import neighbours
from benchmarks.data import generate, read_folder
from benchmarks.harness import BUDGETS, Bench, Budget, Measurement, Pair, compare
from benchmarks.page import Row, page_of

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
    parser.add_argument("--page", metavar="FILE", type=Path, help="write the tables into this Markdown file as well")
    parser.add_argument("--scale", action="store_true", help="two million rows and their memory, and nothing else")
    options = parser.parse_args(arguments)
    if options.scale:
        return int(importlib.import_module("benchmarks.scale").main())
    for area in AREAS:
        importlib.import_module(f"benchmarks.{area}")
    bench = Bench(data=read_folder(Path(options.data)) if options.data else generate())
    ground = _ground(bench)
    print("\n".join(ground))
    print(f"\n{'what a test pays':<{WIDTH}}" + "".join(f"{each.name:>20}" for each in neighbours.neighbours()))
    compared = [_compared(title) for title in neighbours.WORKS if options.only.lower() in title.lower()]
    print(f"\n{'work':<{WIDTH}}{'measured':>10}  {'budget':>8} {'':<15} {'time':>10}  verdict")
    chosen = [budget for budget in BUDGETS if options.only.lower() in budget.title.lower()]
    rows = [_measured(budget, bench) for budget in chosen]
    verdicts = [row[-1] for row in rows]
    missed, broken = verdicts.count("MISS"), verdicts.count("ERROR")
    print(f"\n{len(chosen)} budgets: {missed} missed, {broken} not measured")
    if options.page is not None:
        options.page.write_text(page_of(ground, compared, rows), encoding="utf-8")
    return 1 if broken or (options.strict and missed) else 0


def _ground(bench: Bench) -> list[str]:
    """With what is measured, and what the floor is."""
    floor = bench.against_floor(list).base
    others = [f"{package} {version(package)}" for package in ("botocore", "moto") if find_spec(package)]
    return [
        f"Python {platform.python_version()}, {', '.join(others)}, {os.cpu_count()} cores",
        f"data: {bench.data.origin}, {bench.data.rows:,} interactions",
        f"floor: a Describe that is answered by a constant, {_duration(compare(Pair(work=floor, base=floor)))}",
    ]


def _compared(title: str) -> Row:
    """What a work takes here and with the neighbours."""
    found = neighbours.compared(title)
    row = (title, *(_duration(Measurement(value=0, seconds=seconds)) for seconds in found.values()))
    print(f"{title:<{WIDTH}}" + "".join(f"{text:>20}" for text in row[1:]))
    return row


def _measured(budget: Budget, bench: Bench) -> Row:
    """Title, what was measured, the budget, the time of one unit, and the verdict."""
    print(f"{budget.title:<{WIDTH}}", end="", flush=True)
    try:
        found = budget.measure(bench)
    except Exception as error:  # one broken benchmark must not hide the others
        print(f"  {type(error).__name__}: {error}  ERROR", file=sys.stdout)
        return budget.title, "", f"{budget.most:g} {budget.unit}", "", "ERROR"
    verdict = "ok" if found.value <= budget.most else "MISS"
    print(f"{found.value:>10.2f}  {budget.most:>8g} {budget.unit:<15} {_duration(found):>10}  {verdict}")
    return budget.title, f"{found.value:.2f}", f"{budget.most:g} {budget.unit}", _duration(found), verdict


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
