"""What the tests of the mirror share: accounts behind a server in another process, and the command on them."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from attrs import frozen

from pytest_personalize import cli

SECRET = "a-secret-that-nobody-may-see"
SESSION = boto3.Session()
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
LARGE, SMALL = "111122223333", "444455556666"
TAGS = [{"tagKey": "team", "tagValue": "search"}]
RANGES = {"integerHyperParameterRanges": [{"name": "bptt", "minValue": 2, "maxValue": 22}]}
FILMS = {
    "name": "films",
    "interactions": [[f"user-{user}", f"film-{(user * 7 + step) % 12}"] for user in range(8) for step in range(6)],
    "items": [{"ITEM_ID": f"film-{film}", "GENRE": ("Crime", "Drama")[film % 2]} for film in range(12)],
    "recipes": ["aws-sims"],
}


def schema(name: str) -> str:
    fields = [{"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": "long"}]
    return json.dumps({"type": "record", "name": name, "namespace": "n", "version": "1.0", "fields": fields})


@frozen
class Account:
    """An account behind the server: whose access key it has is in it."""

    url: str
    id: str

    def client(self, service: Any = "personalize", region: str = REGIONS[0]) -> Any:
        return SESSION.client(
            service, region_name=region, endpoint_url=self.url, aws_access_key_id=self.id, aws_secret_access_key=SECRET
        )

    def admin(self, path: str, body: Any = None, method: str | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.url}/_personalize/{path}?account={self.id}"
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as answer:
            return json.loads(answer.read())


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a server in another process, which gives each key of 12 digits an account of its own."""
    command = [sys.executable, "-m", "pytest_personalize", "serve", "--quotas", "none", "--account-from-key"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
        process.terminate()


@pytest.fixture(scope="session")
def large(server: str) -> Account:
    """An account with 200 resources in three regions, which no test changes."""
    account = Account(server, LARGE)
    account.admin("seed", {"preset": "movies"})
    shop = account.admin("seed", {"preset": "shop"})
    account.client().create_metric_attribution(
        name="sales",
        datasetGroupArn=shop["arn"],
        metrics=[{"eventType": "Purchase", "metricName": "purchases", "expression": "SAMPLECOUNT()"}],
        metricsOutputConfig={"roleArn": f"arn:aws:iam::{LARGE}:role/data"},
    )
    account.admin("seed", {"preset": "actions", "region": REGIONS[2]})
    _schemas(account.client(region=REGIONS[2]))
    films = account.admin("seed", {**FILMS, "region": REGIONS[1]})
    _furnish(account.client(region=REGIONS[1]), films)
    account.admin("calls", method="DELETE")
    return account


def _schemas(client: Any) -> None:
    """More than go onto a page."""
    for number in range(120):
        client.create_schema(name=f"users-{number}", schema=schema("Users"))


def _furnish(client: Any, films: Any) -> None:
    """What the ready-made groups do not have: tags, updates, other configurations, a metric attribution."""
    key = {"roleArn": f"arn:aws:iam::{LARGE}:role/data", "kmsKeyArn": f"arn:aws:kms:eu-west-1:{LARGE}:key/k"}
    client.create_dataset_group(name="encrypted", tags=TAGS, **key)
    recipe = "arn:aws:personalize:::recipe/aws-user-personalization"
    tuned = client.create_solution(
        name="tuned",
        datasetGroupArn=films["arn"],
        recipeArn=recipe,
        performHPO=True,
        solutionConfig={"hpoConfig": {"algorithmHyperParameterRanges": RANGES}},
    )["solutionArn"]
    client.create_solution_version(solutionArn=tuned, tags=TAGS)
    client.create_solution_version(solutionArn=tuned, trainingMode="UPDATE")
    client.update_solution(solutionArn=tuned, performAutoTraining=False)
    follower = client.create_campaign(
        name="follower",
        solutionVersionArn=f"{tuned}/$LATEST",
        campaignConfig={"syncWithLatestSolutionVersion": True, "itemExplorationConfig": {"explorationWeight": "0.4"}},
    )["campaignArn"]
    client.update_campaign(campaignArn=follower, minProvisionedTPS=3)
    client.create_filter(
        name="other-genres",
        datasetGroupArn=films["arn"],
        filterExpression="EXCLUDE ItemID WHERE Items.GENRE IN ($GENRE)",
        tags=TAGS,
    )


@pytest.fixture
def small(server: str) -> Iterator[Account]:
    """An account with the films in one region, as new."""
    account = Account(server, SMALL)
    account.admin("seed", FILMS)
    yield account
    account.admin("reset", {})


@frozen
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs the command on an account, or with the options alone."""

    def run(account: Account | None, *options: str | Path) -> Ran:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", account.id if account else "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        where = ["--endpoint-url", account.url] if account else []
        code = cli.main(["mirror", *map(str, options), *where])
        return Ran(code, *capsys.readouterr())

    return run


@pytest.fixture
def mirrored(small: Account, mirror: Callable[..., Ran], tmp_path: Path) -> Path:
    """The state file of the small account."""
    file = tmp_path / "personalize.json"
    assert mirror(small, "--region", REGIONS[0], "--out", file).code == 0
    return file


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """A run of pytest with no other plugins than those that are named."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(*options: str | Path, subprocess: bool = False) -> pytest.RunResult:
        start = pytester.runpytest_subprocess if subprocess else pytester.runpytest_inprocess
        return start("-p", "pytest_personalize.plugin", "-p", "no:cacheprovider", *options)

    return run
