"""Workers of pytest-xdist: what a run tells and writes is the same with two of them as without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from inner import HELPERS

TITLE = "Amazon Personalize"
FLAGS = ("--personalize-report", "--personalize-policy=some/policy.json", "--personalize-trace=some/traces")

IN_COLOUR = """
import pytest

@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.get_plugin("terminalreporter").hasmarkup = True
"""

PASSING = """
    @pytest.mark.parametrize("number", range(12))
    def test_its_own(number, personalize_backend, session_personalize_backend):
        create(f"films-{number}")
        assert names() == [f"films-{number}"]
        assert personalize_backend.region_name == "eu-west-1"

    @pytest.mark.parametrize("number", range(3))
    def test_costs(movies_dataset_group, personalize, number):
        version = movies_dataset_group.solution_versions["aws-sims"]
        personalize.create_campaign(name=f"mine-{number}", solutionVersionArn=version)

    @pytest.mark.parametrize("number", range(4))
    def test_is_refused(personalize_backend, number):
        with pytest.raises(CLIENT.exceptions.ClientError):
            create("!")

    @mock_personalize(preset="actions")
    def test_decorated():
        CLIENT.list_schemas()

    def test_forgets_the_mock():
        try:
            names()
        except Exception:
            pass

    def test_forgets():
        mock_personalize().__enter__()
"""

FAILING = """
    import datetime

    def test_fails(personalize_backend):
        personalize_backend.clock.freeze(datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC))
        create("films")
        with pytest.raises(CLIENT.exceptions.ClientError):
            create("!")
        raise LookupError

    @pytest.mark.parametrize("name", ["films", "<b>books</b>"])
    def test_passes(personalize_backend, name):
        CLIENT.list_schemas()

    def test_skips(personalize_backend): pytest.skip()

    def test_nothing(): ...
"""


@frozen
class Told:
    """A run of pytest in a process of its own: how it ended, what it told, and the folder in which it was started."""

    code: int
    output: str
    folder: Path

    @property
    def lines(self) -> list[str]:
        """Without colours, and with the folder left out."""
        return re.sub(r"\x1b\[[\d;]*m", "", self.output).replace(str(self.folder), "").splitlines()

    def sections(self, title: str) -> list[list[str]]:
        """The lines below each such title."""
        starts = [number for number, line in enumerate(self.lines, 1) if line.strip("=_- ") == title]
        ends = [next(n for n, line in enumerate(self.lines[start:], start) if RULE.match(line)) for start in starts]
        return [self.lines[start:end] for start, end in zip(starts, ends, strict=True)]

    def written(self) -> dict[str, str]:
        """Text by path below the folder where reports go."""
        files = (file for file in (self.folder / "some").rglob("*.*"))
        return {str(file.relative_to(self.folder)): file.read_text("utf-8") for file in files}


RULE = re.compile("===|___|---")


def start(folder: Path, module: str, *flags: str) -> Told:
    (folder / "test_it.py").write_text(HELPERS + textwrap.dedent(module))
    (folder / "conftest.py").write_text(IN_COLOUR)
    (folder / "pytest.ini").write_text("[pytest]\npersonalize_region = eu-west-1\n")
    command = [sys.executable, "-mpytest", "-ppytest_personalize.plugin", "-pno:cacheprovider", *FLAGS, *flags]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return Told(done.returncode, done.stdout, folder)


def both(module: str, folders: Any) -> tuple[Told, Told]:
    """The same run without workers and with them."""
    return start(folders.mktemp("alone"), module), start(folders.mktemp("workers"), module, "-pxdist", "-n2")


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Told]:
    return both(PASSING, tmp_path_factory)


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Told]:
    return both(FAILING, tmp_path_factory)


def test_tests_have_backends_of_their_own(passing: tuple[Told, Told]) -> None:
    for told in passing:
        assert " 22 passed" in told.lines[-1]
        assert "failed" not in told.output


def test_usage_is_the_sum(passing: tuple[Told, Told]) -> None:
    alone, workers = (told.sections(f"{TITLE}: usage") for told in passing)
    assert alone == workers
    assert "       4 ValidationException of CreateDatasetGroup" in workers[0]


def test_costs_are_the_sum(passing: tuple[Told, Told]) -> None:
    alone, workers = (told.sections(f"{TITLE}: what it would have cost") for told in passing)
    assert alone == workers
    assert "  test_it.py::test_costs[2]: campaign mine-2" in workers[0]


def test_one_policy_is_written_where_the_run_was_started(passing: tuple[Told, Told]) -> None:
    alone, workers = (json.loads(told.written()["some/policy.json"]) for told in passing)
    assert alone == workers
    for told in passing:
        assert any(re.fullmatch("personalize: .*policy in /some/policy.json, .*", line) for line in told.lines)
        assert any(re.fullmatch(f"{TITLE}: a policy of \\d+ actions in /some/policy.json", line) for line in told.lines)


def test_who_passes_on_a_refused_call_is_named(passing: tuple[Told, Told]) -> None:
    for told in passing:
        (lines,) = told.sections(TITLE)
        assert "  test_it.py::test_forgets_the_mock: ListDatasetGroups of personalize" in lines


def test_a_mock_that_never_ended_fails_the_run(passing: tuple[Told, Told]) -> None:
    for told in passing:
        (lines,) = told.sections(TITLE)
        assert any(line.endswith(" in test_forgets") for line in lines)
        assert told.code == pytest.ExitCode.TESTS_FAILED


def test_a_failed_test_shows_what_it_did(failing: tuple[Told, Told]) -> None:
    alone, workers = (told.sections(TITLE) for told in failing)
    assert alone == workers
    assert "  ACTIVE  dataset-group in us-east-1: films" in workers[0]


def test_it_is_in_colour_where_the_terminal_of_the_run_is(failing: tuple[Told, Told]) -> None:
    for told in failing:
        assert "  \x1b[32mACTIVE\x1b[0m  dataset-group in us-east-1: films" in told.output.splitlines()


def test_pages_and_their_index_are_written_where_the_run_was_started(failing: tuple[Told, Told]) -> None:
    alone, workers = (told.written() for told in failing)
    assert alone.keys() == workers.keys()
    assert alone["some/traces/index.html"] == workers["some/traces/index.html"]
    for told in failing:
        assert "Amazon Personalize: pages of 4 tests in /some/traces/index.html" in told.lines
