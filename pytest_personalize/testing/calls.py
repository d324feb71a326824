"""``backend.calls``: the calls that reached a backend, and assertions on them."""

from __future__ import annotations

import difflib
import json
import marshal
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, overload

from pytest_personalize import names
from pytest_personalize.nearest import hint
from pytest_personalize.service.kernel.operations import Answer
from pytest_personalize.shapes import models
from pytest_personalize.testing.markup import visible

NEAREST: Final = 3  # different calls that a failed assertion shows
KEPT: Final = 10_000  # calls of one backend, unless the ini option says otherwise


Response = Mapping[str, Any] | None


def packed(response: Response) -> Response | bytes:
    """The answers of the hot paths, which come in great numbers, in a fifth of their room."""
    return marshal.dumps(dict(response)) if type(response) is Answer else response


class Call(NamedTuple):
    """One call: ``service``, ``operation`` and ``region``, ``params`` and ``response`` by the member names of the API.

    ``error`` is the code of a refusal, ``message`` its text, ``time`` in epoch seconds on the clock of the backend.
    Neither credentials nor headers are kept. A tuple, as every call makes one; ``kept`` is ``response`` as it lies in
    memory.
    """

    service: str
    operation: str
    region: str
    params: Mapping[str, Any]
    kept: Response | bytes
    error: str | None
    message: str | None
    time: float

    @property
    def response(self) -> Response:
        """What the service answered, None for a refused call."""
        kept = self.kept
        return marshal.loads(kept) if isinstance(kept, bytes) else kept

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The same as ``params``."""
        return self.params

    def matches(self, operation: str, params: Mapping[str, Any]) -> bool:
        """Whether it is a call of that operation with at least these parameters."""
        own = self.params
        return self.operation == operation and all(own.get(name) == value for name, value in params.items())

    def __str__(self) -> str:
        outcome = f"refused with {self.error}" if self.error else "answered"
        return visible(f"{self.service}.{self.operation}({_text(self.params)}) {outcome}")

    def __repr__(self) -> str:
        return f"<{self}>"


Tally = Counter[tuple[str, str, str | None]]
"""How many calls there were, by service, operation and error."""


class Calls(Sequence[Call]):
    """The calls in the order in which they came: the newest ``kept`` of them, while ``tally`` counts them all.

    ``ValueError`` for ``kept`` below 0.
    """

    def __init__(self, calls: Iterable[Call] = (), *, kept: int | str | None = KEPT) -> None:
        self._calls = deque(calls, None if kept is None else _limit(kept))
        self.tally: Tally = Counter()
        self._forgotten: Tally = Counter()

    @property
    def kept(self) -> int | None:
        """How many calls stay on record at most, None without a limit."""
        return self._calls.maxlen

    def append(self, call: Call) -> None:
        """Count a call, and keep it in the place of the oldest one if there are too many."""
        kind = call.service, call.operation, call.error
        self.tally[kind] = self.tally.get(kind, 0) + 1  # in two thirds of the time of +=
        self._calls.append(call)

    @overload
    def __getitem__(self, index: int) -> Call: ...

    @overload
    def __getitem__(self, index: slice) -> Calls: ...

    def __getitem__(self, index: int | slice) -> Call | Calls:
        return Calls(list(self._calls)[index], kept=None) if isinstance(index, slice) else self._calls[index]

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(list(self._calls))

    def __repr__(self) -> str:
        return f"<{len(self)} calls{': ' * bool(self)}{', '.join(call.operation for call in self)}>"

    def of(self, operation: names.Operation, **params: Any) -> Calls:
        """The calls of one operation, those with at least these parameters when some are given.

        ``ValueError`` for a name that is no operation, or for a parameter that is no member of its request.
        """
        _check(operation, params)
        return Calls([call for call in self if call.matches(operation, params)], kept=None)

    def made(self, operation: names.Operation) -> int:
        """How many calls of an operation there were since the last ``clear()``, those included that are not kept."""
        return sum(count - self._forgotten[key] for key, count in self.tally.copy().items() if key[1] == operation)

    def clear(self) -> None:
        """Forget the calls so far."""
        self._forgotten = self.tally.copy()
        self._calls.clear()

    def assert_called(self, operation: names.Operation, *, times: int | None = None, **params: Any) -> Calls:
        """The calls of that operation with at least these parameters; AssertionError when there is none.

        ``times`` asks for exactly that many. The error shows the nearest calls and how they differ. It is an
        AssertionError, too, when the operation or a parameter is none that the service has.
        """
        __tracebackhide__ = True
        found = self._known(operation, params)
        count = len(found) if params else self.made(operation)
        if (times is None and found) or count == times:
            return found
        wanted = "at least once" if times is None else f"{times} times"
        raise AssertionError(
            f"expected {operation}({_text(params)}) {wanted}, {_counted(count, params)}\n"
            + (found._listed() if found else self._nearest(operation, params))
            + self._lost(operation)
        )

    def assert_not_called(self, operation: names.Operation, **params: Any) -> None:
        """AssertionError when there was such a call, or when there may have been one among those no longer kept."""
        __tracebackhide__ = True
        found = self._known(operation, params)
        lost = self._lost(operation)
        if found or lost:
            count = len(found) if params else self.made(operation)
            raise AssertionError(
                f"expected no {operation}({_text(params)}), {_counted(count, params)}\n{found._listed()}{lost}"
            )

    def _known(self, operation: names.Operation, params: Mapping[str, Any]) -> Calls:
        __tracebackhide__ = True
        try:
            return self.of(operation, **params)
        except ValueError as error:
            raise AssertionError(str(error)) from None

    def _lost(self, operation: names.Operation) -> str:
        """What an assertion adds when calls of the operation came that are no longer kept."""
        lost = self.made(operation) - sum(call.operation == operation for call in self)
        if not lost:
            return ""
        return (
            f"\nthe oldest {lost} calls of {operation} are no longer kept, and may have been what is looked for: "
            f"personalize_calls_kept = {self._calls.maxlen}"
        )

    def _listed(self) -> str:
        return "\n".join(f"  {call}" for call in self)

    def _nearest(self, operation: names.Operation, params: Mapping[str, Any]) -> str:
        same = list(self.of(operation))[::-1]
        if same:
            # the most recent of the calls that agree in most parameters
            same.sort(key=lambda call: -sum(call.params.get(name) == value for name, value in params.items()))
            differences = dict.fromkeys(_difference(call, params) for call in same)
            return "\n".join(list(differences)[:NEAREST])
        return f"operations that were called: {', '.join(sorted({call.operation for call in self})) or 'none'}"


def _counted(count: int, params: Mapping[str, Any]) -> str:
    return f"it was called {'so ' * bool(params)}{count} times"


def _limit(kept: int | str) -> int:
    """A number as options or an ini file give it."""
    text = str(kept)
    if not text.isdecimal():
        raise ValueError(f"the number of calls to keep cannot be {text}")
    return int(text)


def _check(operation: str, params: Mapping[str, Any]) -> None:
    """``ValueError`` for a name that the service does not have."""
    shape = models.find_operation(operation).input
    members = () if shape is None else tuple(shape.members)
    for name in params:
        if name not in members:
            raise ValueError(f"{operation} has no parameter {name!r}; {hint(name, members)}")


def _difference(call: Call, params: Mapping[str, Any]) -> str:
    expected = _lines(params)
    actual = _lines({name: call.params[name] for name in params if name in call.params})
    lines = difflib.unified_diff(expected, actual, "expected", f"call of {call.operation}", lineterm="")
    return "\n".join(lines)


def _lines(params: Mapping[str, Any]) -> list[str]:
    return json.dumps(params, indent=2, sort_keys=True, default=str).splitlines()


def _text(params: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in params.items())
