"""Metric attributions: which metrics of events are reported, and where to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import attrs
from attrs import frozen

from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.jobs.attribution import MetricAttribute, read_expression
from pytest_personalize.service.jobs.locations import S3DataConfig, output_folder
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, creation, deletion
from pytest_personalize.service.kernel.lookups import described, listed
from pytest_personalize.service.kernel.operations import Page, operation, structure
from pytest_personalize.service.kernel.paging import PAGE_SIZE, numbered_page
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource
from pytest_personalize.service.kernel.state import resource_kind

MOST_METRICS: Final = 10


@structure
@frozen(kw_only=True)
class MetricAttributionOutput:
    """Who writes the reports of imports, and where to."""

    role_arn: str
    s3_data_destination: S3DataConfig | None = None


@described
@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class MetricAttribution(Resource):
    """The one metric attribution of a dataset group."""

    kind: ClassVar[str] = "metric-attribution"
    arn_field: ClassVar[str] = "metric_attribution_arn"
    parent_field: ClassVar[str | None] = "dataset_group_arn"
    # unknown: [groups/deleted-with-an-attribution] the API page names neither among what blocks. chosen: it goes
    goes_with_parent: ClassVar[bool] = True

    name: str
    metric_attribution_arn: str
    dataset_group_arn: str
    metrics_output_config: MetricAttributionOutput
    metrics: tuple[MetricAttribute, ...]


SCRIPTS["metric-attribution", "create"] = creation(5, 40)
SCRIPTS["metric-attribution", "delete"] = deletion(5, 25)


@operation("CreateMetricAttribution")
def create_metric_attribution(
    region: Region,
    *,
    name: str,
    dataset_group_arn: str,
    metrics: Sequence[MetricAttribute],
    metrics_output_config: MetricAttributionOutput,
) -> MetricAttribution:
    """The one metric attribution of an ACTIVE dataset group whose Interactions dataset has EVENT_TYPE."""
    group = region.find(DatasetGroup, dataset_group_arn)
    _check_output(region, metrics_output_config)
    new = admit(
        region,
        MetricAttribution,
        name,
        needs=(group,),
        check=lambda: _check_metrics(region, dataset_group_arn, metrics, metrics),
    )
    region.refuse_while("second attribution", group, lambda: region.rows(MetricAttribution).of(dataset_group_arn))
    attribution = MetricAttribution(
        name=name,
        metric_attribution_arn=new.arn,
        dataset_group_arn=dataset_group_arn,
        metrics_output_config=metrics_output_config,
        metrics=tuple(metrics),
        **new.beginning,
    )
    return new.enter(attribution)


@operation("UpdateMetricAttribution")
def update_metric_attribution(
    region: Region,
    *,
    metric_attribution_arn: str | None = None,
    add_metrics: Sequence[MetricAttribute] = (),
    remove_metrics: Sequence[str] = (),
    metrics_output_config: MetricAttributionOutput | None = None,
) -> MetricAttribution:
    """Remove metrics by name, add others, or report to another place; it holds at once."""
    attribution = _find(region, metric_attribution_arn)
    names = {metric.metric_name for metric in attribution.metrics}
    unknown = [name for name in remove_metrics if name not in names]
    if unknown:
        raise refusal("unknown metric", name=unknown[0], arn=attribution.arn, known=", ".join(sorted(names)))
    kept = [metric for metric in attribution.metrics if metric.metric_name not in remove_metrics]
    _check_metrics(region, attribution.dataset_group_arn, add_metrics, [*kept, *add_metrics])
    if metrics_output_config is not None:
        _check_output(region, metrics_output_config)
    attribution = region.require(attribution)
    taken = {metric.metric_name for metric in kept}
    for metric in add_metrics:
        if metric.metric_name in taken:
            raise refusal("metric exists", name=metric.metric_name, arn=attribution.arn)
    updated = attrs.evolve(
        attribution,
        metrics=(*kept, *add_metrics),
        metrics_output_config=metrics_output_config or attribution.metrics_output_config,
        last_updated_date_time=region.now(),
    )
    region.rows(MetricAttribution).put(updated)
    return updated


@operation("ListMetricAttributionMetrics")
def list_metric_attribution_metrics(
    region: Region,
    *,
    metric_attribution_arn: str | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Page:
    """The metrics of a metric attribution, in the order in which they were added."""
    if metric_attribution_arn not in region.rows(MetricAttribution):  # not found is not among the modelled errors
        raise refusal("attribution needed", arn=metric_attribution_arn)
    attribution = _find(region, metric_attribution_arn)
    return numbered_page(attribution.arn, enumerate(attribution.metrics, 1), next_token, max_results or PAGE_SIZE)


@operation("DeleteMetricAttribution")
def delete_metric_attribution(region: Region, *, metric_attribution_arn: str) -> None:
    """Delete an ACTIVE or failed metric attribution."""
    attribution = region.find(MetricAttribution, metric_attribution_arn)
    region.delete(attribution, (ACTIVE, CREATE_FAILED))


def _find(region: Region, arn: str | None) -> MetricAttribution:
    """The metric attribution of an ARN that the model does not require."""
    if arn is None:
        raise refusal("attribution needed", arn="no Arn")
    return region.find(MetricAttribution, arn)


def _check_metrics(
    region: Region, dataset_group_arn: str, added: Sequence[MetricAttribute], together: Sequence[MetricAttribute]
) -> None:
    """Hold metrics against the schemas of the dataset group; InvalidInputException for one that does not fit."""
    schemas = region.records[dataset_group_arn].schemas
    interactions = schemas.get("INTERACTIONS")
    if interactions is None or interactions.field("EVENT_TYPE") is None:
        raise refusal("no event type", group=dataset_group_arn)
    if not 1 <= len(together) <= MOST_METRICS:
        raise refusal("metric count", limit=MOST_METRICS, count=len(together))
    names = [metric.metric_name for metric in added]
    for name in names:
        if names.count(name) > 1:
            raise refusal("repeated metric", name=name)
    for metric in added:
        read_expression(metric.expression, schemas)


def _check_output(region: Region, config: MetricAttributionOutput) -> None:
    if config.s3_data_destination is not None:
        output_folder(region, config.s3_data_destination)
