"""Change the package in one place at a time, and see whether the tests of that room notice.

``python -m benchmarks.mutants`` draws mutants of every room by a seed, runs the tests that pass through the changed
line until one fails, and prints the share that was killed and every mutant that survived. The package is changed in a
copy.
"""

from __future__ import annotations

import argparse
import ast
import gc
import hashlib
import inspect
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final

import coverage
import pytest
from attrs import frozen

PACKAGE: Final = "pytest_personalize"
ROOMS: Final = ("shapes", "filters", "service", "recommenders", "data")
"""Each is tested by the folder of its name, and by the proofs."""

FOLDERS: Final = tuple(f"tests/{room}" for room in (*ROOMS, "proof"))

MOST: Final = 100
"""Tests that a mutant meets before it has survived."""

WIDEST: Final = 25
"""How many of them are the widest there are."""

SECONDS: Final = 40
"""Of processor time for these tests; a mutant that takes longer, as in an endless loop, has been noticed."""

FLAGS: Final = (
    "-q",
    "--tb=native",
    "--hypothesis-profile=glance",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
    "-p",
    "no:cov",
    "-m",
    "not processes",
)

LEFT_ALONE: Final = ("annotation", "returns", "decorator_list")
"""Decorators are mostly flags of attrs (slots, eq, kw_only), which no answer shows."""

FLIPPED: Final[dict[type[ast.AST], Any]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
}


@frozen
class Mutant:
    """A module with one place changed; ``number`` tells equal changes of one module apart."""

    path: str
    line: int
    before: str
    after: str
    number: int
    source: bytes

    @property
    def key(self) -> str:
        """The same as long as nobody edits the place, whatever is edited around it."""
        return f"{self.path}: {self.before} -> {self.after} #{self.number}"

    def __str__(self) -> str:
        before, after = (re.sub(r"\s+", " ", text)[:100] for text in (self.before, self.after))
        return f"{self.path}:{self.line}: {before}  ->  {after}"


