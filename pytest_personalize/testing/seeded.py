"""What a test gets to know of a dataset group that was seeded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from pytest_personalize.nearest import hint
from pytest_personalize.testing.sample_data import Row, Rows


class Named(Mapping[str, str]):
    """ARNs by name; a name that is not there fails with the nearest one."""

    def __init__(self, what: str, arns: Mapping[str, str], aliases: Mapping[str, str] | None = None) -> None:
        self._what = what
        self._arns = dict(arns)
        self._aliases = dict(aliases or {})

    def __getitem__(self, name: str) -> str:
        arn = self._arns.get(self._aliases.get(name, name))
        if arn is None:
            raise KeyError(f"no {self._what} {name!r}; {hint(name, [*self._arns, *self._aliases])}")
        return arn

    def __iter__(self) -> Iterator[str]:
        return iter(self._arns)

    def __len__(self) -> int:
        return len(self._arns)

    def __repr__(self) -> str:
        return repr(self._arns)


@frozen(kw_only=True, eq=False)
class SeededGroup:
    """A dataset group that a preset has made, and everything in it.

    ``users``, ``items`` and ``actions`` are ids, ``rows`` the data themselves: dataset type to rows, and a row is
    values by column. ``campaigns`` and ``solution_versions`` are ARNs by recipe name, ``recommenders`` by use case
    (or recipe name), ``filters`` by name without that of the group, ``datasets`` by dataset type. ``tracking_id`` is
    for PutEvents, ``action_tracking_id`` for PutActionInteractions.
    """

    preset: str
    name: str
    arn: str
    users: tuple[str, ...]
    items: tuple[str, ...]
    actions: tuple[str, ...]
    rows: Rows
    datasets: Mapping[str, str]
    campaigns: Mapping[str, str]
    solution_versions: Mapping[str, str]
    recommenders: Mapping[str, str]
    filters: Mapping[str, str]
    tracking_id: str
    action_tracking_id: str | None = None

    @property
    def interactions(self) -> Sequence[Row]:
        """The rows of the Interactions dataset, oldest first."""
        return self.rows["INTERACTIONS"]

    def __repr__(self) -> str:
        counts = (f"{len(ids)} {what}" for what, ids in (("users", self.users), ("items", self.items)))
        return f"<SeededGroup {self.name!r} of preset {self.preset!r}: {', '.join(counts)}>"
