"""What came out of a run, as a table, as JSON and as Markdown, and how it differs from an earlier one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import asdict, frozen

from pytest_personalize.conformance.case import TIERS
from pytest_personalize.conformance.run import Outcome, Result

OUTCOMES: Final[tuple[Outcome, ...]] = ("as expected", "divergence", "not answered", "not run", "observed")


@frozen
class Report:
    """The results of one run: of which lane, when, and with which versions."""

    lane: str
    date: str
    versions: Mapping[str, str]
    results: tuple[Result, ...]
    left: tuple[str, ...] = ()

    @property
    def diverges(self) -> bool:
        """Whether anything was answered otherwise than expected."""
        return any(result.outcome == "divergence" for result in self.results)

    def counts(self) -> list[tuple[str, list[int]]]:
        """Tier and number of cases of each outcome, and all of them together."""
        rows: list[tuple[str, list[int]]] = [
            (
                tier,
                [sum((found.tier, found.outcome) == (tier, outcome) for found in self.results) for outcome in OUTCOMES],
            )
            for tier in TIERS
        ]
        return [*rows, ("all", [sum(column) for column in zip(*(counts for _, counts in rows), strict=True)])]

    def of(self, outcome: Outcome) -> list[Result]:
        """The results with that outcome."""
        return [result for result in self.results if result.outcome == outcome]

    def missing(self) -> list[tuple[str, int]]:
        """The operations that nobody answered, with the number of cases that want them."""
        names = [str(result.seen).partition(":")[0] for result in self.of("not answered")]
        return sorted({name: names.count(name) for name in names}.items())

    def observations(self) -> dict[str, dict[str, Any]]:
        """What the cases of kind unknown have seen, by id, with the question."""
        return {
            result.id: {"question": result.expected, "seen": result.seen, "by": f"{self.lane}, {self.date}"}
            for result in self.of("observed")
        }


def as_json(report: Report) -> str:
    """All of it, for programs and for ``--compare``."""
    counts = {tier: dict(zip(OUTCOMES, numbers, strict=True)) for tier, numbers in report.counts()}
    head = {"lane": report.lane, "date": report.date, "versions": dict(report.versions), "counts": counts}
    results = [asdict(result) for result in report.results]
    return json.dumps(head | {"left": list(report.left), "results": results}, indent=1, ensure_ascii=False)


def _reasons(report: Report) -> Iterator[str]:
    """Why cases were not run, each reason with a number."""
    reasons = [str(result.seen) for result in report.of("not run")]
    for reason in sorted(set(reasons)):
        yield f"{reasons.count(reason)}: {reason}"


def as_table(report: Report) -> str:
    """For a terminal."""
    lines = [f"{report.lane}, {report.date}, {_versions(report)}", ""]
    lines.append(f"{'tier':<10}{'cases':>7}" + "".join(f"{outcome:>14}" for outcome in OUTCOMES))
    lines += [f"{tier:<10}{sum(row):>7}" + "".join(f"{number:>14}" for number in row) for tier, row in report.counts()]
    sections = {
        "answered otherwise": [line for result in report.of("divergence") for line in _divergence(result)],
        "not answered": [f"  {name}: {count} cases" for name, count in report.missing()],
        "not run": [f"  {reason}" for reason in _reasons(report)],
        "could not be removed": [f"  {arn}" for arn in report.left],
    }
    for title, rows in sections.items():
        lines += ["", title, *rows] if rows else []
    return "\n".join(lines)


def _divergence(result: Result) -> list[str]:
    return [
        f"  {result.id} [{result.tier}]",
        f"      expected {result.expected} ({result.source})",
        f"      seen     {result.seen}",
    ]


def _versions(report: Report) -> str:
    return ", ".join(f"{name} {version}" for name, version in report.versions.items())


def as_markdown(report: Report) -> str:
    """For a page or a pull request."""
    lines = [f"### {report.lane}", "", f"{report.date}, {_versions(report)}", ""]
    lines += _grid(["tier", "cases", *OUTCOMES], [[tier, sum(row), *row] for tier, row in report.counts()])
    if divergences := report.of("divergence"):
        rows = [[found.id, found.tier, found.expected, found.seen, found.source] for found in divergences]
        lines += ["", *_grid(["answered otherwise", "tier", "expected", "seen", "source"], rows)]
    if missing := report.missing():
        lines += ["", *_grid(["not answered", "cases"], [list(row) for row in missing])]
    lines += [f"- not run, {reason}" for reason in _reasons(report)]
    lines += [f"- could not be removed: {arn}" for arn in report.left]
    return "\n".join(lines)


def _grid(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    cells = [[" ".join(str(cell).split()).replace("|", "\\|") for cell in row] for row in [list(head), *rows]]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return [lines[0], "|" + "---|" * len(head), *lines[1:]]


FORMATS: Final = {"table": as_table, "json": as_json, "markdown": as_markdown}


def changes(report: Report, earlier: Mapping[str, Any]) -> list[str]:
    """How a run differs from an earlier one that was written as JSON, a line for each case."""
    before = {row["id"]: row["outcome"] for row in earlier["results"]}
    now = {result.id: result.outcome for result in report.results}
    lines = [
        f"  {case_id}: {before.get(case_id, 'new')} -> {now.get(case_id, 'gone')}"
        for case_id in [*now, *(case_id for case_id in before if case_id not in now)]
        if before.get(case_id) != now.get(case_id)
    ]
    title = f"compared with {earlier['lane']}, {earlier['date']}"
    return [title, *(lines or ["  nothing has changed"])]
