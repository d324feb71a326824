"""What takes bytes from outside, as functions of bytes: whatever comes, it is answered, or refused as documented.

A refusal leaves everything as it was. ``test_fuzzing`` calls these with inputs of Hypothesis, ``fuzz`` with those that
atheris finds.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from attrs import frozen

from pytest_personalize import PersonalizeBackend, TimestampWarning
from pytest_personalize.data.avro import parse_schema
from pytest_personalize.data.csv_import import CsvTrial, ImportMode, import_csv
from pytest_personalize.data.errors import CsvError
from pytest_personalize.data.records import Records
from pytest_personalize.server import Application, application
from pytest_personalize.service.kernel.errors import ServiceError
from pytest_personalize.shapes import models
from pytest_personalize.testing import saving
from pytest_personalize.testing.saving import SaveFileError
from tests.proof.conftest import EXPRESSION, REGION, SCHEMAS, START, avro, extent, state_of

ARN = f"arn:aws:personalize:{REGION}:123456789012"
OPERATIONS = [(service, name) for service in models.SERVICES for name in models.operation_names(service)]
SAMPLES = json.loads(Path(__file__).with_name("requests.json").read_text())


@frozen
class Target:
    """Something that takes bytes: ``run`` raises nothing, whatever they are; ``seeds`` are some that go far."""

    run: Callable[[bytes], None]
    seeds: Sequence[bytes]


@cache
def _shop() -> tuple[PersonalizeBackend, Any]:
    backend = PersonalizeBackend(region=REGION)
    backend.clock.freeze(START)
    backend.seed("shop", users=4, items=6, interactions=40)
    return backend, backend.snapshot()


def shop() -> PersonalizeBackend:
    """A seeded shop, as new."""
    backend, snapshot = _shop()
    backend.restore(snapshot)
    return backend


def call(backend: PersonalizeBackend, operation: str, body: bytes | str | Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer to a call, which JSON can hold; None for a refusal, which changes nothing."""
    service = next(service for service, name in OPERATIONS if name == operation)
    before = state_of(backend)
    try:
        text = json.dumps(body) if isinstance(body, Mapping) else body
        answer = backend._door.call(service, operation, REGION, text, "wire")
    except ServiceError:
        assert state_of(backend) == before
        return None
    json.dumps(answer, allow_nan=False)
    return answer


def endpoint(data: bytes) -> None:
    """The first byte chooses the operation, the others are the body of the request."""
    if data:
        call(shop(), OPERATIONS[data[0] % len(OPERATIONS)][1], data[1:])


@cache
def _served() -> tuple[Application, asyncio.AbstractEventLoop]:
    return application(_shop()[0]), asyncio.new_event_loop()


