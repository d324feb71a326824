"""How the cases are written down: one line for most of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from pytest_personalize.conformance.case import (
    WAIT,
    Answered,
    Call,
    Case,
    Cost,
    Members,
    Refused,
    Source,
    Tier,
    model,
    recorded,
)
from pytest_personalize.conformance.samples import SAMPLES

if TYPE_CHECKING:
    from pytest_personalize.conformance.world import World

II: Final = "InvalidInputException"
VE: Final = "ValidationException"
NF: Final = "ResourceNotFoundException"
AE: Final = "ResourceAlreadyExistsException"
IU: Final = "ResourceInUseException"
LE: Final = "LimitExceededException"
TT: Final = "TooManyTagsException"
TK: Final = "TooManyTagKeysException"
NT: Final = "InvalidNextTokenException"

COMPLETE: Final[Tier] = "complete"

SAYS: Final = model("the documentation of the operation")
SHAPE: Final = model("the shape of the answer")
PENDING: Final = model("the status that the operation needs; ResourceInUseException is modelled")
PRINTED: Final = recorded("outputs of AWS's notebooks")


def slug(text: str) -> str:
    """``CreateDataset`` as part of an id: ``create-dataset``."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in text).strip("-")


def request(operation: str, **changes: Any) -> Call:
    """The sample request of an operation with changes; None leaves a member out."""
    members = {**SAMPLES[operation], **changes}
    return operation, {name: value for name, value in members.items() if value is not None}


def until_rest(arn: str) -> Call:
    """No call of the service: wait until nothing of a resource is under way any more, or until it is gone."""
    return WAIT, {"arn": arn}


def refused(
    case_id: str,
    call: Call,
    code: str,
    source: Source,
    *before: Call,
    tier: Tier = COMPLETE,
    text: str = "",
    needs: tuple[str, ...] = (),
    spends: Cost = "nothing",
) -> Case:
    """The call is refused with that code, after calls that are answered."""
    expected = Refused(code, text)
    return _case(case_id, tier, source, (*before, call), expected=expected, needs=needs, spends=spends)


def answered(
    case_id: str,
    call: Call,
    pattern: Members,
    source: Source,
    *before: Call,
    tier: Tier = COMPLETE,
    needs: tuple[str, ...] = (),
    spends: Cost = "nothing",
) -> Case:
    """The call is answered with what the pattern has, after calls that are answered, too."""
    return _case(case_id, tier, source, (*before, call), expected=Answered(pattern), needs=needs, spends=spends)


def unknown(
    case_id: str,
    question: str,
    call: Call,
    *before: Call,
    look: str = "",
    needs: tuple[str, ...] = (),
    spends: Cost = "nothing",
) -> Case:
    """Nobody has printed what comes of the call; ``look`` is the path of what is recorded of its answer."""
    source = Source("unknown", "nowhere printed")
    calls = (*before, call)
    return _case(case_id, "strict", source, calls, question=question, look=look, needs=needs, spends=spends)


def _case(case_id: str, tier: Tier, source: Source, calls: tuple[Call, ...], **others: Any) -> Case:
    operations = tuple(dict.fromkeys(operation for operation, _ in calls if operation != WAIT))
    return Case(id=case_id, tier=tier, source=source, operations=operations, calls=calls, **others)


Run = Callable[["World"], Any]


class Book:
    """The cases of one area, those that are functions too."""

    def __init__(self, *rows: Case) -> None:
        self.cases = list(rows)

    def checked(
        self,
        case_id: str,
        operations: str,
        expects: str,
        source: Source,
        *,
        tier: Tier = COMPLETE,
        needs: tuple[str, ...] = (),
        spends: Cost = "nothing",
        in_process: bool = False,
    ) -> Callable[[Run], Run]:
        """A function that makes the calls, and gives what was wrong or None."""

        def add(run: Run) -> Run:
            case = _case(case_id, tier, source, (), run=run, expects=expects, needs=needs, spends=spends)
            self.cases.append(evolve(case, operations=tuple(operations.split()), in_process=in_process))
            return run

        return add

    def observed(
        self,
        case_id: str,
        operations: str,
        question: str,
        *,
        needs: tuple[str, ...] = (),
        spends: Cost = "nothing",
        in_process: bool = False,
    ) -> Callable[[Run], Run]:
        """A function that makes the calls, and gives what was seen."""
        source = Source("unknown", "nowhere printed")
        return self.checked(
            case_id, operations, question, source, tier="strict", needs=needs, spends=spends, in_process=in_process
        )
