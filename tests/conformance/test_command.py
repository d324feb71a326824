"""The command on the emulator in this process: reports, comparisons, observations, and what it refuses."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from pytest_personalize import cli
from pytest_personalize.conformance.cases import CASES
from pytest_personalize.conformance.errors import LaneFailure, Refusal
from pytest_personalize.conformance.lane import Lane
from pytest_personalize.conformance.report import FORMATS, Report, changes
from pytest_personalize.conformance.run import Result

REPORT = Report(
    lane="an emulator",
    date="2026-11-26",
    versions={"botocore": "1.43.0"},
    results=(
        Result("schemas/users", "core", "as expected", ("CreateSchema",), "an answer", "guide: a page"),
        Result("schemas/no-json", "complete", "divergence", ("CreateSchema",), "II", "guide: a page", "a | b"),
        Result("tags/none", "core", "not answered", ("TagResource",), "an answer", "guide: tags", "TagResource: 501"),
        Result("jobs/import", "core", "not run", ("CreateDatasetImportJob",), "an answer", "guide", "needs --bucket"),
        Result("filters/ids", "strict", "observed", ("CreateFilter",), "A question?", "unknown: nowhere", "answered"),
    ),
    left=("arn:left",),
)


def conform(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.main(["conform", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


class TestReports:
    def test_the_table_keeps_divergence_and_coverage_apart(self) -> None:
        assert FORMATS["table"](REPORT).splitlines()[2:] == [
            "tier        cases   as expected    divergence  not answered       not run      observed",
            "core            3             1             0             1             1             0",
            "complete        1             0             1             0             0             0",
            "strict          1             0             0             0             0             1",
            "all             5             1             1             1             1             1",
            "",
            "answered otherwise",
            "  schemas/no-json [complete]",
            "      expected II (guide: a page)",
            "      seen     a | b",
            "",
            "not answered",
            "  TagResource: 1 cases",
            "",
            "not run",
            "  1: needs --bucket",
            "",
            "could not be removed",
            "  arn:left",
        ]

    def test_markdown_has_the_same(self) -> None:
        text = FORMATS["markdown"](REPORT)
        assert "| all | 5 | 1 | 1 | 1 | 1 | 1 |" in text
        assert "| schemas/no-json | complete | II | a \\| b | guide: a page |" in text
        assert "| TagResource | 1 |" in text

    def test_markdown_of_a_good_run_is_one_table(self) -> None:
        good = FORMATS["markdown"](evolve(REPORT, results=REPORT.results[:1], left=()))
        assert good.splitlines()[-1] == "| all | 1 | 1 | 0 | 0 | 0 | 0 |"

    def test_json_is_read_back_and_compared(self) -> None:
        earlier = json.loads(FORMATS["json"](REPORT))
        earlier["results"][1]["outcome"] = "as expected"
        del earlier["results"][0]
        earlier["results"].append({"id": "tags/gone", "outcome": "as expected"})
        assert changes(REPORT, earlier) == [
            "compared with an emulator, 2026-11-26",
            "  schemas/users: new -> as expected",
            "  schemas/no-json: as expected -> divergence",
            "  tags/gone: as expected -> gone",
        ]

    def test_two_equal_runs_have_no_changes(self) -> None:
        assert changes(REPORT, json.loads(FORMATS["json"](REPORT)))[1:] == ["  nothing has changed"]


def test_a_part_of_the_cases_is_run_and_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    assert conform(capsys, "--only", "schemas/users", "--format", "json", "--out", str(out)) == (0, "", "")
    report = json.loads(out.read_text())
    assert {row["outcome"] for row in report["results"]} == {"as expected"}
    assert report["lane"] == "emulator"

    code, output, _ = conform(capsys, "--only", "schemas/users", "--compare", str(out))
    assert (code, output.splitlines()[-1]) == (0, "  nothing has changed")


def test_a_divergence_is_exit_code_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    answered: Any = {"schemaArn": "arn:aws:personalize:us-east-1:123456789012:schema/x", "schemas": []}
    monkeypatch.setattr(Lane, "call", lambda *_: answered)
    code, output, _ = conform(capsys, "--only", "schemas/no-json")
    assert code == 1
    assert "seen     answered" in output


def test_observations_are_recorded_beside_earlier_ones(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "observations.json"
    path.write_text('{"older/one": {"seen": 1}}')
    conform(capsys, "--only", "filters/ids", "--observations", str(path))
    assert json.loads(path.read_text()).keys() == {"filters/ids", "older/one"}


def test_cases_are_listed_with_tier_cost_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    code, output, _ = conform(capsys, "--list", "--only", "versions/metrics-in-training")
    assert code == 0
    assert re.split(" {2,}", output.strip()) == [
        "versions/metrics-in-training",
        "strict",
        "training",
        "service model: the status that the operation needs; ResourceInUseException is modelled",
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--only", "no-such-case"), "--only no-such-case: no case has that in its id"),
        (("--spend", "training"), "--spend is for --aws; elsewhere nothing costs"),
        (("--endpoint", "localhost:1"), "--endpoint localhost:1: not a URL that begins with http:// or https://"),
        (("--endpoint", "http://"), "Invalid endpoint: http://"),
        (("--aws", "--region", "no region"), "Provided region_name 'no region' doesn't match a supported format."),
        (("--aws", "--bucket", "b", "--role", "r", "--s3-endpoint", "nowhere"), "Invalid endpoint: nowhere"),
        (("--endpoint", "http://localhost:1", "--bucket", "b"), "--bucket and --role go together"),
        (
            ("--bucket", "b", "--role", "r"),
            "--bucket is for --endpoint and --aws; the emulator in this process has its own",
        ),
        (("--compare", "no-such.json"), "[Errno 2] No such file or directory: 'no-such.json'"),
        (
            ("--compare", __file__, "--format", "json"),
            "--compare with --format json needs --out, for the JSON to stand alone",
        ),
        (("--out", "/no/such/report"), "/no/such/report: there is no folder /no/such"),
    ],
)
def test_what_does_not_fit_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    assert conform(capsys, *arguments) == (2, "", f"pytest-personalize conform: {line}\n")


def test_a_report_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "earlier.json"
    for text, problem in {"{": "is no JSON", "[]": "is no report"}.items():
        path.write_text(text)
        code, _, errors = conform(capsys, "--compare", str(path))
        assert (code, errors.count("\n"), problem in errors) == (2, 1, True)


@pytest.mark.parametrize(
    ("stops", "code"),
    [
        pytest.param(lambda: signal.raise_signal(signal.SIGINT), 130, id="the user cannot wait"),
        pytest.param(lambda: vanish(), 2, id="the endpoint has vanished"),
    ],
)
def test_what_could_not_be_removed_any_more_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, stops: Callable[[], None], code: int
) -> None:
    arn = "arn:aws:personalize:us-east-1:123456789012:schema/x"

    def call(_: Lane, operation: str, members: Any) -> Any:
        if operation == "DeleteSchema":
            stops()
        return {"schemaArn": arn, "schemas": []}

    monkeypatch.setattr(Lane, "call", call)
    ended, output, errors = conform(capsys, "--endpoint", "http://127.0.0.1:9", "--only", "schemas/no-json")
    assert (ended, f"not removed: {arn}; all names begin with conform-" in errors) == (code, True)
    assert (f"could not be removed\n  {arn}" in output) == (code == 130)


def vanish() -> None:
    raise LaneFailure("http://127.0.0.1:9: Could not connect")


def test_a_terminal_shows_how_far_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    _, _, errors = conform(capsys, "--only", "schemas/no-")
    cases = [case.id for case in CASES if "schemas/no-" in case.id]
    shown = "".join(f"\r\033[K{number}/{len(cases)} {name}" for number, name in enumerate(cases, start=1))
    assert errors == f"{shown}\r\033[K"


def test_refused_credentials_are_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Refusal("ListSchemas", "UnrecognizedClientException", "The security token is invalid.", False)
    monkeypatch.setattr(Lane, "call", lambda *_: refused)
    code, output, errors = conform(capsys, "--endpoint", "http://127.0.0.1:9")
    assert (code, output) == (2, "")
    assert errors == (
        "pytest-personalize conform: http://127.0.0.1:9: the credentials are refused: "
        "UnrecognizedClientException: The security token is invalid.\n"
    )
