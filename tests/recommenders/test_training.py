"""What takes part in a training, and that trainings are reproducible."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from pytest_personalize.recommenders import RECIPES, Settings, TrainingError, census, evaluate
from pytest_personalize.recommenders.training import Training, histories, prepare, require_rows

UP = "aws-user-personalization"


def test_a_missing_dataset_is_named(world: Any) -> None:
    with pytest.raises(TrainingError, match="ITEMS"):
        world.fit("aws-vod-more-like-x")
    world.records.drop_dataset("INTERACTIONS")
    with pytest.raises(TrainingError, match="INTERACTIONS"):
        world.fit(UP)


def test_a_dataset_without_records_is_named(world: Any) -> None:
    world.dataset("Items", ("TITLE", "string", {"itemName": True}), ("STORY", "string", {"textual": True}))
    with pytest.raises(TrainingError, match="There are no records of type ITEMS"):
        require_rows(RECIPES["aws-semantic-similarity"], world.records, Settings())


@pytest.mark.parametrize(
    ("event_type", "problem"),
    [
        (None, r"fewer than 1 interactions\."),
        ("Click", "fewer than 1 interactions after filtering by event type: Click"),
    ],
)
def test_a_training_needs_an_event(make_world: Callable[..., Any], event_type: str | None, problem: str) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    if event_type is not None:
        world.events("ann", "a b", type="View")
    with pytest.raises(TrainingError, match=problem):
        require_rows(RECIPES[UP], world.records, Settings(event_type=event_type))
    world.events("ann", "c", type="click")
    require_rows(RECIPES[UP], world.records, Settings(event_type=event_type))


@pytest.mark.parametrize("kind", ["", "TIMESTAMP"])
def test_some_event_has_a_type_of_its_own(make_world: Callable[..., Any], kind: str) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    world.events("ann", "a b", type=kind)
    with pytest.raises(TrainingError, match="reserved keywords or null"):
        require_rows(RECIPES[UP], world.records, Settings())
    world.events("ann", "c", type="View")
    require_rows(RECIPES[UP], world.records, Settings())


def test_an_objective_whose_column_is_empty_changes_nothing(genres: Any) -> None:
    genres.dataset("Items", ("PRICE", ["null", "float"], {}))
    for name in list(genres.records.items):
        genres.item(name)
    settings = Settings(objective=("PRICE", "HIGH"))
    wanted, plain = genres.fit(UP, objective=settings.objective), genres.fit(UP)
    assert genres.scores(wanted, genres.query("user1")) == genres.scores(plain, genres.query("user1"))
    assert evaluate(RECIPES[UP], genres.records, settings)["average_rewards_at_k"] == 0.0


def test_an_item_without_the_value_of_the_objective_is_like_the_lowest(genres: Any) -> None:
    genres.dataset("Items", ("PRICE", ["null", "float"], {}))
    prices = {"western0": 100.0, "western1": 1.0, "western2": None}
    for name, price in prices.items():
        genres.item(name, PRICE=price)
    before = genres.scores(genres.fit(UP), genres.query("user2"))
    after = genres.scores(genres.fit(UP, objective=("PRICE", "HIGH")), genres.query("user2"))
    rise = {name: after[name] / before[name] for name in prices}
    assert rise["western0"] > rise["western1"] == pytest.approx(rise["western2"], rel=0.001)


def test_the_census_counts_what_passes_the_filter(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}), ("EVENT_VALUE", ["null", "float"], {}))
    world.event("ann", "a", type="View", value=1.0)
    world.event("ann", "b", type="view", value=3.0)
    world.event("bob", "a", type="view", value=4.0)
    world.event("bob", "a", type="buy", value=5.0)

    def count(**settings: Any) -> tuple[int, int, int]:
        found = census(RECIPES[UP], world.records, Settings(**settings))
        return found.interactions, found.users, found.users_with_two_interactions

    assert count() == (4, 2, 2)
    assert count(event_type="VIEW") == (3, 2, 1)
    assert count(event_type="view", event_value_threshold=3.0) == (2, 2, 0)
    assert count(event_value_threshold=4.0) == (2, 1, 1)
    assert count(event_weights={"view": 0.5, "buy": 0.5}, event_thresholds={"view": 4.0}) == (2, 1, 1)
    assert count(event_weights={"buy": 1.0}) == (1, 1, 0)


def test_a_training_without_some_rows_keeps_all_others_that_its_settings_take(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    for item, event_type in {"a": "view", "b": "click", "c": "view", "d": "view"}.items():
        world.event("ann", item, type=event_type)

    def items(training: Training) -> list[str]:
        return [world.records.items[item] for item in training.column(training.log.items)]

    viewed = prepare(RECIPES[UP], world.records, Settings(event_type="view")).without(bytes((0, 0, 1, 0)))
    everything = prepare(RECIPES[UP], world.records, Settings()).without(bytes((1, 0, 0, 0)))

    assert (items(viewed), items(viewed.without(bytes((0, 0, 0, 1))))) == (["a", "d"], ["a"])
    assert (items(everything), items(everything.without(bytes((0, 1, 0, 0))))) == (["b", "c", "d"], ["c", "d"])


@pytest.mark.parametrize(
    ("events", "share"),
    [
        ("", 0.0),
        ("a1 b2", 0.0),
        ("a1 b2 a3", 1 / 3),
        ("a1 b2 a3 a4", 2 / 4),
        ("a1 a1 b2 a3", 1 / 3),  # twice at one moment is once
    ],
)
def test_the_share_of_interactions_that_came_back_to_an_item(world: Any, events: str, share: float) -> None:
    for item, time in events.split():
        world.event("ann", item, time=int(time))
    assert histories(prepare(RECIPES[UP], world.records, Settings())).repeat_share == pytest.approx(share)


def test_use_cases_count_their_own_event_type_whatever_the_settings_say(make_world: Callable[..., Any]) -> None:
    world = make_world(("EVENT_TYPE", "string", {}))
    world.events("ann", "a b", type="Watch")
    world.events("ann", "c", type="Click")
    found = census(RECIPES["aws-vod-most-popular"], world.records, Settings(event_type="Click"))
    assert found.interactions == 2


def test_a_threshold_without_event_values_leaves_nothing(world: Any) -> None:
    world.events("ann", "a b")
    assert census(RECIPES[UP], world.records, Settings(event_value_threshold=0.0)).interactions == 0


def test_users_with_overlong_histories_can_be_left_out(genres: Any) -> None:
    genres.events("glutton", [f"western{number % 8}" for number in range(400)] + ["rarity"])
    rarity, western = (genres.records.items.get(name) for name in ("rarity", "western0"))

    def scores(percentile: str) -> dict[str, float]:
        settings = {"max_user_history_length_percentile": percentile}
        found: dict[str, float] = genres.scores(
            genres.fit(UP, hyperparameters=settings), genres.query(history=[western])
        )
        return found

    assert rarity is not None
    assert scores("1.0")["rarity"] > scores("0.9")["rarity"]


SCRIPT = """
    import json, sys
    from pytest_personalize.data.avro import parse_schema
    from pytest_personalize.data.records import Records
    from pytest_personalize.recommenders import RECIPES, Query, Settings, evaluate, fit

    def schema(name, *fields):
        text = {"type": "record", "name": name, "namespace": "x", "version": "1.0", "fields": [*fields]}
        return parse_schema(json.dumps(text))

    string = lambda name, **flags: {"name": name, "type": "string", **flags}
    whole = lambda name: {"name": name, "type": "long"}
    records = Records()
    records.add_dataset("INTERACTIONS", schema("Interactions", string("USER_ID"), string("ITEM_ID"),
                                               string("EVENT_TYPE"), whole("TIMESTAMP"),
                                               string("DEVICE", categorical=True)))
    records.add_dataset("ITEMS", schema("Items", string("ITEM_ID"), string("TITLE", itemName=True),
                                        string("STORY", textual=True), string("GENRE", categorical=True)))
    records.add_dataset("USERS", schema("Users", string("USER_ID"), string("PLAN", categorical=True)))
    records.add_dataset("ACTIONS", schema("Actions", string("ACTION_ID"), string("KIND", categorical=True)))
    for n in range(40):
        story = f"word{chr(97 + n % 5)} word{chr(97 + n % 7)}"
        values = {"TITLE": f"Title {n % 9}", "STORY": story, "GENRE": f"g{n % 4}|h{n % 3}"}
        records.items_table.put(records.items.intern(f"i{n}"), values)
    for n in range(300):
        records.users_table.put(records.users.intern(f"u{n % 30}"), {"PLAN": f"p{n % 3}"})
        for kind in ("View", "Purchase", "Watch"):
            records.interactions.append(user=n % 30, item=(n * 7 + n // 11) % 40, time=1600000000 + n * 60, type=kind,
                                        extra={"DEVICE": f"d{n % 2}"})
    records.actions_table.put(records.actions.intern("act"), {"KIND": "x"})
    for name, recipe in RECIPES.items():
        settings = Settings()
        model = fit(recipe, records, settings)
        history = [row * 3 % 40 for row in range(12)]
        query = Query(user=3, item=5, history=history, context={"DEVICE": "d1"}, seed=7)
        print(name, list(model.ranked(query)), evaluate(recipe, records, settings))
"""


def test_answers_and_metrics_do_not_depend_on_the_hash_seed() -> None:
    printed = {
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(SCRIPT)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
    assert printed.pop().count("\n") == len(RECIPES)
