"""How statuses change: the setting of a test, for all resources, for a kind, or for one step of a kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pytest_personalize import names
from pytest_personalize.nearest import hint

READY_MADE: Final[Mapping[str, Mapping[str, str]]] = {
    "aws": {
        "default": "instant",
        **dict.fromkeys(
            (
                "solution-version",
                "campaign",
                "recommender",
                "dataset-import-job",
                "dataset-export-job",
                "data-deletion-job",
                "batch-inference-job",
                "batch-segment-job",
            ),
            "polls:2",
        ),
        **dict.fromkeys(
            ("dataset-group:delete", "solution:delete", "campaign:delete", "recommender:delete"), "polls:1"
        ),
    }
}
"""``aws``: what takes seconds there is ready at once, what takes minutes is looked at, a delete is seen once."""

QUICK: Final = frozenset({"schema", "dataset", "event-tracker", "filter"})
"""Made and deleted in seconds at AWS, so that programs go on without a look: at once under a plain ``polls:N``."""

AT_ONCE: Final = frozenset({("solution", "create")})
"""Real code trains in the very second of CreateSolution, so only who sets it for solutions sees one on its way."""


class Transitions:
    """Which way resources go from one status to the next: one setting for all, and exceptions.

    >>> transitions = Transitions("polls:2")
    >>> transitions["solution-version"] = "clock"
    >>> transitions["dataset-group:delete"] = "polls:1"

    The settings are ``instant`` (the end state at the first look), ``polls:N`` (the first N looks answer the states on
    the way), ``clock`` (as long as it takes in reality, on the clock of the backend) and ``aws`` (two looks at what
    takes minutes there, one at a delete, none at the rest).
    """

    def __init__(
        self, setting: names.Transitions | Transitions = "instant", steps: Mapping[str, frozenset[str]] = {}
    ) -> None:
        """``steps`` are the steps of every kind of resource that may be set."""
        self._steps = steps
        given = setting.settings() if isinstance(setting, Transitions) else setting
        settings: dict[Any, Any] = dict(given) if isinstance(given, Mapping) else {"default": given}
        self._default = checked_mode(settings.pop("default", "instant"))
        self._set: dict[str, str] = {}
        self._known: dict[tuple[str, str], str] = {}
        for name, mode in settings.items():
            self[name] = mode

    @property
    def default(self) -> str:
        """The setting of whatever has none of its own."""
        return self._default

    def of(self, kind: str, step: str) -> str:
        """How a resource of that kind takes that step, both by their names in the scripts."""
        mode = self._known.get((kind, step))
        if mode is None:
            mode = self._known[kind, step] = self._of(kind, step)
        return mode

    def _of(self, kind: str, step: str) -> str:
        own = self._set.get(f"{kind}:{step}") or self._set.get(kind)
        if own is not None:
            return own
        made = READY_MADE.get(self._default)
        if made is not None:
            return made.get(f"{kind}:{step}") or made.get(kind) or made["default"]
        quick = kind in QUICK and step in ("create", "delete") and self._default.startswith("polls")
        return "instant" if quick or (kind, step) in AT_ONCE else self._default

    def __getitem__(self, name: names.Kind | names.Step) -> str:
        kind, _, step = self._checked(name).partition(":")
        return self.of(kind, step or "create")

    def __setitem__(self, name: names.Kind | names.Step, mode: names.Transition) -> None:
        self._set[self._checked(name)] = checked_mode(mode)
        self._known.clear()

    def __repr__(self) -> str:
        return f"Transitions({self.settings()!r})"

    def settings(self) -> dict[str, str]:
        """All settings, as the constructor takes them."""
        return {"default": self._default} | self._set

    def _checked(self, name: str) -> str:
        kind, colon, step = name.replace("_", "-").partition(":")
        if self._steps and kind not in self._steps:
            raise ValueError(f"no such kind of resource: {name!r}; {hint(kind, sorted(self._steps))}")
        if colon and self._steps and step not in self._steps[kind]:
            raise ValueError(f"a {kind} has no step {step!r}; {hint(step, sorted(self._steps[kind]))}")
        return kind + colon + step


def checked_mode(mode: str) -> str:
    """``mode`` if it is a setting; ``ValueError`` otherwise."""
    name, _, count = str(mode).partition(":")
    if mode in ("instant", "clock", *READY_MADE) or (name == "polls" and count.isdecimal()):
        return mode
    raise ValueError(f"transitions are 'instant', 'polls:N', 'clock' or 'aws', not {mode!r}")
