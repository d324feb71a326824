"""What the tests of the server share: a server on a thread, and ways to talk to it with and without an SDK."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from email.parser import BytesParser
from functools import partial
from typing import Any

import boto3
import pytest
from attrs import frozen

from pytest_personalize import PersonalizeBackend
from pytest_personalize.server import application
from pytest_personalize.server.serving import serving

SCHEMA = json.dumps(
    {
        "type": "record",
        "name": "Users",
        "namespace": "com.example",
        "version": "1.0",
        "fields": [{"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": "long"}],
    }
)


@frozen
class Answer:
    """One HTTP answer; the names of ``headers`` are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of an error, where either protocol has it."""
        in_body: str = self.json.get("__type", "") if self.body else ""
        return self.headers.get("x-amzn-errortype", in_body)


class Wire:
    """A connection on which a test writes what it likes."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.file = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self) -> Answer | None:
        """The next answer; None when the server has closed the connection."""
        try:
            line = self.file.readline()
        except ConnectionResetError:
            return None
        if not line:
            return None
        head = b"".join(iter(self.file.readline, b"\r\n"))
        lines = [(name.lower(), value) for name, value in BytesParser().parsebytes(head).items()]
        headers = dict(lines)
        assert len(headers) == len(lines), f"strict clients refuse a header that is there twice: {lines}"
        return Answer(int(line.split()[1]), headers, self.file.read(int(headers.get("content-length", 0))))

    def ask(self, operation: str = "ListSchemas", members: Any = None, **options: Any) -> Answer:
        """The answer to ``request``."""
        self.send(self.request(operation, members, **options))
        answer = self.read()
        assert answer is not None
        return answer

    @staticmethod
    def request(
        operation: str = "ListSchemas",
        members: Any = None,
        *,
        path: str = "/",
        method: str = "POST",
        version: str = "1.1",
        **headers: str,
    ) -> bytes:
        """The bytes of a request; members that are bytes are its body as they are."""
        body = members if isinstance(members, bytes) else json.dumps(members or {}).encode()
        usual = {"host": "127.0.0.1", "x-amz-target": f"AmazonPersonalize.{operation}", "content-length": len(body)}
        wanted = usual | {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in wanted.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    @staticmethod
    def signed(key: str = "AKIDEXAMPLE", region: str = "us-east-1") -> str:
        """The header Authorization of SigV4, with a signature that is none."""
        return f"AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/personalize/aws4_request, Signature=0"

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@frozen
class Served:
    """A backend, and the server that answers for it."""

    backend: PersonalizeBackend
    url: str
    connect: Callable[[], Wire]

    def client(self, service: Any = "personalize", region: str = "us-east-1", key: str = "mocked") -> Any:
        return boto3.Session().client(
            service, region_name=region, endpoint_url=self.url, aws_access_key_id=key, aws_secret_access_key="mocked"
        )


@pytest.fixture(scope="session")
def schema() -> str:
    return SCHEMA


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Serves an application, or a backend, until the end of the test."""
    with ExitStack() as stack:

        def begin(backend: PersonalizeBackend | None = None, app: Any = None) -> Served:
            backend = backend or PersonalizeBackend()
            url = stack.enter_context(serving(app or application(backend)))
            connect = partial(Wire, int(url.rpartition(":")[2]))
            return Served(backend, url, lambda: stack.enter_context(closing(connect())))

        yield begin


@pytest.fixture
def served(serve: Callable[..., Served]) -> Served:
    return serve()


@pytest.fixture
def wire(served: Served) -> Wire:
    return served.connect()
