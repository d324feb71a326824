"""``mock_personalize``: decorator and context manager."""

from __future__ import annotations

import asyncio
import difflib
import inspect
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Mapping
from functools import wraps
from types import TracebackType
from typing import Any, Final, TypeVar, cast, overload
from unittest import TestCase

import wrapt

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.interception import ACTIVATIONS, Activation, configured_region

T = TypeVar("T", bound="Callable[..., Any] | classmethod[Any, Any, Any]")
C = TypeVar("C", bound=type)

OPTIONS: Final = tuple(inspect.signature(PersonalizeBackend).parameters)
"""What ``mock_personalize``, the marker and the fixtures can be given."""


def check_options(options: Mapping[str, Any], known: tuple[str, ...] = OPTIONS) -> None:
    """``TypeError`` that names an unknown option and the nearest known one."""
    for name in options:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
            raise TypeError(f"unknown option {name!r}{hint}")


class Mock:
    """Activates a new, empty backend for the length of a ``with`` block or of a call of what it decorates.

    One object may be entered and called many times, in many threads and tasks: each time has a backend of its own.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        check_options(options)
        self._options = dict(options)
        self._entered: list[tuple[object, Activation]] = []

    def __enter__(self) -> PersonalizeBackend:
        backend = PersonalizeBackend(**({"region": configured_region()} | ACTIVATIONS.defaults | self._options))
        self._entered.append((_task(), ACTIVATIONS.push(backend)))
        return backend

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The last one that this task entered; fixtures may be ended by another task than began them.
        task = _task()
        own = [place for place, (entered_by, _) in enumerate(self._entered) if entered_by is task]
        ACTIVATIONS.pop(self._entered.pop(own[-1] if own else -1)[1])

    async def __aenter__(self) -> PersonalizeBackend:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, target: T) -> T:
        """Decorate a function, coroutine function, generator function, async generator function or test class.

        ``TypeError`` for anything else.
        """
        if isinstance(target, type):
            return self._decorate_test_case(target) if issubclass(target, TestCase) else self._mark(target)
        if _is_fixture(target) or not (callable(target) or isinstance(target, classmethod)):
            hint = "; put it below @pytest.fixture" if _is_fixture(target) else ""
            raise TypeError(f"mock_personalize decorates functions and classes, not {target!r}{hint}")
        return cast(T, wrapt.decorator(self._call)(target))

    def _mark(self, cls: C) -> C:
        """A plain test class is pytest's: the marker puts the backend around set-up methods and fixtures as well."""
        import pytest  # is there already, or else nobody collects that class

        marked: C = pytest.mark.personalize(**self._options)(cls)
        return marked

    def _decorate_test_case(self, cls: C) -> C:
        """``run`` is set-up, test, tear-down and clean-ups of one test method; subclasses inherit it."""
        inherited = getattr(cls, "_personalize_options", None)
        cls._personalize_options = {**(inherited or {}), **self._options}  # type: ignore[attr-defined]
        if inherited is None:
            for name in ("run", "debug"):
                setattr(cls, name, _with_mock_of_class(getattr(cls, name)))
        return cls

    def _call(self, wrapped: Callable[..., Any], instance: Any, args: Any, kwargs: Any) -> Any:
        if inspect.iscoroutinefunction(wrapped):
            return self._await(wrapped(*args, **kwargs))
        if inspect.isgeneratorfunction(wrapped):
            return self._generate(wrapped(*args, **kwargs))
        if inspect.isasyncgenfunction(wrapped):
            return self._generate_async(wrapped(*args, **kwargs))
        with Mock(self._options):
            result = wrapped(*args, **kwargs)
        # A decorator in between may hide that it is a coroutine function.
        return self._await(result) if inspect.iscoroutine(result) else result

    async def _await(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        with Mock(self._options):
            return await coroutine

    def _generate(self, generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        with Mock(self._options):
            return (yield from generator)

    async def _generate_async(self, generator: AsyncGenerator[Any, Any]) -> AsyncGenerator[Any, Any]:
        with Mock(self._options):
            try:
                value = await anext(generator)
                while True:
                    try:
                        sent = yield value
                    except GeneratorExit:
                        raise
                    except BaseException as error:
                        value = await generator.athrow(error)
                    else:
                        value = await generator.asend(sent)
            except StopAsyncIteration:
                return
            finally:
                await generator.aclose()


def _task() -> object:
    """Who is running: the task of asyncio, or else the thread."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        task = None
    return task or threading.current_thread()


def _is_fixture(target: object) -> bool:
    """Whether ``pytest.fixture`` has made something of it: an object since pytest 8.4, a marked function before."""
    return hasattr(target, "_fixture_function_marker") or hasattr(target, "_pytestfixturefunction")


def _with_mock_of_class(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def around(case: Any, *args: Any, **kwargs: Any) -> Any:
        with Mock(case._personalize_options):
            return method(case, *args, **kwargs)

    return around


@overload
def mock_personalize(target: T, /) -> T: ...


@overload
def mock_personalize(
    *,
    region: str = ...,
    account_id: str = ...,
    transitions: str | Mapping[str, str] = ...,
    quotas: Mapping[str, int] | str | None = ...,
    minimums: str | None = ...,
    preset: str | None = ...,
    s3: Any = ...,
    seed: int = ...,
    calls_kept: int = ...,
) -> Mock: ...


def mock_personalize(target: Any = None, /, **options: Any) -> Any:
    """Answer Amazon Personalize inside this process, from a new and empty backend.

    Use it bare or called, on a function, a coroutine, a generator (which then holds the mock until it ends, and so
    serves as a fixture), an async generator or a test class (each test method gets a backend of its own, set-up
    methods included), or as ``with`` and ``async with``. The options are those of ``PersonalizeBackend``. Nested
    activations stack, the innermost answers. ``TypeError`` for an unknown option.
    """
    mock = Mock(options)
    return mock if target is None else mock(target)
