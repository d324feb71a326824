"""The page of the documentation that a run of the benchmarks writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from benchmarks.neighbours import neighbours

Row = tuple[str, ...]

HEAD: Final = """# Speed

You see what a test costs here and elsewhere, and every budget that the project keeps. This page is written by
`make bench BENCH_ARGS="--page docs/explanation/speed.md"`.

{ground}

## What a test pays

The shortest time of one second of repetitions. moto has the four operations of schemas, so it is schemas that are
made, described and listed; a Stubber answers what it was given, so giving it counts.

{compared}

## Budgets

A floor is a Describe that a handler answers with a constant: what botocore costs before anybody emulates anything. Of
each ratio both sides are measured in turn, in the same run. What is over its budget says so.

{budgets}
"""


def page_of(ground: Sequence[str], compared: Sequence[Row], budgets: Sequence[Row]) -> str:
    """The page, from the lines and rows that were printed."""
    return HEAD.format(
        ground="\n".join(f"- {line}" for line in (datetime.now(UTC).date().isoformat(), *ground)),
        compared=_table(("work", *(neighbour.name for neighbour in neighbours())), compared),
        budgets=_table(("work", "measured", "budget", "time", "verdict"), budgets),
    )


def _table(head: Row, rows: Sequence[Row]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
