"""``--state DIR``: what was acknowledged is there again after any end of the process, and nothing else is."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pytest_personalize import PersonalizeBackend
from pytest_personalize.server.accounts import Accounts, Change
from pytest_personalize.server.admin import Admin
from pytest_personalize.server.lines import Lines
from pytest_personalize.server.states import StateInUse, States
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.shapes.models import SERVICES, operation_names
from pytest_personalize.testing.faults import NoAnswer
from tests.server.soak_client import Client

ACCOUNT = "123456789012"
SERVICE_OF = {name: service for service in SERVICES for name in operation_names(service)}
SCHEMA = json.dumps(
    {
        "type": "record",
        "name": "Interactions",
        "namespace": "com.example",
        "fields": [
            {"name": "USER_ID", "type": "string"},
            {"name": "ITEM_ID", "type": "string"},
            {"name": "TIMESTAMP", "type": "long"},
        ],
        "version": "1.0",
    }
)
SOAK_SECONDS = float(os.environ.get("PERSONALIZE_SOAK_SECONDS", "1"))


class Kept:
    """A server without its HTTP, whose state is in a folder."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.reports: list[str] = []
        self.states = States(
            folder,
            lambda account_id: PersonalizeBackend(account_id=account_id, **options),
            s3=options.get("s3"),
            report=self.reports.append,
        )
        self.backend = self.states.open(ACCOUNT)
        self.accounts = Accounts(self.backend, around=self.states.around)
        self.admin = Admin(self.accounts, shelf=self.states.shelf)

    def call(self, operation: str, region: str = "us-east-1", **members: Any) -> Any:
        """The answer, or the error."""
        change = Change(SERVICE_OF[operation], operation, region, json.dumps(members).encode())
        with self.accounts.around(self.backend, change):
            try:
                return self.backend._door.call(change.service, operation, region, change.body, "wire")
            except (ServiceError, NoAnswer) as error:
                return str(error)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the admin API."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        reply = self.admin.answer(method, f"/_personalize/{path}", "", {"host": "localhost"}, content)
        return json.loads(reply.body) | {"status": reply.status}

    def after_a_kill(self, **options: Any) -> Kept:
        """What a new process finds if this one is killed at this moment: the files as they are."""
        folder = self.folder.with_name(f"{self.folder.name}-again")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Kept(folder, **options)

    def whole(self, path: Path) -> Any:
        """Everything that a saved file holds, but for the time at which it was written and regions without a use."""
        self.backend.save(path)
        content = json.loads(path.read_bytes())["content"]
        state = content["saved"]["snapshot"]["state"]
        state["regions"] = {name: region for name, region in state["regions"].items() if region["serial"]}
        return content["saved"]["snapshot"], content["saved"]["options"], content["pool"]

    @property
    def files(self) -> Path:
        return self.folder / ACCOUNT


@pytest.fixture
def keep(tmp_path: Path) -> Callable[..., Kept]:
    return lambda **options: Kept(tmp_path / "state", **options)


