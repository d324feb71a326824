"""The picture of a failing test: what pytest prints below it, as SVG. ``make docs`` writes it anew."""

from __future__ import annotations

import subprocess
import sys
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

FILE: Final = Path(__file__).parents[1] / "failing-test.svg"

TEST: Final = """\
import boto3


def home_page(recommender_arn, user_id):
    runtime = boto3.client("personalize-runtime")
    answer = runtime.get_recommendations(recommenderArn=recommender_arn, userId=user_id, numResults=5)
    return [item["itemId"] for item in answer["itemList"]]


def test_what_is_bought_stays_on_the_home_page(shop_dataset_group, personalize_events):
    shop = shop_dataset_group
    arn = shop.recommenders["aws-ecomm-recommended-for-you"]
    bought = home_page(arn, "user-ada")[0]
    event = {"eventType": "Purchase", "itemId": bought, "sentAt": 1700000000}
    personalize_events.put_events(
        trackingId=shop.tracking_id, userId="user-ada", sessionId="session", eventList=[event]
    )

    assert bought in home_page(arn, "user-ada")
"""
"""It expects what a shop may expect, and the use case does not do: items that were bought leave the list."""

HELD_CLOCK: Final = """\
import pytest


@pytest.fixture(autouse=True)
def clock(personalize_backend):
    personalize_backend.clock.freeze(1767225600)
"""
"""So that the same run is printed in every build."""

WIDTH: Final = 100
"""Letters; what is longer is cut."""

SIZE, LINE, LETTER, EDGE = 13, 18, 7.83, 16
COLOURS: Final = {"E ": "#ff8e8e", "> ": "#ffffff", "--": "#7fc8ff", "FA": "#ff8e8e", "==": "#ff8e8e", "__": "#ff8e8e"}
"""By the first two letters of a line; all others are grey."""


def printed() -> list[str]:
    """What pytest prints of the test, from the failed assertion on."""
    with TemporaryDirectory() as folder:
        Path(folder, "test_shop.py").write_text(TEST, encoding="utf-8")
        Path(folder, "conftest.py").write_text(HELD_CLOCK, encoding="utf-8")
        quiet = ("-q", "--color=no", "-p", "no:cacheprovider", "--rootdir", folder)
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *quiet, "test_shop.py"],
            cwd=folder,
            env={"COLUMNS": str(WIDTH), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": ":".join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            check=False,
        )
    lines = run.stdout.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("> "))
    last = next(number for number, line in enumerate(lines) if "short test summary" in line)
    return [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines[first:last]]


def section(lines: list[str]) -> list[str]:
    """The part of it that this package prints."""
    return lines[next(number for number, line in enumerate(lines) if "- Amazon Personalize -" in line) :]


def picture(lines: list[str]) -> str:
    """These lines in a dark window."""
    width = round(WIDTH * LETTER + 2 * EDGE)
    height = len(lines) * LINE + 2 * EDGE
    font = f'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="{SIZE}"'
    texts = (
        f'<text x="{EDGE}" y="{EDGE + LINE * (number + 1) - 5}" fill="{COLOURS.get(line[:2], "#c9d1d9")}"'
        f' xml:space="preserve">{escape(line)}</text>'
        for number, line in enumerate(lines)
        if line
    )
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" {font}>',
            "<title>What pytest prints below a test that fails</title>",
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
            *texts,
            "</svg>\n",
        )
    )


def write() -> None:
    """Make the picture of today."""
    FILE.write_text(picture(printed()), encoding="utf-8")
