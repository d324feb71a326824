"""Metrics of what interactions are attributed to: the expressions, and the report of an import."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Literal

from attrs import frozen

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.events import EventLog
from pytest_personalize.data.export import csv_text
from pytest_personalize.data.records import Records
from pytest_personalize.failure import Failure
from pytest_personalize.service.answering.recommendation_ids import source_id
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.operations import structure

UNDEFINED_SOURCE: Final = "SOURCE_NAME_UNDEFINED"
WINDOW_SECONDS: Final = 15 * 60
"""Metrics are added up over windows of 15 minutes (developer guide, metric attribution results)."""

_HEADER: Final = ("METRIC_NAME", "EVENT_TYPE", "VALUE", "MATH_FUNCTION", "EVENT_ATTRIBUTION_SOURCE", "TIMESTAMP")
_EXPRESSION: Final = re.compile(r"(SAMPLECOUNT)\(\)|SUM\((ITEMS|INTERACTIONS)\.(\w+)\)", re.IGNORECASE)


@structure
@frozen(kw_only=True)
class MetricAttribute:
    """A metric: what is added up over the events of a type."""

    event_type: str
    metric_name: str
    expression: str


@frozen(kw_only=True)
class Expression:
    """``SAMPLECOUNT()``, or ``SUM`` over a numeric column of ITEMS or INTERACTIONS."""

    function: Literal["samplecount", "sum"]
    dataset_type: str = ""
    column: str = ""


def read_expression(text: str, schemas: Mapping[str, Schema]) -> Expression:
    """The meaning of a metric's expression; Failure says what is wrong with it."""
    found = _EXPRESSION.fullmatch(re.sub(r"\s", "", text))
    if found is None:
        raise Failure(
            f"Invalid metric expression: {text!r} is no SAMPLECOUNT(), SUM(Items.COLUMN) or SUM(Interactions.COLUMN)."
        )
    if found[1]:
        return Expression(function="samplecount")
    dataset_type = found[2].upper()
    schema = schemas.get(dataset_type)
    field = None if schema is None else schema.field(found[3])
    if field is None:
        raise Failure(f"Invalid metric expression: {text!r}: there is no column {found[3]} of {dataset_type}.")
    if not field.numeric:
        raise Failure(f"Invalid metric expression: {text!r}: {field.name} is not numeric.")
    return Expression(function="sum", dataset_type=dataset_type, column=field.name)


def report(region: Region, records: Records, metrics: Iterable[MetricAttribute], rows: range) -> str:
    """The CSV report of those rows of the Interactions dataset: a line for each metric, source and window."""
    log = records.log("INTERACTIONS")
    source_of = _source_reader(region, log)
    lines: list[tuple[str | float, ...]] = []
    for metric in metrics:
        expression = read_expression(metric.expression, records.schemas)
        worth = _worth_reader(records, log, expression)
        types = log.codes_of(metric.event_type)
        totals: dict[tuple[int, str], float] = {}
        for row in rows:
            if log.types[row] in types:
                key = (log.times[row] // WINDOW_SECONDS, source_of(row))
                totals[key] = totals.get(key, 0.0) + worth(row)
        for window, source in sorted(totals):
            # unknown: [jobs/moment-of-a-window] which moment of the window it is. chosen: its beginning
            what = (metric.metric_name.upper(), metric.event_type.upper(), totals[window, source], expression.function)
            lines.append((*what, source, window * WINDOW_SECONDS))
    return csv_text(_HEADER, lines)


def _worth_reader(records: Records, log: EventLog, expression: Expression) -> Callable[[int], float]:
    """What one row adds to a metric."""
    if expression.function == "samplecount":
        return lambda row: 1.0
    column = expression.column
    if expression.dataset_type == "INTERACTIONS":
        return lambda row: float(log.value(row, column) or 0)
    items = records.table("ITEMS")
    return lambda row: float(items.value(log.items[row], column) or 0)


def _source_reader(region: Region, log: EventLog) -> Callable[[int], str]:
    """What a row is attributed to: its own source first, then the origin of its recommendation."""
    own, recommendation = log.extra.get("EVENT_ATTRIBUTION_SOURCE"), log.extra.get("RECOMMENDATION_ID")
    arns = {
        source_id(resource.arn): resource.arn for kind in ("campaign", "recommender") for resource in region.table(kind)
    }

    def read(row: int) -> str:
        source = None if own is None else own.get(row)
        if source is None and recommendation is not None:
            given = recommendation.get(row)
            source = None if given is None else arns.get(str(given).rpartition("-CID-")[2])
        return UNDEFINED_SOURCE if source is None else str(source)

    return read
