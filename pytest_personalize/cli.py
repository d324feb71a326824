"""The command ``pytest-personalize``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is 0 when it did what it was asked."""
    parser = argparse.ArgumentParser(prog="pytest-personalize", description="Amazon Personalize inside a test process")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("demo", help="the whole journey on a small film catalogue, with progress")
    commands.add_parser("operations", help="which operations of the installed botocore are emulated")
    chosen = parser.parse_args(arguments)
    return {"demo": demo, "operations": operations}[chosen.command]()


def demo() -> int:
    """Print the journey while it goes on."""
    from pytest_personalize.demo import run  # boto3 and the emulator, for this command only

    for line in run():
        print(line, flush=True)
    return 0


def operations() -> int:
    """Print every operation of the installed service models, with a mark at those that are emulated."""
    from pytest_personalize.testing.coverage import coverage  # the emulator, for this command only

    for service in coverage():
        print(f"{service.name}: {len(service.emulated)} of {len(service.modelled)}")
        for name in service.modelled:
            print(f"  {'x' if name in service.emulated else '-'} {name}")
    return 0
