"""What items count, by an objective and by the weights of event types, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

NOW = 1_700_000_000


@pytest.mark.parametrize(("sensitivity", "more"), [("OFF", 0.0), ("LOW", 0.5), ("MEDIUM", 1.0), ("HIGH", 2.0)])
def test_the_item_of_the_largest_value_counts_so_much_more_than_that_of_the_smallest(
    world: Any, sensitivity: str, more: float
) -> None:
    world.dataset("Items", ("MARGIN", "float", {}))
    for item, margin in {"dear": 9.0, "fair": 7.0, "cheap": 5.0}.items():
        world.item(item, MARGIN=margin)
        world.event(f"only {item}", item, time=NOW)
    model = world.fit("aws-personalized-ranking", objective=("MARGIN", sensitivity))
    weights = {"dear": 1 + more, "fair": 1 + more / 2, "cheap": 1.0}
    scores = world.scores(model, world.query("stranger", candidates=[0, 1, 2]))
    assert scores == pytest.approx({item: weight / sum(weights.values()) for item, weight in weights.items()})


def test_an_item_counts_by_the_mean_weight_of_its_events(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    for item, types in {"bought": "buy buy", "mixed": "buy click", "clicked": "click click"}.items():
        for number, event_type in enumerate(types.split()):
            world.event(f"{item} {number}", item, time=NOW, type=event_type)
    model = world.fit("aws-personalized-ranking-v2", event_weights={"buy": 0.8, "click": 0.4})
    # of the largest weight: (1 + 1) / 2, (1 + 0.5) / 2 and (0.5 + 0.5) / 2
    scores = world.scores(model, world.query("stranger", candidates=[0, 1, 2]))
    assert scores == pytest.approx({"bought": 1 / 2.25, "mixed": 0.75 / 2.25, "clicked": 0.5 / 2.25})
