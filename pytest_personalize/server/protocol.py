"""The HTTP protocol of uvicorn, with the limits that it lacks, and answers that leave in one piece."""

from __future__ import annotations

import re
from asyncio import CancelledError
from math import inf
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from pytest_personalize.server.asgi import ANSWER, DISCONNECT, Send
from pytest_personalize.server.replies import Reply

HEAD_BYTES: Final = 64 * 2**10
HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 60.0
"""Without a byte of the body, where some are missing."""

OFFER: Final = re.compile(rb"\r\n(?=upgrade:)", re.IGNORECASE)
"""Another protocol, as clients of Java offer HTTP/2: the parser would leave the body to that one."""

TOO_LARGE: Final = b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


async def answer(send: Send, reply: Reply) -> None:
    """Send an answer in one write, where ``send`` of uvicorn writes head and body apart and examines every header."""
    cycle: RequestResponseCycle = send.__self__  # type: ignore[attr-defined]
    cycle.keep_alive &= not cycle.waiting_for_100_continue  # the body may come or not, once there is an answer
    if cycle.flow.write_paused and not cycle.disconnected:
        try:
            await cycle.flow.drain()
        except CancelledError:  # by a server that waits no longer for who does not read
            hang_up(send)
    if cycle.disconnected:
        return
    end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
    body = b"" if cycle.scope["method"] == "HEAD" else reply.body
    cycle.response_started = cycle.response_complete = True
    cycle.transport.write(b"".join((STATUS_LINE[reply.status], reply.head, end, body)))
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()


def hang_up(send: Send) -> None:
    """Close the connection without an answer, also to what else was asked on it."""
    cycle: RequestResponseCycle = send.__self__  # type: ignore[attr-defined]
    cycle.disconnected = True  # uvicorn tells the last request of a connection alone
    cycle.transport.abort()


class LimitedProtocol(HttpToolsProtocol):
    """Closes a connection on which a head does not end in ``HEAD_SECONDS``, or a body does not go on.

    A head of more than ``HEAD_BYTES`` is answered 413.
    """

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.part, self.head_bytes, self.since = "head", 0, self.loop.time()
        self._look()

    def _look(self) -> None:
        """Close what has taken too long; there is one alarm a connection, and none is set or put off by a request."""
        seconds = {"head": HEAD_SECONDS, "body": BODY_SECONDS}.get(self.part, inf)
        left = self.since + seconds - self.loop.time()
        if left <= 0:
            self.transport.abort()
        else:
            self.alarm = self.loop.call_later(min(left, HEAD_SECONDS), self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self.alarm.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.part
        if before != "body":
            end = data.find(b"\r\n\r\n")
            self.head_bytes += len(data) if end < 0 else end
            if offer := OFFER.search(data, 0, end if end >= 0 else len(data)):
                data = b"%b\r\nx-%b" % (data[: offer.start()], data[offer.end() :])
        if self.head_bytes > HEAD_BYTES:
            self.transport.write(TOO_LARGE)
            self.transport.close()
            return
        super().data_received(data)
        if not before == self.part == "head":  # whose time goes on
            self.head_bytes, self.since = 0, self.loop.time()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.part = "head"
        self.scope["state"] |= {ANSWER: answer, DISCONNECT: hang_up}

    def on_headers_complete(self) -> None:
        self.part = "body"
        super().on_headers_complete()
        self.headers = []  # what comes behind a body in chunks is no header
        self.cycle.keep_alive &= self.parser.should_keep_alive()  # older versions of uvicorn ask when they send

    def on_message_complete(self) -> None:
        self.part = ""
        super().on_message_complete()
