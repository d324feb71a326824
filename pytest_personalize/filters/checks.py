"""What a well-formed filter may not say: rules about fields, datasets and sizes, against the schemas in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from pytest_personalize.data.avro import Field, Schema
from pytest_personalize.failure import raise_first
from pytest_personalize.filters.errors import FilterError, invalid_expression
from pytest_personalize.filters.history import ANY_TYPE
from pytest_personalize.filters.mistakes import did_you_mean
from pytest_personalize.filters.nodes import Condition, CurrentItem, Dataset, Expression, Filter, Number, Target, Texts
from pytest_personalize.filters.values import number_of

MAX_FIELDS: Final = 10
"""Distinct dataset fields in a filter (developer guide, quotas)."""

# What each target can be filtered on, the table of the developer guide, guidelines and requirements.
_DATASETS: Final = {
    Target.ITEM: (Dataset.ITEMS, Dataset.INTERACTIONS),
    Target.USER: (Dataset.USERS, Dataset.INTERACTIONS),
    Target.ACTION: (Dataset.ACTIONS, Dataset.ACTION_INTERACTIONS),
}
# The service applies these itself. The guide calls the first one by either name.
_UNFILTERED: Final = frozenset({"ACTION_EXPIRATION_TIMESTAMP", "EXPIRATION_TIMESTAMP", "REPEAT_FREQUENCY"})
_EVENT_TYPE: Final = "EVENT_TYPE"


def check(filter: Filter, schemas: Mapping[str, Schema]) -> None:
    """Hold a filter against the schemas of its dataset group.

    Args:
        filter: The filter.
        schemas: The schema in force by dataset type, such as ITEMS.

    Raises:
        FilterError: It breaks a rule, names a field that does not exist, or has too many fields.
    """
    raise_first(problems(filter, schemas))


def problems(filter: Filter, schemas: Mapping[str, Schema]) -> Iterator[FilterError]:
    """All that is wrong with a filter, where ``check`` stops at the first."""
    for expression in filter.expressions:
        if expression.target is not filter.target:
            yield invalid_expression(
                f"it selects {expression.target}, the filter began with {filter.target}",
                expression.position,
                "A filter has one target.",
            )
        yield from _dataset_problems(expression)
        if expression.target is Target.USER and expression.current_user:
            # unknown: [filters/if-for-users] whether the service takes it. chosen: refused, since a segment has no user
            # of the request.
            yield invalid_expression("IF in a filter of UserID", expression.current_user[0].position)
        for condition in expression.conditions:
            yield from _condition_problems(condition, expression.target, schemas)
    if len(filter.fields) > MAX_FIELDS:
        yield invalid_expression(
            f"it has {len(filter.fields)} distinct dataset fields ({', '.join(sorted(filter.fields))}), "
            f"the maximum is {MAX_FIELDS}"
        )


def _dataset_problems(expression: Expression) -> Iterator[FilterError]:
    """One dataset per expression, and one that the target can be filtered on."""
    first = expression.where[0][0].dataset
    for all_of in expression.where:
        for condition in all_of:
            if condition.dataset is not first:
                yield invalid_expression(
                    f"{condition.dataset} in an expression that began with {first}",
                    condition.position,
                    "An expression uses one dataset: chain a second expression with |.",
                )
            if condition.dataset not in _DATASETS[expression.target]:
                choices = " or ".join(_DATASETS[expression.target])
                remedy = f"{expression.target} is filtered on {choices}."
                if condition.dataset is Dataset.USERS:
                    remedy += f" The user of the request is tested by IF CurrentUser.{condition.name}."
                yield invalid_expression(
                    f"{expression.target} cannot be filtered on {condition.dataset}", condition.position, remedy
                )


def _condition_problems(condition: Condition, target: Target, schemas: Mapping[str, Schema]) -> Iterator[FilterError]:
    if condition.dataset.has_events and condition.name != _EVENT_TYPE:
        yield invalid_expression(
            f"{condition.dataset}.{condition.name} cannot be filtered",
            condition.position,
            f"Of {condition.dataset} only {_EVENT_TYPE} can be.",
        )
    elif condition.dataset is Dataset.ACTIONS and condition.name in _UNFILTERED:
        yield invalid_expression(
            f"{condition.dataset}.{condition.name} cannot be filtered",
            condition.position,
            "The service itself leaves out expired actions, and those under their repeat frequency.",
        )
    else:
        try:
            field = _field(condition.dataset, condition.name, condition.position, schemas)
            _check_operand(condition, field, target, schemas)
        except FilterError as error:  # what comes after it depends on it
            yield error


def _field(dataset: Dataset, name: str, position: int, schemas: Mapping[str, Schema]) -> Field:
    """The schema field, which must be one that can be filtered on."""
    where = _named(dataset)
    schema = schemas.get(dataset.type)
    if schema is None:
        raise invalid_expression(f"the dataset group has no {where} dataset", position)
    field = schema.field(name)
    if field is None:
        known = schema.names
        remedy = did_you_mean(name, known) or f"Its fields are {', '.join(known)}."
        raise invalid_expression(f"field {name} not found in the {where} schema", position, remedy)
    if field.type == "boolean":
        raise invalid_expression(
            f"field {name} of {where} is boolean and cannot be filtered",
            position,
            'Use a string field with "True" and "False", or 0 and 1.',
        )
    if field.textual:
        raise invalid_expression(f"field {name} of {where} is textual and cannot be filtered", position)
    return field


def _named(dataset: Dataset) -> Dataset:
    return Dataset.USERS if dataset is Dataset.CURRENT_USER else dataset


def _check_operand(condition: Condition, field: Field, target: Target, schemas: Mapping[str, Schema]) -> None:
    operand, numeric = condition.operand, field.type != "string"
    if condition.operator.is_range and not numeric:
        raise invalid_expression(
            f"{condition.operator} compares numbers, field {field.name} is a string", condition.position
        )
    if isinstance(operand, CurrentItem):
        if target is not Target.ITEM:
            raise invalid_expression(
                f"CurrentItem in a filter of {target}", operand.position, "It belongs to related-items requests."
            )
        other = _field(Dataset.ITEMS, operand.name, operand.position, schemas)
        if (other.type != "string") is not numeric:
            raise invalid_expression(
                f"field {field.name} is compared with CurrentItem.{other.name}, a string with a number",
                operand.position,
            )
    elif isinstance(operand, Number) and not numeric:
        raise invalid_expression(
            f"field {field.name} is a string, {operand} a number", operand.position, f'Write "{operand}".'
        )
    elif isinstance(operand, Texts):
        _check_texts(condition, operand, numeric)


def _check_texts(condition: Condition, operand: Texts, numeric: bool) -> None:
    if ANY_TYPE in operand.values and not condition.dataset.has_events:
        # unknown: [filters/star-of-another-field] the service may take it for the text "*". chosen: refused, as it is
        # meant for any value.
        raise invalid_expression(f'"{ANY_TYPE}" stands for any {_EVENT_TYPE} only', operand.position)
    for text in operand.values if numeric else ():
        try:
            number_of(text)
        except FilterError as error:
            raise invalid_expression(f"{error.message}, field {condition.name} is", operand.position) from None
