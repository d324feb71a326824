"""Results that are kept, a number of them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest

from pytest_personalize.remembered import Remembered


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns all the time."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_the_one_that_was_kept_last_stays() -> None:
    kept: Remembered[str, int] = Remembered(2)
    for number, key in enumerate("abac"):
        assert kept.keep(key, number) == number
    assert kept == {"a": 2, "c": 3}


def test_any_thread_may_keep_something_at_any_time(restless: None) -> None:
    kept: Remembered[object, int] = Remembered(4)
    problems: list[BaseException] = []

    def work(thread: int) -> None:
        try:
            for number in range(3000):
                assert kept.keep((thread, number % 7), number) == number
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not problems
    kept.keep("last", 0)
    assert len(kept) == 4
