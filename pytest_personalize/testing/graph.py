"""A drawing of resources: what was made from what, and the status of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Final

import attrs

from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.testing.hints import texts
from pytest_personalize.testing.markup import Html, cut, element
from pytest_personalize.testing.report import status_class

MOST: Final = 200  # resources; more would be no picture
BOX: Final = (262, 44)
STEP: Final = (308, 58)
MARGIN: Final = 10
LETTERS: Final = 30  # that fit into a box


def drawing(resources: Sequence[Resource], marked: Set[str] = frozenset()) -> Html:
    """The resources as boxes, each to the right of those that it was made from, with lines between them.

    Those whose ARNs are ``marked`` are drawn as the test's own.
    """
    references = _references(resources)
    makers = {arn: _direct(arn, references) for arn in references}
    places = _places(resources, makers)
    width = MARGIN * 2 + max(column for column, _ in places.values()) * STEP[0] + BOX[0]
    height = MARGIN * 2 + max(row for _, row in places.values()) * STEP[1] + BOX[1]
    lines = [_line(places[maker], places[arn]) for arn, found in makers.items() for maker in sorted(found)]
    boxes = [_box(resource, places[resource.arn], resource.arn in marked) for resource in resources]
    view = f"0 0 {width} {height}"
    return element("svg", *lines, *boxes, viewBox=view, width=width, height=height, role="img")


def _references(resources: Sequence[Resource]) -> dict[str, set[str]]:
    """The resources that each one names, anywhere in what describes it."""
    arns = {resource.arn for resource in resources}
    return {
        resource.arn: {text for _, text in texts(attrs.asdict(resource)) if text in arns and text != resource.arn}
        for resource in resources
    }


def _direct(arn: str, references: Mapping[str, set[str]]) -> set[str]:
    """Without those that another one of them already leads to."""
    direct = references[arn]
    further = {beyond for maker in direct for beyond in _reachable(maker, references) if beyond != maker}
    return direct - further


def _reachable(arn: str, references: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [arn]
    while waiting:
        new = references[waiting.pop()] - reached
        reached |= new
        waiting += new
    return reached


def _places(resources: Sequence[Resource], makers: Mapping[str, set[str]]) -> dict[str, tuple[int, int]]:
    """Column and row: the column after the last maker, the rows in the order of the rows of the makers."""
    columns: dict[str, int] = {}

    def column_of(arn: str, above: frozenset[str] = frozenset()) -> int:
        if arn not in columns and arn not in above:
            columns[arn] = 1 + max((column_of(maker, above | {arn}) for maker in makers[arn]), default=-1)
        return columns.get(arn, -1)

    for resource in resources:
        column_of(resource.arn)
    places: dict[str, tuple[int, int]] = {}
    for column in sorted(set(columns.values())):
        inside = [resource.arn for resource in resources if columns[resource.arn] == column]
        inside.sort(key=lambda arn: min((places[maker][1] for maker in makers[arn] if maker in places), default=0))
        places |= {arn: (column, row) for row, arn in enumerate(inside)}
    return places


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return MARGIN + place[0] * STEP[0], MARGIN + place[1] * STEP[1]


def _line(maker: tuple[int, int], made: tuple[int, int]) -> Html:
    (left, above), (right, below) = _corner(maker), _corner(made)
    start, end = left + BOX[0], right
    middle = (start + end) // 2
    half = BOX[1] // 2
    path = f"M{start},{above + half} C{middle},{above + half} {middle},{below + half} {end},{below + half}"
    return element("path", d=path)


def _box(resource: Resource, place: tuple[int, int], own: bool) -> Html:
    left, above = _corner(place)
    return element(
        "g",
        element("title", f"{resource.arn}\n{resource.status}"),
        element("rect", x=left, y=above, width=BOX[0], height=BOX[1], rx=5),
        element("text", cut(resource.key, LETTERS), x=left + 10, y=above + 18, class_="name"),
        element("text", cut(f"{resource.kind}: {resource.status or 'no status'}", LETTERS), x=left + 10, y=above + 35),
        class_=f"{status_class(resource.status)} {'own' if own else 'found'}",
    )