def changes(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """What may stand in the place of a node."""
    match node:
        case ast.Compare(left, [op, *ops], comparators) if type(op) in FLIPPED:
            yield ast.Compare(left, [FLIPPED[type(op)](), *ops], comparators)
        case ast.BoolOp(op, parts):
            yield ast.BoolOp(FLIPPED[type(op)](), parts)
        case ast.BinOp(left, op, right) if type(op) in FLIPPED:
            yield ast.BinOp(left, FLIPPED[type(op)](), right)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.Call(function, [first, second, *others], keywords) if not _is_starred(first, second):
            yield ast.Call(function, [second, first, *others], keywords)
        case ast.Return(ast.expr() as value) if not isinstance(value, ast.Constant) or value.value is not None:
            yield ast.Return(ast.Constant(None))
        case ast.Expr(ast.Call()) | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break() | ast.Delete():
            yield ast.Pass()
        case ast.Assign([ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case _:
            pass


def _is_starred(*arguments: ast.expr) -> bool:
    return any(isinstance(each, ast.Starred) for each in arguments)


def places(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that does something in a run; parts of an f-string have no position before Python 3.12."""
    for name, value in ast.iter_fields(tree):
        for node in value if isinstance(value, list) else [value]:
            if name in LEFT_ALONE or not isinstance(node, ast.AST) or isinstance(node, ast.JoinedStr):
                continue
            if isinstance(node, ast.If | ast.While):
                yield node
            elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                continue
            yield node
            yield from places(node)


def mutants(root: Path, path: str) -> Iterator[Mutant]:
    """All mutants of a module."""
    source = (root / path).read_bytes()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    seen: defaultdict[tuple[str, str], int] = defaultdict(int)
    for node, new in _replacements(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        before, after = source[start:end].decode(), ast.unparse(ast.fix_missing_locations(new))
        seen[before, after] += 1
        inserted = f"({after})" if isinstance(new, ast.expr) else after
        changed = source[:start] + inserted.encode() + source[end:]
        yield Mutant(path, node.lineno, before, after, seen[before, after], changed)


def _replacements(tree: ast.AST) -> Iterator[tuple[Any, ast.expr | ast.stmt]]:
    for node in places(tree):
        for new in changes(node):
            yield node, new
        if isinstance(node, ast.If | ast.While) and ast.unparse(node.test) != "TYPE_CHECKING":
            yield node.test, ast.UnaryOp(ast.Not(), node.test)


def draw(root: Path, room: str, seed: int, number: int) -> list[Mutant]:
    """Mutants of a room; an edit elsewhere leaves the choice as it is."""
    modules = sorted(str(path.relative_to(root)) for path in (root / PACKAGE / room).rglob("*.py"))
    found = [mutant for path in modules for mutant in mutants(root, path)]
    shuffled = sorted(found, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.key}".encode()).digest())
    return list(islice(filter(_compiles, shuffled), number))


def _compiles(mutant: Mutant) -> bool:
    try:
        compile(mutant.source, mutant.path, "exec")
    except SyntaxError:
        return False
    return True


class Passages:
    """Which tests pass through which line, by a run under coverage."""

    def __init__(self, data: coverage.CoverageData, root: Path) -> None:
        self._tests: dict[str, dict[int, set[str]]] = {}
        self._widths: defaultdict[str, int] = defaultdict(int)
        for path in data.measured_files():
            lines = {line: _tests_of(contexts) for line, contexts in data.contexts_by_lineno(path).items()}
            self._tests[os.path.relpath(path, root)] = lines
            for tests in lines.values():
                for test in tests:
                    self._widths[test] += 1

    def tests(self, room: str, mutant: Mutant) -> list[str]:
        """The tests of a room, and the proofs, that may notice a mutant.

        Those that pass through its line, or else through its module, with those of its name, which may look at what is
        there since the import: first those of its name, then the narrowest; of many, some of the widest as well.
        """
        lines = self._tests.get(mutant.path, {})
        words, wanted = set(Path(mutant.path).stem.split("_")), (f"tests/{room}/", "tests/proof/")
        named = {test for test in self._widths if words & _words(test)}
        near: Iterable[str] = lines.get(mutant.line) or named.union(*lines.values()) or self._widths
        tests = sorted(
            (test for test in near if test.startswith(wanted)),
            key=lambda test: (-len(words & _words(test)), self._widths[test], test),
        )
        return tests if len(tests) <= MOST else tests[: MOST - WIDEST] + tests[-WIDEST:]

    def runs_in(self, mutant: Mutant) -> bool:
        """Whether a test passes through the line, rather than an import."""
        return bool(self._tests.get(mutant.path, {}).get(mutant.line))


def _words(test: str) -> set[str]:
    """The words in the name of the file of a test."""
    return set(Path(test.partition("::")[0]).stem.split("_"))


def _tests_of(contexts: Iterable[str]) -> set[str]:
    return {re.sub(r"\|(setup|run|teardown)$", "", context) for context in contexts} - {""}


def record(root: Path, file: Path) -> None:
    """Run the tests of all rooms under coverage."""
    measured = ["-p", "pytest_cov", f"--cov={PACKAGE}", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
    subprocess.run(
        [sys.executable, "-m", "pytest", *FLAGS, *measured, *FOLDERS],
        cwd=root,
        env=os.environ | {"COVERAGE_FILE": str(file)},
        check=True,
    )


def swaps(old: CodeType, new: CodeType) -> dict[Any, CodeType] | None:
    """The code of functions and what takes its place; None when something differs that runs at import."""
    found: dict[Any, CodeType] = {}
    if old.co_flags & inspect.CO_OPTIMIZED:
        if old == new:
            return found
        found[_key(old)] = new
    elif (old.co_code, old.co_names, _values(old)) != (new.co_code, new.co_names, _values(new)):
        return None
    if old.co_freevars != new.co_freevars or len(_inner(old)) != len(_inner(new)):
        return None
    for before, after in zip(_inner(old), _inner(new), strict=True):  # of those, closures may have been made already
        inside = swaps(before, after)
        if inside is None:
            return None
        found |= inside
    return found


def _inner(code: CodeType) -> list[CodeType]:
    return [value for value in code.co_consts if isinstance(value, CodeType)]


def _values(code: CodeType) -> list[tuple[type, Any]]:
    return [(type(value), value) for value in code.co_consts if not isinstance(value, CodeType)]


def _key(code: CodeType) -> Any:
    return code.co_filename, code.co_qualname, code.co_firstlineno, code.co_code


CACHE: Final = type(lru_cache(_key))

Report = Callable[[Mutant, bool], None]
"""What is told of a mutant: whether it was killed."""


class Forks:
    """A plugin of pytest: once all tests are collected, it runs those of each mutant in a fork of the process.

    There the code of the functions is put in place of the former one. A mutant of what runs at import is tested in a
    process of its own, which loads the changed copy of the package.
    """

    def __init__(
        self,
        drawn: Mapping[Mutant, Sequence[str]],
        runs_in: Callable[[Mutant], bool],
        copy: Path,
        report: Report,
    ) -> None:
        self._drawn = drawn
        self._runs_in = runs_in
        self._copy = copy
        self._report = report

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Ends with the session in the parent; in a fork, the tests are run as always."""
        items = {item.nodeid: item for item in session.items}
        functions: defaultdict[Any, list[FunctionType]] = defaultdict(list)
        gc.unfreeze()  # what the tests have frozen would not be found
        caches = [each for each in gc.get_objects() if isinstance(each, CACHE) and each.__module__.startswith(PACKAGE)]
        for function in gc.get_objects():
            if isinstance(function, FunctionType):
                functions[_key(function.__code__)].append(function)
        gc.freeze()
        codes = {mutant: (self._runs_in(mutant) and _in_place(mutant)) or {} for mutant in self._drawn}
        for mutant, new in sorted(codes.items(), key=lambda row: not row[1]):
            chosen = [items[test] for test in self._drawn[mutant] if test in items]
            if not any(functions[key] for key in new):
                self._report(mutant, _fails_apart(mutant, [item.nodeid for item in chosen], self._copy))
                continue
            child = os.fork()
            if child == 0:
                _limit()
                for key, code in new.items():
                    for function in functions[key]:
                        function.__code__ = code
                for cache in caches:  # filled by the former code
                    cache.cache_clear()
                session.items[:] = chosen
                return None
            self._report(mutant, _fails(child))
        return True


def _in_place(mutant: Mutant) -> dict[Any, CodeType] | None:
    """What to put in the place of what; None when that is not all, or the module is not loaded."""
    if mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") not in sys.modules:
        return None
    path = str(Path(mutant.path).resolve())
    return swaps(*(compile(source, path, "exec") for source in (Path(path).read_bytes(), mutant.source)))


@contextmanager
def silence() -> Iterator[None]:
    """Nothing of what pytest prints is shown, here and in forks."""
    shown, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(shown, 1)


def _limit() -> None:
    """Nothing goes on for ever."""
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def _fails(child: int) -> bool:
    """Whether the tests of a fork fail, or take too long."""
    for _ in range(SECONDS * 100):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        time.sleep(0.1)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _fails_apart(mutant: Mutant, tests: Sequence[str], copy: Path) -> bool:
    """Whether tests fail in a process of their own."""
    if not tests:
        return False
    place = copy / mutant.path
    original = place.read_bytes()
    place.write_bytes(mutant.source)
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "pytest", "-x", *FLAGS, *tests],
            env=os.environ | {"PYTHONPATH": f"{copy}{os.pathsep}{Path.cwd()}"},
            preexec_fn=_limit,
        )
        return _fails(child.pid)
    finally:
        place.write_bytes(original)


def main(arguments: list[str] | None = None) -> int:
    """Print the share of killed mutants of each room, and the survivors; 1 when a share is below 85 %."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=120, help="mutants of each room")
    parser.add_argument("--room", choices=ROOMS, action="append", help="this one alone; may be repeated")
    parser.add_argument("--results", type=Path, default=".mutants.json", help="a mutant that is dead there stays so")
    parser.add_argument("--passages", type=Path, help="a coverage file with contexts; without it, one is recorded")
    options = parser.parse_args(arguments)
    root = Path.cwd()
    results: dict[str, bool] = json.loads(options.results.read_text()) if options.results.exists() else {}
    drawn = {room: draw(root, room, options.seed, options.number) for room in options.room or ROOMS}

    def report(mutant: Mutant, killed: bool) -> None:
        results[mutant.key] = killed
        options.results.write_text(json.dumps(results, indent=0))

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(root / PACKAGE, copy / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
        if options.passages is None:
            record(root, copy / "passages")
        data = coverage.CoverageData(str(options.passages or copy / "passages"))
        data.read()
        passages = Passages(data, root)
        todo = {
            mutant: passages.tests(room, mutant)
            for room, those in drawn.items()
            for mutant in those
            if not results.get(mutant.key)
        }
        os.environ["CI"] = "1"  # the same examples of Hypothesis every time
        parent = os.getpid()
        with silence():
            code = pytest.main([*FLAGS, "-x", *FOLDERS], plugins=[Forks(todo, passages.runs_in, copy, report)])
        if os.getpid() != parent:
            os._exit(code)
    shares = []
    for room, those in drawn.items():
        survivors = sorted((mutant for mutant in those if not results[mutant.key]), key=str)
        shares.append(1 - len(survivors) / len(those))
        print(f"{room}: {len(those) - len(survivors)} of {len(those)} killed, {shares[-1]:.1%}")
        for mutant in survivors:
            print(f"  {mutant}")
    return int(min(shares) < 0.85)


if __name__ == "__main__":
    sys.exit(main())
