"""Collects what visitors do and sends it to Personalize in batches.

A batch has up to ten events of one session, which is what PutEvents takes. Attempts that fail in passing are repeated
by botocore; what cannot be delivered after that ends in a dead-letter list, to be looked at or sent again later.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_personalize_events import PersonalizeEventsClient
    from mypy_boto3_personalize_events.type_defs import EventTypeDef

BATCH: Final = 10
"""How many events PutEvents takes."""

REFUSED: Final = frozenset({"InvalidInputException", "ValidationException"})
"""What Personalize says to events that it will never take; the second is no exception of the client's own."""


@dataclass(frozen=True)
class Visit:
    """Something that a visitor did; ``event_id`` is the same when it is sent again."""

    event_id: str
    user: str
    session: str
    event_type: str
    item: str
    at: datetime

    def as_event(self) -> EventTypeDef:
        """In the form of PutEvents."""
        return {"eventId": self.event_id, "eventType": self.event_type, "itemId": self.item, "sentAt": self.at}


@dataclass(frozen=True)
class DeadLetter:
    """What was not delivered, and why."""

    visit: Visit
    reason: str


@dataclass
class Collector:
    """Call ``add`` for each visit, ``flush`` from time to time and at the end."""

    tracking_id: str
    client: PersonalizeEventsClient
    dead_letters: list[DeadLetter] = field(default_factory=list)
    sent: int = 0
    _waiting: dict[tuple[str, str], list[Visit]] = field(default_factory=dict)

    def add(self, visit: Visit) -> None:
        """Keep a visit until its batch is full, then send the batch."""
        batch = self._waiting.setdefault((visit.user, visit.session), [])
        batch.append(visit)
        if len(batch) == BATCH:
            self._send(self._waiting.pop((visit.user, visit.session)))

    def flush(self) -> None:
        """Send all that is waiting."""
        while self._waiting:
            self._send(self._waiting.popitem()[1])

    def replay(self) -> None:
        """Send the dead letters again."""
        letters, self.dead_letters = self.dead_letters, []
        for letter in letters:
            self.add(letter.visit)
        self.flush()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def _send(self, batch: list[Visit]) -> None:
        """Deliver a batch; where one bad event would spoil it for the others, deliver them one by one."""
        try:
            self.client.put_events(
                trackingId=self.tracking_id,
                userId=batch[0].user,
                sessionId=batch[0].session,
                eventList=[visit.as_event() for visit in batch],
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in REFUSED and len(batch) > 1:
                for visit in batch:
                    self._send([visit])
            else:
                self._bury(batch, f"{code}: {error.response['Error']['Message']}")
        except BotoCoreError as error:
            self._bury(batch, type(error).__name__)
        else:
            self.sent += len(batch)

    def _bury(self, batch: list[Visit], reason: str) -> None:
        self.dead_letters.extend(DeadLetter(visit, reason) for visit in batch)


def make_client(attempts: int = 4) -> PersonalizeEventsClient:
    """A client that tries that often before it gives up."""
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": attempts})
    return boto3.client("personalize-events", config=config)


def collect(log: Iterable[str], collector: Collector) -> None:
    """Deliver a log: one JSON object in a line, with the fields of a visit."""
    for line in log:
        fields = json.loads(line)
        collector.add(Visit(**fields | {"at": datetime.fromisoformat(fields["at"])}))
    collector.flush()