class Life:
    """Draws what happens to a backend: calls of many kinds, sensible and not, and what an admin does."""

    def __init__(self, kept: Kept, seed: int) -> None:
        self.kept = kept
        self.draw = Random(seed)
        self.arns: dict[str, list[str]] = {}
        self.count = 0

    def go_on(self, steps: int) -> list[Any]:
        ways = [getattr(self, name) for name in dir(self) if name.startswith("do_")]
        return [self.draw.choice(ways)() for _ in range(steps)]

    def _arn(self, kind: str) -> str:
        return self.draw.choice(self.arns.get(kind, ["arn:aws:personalize:us-east-1:123456789012:nothing/here"]))

    def _made(self, kind: str, answer: Any) -> Any:
        if isinstance(answer, dict):
            self.arns.setdefault(kind, []).append(next(value for name, value in answer.items() if name.endswith("Arn")))
        return answer

    def _name(self) -> str:
        self.count += 1
        return f"name-{self.count if self.draw.random() < 0.9 else 1}"

    def do_schema(self) -> Any:
        return self._made("schema", self.kept.call("CreateSchema", name=self._name(), schema=SCHEMA))

    def do_group(self) -> Any:
        tags = [{"tagKey": "n", "tagValue": str(self.count)}]
        return self._made("group", self.kept.call("CreateDatasetGroup", name=self._name(), tags=tags))

    def do_dataset(self) -> Any:
        members = {"datasetGroupArn": self._arn("group"), "schemaArn": self._arn("schema")}
        return self._made(
            "dataset", self.kept.call("CreateDataset", name=self._name(), datasetType="INTERACTIONS", **members)
        )

    def do_object(self) -> Any:
        rows = "".join(f"u{n % 30},i{n * n % 17},{1_700_000_000 + n}\n" for n in range(1000 + self.draw.randrange(100)))
        return self.kept.ask("PUT", "objects/b/data.csv", f"USER_ID,ITEM_ID,TIMESTAMP\n{rows}".encode())

    def do_import(self) -> Any:
        source = {"dataLocation": "s3://b/data.csv"}
        return self._made(
            "import",
            self.kept.call(
                "CreateDatasetImportJob",
                jobName=self._name(),
                datasetArn=self._arn("dataset"),
                dataSource=source,
                roleArn="arn:aws:iam::123456789012:role/R",
            ),
        )

    def do_solution(self) -> Any:
        recipe = f"arn:aws:personalize:::recipe/aws-{self.draw.choice(('sims', 'popularity-count'))}"
        members = {"datasetGroupArn": self._arn("group"), "recipeArn": recipe}
        return self._made("solution", self.kept.call("CreateSolution", name=self._name(), **members))

    def do_training(self) -> Any:
        return self._made("version", self.kept.call("CreateSolutionVersion", solutionArn=self._arn("solution")))

    def do_campaign(self) -> Any:
        return self._made(
            "campaign",
            self.kept.call("CreateCampaign", name=self._name(), solutionVersionArn=self._arn("version")),
        )

    def do_recommend(self) -> Any:
        members = {"campaignArn": self._arn("campaign"), "userId": "u1", "itemId": "i1"}
        return self.kept.call("GetRecommendations", **members)

    def do_tracker(self) -> Any:
        answer = self.kept.call("CreateEventTracker", name=self._name(), datasetGroupArn=self._arn("group"))
        if isinstance(answer, dict):
            self.arns.setdefault("tracking", []).append(answer["trackingId"])
        return answer

    def do_events(self) -> Any:
        events = [{"eventType": "View", "itemId": f"i{self.draw.randrange(20)}", "sentAt": 1_700_000_000 + self.count}]
        members = {"userId": f"u{self.draw.randrange(40)}", "sessionId": "s", "eventList": events}
        return self.kept.call("PutEvents", trackingId=self._arn("tracking"), **members)

    def do_look(self) -> Any:
        return self.kept.call("DescribeSolutionVersion", solutionVersionArn=self._arn("version"))

    def do_list(self) -> Any:
        return self.kept.call(self.draw.choice(("ListCampaigns", "ListDatasetImportJobs", "ListSolutions")))

    def do_elsewhere(self) -> Any:
        return self.kept.call("CreateSchema", region="eu-west-1", name=self._name(), schema=SCHEMA)

    def do_tag(self) -> Any:
        return self.kept.call(
            "TagResource", resourceArn=self._arn("group"), tags=[{"tagKey": "k", "tagValue": self._name()}]
        )

    def do_delete(self) -> Any:
        return self.kept.call("DeleteCampaign", campaignArn=self._arn("campaign"))

    def do_wait(self) -> Any:
        return self.kept.ask("POST", "clock", {"advance": {"minutes": self.draw.randrange(40)}})["status"]

    def do_fault(self) -> Any:
        fault = self.draw.choice(
            (
                {"fault": "throttle", "operation": "ListCampaigns"},
                {"fault": "fail_job", "operation": "CreateCampaign", "reason": "bad day"},
                {"fault": "latency", "operation": "CreateSchema", "seconds": 2.5, "times": 1},
            )
        )
        return self.kept.ask("POST", "faults", fault)

    def do_answers(self) -> Any:
        return self.kept.ask("POST", "answers", {self._arn("campaign"): {"default": ["declared"]}})

    def do_transitions(self) -> Any:
        setting = self.draw.choice(("instant", "polls:1", "polls:2", "clock", "aws"))
        return self.kept.ask("PUT", "transitions", {"transitions": setting})


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_process_left_everything_behind(keep: Callable[..., Kept], tmp_path: Path, seed: int) -> None:
    kept = keep(quotas=None, transitions="polls:1", minimums={"interactions": 1})
    life = Life(kept, seed)
    for _ in range(3):
        life.go_on(150)
        again = kept.after_a_kill()

        assert again.whole(tmp_path / "again.json") == kept.whole(tmp_path / "before.json")
        assert again.reports == []
        again.states.close()
    assert {"version", "campaign", "dataset"} <= life.arns.keys()


