"""``pytest-personalize conform``: its options, its lanes, and what it leaves behind."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TextIO

from pytest_personalize import __version__
from pytest_personalize.conformance.case import COSTS, Case
from pytest_personalize.conformance.cases import CASES
from pytest_personalize.conformance.errors import LaneFailure
from pytest_personalize.conformance.lane import Lane, Place, in_process
from pytest_personalize.conformance.report import FORMATS, Report, changes
from pytest_personalize.conformance.run import Result, cost_of, run
from pytest_personalize.conformance.world import World
from pytest_personalize.failure import Failure

STOPPED: Final = 130
"""The exit code of a run that was stopped by a signal, as shells have it."""


def options(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.epilog = "Exit code: 0 all as expected, 1 something diverges, 2 nothing could be asked, 130 stopped."
    lanes = parser.add_argument_group("what is asked; the emulator in this process, unless something else is named")
    lanes.add_argument("--endpoint", metavar="URL", help="any emulator, with dummy keys")
    lanes.add_argument("--aws", action="store_true", help="an account, with your credentials; only what is free")
    lanes.add_argument("--region", default="us-east-1", metavar="NAME", help="default: us-east-1")
    lanes.add_argument("--spend", choices=COSTS[1:], default="nothing", help="with --aws: cases that cost money, too")
    lanes.add_argument("--bucket", metavar="NAME", help="for cases that import, export or run batch jobs")
    lanes.add_argument("--role", metavar="ARN", help="the role with which Personalize reads and writes there")
    lanes.add_argument("--s3-endpoint", metavar="URL", help="where the bucket is; default: at the endpoint")
    parser.add_argument("--only", metavar="TEXT", default="", help="only cases whose id contains this")
    parser.add_argument("--list", action="store_true", help="print the cases, and run none")
    parser.add_argument("--format", choices=tuple(FORMATS), default="table", help="default: table")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the report there")
    parser.add_argument("--compare", metavar="FILE", type=Path, help="an earlier report, written with --format json")
    parser.add_argument("--observations", metavar="FILE", type=Path, help="record there what nobody has printed yet")


def conform(chosen: argparse.Namespace) -> int:
    """Run the cases: 0 when all is as expected, 1 when something diverges, 2 when nothing could be asked."""
    try:
        cases = [case for case in CASES if chosen.only in case.id]
        if chosen.list:
            print("\n".join(map(_listed, cases)))
            return 0
        _check(chosen, cases)
        earlier = None if chosen.compare is None else _read(chosen.compare)
        report, stopped = _run(chosen, cases)
        _write(chosen, report, earlier)
    except (Failure, OSError) as error:
        print(f"pytest-personalize conform: {error}", file=sys.stderr)
        return 2
    return STOPPED if stopped else int(report.diverges)


def _listed(case: Case) -> str:
    return f"{case.id:<60}{case.tier:<10}{cost_of(case):<10}{case.source}"


def _check(chosen: argparse.Namespace, cases: Sequence[Case]) -> None:
    """``Failure`` for options that do not go together."""
    if not cases:
        raise Failure(f"--only {chosen.only}: no case has that in its id")
    if chosen.spend != "nothing" and not chosen.aws:
        raise Failure("--spend is for --aws; elsewhere nothing costs")
    if (chosen.bucket is None) != (chosen.role is None):
        raise Failure("--bucket and --role go together")
    if (chosen.bucket or chosen.s3_endpoint) and not (chosen.aws or chosen.endpoint):
        raise Failure("--bucket is for --endpoint and --aws; the emulator in this process has its own")
    if chosen.endpoint and not chosen.endpoint.startswith(("http://", "https://")):
        raise Failure(f"--endpoint {chosen.endpoint}: not a URL that begins with http:// or https://")
    if chosen.compare and chosen.format == "json" and not chosen.out:
        raise Failure("--compare with --format json needs --out, for the JSON to stand alone")
    for path in (chosen.out, chosen.observations):
        if path is not None and not path.parent.is_dir():
            raise Failure(f"{path}: there is no folder {path.parent}")


def _read(path: Path) -> Any:
    """An earlier report, or earlier observations."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Failure(f"{path} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise Failure(f"{path} is no report of this command")
    return found


@contextmanager
def _lane(chosen: argparse.Namespace) -> Iterator[Lane]:
    if not (chosen.aws or chosen.endpoint):
        with in_process() as lane:
            yield lane
        return
    yield Place(
        region=chosen.region,
        endpoint=chosen.endpoint,
        account=chosen.aws,
        spend=chosen.spend,
        bucket=chosen.bucket,
        role=chosen.role,
        s3_endpoint=chosen.s3_endpoint,
    ).lane()


class _Stopped(BaseException):
    """Ctrl-C, or SIGTERM."""


def _stop(*_: object) -> None:
    raise _Stopped


@contextmanager
def _signals() -> Iterator[None]:
    """Both signals end the run, and not the removal that comes after it."""
    before = {number: signal.signal(number, _stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(chosen: argparse.Namespace, cases: Sequence[Case]) -> tuple[Report, bool]:
    """The report, and whether the run was stopped before its end. What was made is removed in either case."""
    results: list[Result] = []
    stopped = False
    progress = _Progress(sys.stderr, len(cases))
    with _signals(), _lane(chosen) as lane:
        world = World(lane)
        lane.check()
        try:
            for result in run(world, cases):
                results.append(result)
                progress.show(result)
        except _Stopped:
            stopped = True
            progress.say("stopped; what was made is being removed, once more to leave it")
        finally:
            left = [] if lane.backend else _remove(world, progress)
        versions = {"pytest-personalize": __version__, "botocore": version("botocore")}
        today = datetime.now(UTC).date().isoformat()
        return Report(lane.title, today, versions, tuple(results), tuple(left)), stopped


def _remove(world: World, progress: _Progress) -> list[str]:
    """Remove all; what is left when somebody cannot wait for it, or when the endpoint is gone."""
    try:
        return world.remover.remove_all()
    except (_Stopped, LaneFailure):
        left = world.remover.made
        progress.say(f"not removed: {', '.join(left) or 'nothing'}; all names begin with {world.prefix}")
        return left


class _Progress:
    """A line that says how far it is, on a terminal."""

    def __init__(self, stream: TextIO, count: int) -> None:
        self._stream = stream
        self._count = count
        self._done = 0

    def show(self, result: Result) -> None:
        """One case more."""
        self._done += 1
        if self._stream.isatty():
            self._stream.write(f"\r\033[K{self._done}/{self._count} {result.id}")
            self._stream.write("\r\033[K" if self._done >= self._count else "")
            self._stream.flush()

    def say(self, text: str) -> None:
        """A line of its own."""
        print(text, file=self._stream, flush=True)


def _write(chosen: argparse.Namespace, report: Report, earlier: Any) -> None:
    text = FORMATS[chosen.format](report)
    if chosen.out is None:
        print(text)
    else:
        chosen.out.write_text(f"{text}\n", encoding="utf-8")
    if earlier is not None:
        print("\n".join(changes(report, earlier)))
    if chosen.observations is not None:
        known = _read(chosen.observations) if chosen.observations.exists() else {}
        merged = dict(sorted((known | report.observations()).items()))
        text = json.dumps(merged, indent=1, ensure_ascii=False)
        chosen.observations.write_text(f"{text}\n", encoding="utf-8")
