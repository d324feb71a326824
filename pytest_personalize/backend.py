"""``PersonalizeBackend``: one pretend AWS, as a test holds it. One call in, one answer out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_personalize.data.stores import Boto3Store, FolderStore, MemoryStore, ObjectStore, store_of_moto
from pytest_personalize.service import endpoint
from pytest_personalize.service.account import Account, Region
from pytest_personalize.service.clock import Clock
from pytest_personalize.service.errors import ServiceError
from pytest_personalize.service.lifecycle import Engine, Transitions
from pytest_personalize.service.quotas import Quotas
from pytest_personalize.service.quotas import minimums as data_minimums
from pytest_personalize.shapes.answers import HttpAnswer, accepted, refused
from pytest_personalize.testing.calls import Call, Calls
from pytest_personalize.testing.resources import Resources


class PersonalizeBackend(Resources):
    """One pretend AWS account with Amazon Personalize in it, new and empty.

    ``region`` is where calls without a region go and where the resource mappings look; calls of clients of other
    regions go to those. ``account_id`` is the account in all ARNs. ``transitions`` is ``"instant"``, ``"polls:N"`` or
    ``"clock"``, or a mapping from kinds of resources (and ``"default"``) to those. ``quotas`` is ``"aws"``, None for
    none, or a mapping of single values; ``minimums`` is ``"aws"`` to ask for as much data as AWS does. ``s3`` is where
    jobs read and write: ``"memory"``, a folder whose sub-folders are buckets, or a boto3 S3 client; by default moto's
    S3 when that is active, memory otherwise. ``seed`` steers all that looks random.
    """

    def __init__(
        self,
        *,
        region: str = "us-east-1",
        account_id: str = "123456789012",
        transitions: str | Mapping[str, str] = "instant",
        quotas: Mapping[str, int] | str | None = "aws",
        minimums: str | None = None,
        preset: str | None = None,
        s3: Any = None,
        seed: int = 0,
    ) -> None:
        self.region_name = region
        self.account_id = account_id
        self.clock = Clock()
        self.calls = Calls()
        self._s3 = s3
        self._memory = MemoryStore()
        self._lock = threading.RLock()
        self._account = Account(
            account_id=account_id,
            clock=self.clock,
            engine=Engine(Transitions(transitions)),
            quotas=Quotas(quotas),
            minimums=data_minimums(minimums),
            seed=seed,
            store=lambda: self.s3,
        )
        super().__init__(self._read_region, region)

    @property
    def transitions(self) -> Transitions:
        """How statuses change; set it as a whole or by kind of resource."""
        return self._account.engine.transitions

    @transitions.setter
    def transitions(self, setting: str | Mapping[str, str]) -> None:
        self._account.engine.transitions = Transitions(setting)

    @property
    def s3(self) -> ObjectStore:
        """Where import, export and batch jobs read and write, by ``s3://bucket/key``."""
        if self._s3 is None:
            return store_of_moto(self.region_name) or self._memory
        if self._s3 == "memory":
            return self._memory
        if isinstance(self._s3, str | Path):
            return FolderStore(Path(self._s3))
        return Boto3Store(self._s3)

    def region(self, name: str) -> Resources:
        """The resources of another region."""
        return Resources(self._read_region, name)

    def respond(
        self, service: str, operation: str, region: str, body: bytes | str
    ) -> tuple[HttpAnswer, dict[str, Any]]:
        """Answer one call as botocore's own endpoint does: the HTTP answer and the parsed members."""
        try:
            rendered = self.call(service, operation, region, body)
        except ServiceError as error:
            return refused(service, error.code, error.message)
        return accepted(service, rendered)

    def call(
        self,
        service: str,
        operation: str,
        region: str,
        body: bytes | str,
        form: endpoint.Form = "python",
    ) -> dict[str, Any]:
        """Answer one call: the rendered members, or ServiceError."""
        with self._lock:
            account = self._account
            account.catch_up()
            members: dict[str, Any] = {}
            now = self.clock.timestamp()
            try:
                members = endpoint.decode(body)
                answer = endpoint.answer(account.region(region), service, operation, members, form)
            except ServiceError as error:
                self.calls.append(Call(service, operation, region, members, None, error.code, error.message, now))
                raise
            self.calls.append(Call(service, operation, region, members, answer, None, None, now))
            return answer

    def _read_region(self, name: str) -> Region:
        with self._lock:
            self._account.catch_up()
            return self._account.region(name)