def test_a_new_process_goes_on_as_the_old_one_would_have(keep: Callable[..., Kept]) -> None:
    kept = keep(quotas=None, minimums={"interactions": 1})
    before = Life(kept, 7)
    before.go_on(300)
    kept.ask("POST", "clock", {"freeze": True})
    again = kept.after_a_kill()
    after = Life(again, 7)
    after.arns = {kind: list(arns) for kind, arns in before.arns.items()}
    after.count = before.count
    after.draw.setstate(before.draw.getstate())

    assert after.go_on(100) == before.go_on(100)


def test_ids_of_answers_are_not_given_away_twice(keep: Callable[..., Kept]) -> None:
    kept = keep(preset="shop")
    arn = next(iter(kept.backend.seeded["shop"].recommenders.values()))
    first = kept.call("GetRecommendations", recommenderArn=arn, userId="user-ada")

    again = kept.after_a_kill().call("GetRecommendations", recommenderArn=arn, userId="user-ada")

    assert again["recommendationId"] != first["recommendationId"]


def test_reads_that_change_nothing_leave_nothing(keep: Callable[..., Kept]) -> None:
    kept = keep()
    before = journal(kept).read_bytes()
    for _ in range(3):
        kept.call("ListSchemas")

    assert journal(kept).read_bytes() == before


def test_a_fault_that_a_read_has_met_is_not_met_again(keep: Callable[..., Kept]) -> None:
    kept = keep()
    kept.ask("POST", "faults", {"fault": "throttle", "operation": "ListSchemas"})

    assert "Rate exceeded" in kept.call("ListSchemas")
    assert kept.after_a_kill().call("ListSchemas") == {"schemas": []}


@pytest.mark.parametrize("read", ["GetRecommendations", "ListSolutionVersions"])
def test_what_is_done_on_the_clock_is_done_alike(keep: Callable[..., Kept], tmp_path: Path, read: str) -> None:
    """A read is the first to come after a training by schedule was due: it gives an id away, or looks at it."""
    kept = keep(data="optional")
    arn = next(iter(kept.ask("POST", "seed", {"preset": "shop"})["recommenders"].values()))
    group = kept.call("CreateDatasetGroup", name="g")["datasetGroupArn"]
    schema = kept.call("CreateSchema", name="s", schema=SCHEMA)["schemaArn"]
    kept.call("CreateDataset", name="d", datasetGroupArn=group, schemaArn=schema, datasetType="INTERACTIONS")
    recipe = "arn:aws:personalize:::recipe/aws-sims"
    kept.ask("PUT", "transitions", {"transitions": {"default": "instant", "solution-version": "polls:2"}})
    kept.call("CreateSolution", name="s", datasetGroupArn=group, recipeArn=recipe, performAutoTraining=True)
    for _ in range(3):
        kept.call("ListSolutionVersions")
    before = len(kept.backend.solution_versions)
    assert not kept.backend._account.engine.agenda.moving
    kept.ask("POST", "clock", {"advance": {"days": 8}})
    kept.call(read, **({"recommenderArn": arn, "userId": "user-ada"} if read == "GetRecommendations" else {}))

    assert kept.after_a_kill().whole(tmp_path / "again.json") == kept.whole(tmp_path / "before.json")
    assert len(kept.backend.solution_versions) > before


def test_the_clock_goes_on_by_the_time_that_has_passed(keep: Callable[..., Kept]) -> None:
    kept = keep()
    kept.ask("POST", "clock", {"advance": {"days": 3}})
    again = kept.after_a_kill()

    assert abs(again.backend.clock.timestamp() - kept.backend.clock.timestamp()) < 60


