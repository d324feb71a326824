"""What makes some items count more than others in a training: the weights of event types, and an objective."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from pytest_personalize.recommenders.attributes import as_number
from pytest_personalize.recommenders.training import Training

SENSITIVITIES: Final = MappingProxyType({"OFF": 0.0, "LOW": 0.5, "MEDIUM": 1.0, "HIGH": 2.0})
"""How much more the item with the largest value counts than the one with the smallest (unknown; chosen)."""


def item_weights(training: Training) -> list[float] | None:
    """By item: the factor by which it counts; None when all count alike."""
    factors = [factor for factor in (_event_weights(training), _objective(training)) if factor is not None]
    if not factors:
        return None
    combined = [1.0] * training.item_count
    for factor in factors:
        combined = [one * other for one, other in zip(combined, factor, strict=True)]
    return combined


def rewards(training: Training) -> list[float] | None:
    """By item: the value of the objective's attribute between 0 (smallest) and 1 (largest); None without objective."""
    table, objective = training.records.items_table, training.settings.objective
    if objective is None or table is None or objective[0] not in table.columns:
        return None
    values = {item: as_number(table.value(item, objective[0])) for item in table}
    present = [value for value in values.values() if value is not None]
    if not present:
        return None
    low, span = min(present), max(present) - min(present)
    found = [0.0] * training.item_count
    for item, value in values.items():
        if value is not None and span:
            found[item] = (value - low) / span
    return found


def _event_weights(training: Training) -> Sequence[float] | None:
    """The mean weight of an item's events, in proportion to the largest weight."""
    weights = training.settings.event_weights
    largest = max(weights.values(), default=0.0)
    if largest <= 0.0 or len(set(weights.values())) == 1:
        return None
    log = training.log
    by_code = [(weight or 0.0) / largest for weight in log.by_code(weights)]
    sums, counts = [0.0] * training.item_count, [0] * training.item_count
    for item, code in zip(training.column(log.items), training.column(log.types), strict=True):
        sums[item] += by_code[code]
        counts[item] += 1
    return [total / count if count else 1.0 for total, count in zip(sums, counts, strict=True)]


def _objective(training: Training) -> Sequence[float] | None:
    objective, values = training.settings.objective, rewards(training)
    if objective is None or values is None:
        return None
    sensitivity = SENSITIVITIES[objective[1]]
    return [1.0 + sensitivity * value for value in values]
