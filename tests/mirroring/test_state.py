"""Backends that begin with a state: the option ``state`` of mock, marker and ini file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from pytest_personalize import PersonalizeBackend, mock_personalize
from pytest_personalize.testing import saving

Run = Callable[..., pytest.RunResult]

REGION, ACCOUNT = "eu-west-1", "444455556666"
PRELUDE = """
import boto3, pytest
from pytest_personalize import mock_personalize

def client():
    return boto3.client("personalize", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")

def groups():
    return [group["name"] for group in client().list_dataset_groups()["datasetGroups"]]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A saved backend of another region and account with a dataset group, and quotas of its own."""
    path = tmp_path / "personalize.json"
    backend = PersonalizeBackend(region=REGION, account_id=ACCOUNT, quotas={"dataset_groups": 3})
    backend.seed_from("films", interactions=[("ada", "heat"), ("ben", "heat"), ("ben", "ran")], recipes=["aws-sims"])
    backend.save(path)
    return path


def names(backend: PersonalizeBackend) -> list[str]:
    return list(backend.dataset_groups)


def test_it_is_of_the_region_and_account_of_the_state(file: Path) -> None:
    with mock_personalize(state=file) as backend:
        assert (backend.region_name, backend.account_id, names(backend)) == (REGION, ACCOUNT, ["films"])


def test_its_clock_goes_on_from_when_that_was_saved(file: Path) -> None:
    saved = json.loads(file.read_text())["content"]["saved"]["now"]
    with mock_personalize(state=file) as backend:
        assert 0 <= backend.clock.timestamp() - saved < 60


def test_what_one_changes_no_other_one_sees(file: Path) -> None:
    with mock_personalize(state=str(file)) as backend:
        backend.seed("movies")
        assert names(backend) == ["films", "movies"]
    with mock_personalize(state=str(file)) as backend:
        assert names(backend) == ["films"]


def test_the_file_is_read_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mock_personalize(state=file):
        pass
    monkeypatch.setattr(saving, "loaded", None)
    with mock_personalize(state=file) as backend:
        assert names(backend) == ["films"]


def test_a_file_that_was_written_anew_is_read_anew(file: Path) -> None:
    with mock_personalize(state=file):
        pass
    PersonalizeBackend().save(file)
    os.utime(file, ns=(1, 1))
    with mock_personalize(state=file) as backend:
        assert names(backend) == []


@pytest.mark.parametrize("option", [{"region": REGION}, {"account_id": ACCOUNT}, {"quotas": None}])
def test_what_the_state_has_is_not_given_beside_it(file: Path, option: dict[str, str | None]) -> None:
    (name,) = option
    with pytest.raises(TypeError, match=f"{name} and state exclude each other"), mock_personalize(state=file, **option):
        pass


def test_preset_store_and_transitions_combine_with_it(file: Path, tmp_path: Path) -> None:
    with mock_personalize(state=file, preset="shop", s3=tmp_path, transitions="polls:1") as backend:
        assert names(backend) == ["films", "shop"]
        client = boto3.client("personalize", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")
        group = client.create_dataset_group(name="third")["datasetGroupArn"]
        described = client.describe_dataset_group(datasetGroupArn=group)["datasetGroup"]
        assert described["status"] == "CREATE PENDING"
        (tmp_path / "bucket").mkdir()
        backend.s3.put("s3://bucket/key", b"")
        assert (tmp_path / "bucket" / "key").exists()


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.json"), mock_personalize(state="missing.json"):
        pass


class TestInRuns:
    def test_of_the_marker(self, pytester: pytest.Pytester, run: Run, file: Path) -> None:
        pytester.makepyfile(f"""{PRELUDE}
@pytest.mark.mock_personalize(state={str(file)!r}, preset="movies")
def test_marked(personalize_backend):
    assert groups() == ["films", "movies"]
""")
        run().assert_outcomes(passed=1)

    def test_of_the_ini_file_which_it_lies_beside(self, pytester: pytest.Pytester, run: Run, file: Path) -> None:
        pytester.makeini("[pytest]\npersonalize_state = state/personalize.json\n")
        (pytester.mkdir("state") / "personalize.json").write_bytes(file.read_bytes())
        pytester.mkdir("sub").joinpath("test_it.py").write_text(f"""{PRELUDE}
def test_fixture(personalize_backend):
    assert groups() == ["films"]

@mock_personalize
def test_decorator():
    assert groups() == ["films"]

@mock_personalize(preset="shop")
def test_options():
    assert groups() == ["films", "shop"]
""")
        run("sub").assert_outcomes(passed=3)

    def test_a_state_nearby_comes_before_the_region_of_the_run(
        self, pytester: pytest.Pytester, run: Run, file: Path
    ) -> None:
        pytester.makeini("[pytest]\npersonalize_region = us-west-2\n")
        pytester.makepyfile(f"""{PRELUDE}
@pytest.mark.mock_personalize(state={str(file)!r})
def test_marked(personalize_backend):
    assert personalize_backend.region_name == "eu-west-1"
""")
        run().assert_outcomes(passed=1)

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ("state='missing.json'", "No such file or directory: '*missing.json'"),
            ("state=__file__", "is damaged, or no saved backend"),
            ("state='p.json', region='us-east-1'", "region and state exclude each other: p.json has its own"),
        ],
    )
    def test_a_marker_that_cannot_be_fails_its_test(
        self, pytester: pytest.Pytester, run: Run, options: str, said: str
    ) -> None:
        pytester.makepyfile(f"""{PRELUDE}
@pytest.mark.mock_personalize({options})
def test_marked(personalize_backend):
    pass
""")
        result = run()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([f"*options of Amazon Personalize: *{said}*"])