def test_a_clock_that_stands_still_stands_where_it_was(keep: Callable[..., Kept]) -> None:
    kept = keep()
    kept.ask("POST", "clock", {"freeze": "2026-01-31T12:00:00"})
    before = kept.ask("GET", "clock")
    kept.states.close()

    assert kept.after_a_kill().ask("GET", "clock") == before


def journal(kept: Kept) -> Path:
    (found,) = kept.files.glob("journal-*.log")
    return found


def snapshot(kept: Kept) -> Path:
    (found,) = kept.files.glob("state-*.json")
    return found


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_that_was_being_written_was_never_acknowledged(keep: Callable[..., Kept], cut: int) -> None:
    kept = keep()
    kept.call("CreateSchema", name="first", schema=SCHEMA)
    kept.call("CreateSchema", name="second", schema=SCHEMA)
    journal(kept).write_bytes(journal(kept).read_bytes()[:-cut])
    again = kept.after_a_kill()
    again.call("CreateSchema", name="third", schema=SCHEMA)

    assert list(again.after_a_kill().backend.schemas) == ["first", "third"]
    assert again.reports == []


def test_a_damaged_journal_is_named_and_kept_aside(keep: Callable[..., Kept]) -> None:
    kept = keep()
    for name in ("first", "second", "third"):
        kept.call("CreateSchema", name=name, schema=SCHEMA)
    lines = journal(kept).read_bytes().replace(b"second", b"zweite")
    journal(kept).write_bytes(lines)
    again = kept.after_a_kill()

    assert list(again.backend.schemas) == ["first"]
    (report,) = again.reports
    assert "journal-000001.log: line 3 is damaged" in report
    assert (again.files / "damaged-000001" / "journal-000001.log").read_bytes() == lines
    assert snapshot(again).name == "state-000002.json"


def test_a_damaged_snapshot_is_named_and_kept_aside(keep: Callable[..., Kept]) -> None:
    kept = keep()
    kept.call("CreateSchema", name="first", schema=SCHEMA)
    snapshot(kept).write_bytes(b"{")
    again = kept.after_a_kill()

    assert list(again.backend.schemas) == []
    (report,) = again.reports
    assert "state-000001.json is damaged" in report
    assert {path.name for path in (again.files / "damaged-000001").iterdir()} == {
        "state-000001.json",
        "journal-000001.log",
    }
    assert again.after_a_kill().reports == []


def test_what_is_damaged_again_is_kept_beside(keep: Callable[..., Kept]) -> None:
    kept = keep()
    (kept.files / "damaged-000001").mkdir()
    journal(kept).write_bytes(b"nonsense\n")

    assert (kept.after_a_kill().files / "damaged-000001-again" / "journal-000001.log").read_bytes() == b"nonsense\n"


def test_a_journal_in_another_form_is_told_and_kept_aside(keep: Callable[..., Kept]) -> None:
    kept = keep()
    lines = Lines(journal(kept), anew=True)
    lines.append([0.0, "begin", 2, 0.0])
    lines.append([0.0, "personalize", "CreateSchema", "us-east-1", json.dumps({"name": "first", "schema": SCHEMA})])
    lines.close()
    again = kept.after_a_kill()

    assert list(again.backend.schemas) == []
    assert "it is no journal in version 1" in again.reports[0]
    assert (again.files / "damaged-000001" / "journal-000001.log").read_bytes() == journal(kept).read_bytes()


def test_a_missing_journal_is_told(keep: Callable[..., Kept]) -> None:
    kept = keep()
    journal(kept).unlink()

    assert "it is missing" in kept.after_a_kill().reports[0]


def test_a_folder_is_of_one_server_at_a_time(keep: Callable[..., Kept]) -> None:
    kept = keep()

    with pytest.raises(StateInUse, match="another server uses"):
        keep()
    kept.states.close()
    keep().states.close()


def test_a_clean_end_leaves_one_snapshot(keep: Callable[..., Kept]) -> None:
    kept = keep()
    kept.call("CreateSchema", name="first", schema=SCHEMA)
    kept.states.close()

    assert list(PersonalizeBackend.load(snapshot(kept)).schemas) == ["first"]
    assert len(journal(kept).read_bytes().splitlines()) == 1


