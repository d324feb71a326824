"""The command ``pytest-personalize``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is 0 when it did what it was asked."""
    parser = argparse.ArgumentParser(prog="pytest-personalize", description="Amazon Personalize inside a test process")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="the whole journey on a small film catalogue, with progress")
    listed = commands.add_parser("operations", help="which operations of the installed botocore are emulated")
    listed.add_argument("--readme", action="store_true", help="as the table that the README has")
    chosen = parser.parse_args(arguments)
    return operations(readme=chosen.readme) if chosen.command == "operations" else demo()


def demo() -> int:
    """Print the journey while it goes on."""
    from pytest_personalize.demo import run  # boto3 and the emulator, for this command only

    for line in run():
        print(line, flush=True)
    return 0


def operations(*, readme: bool = False) -> int:
    """Print every operation of the installed service models, and which of them are emulated."""
    from pytest_personalize.testing import coverage  # the emulator, for this command only

    for line in coverage.table() if readme else coverage.listing():
        print(line)
    return 0
