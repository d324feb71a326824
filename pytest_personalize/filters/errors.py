"""The one error of the filter language."""

from __future__ import annotations

from pytest_personalize.failure import Failure


class FilterError(Failure):
    """A filter expression, or a filter value, that the service refuses.

    ``message`` is the whole text; ``position`` is the column in the expression, counted from 1, or None when the
    fault lies outside it (a filter value, a missing userId).
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


def invalid_symbol(symbol: str, reason: str, position: int) -> FilterError:
    """Refuse one symbol, in the words of the service's own parser (developer guide, error messages page)."""
    return FilterError(f"Invalid input symbol: {symbol}. {reason}", position)


def invalid_expression(fault: str, position: int | None = None, remedy: str = "") -> FilterError:
    """Refuse what an expression says; ``Invalid Expression`` is how the service begins such messages."""
    where = "" if position is None else f" at column {position}"
    return FilterError(f"Invalid Expression{where}: {fault}.{remedy and ' ' + remedy}", position)
