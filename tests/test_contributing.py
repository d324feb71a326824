"""What CONTRIBUTING.md points at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pytest_personalize

ROOT = Path(__file__).parents[1]
PACKAGE = Path(pytest_personalize.__file__).parent
PLACES = (ROOT, PACKAGE.parent, PACKAGE, PACKAGE / "recommenders")
"""What its paths start from."""

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
THE_NEW_ONE = "service/control/things.py"
PATHS = {path for path in re.findall(r"`([\w./-]+)`", TEXT) if "/" in path or path.endswith((".py", ".md", ".toml"))}
NAMES = set(re.findall(r"`(_?[A-Z_a-z]+)` (?:of|in|to) `((?!tests/)[\w/]+\.py)`", TEXT))


@pytest.mark.parametrize("path", sorted(PATHS - {THE_NEW_ONE}))
def test_the_path_is_there(path: str) -> None:
    assert any((place / path).exists() for place in PLACES)


@pytest.mark.parametrize(("name", "path"), sorted(NAMES))
def test_the_name_is_in_its_file(name: str, path: str) -> None:
    assert name in (PACKAGE / path).read_text(encoding="utf-8")
