"""The public names are typed as a user would want them, negatives included."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes

PROGRAM = Path(__file__).with_name("public_names.py")
ROOT = Path(__file__).parents[2]


def test_mypy_agrees_with_every_line() -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    command = [sys.executable, "-m", "mypy", "--strict", str(PROGRAM)]
    # from where the whole project is checked, with what mypy remembers of that
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_pyright_agrees_with_every_line(tmp_path: Path) -> None:
    pyright = shutil.which("pyright")
    if pyright is None:
        pytest.skip("pyright is not on PATH")
    shutil.copy(PROGRAM, tmp_path)
    # mypy's comments must not hide from pyright what is wrong
    settings = {"reportUnnecessaryTypeIgnoreComment": "error", "enableTypeIgnoreComments": False}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [pyright, "--project", str(tmp_path), "--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
