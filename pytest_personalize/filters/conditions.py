"""Conditions as sets: which ids satisfy them for a request. Each is worked out once a request, never once an id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from attrs import frozen

from pytest_personalize.data.errors import DataError
from pytest_personalize.data.events import EventLog
from pytest_personalize.data.records import Records
from pytest_personalize.filters.errors import FilterError, invalid_expression
from pytest_personalize.filters.fields import find_field
from pytest_personalize.filters.history import ANY_TYPE, subjects_of, users_with
from pytest_personalize.filters.indexes import Scalar, holds
from pytest_personalize.filters.nodes import Condition, CurrentItem, Number, Parameter, Target, Texts
from pytest_personalize.filters.values import number_of, numbers, texts

UNKNOWN = -1
"""The index of a user or an item that was named but of which no dataset knows anything."""


@frozen(kw_only=True)
class Request:
    """What a filter is applied to."""

    records: Records
    user: int | None
    item: int | None
    values: Mapping[str, str]
    lookback: int


def matching(condition: Condition, target: Target, request: Request) -> int | None:
    """The set of ids that satisfy a condition of the WHERE part; None when its filter value is missing."""
    dataset = condition.dataset
    if dataset.has_events:
        wanted = _wanted(condition, request, numeric=False)
        return None if wanted is None else _with_events(condition, target, wanted, request)
    field = find_field(request.records, dataset.type, condition.name)
    wanted = _wanted(condition, request, numeric=field.numeric)
    return None if wanted is None else field.matching(condition.operator, wanted)


def applies(condition: Condition, request: Request) -> bool:
    """Whether a condition of the IF part holds; a missing filter value is no."""
    field = find_field(request.records, condition.dataset.type, condition.name)
    wanted = _wanted(condition, request, numeric=field.numeric)
    if wanted is None or request.user is None:
        return False
    found = field.values(request.user)
    # unknown: [runtime/if-over-a-null] an IF over null. chosen: it does not hold, whatever the operator, since nothing
    # is known of the user.
    return bool(found) and holds(condition.operator, found, wanted)


def compared(
    condition: Condition, target: Target, request: Request
) -> tuple[Callable[[int], Sequence[Scalar]], Sequence[Scalar] | None]:
    """What a condition of the WHERE part compares: what an id has, and what that is held against (None: missing).

    Of events it is the types of those that count.
    """
    dataset = condition.dataset
    if not dataset.has_events:
        field = find_field(request.records, dataset.type, condition.name)
        return field.values, _wanted(condition, request, numeric=field.numeric)
    log = request.records.log(dataset.type)
    spelt = {name.casefold(): name for name in log.event_types if name}
    by_type = {name: _having(log, target, (name,), request) for name in spelt.values()}

    def found(index: int) -> Sequence[Scalar]:
        return [name for name, ids in by_type.items() if ids >> index & 1]

    return found, _wanted(condition, request, numeric=False)


def compared_user(condition: Condition, request: Request) -> tuple[Sequence[Scalar], Sequence[Scalar] | None]:
    """What a condition of the IF part compares."""
    field = find_field(request.records, condition.dataset.type, condition.name)
    found = () if request.user is None else field.values(request.user)
    return found, _wanted(condition, request, numeric=field.numeric)


def _with_events(condition: Condition, target: Target, wanted: Sequence[Scalar], request: Request) -> int:
    try:
        log = request.records.log(condition.dataset.type)
    except DataError:
        raise invalid_expression(f"there is no {condition.dataset} dataset", condition.position) from None
    ids = _having(log, target, [str(text) for text in wanted], request)
    # INCLUDE with NOT IN is EXCLUDE with IN (developer guide, error messages page), hence "no event of that type".
    return ~ids if condition.operator.is_negative else ids


def _having(log: EventLog, target: Target, types: Collection[str], request: Request) -> int:
    """The ids with an event of one of the types: of the user of the request, unless users are what is selected."""
    if target is Target.USER:
        return users_with(log, types)
    return subjects_of(log, UNKNOWN if request.user is None else request.user, types, request.lookback)


def _wanted(condition: Condition, request: Request, *, numeric: bool) -> Sequence[Scalar] | None:
    """What the field is compared with, as numbers or as texts; None when the filter value is missing."""
    operand = condition.operand
    if isinstance(operand, CurrentItem):
        return _of_current_item(condition, operand, request, numeric)
    if isinstance(operand, Parameter):
        return _of_parameter(condition, operand, request, numeric)
    if condition.operator.is_range and not numeric:
        raise invalid_expression(f"{condition.dataset}.{condition.name} is no number", condition.position)
    if isinstance(operand, Number):
        if not numeric:
            raise invalid_expression(
                f"{condition.dataset}.{condition.name} is a text", operand.position, f'Write "{operand}".'
            )
        return (operand.value,)
    return _literals(operand, numeric)


def _literals(operand: Texts, numeric: bool) -> Sequence[Scalar]:
    if not numeric:
        return operand.values
    try:
        return [number_of(text) for text in operand.values]
    except FilterError as error:
        raise invalid_expression(error.message, operand.position) from None


def _of_current_item(condition: Condition, operand: CurrentItem, request: Request, numeric: bool) -> Sequence[Scalar]:
    field = find_field(request.records, "ITEMS", operand.name)
    if field.numeric is not numeric or (condition.operator.is_range and not numeric):
        raise invalid_expression(f"{condition} compares a text with a number", condition.position)
    return () if request.item is None else field.values(request.item)


def _of_parameter(condition: Condition, operand: Parameter, request: Request, numeric: bool) -> Sequence[Scalar] | None:
    value = request.values.get(operand.name)
    if value is None:
        return None
    try:
        if condition.operator.is_range and not numeric:
            raise FilterError(f"{condition.dataset}.{condition.name} is no number")
        wanted = numbers(value) if numeric else texts(value)
        if len(wanted) > 1 and not condition.operator.is_membership:
            raise FilterError(f"{condition.operator} compares with one value, not with {len(wanted)}")
        if ANY_TYPE in wanted and not condition.dataset.has_events:
            raise FilterError(f'"{ANY_TYPE}" stands for any EVENT_TYPE only')
    except FilterError as error:
        raise FilterError(f"Invalid filter value for parameter {operand.name}: {error.message}.") from None
    return wanted
