"""Raw bytes, wherever bytes come in: seeds with some places changed, and whatever else Hypothesis thinks of."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.proof import fuzzing

RARE = [b"", b"\x00", b"\xff", b"\xed\xa0\x80", b'"', b"\\", b"\n", b"[" * 2000, b"1e999", b"-0", b"NaN", b"9" * 400]


@st.composite
def damaged(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """A seed of which a few pieces are something else."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 12)))
        data = data[:start] + draw(st.sampled_from(RARE) | st.binary(max_size=8)) + data[end:]
    return data


@pytest.mark.parametrize("name", ["endpoint", "server", "csv", "schema", "expression", "saved"])
def test_any_bytes_are_answered_or_refused(name: str) -> None:
    target = fuzzing.targets()[name]
    for seed in target.seeds:
        target.run(seed)

    @given(damaged(target.seeds) | st.binary())
    def check(data: bytes) -> None:
        target.run(data)

    check()
