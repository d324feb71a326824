"""The lanes that lead out of this process, put to a server in another one; and every way in which they can fail."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from attrs import frozen

pytest.importorskip("uvicorn", reason="the server is an extra")

KEYS = {"aws_access_key_id": "123456789012", "aws_secret_access_key": "any", "region_name": "us-east-1"}
SERVE = """
import sys
from attrs import evolve
from pytest_personalize import PersonalizeBackend
from pytest_personalize.server import application, serving
from pytest_personalize.service.kernel.errors import REFUSALS
from pytest_personalize.service.kernel.operations import OPERATIONS

{planted}
kinds = ("default", "solution", "dataset", "event-tracker", "filter")
backend = PersonalizeBackend(transitions=dict.fromkeys(kinds, "polls:2"), s3=sys.argv[1])
listening = serving.listen("127.0.0.1", 0)
print(serving.url_of(listening), flush=True)
serving.serve(application(backend), listening)
"""
PLANTED = """
REFUSALS["metric count"] = evolve(REFUSALS["metric count"], code="ResourceNotFoundException")
REFUSALS["second event tracker"] = evolve(REFUSALS["second event tracker"], code="LimitExceededException")
from pytest_personalize.data import properties
properties._FORBIDDEN -= {"timestamp"}
del OPERATIONS["DescribeAlgorithm"]
"""
DIVERGENCES = {
    "attributions/no-metric": "ResourceNotFoundException",
    "trackers/second-of-a-group": "LimitExceededException",
    "events/timestamp-in-properties": "answered",
}
"""What the three planted faults make of the cases, and nothing else."""


@frozen
class Ended:
    """A run of the command in a process of its own."""

    code: int
    output: str
    errors: str


def conform(*arguments: str) -> Ended:
    command = [sys.executable, "-m", "pytest_personalize", "conform", *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=300, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    """This one without what belongs to AWS or to the plugin."""
    rest = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return rest | {"AWS_EC2_METADATA_DISABLED": "true", "HOME": "/nonexistent"}


@contextmanager
def server(folder: Path, planted: str = "") -> Iterator[str]:
    command = [sys.executable, "-c", SERVE.format(planted=planted), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


@cache
def client_of(url: str) -> Any:
    return boto3.Session(**KEYS).client("personalize", endpoint_url=url)


def everything(url: str) -> dict[str, list[Any]]:
    """What there is on a server, by list."""
    client = client_of(url)
    lists = {
        "list_dataset_groups": "datasetGroups",
        "list_datasets": "datasets",
        "list_schemas": "schemas",
        "list_filters": "Filters",
        "list_solutions": "solutions",
        "list_campaigns": "campaigns",
        "list_recommenders": "recommenders",
        "list_event_trackers": "eventTrackers",
        "list_metric_attributions": "metricAttributions",
    }
    return {name: found for name, rows in lists.items() if (found := getattr(client, name)()[rows])}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server without faults, on which every test leaves nothing."""
    with server(tmp_path_factory.mktemp("buckets")) as url:
        yield url


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Of the lane for accounts, led to a server with the planted faults; and what is there after it."""
    out = tmp_path_factory.mktemp("out") / "report.json"
    with server(tmp_path_factory.mktemp("buckets"), PLANTED) as url:
        ended = conform("--aws", "--endpoint", url, "--format", "json", "--out", str(out))
        assert (ended.code, ended.output, ended.errors) == (1, "", "")
        yield json.loads(out.read_text()) | {"there": everything(url)}


class TestAgainstAServerWithFaults:
    """Three faults are planted in it, and one operation is missing."""

    def test_exactly_the_planted_faults_diverge(self, report: dict[str, Any]) -> None:
        found = {
            row["id"]: row["seen"].partition(":")[0] for row in report["results"] if row["outcome"] == "divergence"
        }
        assert found == DIVERGENCES

    def test_exactly_the_missing_operation_is_not_answered(self, report: dict[str, Any]) -> None:
        missing = [row for row in report["results"] if row["outcome"] == "not answered"]
        assert {row["seen"] for row in missing} == {"DescribeAlgorithm: UnknownOperationException"}
        asked = {row["id"] for row in report["results"] if "DescribeAlgorithm" in row["operations"]}
        assert {row["id"] for row in missing} == asked

    def test_what_costs_money_is_not_run(self, report: dict[str, Any]) -> None:
        reasons = {row["seen"] for row in report["results"] if row["outcome"] == "not run"}
        assert {"costs a training", "costs an import"} <= reasons

    def test_all_that_is_free_is_run(self, report: dict[str, Any]) -> None:
        assert report["counts"]["all"]["as expected"] >= 600

    def test_nothing_is_left_there(self, report: dict[str, Any]) -> None:
        assert (report["there"], report["left"]) == ({}, [])


class TestStopped:
    """A run that is killed in the middle."""

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_it_leaves_nothing(self, url: str, number: signal.Signals) -> None:
        command = [sys.executable, "-m", "pytest_personalize", "conform", "--aws", "--endpoint", url]
        process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        until(lambda: process.poll() is not None or client_of(url).list_dataset_groups()["datasetGroups"])
        process.send_signal(number)
        output, errors = process.communicate(timeout=180)
        assert (process.returncode, everything(url)) == (130, {})
        assert errors == "stopped; what was made is being removed, once more to leave it\n"
        assert "as expected" in output


def until(holds: Callable[[], bool], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_endpoint_is_asked_what_would_cost_money_elsewhere(url: str) -> None:
    ended = conform("--endpoint", url, "--only", "recommenders/described")
    assert (ended.code, "costs" in ended.output) == (0, False)


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}", "http://localhost:{port}/path"])
def test_a_dead_endpoint_is_one_line(address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = address.format(port=listening.getsockname()[1])
    ended = conform("--endpoint", url)
    line = f"pytest-personalize conform: {url}: Could not connect to the endpoint URL: "
    assert (ended.code, ended.output, ended.errors.count("\n")) == (2, "", 1)
    assert ended.errors.startswith(line)


def test_a_bucket_that_cannot_be_reached_is_one_line(url: str) -> None:
    ended = conform("--endpoint", url, "--bucket", "films", "--role", "arn:aws:iam::123456789012:role/films")
    assert (ended.code, ended.output, ended.errors.count("\n")) == (2, "", 1)
    assert ended.errors.startswith("pytest-personalize conform: s3://films/conform-: ")


def test_missing_credentials_are_one_line() -> None:
    text = "Amazon Personalize in us-east-1: there are no credentials; set AWS_PROFILE or the keys"
    assert conform("--aws") == Ended(2, "", f"pytest-personalize conform: {text}\n")
