"""What the metadata of items have in common, and whom that finds."""

from __future__ import annotations

import pytest

from pytest_personalize.recommenders.attributes import Labels, similarity
from pytest_personalize.recommenders.metadata import COLD_BELOW, relatives


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({1, 2}, {1, 2}, 1.0),
        ({1, 2}, {3}, 0.0),
        ({1, 2}, {2, 3}, 1 / 4),
        ({1}, {1, 2, 3, 4}, 1 / 4),
        ({1, 2, 3}, {1, 2}, 2 / 3),
    ],
)
def test_similarity_is_the_square_of_the_cosine(one: set[int], other: set[int], expected: float) -> None:
    assert similarity(frozenset(one), frozenset(other)) == pytest.approx(expected)
    assert similarity(frozenset(other), frozenset(one)) == pytest.approx(expected)


def test_five_cold_items_hang_on_a_warm_one_and_a_cold_one_finds_all_that_its_labels_show() -> None:
    everything = frozenset(range(20))
    labels = {0: everything, 1: everything} | {2 + label: frozenset({label}) for label in everything}
    popularity = [COLD_BELOW, 0, *(0 for _ in everything)]
    found = relatives(Labels(sets=labels), popularity, birthdays={})

    assert found.is_warm(0)
    assert not found.is_warm(1)
    assert (0, 1.0) in found.of(1)
    assert found.of(0)[0] == (1, 1.0)
    assert (len(found.of(0)), len(found.of(1))) == (5, len(everything) + 1)
