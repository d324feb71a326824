"""``backend.records``: the rows of a dataset as the service holds them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_personalize import PersonalizeBackend, SeededGroup

SENT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def stream(movies_dataset_group: SeededGroup, personalize_events: Any) -> Any:
    """Streams one event of a user, or of nobody."""

    def stream(**user: str) -> None:
        personalize_events.put_events(
            trackingId=movies_dataset_group.tracking_id,
            sessionId="session",
            eventList=[{"eventType": "Watch", "itemId": "new-film", "sentAt": SENT}],
            **user,
        )

    return stream


def test_imported_rows_are_those_of_the_file(
    personalize_backend: PersonalizeBackend, movies_dataset_group: SeededGroup
) -> None:
    rows = personalize_backend.records(movies_dataset_group.datasets["INTERACTIONS"])

    assert [(row["USER_ID"], row["ITEM_ID"], row["TIMESTAMP"]) for row in rows] == [
        (row["USER_ID"], row["ITEM_ID"], row["TIMESTAMP"]) for row in movies_dataset_group.interactions
    ]


def test_a_streamed_event_is_the_newest(
    personalize_backend: PersonalizeBackend, movies_dataset_group: SeededGroup, stream: Any
) -> None:
    arn = movies_dataset_group.datasets["INTERACTIONS"]
    before = personalize_backend.records(arn)
    stream(userId="ada")

    *others, newest = personalize_backend.records(arn)

    assert others == before
    assert (newest["USER_ID"], newest["ITEM_ID"], newest["EVENT_TYPE"]) == ("ada", "new-film", "Watch")
    assert newest["TIMESTAMP"] == SENT.timestamp()
    assert set(newest) == set(before[0])


def test_an_event_of_nobody_is_of_its_session(
    personalize_backend: PersonalizeBackend, movies_dataset_group: SeededGroup, stream: Any
) -> None:
    stream()

    assert personalize_backend.records(movies_dataset_group.datasets["INTERACTIONS"])[-1]["USER_ID"] == "session"


def test_of_an_item_there_is_the_newest_record(
    personalize_backend: PersonalizeBackend, movies_dataset_group: SeededGroup, personalize_events: Any
) -> None:
    arn = movies_dataset_group.datasets["ITEMS"]
    count = len(personalize_backend.records(arn))
    item = movies_dataset_group.items[0]
    properties = {"title": "Again", "genres": "Drama|War", "year": 1999, "description": "-", "creationTimestamp": 5}
    personalize_events.put_items(datasetArn=arn, items=[{"itemId": item, "properties": json.dumps(properties)}])

    rows = personalize_backend.records(arn)

    assert len(rows) == count
    newest = {name: rows[-1][name] for name in ("ITEM_ID", "TITLE", "GENRES", "YEAR")}
    assert newest == {"ITEM_ID": item, "TITLE": "Again", "GENRES": "Drama|War", "YEAR": 1999}


def test_looking_is_no_call(personalize_backend: PersonalizeBackend, movies_dataset_group: SeededGroup) -> None:
    personalize_backend.records(movies_dataset_group.datasets["USERS"])

    assert not personalize_backend.calls


def test_another_arn_is_refused(personalize_backend: PersonalizeBackend) -> None:
    with pytest.raises(KeyError, match="no dataset 'arn:aws:personalize:us-east-1:123456789012:dataset/none/ITEMS'"):
        personalize_backend.records("arn:aws:personalize:us-east-1:123456789012:dataset/none/ITEMS")
