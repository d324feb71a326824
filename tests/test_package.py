"""What is released: the contents of sdist and wheel, and what they ask for."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from pytest_personalize.interception.places import OLDEST_BOTOCORE

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGE = "pytest_personalize"
LEFT_BEHIND = {".git", ".venv", ".venv-ci", "__pycache__", "_build", "build", "dist", "node_modules"}
"""Folders that runs and builds leave in a checkout."""

pytestmark = pytest.mark.processes


class Built(NamedTuple):
    """A source distribution, unpacked as well, and the wheel that was built from it."""

    sdist: Path
    tree: Path
    wheel: Path


def build(tree: Path, target: str, folder: Path) -> Path:
    """Build the sdist or the wheel of a source tree into a folder."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)
    (made,) = folder.glob("*.whl" if target == "wheel" else "*.tar.gz")
    return made


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack a source distribution; the folder that it held."""
    with tarfile.open(sdist) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # 3.11.4 brought it
        archive.extractall(folder)
    (tree,) = folder.iterdir()
    return tree


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    sdist = build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))
    tree = unpack(sdist, tmp_path_factory.mktemp("tree"))
    return Built(sdist, tree, build(tree, "wheel", tmp_path_factory.mktemp("wheel")))


def files(folder: Path) -> set[str]:
    """The files below a folder, without what is left behind there."""
    paths = [path.relative_to(folder.parent) for path in folder.rglob("*") if path.is_file()]
    return {path.as_posix() for path in paths if not LEFT_BEHIND & set(path.parts)}


def test_the_wheel_holds_the_package_and_what_pip_needs(built: Built) -> None:
    names = set(zipfile.ZipFile(built.wheel).namelist())
    info = f"{PACKAGE}-{PROJECT['version']}.dist-info"
    assert {name for name in names if not name.startswith(f"{info}/")} == files(ROOT / PACKAGE)
    assert {f"{info}/licenses/LICENSE", f"{info}/entry_points.txt"} <= names


@pytest.mark.parametrize("name", ["py.typed", "AGENTS.md", "conformance/observations.json"])
def test_the_wheel_holds_what_is_no_module(built: Built, name: str) -> None:
    assert f"{PACKAGE}/{name}" in zipfile.ZipFile(built.wheel).namelist()


@pytest.mark.parametrize("folder", [PACKAGE, "tests", "examples", "benchmarks", "docs", ".ci"])
def test_the_sdist_holds_what_its_tests_need(built: Built, folder: str) -> None:
    assert files(built.tree / folder) == files(ROOT / folder)


def test_the_sdist_holds_nothing_that_a_run_leaves_behind(built: Built) -> None:
    assert not [path for path in built.tree.rglob("*") if LEFT_BEHIND & set(path.relative_to(built.tree).parts)]


def test_two_builds_are_the_same_to_the_last_bit(built: Built, tmp_path: Path) -> None:
    tree = unpack(built.sdist, tmp_path / "tree")
    (tree / "PKG-INFO").unlink()  # each sdist gets its own
    for path in (tree, *tree.rglob("*")):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (0, 0))
    for target, first in {"sdist": built.sdist, "wheel": built.wheel}.items():
        again = build(tree, target, tmp_path / target)
        assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(first.read_bytes()).digest()


def test_the_pythons_that_it_names_are_those_that_ci_tests() -> None:
    named = [python.rpartition(" :: ")[2] for python in PROJECT["classifiers"] if "Python :: 3." in python]
    by_hand = re.search(r"^pythons=\((.*)\)$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)
    published = re.search(r"python: \[(.*)\]$", (ROOT / ".github/workflows/ci.yml").read_text(), re.MULTILINE)
    assert by_hand is not None
    assert published is not None
    assert named == by_hand[1].split()
    assert named == re.findall(r"[\d.]+", published[1])
    assert PROJECT["requires-python"] == f">={named[0]}"


def test_an_older_botocore_than_it_asks_for_is_refused_with_the_remedy() -> None:
    code = "import botocore, pytest_personalize; botocore.__version__ = '1.35.9'; pytest_personalize.mock_personalize"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1] == (
        "ImportError: pytest-personalize needs botocore 1.35.16 or newer, and 1.35.9 is installed: "
        "pip install 'boto3>=1.35.16', or take pytest-personalize out of this environment"
    )


@pytest.mark.parametrize("distribution", ["boto3", "botocore"])
def test_the_oldest_botocore_that_works_is_the_one_that_it_asks_for(distribution: str) -> None:
    assert f"{distribution}>={OLDEST_BOTOCORE}" in PROJECT["dependencies"]
