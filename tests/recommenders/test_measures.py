"""The worked examples of the developer guide, and what must hold for any list."""

from __future__ import annotations

from math import isclose, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_personalize.recommenders.measures import (
    area_under_curve,
    event_rewards,
    mean,
    normalized_gain,
    precision,
    reciprocal_rank,
)

HITS_AT_2_AND_5 = [False, True, False, False, True]


def test_ndcg_of_hits_at_ranks_two_and_five() -> None:
    gains = [float(hit) for hit in HITS_AT_2_AND_5]
    expected = (1 / log(3) + 1 / log(6)) / (1 / log(2) + 1 / log(3))
    assert normalized_gain(gains, [1.0, 1.0], 5) == pytest.approx(expected)
    assert round(normalized_gain(gains, [1.0, 1.0], 5), 4) == 0.6241


def test_precision_and_reciprocal_rank_of_the_same_list() -> None:
    assert precision(HITS_AT_2_AND_5, 5) == 0.4
    assert reciprocal_rank(HITS_AT_2_AND_5, 25) == 0.5


def test_mean_reciprocal_rank_of_first_hits_at_four_two_and_six() -> None:
    lists = [[False] * (rank - 1) + [True] for rank in (4, 2, 6)]
    assert round(mean(reciprocal_rank(hits, 25) for hits in lists), 4) == 0.3056


def test_a_first_hit_beyond_the_cut_counts_nothing() -> None:
    assert reciprocal_rank([False] * 25 + [True], 25) == 0.0


def test_precision_divides_by_k_even_for_short_lists() -> None:
    assert precision([True], 5) == 0.2


def test_event_rewards_are_weights_over_their_mean() -> None:
    rewards = event_rewards({"buy": 0.3, "view": 0.1})
    assert rewards == pytest.approx({"buy": 1.5, "view": 0.5})


def test_the_dearer_hit_on_top_is_the_better_list() -> None:
    assert normalized_gain([1.5, 0.5], [0.5, 1.5], 5) == 1.0
    assert normalized_gain([0.5, 1.5], [0.5, 1.5], 5) < 1.0


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 10), st.integers(1, 30))
def test_ndcg_lies_between_nothing_and_one(hits: list[bool], missed: int, k: int) -> None:
    possible = [1.0] * (sum(hits) + missed)
    assert 0.0 <= normalized_gain([float(hit) for hit in hits], possible, k) <= 1.0 + 1e-12


@given(st.lists(st.integers(0, 5), min_size=1, max_size=20), st.lists(st.integers(0, 5), min_size=1, max_size=20))
def test_area_under_curve_is_the_share_of_pairs_in_order(positive: list[int], negative: list[int]) -> None:
    pairs = [(p > n) + (p == n) / 2 for p in positive for n in negative]
    assert isclose(area_under_curve(positive, negative), sum(pairs) / len(pairs))
