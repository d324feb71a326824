"""The rules of the house, read from its source: who may know whom, what loads what, how big a piece is."""

from __future__ import annotations

import ast
import graphlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import pytest_personalize
from pytest_personalize.recommenders import RECIPES

PACKAGE = "pytest_personalize"

FACES = {
    "__main__",
    "cli",
    "conformance",
    "demo",
    "fixtures",
    "markers",
    "mock",
    "plugin",
    "progress",
    "reports",
    "server",
    "strategies",
    "visibility",
}
EVERYWHERE = {"caveats", "durations", "failure", "names", "nearest", "remembered", "version"}
GROUND = EVERYWHERE | {"shapes", "data", "filters", "recommenders"}
UP_TO_SERVICE = GROUND | {"service"}
UP_TO_TESTING = UP_TO_SERVICE | {"testing"}
UP_TO_DOOR = UP_TO_TESTING | {"door", "explaining"}
UP_TO_BACKEND = UP_TO_DOOR | {"backend"}
UP_TO_INTERCEPTION = UP_TO_BACKEND | {"interception"}

# Rooms for those who want more than a service; only the command line and the public names lead there.
ON_TOP = {"checking", "mirroring"}

# A room is a package or a module right under the root; it may import from itself and from these.
MAY_KNOW: dict[str, set[str]] = {
    "__init__": UP_TO_INTERCEPTION | FACES | ON_TOP,
    **{face: UP_TO_INTERCEPTION | FACES | ON_TOP | {"__init__"} for face in FACES},
    "checking": UP_TO_SERVICE | {"__init__"},
    "mirroring": UP_TO_TESTING,
    "interception": UP_TO_BACKEND | {"neighbours"},
    "neighbours": UP_TO_BACKEND,
    "backend": UP_TO_DOOR,
    "door": UP_TO_TESTING,
    "explaining": UP_TO_TESTING,
    "testing": UP_TO_SERVICE,
    "service": GROUND,
    "shapes": EVERYWHERE,
    "data": EVERYWHERE,
    "filters": EVERYWHERE | {"data"},
    "recommenders": EVERYWHERE | {"data"},
    **{room: set() for room in EVERYWHERE},
}

# The rooms inside service, from the top floor down: each may know those that come after it.
FLOORS_OF_SERVICE = ("endpoint", "realtime", "control", "jobs", "answering", "kernel")

# Everybody may use attrs; every other distribution has rooms that know it and rooms that do not.
KNOWN_BY: dict[str, set[str]] = {
    "aiobotocore": {"fixtures"},
    "attrs": set(MAY_KNOW),
    "boto3": {"conformance", "demo", "fixtures", "mirroring", "server"},
    "botocore": {"conformance", "interception", "mirroring", "shapes"},
    "hypothesis": {"strategies"},
    "moto": {"neighbours"},
    "pytest": {"fixtures", "markers", "mirroring", "mock", "plugin", "reports", "visibility"},
    "uvicorn": {"server"},
    "wrapt": {"interception", "mock"},
}

