"""Metrics of what interactions are attributed to: the expressions, and the report of an import."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

from attrs import frozen

from pytest_personalize.data.avro import Schema
from pytest_personalize.data.events import EventLog
from pytest_personalize.data.export import csv_text
from pytest_personalize.data.records import Records
from pytest_personalize.failure import Failure
from pytest_personalize.service.answering.recommendation_ids import source_id
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.data_points import DataPoint
from pytest_personalize.service.kernel.operations import structure
from pytest_personalize.service.kernel.resource import ACTIVE

UNDEFINED_SOURCE: Final = "SOURCE_NAME_UNDEFINED"
WINDOW_SECONDS: Final = 15 * 60
"""Metrics are added up over windows of 15 minutes (developer guide, metric attribution results)."""

RECENT_SECONDS: Final = 14 * 24 * 60 * 60

ORIGIN: Final = "EVENT_ATTRIBUTION_SOURCE"
Origins = Mapping[int, tuple[str | None, str | None]]
"""By row: the source that an event names, and the id of the recommendation that it follows."""

_HEADER: Final = ("METRIC_NAME", "EVENT_TYPE", "VALUE", "MATH_FUNCTION", ORIGIN, "TIMESTAMP")
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
    found = _EXPRESSION.fullmatch("".join(text.split()))
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


@frozen
class Total:
    """What a metric adds up to in one window of events, for one source; ``time`` is in epoch seconds."""

    metric: MetricAttribute
    function: str
    value: float
    source: str
    time: int


def report(region: Region, records: Records, metrics: Iterable[MetricAttribute], rows: range) -> str:
    """The CSV report of those rows of the Interactions dataset: a line for each metric, source and window."""
    lines = [
        (one.metric.metric_name.upper(), one.metric.event_type.upper(), one.value, one.function, one.source, one.time)
        for one in _totals(region, records, metrics, rows, {})
    ]
    return csv_text(_HEADER, lines)


def publish(
    region: Region, dataset_group_arn: str, rows: Iterable[int], origins: Origins = MappingProxyType({})
) -> None:
    """Tell CloudWatch of those new rows, if an active metric attribution asks for it.

    PutEvents and incremental imports do so by themselves (developer guide, metric attribution results); records of more
    than 14 days do not count (metric attribution requirements). ``origins`` are what came with rows: a schema need not
    have columns for them.
    """
    for attribution in region.table("metric-attribution").of(dataset_group_arn):
        if attribution.status != ACTIVE:
            continue
        records = region.records[dataset_group_arn]
        times, oldest = records.log("INTERACTIONS").times, region.now() - RECENT_SECONDS
        recent = [row for row in rows if times[row] > oldest]
        region.data_points += [
            # unknown: [metrics/of-an-attribution] its dimensions. chosen: the source, named as in reports
            DataPoint(region.name, one.metric.metric_name, one.value, one.time, {ORIGIN: one.source})
            for one in _totals(region, records, attribution.metrics, recent, origins)
        ]


def _totals(
    region: Region, records: Records, metrics: Iterable[MetricAttribute], rows: Sequence[int], origins: Origins
) -> Iterator[Total]:
    log = records.log("INTERACTIONS")
    source_of = _source_reader(region, log, origins)
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
            yield Total(metric, expression.function, totals[window, source], source, window * WINDOW_SECONDS)


def _worth_reader(records: Records, log: EventLog, expression: Expression) -> Callable[[int], float]:
    """What one row adds to a metric."""
    if expression.function == "samplecount":
        return lambda row: 1.0
    column = expression.column
    if expression.dataset_type == "INTERACTIONS":
        return lambda row: float(log.value(row, column) or 0)
    items = records.table("ITEMS")
    return lambda row: float(items.value(log.items[row], column) or 0)


def _source_reader(region: Region, log: EventLog, origins: Origins) -> Callable[[int], str]:
    """What a row is attributed to: its own source first, then the origin of its recommendation."""
    columns = log.extra.get(ORIGIN), log.extra.get("RECOMMENDATION_ID")
    arns = {
        source_id(resource.arn): resource.arn for kind in ("campaign", "recommender") for resource in region.table(kind)
    }

    def read(row: int) -> str:
        own, recommendation = origins.get(row) or (None if column is None else column.get(row) for column in columns)
        if own is None and recommendation is not None:
            own = arns.get(str(recommendation).rpartition("-CID-")[2])
        return UNDEFINED_SOURCE if own is None else str(own)

    return read
