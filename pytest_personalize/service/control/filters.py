"""Filters: an expression, checked when it is created, that a request may name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Final

from attrs import frozen

from pytest_personalize.data.avro import Schema
from pytest_personalize.filters.checks import check
from pytest_personalize.filters.compiled import CompiledFilter, compile_filter
from pytest_personalize.filters.errors import FilterError
from pytest_personalize.filters.nodes import Filter as Expression
from pytest_personalize.filters.parser import parse
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.tags import Tag, checked_tags
from pytest_personalize.service.kernel.account import Region, resource_kind
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, creation, deletion
from pytest_personalize.service.kernel.operations import Page, operation
from pytest_personalize.service.kernel.paging import list_page
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource

BATCH_JOBS: Final = ("batch-inference-job", "batch-segment-job")
"""The kinds of jobs that may use a filter; they know filters, and not the reverse."""


@resource_kind
@frozen(kw_only=True, slots=False)
class Filter(Resource):
    """A filter of a dataset group."""

    kind: ClassVar[str] = "filter"
    arn_field: ClassVar[str] = "filter_arn"
    parent_field: ClassVar[str] = "dataset_group_arn"
    blocks_parent: ClassVar[bool] = True

    name: str
    filter_arn: str
    dataset_group_arn: str
    filter_expression: str


SCRIPTS["filter", "create"] = creation(10, 80)
SCRIPTS["filter", "delete"] = deletion(10, 30)


@lru_cache(maxsize=512)
def compiled(expression: str) -> CompiledFilter:
    """The expression as a predicate; FilterError when it does not parse."""
    return compile_filter(parse(expression))


def usable_filter(region: Region, arn: str, dataset_group_arn: str, user_of: str) -> CompiledFilter:
    """The filter of that ARN, for a resource ``user_of`` of that group.

    Raises ResourceNotFoundException when there is none, InvalidInputException when it is not ACTIVE or belongs to
    another group.
    """
    found = region.find(Filter, arn)
    if found.status != ACTIVE:
        raise refusal("filter status", filter=arn, status=found.status)
    if found.dataset_group_arn != dataset_group_arn:
        raise refusal("filter group", filter=arn, arn=user_of)
    return compiled(found.filter_expression)


def _checked(expression: str, schemas: dict[str, Schema]) -> Expression:
    try:
        parsed = parse(expression)
        check(parsed, schemas)
    except FilterError as error:
        raise refusal("filter expression", problem=error.message) from None
    return parsed


def _admit(region: Region, dataset_group_arn: str, expression: str) -> None:
    """Hold the filters of a group against their number and the number of fields that they use together."""
    quotas = region.account.quotas
    quotas.admit("filters", region.rows(Filter).count(dataset_group_arn))
    if quotas.limits("filter_fields_group"):
        siblings = region.rows(Filter).of(dataset_group_arn)
        used = frozenset[str]().union(*(compiled(sibling.filter_expression).fields for sibling in siblings))
        together = used | compiled(expression).fields
        if together > used:
            quotas.admit("filter_fields_group", len(together) - 1)


@operation("CreateFilter")
def create_filter(
    region: Region, *, name: str, dataset_group_arn: str, filter_expression: str, tags: Sequence[Tag] = ()
) -> Filter:
    """A new filter; the expression is checked against the schemas that the group has now."""
    group = region.find(DatasetGroup, dataset_group_arn)
    checked = checked_tags(tags)
    if group.status != ACTIVE:  # CreateFilter does not model ResourceInUseException
        raise refusal("status invalid", arn=group.arn, status=group.status, operation="CreateFilter", needed=ACTIVE)
    _checked(filter_expression, region.records[dataset_group_arn].schemas)
    arn = region.arn(Filter.kind, name)
    region.claim(Filter.kind, arn)
    _admit(region, dataset_group_arn, filter_expression)
    now = region.now()
    created = Filter(
        name=name,
        filter_arn=arn,
        dataset_group_arn=dataset_group_arn,
        filter_expression=filter_expression,
        creation_date_time=now,
        last_updated_date_time=now,
    )
    return region.create(created, checked)


@operation("DescribeFilter")
def describe_filter(region: Region, *, filter_arn: str) -> Filter:
    """The filter, one look later in its script."""
    return region.describe(Filter, filter_arn)


@operation("ListFilters")
def list_filters(
    region: Region,
    *,
    dataset_group_arn: str | None = None,
    next_token: str | None = None,
    max_results: int | None = None,
) -> Page:
    """The filters of a group, or of the region."""
    return list_page(region, Filter, dataset_group_arn, next_token, max_results)


@operation("DeleteFilter")
def delete_filter(region: Region, *, filter_arn: str) -> None:
    """Delete an ACTIVE or failed filter that no running batch job uses (developer guide)."""
    found = region.find(Filter, filter_arn)
    region.require(found, "DeleteFilter", (ACTIVE, CREATE_FAILED))
    running = [
        job.arn
        for kind in BATCH_JOBS
        for job in region.table(kind)
        if job.filter_arn == filter_arn and region.engine.is_moving(job.arn)
    ]
    if running:
        raise refusal("used", arn=filter_arn, blockers=", ".join(running))
    region.delete(found, "DeleteFilter", (ACTIVE, CREATE_FAILED))
