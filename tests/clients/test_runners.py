"""vitest and jest with the set-up that the page about JavaScript shows."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "node.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"```js\n// (personalize\.setup\.mjs|\w+\.config\.mjs)\n(.*?)```", PAGE, re.DOTALL))
(OWN_KEY,) = re.findall(r"```js\n(const worker = .*?)```", PAGE, re.DOTALL)
TEST = """
const { PersonalizeRuntimeClient, GetRecommendationsCommand } = require("@aws-sdk/client-personalize-runtime");
ACCOUNT
test("the shop of the preset recommends", async () => {
  const account = process.env.AWS_ACCESS_KEY_ID;
  const recommenderArn = `arn:aws:personalize:us-east-1:${account}:recommender/shop-popular-items-by-views`;
  const request = new GetRecommendationsCommand({ recommenderArn, userId: "u1", numResults: 3 });
  const answer = await new PersonalizeRuntimeClient({}).send(request);
  expect(answer.itemList.length).toBe(3);
  console.log("asked by", account);
});
"""
IMPORTS = """
import { createRequire } from "node:module";
import { expect, test } from "vitest";
const require = createRequire(import.meta.url);
"""
"""What jest hands to every test, and vitest only to those that ask for it."""

RUNNERS = {
    "vitest": (["vitest/vitest.mjs", "run"], IMPORTS, "shop.test.mjs"),
    "jest": (["jest/bin/jest.js"], "", "shop.test.js"),
}


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
@pytest.mark.parametrize("account", ["", OWN_KEY], ids=["with the key of the set-up", "with a key of its own"])
@pytest.mark.parametrize("runner", RUNNERS)
def test_the_set_up_leads_tests_to_a_server(
    runner: str,
    account: str,
    client: Callable[[str], Path],
    run: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    modules = client(f"javascript/node_modules/{runner}").parent
    (program, *words), imports, name = RUNNERS[runner]
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "package.json").write_text("{}")
    for file, text in FILES.items():
        (tmp_path / file).write_text(text)
    (tmp_path / name).write_text(imports + TEST.replace("ACCOUNT", account))
    monkeypatch.setenv("PYTHON", sys.executable)
    monkeypatch.setenv("CI", "true")
    said = run("node", modules / program, *words, cwd=tmp_path)
    assert f"asked by {'000000000001' if account else '123456789012'}" in said