def test_options_are_those_with_which_the_state_began(keep: Callable[..., Kept]) -> None:
    kept = keep(transitions="polls:3", region="eu-west-1")

    assert kept.after_a_kill().backend.transitions.settings() == {"default": "polls:3"}
    assert kept.after_a_kill().backend.region_name == "eu-west-1"


def test_what_an_outside_store_held_is_not_asked_again(keep: Callable[..., Kept], tmp_path: Path) -> None:
    kept = keep(s3=tmp_path / "s3", minimums={"interactions": 1, "import_records": 1})
    group = kept.call("CreateDatasetGroup", name="g")["datasetGroupArn"]
    schema = kept.call("CreateSchema", name="s", schema=SCHEMA)["schemaArn"]
    dataset = kept.call("CreateDataset", name="d", datasetGroupArn=group, schemaArn=schema, datasetType="INTERACTIONS")
    kept.ask("PUT", "objects/b/data.csv", b"USER_ID,ITEM_ID,TIMESTAMP\nu1,i1,1700000000\n")
    arn = dataset["datasetArn"]
    job = {"jobName": "j", "datasetArn": arn, "roleArn": "arn:aws:iam::123456789012:role/R"}
    kept.call("CreateDatasetImportJob", dataSource={"dataLocation": "s3://b/data.csv"}, **job)
    (tmp_path / "s3" / "b" / "data.csv").write_text("something else")

    again = kept.after_a_kill(s3=tmp_path / "s3")

    assert [row["USER_ID"] for row in again.backend.records(arn)] == ["u1"]
    assert (tmp_path / "s3" / "b" / "data.csv").read_text() == "something else"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "seed", {"preset": "shop", "users": 20}),
        ("POST", "seed", {"name": "own", "interactions": [["u1", "i1"], ["u2", "i2"]], "recipes": ["aws-sims"]}),
        ("POST", "restore", {"name": "kept"}),
        ("POST", "reset", None),
        ("PUT", "objects/b/k", b"\xff\x00 no text"),
    ],
)
def test_what_an_admin_does_is_kept(
    keep: Callable[..., Kept], tmp_path: Path, method: str, path: str, body: Any
) -> None:
    kept = keep()
    kept.ask("PUT", "snapshots/kept")
    kept.call("CreateSchema", name="first", schema=SCHEMA)

    assert kept.ask(method, path, body)["status"] == 200
    assert kept.after_a_kill().whole(tmp_path / "again.json") == kept.whole(tmp_path / "before.json")


def test_named_snapshots_outlive_the_process(keep: Callable[..., Kept]) -> None:
    kept = keep()
    kept.call("CreateSchema", name="first", schema=SCHEMA)
    kept.ask("PUT", "snapshots/one-schema")
    kept.call("CreateSchema", name="second", schema=SCHEMA)
    again = kept.after_a_kill()

    assert again.ask("POST", "restore", {"name": "one-schema"})["status"] == 200
    assert list(again.after_a_kill().backend.schemas) == ["first"]


def test_a_named_snapshot_that_nobody_took_is_not_found(keep: Callable[..., Kept]) -> None:
    kept = keep()
    kept.ask("PUT", "snapshots/one")
    refused = kept.ask("POST", "restore", {"name": "another"})

    assert refused["status"] == 404
    assert "no snapshot 'another'" in refused["message"]


