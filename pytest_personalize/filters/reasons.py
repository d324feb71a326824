"""Why a filter lets an id through or keeps it out: which conditions hold for it, and what they compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from pytest_personalize.filters.conditions import Request, applies, compared, compared_user, matching
from pytest_personalize.filters.indexes import Scalar
from pytest_personalize.filters.nodes import Action, Condition, Expression, Target


@frozen(kw_only=True)
class ConditionReason:
    """One condition for one id.

    ``holds`` is None when the request has no value for its parameter, which switches it off. ``found`` is what the id
    (in the IF part, the user of the request) has, nothing for null; ``wanted`` is what that is compared with.
    """

    condition: Condition
    holds: bool | None
    found: Sequence[Scalar]
    wanted: Sequence[Scalar]


@frozen(kw_only=True)
class ExpressionReason:
    """One INCLUDE or EXCLUDE for one id; ``where`` has the conditions in the same form as the expression.

    ``applied`` says whether its IF part holds, without which ``where`` is empty: an answer does not look there either.
    ``holds`` says whether it is applied and the id satisfies it.
    """

    expression: Expression
    where: tuple[tuple[ConditionReason, ...], ...]
    current_user: tuple[ConditionReason, ...]
    applied: bool
    holds: bool

    @property
    def deciding(self) -> Iterator[ConditionReason]:
        """The conditions by which it holds or does not."""
        if not self.applied:
            yield from (each for each in self.current_user if not each.holds)
            return
        for all_of in self.where:
            if not self.holds:
                yield from (each for each in all_of if not each.holds)
            elif all(each.holds for each in all_of):
                yield from all_of
                return


@frozen(kw_only=True)
class FilterReason:
    """What a filter makes of one id: all its expressions, and whether they let it through together."""

    expressions: tuple[ExpressionReason, ...]

    @property
    def allowed(self) -> bool:
        """In any INCLUDE that is applied, if there is one, and in no EXCLUDE."""
        return not any(each.holds for each in self._of(Action.EXCLUDE)) and self._included

    @property
    def deciding(self) -> Sequence[ExpressionReason]:
        """The expressions that decided: one that keeps the id out, else the ones that do not let it in, or that do."""
        excluding = [each for each in self._of(Action.EXCLUDE) if each.holds]
        if excluding:
            return excluding
        including = [each for each in self._of(Action.INCLUDE) if each.applied]
        letting_in = [each for each in including if each.holds]
        return letting_in or including or self.expressions

    @property
    def _included(self) -> bool:
        including = [each for each in self._of(Action.INCLUDE) if each.applied]
        return not including or any(each.holds for each in including)

    def _of(self, action: Action) -> Iterator[ExpressionReason]:
        return (each for each in self.expressions if each.expression.action is action)


def reasons(
    expressions: Sequence[Expression], target: Target, request: Request, indexes: Sequence[int]
) -> list[FilterReason]:
    """What some expressions make of some ids, by the same sets that a selection is made of."""
    by_expression = [list(_of_expression(each, target, request, indexes)) for each in expressions]
    return [FilterReason(expressions=found) for found in zip(*by_expression, strict=True)]


def _of_expression(
    expression: Expression, target: Target, request: Request, indexes: Sequence[int]
) -> Iterator[ExpressionReason]:
    current_user = tuple(_of_user(each, request) for each in expression.current_user)
    applied = all(each.holds for each in current_user)
    conditions = expression.where if applied else ()
    by_condition = [[_of_ids(each, target, request, indexes) for each in all_of] for all_of in conditions]
    for place in range(len(indexes)):
        where = tuple(tuple(found[place] for found in all_of) for all_of in by_condition)
        yield ExpressionReason(
            expression=expression,
            where=where,
            current_user=current_user,
            applied=applied,
            holds=applied and any(all(each.holds for each in all_of) for all_of in where),
        )


def _of_ids(condition: Condition, target: Target, request: Request, indexes: Sequence[int]) -> list[ConditionReason]:
    ids = matching(condition, target, request)
    found, wanted = compared(condition, target, request)
    return [
        ConditionReason(
            condition=condition,
            holds=None if ids is None else ids >> index & 1 == 1,
            found=found(index),
            wanted=wanted or (),
        )
        for index in indexes
    ]


def _of_user(condition: Condition, request: Request) -> ConditionReason:
    found, wanted = compared_user(condition, request)
    return ConditionReason(
        condition=condition,
        holds=None if wanted is None else applies(condition, request),
        found=found,
        wanted=wanted or (),
    )
