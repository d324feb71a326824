"""What processes that a test starts inherit from the guard."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest

from pytest_personalize.interception.child_processes import PATH, VARIABLES, begin_guarding, open_to_children

CONTROL, EVENTS, RUNTIME = VARIABLES
MINE = "http://localhost:4566"

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A machine on which nobody has said where any service is."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


def told() -> dict[str, str]:
    """What a child process would inherit."""
    return {name: os.environ[name] for name in VARIABLES if name in os.environ}


def blocked() -> list[str]:
    return [name for name, url in told().items() if url.endswith(PATH)]


def is_ours_to_bind(url: str) -> bool:
    """Whether the port of an URL is free."""
    port = int(url.split(":")[2].partition("/")[0])
    with socket.socket() as other:
        try:
            other.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@pytest.fixture
def guarding(bare: pytest.MonkeyPatch) -> Iterator[Callable[..., Callable[[], None]]]:
    """Begins to guard, and ends it with the test."""
    ends: list[Callable[[], None]] = []

    def begin(blocking: bool = True) -> Callable[[], None]:
        ends.append(begin_guarding(blocking, ()))
        return ends[-1]

    yield begin
    for end in reversed(ends):
        end()


Guarding = Callable[..., Callable[[], None]]


def test_they_are_told_of_a_port_that_is_taken_and_closed(guarding: Guarding) -> None:
    guarding()
    assert list(told()) == list(VARIABLES)
    assert len(set(told().values())) == 1
    assert not is_ours_to_bind(told()[CONTROL])


def test_in_the_end_it_is_as_before(guarding: Guarding) -> None:
    end = guarding()
    url = told()[CONTROL]
    end()
    assert told() == {}
    assert is_ours_to_bind(url)


def test_without_a_guard_nothing_is_set(guarding: Guarding) -> None:
    guarding(blocking=False)
    assert told() == {}


def test_while_a_test_passes_through_nothing_is_set(guarding: Guarding) -> None:
    guarding()
    with open_to_children():
        assert told() == {}
    assert blocked() == list(VARIABLES)


def test_a_run_inside_a_run_counts_what_it_inherits_as_unset(guarding: Guarding) -> None:
    guarding()
    outer = told()
    end = guarding()
    assert blocked() == list(VARIABLES)
    assert told() != outer
    end()
    assert told() == outer


def test_a_run_inside_that_blocks_nothing_takes_them_away(guarding: Guarding) -> None:
    guarding()
    guarding(blocking=False)
    assert told() == {}


def test_a_variable_of_the_user_stays(guarding: Guarding, bare: pytest.MonkeyPatch) -> None:
    bare.setenv(RUNTIME, MINE)
    end = guarding()
    assert blocked() == [CONTROL, EVENTS]
    end()
    assert told() == {RUNTIME: MINE}


def test_one_that_the_user_sets_later_stays(guarding: Guarding, bare: pytest.MonkeyPatch) -> None:
    end = guarding()
    bare.setenv(RUNTIME, MINE)
    end()
    assert told() == {RUNTIME: MINE}


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"])
def test_who_says_it_for_all_services_says_it_for_these(
    name: str, guarding: Guarding, bare: pytest.MonkeyPatch
) -> None:
    bare.setenv(name, MINE)
    guarding()
    assert told() == {}


@pytest.mark.parametrize("file", ["config", "credentials"])
@pytest.mark.parametrize(
    ("profile", "text", "left"),
    [
        (None, f"[default]\nendpoint_url = {MINE}\n", []),
        ("dev", f"[profile dev]\nendpoint_url = {MINE}\n[dev]\nendpoint_url = {MINE}\n", []),
        (None, f"[profile dev]\nendpoint_url = {MINE}\n", list(VARIABLES)),
        (
            None,
            f"[default]\nservices = local\n[services local]\npersonalize_runtime =\n  endpoint_url = {MINE}\n",
            [CONTROL, EVENTS],
        ),
        (None, f"[default]\nservices = local\n[services local]\ns3 =\n  endpoint_url = {MINE}\n", list(VARIABLES)),
        (None, "[default]\nregion = eu-west-1\n", list(VARIABLES)),
        (None, "endpoint_url without a section", list(VARIABLES)),
    ],
    ids=["default", "profile", "other profile", "services", "other service", "region alone", "damaged"],
)
def test_who_says_it_in_a_shared_file_has_said_it(
    file: str,
    profile: str | None,
    text: str,
    left: list[str],
    guarding: Guarding,
    bare: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / file).write_text(text)
    if profile:
        bare.setenv("AWS_PROFILE", profile)
    guarding()
    assert blocked() == left


def test_who_has_no_home_has_said_nothing(guarding: Guarding, bare: pytest.MonkeyPatch) -> None:
    def unknown(user: int) -> None:
        raise KeyError(user)

    bare.delenv("HOME")
    bare.setattr("pwd.getpwuid", unknown)  # as in a container whose user is a number alone
    guarding()
    assert blocked() == list(VARIABLES)


def test_clients_of_this_process_do_not_read_them(guarding: Guarding, bare: pytest.MonkeyPatch) -> None:
    guarding()
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    assert boto3.Session().client("personalize", "eu-west-1", **keys).meta.endpoint_url == (
        "https://personalize.eu-west-1.amazonaws.com"
    )
    bare.setenv("AWS_ENDPOINT_URL", MINE)
    assert boto3.Session().client("personalize", "eu-west-1", **keys).meta.endpoint_url == MINE
    bare.setenv(CONTROL, "http://localhost:1")
    assert boto3.Session().client("personalize", "eu-west-1", **keys).meta.endpoint_url == "http://localhost:1"


CHILD = """
import sys
import boto3
client = boto3.client("personalize", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
{}
try:
    client.list_schemas()
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", 'EndpointConnectionError Could not connect to the endpoint URL: "<url>"'),
        ("import pytest_personalize", "RealPersonalizeCallBlocked ListSchemas"),
    ],
    ids=["any child", "a child that imports the plugin"],
)
def test_a_child_gets_no_further(line: str, expected: str, guarding: Guarding, bare: pytest.MonkeyPatch) -> None:
    guarding()
    bare.setenv("AWS_MAX_ATTEMPTS", "1")
    child = subprocess.run([sys.executable, "-c", CHILD.format(line)], capture_output=True, text=True, check=True)
    assert child.stdout.startswith(expected.replace("<url>", told()[CONTROL]))


def test_a_marked_test_and_a_flag_open_the_way(run: Run, bare: pytest.MonkeyPatch) -> None:
    module = """
    import os

    def told():
        return [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL_PERSONALIZE")]

    def test_guarded():
        assert len(told()) == 3

    @pytest.mark.mock_personalize(passthrough=True)
    def test_open():
        assert told() == []
    """
    run(module).assert_outcomes(passed=2)
    run(module, "--personalize-allow-network").assert_outcomes(passed=1, failed=1)
    assert told() == {}
