"""The admin API: what it does to a backend, what it says to bad input, and whom it answers at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from pytest_personalize import PersonalizeBackend
from pytest_personalize.data.stores import FolderStore
from pytest_personalize.server.accounts import Accounts
from pytest_personalize.server.admin import Admin
from pytest_personalize.server.replies import Reply
from pytest_personalize.server.routes import ROWS
from tests.server.conftest import Served

DOCS = Path(__file__).parents[2] / "docs" / "reference" / "admin.md"
HERE = {"host": "localhost:8900"}
CAMPAIGN = "arn:aws:personalize:us-east-1:123456789012:campaign/picks"

Ask = Callable[..., Any]


@pytest.fixture
def backend() -> PersonalizeBackend:
    return PersonalizeBackend()


def _answer(admin: Admin, method: str, target: str, body: Any = None, **headers: str) -> Reply:
    path, _, query = target.partition("?")
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return admin.answer(method, path, query, HERE | headers, content)


@pytest.fixture
def ask(backend: PersonalizeBackend) -> Ask:
    """Asks below the prefix; the answer has to be 200."""
    admin = Admin(Accounts(backend))

    def send(method: str, path: str, body: Any = None) -> Any:
        reply = _answer(admin, method, f"/_personalize/{path}", body)
        assert reply.status == 200, reply.body
        return json.loads(reply.body)

    return send


@pytest.fixture
def refusal(backend: PersonalizeBackend) -> Ask:
    """Asks below the prefix; gives the status and the message of the refusal."""
    admin = Admin(Accounts(backend))

    def send(method: str, path: str, body: Any = None) -> Any:
        reply = _answer(admin, method, f"/_personalize/{path}", body)
        found = json.loads(reply.body)
        assert dict(reply.headers)[b"content-type"] == b"application/json"
        assert found.keys() == {"message"}
        return reply.status, found["message"]

    return send


def _call(backend: PersonalizeBackend, operation: str, **members: Any) -> Any:
    return backend._door.call("personalize", operation, "us-east-1", json.dumps(members))


def documented() -> list[tuple[str, str, str]]:
    """Method, target and body of every request in the documentation."""
    blocks = re.findall(r"^```\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    requests = [line.split(" ", 2) for block in blocks for line in block.splitlines()]
    return [(method, target, "".join(body)) for method, target, *body in requests]


def test_the_documentation_has_a_request_for_every_row() -> None:
    shown = {(target.split("/")[2].partition("?")[0], method) for method, target, _ in documented()}

    assert shown == {(name, method) for name, methods in ROWS.items() for method in methods}


def test_every_request_of_the_documentation_is_answered(backend: PersonalizeBackend) -> None:
    admin = Admin(Accounts(backend))
    replies = [_answer(admin, method, target, body.encode()) for method, target, body in documented()]

    assert [reply.body for reply in replies if reply.status != 200] == []


def test_health_tells_who_is_there(ask: Ask) -> None:
    found = ask("GET", "health")

    assert (found["status"], found["account"], found["region"]) == ("ok", "123456789012", "us-east-1")


def test_a_preset_is_seeded(ask: Ask, backend: PersonalizeBackend) -> None:
    found = ask("POST", "seed", {"preset": "movies", "name": "films", "users": 20})

    assert found["campaigns"] == dict(backend.seeded["films"].campaigns)
    assert len(found["users"]) == 20


@pytest.mark.parametrize(
    "rows", [[["ada", "mug"], ["ben", "mug"]], "USER_ID,ITEM_ID,TIMESTAMP\nada,mug,1700000000\nben,mug,1700000001\n"]
)
def test_own_data_are_seeded(ask: Ask, backend: PersonalizeBackend, rows: Any) -> None:
    found = ask("POST", "seed", {"name": "own", "interactions": rows, "recipes": ["aws-popularity-count"]})

    assert [row["USER_ID"] for row in backend.records(found["datasets"]["INTERACTIONS"])] == ["ada", "ben"]
    assert list(found["campaigns"]) == ["aws-popularity-count"]


def test_no_file_of_the_machine_is_read(refusal: Ask, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("USER_ID,ITEM_ID,TIMESTAMP\nada,mug,1700000000\n")

    status, _ = refusal("POST", "seed", {"name": "own", "interactions": str(tmp_path / "secret.csv")})

    assert status == 400


def test_reset_goes_back_to_the_beginning(backend: PersonalizeBackend) -> None:
    backend.seed("shop")
    backend.transitions = "polls:2"
    admin = Admin(Accounts(backend))
    _call(backend, "CreateDatasetGroup", name="mine")
    backend.transitions = "instant"
    backend.faults.throttle("PutEvents")
    backend.clock.freeze(1_700_000_000)
    _answer(admin, "POST", "/_personalize/reset")

    assert list(backend.dataset_groups) == ["shop"]
    assert backend.transitions.settings() == {"default": "polls:2"}
    assert (len(backend.faults), len(backend.calls)) == (0, 0)
    assert backend.clock.inner.state.frozen is None


def test_a_snapshot_is_found_by_its_name(ask: Ask, backend: PersonalizeBackend) -> None:
    _call(backend, "CreateDatasetGroup", name="first")
    assert ask("PUT", "snapshots/one") == {"snapshots": ["one"]}
    _call(backend, "CreateDatasetGroup", name="second")
    ask("POST", "restore", {"name": "one"})

    assert list(backend.dataset_groups) == ["first"]


def test_faults_are_declared_and_taken_back(ask: Ask, backend: PersonalizeBackend) -> None:
    found = ask("POST", "faults", {"fault": "throttle", "operation": "ListSchemas", "times": 2})
    assert found == {
        "faults": [{"operation": "ListSchemas", "times": 2, "error": ["ThrottlingException", "Rate exceeded"]}]
    }
    assert [str(fault) for fault in backend.faults] == ["ListSchemas fails with ThrottlingException (2 times)"]
    assert ask("DELETE", "faults") == ask("GET", "faults") == {"faults": []}


def test_answers_are_shown_as_they_can_be_declared(ask: Ask) -> None:
    shown = ask(
        "POST", "answers", {CAMPAIGN: {"for_user": {"ada": ["mug", ["kite", 0.2]]}, "raises": "InternalFailure"}}
    )
    ask("DELETE", f"answers/{CAMPAIGN}")

    assert ask("GET", "answers") == {"answers": {}}
    assert ask("POST", "answers", shown["answers"]) == shown


def test_requests_are_shown_as_they_can_be_declared(ask: Ask) -> None:
    """As a recording of the real service has them."""
    requests = [
        {"parameters": {"userId": "ada", "numResults": 1}, "items": [{"itemId": "mug"}]},
        {"parameters": {"userId": "ben"}, "raises": "ThrottlingException", "message": "Rate exceeded"},
    ]
    shown = ask("POST", "answers", {CAMPAIGN: {"requests": requests}})

    assert shown["answers"][CAMPAIGN]["requests"] == requests
    ask("DELETE", "answers")
    assert ask("POST", "answers", shown["answers"]) == shown


def test_the_clock_is_moved_and_held(ask: Ask, backend: PersonalizeBackend) -> None:
    assert ask("POST", "clock", {"freeze": "2026-01-31T12:00:00"})["now"] == "2026-01-31T12:00:00+00:00"
    assert ask("POST", "clock", {"advance": {"days": 1}})["timestamp"] == backend.clock.timestamp()
    assert ask("POST", "clock", {"move_to": 1_800_000_000}) == ask("GET", "clock")
    assert ask("GET", "clock")["frozen"]
    assert not ask("POST", "clock", {"unfreeze": True})["frozen"]


def test_a_refusal_is_shown_with_its_message(ask: Ask) -> None:
    declared = {CAMPAIGN: {"raises": "ThrottlingException", "message": "not today"}}
    shown = ask("POST", "answers", declared)["answers"]

    assert {name: shown[CAMPAIGN][name] for name in ("raises", "message")} == declared[CAMPAIGN]
    ask("DELETE", "answers")
    assert ask("POST", "answers", shown)["answers"] == shown


@pytest.mark.parametrize("move", ["freeze", "unfreeze"])
@pytest.mark.parametrize("before", [{"freeze": True}, {"unfreeze": True}])
def test_a_move_of_the_clock_that_is_false_is_not_made(ask: Ask, before: dict[str, bool], move: str) -> None:
    frozen = ask("POST", "clock", before)["frozen"]

    assert ask("POST", "clock", {move: False})["frozen"] == frozen


def test_transitions_are_set(ask: Ask, backend: PersonalizeBackend) -> None:
    ask("PUT", "transitions", {"transitions": "polls:2"})

    assert backend.transitions.settings() == ask("GET", "transitions")["transitions"] == {"default": "polls:2"}


def test_calls_are_filtered(ask: Ask, refusal: Ask, backend: PersonalizeBackend) -> None:
    for name in ("a", "b", "c", "d"):
        _call(backend, "CreateDatasetGroup", name=name)
    _call(backend, "ListDatasetGroups", maxResults=2)

    def names(query: str) -> list[str]:
        return [call["params"].get("name") for call in ask("GET", f"calls?{query}")["calls"]]

    assert names("operation=CreateDatasetGroup&last=2") == ["c", "d"]
    assert names("operation=CreateDatasetGroup&name=b") == ["b"]
    assert names("operation=ListDatasetGroups&maxResults=2") == [None]
    assert names("error=any") == []
    assert names("service=personalize-events") == []
    assert ask("GET", "calls?last=0")["count"] == 5
    ask("DELETE", "calls")
    assert ask("GET", "calls") == {"count": 0, "calls": []}


def test_resources_are_filtered_and_shown_whole(ask: Ask, backend: PersonalizeBackend) -> None:
    arn = _call(backend, "CreateDatasetGroup", name="mine")["datasetGroupArn"]
    backend.seed("shop", region="eu-west-1")

    (found,) = ask("GET", "resources?kind=dataset-group&region=us-east-1")["resources"]
    assert (found["arn"], found["key"], found["status"]) == (arn, "mine", "ACTIVE")
    assert ask("GET", "resources?status=CREATE%20FAILED") == {"resources": []}
    assert ask("GET", f"resources/{arn}")["details"]["name"] == "mine"


def test_looking_moves_no_status_on(ask: Ask, backend: PersonalizeBackend) -> None:
    backend.transitions = "polls:1"
    arn = _call(backend, "CreateDatasetGroup", name="mine")["datasetGroupArn"]
    for _ in range(3):
        assert ask("GET", f"resources/{arn}")["status"] == "CREATE PENDING"


@pytest.mark.parametrize("s3", ["memory", "folder"])
def test_objects_come_back_as_they_went(tmp_path: Path, s3: str) -> None:
    backend = PersonalizeBackend(s3=FolderStore(tmp_path) if s3 == "folder" else s3)
    admin = Admin(Accounts(backend))
    path = "/_personalize/objects/bucket/in/a file?.csv"
    admin.answer("PUT", path, "", HERE, b"\xff\x00\r\n")
    reply = admin.answer("GET", path, "", HERE, b"")

    assert (reply.body, dict(reply.headers)[b"content-type"]) == (b"\xff\x00\r\n", b"application/octet-stream")
    assert backend.s3.get("s3://bucket/in/a file?.csv") == b"\xff\x00\r\n"
    admin.answer("DELETE", path, "", HERE, b"")
    assert admin.answer("GET", path, "", HERE, b"").status == 404


@pytest.mark.parametrize("key", ["../outside", "in/../../outside", "/etc/passwd"])
def test_objects_stay_in_their_folder(tmp_path: Path, key: str) -> None:
    admin = Admin(Accounts(PersonalizeBackend(s3=FolderStore(tmp_path / "s3"))))
    admin.answer("PUT", f"/_personalize/objects/bucket/{key}", "", HERE, b"x")

    assert [path for path in tmp_path.rglob("*") if path.is_file() and tmp_path / "s3" not in path.parents] == []


def test_each_account_has_its_own() -> None:
    accounts = Accounts(PersonalizeBackend(), lambda account_id: PersonalizeBackend(account_id=account_id))
    admin = Admin(accounts)
    _answer(admin, "POST", "/_personalize/seed?account=111122223333", {"preset": "shop"})

    assert [len(backend.dataset_groups) for backend in accounts] == [0, 1]


def test_it_is_served_beside_the_services(served: Served) -> None:
    wire = served.connect()
    put = wire.request(path="/_personalize/objects/bucket/a%20file", method="PUT", members=b"content")
    wire.send(put)

    assert wire.read() is not None
    assert served.backend.s3.get("s3://bucket/a file") == b"content"
    wire.send(wire.request(path="/", method="GET", members=b""))
    page = wire.read()
    assert page is not None
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    wire.send(wire.request(path="/_personalize/health", method="GET", members=b"", host="evil.example"))
    refused = wire.read()
    assert refused is not None
    assert refused.status == 403
    assert list(wire.ask().json) == ["schemas"]


@pytest.mark.parametrize("path", ["/", "/_personalize/health"])
def test_who_only_waits_for_a_server_asks_for_the_head(served: Served, path: str) -> None:
    with urlopen(Request(f"{served.url}{path}", method="HEAD")) as answer:
        assert (answer.status, answer.read()) == (200, b"")


def test_the_prefix_alone_is_told_what_there_is(served: Served) -> None:
    answer = served.connect().ask(path="/_personalize", method="GET")
    assert (answer.status, "there are health, reset" in answer.json["message"]) == (404, True)


BAD = [
    ("GET", "", None, 404, "nothing is called ''"),
    ("GET", "helth", None, 404, "did you mean 'health'?"),
    ("POST", "health", None, 405, "health has GET, not POST"),
    ("GET", "health/more", None, 404, "no path after it"),
    ("GET", "health?account=1", None, 404, "there is no account '1' here"),
    ("GET", "health?acount=1", None, 400, "did you mean 'account'?"),
    ("PUT", "objects/bucket/a?b.csv", b"", 400, "nothing is called 'b.csv' behind a ? here"),
    ("POST", "reset", {"account": "1"}, 400, 'nothing is called "account"'),
    ("PUT", "snapshots", None, 404, "a path after it"),
    ("PUT", "snapshots/../up", None, 400, "is no name of a snapshot"),
    ("POST", "restore", {"name": "none"}, 404, "no snapshot 'none'"),
    ("POST", "restore", {}, 400, "name must be given"),
    ("POST", "clock", b"{", 400, "the body is no JSON"),
    ("POST", "clock", b"\xff", 400, "the body is no JSON"),
    ("POST", "clock", b"[" * 100_000, 400, "the body is no JSON"),
    ("POST", "clock", b'{"advance": NaN}', 400, "NaN is no number of JSON"),
    ("POST", "clock", b'{"advance": 1e999}', 400, "advance must be"),
    ("POST", "clock", [], 400, "the body must be an object"),
    ("POST", "clock", {}, 400, "exactly one of advance"),
    ("POST", "clock", {"advance": "1"}, 400, "advance must be a number of seconds"),
    ("POST", "clock", {"advance": -1}, 400, "only moves forward"),
    ("POST", "clock", {"advance": {"weeks": 1}}, 400, 'nothing is called "weeks"'),
    ("POST", "clock", {"freeze": "yesterday"}, 400, '"yesterday" is no time; epoch seconds, or a text such as'),
    ("POST", "clock", {"freeze": -1}, 400, "from 1970"),
    ("POST", "clock", {"move_to": 1e300}, 400, "year 9999"),
    ("PUT", "transitions", {"transitions": "poll:2"}, 400, "polls:N"),
    ("PUT", "transitions", {"transitions": {"campain": "instant"}}, 400, "campaign"),
    ("POST", "seed", {"preset": "shp"}, 400, "did you mean 'shop'?"),
    ("POST", "seed", {"preset": "shop", "users": 0}, 400, "users"),
    ("POST", "seed", {"preset": "shop", "users": True}, 400, "users must be a whole number"),
    ("POST", "seed", {"preset": "shop", "arns": {"x": "arn"}}, 400, "x"),
    ("POST", "seed", {"preset": "shop", "region": "nowhere"}, 400, "nowhere"),
    ("POST", "seed", {"interactions": []}, 400, "name must be given"),
    ("POST", "seed", {"name": "x", "interactions": [1]}, 400, "interactions must be a list of objects or pairs"),
    ("POST", "seed", {"name": "x", "interactions": [["u"]]}, 400, "pair"),
    ("POST", "seed", {"name": "x", "interactions": [["u", "i"]], "recipes": ["aws-simz"]}, 400, "aws-sims"),
    ("POST", "faults", {}, 400, "fault must name one"),
    ("POST", "faults", {"fault": "throtle"}, 400, "did you mean 'throttle'?"),
    ("POST", "faults", {"fault": "throttle"}, 400, "operation must be given"),
    ("POST", "faults", {"fault": "throttle", "operation": "PutEvent"}, 400, "did you mean 'PutEvents'?"),
    ("POST", "faults", {"fault": "throttle", "operation": "PutEvents", "times": 0}, 400, "times"),
    ("POST", "faults", {"fault": "latency", "operation": "PutEvents", "seconds": -1}, 400, "seconds"),
    ("POST", "answers", {"picks": {}}, 400, "picks"),
    ("POST", "answers", {CAMPAIGN: {"for_users": {}}}, 400, "did you mean 'for_user'?"),
    ("POST", "answers", {CAMPAIGN: {"raises": 5}}, 400, "raises"),
    ("DELETE", "answers/arn", None, 404, "no answers are declared"),
    ("GET", "calls?last=-1", None, 400, "last must be a whole number"),
    ("GET", "calls?operaton=x", None, 400, "did you mean 'operation'?"),
    ("GET", "calls?operation=PutEvent", None, 400, "did you mean 'PutEvents'?"),
    ("GET", "calls?operation=PutEvents&user=x", None, 400, "PutEvents has no parameter 'user'"),
    ("GET", "calls?service=personalise", None, 400, "no service 'personalise'; did you mean 'personalize'?"),
    ("GET", "resources?knd=x", None, 400, "did you mean 'kind'?"),
    ("GET", "resources?kind=datasetGroup", None, 400, "no kind 'datasetGroup'; did you mean 'dataset-group'?"),
    ("GET", "resources?status=active", None, 400, "no status 'active'; did you mean 'ACTIVE'?"),
    ("GET", "resources/arn", None, 404, "no resource 'arn'"),
    ("GET", "objects/bucket/none", None, 404, "bucket"),
    ("PUT", "objects/bucket", b"", 400, "no key"),
    ("PUT", "objects/../key", b"", 400, "Malformed"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "text"), BAD)
def test_bad_input_is_told_what_is_wrong(
    refusal: Ask, backend: PersonalizeBackend, method: str, path: str, body: Any, status: int, text: str
) -> None:
    found, message = refusal(method, path, body)

    assert found == status
    assert text in message
    assert backend.all_resources() == []


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:80", "127.0.0.1:8900", "127.1.2.3", "[::1]:8900", "my.localhost.", "mine", "10.0.0.7:1"],
)
@pytest.mark.parametrize("path", ["/", "/_personalize/health"])
def test_names_of_the_server_are_answered(backend: PersonalizeBackend, host: str, path: str) -> None:
    admin = Admin(Accounts(backend), hosts=("10.0.0.7", "http://Mine:8900"))

    assert _answer(admin, "GET", path, host=host, origin=f"http://{host}").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "localhost.evil.example"},
        {"host": "notlocalhost"},
        {"host": "10.0.0.7"},
        {"host": ""},
        {"host": "localhost@evil.example"},
        {"host": "evil.example#localhost"},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost@evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://[evil"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", "/_personalize/reset")])
def test_names_and_pages_of_strangers_are_refused(
    backend: PersonalizeBackend, headers: dict[str, str], method: str, path: str
) -> None:
    reply = _answer(Admin(Accounts(backend)), method, path, **headers)

    assert reply.status == 403
    assert "--allow-host" in json.loads(reply.body)["message"]