def server(data: bytes) -> None:
    """A line of method and path, those of the headers, an empty one, and the body."""
    head, _, body = data.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    method, _, address = first.decode("ascii", "ignore").partition(" ")
    path, _, query = address.partition("?")
    if path.startswith("/_personalize/seed"):
        return  # which makes as many rows as it is told to
    headers = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(path),
        "query_string": query.encode(),
        "headers": headers,
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    shop()
    app, loop = _served()
    loop.run_until_complete(app(scope, receive, send))
    start, content = sent
    kind = dict(start["headers"]).get(b"content-type", b"")
    assert start["status"] != 500, content["body"]
    if b"json" in kind and content["body"]:
        json.loads(content["body"], parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def _request(operation: str, members: Mapping[str, Any]) -> bytes:
    (method, path, target), _ = next(row for row in models.routes().items() if row[1][1] == operation)
    signed = f"AWS4-HMAC-SHA256 Credential=mocked/20260101/{REGION}/personalize/aws4_request, Signature=0"
    head = f"{method} {path}\nhost: localhost\nx-amz-target: {target}\nauthorization: {signed}\n\n"
    return (head + json.dumps(members)).encode()


FIELDS = {
    "INTERACTIONS": {"EVENT_VALUE": ["float", "null"], "NOTE": ["null", "string"], "COUNT": "int"},
    "ITEMS": {
        "GENRE": {"type": ["null", "string"], "categorical": True},
        "TITLE": {"type": ["string", "null"], "textual": True},
        **{kind.upper(): [kind, "null"] for kind in ("boolean", "int", "long", "float", "double")},
    },
}
ROWS = {
    "INTERACTIONS": 'USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,EVENT_VALUE,NOTE,COUNT\nu1,i1,1700000000,View,1.5,"a""b",3\n',
    "ITEMS": 'ITEM_ID,GENRE,TITLE,BOOLEAN,INT,LONG,FLOAT,DOUBLE\ni1,"Drama|War",A film,true,1,-2,.5,1e3\ni2,,,,,,,\n',
}
"""The fields of datasets, and a file that fits."""


def csv(data: bytes) -> None:
    """The first byte chooses the dataset and the mode, the others are a file."""
    choice, content = int.from_bytes(data[:1], "big"), data[1:]
    kind: str = ("ITEMS", "INTERACTIONS")[choice & 1]
    mode: ImportMode = ("FULL", "INCREMENTAL")[choice >> 1 & 1]
    records = Records()
    required = {"INTERACTIONS": "USER_ID ITEM_ID TIMESTAMP EVENT_TYPE", "ITEMS": "ITEM_ID"}[kind].split()
    fields = {name: "long" if name == "TIMESTAMP" else "string" for name in required} | FIELDS[kind]
    schema = parse_schema(avro(kind.title(), **fields), None)
    records.add_dataset(kind, schema)
    import_csv([("first.csv", ROWS[kind].encode())], records, kind, "FULL")
    before = extent(records)
    trial = CsvTrial("file.csv", io.BytesIO(content), schema)
    problems = [str(problem) for problem in trial.problems() if problem.code != "milliseconds"]  # which are taken in
    try:
        with warnings.catch_warnings(action="ignore", category=TimestampWarning):
            rows = import_csv([("file.csv", content)], records, kind, mode)
    except CsvError as refusal:
        problem = str(refusal)
    else:
        assert (problems, rows) == ([], trial.rows)
        return
    assert problem == problems[0]
    assert extent(records) == before


def recommender(backend: PersonalizeBackend) -> str:
    """The ARN of one."""
    return next(resource.arn for resource in backend.all_resources() if resource.kind == "recommender")


def schema(data: bytes) -> None:
    """The text of an Avro schema, which is shown as it came, and of which datasets can be made."""
    backend, text = shop(), data.decode(errors="replace")
    made = call(backend, "CreateSchema", {"name": "fuzzed", "schema": text})
    if made is None:
        return
    shown = call(backend, "DescribeSchema", made)
    assert shown is not None
    assert shown["schema"]["schema"] == text
    group = call(backend, "CreateDatasetGroup", {"name": "fuzzed"})
    assert group is not None
    for kind in ("Interactions", "Items", "Users", "Actions", "Action_Interactions"):
        call(backend, "CreateDataset", {"name": "fuzzed", "datasetType": kind, **made, **group})


def expression(data: bytes) -> None:
    """A filter expression: a filter that can be created can be used, with values or without."""
    backend, text = shop(), data.decode(errors="replace")
    members = {"name": "fuzzed", "filterExpression": text, "datasetGroupArn": f"{ARN}:dataset-group/shop"}
    made = call(backend, "CreateFilter", members)
    if made is None:
        return
    backend.clock.advance(days=1)
    shown = call(backend, "DescribeFilter", made)
    assert shown is not None
    assert shown["filter"]["filterExpression"] == text
    asked = {"recommenderArn": recommender(backend), "userId": "user-ada", **made}
    call(backend, "GetRecommendations", asked)
    for value in ('"a"', "3", '"a","b"', "x"):
        values = dict.fromkeys(re.findall(r"\$(\w+)", text), value)
        call(backend, "GetRecommendations", asked | {"filterValues": values})


def saved(data: bytes) -> None:
    """The first two bytes choose a place in a saved backend, the others are put there; the checksum fits if it can.

    What loads can be called and saved again.
    """
    content, values = _content()
    start, end = values[int.from_bytes(data[:2], "big") % len(values)]
    text = content[:start] + data[2:] + content[end:]
    with suppress(ValueError, RecursionError):
        body = json.dumps(json.loads(text), separators=(",", ":"), allow_nan=False)
        head = {"format": saving.FORMAT, "version": saving.VERSION, "checksum": saving._checksum(body)}
        text = f'{json.dumps(head)[:-1]}, "content": {body}}}'.encode()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "saved.json")
        file.write_bytes(text)
        try:
            backend = PersonalizeBackend.load(file)
        except SaveFileError:
            return
        for _, name in OPERATIONS:
            if name.startswith("List"):
                call(backend, name, "{}")
        for resource in backend.all_resources():
            words = [word.title() for word in resource.kind.split("-")]
            member = "".join([words[0].lower(), *words[1:], "Arn"])
            call(backend, "Describe" + "".join(words), {member: resource.arn})
            if resource.kind in ("recommender", "campaign"):
                call(backend, "GetRecommendations", {member: resource.arn, "userId": "user-ada"})
        backend.save(file)
        PersonalizeBackend.load(file)


