"""What goes into a training, what goes into a question, and what every trained model can do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Protocol

from attrs import frozen

from pytest_personalize.failure import Failure
from pytest_personalize.recommenders.reasons import Reason


class TrainingError(Failure):
    """The data do not allow the training; the message is fit for a ``failureReason``."""


_NOTHING: Final[Mapping[Any, Any]] = MappingProxyType({})


@frozen(kw_only=True)
class Settings:
    """How a solution is configured.

    Only events of ``event_type`` are trained on (case is ignored), and of these only those whose value reaches
    ``event_value_threshold``. ``event_weights`` and ``event_thresholds`` are the events configuration, by event type:
    only the ratio of weights counts. ``excluded_columns`` are column names by dataset type, in any case. ``objective``
    is a numeric item attribute and LOW, MEDIUM, HIGH or OFF. ``now`` is when the training takes place (epoch seconds),
    for trends; None stands for the newest event.
    """

    hyperparameters: Mapping[str, str] = _NOTHING
    event_type: str | None = None
    event_value_threshold: float | None = None
    event_weights: Mapping[str, float] = _NOTHING
    event_thresholds: Mapping[str, float] = _NOTHING
    excluded_columns: Mapping[str, frozenset[str]] = _NOTHING
    objective: tuple[str, str] | None = None
    seed: int = 0
    now: float | None = None


@frozen(kw_only=True)
class Query:
    """One question to a model.

    ``history`` is the items that the user interacted with, oldest first, events after the training included; the last
    hundred are all that any model looks at. ``context`` maps columns of the interactions to values. ``candidates``
    restrict the answer. ``exploration_age_cut_off`` is in days. ``popularity_influence`` and ``freshness_influence``
    are 0..1. For actions, ``now`` is the present (epoch seconds; None: the newest event of the training) and
    ``action_times`` maps actions to the time of the user's newest interaction with them.
    """

    user: int | None = None
    item: int | None = None
    history: Sequence[int] = ()
    context: Mapping[str, object] = _NOTHING
    candidates: Sequence[int] | None = None
    exploration_weight: float = 0.3
    exploration_age_cut_off: float = 30.0
    popularity_influence: float = 0.0
    freshness_influence: float = 0.0
    now: float | None = None
    action_times: Mapping[int, float] = _NOTHING
    seed: int = 0


Ranked = Iterable[tuple[int, float | None]]
"""Items (or actions, or users) with their score, best first, worked out as they are asked for."""


class Model(Protocol):
    """A trained model: it never changes, and equal questions have equal answers."""

    def ranked(self, query: Query) -> Ranked:
        """The answer, best first; as lazy as the algorithm allows."""

    def knows(self, item: int) -> bool:
        """Whether the item (for actions: the action) took part in the training."""

    def explored(self, query: Query) -> frozenset[int]:
        """The items that stand where they stand in the answer because the model explores them."""

    def reasons(self, query: Query, items: Sequence[int]) -> list[Reason]:
        """Why each of these is where it is in the answer, from the numbers that the answer is made of."""


class Unexploring:
    """For models that never explore."""

    def explored(self, query: Query) -> frozenset[int]:
        """None at all."""
        return frozenset()
