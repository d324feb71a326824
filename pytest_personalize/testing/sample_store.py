"""What ``s3="sample"`` means: rows and lines for the locations that jobs read, where the store holds nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from pytest_personalize.data.avro import Field
from pytest_personalize.data.columns import Value
from pytest_personalize.data.errors import StoreError
from pytest_personalize.data.export import csv_text
from pytest_personalize.data.ids import IdTable
from pytest_personalize.data.records import Records
from pytest_personalize.data.rows import rows_of
from pytest_personalize.data.stores import ObjectStore, parse_uri
from pytest_personalize.durations import DAY, HOUR
from pytest_personalize.service.control.dataset_groups import DatasetGroup
from pytest_personalize.service.control.datasets import Dataset
from pytest_personalize.service.control.solution_versions import SolutionVersion
from pytest_personalize.service.kernel.account import Region
from pytest_personalize.service.kernel.resource import Resource
from pytest_personalize.testing.presets import PRESETS
from pytest_personalize.testing.sample_data import LAST, Row, Rows, Sizes
from pytest_personalize.testing.sample_words import FILMS, GOODS

SIZES: Final = Sizes(users=50, items=100, interactions=2500, actions=6)
MOST_KNOWN: Final = 1000
"""So many of the users and items that a group has already get sample rows."""
LINES: Final = 10
"""Lines of the input of a batch job, and items of a line that is to be ranked."""

PLANS: Final = ("basic", "gold", "family")
"""What users are told apart by."""


class SampleStock:
    """Puts samples where a job is about to look; ``made_up`` are the addresses of all, the oldest first.

    ``ids`` are those that a group gets by column (``USER_ID``) as long as it has none of its own.
    """

    def __init__(self, ids: Mapping[str, Sequence[str]] = {}) -> None:
        self.made_up: list[str] = []
        self._ids = ids

    def __call__(self, region: Region, location: str, reader: Resource) -> None:
        """Put rows for a dataset there, or lines for a solution version, unless anything is there."""
        store = region.account.store()
        try:
            if isinstance(reader, Dataset):
                uri = _vacant(store, location, f"{reader.dataset_type.lower()}.csv")
                text = uri and _rows(region, reader, self._ids)
            else:
                assert isinstance(reader, SolutionVersion)
                uri = _vacant(store, location, "lines.json", whole_prefix=True)
                text = uri and _lines(region, reader)
            if uri and text:
                store.put(uri, text)
                self.made_up.append(uri)
        except StoreError:  # the job will meet it as well, and say so
            return


def _vacant(store: ObjectStore, location: str, name: str, *, whole_prefix: bool = False) -> str | None:
    """Where something goes for a job to find it, None where it finds something already.

    ``whole_prefix``: whatever begins with the location is read, and not just the object or what is in the folder.
    """
    bucket, key = parse_uri(location)
    is_folder = not key or key.endswith("/")
    beginning = location if key else f"s3://{bucket}/"
    try:
        there = store.list(beginning)
    except StoreError as error:
        if error.reason != "missing bucket":
            raise
        there = []
    if not is_folder and not whole_prefix:
        there = [uri for uri in there if uri == location or uri.startswith(f"{location}/")]
    if there:
        return None
    return f"{beginning}{name}" if is_folder else location


def _rows(region: Region, dataset: Dataset, ids: Mapping[str, Sequence[str]]) -> str:
    """A CSV file for a dataset, the same for each dataset of that type of the group."""
    records = region.records[dataset.dataset_group_arn]
    domain = region.find(DatasetGroup, dataset.dataset_group_arn).domain
    rows = _samples(records, domain, f"{region.account.seed}/{dataset.dataset_group_arn}", ids)[dataset.dataset_type]
    fields = records.schemas[dataset.dataset_type].fields
    return csv_text(
        [field.name for field in fields],
        ([_value(field, row, number, dataset.dataset_type) for field in fields] for number, row in enumerate(rows)),
    )


def _samples(records: Records, domain: str | None, seed: str, ids: Mapping[str, Sequence[str]]) -> Rows:
    """Rows of all dataset types, about the users and items that the group has if they are others than samples.

    Custom dataset groups do not say what happens in them; they get the events of a shop.
    """
    preset = PRESETS["video" if domain == "VIDEO_ON_DEMAND" else "actions"]
    present = {"USER_ID": records.users, "ITEM_ID": records.items, "ACTION_ID": records.actions}
    known = {column: list(islice(there or ids.get(column, ()), MOST_KNOWN)) for column, there in present.items()}
    rows = preset.rows(SIZES, seed)
    own = _ids(rows)
    strange = {column: ids for column, ids in known.items() if not set(ids) <= set(own.get(column, ()))}
    if not strange:
        return rows
    users = len(strange.get("USER_ID", ())) or SIZES.users
    sizes = Sizes(
        users=users,
        items=len(strange.get("ITEM_ID", ())) or SIZES.items,
        interactions=max(SIZES.interactions, 3 * users),
        actions=len(strange.get("ACTION_ID", ())) or SIZES.actions,
    )
    rows = preset.rows(sizes, seed)
    names = {
        column: dict(zip(ids, strange[column], strict=True)) for column, ids in _ids(rows).items() if column in strange
    }
    return {kind: [_renamed(row, names) for row in of] for kind, of in rows.items()}


def _ids(rows: Rows) -> dict[str, list[str]]:
    """The ids of users, items and actions by column."""
    tables = {"USER_ID": "USERS", "ITEM_ID": "ITEMS", "ACTION_ID": "ACTIONS"}
    return {column: [row[column] for row in rows[kind]] for column, kind in tables.items() if kind in rows}


def _renamed(row: Row, names: Mapping[str, Mapping[str, str]]) -> Row:
    return {column: names[column][value] if column in names else value for column, value in row.items()}


def _value(field: Field, row: Row, number: int, dataset_type: str) -> Value:
    """A value for a field of the row of that number: that of the sample if it has one of that name."""
    sample = row.get(field.name)
    if field.type == "boolean":
        return number % 3 == 0
    if field.numeric:
        value = sample if isinstance(sample, int | float) else _number(field, number)
        return float(value) if field.type in ("float", "double") else int(value)
    if sample is not None:
        return str(sample)
    if field.name == "IMPRESSION":
        return str(row.get("ITEM_ID", row.get("ACTION_ID")))
    if field.textual:
        return f"{field.name.replace('_', ' ').capitalize()} of number {number}"
    if field.categorical:
        # Items of the samples have the categories in turn, and so it is those that users have a taste for.
        words = PLANS if dataset_type == "USERS" else list(FILMS if "GENRE" in field.name.upper() else GOODS)
        return words[number % len(words)]
    return None if field.nullable else f"{field.name.lower()}-{number}"


def _number(field: Field, number: int) -> float:
    name = field.name.upper()
    if "EXPIRATION" in name:
        return LAST + 10 * 365 * DAY
    if "TIMESTAMP" in name:
        return LAST - (number + 1) * HOUR
    return number * 7 % 50 + (0 if field.type in ("int", "long") else 0.5)


def _lines(region: Region, version: SolutionVersion) -> str:
    """Lines for a batch job, about users and items of the group."""
    records = region.records[version.dataset_group_arn]
    log = records.interactions
    users = list(records.users) if log is None else _named(records.users, log.users)
    items = list(records.items) if log is None else _named(records.items, log.items)
    made: Mapping[str | None, Iterator[Mapping[str, object]]] = {
        "user": ({"userId": user} for user in users),
        "item": ({"itemId": item} for item in items),
        "ranking": ({"userId": user, "itemList": items[:LINES]} for user in users),
        "item segment": ({"itemId": item} for item in items),
        "attribute segment": _attributes(records),
    }
    return "".join(f"{json.dumps(line)}\n" for line in islice(made[version.recipe.batch_lines], LINES))


def _named(ids: IdTable, codes: Iterable[int]) -> list[str]:
    return [ids[code] for code in dict.fromkeys(codes)]


def _attributes(records: Records) -> Iterator[Mapping[str, object]]:
    """What items are told apart by, each once."""
    schema = records.schemas["ITEMS"]
    rows = rows_of(records, "ITEMS")
    for name in (field.name for field in schema.fields if field.categorical):
        values = dict.fromkeys(str(row[name]).partition("|")[0] for row in rows if row[name] is not None)
        yield from ({"itemAttributes": f'ITEMS.{name} = "{value}"'} for value in values)
