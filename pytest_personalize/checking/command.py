"""``pytest-personalize check``: its options, and what it writes where."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pytest_personalize.checking.checks import DOMAINS, Check, filters_of, known_recipe, named_filters
from pytest_personalize.checking.formats import FORMS
from pytest_personalize.checking.problems import Problem, counted
from pytest_personalize.checking.progress import Progress
from pytest_personalize.checking.sources import Text, source
from pytest_personalize.nearest import hint, nearest

_REPEATED: Final = (
    ("--schema", "FILE", "Avro schema; again for further dataset types"),
    ("--data", "FILE", "CSV file of the schema, or one for each schema"),
    ("--type", "TYPE", "dataset type that the schema is for, such as ITEMS"),
    ("--filter", "EXPRESSION", "filter expression"),
    ("--filters", "FILE", "filter expressions: one a line, or a JSON object of them by name"),
    ("--batch-input", "FILE", "JSON Lines of a batch inference or batch segment job"),
)
"""The options that may be given again: name, argument and what it is."""

_BY_SUFFIX: Final = {".json": "schema", ".avsc": "schema", ".csv": "data", ".jsonl": "batch_input"}
"""Which option a file is meant for that is named without one."""

FINE, PROBLEMS, USAGE = range(3)
"""Exit codes."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.usage = "pytest-personalize check --schema FILE --data FILE [OPTION ...]; --help lists the options"
    parser.epilog = "Without an option *.json and *.avsc are schemas, *.csv are data, *.jsonl is batch input."
    for option, metavar, text in _REPEATED:
        parser.add_argument(option, metavar=metavar, help=text, action="append", default=[])
    parser.add_argument("--domain", help=f"of the dataset group: {' or '.join(DOMAINS)} (default: a Custom one)")
    parser.add_argument("--solution", metavar="FILE", help="request of CreateSolution, or its solutionConfig, as JSON")
    parser.add_argument("--recipe", metavar="NAME", help="of the solution and of the batch input")
    parser.add_argument(
        "--minimums",
        choices=("aws", "none"),
        default="aws",
        help="whether an import needs as many records as at AWS (default: aws)",
    )
    parser.add_argument("--format", choices=tuple(FORMS), default="text", help="of the problems (default: text)")


def run(options: argparse.Namespace, unknown: Sequence[str]) -> int:
    """Write every problem to standard output; 0 without any, 1 with some, 2 with one line when usage is wrong."""
    progress = Progress(sys.stderr)
    try:
        for each in unknown:
            known = [f"--{name.replace('_', '-')}" for name in vars(options) if name != "command"]
            option = _BY_SUFFIX.get(Path(each).suffix)
            if option is None or each.startswith("-"):
                raise ValueError(f"no option {each!r}; {hint(each, known)}")
            getattr(options, option).append(each)
        unread, check = _check(options, progress)
        return _write(check, unread, options.format, progress)
    except OSError as error:
        reason = _unreadable(error)
    except ValueError as error:
        reason = str(error)
    print(f"pytest-personalize check: {reason}", file=sys.stderr)
    return USAGE


def _check(options: argparse.Namespace, progress: Progress) -> tuple[list[Problem], Check]:
    """What is to be checked, and the problems of files that cannot even be read as filters."""
    read = [each for path in options.filters for each in filters_of(source(Path(path), path))]
    given = [Text(name, expression) for name, expression in named_filters(options.filter).items()]
    return [each for each in read if isinstance(each, Problem)], Check(
        schemas=[source(Path(path), path) for path in options.schema],
        data=[source(Path(path), path) for path in options.data],
        types=options.type,
        domain=options.domain,
        filters=[*given, *(each for each in read if isinstance(each, Text))],
        solution=None if options.solution is None else source(Path(options.solution), options.solution),
        recipe=None if options.recipe is None else known_recipe(options.recipe),
        batch_input=[source(Path(path), path) for path in options.batch_input],
        minimums=None if options.minimums == "none" else options.minimums,
        watched=progress.watched,
    )


def _write(check: Check, unread: list[Problem], form: str, progress: Progress) -> int:
    count = 0

    def found() -> Iterator[Problem]:
        nonlocal count
        for each in (problems for part in (unread, check.problems()) for problems in part):
            progress.hide()
            count += 1
            yield each

    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # rows may hold what the terminal has no letters for
    try:
        for text in FORMS[form](found()):
            sys.stdout.write(text)
        if form == "text":
            print(f"{counted(count)} in {', '.join(dict.fromkeys(check.checked))}")
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on, as with ``| head``
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        progress.hide()
    return PROBLEMS if count else FINE


def _unreadable(error: OSError) -> str:
    """What keeps a file from being read, and what to do."""
    if error.filename is None:
        return str(error)
    path = Path(str(error.filename))
    if isinstance(error, IsADirectoryError):
        return f"{path} is a folder: name the files in it, one option for each"
    if isinstance(error, FileNotFoundError):
        folder = path.parent
        near = nearest(path.name, os.listdir(folder)) if folder.is_dir() else None
        return f"{path} does not exist" + (f"; did you mean {folder / near}?" if near else "")
    return f"{path} cannot be read: {error.strerror or error}"
