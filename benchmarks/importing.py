"""The import of rows: time against a bare pass of the standard CSV reader, and memory."""

from __future__ import annotations

import csv
import gc
import io
import itertools
import json
import tracemalloc
from collections import deque
from collections.abc import Iterator

from benchmarks.data import count_rows
from benchmarks.harness import Bench, Pair, budget, emulated_client, limit
from pytest_personalize import mock_personalize
from pytest_personalize.data.avro import parse_schema
from pytest_personalize.data.csv_import import import_csv
from pytest_personalize.data.records import Records

INTERACTIONS = "INTERACTIONS"
ITEMS = "ITEMS"
SCHEMAS: dict[str, dict[str, str | list[str]]] = {
    INTERACTIONS: {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long", "EVENT_TYPE": "string"},
    ITEMS: {"ITEM_ID": "string", "GENRE": ["string", "null"], "YEAR": ["string", "null"]},
}
CATEGORICAL = {"GENRE", "YEAR"}  # real years are texts such as "2006-2007" here and there


def schema_text(dataset_type: str) -> str:
    """The Avro schema of one of the two files."""
    fields = [
        {"name": name, "type": kind} | ({"categorical": True} if name in CATEGORICAL else {})
        for name, kind in SCHEMAS[dataset_type].items()
    ]
    name = dataset_type.capitalize()
    schema = {"type": "record", "name": name, "namespace": "com.amazonaws.personalize.schema", "fields": fields}
    return json.dumps(schema | {"version": "1.0"})


def imported(**tables: bytes) -> Records:
    """The records of CSV files given by dataset type."""
    records = Records()
    for dataset_type, table in tables.items():
        records.add_dataset(dataset_type, parse_schema(schema_text(dataset_type)))
        import_csv([(f"s3://benchmark/{dataset_type}.csv", table)], records, dataset_type, "FULL")
    return records


def read_bare(table: bytes) -> None:
    """What any reader of CSV has to do."""
    deque(csv.reader(io.TextIOWrapper(io.BytesIO(table), "utf-8", newline="")), maxlen=0)


@budget("import of interactions", times=2.5, versus="csv.reader")
def interactions_import(bench: Bench) -> Iterator[Pair]:
    """All interactions of the data, into an empty dataset group."""
    table = bench.data.interactions
    yield Pair(work=lambda: imported(INTERACTIONS=table), base=lambda: read_bare(table))


@budget("import of items", times=5, versus="csv.reader")
def items_import(bench: Bench) -> Iterator[Pair]:
    """All items of the data, into an empty dataset group."""
    table = bench.data.items
    yield Pair(work=lambda: imported(ITEMS=table), base=lambda: read_bare(table))


@budget("an import job of a large file, created", times=1.2, versus="of a small one")
def check_at_the_call(bench: Bench) -> Iterator[Pair]:
    """What the call looks at is the location and the header; the rows are left to the job, which is not run here."""
    with mock_personalize(quotas=None) as backend:
        personalize = emulated_client("personalize")
        schema = personalize.create_schema(name="one", schema=schema_text(INTERACTIONS))["schemaArn"]
        group = personalize.create_dataset_group(name="one")["datasetGroupArn"]
        dataset = personalize.create_dataset(
            name="one", datasetGroupArn=group, datasetType=INTERACTIONS, schemaArn=schema
        )["datasetArn"]
        backend.s3.put("s3://benchmark/large.csv", bench.data.interactions)
        backend.s3.put("s3://benchmark/small.csv", b"".join(bench.data.interactions.splitlines(keepends=True)[:2]))
        backend.transitions = "polls:1"
        numbers = itertools.count()

        def create(name: str) -> None:
            personalize.create_dataset_import_job(
                jobName=f"job-{next(numbers)}",
                datasetArn=dataset,
                dataSource={"dataLocation": f"s3://benchmark/{name}.csv"},
                roleArn="arn:aws:iam::123456789012:role/personalize",
            )

        yield Pair(work=lambda: create("large"), base=lambda: create("small"))


@limit("memory of an imported interaction, ids and index included", most=32, unit="bytes a row")
def interaction_memory(bench: Bench) -> float:
    """What is still held after the import, asked for by user once, so that the index is there."""
    table = bench.data.interactions
    gc.collect()
    tracemalloc.start()
    try:
        records = imported(INTERACTIONS=table)
        log = records.interactions
        assert log is not None
        log.rows_of_user(0)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return held / count_rows(table)
