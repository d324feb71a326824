"""The training of models: time against the import of the same rows, and its growth."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.data import generate
from benchmarks.harness import Bench, Pair, budget
from benchmarks.importing import imported
from pytest_personalize.recommenders.model import Settings
from pytest_personalize.recommenders.recipes import RECIPES
from pytest_personalize.recommenders.training import fit

ROWS = 100_000
MANY_ROWS = 1_000_000
GROWTH = 1.3  # of the time per interaction, for what caches and bigger tables cost

# One recipe of every algorithm that learns from interactions with items.
TRAINED = (
    "aws-user-personalization",
    "aws-personalized-ranking",
    "aws-similar-items",
    "aws-sims",
    "aws-popularity-count",
    "aws-trending-now",
    "aws-item-affinity",
    "aws-item-attribute-affinity",
)


def _register(recipe_name: str) -> None:
    recipe = RECIPES[recipe_name]

    @budget(f"training of {recipe_name} on {ROWS:,} interactions", times=3, versus="their import")
    def training(bench: Bench) -> Iterator[Pair]:
        rows = bench.data.first(ROWS)
        records = imported(INTERACTIONS=rows, ITEMS=bench.data.items)
        yield Pair(
            work=lambda: fit(recipe, records.view(), Settings()),
            base=lambda: imported(INTERACTIONS=rows),
        )


for name in TRAINED:
    _register(name)


@budget(
    f"training of {TRAINED[0]} on {MANY_ROWS:,} interactions",
    times=MANY_ROWS / ROWS * GROWTH,
    versus=f"{ROWS // 1000}k",
)
def growth(bench: Bench) -> Iterator[Pair]:
    """Ten times the interactions, users and all, take ten times as long."""
    recipe = RECIPES[TRAINED[0]]
    few, many = (
        imported(INTERACTIONS=data.interactions, ITEMS=data.items)
        for data in (generate(ROWS, users=600), generate(MANY_ROWS, users=6_000))
    )
    yield Pair(
        work=lambda: fit(recipe, many.view(), Settings()),
        base=lambda: fit(recipe, few.view(), Settings()),
    )
