"""Tables of resources: kept in the order of creation, found by ARN, listed page by page."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from pytest_personalize.service.kernel.resource import Resource

R = TypeVar("R", bound=Resource)


class Table(Generic[R]):
    """All resources of one kind in one region.

    Each resource gets a serial number that it keeps; a page starts after a serial number, so its cost does not depend
    on how many resources there are, and pages stay right while resources come and go.
    """

    def __init__(self) -> None:
        self._rows: dict[str, R] = {}
        self._serial_of: dict[str, int] = {}
        self._arn_of: dict[int, str] = {}
        self._lists: dict[str | None, list[int]] = {None: []}
        self._last = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._rows.values()))  # as they are now: another thread may change the table meanwhile

    def __contains__(self, arn: object) -> bool:
        return arn in self._rows

    def get(self, arn: str) -> R | None:
        return self._rows.get(arn)

    def put(self, resource: R) -> None:
        """Add a resource, or replace the one of the same ARN."""
        arn = resource.arn
        parent = resource.parent_arn
        before = self._rows.get(arn)
        if before is None:
            serial = self._last = self._last + 1
            self._serial_of[arn] = serial
            self._arn_of[serial] = arn
            self._lists[None].append(serial)
            if parent is not None:
                self._lists.setdefault(parent, []).append(serial)
        elif before.parent_arn != parent:
            serial = self._serial_of[arn]
            self._lists[before.parent_arn].remove(serial)
            insort(self._lists.setdefault(parent, []), serial)
        self._rows[arn] = resource

    def remove(self, arn: str) -> None:
        """Take a resource out."""
        resource = self._rows.pop(arn)
        serial = self._serial_of.pop(arn)
        del self._arn_of[serial]
        for parent in {None, resource.parent_arn}:
            serials = self._lists[parent]
            del serials[bisect_right(serials, serial) - 1]

    def of(self, parent_arn: str) -> list[R]:
        """The resources below that parent, in the order of creation."""
        return [self._rows[self._arn_of[serial]] for serial in self._lists.get(parent_arn, ())]

    def page(self, parent_arn: str | None, after: int, size: int) -> tuple[list[R], int | None]:
        """At most ``size`` resources with serial numbers above ``after``, and where the next page starts, if any."""
        serials = self._lists.get(parent_arn, [])
        start = bisect_right(serials, after)
        chosen = serials[start : start + size]
        rows = [self._rows[self._arn_of[serial]] for serial in chosen]
        return rows, (chosen[-1] if start + size < len(serials) else None)

    def newest_first(self, parent_arn: str | None, before: int, size: int) -> tuple[list[R], int | None]:
        """As ``page``, but backwards: serial numbers below ``before`` (0: from the newest), newest first."""
        serials = self._lists.get(parent_arn, [])
        end = bisect_right(serials, before - 1) if before else len(serials)
        chosen = serials[max(0, end - size) : end][::-1]
        rows = [self._rows[self._arn_of[serial]] for serial in chosen]
        return rows, (chosen[-1] if end - size > 0 else None)

    def numbered(self) -> list[tuple[int, R]]:
        """The resources with their serial numbers, in the order of creation."""
        return [(serial, self._rows[arn]) for serial, arn in sorted(self._arn_of.items())]

    def state(self) -> tuple[int, list[tuple[int, R]]]:
        """The last serial number that was given, and the resources with theirs."""
        return self._last, self.numbered()

    @classmethod
    def from_state(cls, last: int, rows: Iterable[tuple[int, R]]) -> Table[R]:
        """The table that gave this state; ``ValueError`` for one that no table gives."""
        table: Table[R] = cls()
        for serial, resource in rows:
            if not table._last < serial <= last or resource.arn in table:
                raise ValueError(f"number {serial} of a table, {resource!r}, is out of order or there twice")
            table._last = serial - 1
            table.put(resource)
        table._last = last
        return table

    def fork(self) -> Table[R]:
        """An independent copy; the resources themselves are immutable and shared."""
        copy: Table[R] = Table()
        copy._rows = dict(self._rows)
        copy._serial_of = dict(self._serial_of)
        copy._arn_of = dict(self._arn_of)
        copy._lists = {parent: list(serials) for parent, serials in self._lists.items()}
        copy._last = self._last
        return copy
