"""The filter language: text to tree, rules, and the selection of what a filter leaves over.

Users, items and actions are the interned integers of ``pytest_personalize.data.records.Records``.
"""

from pytest_personalize.filters.attributes import parse_attributes
from pytest_personalize.filters.checks import check
from pytest_personalize.filters.compiled import (
    ACTION_LOOKBACK,
    ITEM_LOOKBACK,
    UNKNOWN,
    CompiledFilter,
    Selection,
    compile_filter,
)
from pytest_personalize.filters.errors import FilterError
from pytest_personalize.filters.nodes import Filter
from pytest_personalize.filters.parser import parse

__all__ = [
    "ACTION_LOOKBACK",
    "ITEM_LOOKBACK",
    "UNKNOWN",
    "CompiledFilter",
    "Filter",
    "FilterError",
    "Selection",
    "check",
    "compile_filter",
    "parse",
    "parse_attributes",
]
