"""``pytest-personalize serve``."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, cli
from pytest_personalize.server import serving

Run = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command with these options up to where it would serve; gives the exit code and the accounts."""
    served: list[Any] = []

    def serve(application: Any, listening: Any) -> None:
        listening.close()
        served.append(application._accounts)

    monkeypatch.setattr(serving, "serve", serve)

    def begin(*options: str) -> tuple[int, Any]:
        return cli.main(["serve", *options]), served[-1] if served else None

    return begin


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_until_it_is_told_to_end(ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "pytest_personalize", "serve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stdout.readline().split()[-1]
        client = boto3.client(
            "personalize", region_name="us-east-1", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b"
        )
        assert client.list_schemas()["schemas"] == []
        process.send_signal(ending)
        assert (process.wait(30), process.stderr.read()) == (0, "")


def test_one_that_has_not_begun_yet_ends_without_a_word(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PersonalizeBackend, "seed", interrupted)
    assert run("--preset", "shop")[0] == 130
    assert capsys.readouterr() == ("", "")


def test_it_says_where_it_is_and_what_is_there(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, accounts = run("--preset", "shop", "--preset", "actions")
    said = capsys.readouterr()
    assert (code, said.err) == (0, "")
    assert "Amazon Personalize at http://127.0.0.1:" in said.out
    assert "export AWS_ENDPOINT_URL_PERSONALIZE_RUNTIME=http://127.0.0.1:" in said.out
    assert "export AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=personalize AWS_SECRET_ACCESS_KEY=" in said.out
    assert "AWS_SECRET_ACCESS_KEY=personalize AWS_REGION=us-east-1   # unless you have some\n" in said.out
    shop, actions = accounts.default.seeded.values()
    for arn in (shop.arn, *shop.recommenders.values(), *actions.campaigns.values()):
        assert arn in said.out


def test_beyond_this_machine_it_warns(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--host", "0.0.0.0")[0] == 0
    assert "is open to the network" in capsys.readouterr().err


def test_options_reach_the_backend(run: Run, tmp_path: Path) -> None:
    _, accounts = run("--transitions", "polls:2", "--quotas", "schemas=7", "--s3", str(tmp_path / "buckets"))
    backend = accounts.default
    backend.s3.put("s3://bucket/key", b"x")
    assert backend.transitions.default == "polls:2"
    assert (tmp_path / "buckets" / "bucket" / "key").read_bytes() == b"x"
    assert backend._account.quotas.limits["schemas"] == 7


def test_every_account_of_a_key_begins_alike(run: Run) -> None:
    _, accounts = run("--account-from-key", "--preset", "shop", "--quotas", "none")
    own = accounts.of("111111111111")
    assert own is not accounts.default
    assert (own.account_id, list(own.seeded)) == ("111111111111", ["shop"])


def test_an_s3_elsewhere_is_its_url(run: Run) -> None:
    _, accounts = run("--s3", "http://localhost:9000")
    client = accounts.default.s3.client
    url = client.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
    assert url.startswith("http://localhost:9000/bucket/key?")


def test_a_saved_state_is_begun_with_and_not_written(run: Run, tmp_path: Path) -> None:
    saved = PersonalizeBackend()
    saved.seed("shop")
    saved.save(tmp_path / "state.json")
    before = (tmp_path / "state.json").read_bytes()
    _, accounts = run("--from", str(tmp_path / "state.json"), "--transitions", "polls:1")
    accounts.default.seed("actions")
    assert list(accounts.default.dataset_groups) == ["shop", "actions"]
    assert accounts.default.transitions.default == "polls:1"
    assert (tmp_path / "state.json").read_bytes() == before


def test_a_state_that_is_damaged_is_warned_of(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--state", str(tmp_path))
    (saved,) = tmp_path.glob("*/state-*.json")
    saved.write_bytes(b"{")
    capsys.readouterr()
    assert run("--state", str(tmp_path))[0] == 0
    (warning,) = capsys.readouterr().err.splitlines()
    assert warning.startswith(f"warning: {saved} is damaged")
    assert "damaged-" in warning


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--preset", "shpo"], "no preset 'shpo'; did you mean 'shop'?"),
        (["--transitions", "often"], "transitions are 'instant', 'polls:N', 'clock' or 'aws', not 'often'"),
        (["--quotas", "some"], "quotas are 'aws'"),
        (["--quotas", "campaigns=many"], "--quotas is 'aws', 'none', or such as campaigns=3,filters=40"),
        (["--quotas", "campaigns=-1"], "the quota campaigns must be 0 or more, not -1"),
        (["--s3", "s3://bucket"], "--s3 is a folder, or the http address of an S3; not 's3://bucket'"),
        (["--s3", __file__], "File exists"),
        (["--from", "/nowhere/state.json"], "No such file"),
        (["--host", "192.0.2.1"], "cannot listen at 192.0.2.1:0: Cannot assign requested address\n"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    run: Run, capsys: pytest.CaptureFixture[str], options: list[str], problem: str
) -> None:
    code, _ = run(*options)
    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert said.err.startswith("pytest-personalize: ")
    assert problem in said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "options", [["--port", "99999"], ["--port", "x"], ["--state", ""], ["--from", "a", "--quotas", "none"]]
)
def test_what_nobody_could_mean_is_refused(run: Run, options: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        run(*options)
    assert left.value.code == 2


def test_without_its_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("serving", "protocol"):
        monkeypatch.delitem(sys.modules, f"pytest_personalize.server.{name}")
    monkeypatch.delattr("pytest_personalize.server.serving")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert cli.main(["serve"]) == 1
    assert capsys.readouterr().err == (
        "pytest-personalize: serve needs uvicorn: pip install 'pytest-personalize[server]'\n"
    )


def test_any_asgi_server_finds_the_application() -> None:
    code = "import pytest_personalize.server as s, sys; print(s.app is s.app, 'uvicorn' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert run.stdout == "True False\n"