# (module, what it imports inside a function) -> why not at the top.
LAZY: dict[tuple[str, str], str] = {
    ("backend", f"{PACKAGE}.explaining"): "most runs explain nothing",
    ("cli", f"{PACKAGE}.conformance.command"): "the other commands need no cases",
    ("cli", f"{PACKAGE}.demo"): "the other commands need no client",
    ("cli", f"{PACKAGE}.server.command"): "the other commands need no emulator",
    ("server.command", f"{PACKAGE}.server.serving"): "it loads uvicorn, which need not be installed",
    ("server.command", "boto3"): "only who keeps objects in an S3 needs it",
    ("server.states", "sqlite3"): "only who keeps a state needs it",
    ("cli", f"{PACKAGE}.testing.coverage"): "the other commands need no service models",
    ("cli", f"{PACKAGE}.testing.drift"): "likewise",
    ("cli", f"{PACKAGE}.checking.command"): "the other commands check nothing",
    ("cli", f"{PACKAGE}.mirroring.command"): "the other commands call nobody",
    ("backend", f"{PACKAGE}.testing.metrics"): "most runs look at no metrics",
    ("interception.moto", f"{PACKAGE}.neighbours.cloudformation"): "only who uses that service of moto needs it",
    ("interception.moto", f"{PACKAGE}.neighbours.cloudwatch"): "likewise",
    ("interception.regions", "botocore"): "the plugin is loaded into every run, and asks botocore when a mock begins",
    ("interception.child_processes", "configparser"): "most machines have no file that needs it",
    ("interception.connections", f"{PACKAGE}.interception.unsigned"): "it derives from an exception of botocore",
    ("interception.places", "wrapt"): "it loads asyncio, which costs more than all else that the plugin loads",
    ("mock", "pytest"): "the decorator works without pytest, except on plain test classes, which only pytest knows",
    ("fixtures", f"{PACKAGE}.server.serving"): "it loads uvicorn, which need not be installed",
    ("fixtures", f"{PACKAGE}.server.stage"): "a run that asks for no server must not pay for the emulator",
    ("fixtures", f"{PACKAGE}.server"): "likewise",
    ("fixtures", "aiobotocore"): "only its own fixture needs it, and it need not be installed",
    ("fixtures", "boto3"): "a run that asks for no client must not pay for boto3",
    ("fixtures", f"{PACKAGE}.reports"): "only a test with faults needs it",
    ("reports", f"{PACKAGE}.explaining.failures"): "only a failed comparison with an item needs it",
    ("reports", f"{PACKAGE}.testing.costs"): "only its flag needs it",
    ("reports", f"{PACKAGE}.testing.policy"): "likewise",
    ("version", "importlib"): "looking up what is installed loads half of the library for e-mails",
    ("plugin", f"{PACKAGE}.service.kernel.transitions"): "only a flag needs it",
    ("plugin", f"{PACKAGE}.mirroring.recording"): "only a flag needs it",
    ("plugin", f"{PACKAGE}.reports"): "only flags and failed tests need it",
    ("markers", f"{PACKAGE}.mock"): "a run that uses no fixture must not pay for the emulator",
}

UNUSED = (
    *("checking", "conformance", "explaining", "mirroring", "neighbours", "server"),
    *("testing.costs", "testing.metrics", "testing.policy"),
)
"""Rooms and modules that a run of tests does without, unless it asks for what they do."""

ROWS_OF_RECIPES = {"recommenders.custom_recipes", "recommenders.domain_recipes"}
SHOWS_RECIPES = "service.control.recipes"
RECIPES_AS_USERS_NAME_THEM = {"demo", "testing.presets"}
ASKS_AS_USERS_DO = "conformance"

MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 50


