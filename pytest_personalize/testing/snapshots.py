"""Snapshots: the whole state of a backend, kept and put back."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from pytest_personalize.data.stores import MemoryStore
from pytest_personalize.service.kernel.account import Account
from pytest_personalize.service.kernel.state import AccountState
from pytest_personalize.testing.faults import Fault, Faults
from pytest_personalize.testing.seeded import SeededGroup


@frozen(kw_only=True, eq=False)
class Snapshot:
    """What a backend held at one moment; made by ``backend.snapshot()``, never changed.

    It has the resources, data, models, tags and declared answers of all regions, what is under way and planned, the
    clock, the quotas, the objects of the store in memory and the faults. It has neither the calls nor the settings of
    the backend (transitions, where jobs read and write).
    """

    account_id: str
    state: AccountState = field(repr=False)
    files: MemoryStore = field(repr=False)
    faults: list[Fault]
    seeded: Mapping[str, SeededGroup]


def taken(account: Account, files: MemoryStore, faults: Faults, seeded: Mapping[str, SeededGroup]) -> Snapshot:
    """A snapshot as of now."""
    return Snapshot(
        account_id=account.account_id,
        state=account.state(),
        files=files.fork(),
        faults=faults.state(),
        seeded=dict(seeded),
    )


def restored(snapshot: Snapshot, account: Account, faults: Faults) -> MemoryStore:
    """Put everything back, and return the store in memory.

    ``ValueError`` for a snapshot of another account, whose ARNs would be strange here; nothing is changed then.
    """
    if snapshot.account_id != account.account_id:
        raise ValueError(f"the snapshot is of account {snapshot.account_id}, the backend of {account.account_id}")
    account.restore(snapshot.state)
    faults.set_state(snapshot.faults)
    return snapshot.files.fork()
