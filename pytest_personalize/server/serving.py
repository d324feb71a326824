"""Serving an application over HTTP: from the command line, or on a thread of this process."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from threading import Event, Thread
from types import FrameType
from typing import Any, Final

import uvicorn

from pytest_personalize.interception.child_processes import VARIABLES
from pytest_personalize.interception.own_servers import OWN_PORTS
from pytest_personalize.server.protocol import LimitedProtocol

BACKLOG: Final = 1024
SECONDS_TO_END: Final = 3
"""How long the calls that are being answered may take when the server is told to end."""

IDLE_SECONDS: Final = 75
"""How long a connection stays open without a request: longer than clients keep theirs, so that it is they who close."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that accepts connections; port 0 is any that is free. ``OSError`` when it cannot be had."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return socket.create_server(address[:2], family=family, backlog=BACKLOG)


def url_of(listening: socket.socket) -> str:
    """The address for clients on this machine."""
    host, port = listening.getsockname()[:2]
    anywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    host = anywhere.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(listening: socket.socket) -> bool:
    """Whether nobody but this machine reaches it."""
    return ip_address(listening.getsockname()[0].partition("%")[0]).is_loopback


def environment(url: str, region: str) -> dict[str, str]:
    """Variables that lead every AWS SDK, and the AWS CLI, to a server: its address, a region, and keys to sign with."""
    keys = {"AWS_ACCESS_KEY_ID": "personalize", "AWS_SECRET_ACCESS_KEY": "personalize"}
    regions = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), region)
    return {**dict.fromkeys(VARIABLES, url), **keys, **regions, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}


class Server(uvicorn.Server):
    """A server that waits to be stopped.

    That of uvicorn looks ten times a second whether it should end, by ``asyncio.sleep``, which a test may have replaced
    by a sleep on the clock of its backend; and it ends by the signal that it was sent.
    """

    def __init__(self, application: Any) -> None:
        config = uvicorn.Config(
            application,
            http=LimitedProtocol,
            ws="none",
            lifespan="off",
            loop="asyncio",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=IDLE_SECONDS,
            timeout_graceful_shutdown=SECONDS_TO_END,
        )
        super().__init__(config)
        self.ready = Event()
        self._end = asyncio.Event()

    async def main_loop(self) -> None:
        """Until ``stop``."""
        self._loop = asyncio.get_running_loop()
        self.ready.set()
        await self._end.wait()

    def stop(self) -> None:
        """End, from any thread: no more connections, and the calls that are being answered get their answers."""
        self._loop.call_soon_threadsafe(self._end.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM and Ctrl-C."""
        self.force_exit = self._end.is_set()  # the second time
        self.stop()


def serve(application: Any, listening: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C; the socket is closed then. Nothing is logged of what clients do wrong."""
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    Server(application).run([listening])


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Serve on a thread, at a free port of the loopback address, until the block ends; gives the URL."""
    listening = listen("127.0.0.1", 0)
    server, url, port = Server(application), url_of(listening), listening.getsockname()[1]
    thread = Thread(target=server.run, args=([listening],), name="personalize-server", daemon=True)
    thread.start()
    server.ready.wait()
    OWN_PORTS.add(port)
    try:
        yield url
    finally:
        OWN_PORTS.discard(port)
        server.stop()
        thread.join()
