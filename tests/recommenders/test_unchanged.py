"""What every recipe answers and measures on fixed data, as it was recorded: tests of users depend on it.

A number that has changed by accident is a fault. One that was meant to change belongs into the changelog, and into
``answers.json``: the new recording lies where the failure says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from pytest_personalize.recommenders import RECIPES, Query, Recipe, Settings, evaluate, fit

RECORDED = Path(__file__).with_name("answers.json")
WORDS = ("ghost", "castle", "ship", "love", "war", "desert", "train", "island", "doctor", "winter")
TYPES = ("View", "Purchase", "Watch", "Click")
UNKNOWN = 2**40  # what the service makes of an id that no dataset has
START = 1_600_000_000


@pytest.fixture(scope="module")
def stocked(make_world: Any) -> Any:
    """Sixty users of three tastes and forty items, some of which are new, unpriced or nowhere described."""
    world = make_world(
        ("EVENT_TYPE", "string", {}),
        ("EVENT_VALUE", ["null", "float"], {}),
        ("DEVICE", "string", {"categorical": True}),
    )
    world.dataset(
        "Items",
        ("TITLE", "string", {"itemName": True}),
        ("STORY", ["null", "string"], {"textual": True}),
        ("GENRE", ["null", "string"], {"categorical": True}),
        ("PRICE", ["null", "float"], {}),
        ("CREATION_TIMESTAMP", "long", {}),
    )
    world.dataset("Users", ("PLAN", "string", {"categorical": True}), ("AGE", ["null", "int"], {}))
    world.dataset("Actions", ("KIND", "string", {"categorical": True}), ("VALUE", ["null", "long"], {}))
    world.dataset("Action_Interactions")
    for n in range(40):
        story = None if n % 13 == 5 else " ".join(WORDS[(n * k + n // 9) % len(WORDS)] for k in range(1, 6))
        genre = None if n % 11 == 4 else f"{WORDS[n % 3]}|{WORDS[n % 4 + 4]}"
        price = None if n % 7 == 3 else round(n * 1.7 % 19, 2)
        created = START + (n * 86_400 if n < 34 else 8_000_000)
        world.item(f"i{n:02}", TITLE=f"Film {n}", STORY=story, GENRE=genre, PRICE=price, CREATION_TIMESTAMP=created)
    for n in range(60):
        world.user(f"u{n:02}", PLAN=f"plan {n % 3}", AGE=None if n % 9 == 8 else 18 + n % 40)
        for step in range(4 + n * n % 9):
            item = (n % 3 + 3 * (step * (1 + n // 12) + n // 7)) % 36 if step % 5 else (n + step) % 12
            time = START + 7_000_000 + (n * 37 + step * step * 911) % 900_000
            facts = {"type": TYPES[(n + step) % 4], "value": float(step % 5), "DEVICE": f"device {(n + step // 2) % 2}"}
            world.event(f"u{n:02}", f"i{item:02}", time=time, **facts)
    for n in range(12):
        world.event(f"u{n:02}", "i38", time=START + 7_990_000 + n, type="View", value=1.0, DEVICE="device 0")
    for n in range(6):
        world.action(f"a{n}", KIND=f"kind {n % 2}", VALUE=None if n == 4 else 10 * n)
    for n in range(90):
        response = ("Taken", "Not Taken", "Viewed")[(n + n // 7) % 3]
        world.respond(f"u{n * 7 % 60:02}", f"a{n * n % 5}", response, time=START + 7_000_000 + n * 10_000)
    return world


def settings_of(recipe: Recipe) -> Iterator[tuple[str, Settings]]:
    yield "plain", Settings()
    yield "one type, from a value on", Settings(event_type="view", event_value_threshold=1.0, seed=5)
    if recipe.supports_events_config:
        yield "weights", Settings(event_weights={"View": 0.2, "Purchase": 0.8}, event_thresholds={"View": 2.0})
    if recipe.supports_optimization_objective:
        for sensitivity in ("OFF", "LOW", "MEDIUM", "HIGH"):
            yield f"objective {sensitivity}", Settings(objective=("PRICE", sensitivity))
    if recipe.supports_training_data_config:
        yield "without columns", Settings(excluded_columns={"ITEMS": frozenset({"GENRE"}), "USERS": frozenset({"AGE"})})


def queries(world: Any) -> Iterator[tuple[str, Query]]:
    items = world.records.items
    some = [items.get(f"i{n:02}") for n in (38, 3, 30, 7, 12, 1)]
    yield "a user", world.query("u07", "i05")
    yield "one who explores", world.query("u31", "i38", exploration_weight=0.7, exploration_age_cut_off=20.0, seed=3)
    yield "a stranger", Query(context={"DEVICE": "device 1"}, exploration_weight=0.0)
    yield "a list", world.query("u20", candidates=some, popularity_influence=0.6, freshness_influence=0.3)
    yield "later", world.query("u14", now=START + 8_500_000.0, action_times={0: START + 8_400_000.0, 3: START + 1.0})
    yield "an unknown item", Query(item=UNKNOWN, history=some[:2], exploration_weight=0.1, seed=9)


def answered(world: Any, recipe: Recipe, settings: Settings) -> dict[str, Any]:
    """The first six of each answer, with scores and the kinds of their reasons, and the metrics."""
    model, found = fit(recipe, world.records, settings), {}
    for name, query in queries(world):
        pairs = list(islice(model.ranked(query), 6))
        reasons = model.reasons(query, [index for index, _ in pairs])
        found[name] = [
            [index, None if score is None else round(score, 6), " ".join(sorted({part.kind for part in reason.parts}))]
            for (index, score), reason in zip(pairs, reasons, strict=True)
        ]
    measured = evaluate(recipe, world.records, settings)
    return found | {"metrics": {name: round(value, 6) for name, value in measured.items()}}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_answers_as_it_was_recorded(stocked: Any, name: str, tmp_path: Path) -> None:
    recipe = RECIPES[name]
    now = {title: answered(stocked, recipe, settings) for title, settings in settings_of(recipe)}
    new = tmp_path / f"{name}.json"
    new.write_text(json.dumps(now))
    assert now == json.loads(RECORDED.read_text())[name], f"the new recording of {name} is {new}"