def test_a_full_disk_is_an_error_and_nothing_is_lost_afterwards(
    keep: Callable[..., Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keep()

    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pytest_personalize.server.lines.os.write", full)
        with pytest.raises(OSError, match="No space left"):
            kept.call("CreateSchema", name="first", schema=SCHEMA)
    kept.call("CreateSchema", name="second", schema=SCHEMA)

    assert list(kept.after_a_kill().backend.schemas) == ["first", "second"]


def test_a_disk_too_full_for_a_snapshot_leaves_the_one_before(
    keep: Callable[..., Kept], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = keep()
    kept.call("CreateSchema", name="first", schema=SCHEMA)

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pytest_personalize.testing.saving.os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            kept.ask("POST", "seed", {"preset": "shop"})
    assert list(kept.after_a_kill().backend.schemas) == ["first"]
    kept.call("CreateSchema", name="second", schema=SCHEMA)

    assert kept.after_a_kill().whole(tmp_path / "again.json") == kept.whole(tmp_path / "before.json")


def test_a_start_with_100_000_events_takes_three_seconds(keep: Callable[..., Kept]) -> None:
    kept = keep(preset="shop", calls_kept=10)
    group = kept.backend.seeded["shop"]
    before = len(kept.backend.records(group.datasets["INTERACTIONS"]))
    for number in range(10_000):
        events = [
            {"eventType": "View", "itemId": group.items[(number + n) % 20], "sentAt": 1_700_000_000 + number}
            for n in range(10)
        ]
        kept.call(
            "PutEvents",
            trackingId=group.tracking_id,
            userId=f"u{number % 500}",
            sessionId=f"s{number}",
            eventList=events,
        )
    began = time.process_time()
    again = kept.after_a_kill()
    taken = time.process_time() - began

    assert len(again.backend.records(group.datasets["INTERACTIONS"])) - before == 100_000
    assert taken < 3


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts ``serve`` on a folder at a fixed port, and waits until it answers."""
    port = _free_port()
    running: list[subprocess.Popen[str]] = []

    def run(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pytest_personalize", "serve", "--port", str(port)]
        process = subprocess.Popen(
            [*command, "--state", str(tmp_path / "state"), *options], stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == f"Amazon Personalize at http://127.0.0.1:{port}\n"
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


def _address(server: subprocess.Popen[str]) -> str:
    return f"127.0.0.1:{server.args[5]}"  # type: ignore[index]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
        return found


def test_a_state_begins_from_a_file_that_is_never_written(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    backend = PersonalizeBackend(account_id="111122223333")
    backend._door.call("personalize", "CreateSchema", "us-east-1", json.dumps({"name": "first", "schema": SCHEMA}))
    backend.save(tmp_path / "saved.json")
    before = (tmp_path / "saved.json").read_bytes()
    for name in ("second", "third"):
        server = start("--from", str(tmp_path / "saved.json"))
        made = Client(_address(server)).ask("/", {"name": name, "schema": SCHEMA}, "CreateSchema")
        assert made["schemaArn"].startswith("arn:aws:personalize:us-east-1:111122223333:")
        server.terminate()
        assert server.wait() == 0

    (found,) = (tmp_path / "state" / "111122223333").glob("state-*.json")
    assert list(PersonalizeBackend.load(found).schemas) == ["first", "second", "third"]
    assert (tmp_path / "saved.json").read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_every_acknowledged_change_survives_three_kills(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    options = ("--preset", "shop", "--quotas", "none")
    server = start(*options)
    client = [sys.executable, str(Path(__file__).with_name("soak_client.py")), _address(server)]
    logs = [tmp_path / f"{n}.log" for n in range(4)]
    clients = [subprocess.Popen([*client, str(n), str(log)], stdin=subprocess.PIPE) for n, log in enumerate(logs)]
    for kills in range(4):
        time.sleep(SOAK_SECONDS / 4)
        while len(_acknowledged(logs)) < 60 * (kills + 1):
            assert [each.poll() for each in clients] == [None] * 4
            time.sleep(0.1)
        if kills < 3:
            server.send_signal(signal.SIGKILL)
            server.wait()
            server = start(*options)
    for each in clients:
        each.communicate()
    assert [each.returncode for each in clients] == [0] * 4
    server.send_signal(signal.SIGKILL)
    server.wait()

    states = States(tmp_path / "state", lambda account_id: PersonalizeBackend(account_id=account_id))
    backend = states.open(ACCOUNT)
    events = {row["ITEM_ID"] for row in backend.records(backend.seeded["shop"].datasets["INTERACTIONS"])}
    done = _acknowledged(logs)
    there = {resource.arn for resource in backend.all_resources()}
    made = {arn for what, arn in done if what == "made"}
    # What was asked to be deleted and got no answer may be gone.
    doubtful = {arn for what, arn in done if what in ("deleting", "deleted")}
    assert made - doubtful <= there
    assert {arn for what, arn in done if what == "deleted"}.isdisjoint(there)
    assert {item for what, item in done if what == "event"} <= events
    states.close()


def _acknowledged(logs: list[Path]) -> list[list[str]]:
    """What the clients were told so far, each line in two words."""
    lines = [line for log in logs if log.exists() for line in log.read_text().splitlines(keepends=True)]
    return [line.split() for line in lines if line.endswith("\n")]
