"""What test authors hold in their hands: presets, snapshots, the recorder."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from benchmarks.harness import REGION, Bench, Pair, budget, emulated_client, limit
from pytest_personalize import mock_personalize, names
from pytest_personalize.testing.calls import Call


def _register(preset: names.Preset) -> None:
    @budget(f"a mock with the preset {preset!r}", floors=10)
    def mock_with_preset(bench: Bench) -> Iterator[Pair]:
        """What each test after the first pays for its dataset group."""

        def enter_and_leave() -> None:
            with mock_personalize(preset=preset):
                pass

        enter_and_leave()
        yield bench.against_floor(enter_and_leave)

    @budget(f"go back to a snapshot with the preset {preset!r}", floors=10)
    def restore(bench: Bench) -> Iterator[Pair]:
        """The whole state, as it was before the test."""
        with mock_personalize(preset=preset) as backend:
            snapshot = backend.snapshot()
            yield bench.against_floor(lambda: backend.restore(snapshot))


for name in get_args(names.Preset):
    _register(name)


@budget("seed_from, second time", floors=20)
def own_data(bench: Bench) -> Iterator[Pair]:
    """What each test after the first pays for a dataset group of 10,000 rows of its own."""
    rows = [
        {"USER_ID": f"user-{n % 500}", "ITEM_ID": f"item-{n * 7 % 300}", "TIMESTAMP": 1_700_000_000 + n}
        for n in range(10_000)
    ]

    def seed() -> None:
        with mock_personalize() as backend:
            backend.seed_from("films", interactions=rows, recipes=["aws-sims"])

    seed()
    yield bench.against_floor(seed)


MANY_CALLS = 100_000


@limit(f"memory of {MANY_CALLS:,} calls of GetRecommendations", most=60, unit="MB")
def recorder_memory(bench: Bench) -> float:
    """What the recorder holds of them; the oldest ones go, and are counted."""
    with mock_personalize() as backend:
        shop = backend.seed("shop")
        runtime = emulated_client("personalize-runtime")
        arn = shop.recommenders["aws-ecomm-recommended-for-you"]

        def call(times: int) -> None:
            for number in range(times):
                runtime.get_recommendations(recommenderArn=arn, userId=shop.users[number % len(shop.users)])

        call(100)
        gc.collect()
        tracemalloc.start()
        try:
            call(MANY_CALLS)
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        return held / 1e6


@budget("save a backend with the preset 'shop'", times=5, versus="json.dumps")
def save(bench: Bench) -> Iterator[Pair]:
    """What a file costs beside the writing of JSON itself."""
    with TemporaryDirectory() as folder, mock_personalize(preset="shop") as backend:
        path = Path(folder, "backend.json")
        backend.save(path)
        content = json.loads(path.read_text())
        yield Pair(work=lambda: backend.save(path), base=lambda: json.dumps(content))


@budget("a call that is recorded twice", times=1.05, versus="recorded once")
def recorder(bench: Bench) -> Iterator[Pair]:
    """What recording adds to a call is what recording it once more adds."""
    with mock_personalize() as backend:
        client = emulated_client("personalize")
        arn = client.create_dataset_group(name="shop")["datasetGroupArn"]

        def once() -> None:
            client.describe_dataset_group(datasetGroupArn=arn)

        def twice() -> None:
            client.describe_dataset_group(datasetGroupArn=arn)
            record: Any = ("personalize", "DescribeDatasetGroup", REGION, {}, {}, None, None, backend.clock.timestamp())
            backend.calls.append(Call(*record))

        yield Pair(work=twice, base=once)