class Import(NamedTuple):
    """One imported module, as written at one line of another."""

    source: str
    line: int
    target: str
    inside_function: bool
    only_for_types: bool

    @property
    def where(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"

    @property
    def key(self) -> tuple[str, str]:
        """Module and distribution, or two modules of the package without its name in front of the first."""
        own = self.target.split(".")[0] == PACKAGE
        return self.source.removeprefix(f"{PACKAGE}."), self.target if own else self.target.split(".")[0]


def _module_name(parts: tuple[str, ...]) -> str:
    """Dotted name of a file under the root; a package goes by its own name, the root by ``__init__``."""
    is_package = parts[-1] == "__init__" and len(parts) > 1
    return ".".join([PACKAGE, *(parts[:-1] if is_package else parts)])


@cache
def _sources_and_packages() -> tuple[dict[str, ast.Module], dict[str, str]]:
    """Syntax trees by module, and the package that each module's relative imports start from."""
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations
    root = Path(spec.submodule_search_locations[0])
    sources, packages = {}, {}
    for path in sorted(root.rglob("*.py")):
        name = _module_name(path.relative_to(root).with_suffix("").parts)
        sources[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
        packages[name] = ".".join([PACKAGE, *path.relative_to(root).parts[:-1]])
    return sources, packages


def _sources() -> dict[str, ast.Module]:
    return _sources_and_packages()[0]


def _room(module: str) -> str:
    return module.split(".")[1]


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _targets(node: ast.Import | ast.ImportFrom, source: str) -> Iterator[str]:
    """The dotted modules that one statement loads; ``from package import module`` loads the module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    dots = "." * node.level
    base = importlib.util.resolve_name(f"{dots}{node.module or ''}", _sources_and_packages()[1][source])
    for alias in node.names:
        name = f"{base}.{alias.name}"
        if base == PACKAGE and name not in _sources():
            name = f"{PACKAGE}.__init__"
        yield name if name in _sources() else base


def _imports(source: str, node: ast.AST, inside_function: bool = False, types_only: bool = False) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            for target in _targets(child, source):
                yield Import(source, child.lineno, target, inside_function, types_only)
        else:
            function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _imports(source, child, inside_function or function, types_only or _is_type_checking(child))


@cache
def _all_imports() -> list[Import]:
    return [found for source, tree in _sources().items() for found in _imports(source, tree)]


def _at_home() -> list[Import]:
    return [found for found in _all_imports() if found.target.split(".")[0] == PACKAGE]


def _from_others() -> list[Import]:
    return [
        found
        for found in _all_imports()
        if found.target.split(".")[0] != PACKAGE
        and found.target.split(".")[0] not in sys.stdlib_module_names
        and not found.only_for_types
    ]


def _functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for source, tree in _sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield source, node


def _refuse(broken: list[str], rule: str) -> None:
    """Fail with every place that breaks the rule."""
    __tracebackhide__ = True
    if broken:
        pytest.fail("\n  ".join([rule, *broken]), pytrace=False)


def test_every_module_lives_in_a_known_room() -> None:
    _refuse([module for module in _sources() if _room(module) not in MAY_KNOW], "Modules in no room of the house:")


def test_a_room_knows_only_the_floors_below_it() -> None:
    _refuse(
        [
            found.where
            for found in _at_home()
            if _room(found.source) != _room(found.target)
            and _room(found.target) not in MAY_KNOW.get(_room(found.source), set())
        ],
        "Imports from a floor above, or from a neighbour:",
    )


def _floor(module: str) -> str | None:
    """The floor of the emulated service that a module is on, None outside."""
    parts = module.split(".")
    return parts[2] if parts[1] == "service" and len(parts) > 2 else None


def test_every_module_of_the_service_is_on_a_known_floor() -> None:
    floors = {floor for module in _sources() if (floor := _floor(module))}
    assert floors == set(FLOORS_OF_SERVICE)


def test_a_floor_of_the_service_knows_only_those_below_it() -> None:
    height = {floor: place for place, floor in enumerate(reversed(FLOORS_OF_SERVICE))}
    _refuse(
        [
            found.where
            for found in _at_home()
            if (source := _floor(found.source)) and (target := _floor(found.target)) and height[source] < height[target]
        ],
        "Imports from a floor above inside the service:",
    )


def test_no_two_families_name_each_other() -> None:
    control = f"{PACKAGE}.service.control"
    pairs = {(found.source, found.target) for found in _at_home() if found.target.startswith(control)}
    _refuse(
        [f"{source} <-> {target}" for source, target in sorted(pairs) if source < target and (target, source) in pairs],
        "Families that name each other:",
    )


def test_a_foreign_distribution_is_known_only_where_it_belongs() -> None:
    _refuse(
        [
            found.where
            for found in _from_others()
            if _room(found.source) not in KNOWN_BY.get(found.target.split(".")[0], set())
        ],
        "Imports of a distribution that this room does not know:",
    )


def test_nothing_is_imported_inside_a_function_without_a_reason() -> None:
    _refuse(
        [found.where for found in _all_imports() if found.inside_function and found.key not in LAZY],
        "Imports inside a function that the list LAZY gives no reason for:",
    )


def test_every_reason_for_a_lazy_import_is_still_needed() -> None:
    assert set(LAZY) <= {found.key for found in _all_imports() if found.inside_function}


def test_nobody_but_its_command_knows_the_parity_suite() -> None:
    suite = f"{PACKAGE}.conformance"
    known = {found.source for found in _at_home() if _room(found.target) == "conformance"}
    assert {source for source in known if not source.startswith(suite)} == {f"{PACKAGE}.cli"}


def test_imports_make_no_circle() -> None:
    graph: dict[str, set[str]] = {module: set() for module in _sources()}
    for found in _at_home():
        if found.source != found.target and not found.inside_function and not found.only_for_types:
            graph[found.source].add(found.target)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        _refuse([" -> ".join(reversed(error.args[1]))], "A circle of imports:")


def test_nobody_asks_a_recipe_who_it_is() -> None:
    """What follows from a recipe is a field of its row, so that a new recipe is one row and one recommender module."""
    names = set(RECIPES)
    types = {recipe.recipe_type for recipe in RECIPES.values()}
    broken = []
    for source, tree in _sources().items():
        module = source.removeprefix(f"{PACKAGE}.")
        if module.partition(".")[0] == ASKS_AS_USERS_DO:
            continue
        foreign = types if module in RECIPES_AS_USERS_NAME_THEM else names | types
        for node in ast.walk(tree) if module not in ROWS_OF_RECIPES else ():
            if isinstance(node, ast.Constant) and node.value in foreign:
                broken.append(f"{source}:{node.lineno} names {node.value!r}")
            if isinstance(node, ast.Attribute) and node.attr == "recipe_type" and module != SHOWS_RECIPES:
                broken.append(f"{source}:{node.lineno} asks for the type of a recipe")
            if isinstance(node, ast.Compare | ast.Subscript | ast.Match) and _names_a_recipe(node):
                broken.append(f"{source}:{node.lineno} decides by the name of a recipe")
    _refuse(broken, "Decisions that belong into the row of a recipe:")


def _names_a_recipe(node: ast.Compare | ast.Subscript | ast.Match) -> bool:
    """Whether ``recipe.name`` itself is compared, or looked up in a table."""
    asked = (
        [node.left, *node.comparators]
        if isinstance(node, ast.Compare)
        else [node.slice if isinstance(node, ast.Subscript) else node.subject]
    )
    return any(re.fullmatch(r"(.*\.)?recipe\.name", ast.unparse(each)) for each in asked)


def test_docstrings_write_names_in_double_backticks() -> None:
    single = re.compile(r"(?<!`)`[^`\n]+`(?!`)")
    _refuse(
        [
            f"{source}: {found[0]}"
            for source, tree in _sources().items()
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and (found := single.search(ast.get_docstring(node) or ""))
        ],
        "Names in single backticks:",
    )


def test_a_module_fits_in_the_head() -> None:
    lengths = {
        module: max((getattr(node, "end_lineno", 0) for node in tree.body), default=0)
        for module, tree in _sources().items()
    }
    _refuse(
        [f"{module} has {length} lines" for module, length in lengths.items() if length > MOST_LINES_OF_A_MODULE],
        f"Modules of more than {MOST_LINES_OF_A_MODULE} lines:",
    )


def test_a_function_fits_on_a_screen() -> None:
    _refuse(
        [
            f"{source}:{node.lineno} {node.name} has {length} lines"
            for source, node in _functions()
            if (length := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
        ],
        f"Functions of more than {MOST_LINES_OF_A_FUNCTION} lines:",
    )


def test_type_checkers_see_the_public_names() -> None:
    typed = {
        alias.asname or alias.name
        for block in _sources()[f"{PACKAGE}.__init__"].body
        if _is_type_checking(block)
        for statement in ast.walk(block)
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(PACKAGE)
        for alias in statement.names
    }
    assert typed == set(pytest_personalize.__all__)


def test_every_public_name_can_be_imported() -> None:
    names = [name for name in pytest_personalize.__all__ if getattr(pytest_personalize, name).__doc__]
    assert names == pytest_personalize.__all__
    assert names == sorted(names)
    assert {"PersonalizeBackend", "RealPersonalizeCallBlocked", "attach", "mock_personalize"} <= set(names)


@pytest.mark.parametrize("module", [PACKAGE, f"{PACKAGE}.plugin"])
def test_loading_it_loads_nothing_heavy(module: str) -> None:
    heavy = ["aiobotocore", "boto3", "botocore", "hypothesis", f"{PACKAGE}.conformance", f"{PACKAGE}.service"]
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stderr, run.stdout.strip()) == ("", "[]")


def test_a_run_loads_no_room_that_it_does_not_use() -> None:
    code = (
        "import sys, boto3\n"
        "from pytest_personalize import mock_personalize\n"
        "with mock_personalize(preset='shop') as backend:\n"
        "    runtime = boto3.client('personalize-runtime', region_name='us-east-1')\n"
        "    arn = backend.seeded['shop'].recommenders['Recommended for you']\n"
        "    runtime.get_recommendations(recommenderArn=arn, userId='user-ada')\n"
        f"print([name for name in {[f'{PACKAGE}.{room}' for room in UNUSED]} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.stderr, run.stdout.strip()) == ("", "[]")
