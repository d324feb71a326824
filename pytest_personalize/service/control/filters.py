"""Filters: an expression, checked when it is created, that a request may name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Final

from attrs import frozen

from pytest_personalize.filters.checks import check
from pytest_personalize.filters.compiled import CompiledFilter, compile_filter
from pytest_personalize.filters.nodes import Target
from pytest_personalize.filters.parser import parse
from pytest_personalize.recommenders.recipe import Recipe
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.admission import admit
from pytest_personalize.service.kernel.errors import refusal
from pytest_personalize.service.kernel.lifecycle import SCRIPTS, creation, deletion
from pytest_personalize.service.kernel.lookups import described, listed
from pytest_personalize.service.kernel.operations import operation
from pytest_personalize.service.kernel.resource import ACTIVE, CREATE_FAILED, Resource
from pytest_personalize.service.kernel.state import resource_kind
from pytest_personalize.service.kernel.tagging import Tag

BATCH_JOBS: Final = ("batch-inference-job", "batch-segment-job")
"""The kinds of jobs that may use a filter; they know filters, and not the reverse."""


@described
@listed
@resource_kind
@frozen(kw_only=True, slots=False)
class Filter(Resource):
    """A filter of a dataset group."""

    kind: ClassVar[str] = "filter"
    arn_field: ClassVar[str] = "filter_arn"
    parent_field: ClassVar[str] = "dataset_group_arn"
    # unknown: [groups/deleted-with-a-filter] the API page names neither among what blocks. chosen: it goes
    goes_with_parent: ClassVar[bool] = True

    name: str
    filter_arn: str
    dataset_group_arn: str
    filter_expression: str


TARGETS: Final = {"items": Target.ITEM, "users": Target.USER, "actions": Target.ACTION}
"""By what a recipe answers: what its filters are about."""

SCRIPTS["filter", "create"] = creation(10, 80)
SCRIPTS["filter", "delete"] = deletion(10, 30)


@lru_cache(maxsize=512)
def compiled(expression: str) -> CompiledFilter:
    """The expression as a predicate; FilterError when it does not parse."""
    return compile_filter(parse(expression))


def usable_filter(region: Region, arn: str, dataset_group_arn: str, recipe: Recipe, user_of: str) -> CompiledFilter:
    """The filter of that ARN, for a resource ``user_of`` of that group that answers by that recipe.

    Raises ResourceNotFoundException when there is none, InvalidInputException when it is not ACTIVE, belongs to
    another group, is about something else than the recipe answers, or about a current item that requests do not name.
    """
    found = region.require(region.find(Filter, arn), row="filter status")
    if found.dataset_group_arn != dataset_group_arn:
        raise refusal("filter group", filter=arn, arn=user_of)
    usable = compiled(found.filter_expression)
    target = TARGETS[recipe.answers]
    if usable.target != target:
        raise refusal("filter target", filter=arn, target=usable.target, arn=user_of, answers=target)
    if usable.uses_current_item and not recipe.requires_item:
        raise refusal("current item", arn=user_of)
    return usable


def _refuse_fields(region: Region, dataset_group_arn: str, expression: str) -> None:
    """Hold the filters of a group against the number of fields that they use together."""
    quotas = region.account.quotas
    if quotas.limit("filter_fields_group", dataset_group_arn) is None:
        return
    siblings = region.rows(Filter).of(dataset_group_arn)
    used = frozenset[str]().union(*(compiled(sibling.filter_expression).fields for sibling in siblings))
    together = used | compiled(expression).fields
    if together > used:
        quotas.admit("filter_fields_group", dataset_group_arn, len(together) - 1)


@operation("CreateFilter")
def create_filter(
    region: Region, *, name: str, dataset_group_arn: str, filter_expression: str, tags: Sequence[Tag] = ()
) -> Filter:
    """A new filter; the expression is checked against the schemas that the group has now."""
    group = region.find(DatasetGroup, dataset_group_arn)
    new = admit(
        region,
        Filter,
        name,
        tags=tags,
        needs=(group,),
        unready="status invalid",  # CreateFilter does not model ResourceInUseException
        check=lambda: check(parse(filter_expression), region.records[dataset_group_arn].schemas),
        group=dataset_group_arn,
    )
    _refuse_fields(region, dataset_group_arn, filter_expression)
    created = Filter(
        name=name,
        filter_arn=new.arn,
        dataset_group_arn=dataset_group_arn,
        filter_expression=filter_expression,
        **new.beginning,
    )
    return new.enter(created)


@operation("DeleteFilter")
def delete_filter(region: Region, *, filter_arn: str) -> None:
    """Delete an ACTIVE or failed filter that no running batch job uses (developer guide)."""
    found = region.require(region.find(Filter, filter_arn), (ACTIVE, CREATE_FAILED))

    def jobs() -> list[Resource]:
        running = (job for kind in BATCH_JOBS for job in region.engine.moving(region, kind))
        return [job for job in running if job.filter_arn == filter_arn]

    region.refuse_while("used", found, jobs)
    region.delete(found, (ACTIVE, CREATE_FAILED))
