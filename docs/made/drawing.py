"""How a call travels: the rooms of the house that a call may pass, drawn from the imports in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import Final

import pytest_personalize

PACKAGE: Final = Path(pytest_personalize.__path__[0])
OPENED: Final = "service"
"""The room whose own rooms are drawn."""

BEGINNING: Final = "interception"

WIDTH, HEIGHT, GAP, RISE, LETTERS = 300, 78, 18, 26, 52


def room_of(module: str) -> str:
    """The room of a module: the package or module under the root, and those under the room that is opened."""
    parts = module.split(".")
    return ".".join(parts[:2] if parts[0] == OPENED else parts[:1])


def knows() -> dict[str, set[str]]:
    """By room, the rooms that its modules import when they are loaded."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        module = ".".join(part for part in parts if part != "__init__")
        if module:
            room = room_of(module)
            found.setdefault(room, set()).update(target for target in imported(path) if target != room)
    return found


def imported(path: Path) -> Iterator[str]:
    """The rooms that a module imports at its top, those for types alone included."""
    prefix = f"{PACKAGE.name}."
    top = ast.parse(path.read_text(encoding="utf-8")).body
    conditional = [inner for node in top if isinstance(node, ast.If) for inner in node.body]
    for node in (*top, *conditional):
        if isinstance(node, ast.ImportFrom) and node.module and f"{node.module}.".startswith(prefix):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}".removeprefix(prefix)
                yield room_of(inner if is_module(inner) else node.module.removeprefix(prefix))


def is_module(name: str) -> bool:
    """Whether the package has a module or a package of that dotted name."""
    path = PACKAGE / name.replace(".", "/")
    return path.with_suffix(".py").exists() or path.is_dir()


def on_the_way() -> dict[str, set[str]]:
    """The rooms that a call can get to; single modules that know nobody are everywhere, and so left out."""
    every = knows()
    found: dict[str, set[str]] = {}
    waiting = [BEGINNING]
    while waiting:
        room = waiting.pop()
        if room not in found:
            found[room] = {
                other for other in every[room] if other in every and (every[other] or (PACKAGE / other).is_dir())
            }
            waiting += found[room]
    return found


def reduced(graph: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Without the arrows that a longer way replaces."""
    reach: dict[str, set[str]] = {}
    for room in TopologicalSorter(graph).static_order():
        reach[room] = set(graph[room]).union(*(reach[other] for other in graph[room]))
    return {
        room: {one for one in others if not any(one in reach[other] for other in others)}
        for room, others in graph.items()
    }


def floors(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The rooms from the top down: each below all rooms that know it."""
    depth = dict.fromkeys(graph, 0)
    for room in reversed(list(TopologicalSorter(graph).static_order())):
        for other in graph[room]:
            depth[other] = max(depth[other], depth[room] + 1)
    rows: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for room in sorted(graph):
        rows[depth[room]].append(room)
    return rows


def what_it_is(room: str) -> str:
    """The first sentence of the docstring of a room."""
    path = PACKAGE / room.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.split("\n")[0].replace("``", "")


def drawing() -> Iterator[str]:
    """The SVG: a box for each room, an arrow to each that it knows and no room in between knows."""
    graph = on_the_way()
    rows = floors(graph)
    widest = max(map(len, rows))
    whole = widest * WIDTH + (widest - 1) * GAP
    places: dict[str, tuple[int, int]] = {}
    for row, rooms in enumerate(rows):
        left = (whole - len(rooms) * WIDTH - (len(rooms) - 1) * GAP) // 2
        for column, room in enumerate(rooms):
            places[room] = left + column * (WIDTH + GAP), row * (HEIGHT + RISE)
    height = len(rows) * (HEIGHT + RISE) - RISE
    yield f'<div class="drawing"><svg class="way" viewBox="0 0 {whole} {height}" role="img">'
    yield "<title>The rooms that a call passes</title>"
    yield from (arrow(*places[room], *places[other]) for room, others in reduced(graph).items() for other in others)
    yield from (box(room, *place) for room, place in places.items())
    yield "</svg></div>"


def arrow(left: int, top: int, other_left: int, other_top: int) -> str:
    """From the bottom of one box to the top of another one, with a head."""
    x, y = other_left + WIDTH // 2, other_top
    line = f'<line x1="{left + WIDTH // 2}" y1="{top + HEIGHT}" x2="{x}" y2="{y - 6}"/>'
    return f'{line}<path d="M{x - 4} {y - 7} L{x + 4} {y - 7} L{x} {y - 1} Z"/>'


def box(room: str, left: int, top: int) -> str:
    """A room with its name and what it is."""
    lines = wrap(what_it_is(room), LETTERS)
    texts = (
        f'<text x="{left + 10}" y="{top + 38 + 15 * number}">{escape(line)}</text>' for number, line in enumerate(lines)
    )
    frame = f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
    return f'{frame}<text class="room" x="{left + 10}" y="{top + 20}">{room}</text>{"".join(texts)}'
