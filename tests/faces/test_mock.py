"""``mock_personalize`` as a decorator of everything that can be decorated, and as a context manager."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
import re
import threading
import unittest
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, RealPersonalizeCallBlocked, active_backend, mock_personalize
from pytest_personalize.interception import ACTIVATIONS

CLIENT = boto3.client("personalize", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")


def create(name: str) -> None:
    CLIENT.create_dataset_group(name=name)


def names() -> list[str]:
    """The dataset groups of the backend that answers now."""
    return sorted(group["name"] for group in CLIENT.list_dataset_groups()["datasetGroups"])


def account() -> str:
    """The account of the backend that answers now."""
    CLIENT.create_dataset_group(name="whose")
    arn: str = CLIENT.list_dataset_groups()["datasetGroups"][-1]["datasetGroupArn"]
    return arn.split(":")[4]


@pytest.fixture(autouse=True)
def _clean_stack() -> Iterator[None]:
    """No test leaves anything behind."""
    assert not list(ACTIVATIONS)
    yield
    assert not list(ACTIVATIONS)


OTHER_ACCOUNT = "999999999999"
DECORATORS = {
    "bare": mock_personalize,
    "called": mock_personalize(),
    "with options": mock_personalize(account_id=OTHER_ACCOUNT),
}


@pytest.fixture(params=DECORATORS)
def decorator(request: pytest.FixtureRequest) -> Any:
    return DECORATORS[request.param]


class TestFunctions:
    def test_the_function_runs_mocked(self, decorator: Any) -> None:
        @decorator
        def work() -> list[str]:
            create("films")
            return names()

        assert work() == ["films"]

    def test_each_call_has_a_backend_of_its_own(self, decorator: Any) -> None:
        @decorator
        def work() -> list[str]:
            create("films")
            return names()

        assert [work(), work()] == [["films"], ["films"]]

    def test_arguments_and_result_pass_through(self, decorator: Any) -> None:
        @decorator
        def work(a: int, /, b: int, *more: int, c: int, **others: int) -> tuple[Any, ...]:
            return a, b, more, c, others

        assert work(1, 2, 3, c=4, d=5) == (1, 2, (3,), 4, {"d": 5})

    def test_options_reach_the_backend(self) -> None:
        @mock_personalize(account_id=OTHER_ACCOUNT)
        def work() -> str:
            return account()

        assert work() == OTHER_ACCOUNT

    def test_an_exception_passes_and_ends_the_mock(self, decorator: Any) -> None:
        @decorator
        def work() -> None:
            raise LookupError

        with pytest.raises(LookupError):
            work()

    def test_name_signature_and_documentation_are_kept(self, decorator: Any) -> None:
        def work(tmp_path: str, *, limit: int = 5) -> None:
            """What it does."""

        decorated = decorator(work)
        assert (decorated.__name__, decorated.__qualname__, decorated.__doc__) == (
            work.__name__,
            work.__qualname__,
            work.__doc__,
        )
        assert decorated.__module__ == work.__module__
        assert inspect.signature(decorated) == inspect.signature(work)
        assert inspect.unwrap(decorated) is work

    def test_recursion_nests(self) -> None:
        @mock_personalize
        def work(depth: int) -> list[str]:
            create(f"films-{depth}")
            return names() + (work(depth - 1) if depth else [])

        assert work(2) == ["films-2", "films-1", "films-0"]

    @mock_personalize
    @pytest.mark.parametrize("name", ["films", "books"])
    def test_parametrized_tests_work_below_it(self, name: str, tmp_path: Any) -> None:
        create(name)
        assert (names(), tmp_path.exists()) == ([name], True)

    @pytest.mark.parametrize("name", ["films", "books"])
    @mock_personalize(transitions="instant")
    def test_parametrized_tests_work_above_it(self, name: str, tmp_path: Any) -> None:
        create(name)
        assert (names(), tmp_path.exists()) == ([name], True)


class Methods:
    """Methods of every kind, decorated in both orders where there are two."""

    owner = "methods"

    @mock_personalize
    def plain(self, name: str) -> tuple[str, list[str]]:
        create(name)
        return self.owner, names()

    @classmethod
    @mock_personalize
    def class_above(cls, name: str) -> tuple[str, list[str]]:
        create(name)
        return cls.owner, names()

    @mock_personalize
    @classmethod
    def class_below(cls, name: str) -> tuple[str, list[str]]:
        create(name)
        return cls.owner, names()

    @staticmethod
    @mock_personalize
    def static_above(name: str) -> tuple[str, list[str]]:
        create(name)
        return Methods.owner, names()

    @mock_personalize
    @staticmethod
    def static_below(name: str) -> tuple[str, list[str]]:
        create(name)
        return Methods.owner, names()

    @mock_personalize
    @classmethod
    async def class_coroutine(cls, name: str) -> tuple[str, list[str]]:
        create(name)
        return cls.owner, names()


class TestMethods:
    @pytest.mark.parametrize("kind", ["plain", "class_above", "class_below", "static_above", "static_below"])
    def test_a_method_runs_mocked(self, kind: str) -> None:
        assert getattr(Methods(), kind)("films") == ("methods", ["films"])

    @pytest.mark.parametrize("kind", ["class_above", "class_below", "static_above", "static_below"])
    def test_a_method_of_the_class_runs_mocked(self, kind: str) -> None:
        assert getattr(Methods, kind)("films") == ("methods", ["films"])

    def test_a_coroutine_of_the_class_runs_mocked(self) -> None:
        assert asyncio.run(Methods.class_coroutine("films")) == ("methods", ["films"])

    def test_a_callable_object_runs_mocked(self) -> None:
        assert mock_personalize(functools.partial(Methods().plain, "films"))() == ("methods", ["films"])


class TestCoroutines:
    def test_the_coroutine_runs_mocked(self, decorator: Any) -> None:
        @decorator
        async def work() -> list[str]:
            create("films")
            await asyncio.sleep(0)
            return names()

        assert asyncio.run(work()) == ["films"]

    def test_it_is_still_a_coroutine_function(self, decorator: Any) -> None:
        @decorator
        async def work() -> None: ...

        assert inspect.iscoroutinefunction(work)

    def test_the_mock_begins_with_the_await(self) -> None:
        @mock_personalize
        async def work() -> None: ...

        coroutine = work()
        assert not list(ACTIVATIONS)
        asyncio.run(coroutine)

    def test_an_exception_passes_and_ends_the_mock(self) -> None:
        @mock_personalize
        async def work() -> None:
            raise LookupError

        with pytest.raises(LookupError):
            asyncio.run(work())

    def test_a_cancelled_task_ends_the_mock(self) -> None:
        @mock_personalize
        async def work() -> None:
            await asyncio.sleep(60)

        with pytest.raises(TimeoutError):
            asyncio.run(asyncio.wait_for(work(), timeout=0.01))

    def test_a_decorator_in_between_may_hide_the_coroutine(self) -> None:
        def logged(function: Callable[..., Any]) -> Callable[..., Any]:
            return lambda *args: function(*args)

        @mock_personalize
        @logged
        async def work() -> list[str]:
            create("films")
            return names()

        assert asyncio.run(work()) == ["films"]

    def test_tasks_at_the_same_time_leave_nothing_behind(self) -> None:
        @mock_personalize
        async def work(number: int) -> None:
            create(f"films-{number}")
            await asyncio.sleep(0.001 * (number % 3))

        async def all_of_them() -> None:
            await asyncio.gather(*(work(number) for number in range(10)))

        asyncio.run(all_of_them())


class TestGenerators:
    def test_the_mock_holds_until_the_generator_ends(self, decorator: Any) -> None:
        @decorator
        def steps() -> Iterator[list[str]]:
            create("films")
            yield names()
            create("books")
            yield names()

        assert list(steps()) == [["films"], ["books", "films"]]

    def test_whoever_iterates_is_mocked_in_between(self) -> None:
        @mock_personalize
        def steps() -> Iterator[None]:
            create("films")
            yield

        for _ in steps():
            assert names() == ["films"]

    def test_closing_it_ends_the_mock(self) -> None:
        @mock_personalize
        def steps() -> Iterator[int]:
            yield 1
            yield 2

        generator = steps()
        next(generator)
        generator.close()

    def test_values_and_exceptions_are_sent_in(self) -> None:
        @mock_personalize
        def echo() -> Any:
            received = []
            for _ in range(2):
                try:
                    received.append((yield len(received)))
                except LookupError as error:
                    received.append(error)
            return received

        generator = echo()
        next(generator)
        generator.send("a value")
        with pytest.raises(StopIteration) as ended:
            generator.throw(LookupError())
        assert [type(value) for value in ended.value.value] == [str, LookupError]

    def test_it_is_still_a_generator_function(self, decorator: Any) -> None:
        @decorator
        def steps() -> Iterator[int]:
            yield 1

        assert inspect.isgeneratorfunction(steps)

    def test_it_makes_a_context_manager(self) -> None:
        @contextlib.contextmanager
        @mock_personalize
        def films() -> Iterator[list[str]]:
            create("films")
            yield names()

        with films() as found:
            assert found == names() == ["films"]


class TestAsyncGenerators:
    def test_the_mock_holds_until_the_generator_ends(self, decorator: Any) -> None:
        @decorator
        async def steps() -> AsyncIterator[list[str]]:
            create("films")
            yield names()
            await asyncio.sleep(0)
            create("books")
            yield names()

        async def collect() -> list[list[str]]:
            return [found async for found in steps()]

        assert asyncio.run(collect()) == [["films"], ["books", "films"]]

    def test_leaving_it_early_ends_the_mock(self) -> None:
        cleaned = []

        @mock_personalize
        async def steps() -> AsyncIterator[int]:
            try:
                yield 1
                yield 2
            finally:
                cleaned.append(names())

        async def leave() -> None:
            async with contextlib.aclosing(steps()) as generator:
                await anext(generator)

        asyncio.run(leave())
        assert cleaned == [[]]

    def test_values_and_exceptions_are_sent_in(self) -> None:
        received = []

        @mock_personalize
        async def echo() -> Any:
            for _ in range(2):
                try:
                    received.append((yield len(received)))
                except LookupError as error:
                    received.append(error)

        async def talk() -> None:
            generator = echo()
            await anext(generator)
            assert await generator.asend("a value") == 1
            with pytest.raises(StopAsyncIteration):
                await generator.athrow(LookupError())

        asyncio.run(talk())
        assert [type(value) for value in received] == [str, LookupError]

    def test_an_exception_passes_and_ends_the_mock(self) -> None:
        @mock_personalize
        async def steps() -> AsyncIterator[int]:
            yield 1
            raise LookupError

        async def collect() -> list[int]:
            return [number async for number in steps()]

        with pytest.raises(LookupError):
            asyncio.run(collect())

    def test_it_is_still_an_async_generator_function(self, decorator: Any) -> None:
        @decorator
        async def steps() -> AsyncIterator[int]:
            yield 1

        assert inspect.isasyncgenfunction(steps)

    def test_it_makes_an_async_context_manager(self) -> None:
        @contextlib.asynccontextmanager
        @mock_personalize
        async def films() -> AsyncIterator[list[str]]:
            create("films")
            yield names()

        async def work() -> None:
            async with films() as found:
                assert found == names() == ["films"]

        asyncio.run(work())


class TestContextManager:
    def test_it_hands_out_its_backend(self) -> None:
        with mock_personalize() as backend:
            create("films")
            assert list(backend.dataset_groups) == ["films"]
        assert isinstance(backend, PersonalizeBackend)

    def test_the_backend_can_be_read_afterwards(self) -> None:
        with mock_personalize() as backend:
            create("films")
        assert list(backend.dataset_groups) == ["films"]

    def test_it_can_be_entered_asynchronously(self) -> None:
        async def work() -> list[str]:
            async with mock_personalize() as backend:
                create("films")
                return list(backend.dataset_groups)

        assert asyncio.run(work()) == ["films"]

    def test_an_exception_passes_and_ends_the_mock(self) -> None:
        with pytest.raises(LookupError), mock_personalize():
            raise LookupError

    def test_the_innermost_answers(self) -> None:
        with mock_personalize() as outer, mock_personalize() as inner:
            create("films")
        assert (list(outer.dataset_groups), list(inner.dataset_groups)) == ([], ["films"])

    def test_after_the_inner_one_the_outer_one_goes_on(self) -> None:
        with mock_personalize():
            create("films")
            with mock_personalize():
                create("books")
            assert names() == ["films"]

    def test_one_object_can_be_entered_again(self) -> None:
        mock = mock_personalize()
        with mock:
            create("films")
        with mock:
            assert names() == []

    def test_one_object_can_be_entered_inside_itself(self) -> None:
        mock = mock_personalize()
        with mock as outer:
            create("films")
            with mock as inner:
                assert names() == []
            assert names() == ["films"]
        assert outer is not inner

    def test_one_object_decorates_and_is_entered(self) -> None:
        mock = mock_personalize(account_id=OTHER_ACCOUNT)

        @mock
        def work() -> str:
            return account()

        with mock:
            assert (work(), account()) == (OTHER_ACCOUNT, OTHER_ACCOUNT)

    def test_an_exit_stack_may_end_it(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock_personalize())
            create("films")

    def test_an_exit_stack_is_not_the_place_of_the_activation(self) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock_personalize())
            (activation,) = ACTIVATIONS
            assert activation.place.endswith("test_an_exit_stack_is_not_the_place_of_the_activation")

    @pytest.mark.parametrize("first_to_leave", [0, 1])
    def test_threads_with_one_object_leave_with_the_backend_that_they_entered(self, first_to_leave: int) -> None:
        mock = mock_personalize()
        entered = [threading.Event(), threading.Event()]
        leave = [threading.Event(), threading.Event()]

        def work(number: int) -> PersonalizeBackend:
            with mock as backend:
                entered[number].set()
                leave[number].wait(5)
            return backend

        with ThreadPoolExecutor(2) as pool:
            futures = []
            for number in (0, 1):
                futures.append(pool.submit(work, number))
                entered[number].wait(5)
            leave[first_to_leave].set()
            left = futures[first_to_leave].result(5)
            assert left not in [activation.backend for activation in ACTIVATIONS]
            assert len(list(ACTIVATIONS)) == 1
            leave[1 - first_to_leave].set()

    def test_tasks_with_one_object_leave_with_the_backend_that_they_entered(self) -> None:
        mock = mock_personalize()

        async def work(seconds: float) -> bool:
            async with mock as backend:
                await asyncio.sleep(seconds)
            return backend in [activation.backend for activation in ACTIVATIONS]

        async def both() -> list[bool]:
            return await asyncio.gather(work(0.001), work(0.01))

        assert asyncio.run(both()) == [False, False]

    def test_another_thread_may_end_it(self) -> None:
        mock = mock_personalize()
        mock.__enter__()
        with ThreadPoolExecutor(1) as pool:
            pool.submit(mock.__exit__, None, None, None).result()


class TestStartAndStop:
    def test_it_lasts_from_start_to_stop(self) -> None:
        mock = mock_personalize()
        backend = mock.start()
        create("films")
        mock.stop()
        assert list(backend.dataset_groups) == ["films"]
        with pytest.raises(RealPersonalizeCallBlocked):
            names()

    def test_set_up_methods_start_and_clean_ups_stop_it(self) -> None:
        class Case(unittest.TestCase):
            def setUp(self) -> None:
                mock = mock_personalize()
                self.backend = mock.start()
                self.addCleanup(mock.stop)

            def test_it(self) -> None:
                create("films")
                assert list(self.backend.dataset_groups) == ["films"]

        assert outcome(Case, "test_it") == []

    def test_asynchronous_set_up_reaches_its_test(self) -> None:
        class Case(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self) -> None:
                mock = mock_personalize()
                mock.start()
                self.addCleanup(mock.stop)
                create("films")

            async def test_it(self) -> None:
                assert names() == ["films"]

        assert outcome(Case, "test_it") == []

    def test_started_twice_it_is_to_be_stopped_twice(self) -> None:
        mock = mock_personalize()
        outer = mock.start()
        inner = mock.start()
        assert active_backend() is inner
        mock.stop()
        assert active_backend() is outer
        mock.stop()

    @pytest.mark.parametrize("times", [0, 1])
    def test_what_is_not_started_cannot_be_stopped(self, times: int) -> None:
        mock = mock_personalize()
        for _ in range(times):
            mock.start()
            mock.stop()
        with pytest.raises(RuntimeError, match="was not started, or is stopped already"):
            mock.stop()


class TestOptions:
    @pytest.mark.parametrize("region", ["", "eu:west", "us-east-1 "])
    def test_a_region_that_no_arn_can_hold_is_refused(self, region: str) -> None:
        with (
            pytest.raises(ValueError, match=f"region must be one of AWS, such as 'us-east-1', not {region!r}"),
            mock_personalize(region=region),
        ):
            pass

    def test_a_profile_that_is_not_there_says_nothing_of_the_region(
        self, no_aws: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_PROFILE", "not-there")
        with mock_personalize() as backend:
            assert backend.region_name == "us-east-1"

    def test_a_misspelt_store_is_refused(self) -> None:
        with (
            pytest.raises(ValueError, match="s3='memroy' is no store; did you mean 'memory'"),
            mock_personalize(s3="memroy"),
        ):
            pass

    def test_an_unknown_option_names_the_near_one(self) -> None:
        with pytest.raises(TypeError, match="unknown option 'regoin'; did you mean 'region'"):
            mock_personalize(regoin="eu-west-1")

    def test_a_strange_option_names_all(self) -> None:
        with pytest.raises(TypeError, match="unknown option 'xyz'; there are region, account_id, transitions"):
            mock_personalize(xyz=1)

    def test_a_wrong_value_activates_nothing(self) -> None:
        with pytest.raises(ValueError, match="transitions are 'instant'"), mock_personalize(transitions="poll"):
            pass

    def test_what_is_neither_function_nor_class_is_refused(self) -> None:
        with pytest.raises(TypeError, match="functions and classes, not 'eu-west-1'; options are given by name"):
            mock_personalize("eu-west-1")

    def test_a_fixture_is_refused_with_the_remedy(self) -> None:
        @pytest.fixture
        def films() -> None: ...

        with pytest.raises(TypeError, match=r"put it below @pytest\.fixture"):
            mock_personalize(films)


def outcome(case: type[unittest.TestCase], test: str) -> list[str]:
    """What went wrong: of each traceback what stands below the frames."""
    result = unittest.TestResult()
    case(test).run(result)
    assert result.testsRun == 1
    return [
        re.split(r"^  .*\n", text, flags=re.MULTILINE)[-1].strip() for _, text in (*result.failures, *result.errors)
    ]


class TestUnittest:
    def test_set_up_test_tear_down_and_clean_ups_run_in_one_mock(self) -> None:
        seen = {}

        @mock_personalize
        class Case(unittest.TestCase):
            def setUp(self) -> None:
                self.addCleanup(lambda: seen.update(clean_up=names()))
                create("of-set-up")

            def tearDown(self) -> None:
                seen["tear down"] = names()

            def test_it(self) -> None:
                create("of-test")
                seen["test"] = names()

        assert outcome(Case, "test_it") == []
        both = ["of-set-up", "of-test"]
        assert seen == {"test": both, "tear down": both, "clean_up": both}

    def test_each_test_has_a_backend_of_its_own(self) -> None:
        @mock_personalize
        class Case(unittest.TestCase):
            def test_one(self) -> None:
                create("films")
                assert names() == ["films"]

            test_two = test_one

        assert outcome(Case, "test_one") + outcome(Case, "test_two") == []

    def test_subclasses_are_mocked_too(self) -> None:
        @mock_personalize
        class Base(unittest.TestCase):
            def setUp(self) -> None:
                create("of-base")

        class Case(Base):
            def test_it(self) -> None:
                assert names() == ["of-base"]

        assert outcome(Case, "test_it") == []

    def test_the_class_above_is_left_alone(self) -> None:
        class Base(unittest.TestCase):
            def test_it(self) -> None:
                names()

        mock_personalize(type("Case", (Base,), {}))
        (problem,) = outcome(Base, "test_it")
        assert RealPersonalizeCallBlocked.__name__ in problem

    def test_options_of_a_subclass_are_merged_with_those_of_its_base(self) -> None:
        seen = []

        @mock_personalize(account_id=OTHER_ACCOUNT, region="eu-west-1")
        class Base(unittest.TestCase):
            def test_it(self) -> None:
                backend = ACTIVATIONS.current
                assert backend is not None
                seen.append((backend.account_id, backend.region_name, len(list(ACTIVATIONS))))

        @mock_personalize(region="eu-central-1")
        class Case(Base): ...

        assert outcome(Base, "test_it") + outcome(Case, "test_it") == []
        assert seen == [(OTHER_ACCOUNT, "eu-west-1", 1), (OTHER_ACCOUNT, "eu-central-1", 1)]

    def test_asynchronous_cases_run_mocked(self) -> None:
        @mock_personalize
        class Case(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self) -> None:
                create("of-set-up")

            async def test_it(self) -> None:
                assert names() == ["of-set-up"]

        assert outcome(Case, "test_it") == []

    def test_decorated_methods_run_mocked(self) -> None:
        class Case(unittest.IsolatedAsyncioTestCase):
            @mock_personalize
            def test_plain(self) -> None:
                assert names() == []

            @mock_personalize
            async def test_async(self) -> None:
                assert names() == []

        assert outcome(Case, "test_plain") + outcome(Case, "test_async") == []

    def test_a_failing_test_ends_the_mock(self) -> None:
        @mock_personalize
        class Case(unittest.TestCase):
            def test_it(self) -> None:
                self.fail("as expected")

        assert outcome(Case, "test_it") == ["AssertionError: as expected"]

    def test_a_case_that_is_debugged_runs_mocked(self) -> None:
        seen = []

        @mock_personalize
        class Case(unittest.TestCase):
            def test_it(self) -> None:
                seen.append(names())

        Case("test_it").debug()
        assert seen == [[]]
