"""The command ``pytest-personalize``."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, TextIO

from pytest_personalize.interception import ACTIVATIONS
from pytest_personalize.nearest import hint
from pytest_personalize.progress import ProgressBar
from pytest_personalize.version import version

MOST_PORTS: Final = 65535
INTERRUPTED: Final = 130
"""What shells have for Ctrl-C."""

TOOLS: Final = {
    "check": "every problem of schemas, data, filters, solutions and batch input",
    "mirror": "a real account's set-up as a state file for tests",
}
"""The commands with options of their own, and what they are for."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is 0 when it did what it was asked, 2 when nobody knows what that is, or can write.

    Commands that find something wrong, ``check``, ``conform``, ``mirror`` and ``operations --check``, exit with 1 then,
    as does ``serve`` when it cannot begin; Ctrl-C is 130.
    """
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed by whoever starts the command, as by ``>&-``
            setattr(sys, stream, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):  # the reader has seen enough, as head has
            return 0
        print(f"pytest-personalize: {error}", file=sys.stderr)
        return 2
    return code


def _run(arguments: Sequence[str] | None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="pytest-personalize", description="Amazon Personalize inside a test process")
    parser.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("demo", help="the whole journey on a small film catalogue, with progress")
    listed = commands.add_parser("operations", help="which operations of the installed botocore are emulated")
    listed.add_argument("--json", action="store_true", help="as JSON")
    listed.add_argument("--check", action="store_true", help="exit with 1, and say what it is, when botocore has more")
    tools = {tool: commands.add_parser(tool, help=text, allow_abbrev=False) for tool, text in TOOLS.items()}
    _add_serve(commands.add_parser("serve", help="an HTTP endpoint of the three services, for any SDK"))
    parity = commands.add_parser("conform", help="hold an emulator, or AWS, against what the service is known to do")
    name = next((argument for argument in given if not argument.startswith("-")), None)
    if name is not None and name not in commands.choices:
        parser.error(f"no command {name!r}; {hint(name, commands.choices)}")
    if name in tools:
        with _past_the_guard():
            return _run_tool(name, parser, tools[name], given)
    if name == "conform":
        with _past_the_guard():
            return conform(parser, parity, given)
    chosen = _parsed(parser, parser if name is None else commands.choices[name], given)
    if chosen.command == "operations":
        return operations(as_json=chosen.json, check=chosen.check)
    if chosen.command == "demo":
        return demo()
    if chosen.command == "serve":
        if chosen.saved and chosen.quotas:
            parser.error("--quotas does not go with --from: a saved state has its own")
        return serve(chosen)
    parser.print_help()
    return 0


def _parsed(parser: argparse.ArgumentParser, own: argparse.ArgumentParser, given: Sequence[str]) -> argparse.Namespace:
    """What is given; an option that the command does not have is refused with those that it has."""
    chosen, unknown = parser.parse_known_args(given)
    if unknown:
        options = [option for option in own._option_string_actions if option.startswith("--")]
        own.error(f"no option {unknown[0]!r}; {hint(unknown[0], options)}")
    return chosen


@contextmanager
def _past_the_guard() -> Iterator[None]:
    """Whoever gives the name of an account's region or endpoint wants it called; the guard is there for tests."""
    before, ACTIVATIONS.network_allowed = ACTIVATIONS.network_allowed, True
    try:
        yield
    finally:
        ACTIVATIONS.network_allowed = before


class _Version(argparse.Action):
    """As argparse has it, but for the time at which the version is looked up."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(f"pytest-personalize {version()}")
        parser.exit()


def conform(parser: argparse.ArgumentParser, parity: argparse.ArgumentParser, given: Sequence[str]) -> int:
    """Run the parity suite; its options are its own."""
    from pytest_personalize.conformance import command  # all cases, for this command only

    command.options(parity)
    return command.conform(_parsed(parser, parity, given))


def _run_tool(name: str, parser: argparse.ArgumentParser, own: argparse.ArgumentParser, given: Sequence[str]) -> int:
    """A command that declares its own options, and says in one line what is wrong with them."""
    if name == "check":
        from pytest_personalize.checking.command import declare, run  # the emulator, for this command only
    else:
        from pytest_personalize.mirroring.command import declare, run  # likewise, and boto3
    declare(own)
    return run(*parser.parse_known_args(given))


def _add_serve(parser: argparse.ArgumentParser) -> None:
    add = partial(parser.add_argument, type=_given)
    add("--host", default="127.0.0.1", help="the address to listen at (default: %(default)s)")
    add("--port", type=_port, default=0, help="the port (default: any that is free)")
    add("--preset", action="append", default=[], metavar="NAME", help="shop, video, movies or actions; may be repeated")
    add("--s3", metavar="FOLDER|URL", help="where jobs read and write: a folder of buckets, or the endpoint of an S3")
    add("--from", dest="saved", metavar="FILE", help="begin with a saved state; the file is not written")
    add("--state", metavar="DIR", help="keep the state there: every change, so that it outlives any end of the server")
    add(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name of the server for its page; may be repeated",
    )
    add("--transitions", metavar="MODE", help="how statuses change: instant, polls:N, clock or aws")
    add("--quotas", metavar="SETTING", help="aws (default), none, or such as campaigns=3,filters=40")
    parser.add_argument(
        "--account-from-key", action="store_true", help="an access key of 12 digits is the account of its caller"
    )


def _given(text: str) -> str:
    """What an unset variable of a shell leaves is nobody's wish."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_PORTS:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to {MOST_PORTS} is")
    return int(text)


def serve(chosen: argparse.Namespace) -> int:
    """Answer over HTTP until Ctrl-C."""
    gc.disable()  # there is no garbage among modules: to look for it, now or later, takes a tenth of the start
    try:
        from pytest_personalize.server.command import run  # the emulator, for this command only
    finally:
        gc.freeze()
        gc.enable()
    return run(chosen)


def demo() -> int:
    """Print the journey while it goes on."""
    from pytest_personalize.demo import Style, run  # boto3 and the emulator, for this command only

    for line in run(style=Style(in_colour(sys.stdout)), on_progress=ProgressBar(sys.stderr)):
        print(line, flush=True)
    return 0


def operations(*, as_json: bool = False, check: bool = False) -> int:
    """Print every operation of the installed service models, and which of them are emulated."""
    from pytest_personalize.testing import coverage, drift  # the emulator, for this command only

    if as_json:
        print(json.dumps(coverage.as_json(), indent=2))
    else:
        for line in coverage.listing(_mark(sys.stdout)):
            print(line)
    lacking = drift.drift() if check else []
    for lack in lacking:
        print(lack, file=sys.stderr)
    return int(bool(lacking))


def in_colour(stream: TextIO) -> bool:
    """Whether it is a terminal that may be written to in colour (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _mark(stream: TextIO) -> str:
    """A check mark, where it can be written."""
    try:
        "✓".encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return "x"
    return "✓"
