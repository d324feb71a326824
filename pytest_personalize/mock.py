"""``mock_personalize``: decorator and context manager."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from types import TracebackType
from typing import Any, TypeVar, overload
from unittest import TestCase

import wrapt

from pytest_personalize.backend import PersonalizeBackend, checked_options
from pytest_personalize.interception import ACTIVATIONS

T = TypeVar("T", bound=Callable[..., Any])


class Mock:
    """Activates a new, empty backend for the length of a ``with`` block or of a call of what it decorates."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._options = checked_options(options)
        self._entered: list[PersonalizeBackend] = []

    def __enter__(self) -> PersonalizeBackend:
        backend = PersonalizeBackend(**self._options)
        ACTIVATIONS.push(backend)
        self._entered.append(backend)
        return backend

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        ACTIVATIONS.pop(self._entered.pop())

    async def __aenter__(self) -> PersonalizeBackend:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, target: T) -> T:
        """Decorate a function, coroutine function, generator function, async generator function or test class."""
        if inspect.isclass(target):
            return self._decorate_class(target)  # type: ignore[return-value]
        decorated: Any = wrapt.decorator(self._call)(target)
        return decorated  # type: ignore[no-any-return]

    def _decorate_class(self, cls: type) -> type:
        if issubclass(cls, TestCase):
            # ``run`` is set-up, test, tear-down and clean-ups of one test method, in subclasses too.
            cls.run = wrapt.decorator(self._call)(cls.run)  # type: ignore[method-assign]
            return cls
        # A plain test class is pytest's: the marker puts the backend around set-up methods and fixtures as well.
        import pytest  # only a decorated class needs it here

        marked: type = pytest.mark.personalize(**self._options)(cls)
        return marked

    def _call(self, wrapped: Callable[..., Any], instance: Any, args: Any, kwargs: Any) -> Any:
        if inspect.iscoroutinefunction(wrapped):
            return self._coroutine(wrapped, args, kwargs)
        if inspect.isasyncgenfunction(wrapped):
            return self._async_generator(wrapped(*args, **kwargs))
        if inspect.isgeneratorfunction(wrapped):
            return self._generator(wrapped(*args, **kwargs))
        with Mock(self._options):
            return wrapped(*args, **kwargs)

    async def _coroutine(self, wrapped: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        with Mock(self._options):
            return await wrapped(*args, **kwargs)

    def _generator(self, generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        with Mock(self._options):
            return (yield from generator)

    async def _async_generator(self, generator: AsyncGenerator[Any, Any]) -> AsyncGenerator[Any, Any]:
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
) -> Mock: ...


def mock_personalize(target: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Answer Amazon Personalize inside this process, from a new and empty backend.

    Use it bare or called, on a function, a coroutine, a generator (which then holds the mock until it ends, and so
    serves as a fixture), an async generator or a test class (each test method gets a backend of its own, set-up
    methods included), or as ``with`` and ``async with``. The options are those of ``PersonalizeBackend``. Nested
    activations stack, the innermost answers. ``TypeError`` for an unknown option.
    """
    mock = Mock(options)
    return mock if target is None else mock(target)
