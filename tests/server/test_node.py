"""The set-up for test runners of JavaScript, as its page shows it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "node.md"
PROGRAM = """
import setup from "./personalize.setup.mjs";
await setup();
const url = process.env.AWS_ENDPOINT_URL_PERSONALIZE;
const headers = { "X-Amz-Target": "AmazonPersonalize.ListDatasetGroups" };
const answer = await fetch(url, { method: "POST", headers, body: "{}" });
console.log(url, (await answer.json()).datasetGroups[0].name);
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_it_starts_a_server_that_ends_with_the_tests(tmp_path: Path) -> None:
    (code,) = re.findall(r"```js\n(// personalize.setup.mjs\n.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "personalize.setup.mjs").write_text(code)
    (tmp_path / "test.mjs").write_text(PROGRAM)
    run = subprocess.run(
        ["node", "test.mjs"],
        cwd=tmp_path,
        env=os.environ | {"PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.stderr == ""
    url, group = run.stdout.split()
    assert group == "shop"
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(url, timeout=10)
