"""What a test gets to know of a dataset group that was seeded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, NoReturn, TypeVar

from attrs import field, frozen

from pytest_personalize.nearest import hint, plain
from pytest_personalize.testing.sample_data import Row, Rows

V = TypeVar("V")


class Named(Mapping[str, V], Generic[V]):
    """What has names, in any case and with any hyphens; a name that is not there fails with the nearest one.

    The ARN of a recipe will do as well as its name.
    """

    def __init__(self, what: str, values: Mapping[str, V], aliases: Mapping[str, str] | None = None) -> None:
        self._what = what
        self._values = values
        self._aliases = aliases or {}

    def __getitem__(self, name: str) -> V:
        if name in self._values:
            return self._values[name]
        wanted = plain(name.rpartition("/")[2])
        for known in (*self._values, *self._aliases):
            if plain(known) == wanted:
                return self._values[self._aliases.get(known, known)]
        raise KeyError(f"no {self._what} {name!r}; {hint(name, [*self._values, *self._aliases])}")

    def replaced(self, values: Mapping[V, V]) -> Named[V]:
        """The same names for other values, where there are others."""
        return Named(self._what, {name: values.get(own, own) for name, own in self._values.items()}, self._aliases)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(dict(self._values))


class SharedRow(dict[str, Any]):
    """A row that all groups of the same data share: a dictionary, for json and pickle too, that nobody changes."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("rows of a group are shared by tests; change a copy: dict(row)")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return dict, (dict(self),)


def _copied(ids: Iterable[str]) -> list[str]:
    return list(ids)


@frozen(kw_only=True, eq=False)
class SeededGroup:
    """A dataset group that was made of a preset or of own data, and everything in it.

    ``preset`` (None for own data) and ``name`` say what it is, ``arn`` is that of the dataset group. ``users``,
    ``items`` and ``actions`` are ids, in lists of this group's own; ``rows`` are the data themselves: dataset type to
    rows, and a row is values by column. ``campaigns``, ``solutions`` and ``solution_versions`` are ARNs by recipe name,
    ``recommenders`` by use case (or recipe name), ``filters`` by name without that of the group, ``datasets`` by
    dataset type. ``tracking_id`` is for PutEvents, ``action_tracking_id`` for PutActionInteractions.
    """

    preset: str | None = None
    name: str
    arn: str
    users: list[str] = field(converter=_copied)
    items: list[str] = field(converter=_copied)
    actions: list[str] = field(converter=_copied)
    rows: Rows
    datasets: Mapping[str, str]
    campaigns: Named[str]
    solutions: Mapping[str, str]
    solution_versions: Mapping[str, str]
    recommenders: Named[str]
    filters: Mapping[str, str]
    tracking_id: str
    action_tracking_id: str | None = None

    @property
    def interactions(self) -> Sequence[Row]:
        """The rows of the Interactions dataset, oldest first."""
        return self.rows["INTERACTIONS"]

    def __repr__(self) -> str:
        counts = (f"{len(ids)} {what}" for what, ids in (("users", self.users), ("items", self.items)))
        origin = "own data" if self.preset is None else f"preset {self.preset!r}"
        return f"<SeededGroup {self.name!r} of {origin}: {', '.join(counts)}>"
