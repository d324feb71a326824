"""The example of a Lambda function in TypeScript: its types and its tests, as its authors run them."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "lambda_typescript"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_its_types_and_its_tests_hold(
    client: Callable[[str], Path], run: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = client("javascript/node_modules/@types/aws-lambda").parents[1]
    project = shutil.copytree(EXAMPLE, tmp_path / "project", ignore=shutil.ignore_patterns("node_modules"))
    (project / "node_modules").symlink_to(modules)
    monkeypatch.setenv("PYTHON", sys.executable)
    run("node", modules / "typescript" / "bin" / "tsc", cwd=project)
    run("node", modules / "vitest" / "vitest.mjs", "run", cwd=project)
