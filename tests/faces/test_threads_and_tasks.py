"""Which activation answers in which thread and task."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest

from pytest_personalize import PersonalizeBackend, active_backend, mock_personalize
from pytest_personalize.interception import ACTIVATIONS

Run = Callable[..., pytest.RunResult]

ASYNC_PLUGINS = ("-panyio", "-ppytest_asyncio.plugin", "-oasyncio_default_fixture_loop_scope=function")


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    before = list(ACTIVATIONS)
    yield
    assert list(ACTIVATIONS) == before


def in_thread(work: Callable[[], Any]) -> Any:
    """Do some work in a thread without a context."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(10)


class Holder:
    """A thread that holds a mock of its own until it is left."""

    def __init__(self) -> None:
        self.backend: PersonalizeBackend | None = None
        self._left = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._hold)

    def _hold(self) -> None:
        with mock_personalize() as self.backend:
            self._ready.set()
            self._left.wait(10)

    def __enter__(self) -> PersonalizeBackend:
        self._thread.start()
        self._ready.wait(10)
        assert self.backend is not None
        return self.backend

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._thread.join()


class TestProcessWide:
    def test_one_of_the_main_thread_answers_to_all_threads(self) -> None:
        with mock_personalize() as backend:
            assert in_thread(active_backend) is backend

    def test_one_of_the_main_thread_answers_to_all_tasks(self) -> None:
        async def work() -> PersonalizeBackend:
            return active_backend()

        with mock_personalize() as backend:
            assert asyncio.run(work()) is backend

    def test_the_newest_answers(self) -> None:
        with mock_personalize(), mock_personalize() as newest:
            assert in_thread(active_backend) is active_backend() is newest


class TestOfAThread:
    def test_threads_answer_to_themselves(self) -> None:
        entered, looked = threading.Barrier(4), threading.Barrier(4)

        def work(_: int) -> bool:
            with mock_personalize() as backend:
                entered.wait(10)
                seen = active_backend()
                looked.wait(10)
            return seen is backend

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == [True] * 4

    def test_it_answers_there_before_a_newer_one_that_is_process_wide(self) -> None:
        entered, newer = threading.Event(), threading.Event()

        def work() -> bool:
            with mock_personalize() as backend:
                entered.set()
                newer.wait(10)
                return active_backend() is backend

        with ThreadPoolExecutor(1) as pool:
            future = pool.submit(work)
            entered.wait(10)
            with mock_personalize():
                newer.set()
                assert future.result(10)

    def test_it_answers_to_what_inherits_its_context(self) -> None:
        def work() -> bool:
            with mock_personalize() as backend, mock_personalize() as inner:
                context = copy_context()
                with Holder():
                    assert in_thread(lambda: context.run(active_backend)) is inner
                return backend is not inner

        assert in_thread(work)

    def test_it_answers_to_a_thread_without_a_context_while_it_is_the_newest(self) -> None:
        with Holder() as older, Holder() as newer:
            assert in_thread(active_backend) is newer
            assert older is not newer

    def test_it_is_hidden_from_the_main_thread_by_one_that_is_process_wide(self) -> None:
        with mock_personalize() as backend, Holder():
            assert active_backend() is backend

    def test_it_answers_to_the_main_thread_where_nothing_else_does(self) -> None:
        with Holder() as held:
            assert active_backend() is held


