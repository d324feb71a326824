"""Batch jobs and exports: time against the work without files, and memory."""

from __future__ import annotations

import csv
import gc
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.data import Data, generate
from benchmarks.deployment import ROLE, Deployment, deploy
from benchmarks.harness import REGION, Bench, Pair, budget, emulated_client, limit
from benchmarks.importing import INTERACTIONS, imported
from benchmarks.runtime import RESULTS
from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.data.export import export_csv
from pytest_personalize.service.answering.answer import Ask, rank, recommend
from pytest_personalize.service.answering.source import Source
from pytest_personalize.service.control.campaigns import Campaign

FEW_LINES, MANY_LINES = 2_000, 10_000
RANKED = 25  # items of a line

Line = dict[str, str | list[str]]


def _users(data: Data) -> list[str]:
    return list(dict.fromkeys(row.partition(b",")[0].decode() for row in data.interactions.splitlines()[1:]))


def _user_lines(data: Data) -> Iterator[Line]:
    return ({"userId": user} for user in cycle(_users(data)))


def _ranking_lines(data: Data) -> Iterator[Line]:
    items = cycle(row.partition(b",")[0].decode() for row in data.items.splitlines()[1:])
    return ({"userId": user, "itemList": list(islice(items, RANKED))} for user in cycle(_users(data)))


def _recommend(source: Source, line: Line) -> object:
    return recommend(source, Ask(user_id=str(line["userId"]), count=RESULTS))


def _rank(source: Source, line: Line) -> object:
    return list(rank(source, Ask(user_id=str(line["userId"]), count=RESULTS), list(line["itemList"])))


KINDS: dict[str, tuple[Callable[[Data], Iterator[Line]], Callable[[Source, Line], object]]] = {
    "aws-user-personalization": (_user_lines, _recommend),
    "aws-personalized-ranking": (_ranking_lines, _rank),
}


@contextmanager
def _batch(data: Data, recipe: str, lines: int) -> Iterator[tuple[PersonalizeBackend, Deployment, list[Line]]]:
    """A campaign, and so many lines for a batch job in a folder."""
    given = list(islice(KINDS[recipe][0](data), lines))
    with TemporaryDirectory() as folder, mock_personalize(s3=Path(folder)) as backend:
        deployment = deploy(backend, data, recipe=recipe)
        backend.s3.put("s3://in/lines.json", "".join(json.dumps(line) + "\n" for line in given))
        yield backend, deployment, given


def run_job(deployment: Deployment, name: str) -> None:
    """A batch inference job on what is in the bucket ``in``."""
    personalize = emulated_client("personalize")
    arn = personalize.create_batch_inference_job(
        jobName=name,
        solutionVersionArn=deployment.version_arn,
        jobInput={"s3DataSource": {"path": "s3://in/"}},
        jobOutput={"s3DataDestination": {"path": "s3://out/"}},
        numResults=RESULTS,
        roleArn=ROLE,
    )["batchInferenceJobArn"]
    ended = personalize.describe_batch_inference_job(batchInferenceJobArn=arn)["batchInferenceJob"]
    assert ended["status"] == "ACTIVE", ended


def _register(recipe: str) -> None:
    @budget(f"batch inference of {recipe}, {FEW_LINES:,} lines", times=1.5, versus="its model calls")
    def batch_time(bench: Bench) -> Iterator[Pair]:
        """Reading, answering and writing, against answering alone; for more users than a model remembers answers of."""
        numbers = count()
        with _batch(generate(100_000, users=FEW_LINES, items=5_000), recipe, FEW_LINES) as (backend, deployment, given):
            region = backend._account.region(REGION)
            source = region.find(Campaign, deployment.campaign_arn).source(region)
            answer = KINDS[recipe][1]

            def answers() -> None:
                for line in given:
                    answer(source, line)

            yield Pair(work=lambda: run_job(deployment, f"job-{next(numbers)}"), base=answers)

    @limit(f"memory of a batch inference of {recipe}, {MANY_LINES:,} lines", most=40, unit="MB")
    def batch_memory(bench: Bench) -> float:
        """The peak over what the trained model and the input lines of this benchmark hold."""
        with _batch(bench.data, recipe, MANY_LINES) as (_, deployment, given):
            del given
            gc.collect()
            tracemalloc.start()
            try:
                run_job(deployment, "job")
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
        return peak / 1e6


for name in KINDS:
    _register(name)


@budget("export of interactions", times=3, versus="csv.writer")
def export(bench: Bench) -> Iterator[Pair]:
    """All rows of a dataset as text, against the standard writer on rows that are there already."""
    records = imported(INTERACTIONS=bench.data.interactions)
    rows = list(csv.reader(io.StringIO(bench.data.interactions.decode())))

    def work() -> None:
        for text in export_csv(records, INTERACTIONS, "ALL"):
            text.encode()

    yield Pair(work=work, base=lambda: csv.writer(io.StringIO(newline="")).writerows(rows))