@cache
def _content() -> tuple[bytes, list[tuple[int, int]]]:
    """What a saved backend has in it, and where its keys and values are."""
    with tempfile.TemporaryDirectory() as folder:
        shop().save(Path(folder, "saved.json"))
        content = json.loads(Path(folder, "saved.json").read_bytes())["content"]
    text = json.dumps(content, ensure_ascii=True).encode()
    return text, [found.span() for found in re.finditer(rb'"(?:[^"\\\\]|\\\\.)*"|[-\w.]+', text)]


ADMIN = {
    "GET /_personalize/calls?operation=ListSchemas&last=3": "",
    "GET /_personalize/resources?kind=campaign": "",
    "GET /": "",
    "POST /_personalize/clock": '{"advance": {"days": 1}}',
    "POST /_personalize/faults": '{"fault": "throttle", "operation": "ListSchemas", "times": 2}',
    "POST /_personalize/answers": json.dumps({f"{ARN}:campaign/x": {"default": {"items": ["a"]}}}),
    "PUT /_personalize/objects/bucket/key": "content",
    "PUT /_personalize/transitions": '{"transitions": {"campaign": "polls:2"}}',
    "POST /_personalize/explain": json.dumps({"arn": f"{ARN}:recommender/shop", "user_id": "user-ada"}),
    "PUT /_personalize/snapshots/a": "",
    "POST /_personalize/restore": '{"name": "a"}',
    "POST /_personalize/reset": "",
}


@cache
def targets() -> dict[str, Target]:
    """All that takes bytes."""
    numbers = {name: bytes([number]) for number, (_, name) in enumerate(OPERATIONS)}
    requests = [_request(name, members) for name, members in SAMPLES.items()]
    admin = [f"{line}\nhost: localhost\n\n{body}".encode() for line, body in ADMIN.items()]
    expressions = [EXPRESSION, 'INCLUDE ItemID WHERE Items.PRICE > $P | EXCLUDE ItemID WHERE Items.GENRE IN ($Q,"a")']
    files = [bytes([choice]) + list(ROWS.values())[~choice & 1].encode() for choice in range(4)]
    files.append(files[1].replace(b"1700000000", b"1700000000000"))
    lengths = [admin[0].replace(b"\n\n", b"\ncontent-length: " + each + b"\n\n") for each in (b"2", b"x", b"9" * 30)]
    return {
        "endpoint": Target(endpoint, [numbers[name] + json.dumps(body).encode() for name, body in SAMPLES.items()]),
        "server": Target(server, [*requests, *admin, *lengths]),
        "csv": Target(csv, files),
        "schema": Target(schema, [text.encode() for text in SCHEMAS.values()]),
        "expression": Target(expression, [text.encode() for text in expressions]),
        "saved": Target(
            saved, [b"\0\0" + value for value in (b"1", b"-1.5", b'"x"', b"null", b'{"$":"Set"}', b"[[0]]")]
        ),
    }
