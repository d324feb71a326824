"""The command ``pytest-personalize``."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path
from typing import Any

import boto3
import pytest

import pytest_personalize
from pytest_personalize import cli
from pytest_personalize.service.kernel.operations import OPERATIONS

WIDTH = 80
ESCAPE = re.compile(r"\x1b\[\d+m")


class Terminal(io.StringIO):
    """A terminal, and what a command writes there."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True

    def run(self, *arguments: str) -> str:
        with redirect_stdout(self):
            assert cli.main(arguments) == 0
        return self.getvalue()


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal that has nothing against colours."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return Terminal()


@pytest.fixture
def one_operation_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """A botocore with an operation that is not emulated."""
    monkeypatch.delitem(OPERATIONS, "ListRecipes")


def test_the_version_is_that_of_the_distribution(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])

    assert (left.value.code, capsys.readouterr().out) == (0, f"pytest-personalize {version('pytest-personalize')}\n")
    assert pytest_personalize.__version__ == version("pytest-personalize")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
@pytest.mark.parametrize(
    "command",
    [
        "--version",
        "operations",
        "check --recipe aws-user-personalization --batch-input users.jsonl",
        "conform --list",
        "demo",
    ],
)
def test_a_disk_that_is_full_is_one_line(command: str, tmp_path: Path) -> None:
    (tmp_path / "users.jsonl").write_text('{"userId": 5}\n' * 300)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pytest_personalize", *command.split()],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "No space left on device" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="its shell cannot close them")
@pytest.mark.parametrize("command", ["operations", "operations --json", "conform --list", "demo"])
@pytest.mark.parametrize("closed", [1, 2])
def test_it_works_where_what_it_writes_to_is_closed(command: str, closed: int) -> None:
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}>&-', "sh", sys.executable, "-m", "pytest_personalize", *command.split()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) == (closed == 2)


def test_bare_it_helps(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    assert {"demo", "operations"} <= set(capsys.readouterr().out.split())


def test_an_unknown_command_is_refused_with_the_near_match(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["opertions"])

    assert left.value.code == 2
    assert "no command 'opertions'; did you mean 'operations'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "option", "near"),
    [
        ("operations", "--jsn", "--json"),
        ("serve", "--form", "--from"),
        ("serve", "--alow-host", "--allow-host"),
        ("conform", "--onyl", "--only"),
    ],
)
def test_an_unknown_option_is_refused_with_the_near_match(
    capsys: pytest.CaptureFixture[str], command: str, option: str, near: str
) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([command, option])

    assert left.value.code == 2
    assert f"no option '{option}'; did you mean '{near}'?" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = [sys.executable, "-m", "pytest_personalize", "operations", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""

    assert running.returncode == 0


class TestOperations:
    def test_what_is_covered_has_a_check_mark(self, terminal: Terminal, one_operation_less: None) -> None:
        lines = terminal.run("operations").splitlines()
        assert "  ✓ ListFilters" in lines
        assert "  - ListRecipes" in lines

    def test_they_fit_the_terminal(self, terminal: Terminal) -> None:
        assert max(map(len, terminal.run("operations").splitlines())) <= WIDTH

    def test_where_there_is_no_check_mark_an_x_will_do(
        self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Terminal, "encoding", "ascii")
        assert "  x ListRecipes" in terminal.run("operations").splitlines()

    def test_as_json(self, terminal: Terminal, one_operation_less: None) -> None:
        found = json.loads(terminal.run("operations", "--json"))
        assert found["personalize"]["missing"] == ["ListRecipes"]
        assert found["personalize-runtime"]["emulated"] == [
            *("GetActionRecommendations", "GetPersonalizedRanking", "GetRecommendations")
        ]

    def test_the_check_passes_when_all_are_covered(self) -> None:
        assert cli.main(["operations", "--check"]) == 0

    def test_the_check_fails_and_names_what_is_not(
        self, one_operation_less: None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["operations", "--check"]) == 1
        assert capsys.readouterr().err == "ListRecipes: a call is refused with UnknownOperationException\n"


class TestDemo:
    def test_it_fits_a_terminal_and_is_in_colour_there(self, terminal: Terminal) -> None:
        text = terminal.run("demo")
        assert ESCAPE.search(text)
        assert max(len(ESCAPE.sub("", line)) for line in text.splitlines()) <= WIDTH

    @pytest.mark.parametrize("say_no", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
    def test_nobody_gets_colours_who_wants_none(
        self, terminal: Terminal, say_no: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in say_no.items():
            monkeypatch.setenv(name, value)
        assert not ESCAPE.search(terminal.run("demo"))

    def test_a_file_has_no_colours(self, capsys: Any) -> None:
        cli.main(["demo"])
        assert not ESCAPE.search(capsys.readouterr().out)


MIRROR = ["mirror", "--region", "us-east-1", "--out", "state.json"]
ASKING = [MIRROR, ["conform", "--aws"]]


class TestCommandsThatAskAnAccount:
    """They leave for AWS, which nothing else in a process with this package does unasked."""

    @pytest.fixture
    def an_account(self, no_aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
        monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)  # between attempts

    @pytest.mark.parametrize("command", ASKING, ids="{0[0]}".format)
    def test_it_goes_out(
        self, command: list[str], an_account: None, looked_up: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(command) == 2
        assert set(looked_up) == {"personalize.us-east-1.amazonaws.com"}
        assert "Could not connect to the endpoint URL" in capsys.readouterr().err

    def test_nothing_else_goes_out_after_it(
        self, an_account: None, looked_up: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        cli.main(MIRROR)
        looked_up.clear()
        with pytest.raises(pytest_personalize.RealPersonalizeCallBlocked):
            boto3.client("personalize").list_schemas()
        assert looked_up == []

    @pytest.mark.parametrize("command", ASKING, ids="{0[0]}".format)
    def test_the_want_of_credentials_is_told_as_such(
        self, command: list[str], no_aws: None, looked_up: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(command) == 2
        assert re.search("(Unable to locate|there are no) credentials", capsys.readouterr().err)