class TestOfATask:
    def test_tasks_answer_to_themselves(self) -> None:
        async def work() -> bool:
            async with mock_personalize() as backend:
                await asyncio.sleep(0.01)
                return active_backend() is backend

        async def all_of_them() -> list[bool]:
            return await asyncio.gather(*(work() for _ in range(4)))

        assert asyncio.run(all_of_them()) == [True] * 4

    def test_it_answers_to_tasks_and_threads_that_it_starts(self) -> None:
        async def look() -> PersonalizeBackend:
            return active_backend()

        async def work() -> list[bool]:
            async with mock_personalize() as backend:
                with Holder():
                    seen = [await asyncio.create_task(look()), await asyncio.to_thread(active_backend)]
            return [each is backend for each in seen]

        assert asyncio.run(work()) == [True, True]

    def test_one_that_has_ended_counts_as_absent_in_a_copied_context(self) -> None:
        async def work() -> bool:
            ended = asyncio.Event()

            async def look() -> PersonalizeBackend:
                await ended.wait()
                return active_backend()

            async with mock_personalize():
                task = asyncio.create_task(look())
                await asyncio.sleep(0)
            ended.set()
            return await task is outer

        with mock_personalize() as outer:
            assert asyncio.run(work())

    def test_it_may_be_left_in_another_context(self) -> None:
        async def steps() -> Any:
            async with mock_personalize() as backend:
                yield backend

        async def work() -> None:
            generator = steps()
            backend = await asyncio.create_task(anext(generator))
            assert active_backend() is backend
            with pytest.raises(StopAsyncIteration):
                await asyncio.create_task(anext(generator))

        asyncio.run(work())

    def test_a_long_lived_context_forgets_what_has_ended(self) -> None:
        def work() -> int:
            for _ in range(100):
                with mock_personalize():
                    pass
            return sum(len(value) for value in copy_context().values() if isinstance(value, tuple))

        assert in_thread(work) <= 1


@pytest.mark.parametrize("plugin", ["pytest_asyncio", "anyio"])
class TestAsyncTests:
    MODULE = """
        import {plugin}
        from pytest_personalize import active_backend

        @pytest.fixture
        def anyio_backend():
            return "asyncio"
    """

    def run(self, module: str, plugin: str, run: Run) -> pytest.RunResult:
        fixture = "pytest.fixture" if plugin == "anyio" else "pytest_asyncio.fixture"
        module = (self.MODULE + module).replace("{plugin}", plugin).replace("{fixture}", fixture)
        return run(module.replace("{mark}", f"pytest.mark.{plugin.removeprefix('pytest_')}"), *ASYNC_PLUGINS)

    def test_a_mock_of_an_async_fixture_reaches_its_test(self, plugin: str, run: Run) -> None:
        self.run(
            """
        @{fixture}
        async def backend():
            async with mock_personalize() as backend:
                yield backend
                assert active_backend() is backend

        @{mark}
        async def test_task(backend):
            assert active_backend() is backend
            assert await asyncio.get_running_loop().run_in_executor(None, active_backend) is backend

        @{mark}
        async def test_none():
            with pytest.raises(RealPersonalizeCallBlocked):
                names()
            """,
            plugin,
            run,
        ).assert_outcomes(passed=2)

    def test_of_fixtures_the_newest_answers(self, plugin: str, run: Run) -> None:
        self.run(
            """
        @{fixture}
        async def older():
            async with mock_personalize() as backend:
                yield backend

        @{mark}
        async def test_it(older, personalize_backend):
            assert active_backend() is personalize_backend
            """,
            plugin,
            run,
        ).assert_outcomes(passed=1)

    def test_a_decorated_test_answers_to_tasks_that_were_there_before_it(self, plugin: str, run: Run) -> None:
        self.run(
            """
        @{fixture}
        async def server():
            asked, answer = asyncio.Event(), asyncio.Future()

            async def serve():
                await asked.wait()
                answer.set_result(active_backend())

            task = asyncio.create_task(serve())

            async def ask():
                asked.set()
                return await answer

            yield ask
            await task

        @pytest.fixture(scope="module")
        @mock_personalize
        def wider():
            yield

        @{mark}
        @mock_personalize(account_id="999999999999")
        async def test_it(wider, server):
            assert (await server()).account_id == "999999999999"
            """,
            plugin,
            run,
        ).assert_outcomes(passed=1)


class TestOneObject:
    def test_each_thread_ends_its_own_activation(self) -> None:
        mock = mock_personalize()
        wrong: list[int] = []
        together = threading.Barrier(16)

        def work(number: int) -> None:
            for _ in range(300):
                with mock as backend:
                    (own,) = [activation for activation in ACTIVATIONS if activation.backend is backend]
                    together.wait(30)  # so that all leave at once
                if own in ACTIVATIONS:
                    wrong.append(number)

        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            with ThreadPoolExecutor(16) as pool:
                list(pool.map(work, range(16)))
        finally:
            sys.setswitchinterval(before)
        assert wrong == []
