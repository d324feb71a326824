"""The SDK for JavaScript v3, in strict TypeScript."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

JOURNEY = Path(__file__).with_name("journey.ts")
STRICT = {
    "compilerOptions": {
        "strict": True,
        "module": "nodenext",
        "target": "es2022",
        "skipLibCheck": True,
        "types": ["node"],
        "outDir": "out",
    },
    "files": [JOURNEY.name],
}


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_the_journey(client: Callable[[str], Path], run: Callable[..., str], tmp_path: Path) -> None:
    modules = client("javascript/node_modules")
    shutil.copy(JOURNEY, tmp_path)
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "tsconfig.json").write_text(json.dumps(STRICT))
    run("node", modules / "typescript" / "bin" / "tsc", cwd=tmp_path)
    assert run("node", tmp_path / "out" / "journey.js") == "the journey has ended\n"
