"""A filter made ready to answer requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from pytest_personalize.data.records import Records
from pytest_personalize.filters.bits import EVERYTHING, NOTHING
from pytest_personalize.filters.conditions import UNKNOWN, Request, applies, matching
from pytest_personalize.filters.errors import FilterError
from pytest_personalize.filters.mistakes import did_you_mean
from pytest_personalize.filters.nodes import Action, CurrentItem, Dataset, Expression, Filter, Parameter, Target
from pytest_personalize.filters.reasons import FilterReason, reasons
from pytest_personalize.filters.selection import Selection

__all__ = ["ACTION_LOOKBACK", "ITEM_LOOKBACK", "UNKNOWN", "CompiledFilter", "Selection", "compile_filter"]

ITEM_LOOKBACK: Final = 100
ACTION_LOOKBACK: Final = 300
"""How many of a user's newest events of each type count (developer guide, quotas)."""

_DATASET_TYPES: Final = {Target.ITEM: "ITEMS", Target.USER: "USERS", Target.ACTION: "ACTIONS"}


@frozen(kw_only=True, eq=False)
class CompiledFilter:
    """A filter made ready.

    Args:
        target: What it selects: ItemID, UserID or ActionID.
        parameters: Its placeholders; true for those of an INCLUDE, whose value must be given.
        fields: The dataset fields that it reads, such as ITEMS.GENRE: what the quotas count.
        needs_user: Whether a request must name a user, for its events or its record.
        uses_current_item: Whether a request must name an item.
    """

    target: Target
    parameters: Mapping[str, bool]
    fields: frozenset[str]
    needs_user: bool
    uses_current_item: bool
    _includes: Sequence[Expression]
    _excludes: Sequence[Expression]

    def select(
        self,
        records: Records,
        *,
        user: int | None,
        item: int | None,
        values: Mapping[str, str],
        lookback: int = ITEM_LOOKBACK,
    ) -> Selection:
        """What the filter leaves over.

        Args:
            records: The data to look at.
            user: Of the request; ``UNKNOWN`` for a user of whom nothing is recorded, None when none is named.
            item: Of the request, in the same way.
            values: The filter values by parameter name.
            lookback: How many of the user's newest events of each type count.

        Raises:
            FilterError: A filter value is missing, misspelt or malformed; the user or item is missing; a field is gone.
        """
        self._check(user, item, values)
        request = Request(records=records, user=user, item=item, values=values, lookback=lookback)
        # (union of all INCLUDE, or everything) minus (union of all EXCLUDE): developer guide, multiple expressions.
        included = [ids for ids in (self._ids(each, request) for each in self._includes) if ids is not None]
        allowed = EVERYTHING
        if included:
            allowed = NOTHING
            for ids in included:
                allowed |= ids
        for expression in self._excludes:
            excluded = self._ids(expression, request)
            if excluded is not None:
                allowed &= ~excluded
        return Selection(allowed, len(records.subjects(_DATASET_TYPES[self.target])))

    def reasons(
        self,
        records: Records,
        indexes: Sequence[int],
        *,
        user: int | None,
        item: int | None,
        values: Mapping[str, str],
        lookback: int = ITEM_LOOKBACK,
    ) -> list[FilterReason]:
        """Why ``select`` lets each of these ids through or not; the other arguments are those of ``select``."""
        self._check(user, item, values)
        request = Request(records=records, user=user, item=item, values=values, lookback=lookback)
        return reasons([*self._includes, *self._excludes], self.target, request, indexes)

    def _ids(self, expression: Expression, request: Request) -> int | None:
        """The ids that satisfy an expression; None when its IF part keeps it from being applied."""
        if not all(applies(condition, request) for condition in expression.current_user):
            return None
        found = NOTHING
        for all_of in expression.where:
            common = EVERYTHING
            for condition in all_of:
                ids = matching(condition, self.target, request)
                # An EXCLUDE without its filter value is switched off (service model, filterValues).
                # unknown: [runtime/exclude-without-its-value] how much of it. chosen: the conditions joined with it by
                # AND, so that a missing value never excludes more; what OR joins stays on.
                common = NOTHING if ids is None else common & ids
            found |= common
        return found

    def _check(self, user: int | None, item: int | None, values: Mapping[str, str]) -> None:
        for name in values:
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise FilterError(
                    f"Unknown parameter {name} in the filter values: the parameters of the filter are {known}. "
                    f"{did_you_mean(name, self.parameters)}".rstrip()
                )
        for name, required in self.parameters.items():
            if required and name not in values:
                raise FilterError(f"Missing filter value for parameter {name}: an INCLUDE needs the value of each.")
        if self.needs_user and user is None:
            raise FilterError("The filter looks at the user of the request: userId is required.")
        if self.uses_current_item and item is None:
            raise FilterError("The filter compares with CurrentItem: itemId is required.")


def compile_filter(filter: Filter) -> CompiledFilter:
    """Make a filter ready to answer requests."""
    parameters: dict[str, bool] = {}
    for expression in filter.expressions:
        for condition in expression.conditions:
            if isinstance(condition.operand, Parameter):
                name = condition.operand.name
                parameters[name] = parameters.get(name, False) or expression.action is Action.INCLUDE
    return CompiledFilter(
        target=filter.target,
        parameters=parameters,
        fields=filter.fields,
        needs_user=any(
            condition.dataset is Dataset.CURRENT_USER
            or (condition.dataset.has_events and filter.target is not Target.USER)
            for condition in filter.conditions
        ),
        uses_current_item=any(isinstance(condition.operand, CurrentItem) for condition in filter.conditions),
        includes=[each for each in filter.expressions if each.action is Action.INCLUDE],
        excludes=[each for each in filter.expressions if each.action is Action.EXCLUDE],
    )
