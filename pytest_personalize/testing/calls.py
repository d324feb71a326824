"""``backend.calls``: every call that reached a backend, and assertions on them."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, overload

from attrs import define

from pytest_personalize.nearest import nearest

NEAREST: Final = 3  # calls that a failed assertion shows


@define(frozen=True)
class Call:
    """One call: ``service``, ``operation`` and ``region``, ``params`` and ``response`` by the member names of the API.

    ``error`` is the code of a refusal.

    ``response`` is what the caller got (no copy of it), None for a refused call; ``message`` is the text of the
    refusal, ``time`` in epoch seconds on the clock of the backend. Neither credentials nor headers are kept.
    """

    service: str
    operation: str
    region: str
    params: Mapping[str, Any]
    response: Mapping[str, Any] | None
    error: str | None
    message: str | None
    time: float

    def matches(self, operation: str, params: Mapping[str, Any]) -> bool:
        """Whether it is a call of that operation with at least these parameters."""
        own = self.params
        return self.operation == operation and all(own.get(name) == value for name, value in params.items())

    def __str__(self) -> str:
        outcome = f"refused with {self.error}" if self.error else "answered"
        return f"{self.service}.{self.operation}({_text(self.params)}) {outcome}"


class Calls(Sequence[Call]):
    """The calls in the order in which they came; ``append`` puts one on record."""

    def __init__(self, calls: list[Call] | None = None) -> None:
        self._calls: list[Call] = [] if calls is None else calls
        self.append = self._calls.append

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> Calls: ...

    def __getitem__(self, index: int | slice) -> Call | Calls:
        return Calls(self._calls[index]) if isinstance(index, slice) else self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __repr__(self) -> str:
        return f"<{len(self)} calls: {', '.join(call.operation for call in self)}>"

    def of(self, operation: str, **params: Any) -> Calls:
        """The calls of one operation, those with at least these parameters when some are given."""
        return Calls([call for call in self if call.matches(operation, params)])

    def clear(self) -> None:
        """Forget the calls so far."""
        self._calls.clear()

    def assert_called(self, operation: str, *, times: int | None = None, **params: Any) -> Calls:
        """The calls of that operation with at least these parameters; AssertionError when there is none.

        ``times`` asks for exactly that many. The error shows the nearest calls and how they differ.
        """
        __tracebackhide__ = True
        found = self.of(operation, **params)
        if (times is None and found) or len(found) == times:
            return found
        wanted = "at least once" if times is None else f"{times} times"
        raise AssertionError(
            f"expected {operation}({_text(params)}) {wanted}, it was called {len(found)} times\n"
            + (found._listed() if found else self._nearest(operation, params))
        )

    def assert_not_called(self, operation: str, **params: Any) -> None:
        """AssertionError when there was such a call."""
        __tracebackhide__ = True
        found = self.of(operation, **params)
        if found:
            raise AssertionError(
                f"expected no {operation}({_text(params)}), it was called {len(found)} times\n{found._listed()}"
            )

    def _listed(self) -> str:
        return "\n".join(f"  {call}" for call in self)

    def _nearest(self, operation: str, params: Mapping[str, Any]) -> str:
        same = list(self.of(operation))[::-1]
        if same:
            # the most recent of the calls that agree in most parameters
            same.sort(key=lambda call: -sum(call.params.get(name) == value for name, value in params.items()))
            return "\n".join(_difference(call, params) for call in same[:NEAREST])
        names = {call.operation for call in self}
        near = nearest(operation, sorted(names))
        remedy = f"; did you mean {near!r}?" if near is not None else ""
        return f"operations that were called: {', '.join(sorted(names)) or 'none'}{remedy}"


def _difference(call: Call, params: Mapping[str, Any]) -> str:
    expected = _lines(params)
    actual = _lines({name: call.params[name] for name in params if name in call.params})
    lines = difflib.unified_diff(expected, actual, "expected", f"call of {call.operation}", lineterm="")
    return "\n".join(lines)


def _lines(params: Mapping[str, Any]) -> list[str]:
    return json.dumps(params, indent=2, sort_keys=True, default=str).splitlines()


def _text(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in params.items())
