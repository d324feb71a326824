"""A world of everything goes through a file: what comes out is equal, and every read operation answers alike."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from attrs import fields

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.service.kernel.state import KINDS
from pytest_personalize.shapes import models
from pytest_personalize.testing.kept import Options
from tests.proof.conftest import REGION, START, Clients, World

DECLARED = f"arn:aws:personalize:{REGION}:123456789012:campaign/never-made"
PUTS = ("PutEvents", "PutActionInteractions", "PutItems", "PutUsers", "PutActions")
READS = [
    name
    for service in models.SERVICES
    for name in models.operation_names(service)
    if name.startswith(("Describe", "List", "Get"))
]


@pytest.fixture
def lived_in(world: World, samples: dict[str, dict[str, Any]]) -> World:
    """The world after a test has streamed, declared, seeded and broken things in it."""
    for operation in PUTS:
        world.call(operation, samples[operation])
    anonymous = {name: value for name, value in samples["PutEvents"].items() if name != "userId"}
    world.call("PutEvents", anonymous | {"sessionId": "nobody's"})
    backend = world.backend
    backend.seed("shop", name="seeded")
    backend.answers(world.known["picks campaign"]).for_user("u2", items=["declared"])
    backend.answers(DECLARED).default(items=["declared", "too"])
    backend.faults.throttle("CreateSchema", times=3)
    backend.faults.fail_job("CreateSolutionVersion", "bad day")
    backend.clock.advance(seconds=0.5)
    return world


@pytest.fixture
def saved(lived_in: World, tmp_path: Path) -> Path:
    lived_in.backend.save(tmp_path / "world.json")
    return tmp_path / "world.json"


def whole(world: World) -> dict[str, Any]:
    """Everything that a snapshot keeps, in values that can be compared; versions of tables are those of a process."""
    snapshot = world.backend.snapshot()
    state = world.state()
    for region in state["regions"].values():
        region["records"] = {arn: _without_versions(extent) for arn, extent in region["records"].items()}
    return state | {
        "clock": snapshot.state.clock,
        "quotas": snapshot.state.quotas,
        "faults": list(map(str, snapshot.faults)),
        "declared": {name: region.declared for name, region in snapshot.state.regions.items()},
        "files": {uri: snapshot.files.get(uri) for uri in state["files"]},
        "seeded": {name: list(map(dict, group.interactions)) for name, group in snapshot.seeded.items()},
    }


def _without_versions(extent: tuple[Any, ...]) -> tuple[Any, ...]:
    return extent[:5], [version is None for version in extent[5:8]], extent[8]


def answers(world: World, samples: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What every read operation says, and the Describe of every resource."""
    reads: dict[str, Any] = {name: world.call(name, samples[name]) for name in READS}
    for resource in world.backend.all_resources():
        name = _describe(resource)
        reads[resource.arn] = world.call(name, {_member(resource): resource.arn})
    reads["declared"] = world.call("GetRecommendations", {"campaignArn": DECLARED, "userId": "u1"})
    for answer in reads.values():
        del answer["ResponseMetadata"]
    return reads


def _describe(resource: Resource) -> str:
    return "Describe" + "".join(word.title() for word in resource.kind.split("-"))


def _member(resource: Resource) -> str:
    return next(iter(models.operation("personalize", _describe(resource)).input.members))


def test_the_world_has_something_of_every_kind(lived_in: World) -> None:
    assert {resource.kind for resource in lived_in.backend.all_resources()} == set(KINDS)


def test_what_was_saved_is_equal(lived_in: World, saved: Path, clients: Clients) -> None:
    loaded = World(PersonalizeBackend.load(saved), clients, lived_in.known)

    assert whole(loaded) == whole(lived_in)


def test_every_read_operation_answers_alike(
    lived_in: World, saved: Path, clients: Clients, samples: dict[str, dict[str, Any]]
) -> None:
    before = answers(lived_in, samples)
    with mock_personalize(quotas=None) as backend:
        backend.restore(PersonalizeBackend.load(saved).snapshot())
        after = answers(World(backend, clients, lived_in.known), samples)

    assert after == before


def test_what_is_under_way_arrives_alike(lived_in: World, saved: Path, clients: Clients) -> None:
    loaded = World(PersonalizeBackend.load(saved), clients, lived_in.known)
    for world in (lived_in, loaded):
        world.backend.clock.advance(days=2)

    assert whole(loaded)["regions"] == whole(lived_in)["regions"]
    assert loaded.backend.clock.timestamp() == START + 0.5 + 2 * 86_400


def test_a_second_file_is_like_the_first(saved: Path) -> None:
    PersonalizeBackend.load(saved).save(saved.with_name("second.json"))

    assert saved.with_name("second.json").read_bytes() == saved.read_bytes()


def test_every_option_is_kept(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "region": "eu-west-1",
        "account_id": "999999999999",
        "transitions": {"default": "polls:2", "campaign": "clock", "dataset-group:delete": "polls:1"},
        "minimums": {"interactions": 5, "percent_of_users": 0.5},
        "data": "optional",
        "seed": 7,
        "regions": ["eu-west-1", "us-east-1"],
        "calls_kept": 3,
    }
    PersonalizeBackend(**options).save(tmp_path / "first.json")
    PersonalizeBackend.load(tmp_path / "first.json").save(tmp_path / "second.json")
    loaded = PersonalizeBackend.load(tmp_path / "second.json")

    assert (loaded.region_name, loaded.account_id, loaded.calls.kept) == ("eu-west-1", "999999999999", 3)
    assert loaded.transitions.settings() == options["transitions"]
    assert (loaded._account.minimums.interactions, loaded._account.minimums.percent_of_users) == (5, 0.5)
    assert (loaded._account.needs_data, loaded._account.seed) == (False, 7)
    assert list(loaded._reach.setting) == options["regions"]
    in_the_state = {"quotas", "preset"}
    assert options.keys() == {field.name for field in fields(Options)}
    assert options.keys() == set(inspect.signature(PersonalizeBackend).parameters) - in_the_state - {"s3"}
