"""The README, the recipes for agents and the examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import pytest_personalize
from pytest_personalize import PersonalizeBackend, markers, mock, mock_personalize, plugin
from pytest_personalize.service.kernel.operations import OPERATIONS
from pytest_personalize.testing import coverage
from pytest_personalize.testing.presets import PRESETS, Preset

PACKAGE = Path(pytest_personalize.__path__[0])
README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
AGENTS = (PACKAGE / "AGENTS.md").read_text(encoding="utf-8")


def blocks_of(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


@pytest.mark.processes
@pytest.mark.parametrize("text", [README, AGENTS], ids=["README", "AGENTS"])
def test_blocks_work_when_they_are_pasted_into_files(
    text: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = blocks_of(text)
    for name in ("AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    pytester.makepyfile(**{f"test_block_{number}": block for number, block in enumerate(blocks, 1)})
    tests = re.findall(r"^def test_", "".join(blocks), re.MULTILINE)

    result = pytester.runpytest_subprocess()

    result.assert_outcomes(passed=len(tests))


def test_there_are_ten_recipes_each_with_its_tests() -> None:
    recipes = re.split(r"^## \d+\. ", AGENTS, flags=re.MULTILINE)[1:]
    assert len(recipes) == 10
    assert all("def test_" in block for recipe in recipes for block in blocks_of(recipe) or [""])


def test_the_flags_of_the_recipes_are_those_of_the_readme() -> None:
    flags = set(re.findall(r"--personalize-[a-z-]+", AGENTS))
    assert flags
    assert flags <= set(re.findall(r"--personalize-[a-z-]+", README))


def test_the_coverage_table_is_up_to_date() -> None:
    """Else put in what ``python -m pytest_personalize operations --readme`` prints."""
    found = re.search(r"<!-- coverage -->\n(.*?)<!-- /coverage -->", README, re.DOTALL)

    assert found is not None
    assert found[1].splitlines() == list(coverage.table())


def test_what_is_not_emulated_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(OPERATIONS, "CreateCampaign")

    lines = list(coverage.table())

    assert "| `personalize` | | 70 of 71 | |" in lines
    assert "| | not emulated | 1 | CreateCampaign |" in lines


def test_the_command_prints_the_table(pytester: pytest.Pytester) -> None:
    result = pytester.run(sys.executable, "-m", "pytest_personalize", "operations", "--readme")

    assert result.outlines == list(coverage.table())


def table_with(heading: str) -> dict[str, list[str]]:
    """The rows of the table with that first heading: the names in code quotes of each first cell, and other cells."""
    lines = README.split(f"\n| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return {line.split(" | ")[0].strip("| "): line.split(" | ")[1:] for line in lines}


def test_the_options_are_those_of_the_mock() -> None:
    parameters = inspect.signature(PersonalizeBackend).parameters
    written = table_with("option")

    assert list(written) == [f"`{name}`" for name in mock.OPTIONS]
    for name, parameter in parameters.items():
        default, value = written[f"`{name}`"][0], parameter.default
        if name != "s3":  # what None means there is told in words
            assert default == f'`"{value}"`' if isinstance(value, str) else default == f"`{value}`", name


def fixtures() -> Iterator[str]:
    """The fixtures of the plugin, but for the scopes of ``personalize_backend``."""
    scopes = set(markers.BACKENDS.values()) - {"personalize_backend"}
    for name, value in vars(plugin).items():
        # an object since pytest 8.4, a marked function before
        is_fixture = hasattr(value, "_fixture_function_marker") or hasattr(value, "_pytestfixturefunction")
        if is_fixture and name not in scopes and not name.startswith("_"):
            yield name


def test_all_fixtures_are_mentioned() -> None:
    mentioned = set(re.findall(r"`(\w+)`", " ".join(table_with("fixture"))))

    known = set(fixtures())
    assert known
    assert known <= mentioned


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_the_filters_of_presets_are_mentioned_with_their_parameters(preset: Preset) -> None:
    for name, expression in preset.filters.items():
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", README), name
        assert all(f"`{parameter}`" in README for parameter in re.findall(r"\$\w+", expression)), name


def test_flags_and_ini_options_are_those_of_the_plugin(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest_subprocess("--help").stdout.str()
    options = README[README.index("ini options:") : README.index("Flags:")]

    assert set(re.findall(r"--personalize-[a-z-]+", text)) == set(re.findall(r"`(--personalize-[a-z-]+)", README))
    assert set(re.findall(r"^  (personalize_\w+) \(", text, re.M)) == set(re.findall(r"`(personalize_\w+)`", options))


@pytest.mark.parametrize("name", re.findall(r"\]\((?!http)([^)]+)\)", README))
def test_links_lead_somewhere(name: str) -> None:
    beside = PACKAGE.parent if name.startswith(PACKAGE.name) else Path(__file__).parent.parent
    assert (beside / name).exists()


WITH_EXAMPLES = sorted(path for path in PACKAGE.rglob("*.py") if ">>> " in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=[path.stem for path in WITH_EXAMPLES])
def test_the_examples_of_a_module_work(path: Path) -> None:
    """They may use a ``backend`` with a shop, its ``group_arn``, and the ``arn`` of a recommender of it."""
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    report: list[str] = []
    with mock_personalize() as backend:
        shop = backend.seed("shop")
        arn = shop.recommenders["aws-ecomm-recommended-for-you"]
        known = {"backend": backend, "group_arn": shop.arn, "arn": arn}
        for example in doctest.DocTestFinder().find(import_module(name), name, extraglobs=known):
            doctest.DocTestRunner().run(example, out=report.append)

    assert not report, "".join(report)
