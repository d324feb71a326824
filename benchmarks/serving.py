"""The HTTP server beside moto's, beside uvicorn with a constant answer, and by itself.

Requests are bytes on keep-alive connections of one process, so that what is measured is the server: no SDK takes part.
They come from wrk where it is installed, whose own time is hardly anything, and else from a client of our own.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

from benchmarks.harness import Bench, limit

SECONDS = 1  # of one sample
ROUNDS = 9  # of samples in turn
PATIENCE = 30.0  # seconds until a server has to listen

CONSTANT = """
import sys, uvicorn
HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
BODY = {"type": "http.response.body", "body": b"{}"}
async def app(scope, receive, send):
    await send(HEAD)
    await send(BODY)
uvicorn.run(app, port=int(sys.argv[1]), http="httptools", loop="asyncio", lifespan="off", ws="none", log_level="error")
"""
SCHEMA = {
    "type": "record",
    "name": "Users",
    "namespace": "com.example",
    "version": "1.0",
    "fields": [{"name": "USER_ID", "type": "string"}, {"name": "AGE", "type": "long"}],
}
ARN = "arn:aws:personalize:us-east-1:123456789012:schema/bench"


def _request(operation: str, members: object) -> bytes:
    body = json.dumps(members).encode()
    signed = "AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/personalize/aws4_request, SignedHeaders=host"
    return (
        f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Amz-Target: AmazonPersonalize.{operation}\r\n"
        f"Content-Type: application/x-amz-json-1.1\r\nAuthorization: {signed}, Signature=0\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


CREATE = _request("CreateSchema", {"name": "bench", "schema": json.dumps(SCHEMA)})
DESCRIBE = _request("DescribeSchema", {"schemaArn": ARN})


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Client:
    """Connections with one request under way on each; kept alive, unless the server closes them as moto's does."""

    def __init__(self, port: int, connections: int) -> None:
        self.port = port
        self.connections = connections

    def run(self, request: bytes, *, seconds: float = 0.0, requests: int = 0) -> list[float]:
        """Seconds from request to answer, of as many as come in that time, or of so many, and of one a connection."""
        took: list[float] = []
        end = time.perf_counter() + seconds
        with selectors.DefaultSelector() as selector:
            for _ in range(self.connections):
                self._ask(selector, request, None)
            while selector.get_map():
                for key, _ in selector.select():
                    begun, received = key.data
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    received += data
                    if data and not _is_whole(received):
                        continue
                    selector.unregister(key.fileobj)
                    took.append(time.perf_counter() - begun)
                    if time.perf_counter() < end or len(took) + len(selector.get_map()) < requests:
                        self._ask(selector, request, key.fileobj if _stays_open(received) else None)
                    else:
                        key.fileobj.close()  # type: ignore[union-attr]
        return took

    def _ask(self, selector: selectors.BaseSelector, request: bytes, connection: Any) -> None:
        begun = time.perf_counter()
        if connection is None:
            connection = socket.create_connection(("127.0.0.1", self.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(request)
        selector.register(connection, selectors.EVENT_READ, (begun, bytearray()))


def _stays_open(answer: bytes | bytearray) -> bool:
    return b"connection: close" not in answer.lower()


def _is_whole(answer: bytes | bytearray) -> bool:
    head, separator, body = answer.partition(b"\r\n\r\n")
    if not separator:
        return False
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return len(body) >= int(length.partition(b":")[2])


def _commands(port: int) -> dict[str, list[str]]:
    return {
        "serve": [sys.executable, "-m", "pytest_personalize", "serve", "--port", str(port)],
        "constant": [sys.executable, "-c", CONSTANT, str(port)],
        "moto": [sys.executable, "-c", "from moto.server import main; main()", "-p", str(port)],
    }


@contextmanager
def running(what: str) -> Iterator[tuple[int, int]]:
    """A server in a process of its own: its port and the id of the process."""
    port = _free_port()
    with subprocess.Popen(_commands(port)[what], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield port, process.pid
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    end = time.perf_counter() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.perf_counter() > end:
                raise
            time.sleep(0.002)
        else:
            return


class Sample(NamedTuple):
    """Requests a second, and the 99th over the 50th percentile of their times."""

    rate: float
    spread: float


def _by_our_client(port: int, connections: int) -> Sample:
    took = sorted(Client(port, connections).run(DESCRIBE, seconds=SECONDS))
    return Sample(len(took) / SECONDS, took[len(took) * 99 // 100] / took[len(took) // 2])


UNITS: Final = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


def _by_wrk(port: int, connections: int) -> Sample:
    head, _, body = DESCRIBE.decode().partition("\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    script = f"wrk.method = 'POST'\nwrk.body = {json.dumps(body)}\n"
    script += "".join(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n" for name, value in headers.items())
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        options = ["--latency", "-t1", f"-c{connections}", f"-d{SECONDS}s", "-s", file.name]
        told = subprocess.check_output(["wrk", *options, f"http://127.0.0.1:{port}/"], text=True)
    assert "Non-2xx" not in told, told
    times = {percent: float(time) * UNITS[unit] for percent, time, unit in re.findall(r"(\d+)% +([\d.]+)(\w+)", told)}
    rate = re.search(r"Requests/sec: +([\d.]+)", told)
    assert rate is not None, told
    return Sample(float(rate[1]), times["99"] / times["50"])


_sample: Final = _by_wrk if shutil.which("wrk") else _by_our_client


@cache
def rounds(other: str, connections: int) -> list[tuple[Sample, Sample]]:
    """Samples of ours and of the other in turn: a machine that many share is at another speed in the next minute."""
    with running("serve") as (ours, _), running(other) as (theirs, _):
        for port in (ours, theirs):
            Client(port, connections).run(CREATE)
        return [(_sample(ours, connections), _sample(theirs, connections)) for _ in range(ROUNDS)]


def over(other: str, connections: int) -> float:
    """Our time of a request over that of the other, as in the round in the middle."""
    return median(theirs.rate / ours.rate for ours, theirs in rounds(other, connections))


for _connections in (1, 8):

    @limit(f"HTTP: time of a request over that of a constant answer, {_connections} at once", most=1 / 0.45, unit="x")
    def over_constant(bench: Bench, connections: int = _connections) -> float:
        """The constant comes from uvicorn as well: at most 1 / 0.45 of its time is at least 45 % of its rate."""
        return over("constant", connections)

    if find_spec("moto") and find_spec("flask"):

        @limit(f"HTTP: time of a request over that of moto's server, {_connections} at once", most=1 / 20, unit="x")
        def over_moto(bench: Bench, connections: int = _connections) -> float:
            """DescribeSchema is one of the four operations that moto has."""
            return over("moto", connections)


@limit("HTTP: the 99th percentile over the 50th, 8 at once", most=5, unit="x")
def spread(bench: Bench) -> float:
    return min(ours.spread for ours, _ in rounds("constant", 8))


@limit("HTTP: from the start of serve to the first answer", most=0.6, unit="s")
def start(bench: Bench) -> float:
    """The shortest of several."""
    return min(_start() for _ in range(ROUNDS))


def _start() -> float:
    began = time.perf_counter()
    with running("serve") as (port, _):
        client = Client(port, 1)
        client.run(DESCRIBE)
        return time.perf_counter() - began


if sys.platform == "linux":

    @limit("HTTP: memory of an idle server", most=60, unit="MB")
    def idle(bench: Bench) -> float:
        with running("serve") as (port, process):
            client = Client(port, 1)
            client.run(DESCRIBE)
            return _megabytes(process)

    @limit("HTTP: memory that 100,000 requests add", most=5, unit="MB")
    def growth(bench: Bench) -> float:
        with running("serve") as (port, process):
            client = Client(port, 8)
            client.run(CREATE)
            client.run(DESCRIBE)
            before = _megabytes(process)
            client.run(DESCRIBE, requests=100_000)
            return _megabytes(process) - before


def _megabytes(process: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
