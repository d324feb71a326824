"""``backend.metrics``: what Amazon Personalize tells CloudWatch.

Names and dimensions are those of the developer guide, page "CloudWatch metrics for Amazon Personalize". Of its metrics
those of durations and sizes are missing, as nothing here takes the time that they measure, and those of jobs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, overload

from attrs import frozen

from pytest_personalize.nearest import hint
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.data_points import DataPoint
from pytest_personalize.shapes.errors import error_status
from pytest_personalize.testing.calls import Call
from pytest_personalize.testing.faults import ERRORS
from pytest_personalize.testing.markup import visible

NAMESPACE: Final = "AWS/Personalize"
"""Where CloudWatch keeps them."""

Dimensions = dict[str, str]


@frozen(repr=False)
class Metrics(Sequence[DataPoint]):
    """Data points, the oldest first: of the calls on record, and of the events that metric attributions report.

    ``names`` are those of all metrics that could have some.
    """

    points: tuple[DataPoint, ...]
    names: frozenset[str]

    def of(self, name: str, **dimensions: str) -> Metrics:
        """Those of one metric, with at least these dimensions; ``KeyError`` for a name that no metric has."""
        if name not in self.names:
            raise KeyError(f"no metric {name!r}; {hint(name, sorted(self.names))}")
        found = (each for each in self if each.name == name and dimensions.items() <= each.dimensions.items())
        return Metrics(tuple(found), self.names)

    @property
    def total(self) -> float:
        """The sum of the values."""
        return sum(point.value for point in self)

    @overload
    def __getitem__(self, index: int) -> DataPoint: ...

    @overload
    def __getitem__(self, index: slice) -> Metrics: ...

    def __getitem__(self, index: int | slice) -> DataPoint | Metrics:
        return Metrics(self.points[index], self.names) if isinstance(index, slice) else self.points[index]

    def __len__(self) -> int:
        return len(self.points)

    def __str__(self) -> str:
        sums: dict[tuple[str, tuple[tuple[str, str], ...]], float] = {}
        for point in self:
            key = point.name, tuple(point.dimensions.items())
            sums[key] = sums.get(key, 0.0) + point.value
        lines = [str(DataPoint("", name, value, 0, dict(dimensions))) for (name, dimensions), value in sums.items()]
        return visible("\n".join([f"{NAMESPACE}, sums of {len(self)} data points", *(f"  {line}" for line in lines)]))

    def __repr__(self) -> str:
        return f"<{len(self)} data points of {NAMESPACE}>"


@frozen
class Measure:
    """What is counted of the calls of an operation."""

    success: str
    dimensions: Callable[[Region, Mapping[str, Any]], Dimensions | None]


def _of_what_answers(region: Region, params: Mapping[str, Any]) -> Dimensions | None:
    if "campaignArn" in params:
        return {"CampaignArn": params["campaignArn"]}
    # unknown: [metrics/of-a-recommender] the dimension of a recommender. chosen: RecommenderArn, as for a campaign
    return {"RecommenderArn": params["recommenderArn"]} if "recommenderArn" in params else None


def _of_a_tracker(region: Region, params: Mapping[str, Any]) -> Dimensions | None:
    trackers = region.table("event-tracker")
    tracker = next((one for one in trackers if one.tracking_id == params.get("trackingId")), None)
    if tracker is None:
        return None
    datasets = region.table("dataset").of(tracker.dataset_group_arn)
    dataset = next((one.arn for one in datasets if one.dataset_type == "INTERACTIONS"), None)
    if dataset is None:
        return None
    return {"DatasetGroupArn": tracker.dataset_group_arn, "DatasetArn": dataset, "EventTrackerArn": tracker.arn}


def _of_a_dataset(region: Region, params: Mapping[str, Any]) -> Dimensions | None:
    dataset = region.table("dataset").get(params.get("datasetArn", ""))
    return None if dataset is None else {"DatasetGroupArn": dataset.dataset_group_arn, "DatasetArn": dataset.arn}


MEASURES: Final[Mapping[str, Measure]] = {
    "GetRecommendations": Measure("GetRecommendations", _of_what_answers),
    "GetPersonalizedRanking": Measure("GetPersonalizedRanking", _of_what_answers),
    "PutEvents": Measure("PutEventsRequests", _of_a_tracker),
    "PutItems": Measure("PutItemsRequests", _of_a_dataset),
    "PutUsers": Measure("PutUsersRequests", _of_a_dataset),
}
"""What is documented of calls, by operation."""

_NAMES: Final = {
    name
    for operation, measure in MEASURES.items()
    for name in (measure.success, f"{operation}4xxErrors", f"{operation}5xxErrors")
}


def measured(calls: Iterable[Call], regions: Mapping[str, Region]) -> Metrics:
    """What CloudWatch would have, by these calls and by what metric attributions have reported in the regions."""
    reported = [point for region in regions.values() for point in region.data_points]
    points = sorted([*_of_calls(calls, regions), *reported], key=lambda point: point.time)
    attributions = chain.from_iterable(region.table("metric-attribution") for region in regions.values())
    asked = {metric.metric_name for attribution in attributions for metric in attribution.metrics}
    return Metrics(tuple(points), frozenset(_NAMES | asked | {point.name for point in reported}))


def _of_calls(calls: Iterable[Call], regions: Mapping[str, Region]) -> Iterator[DataPoint]:
    for call in calls:
        measure = MEASURES.get(call.operation)
        # A call that nobody answered never came to the service, or nobody knows that it did.
        if measure is None or call.region not in regions or call.error in ERRORS.values():
            continue
        dimensions = measure.dimensions(regions[call.region], call.params)
        if dimensions is not None:
            yield DataPoint(call.region, _name(call, measure), 1.0, call.time, dimensions)


def _name(call: Call, measure: Measure) -> str:
    if call.error is None:
        return measure.success
    return f"{call.operation}{error_status(call.service, call.error) // 100}xxErrors"
