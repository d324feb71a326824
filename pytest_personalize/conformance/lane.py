"""Where cases are put to: clients of an endpoint, a place for files, and how long to wait."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from itertools import count, takewhile
from typing import Any, Final, Protocol

import boto3
from attrs import define, frozen
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
from botocore.model import ListShape, StructureShape
from botocore.parsers import ResponseParserError

from pytest_personalize.backend import PersonalizeBackend
from pytest_personalize.caveats import PersonalizeWarning
from pytest_personalize.conformance.case import COSTS, Cost
from pytest_personalize.conformance.errors import CREDENTIALS, LaneFailure, Refusal, refusal
from pytest_personalize.mock import mock_personalize
from pytest_personalize.shapes import models

SERVICE_OF: Final = {name: service for service in models.SERVICES for name in models.operation_names(service)}
DUMMY_KEYS: Final[dict[str, Any]] = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "conform"}
KINDS_ON_THE_WAY: Final = ("default", "solution", "dataset", "event-tracker", "filter")
"""In process, all of these show the statuses on the way, as at AWS."""


class Files(Protocol):
    """Where jobs read and write."""

    def put(self, path: str, data: bytes) -> None:
        """Make or replace the object ``path`` (``s3://bucket/key``)."""

    def get(self, path: str) -> bytes:
        """The content of an object."""

    def list(self, prefix: str) -> list[str]:
        """The paths of all objects that begin with ``prefix``."""


@define
class S3Files:
    """The files of a bucket, through a client of S3; ``LaneFailure`` when it cannot be reached."""

    client: Any

    def put(self, path: str, data: bytes) -> None:
        """Make or replace an object."""
        bucket, key = _parsed(path)
        with _reaching(path):
            self.client.put_object(Bucket=bucket, Key=key, Body=data)

    def get(self, path: str) -> bytes:
        """The content of an object."""
        bucket, key = _parsed(path)
        with _reaching(path):
            content: bytes = self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def list(self, prefix: str) -> list[str]:
        """The paths of all objects that begin with ``prefix``."""
        bucket, key = _parsed(prefix)
        with _reaching(prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
            return [f"s3://{bucket}/{found['Key']}" for page in pages for found in page.get("Contents", ())]

    def delete(self, path: str) -> None:
        """Remove an object."""
        bucket, key = _parsed(path)
        with _reaching(path):
            self.client.delete_object(Bucket=bucket, Key=key)


@contextmanager
def _reaching(path: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError, HTTPClientError, ResponseParserError) as error:
        raise LaneFailure(f"{path}: {' '.join(str(error).split())}") from None


def _unknown(shape: Any, value: Any) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, member in value.items():
            if name in shape.members:
                yield from _unknown(shape.members[name], member)
            else:
                yield f"{shape.name}.{name}"
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for item in value:
            yield from _unknown(shape.member, item)


def _parsed(path: str) -> tuple[str, str]:
    bucket, _, key = path.removeprefix("s3://").partition("/")
    return bucket, key


@define(slots=False)
class Lane:
    """One endpoint, or an account, and what may be done there.

    ``pause`` are the seconds between two looks at something that is under way, ``patience`` those until nobody waits
    any longer.
    """

    title: str
    session: boto3.Session
    endpoint: str | None = None
    spend: Cost = "training"
    bucket: str | None = None
    role: str | None = None
    pause: float = 0.0
    patience: float = 60.0
    files: Files | None = None
    backend: PersonalizeBackend | None = None

    @cached_property
    def _clients(self) -> dict[str, Any]:
        # The client must let everything through, for the endpoint to have the say.
        retries = {"total_max_attempts": 6, "mode": "standard"} if self.endpoint is None else {"total_max_attempts": 1}
        config = Config(parameter_validation=False, retries=retries, read_timeout=120)  # type: ignore[arg-type]
        make: Any = self.session.client
        try:
            return {name: make(name, endpoint_url=self.endpoint, config=config) for name in models.SERVICES}
        except (BotoCoreError, ValueError) as error:
            raise LaneFailure(str(error)) from None

    def call(self, operation: str, members: Mapping[str, Any]) -> dict[str, Any] | Refusal:
        """The answer, or the refusal; ``LaneFailure`` when nobody is there to give either."""
        service = SERVICE_OF[operation]
        ask = getattr(self._clients[service], xform_name(operation))
        try:
            answer: dict[str, Any] = ask(**members)
        except ClientError as error:
            modelled = {shape.name for shape in models.service_model(service).operation_model(operation).error_shapes}
            return refusal(error, operation, frozenset(modelled))
        except (AttributeError, TypeError, ValueError):  # of parsers that take the protocol for granted
            return Refusal(operation, "no answer of that protocol", "", not_answered=True)
        except NoCredentialsError:
            raise LaneFailure(f"{self.title}: there are no credentials; set AWS_PROFILE or the keys") from None
        except (HTTPClientError, BotoCoreError) as error:
            raise LaneFailure(f"{self.title}: {' '.join(str(error).split())}") from None
        return answer

    def lacks(self, operation: str, members: Mapping[str, Any]) -> list[str]:
        """The members of a request that the installed botocore does not know, and would leave out without a word."""
        return list(_unknown(models.operation(SERVICE_OF[operation], operation).input, members))

    def check(self) -> None:
        """``LaneFailure`` when the endpoint or the bucket cannot be reached, or the credentials are refused."""
        found = self.call("ListSchemas", {"maxResults": 1})
        if isinstance(found, Refusal) and found.code in CREDENTIALS:
            raise LaneFailure(f"{self.title}: the credentials are refused: {found}")
        if isinstance(self.files, S3Files):
            self.files.list(f"s3://{self.bucket}/conform-")

    def allows(self, cost: Cost) -> bool:
        """Whether that much may be spent here."""
        return COSTS.index(cost) <= COSTS.index(self.spend)

    def looks(self) -> Iterator[None]:
        """Looks at something under way, as long as there is patience."""
        until = time.monotonic() + self.patience
        for turn in takewhile(lambda _: time.monotonic() <= until, count()):
            yield
            self.rest(turn)

    def rest(self, turn: int) -> None:
        """Wait a little after a look, the longer the more looks there were."""
        if self.pause:
            time.sleep(min(self.pause, self.pause / 50 * 2**turn))


@contextmanager
def in_process() -> Iterator[Lane]:
    """The emulator in this process: every status on the way is seen, everything may be spent."""
    with (
        warnings.catch_warnings(action="ignore", category=PersonalizeWarning),
        mock_personalize(region="us-east-1", transitions=dict.fromkeys(KINDS_ON_THE_WAY, "polls:2")) as backend,
    ):
        session = boto3.Session(region_name=backend.region_name, **DUMMY_KEYS)
        role = f"arn:aws:iam::{backend.account_id}:role/conform"
        yield Lane("emulator", session, bucket="conform", role=role, files=backend.s3, backend=backend, patience=10.0)


@frozen(kw_only=True)
class Place:
    """Where the lanes beside the emulator lead, as the command has it."""

    region: str
    endpoint: str | None = None
    account: bool = False
    spend: Cost = "nothing"
    bucket: str | None = None
    role: str | None = None
    s3_endpoint: str | None = None

    def lane(self) -> Lane:
        """Its lane: dummy keys for an endpoint, those of the caller for an account."""
        try:
            keys: dict[str, Any] = {} if self.account and self.endpoint is None else DUMMY_KEYS
            session = boto3.Session(region_name=self.region, **keys)
            make: Any = session.client
            store = S3Files(make("s3", endpoint_url=self.s3_endpoint or self.endpoint)) if self.bucket else None
        except (BotoCoreError, ValueError) as error:
            raise LaneFailure(str(error)) from None
        near = self.endpoint is not None
        return Lane(
            title=self.endpoint or f"Amazon Personalize in {self.region}",
            session=session,
            endpoint=self.endpoint,
            spend=self.spend if self.account else "training",
            bucket=self.bucket,
            role=self.role,
            pause=0.02 if near else 5.0,
            patience=60.0 if near else 3 * 3600.0,
            files=store,
        )
