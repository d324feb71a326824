"""The item attributes of a user segment: what an input line of a batch segment job asks for."""

from __future__ import annotations

from pytest_personalize.filters.errors import invalid_expression
from pytest_personalize.filters.nodes import Dataset, Number, Texts
from pytest_personalize.filters.parser import parse_conditions


def parse_attributes(text: str) -> tuple[tuple[str, str | int | float], ...]:
    """Read the ``itemAttributes`` of an input line: ``ITEMS.genres = "Comedy" AND ITEMS.genres = "Action"``.

    Returns:
        Upper case field name and value of each attribute, in the order of the text.

    Raises:
        FilterError: It is something else than fields of Items compared by = and joined by AND (developer guide,
            batch segment job input).
    """
    attributes: list[tuple[str, str | int | float]] = []
    for condition in parse_conditions(text):
        if condition.dataset is not Dataset.ITEMS:
            raise invalid_expression(f"{condition.dataset} is not Items", condition.position)
        if isinstance(condition.operand, Texts):
            attributes.append((condition.name, condition.operand.values[0]))
        else:
            assert isinstance(condition.operand, Number)  # of attributes, the grammar has nothing else
            attributes.append((condition.name, condition.operand.value))
    return tuple(attributes)
