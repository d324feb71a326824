"""The README, the pages of docs/, the recipes for agents and the examples in docstrings do what they say."""

from __future__ import annotations

import doctest
import inspect
import json
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import pytest_personalize
from made.reference import COMMANDS, Declared, help_of
from pytest_personalize import PersonalizeBackend, mock, mock_personalize
from pytest_personalize.testing.presets import PRESETS, Preset

PACKAGE = Path(pytest_personalize.__path__[0])
ROOT = Path(__file__).parent.parent
PAGES = {
    "README": ROOT / "README.md",
    "AGENTS": PACKAGE / "AGENTS.md",
    **{str(path.relative_to(ROOT / "docs").with_suffix("")): path for path in sorted((ROOT / "docs").rglob("*.md"))},
}
"""All that is written for readers, by name."""

TEXTS = {name: path.read_text(encoding="utf-8") for name, path in PAGES.items()}
README, AGENTS = TEXTS["README"], TEXTS["AGENTS"]
REPOSITORY = "https://github.com/pytest-personalize/pytest-personalize/"
DOCUMENTATION = "https://pytest-personalize.readthedocs.io/en/latest/"


def blocks_of(text: str, language: str = "python") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def prose_of(page: str) -> str:
    return re.sub(r"^```.*?^```", "", TEXTS[page], flags=re.DOTALL | re.MULTILINE)


def files_of(page: str) -> dict[str, str]:
    """The files that a reader makes of the blocks: of the name in the first line if there is one, else one a block."""
    files: dict[str, str] = {}
    for number, block in enumerate(blocks_of(TEXTS[page]), 1):
        named = re.match(r"# (\w+\.py)(, continued)?\n", block)
        name = named[1] if named else f"test_{re.sub(r'[^a-z]', '_', page.lower())}_{number}.py"
        files[name] = f"{files[name]}\n\n{block}" if named and named[2] else block
    return files


@pytest.mark.processes
def test_blocks_work_when_they_are_pasted_into_files(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one run, a folder for each page, so that what pages have in common is trained once."""
    for name in ("AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    tests = 0
    for page in PAGES:
        folder = pytester.path / page
        folder.mkdir(parents=True)
        for name, text in files_of(page).items():
            (folder / name).write_text(text, encoding="utf-8")
            tests += len(re.findall(r"^ *def test_", text, re.MULTILINE))

    result = pytester.runpytest_subprocess()

    result.assert_outcomes(passed=tests)


def test_there_are_ten_recipes_each_with_its_tests() -> None:
    recipes = re.split(r"^## \d+\. ", AGENTS, flags=re.MULTILINE)[1:]
    assert len(recipes) == 10
    assert all("def test_" in block for recipe in recipes for block in blocks_of(recipe) or [""])


def table_with(heading: str, page: str) -> dict[str, list[str]]:
    """The rows of the table with that first heading: the names in code quotes of each first cell, and other cells."""
    lines = TEXTS[page].split(f"\n| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return {line.split(" | ")[0].strip("| "): line.split(" | ")[1:] for line in lines}


def test_the_options_are_those_of_the_mock() -> None:
    parameters = inspect.signature(PersonalizeBackend).parameters
    written = table_with("option", "reference/mock")

    assert list(written) == [f"`{name}`" for name in mock.OPTIONS]
    for name, parameter in parameters.items():
        default, value = written[f"`{name}`"][0], parameter.default
        if name != "s3":  # what None means there is told in words
            assert default == f'`"{value}"`' if isinstance(value, str) else default == f"`{value}`", name


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_the_filters_of_presets_are_mentioned_with_their_parameters(preset: Preset) -> None:
    page = TEXTS["reference/groups"]
    for name, expression in preset.filters.items():
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", page), name
        assert all(f"`{parameter}`" in page for parameter in re.findall(r"\$\w+", expression)), name


TYPED = {".", "aws", "cd", "export", "make", "mkdir", "pip", "pytest", "pytest-personalize", "python3"}
"""The commands that readers type."""


def typed_in(page: str) -> list[str]:
    """The commands of a page, without prompts and remarks."""
    lines = "".join(blocks_of(TEXTS[page], "sh")).splitlines()
    lines += re.findall(r"^\$ (.*)", "".join(blocks_of(TEXTS[page], "console")), re.MULTILINE)
    return [command for line in lines if (command := re.sub(r" *#.*", "", line))]


@pytest.mark.parametrize("page", PAGES)
def test_what_is_typed_exists(page: str) -> None:
    """Commands with their options, extras and targets; flags and ini options wherever a page names them."""
    typed, declared = typed_in(page), Declared()
    assert {line.split()[0] for line in typed} <= TYPED
    inline = re.findall(r"`(pytest-personalize [^`]*)`", prose_of(page))
    for command, rest in re.findall(r"^pytest-personalize ([a-z]+)(.*)", "\n".join(typed + inline), re.MULTILINE):
        assert command in COMMANDS
        assert set(re.findall(r"--[a-z0-9-]+", rest)) <= set(re.findall(r"--[a-z0-9-]+", help_of(command))), rest
    assert set(re.findall(r"--personalize-[a-z-]+", TEXTS[page])) <= declared.flags.keys()
    assert set(re.findall(r"\bpersonalize_[a-z_]+(?= = )", TEXTS[page])) <= declared.ini.keys()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"pytest-personalize\[(\w+)\]", TEXTS[page])) <= extras.keys()
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {line.split()[1] for line in typed if line.startswith("make ")} <= set(targets)


@pytest.mark.parametrize("page", PAGES)
def test_json_can_be_read(page: str) -> None:
    for block in blocks_of(TEXTS[page], "json"):
        json.loads(block)


@pytest.mark.parametrize("page", PAGES)
def test_addresses_of_this_project_lead_somewhere(page: str) -> None:
    """Links between pages are looked at when the pages are built."""
    for path in re.findall(rf"{re.escape(REPOSITORY)}(?:tree|blob|raw)/main/([^)\s#\"]+)", TEXTS[page]):
        assert (ROOT / path).exists() or (PACKAGE.parent / path).exists(), path
    for path in re.findall(rf"{re.escape(DOCUMENTATION)}([^)\s#\"]*)", TEXTS[page]):
        assert (path.removesuffix(".html") or "index") in PAGES, path


def test_the_readme_links_to_nothing_beside_it() -> None:
    """It is shown where no other file is."""
    assert re.findall(r"\]\((?!https://)[^)]+\)", prose_of("README")) == []


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
