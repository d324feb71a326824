"""``mock_personalize``: decorator and context manager."""

from __future__ import annotations

import inspect
import threading
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Generator, Mapping
from functools import wraps
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar, cast, overload
from unittest import TestCase

import wrapt

from pytest_personalize import names
from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.interception import ACTIVATIONS, Activation
from pytest_personalize.interception.regions import configured_region
from pytest_personalize.nearest import hint
from pytest_personalize.testing.saving import kept_saved
from pytest_personalize.testing.sleep_loops import who

T = TypeVar("T", bound="Callable[..., Any] | classmethod[Any, Any, Any]")
C = TypeVar("C", bound=type)

OPTIONS: Final = (*inspect.signature(PersonalizeBackend).parameters, "state")
"""What ``mock_personalize``, the marker and the fixtures can be given."""

FIXED: Final = ("region", "account_id", "quotas")
"""The options that a state brings along."""


def check_options(options: Mapping[str, Any], known: tuple[str, ...] = OPTIONS) -> None:
    """``TypeError`` that names an unknown option and the nearest known one."""
    for name in options:
        if name not in known:
            raise TypeError(f"unknown option {name!r}; {hint(name, known)}")


def _begun(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> PersonalizeBackend:
    """A new backend, empty or with a state; the options of a mock come before those of the whole run.

    ``TypeError`` for an option beside the state that it is given with.
    """
    options = {**defaults, **given}
    state = options.pop("state", None)
    if state is None:
        return PersonalizeBackend(**({"region": configured_region()} | options))
    beside = given if given.get("state") is not None else options
    for name in FIXED:
        if name in beside:
            raise TypeError(f"{name} and state exclude each other: {state} has its own")
        options.pop(name, None)
    preset = options.pop("preset", None)
    backend = PersonalizeBackend._from_saved(kept_saved(Path(state)), options)
    if preset is not None:
        backend.seed(preset)
    return backend


class Mock:
    """Activates a new, empty backend for the length of a ``with`` block or of a call of what it decorates.

    One object may be entered and called many times, in many threads and tasks: each time has a backend of its own.
    """

    def __init__(self, options: Mapping[str, Any], *, of_test: bool = False) -> None:
        check_options(options)
        self._options = dict(options)
        self._of_test = of_test
        self._entered: list[tuple[object, Activation]] = []
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self._options.items())
        return f"<mock_personalize({options})>"

    def __enter__(self) -> PersonalizeBackend:
        backend = _begun(self._options, ACTIVATIONS.defaults)
        if ACTIVATIONS.chaos is not None:
            backend.faults.chaos(ACTIVATIONS.chaos)
        task = who()
        activation = ACTIVATIONS.push(backend, None if self._of_test else task)
        with self._lock:
            self._entered.append((task, activation))
        return backend

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> PersonalizeBackend:
        """Begin the mock, as ``with`` does; for set-up methods that leave the end to ``stop``."""
        return self.__enter__()

    def stop(self) -> None:
        """End what ``start`` began. ``RuntimeError`` when nothing is left to end."""
        task = who()
        with self._lock:
            if not self._entered:
                raise RuntimeError("this mock_personalize was not started, or is stopped already")
            # The last one that this task entered; fixtures may be ended by another task than began them.
            own = [place for place, (entered_by, _) in enumerate(self._entered) if entered_by is task]
            _, activation = self._entered.pop(own[-1] if own else -1)
        ACTIVATIONS.pop(activation)

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
            remedy = "; put it below @pytest.fixture" if _is_fixture(target) else "; options are given by name"
            raise TypeError(f"mock_personalize decorates functions and classes, not {target!r}{remedy}")
        return cast(T, wrapt.decorator(self._call)(target))

    def _mark(self, cls: C) -> C:
        """A plain test class is pytest's: the marker puts the backend around set-up methods and fixtures as well."""
        import pytest  # is there already, or else nobody collects that class

        marked: C = pytest.mark.mock_personalize(**self._options)(cls)
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
        mock = Mock(self._options, of_test=_is_the_test(wrapped))
        if inspect.iscoroutinefunction(wrapped):
            return mock._await(wrapped(*args, **kwargs))
        if inspect.isgeneratorfunction(wrapped):
            return mock._generate(wrapped(*args, **kwargs))
        if inspect.isasyncgenfunction(wrapped):
            return mock._generate_async(wrapped(*args, **kwargs))
        with mock:
            result = wrapped(*args, **kwargs)
        # A decorator in between may hide that it is a coroutine function.
        return mock._await(result) if inspect.iscoroutine(result) else result

    async def _await(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        with self:
            return await coroutine

    def _generate(self, generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        with self:
            return (yield from generator)

    async def _generate_async(self, generator: AsyncGenerator[Any, Any]) -> AsyncGenerator[Any, Any]:
        with self:
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


def _is_the_test(function: Callable[..., Any]) -> bool:
    """Whether it is the function of the test that runs, and no other one that happens to be called by a task."""
    return inspect.unwrap(getattr(function, "__func__", function)) is ACTIVATIONS.test


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
    transitions: names.Transitions = ...,
    quotas: Mapping[str, int] | str | None = ...,
    minimums: str | Mapping[str, float] | None = ...,
    data: names.Data = ...,
    preset: names.Preset | None = ...,
    s3: Any = ...,
    seed: int = ...,
    regions: str | Collection[str] = ...,
    calls_kept: int = ...,
    state: str | PathLike[str] | None = ...,
) -> Mock: ...


def mock_personalize(target: Any = None, /, **options: Any) -> Any:
    """Answer Amazon Personalize inside this process, from a new and empty backend.

    Use it bare or called, on a function, a coroutine, a generator (which then holds the mock until it ends, and so
    serves as a fixture), an async generator or a test class (each test method gets a backend of its own, set-up
    methods included), or as ``with`` and ``async with``. The options are those of ``PersonalizeBackend``, and
    ``state``: a file of ``backend.save`` or ``pytest-personalize mirror`` to begin with, which is read once in a
    process. It has its own region, account and quotas; all other options take the place of its own. Nested activations
    stack, the innermost answers. ``TypeError`` for an unknown option, or one that the state has.
    """
    mock = Mock(options)
    return mock if target is None else mock(target)
